"""The people's rooms in a real browser: by keyboard, on a small phone, usable by everybody."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.console.conftest import Office, Opens
from tests.console.walk import axe

pytestmark = pytest.mark.browser


@pytest.fixture
def page(opens: Opens) -> Page:
    """A page at 360 pixels' width, with Sue logged in on it."""
    return opens("sue")


def test_somebody_is_enrolled_by_keyboard_alone(office: Office, page: Page, complaints: list[str]) -> None:
    page.goto("/people/new")
    axe(page)
    page.locator("#name").focus()
    page.keyboard.type("Dorothy")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")
    assert page.evaluate("document.activeElement.id") == "problem"
    axe(page)
    assert page.input_value("#name") == "Dorothy"
    page.get_by_role("link", name="Enter their number").click()
    page.keyboard.type("07700 900177")
    for box in ("Check-ins", "In person", "Monday"):
        page.get_by_label(box, exact=False).first.focus()
        page.keyboard.press("Space")
    page.locator("#when").fill("2026-12-02")
    page.locator("#when").press("Enter")
    page.get_by_role("heading", name="Enrol Dorothy").wait_for()
    axe(page)
    page.get_by_role("button", name="Enrol them").press("Enter")
    page.get_by_role("heading", name="Dorothy").wait_for()
    axe(page)
    assert office.rows("SELECT count(*) FROM people WHERE status = 'invited'") == [(1,)]
    # The browser notes that the first try was refused.
    assert [one for one in complaints if "422" not in one] == []


def test_what_a_form_about_somebody_leads_to_can_be_used_by_everybody(
    office: Office, page: Page, complaints: list[str]
) -> None:
    carol = office.person("carol")
    page.goto(f"/people/{carol}/pause")
    page.fill("#back", "2026-12-10")
    page.locator("#back").press("Enter")
    page.get_by_role("button", name="Pause").wait_for()
    axe(page)
    page.goto(f"/people/{carol}/appointments/new")
    page.fill("#day", "2026-12-10")
    page.locator("#day").press("Enter")
    page.get_by_role("link", name="Enter when it begins").click()
    assert page.evaluate("document.activeElement.id") == "begins"
    axe(page)
    assert [one for one in complaints if "422" not in one] == []


def test_a_table_is_looked_at_and_brought_in(office: Office, page: Page, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,colour\nDora,red\n", encoding="utf-8")
    page.goto("/people/table")
    page.set_input_files("input[type=file]", table)
    page.get_by_role("button", name="Look at it").press("Enter")
    page.get_by_text("1 thing to mend").wait_for()
    axe(page)
    table.write_text("ref,name\ndora,Dora\n", encoding="utf-8")
    page.goto("/people/table")
    page.set_input_files("input[type=file]", table)
    page.get_by_role("button", name="Look at it").press("Enter")
    axe(page)
    page.get_by_role("button", name="Bring them in").press("Enter")
    page.get_by_text("Done:").wait_for()
    axe(page)
    assert office.rows("SELECT count(*) FROM people WHERE ref = 'dora'") == [(1,)]
