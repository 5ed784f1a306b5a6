"""Whether a flag was real: one click on the case, changeable, kept, and counted on a page of its own."""

import re
from datetime import timedelta

import pytest

from tests.console.conftest import Browser, Office
from tests.risk_report import judged

WHY = "; intent: want to die; means: tablets"


def _flag(office: Office, number: int) -> str:
    rows = office.rows("SELECT e.id FROM case_events e JOIN cases k ON k.id = e.case_id WHERE k.number = :n", n=number)
    return str(min(int(str(row[0])) for row in rows))


def _judges(browser: Browser, office: Office, number: int, real: str) -> int:
    browser.opens(number)
    return browser.post(f"/cases/{number}/judge", flag=_flag(office, number), real=real).status_code


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_flag_is_confirmed_with_one_click_and_changed_by_another(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("red", ref="ann", detail=WHY)
    assert "Was it right to flag this?" in sue.opens(number).text
    assert _judges(sue, office, number, "yes") == 303
    assert "This was real" in sue.opens(number).text
    assert _judges(omar, office, number, "no") == 303
    page = omar.opens(number).text
    assert "This was not danger" in page
    assert "It was real after all" in page
    assert office.rows("SELECT real, level, reasons FROM verdicts ORDER BY id") == [
        (True, "red", ["intent", "means"]),
        (False, "red", ["intent", "means"]),
    ]
    assert [row for row in office.audited() if "flag" in str(row[1])] == [
        ("sue", "confirm_flag", f"case {number}"),
        ("omar", "refute_flag", f"case {number}"),
    ]


def test_the_same_verdict_twice_is_kept_once(office: Office, sue: Browser) -> None:
    number = office.case("amber", ref="ann", detail=WHY)
    for _ in range(2):
        assert _judges(sue, office, number, "yes") == 303
    assert office.rows("SELECT count(*) FROM verdicts") == [(1,)]


def test_what_is_no_flag_is_not_asked_about(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    assert "Was it right" not in sue.opens(number).text
    assert _judges(sue, office, number, "yes") == 409
    other = office.case("red", ref="carol", detail=WHY)
    sue.opens(number)
    assert sue.post(f"/cases/{number}/judge", flag=_flag(office, other), real="yes").status_code == 409
    assert sue.post(f"/cases/{other}/judge", flag="one", real="yes").status_code == 409
    assert sue.post(f"/cases/{other}/judge", flag=_flag(office, other), real="perhaps").status_code == 409


def test_the_page_counts_by_level_reason_and_month_and_hides_small_numbers(office: Office, sue: Browser) -> None:
    assert "Nothing has been flagged yet" in sue.get("/reader").text
    flagged = [office.case("red", detail=WHY) for _ in range(6)]
    office.case("amber", detail="; hopeless: no hope")
    for number in flagged[:5]:
        _judges(sue, office, number, "yes")
    _judges(sue, office, flagged[5], "no")
    page = _plain(sue.get("/reader").text)
    assert "RED 6 5 fewer than 5" in page
    assert "AMBER fewer than 5 0 0" in page
    assert "The wish to die or not to be here 6 5 fewer than 5" in page
    assert "2026-12 7 5 fewer than 5" in page


def test_a_verdict_counts_when_its_case_is_gone_and_not_when_it_is_old(office: Office, sue: Browser) -> None:
    numbers = [office.case("red", detail=WHY) for _ in range(5)]
    for number in numbers:
        _judges(sue, office, number, "yes")
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("DELETE FROM case_events")
    assert "RED 5 5 0" in _plain(sue.get("/reader").text)
    office.now += timedelta(days=400)
    assert "Nothing has been flagged yet" in office.staff("sue").get("/reader").text


def test_the_report_counts_what_staff_said(
    office: Office, sue: Browser, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.case("red", detail=WHY)
    _judges(sue, office, number, "yes")
    monkeypatch.setattr("checkin.verdicts.YEAR", timedelta(days=40_000))
    drawn = judged(environment)
    assert [next(iter(column.cells)) for column in drawn.columns] == ["level", "red", "1", "1", "0"]
