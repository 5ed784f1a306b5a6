"""What a newcomer does in the first five minutes, in a real browser: phones on one page, the console on the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.stories.conftest import HARBOUR
from tests.stories.town import Town

pytestmark = pytest.mark.browser
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield found
        found.close()


@pytest.fixture
def phones(browser: Browser, town: Town) -> Iterator[Page]:
    """The page of phones, with Ann's and Ben's on it."""
    town.phone("+447700900101", "Ann")
    town.phone("+447700900111", "Ben")
    page = browser.new_page(viewport={"width": 1300, "height": 950})
    page.set_default_timeout(20_000)
    page.goto(town.network)
    yield page
    page.close()


# To hash a password takes as long as a short story: the others do without.
WITH_PASSWORD = HARBOUR.replace("role: safeguarding}", "role: safeguarding, password: a good long password}")


@pytest.fixture
def console(browser: Browser, town: Town) -> Iterator[Page]:
    """The console, with Sue logged in."""
    town.loads(WITH_PASSWORD)
    page = browser.new_page(viewport={"width": 1300, "height": 950})
    page.set_default_timeout(20_000)
    page.goto(f"{town.url}/")
    page.fill("#email", "sue@example.org")
    page.fill("#password", "a good long password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    yield page
    page.close()


def phone(page: Page, name: str) -> Locator:
    """One phone on the page."""
    return page.get_by_test_id("phone").filter(has=page.get_by_role("heading", name=name))


def next_thing(page: Page, town: Town) -> None:
    """Move on to the next thing due, and let it happen."""
    page.get_by_test_id("clock-next").click()
    page.wait_for_timeout(300)
    town.settles()


def test_a_missed_check_in_from_text_to_all_clear(phones: Page, console: Page, town: Town) -> None:
    ann, ben = phone(phones, "Ann"), phone(phones, "Ben")
    ann.get_by_test_id("compose").fill("who is this")
    ann.get_by_test_id("send").click()
    expect(ann).to_contain_text("This is Harbour Line")
    next_thing(phones, town)
    expect(ann).to_contain_text("How are you today?")
    next_thing(phones, town)
    ann.get_by_test_id("ring-out").click()
    town.settles()
    next_thing(phones, town)
    expect(ben).to_contain_text("Ann hasn't answered a check-in")
    next_thing(phones, town)
    case = console.get_by_role("link", name="Ann")
    expect(case).to_be_visible()  # without a reload
    case.click()
    expect(console.get_by_role("heading", name="What to do")).to_be_visible()
    console.get_by_role("button", name="Take this case").click()
    console.locator("summary", has_text="Close").click()
    console.locator("#close-words").fill("Rang her sister: she is at the dentist, and well.")
    console.get_by_role("button", name="Close").click()
    town.settles()
    phones.screenshot(path=town.logs / "phones.png")
    console.screenshot(path=town.logs / "console.png")
    expect(ben).to_contain_text("our team has looked into it and closed it")
    for number in ("+447700900101", "+447700900111"):
        while town.next_text(number):
            pass


def test_a_call_is_heard_and_answered_by_keys(phones: Page, town: Town) -> None:
    ann = phone(phones, "Ann")
    ann.get_by_test_id("ring").click()
    expect(ann).to_contain_text("To say how you are, press 1")
    ann.get_by_role("button", name="1", exact=True).click()
    expect(ann).to_contain_text("How are you today, Ann?")
    ann.get_by_role("button", name="1", exact=True).click()
    expect(ann).to_contain_text("It is good to hear from you")
    ann.get_by_test_id("hangup").click()
    town.settles()
    assert town.scalar("SELECT answer FROM check_ins") == "good"
