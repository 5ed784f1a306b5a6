"""The console in a real browser: scripts, keyboard, small screens, and no complaint from the browser itself."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.console.conftest import PASSWORD, Office

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
def address(environment: dict[str, str], office: Office) -> Iterator[str]:
    """Where the office's console is served, over http on this machine."""
    del environment
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A page at 360 pixels' width, with Sue logged in on it."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    found = context.new_page()
    found.set_default_timeout(20_000)
    found.on("console", lambda message: complaints.append(message.text))
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto("/log-in")
    found.fill("#email", "sue@example.org")
    found.fill("#password", PASSWORD)
    found.keyboard.press("Enter")
    found.wait_for_url("**/")
    yield found
    context.close()


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """The line as it is on this machine, without https."""
    return {**environment, "PUBLIC_URL": "http://127.0.0.1:8001"}


def test_a_new_case_appears_by_itself_and_is_said_aloud(office: Office, page: Page, complaints: list[str]) -> None:
    assert page.title().startswith("Queue")
    number = office.case("red", ref="ann", words="made-up words")
    page.get_by_role("link", name=f"Case {number}").wait_for()
    assert page.title().startswith("(1) Queue")
    assert page.locator("#announce").inner_text() == f"New: RED: case {number}, Ann. Words that may mean danger."
    assert complaints == []


def test_arrow_keys_walk_through_the_rows(office: Office, page: Page) -> None:
    first, second = office.case("red", ref="ann"), office.case("task", "question", ref="carol")
    page.reload()
    page.locator(f"#case-{first}").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == f"case-{second}"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == f"case-{first}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{first}")


def test_an_error_is_brought_to_the_reader(office: Office, page: Page) -> None:
    number = office.case("task", "question", ref="ann")
    page.goto(f"/cases/{number}")
    page.get_by_role("button", name="Add note").click()
    page.wait_for_selector("#problem")
    assert page.evaluate("document.activeElement.id") == "problem"
    page.get_by_role("link", name="Write the note first.").click()
    assert page.evaluate("document.activeElement.id") == "note-words"


def test_a_case_says_when_something_new_has_come_in(office: Office, page: Page, complaints: list[str]) -> None:
    number = office.case("amber", "not_good", ref="ann")
    page.goto(f"/cases/{number}")
    page.fill("#note-words", "half a sentence")
    office.case("amber", "words", ref="ann", words="it has got worse")
    page.get_by_role("link", name="Show what is new").wait_for()
    assert page.input_value("#note-words") == "half a sentence"
    assert complaints == []


def test_a_session_that_ended_is_said_and_not_hidden(office: Office, page: Page) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE staff SET password_hash = password_hash || 'x'")
    page.get_by_text("You have been logged out").wait_for()


def test_nothing_is_wider_than_a_small_phone(office: Office, page: Page) -> None:
    number = office.case("red", ref="carol", words="x" * 400)
    for path in ("/", f"/cases/{number}", "/nowhere"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
