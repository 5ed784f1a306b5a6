"""The directory's room in a real browser: by keyboard, on a small phone, usable by everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from checkin.directory.importing import import_file
from tests.console.conftest import Office, Opens
from tests.console.walk import axe, usable
from tests.directory.feeds import service, written

pytestmark = pytest.mark.browser


def test_a_search_and_a_feed_that_shrank_can_be_used_by_everybody(
    office: Office, tmp_path: Path, opens: Opens, complaints: list[str]
) -> None:
    whole = [service(n) for n in range(1, 11)]
    for feed in ([*whole, {"id": "bad"}], [*whole[:3], {"id": "bad"}]):
        import_file(office.line.store, written(tmp_path, feed), office.now)
    feed_id = office.rows("SELECT id FROM directory_feeds")[0][0]
    page = opens("sue")
    for address in ("/directory?q=debt+ls6", "/directory/feeds", f"/directory/feeds/{feed_id}"):
        page.goto(address)
        usable(page)
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
