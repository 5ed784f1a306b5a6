"""Reports in the console: a plot that can be read aloud, a table beside it, a sheet without formulas."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page
from sqlalchemy import text

from checkin import reports
from checkin.reports import Cell, Figure, Row
from console import plots, sheets
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import HOSTILE, axe, text_stays_text

_EVERYBODY = "00000000-0000-0000-0000-000000000000"


def _tally(office: Office, measure: str, code: str, number: int, people: int, group: str = _EVERYBODY) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.execute(
            text("INSERT INTO tallies VALUES (:group, '2026-11-30', :measure, :code, :number, :people)"),
            {"group": group, "measure": measure, "code": code, "number": number, "people": people},
        )
        work.conn.execute(text("INSERT INTO tally_weeks VALUES ('2026-11-30', now()) ON CONFLICT DO NOTHING"))


def test_each_figure_is_a_picture_and_a_table_and_a_sheet(office: Office, sue: Browser) -> None:
    _tally(office, "checkins", "self", 61, 12)
    _tally(office, "checkins", "unconfirmed", 3, 2)
    page = sue.get("/reports").text
    for said in (
        "Answered by the member",
        "<td>61</td>",
        "<td>fewer than 5 people</td>",
        "30 Nov 2026",
        "Time to a person",
    ):
        assert said in page
    picture = sue.get("/reports/checkins.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert "script-src" not in picture.headers["Content-Security-Policy"]
    drawn = ET.fromstring(picture.text)  # noqa: S314  # our own
    space = "{http://www.w3.org/2000/svg}"
    assert drawn.find(f"{space}title") is not None
    assert "Answered by the member" in (drawn.findtext(f"{space}desc") or "")
    assert not list(drawn.iter(f"{space}script"))
    sheet = sue.get("/reports/checkins.csv")
    assert sheet.text.startswith("\ufeffWeek of,Answered by the member,")
    assert "30 Nov 2026,61,0,0,fewer than 5 people,0,0,0" in sheet.text
    assert {what for _, what, _ in office.audited()} >= {"read_figures", "saved_figures"}


def test_what_is_asked_for_is_in_every_address_of_the_page(sue: Browser) -> None:
    page = sue.get("/reports?first=2026-11-01&last=2026-11-12").text
    assert "26 Oct 2026" in page
    assert "16 Nov 2026" not in page
    assert "/reports/checkins.csv?first=2026-11-01&amp;last=2026-11-12" in page
    wrong = sue.get("/reports?first=2026-11-12&last=2026-11-01")
    assert (wrong.status_code, "must not be before the first" in wrong.text) == (422, True)
    assert sue.get("/reports/nothing.svg").status_code == 404
    assert sue.get("/reports?first=nonsense&group=nonsense").status_code in {200, 422}


def test_a_facilitator_sees_their_own_group_and_nothing_of_cases(office: Office) -> None:
    with office.line.store.work(office.now) as work:
        groups = {name: str(group) for group, name in reports.groups(work)}
    for group in (*groups.values(), _EVERYBODY):
        _tally(office, "attendance", "came", 40 if group == groups["Quay"] else 30, 30, group)
    fay = office.staff("fay")
    for address in ("/reports", f"/reports?group={groups['Quay']}", "/reports?group="):
        page = fay.get(address).text
        assert "<td>30</td>" in page, address
        assert "<td>40</td>" not in page
        assert "Time to a person" not in page
    assert fay.get("/reports/human.csv").status_code == 404


def test_areas_and_questions_are_text_wherever_they_are_shown(office: Office, sue: Browser) -> None:
    _tally(office, "areas", f"missed:{HOSTILE}", 9, 9)
    text_stays_text(sue.get("/reports").text)
    assert f"'{HOSTILE[:4]}" in sue.get("/reports/areas.csv").text
    assert "<script" not in sue.get("/reports/areas.svg").text


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@SUM(A1)", "\tx", "\rx", " =1", "\n=1"])
def test_nothing_in_a_sheet_is_a_formula(cell: str) -> None:
    assert sheets.text_only(cell) == f"'{cell}"
    assert sheets.text_only("fewer than 5") == "fewer than 5"


def test_a_page_takes_as_many_statements_however_much_there_is(office: Office, sue: Browser) -> None:
    few = office.statements(sue, "/reports")
    for i in range(60):
        _tally(office, "areas", f"missed:Place {i}", 9, 9)
    assert office.statements(sue, "/reports") == few


def test_a_plot_of_nothing_and_of_what_is_too_small_is_drawn_all_the_same() -> None:
    for rows in ([], [Row(date(2026, 11, 30), [Cell(None, hidden=True), Cell(0)])]):
        assert "<svg" in plots.svg(Figure("attendance", ("came", "did_not"), rows))


@pytest.mark.browser
def test_reports_can_be_used_by_everybody(office: Office, opens: Opens, complaints: list[str]) -> None:
    _tally(office, "checkins", "self", 61, 12)
    _tally(office, "delivery", "text:failed:30003", 9, 9)
    page: Page = opens("sue")
    page.goto("/reports")
    drawn = page.locator("img.plot").first
    drawn.scroll_into_view_if_needed()
    # A page may not turn words into code, so it is asked for what can be waited for.
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    axe(page)
    assert complaints == []
