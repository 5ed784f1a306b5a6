"""The console in a real browser: scripts, keyboard, small screens, and no complaint from the browser itself."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from checkin.staff import ROLES
from console import rooms
from console.desk import Desk
from tests.console.conftest import Office, Opens
from tests.console.everything import address, everything
from tests.console.walk import axe, rules, usable

pytestmark = pytest.mark.browser


@pytest.fixture
def page(opens: Opens) -> Page:
    """A page at 360 pixels' width, with Sue logged in on it."""
    return opens("sue")


def test_a_new_case_appears_by_itself_and_is_said_aloud(office: Office, page: Page, complaints: list[str]) -> None:
    assert page.title().startswith("Queue")
    number = office.case("red", ref="ann", words="made-up words")
    page.get_by_role("link", name=f"Case {number}").wait_for()
    assert page.title().startswith("(1) Queue")
    assert page.locator("#announce").inner_text() == f"New: RED: case {number}, Ann. Words that may mean danger."
    assert complaints == []


def test_a_new_case_is_heard_once_somebody_has_asked_for_that(office: Office, page: Page) -> None:
    page.add_init_script(
        "window.tones = 0; const make = AudioContext.prototype.createOscillator;"
        "AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };"
    )
    page.reload()
    first = office.case("task", "question", ref="ann")
    page.get_by_role("link", name=f"Case {first}").wait_for()
    assert page.evaluate("tones") == 0
    page.get_by_role("button", name="Sound for new cases: off").press("Enter")
    page.get_by_role("button", name="Sound for new cases: on").wait_for()
    page.reload()
    second = office.case("red", ref="carol")
    page.get_by_role("link", name=f"Case {second}").wait_for()
    assert page.evaluate("tones") == 3


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


def test_keys_lead_to_what_they_say_and_can_be_turned_off(office: Office, page: Page, complaints: list[str]) -> None:
    number = office.case("task", "question", ref="ann")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"case-{number}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{number}")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    assert "Write a note" in dialog.inner_text()
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") == "note-words"
    page.keyboard.type("question? no: quiet")
    assert page.input_value("#note-words") == "question? no: quiet"
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator("body").press("q")
    assert page.url.endswith(f"/cases/{number}")
    assert complaints == []


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


def test_a_text_is_seen_as_it_arrives_while_it_is_written(office: Office, page: Page, complaints: list[str]) -> None:
    number = office.case("task", "call_me", ref="ann")
    page.goto(f"/cases/{number}")
    page.get_by_role("button", name="Take this case").press("Enter")
    page.get_by_label("Text Ann").wait_for()
    bubble = page.locator("#preview .bubble")
    assert bubble.count() == 0
    page.get_by_label("Text Ann").fill("shall I ring?")
    bubble.get_by_text("Sue from Harbour Line: shall I ring?").wait_for()
    page.get_by_label("Text Ann").fill("")
    bubble.wait_for(state="detached")
    page.get_by_text("Begin with something often said").press("Enter")
    page.get_by_role("link", name="I would like to ring you.").press("Enter")
    bubble.get_by_text("I would like to ring you. When suits you?").wait_for()
    assert complaints == []


def test_whoever_writes_on_a_case_is_seen_by_others_who_have_it_open(
    office: Office, page: Page, opens: Opens, complaints: list[str]
) -> None:
    number = office.case("amber", "not_good", ref="ann")
    other = opens("omar")
    for one in (page, other):
        one.goto(f"/cases/{number}")
    other.fill("#note-words", "half a sentence")
    page.get_by_text("Omar is writing here just now.").wait_for()
    other.get_by_text("Sue has this case open just now.").wait_for()
    axe(page)
    assert complaints == []


def test_a_session_that_ended_is_said_and_not_hidden(office: Office, page: Page) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE staff SET password_hash = password_hash || 'x'")
    page.get_by_text("You have been logged out").wait_for()
    assert page.locator("#connection").is_visible()


