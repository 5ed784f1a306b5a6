"""The directory's room in a real browser: by keyboard, on a small phone, usable by everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from checkin.directory.importing import import_file
from tests.console.conftest import Office, Opens
from tests.console.walk import axe
from tests.directory.feeds import service, written

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(office: Office, tmp_path: Path) -> list[str]:
    """Every page of the room, of a feed that has shrunk and has a bad record."""
    whole = [service(n) for n in range(1, 11)]
    for feed in ([*whole, {"id": "bad"}], [*whole[:3], {"id": "bad"}]):
        import_file(office.line.store, written(tmp_path, feed), office.now)
    one = office.rows("SELECT id FROM directory_services ORDER BY source_id")[0][0]
    feed_id = office.rows("SELECT id FROM directory_feeds")[0][0]
    return [
        "/directory", "/directory?q=debt+ls6", f"/directory/services/{one}", f"/directory/services/{one}/correct",
        "/directory/helplines", "/directory/helplines/gb-calm/check", "/directory/helplines/gb-999/change",
        "/directory/helplines/new", "/directory/feeds", f"/directory/feeds/{feed_id}", "/directory/missing", "/tips",
    ]  # fmt: skip


def test_every_page_of_the_directory_can_be_used_by_everybody(
    pages: list[str], opens: Opens, complaints: list[str]
) -> None:
    for page in (opens("sue"), opens("omar", width=1280, color_scheme="dark")):
        for address in pages:
            page.goto(address)
            axe(page)
    assert complaints == []


def test_a_helpline_is_changed_and_checked_by_keyboard_alone(office: Office, opens: Opens) -> None:
    page: Page = opens("sue")
    page.goto("/directory/helplines/gb-calm/change")
    page.locator("#name").fill("")
    page.locator("#name").press("Enter")
    page.wait_for_selector("#problem")
    axe(page)
    page.get_by_role("link", name="Enter its name").click()
    page.keyboard.type("The calm line")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The calm line").wait_for()
    page.get_by_role("link", name=re.compile("I checked this today.*The calm line")).press("Enter")
    page.get_by_role("button", name="I checked this today").press("Enter")
    page.get_by_text("The calm line was checked today").wait_for()
    assert office.rows("SELECT checked_on IS NOT NULL FROM helplines") == [(True,)]