# Each role once: on a small phone and at a desk, in the light and in the dark.
SEEN_BY: dict[str, tuple[str, dict[str, Any]]] = {
    "admin": ("ada", {"color_scheme": "dark"}),
    "coordinator": ("omar", {}),
    "safeguarding": ("sue", {"width": 1280}),
    "facilitator": ("fay", {"width": 1280, "color_scheme": "dark"}),
}
# Not a page: pictures, sheets, files, and parts of pages. And a table on its way in, which has a test of its own.
_NO_PAGE = frozenset({"console.static", "calendars.read", "records.preview"})


_TINY = "<button style='width: 9px; height: 9px; padding: 0; border: 0' aria-label='x'></button>"
_UNUSABLE = {
    "color-contrast": "<p style='color: #bbb; background: #fff'>Pale</p>",
    "target-size": f"{_TINY}{_TINY}",
    "not seen": "<button style='outline: none'>Press</button>",
    "hidden": "<button>Press</button><p style='position: fixed; inset: 0; background: #fff'>Over it</p>",
    "window of 320": "<p style='width: 500px'>Wide</p>",
    "2026-12-24": "<p>On 2026-12-24</p>",
    "01a206be": "<p>Person 01a206be-bb2f-744e-8dcb-48fbb77070e1</p>",
}


def test_a_page_that_not_everybody_can_use_is_found(browser: Browser) -> None:
    page = browser.new_page()
    frame = "<!doctype html><html lang=en><title>A</title><style>:focus-visible {{ outline: 3px solid }}</style>{}"
    page.set_content(frame.format("<main><h1>A</h1><p>Thu 24 Dec</p><a href='/'>Somewhere</a></main>"))
    usable(page)
    for why, body in _UNUSABLE.items():
        page.set_content(frame.format(f"<main><h1>A</h1>{body}</main>"))
        with pytest.raises(AssertionError, match=why):
            usable(page)
    page.close()


# Some seventy pages each, looked at in ten ways: on a busy machine that takes its time.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_can_use_every_page_that_is_theirs(
    office: Office, opens: Opens, complaints: list[str], role: str
) -> None:
    """Every address there is, with something there to be shown: by everybody who may see it, with their own eyes."""
    there, (name, options) = everything(office), SEEN_BY[role]
    number = office.case("red", ref="carol", words="x" * 400)
    page = opens(name, **options)
    closed, walked = set(), 0
    addresses = {
        rule.endpoint: address(office, rule, there)
        for rule in rules(office.app)
        if "GET" in (rule.methods or set()) and rule.endpoint not in _NO_PAGE
    }
    for endpoint, path in {**addresses, "red": f"/cases/{number}", "nowhere": "/nowhere"}.items():
        if Path(path.partition("?")[0]).suffix in {".svg", ".csv", ".png", ".json", ".html"}:
            continue
        answer = page.goto(path)
        assert answer is not None
        # What somebody has not begun, such as a step of their log-in, leads elsewhere, or says why not; and in a room
        # of theirs others do not find all that coordinators do there.
        missing = answer.status not in {200, 403, 422}
        assert not missing or endpoint == "nowhere" or role in {"facilitator", "safeguarding"}, (path, answer.status)
        if answer.status == 403:
            closed.add(endpoint.partition(".")[0])
        if page.locator("main").count() and (answer.status != 403 or len(closed) == 1):
            usable(page)
            walked += 1
    theirs = {room.build(Desk(office.line, office.bell)).name for room in rooms.ROOMS if role in room.roles}
    assert not closed & theirs
    assert walked > {"facilitator": 15}.get(role, 50)
    assert [one for one in complaints if not re.search("of (403|404|422)", one)] == []


def test_the_rooms_fold_away_on_a_small_phone_and_open_without_a_script(opens: Opens) -> None:
    page = opens("sue", java_script_enabled=False)
    rooms_shown = page.get_by_role("navigation", name="Rooms")
    assert not rooms_shown.is_visible()
    page.get_by_role("link", name="Menu", exact=True).click()
    assert rooms_shown.is_visible()
    assert rooms_shown.get_by_role("link").count() == len(rooms.named("safeguarding")) + 1
    page.get_by_role("link", name="Close the menu").click()
    assert not rooms_shown.is_visible()
