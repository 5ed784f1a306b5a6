"""When somebody is known to be busy: written down on their page, on their own clocks, and taken back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from checkin import appointments
from checkin.conversations import due
from checkin.load import load_file
from checkin.store.models import Person
from tests.console.conftest import ORGANISATION, Browser, Office
from tests.console.test_register import opened
from tests.console.walk import HOSTILE, shows_as_text

THURSDAY = {"what": "a hospital", "day": "2026-12-10", "begins": "14:00", "ends": "16:00"}


def adds(office: Office, browser: Browser, **typed: str) -> str:
    """Open the form for Ann, fill it in and send it; return the page that answers."""
    path = f"/people/{office.person('ann')}/appointments/new"
    answer = browser.post(path, **opened(browser, path), **typed)
    return browser.get(answer.headers["Location"]).text if answer.status_code == 303 else answer.text


def kept(office: Office) -> list[tuple[object, ...]]:
    """What is in the store, but for what it is for."""
    return office.rows("SELECT starts, ends, told_by, cancelled_at IS NULL FROM appointments ORDER BY starts")


def file_one(office: Office) -> UUID:
    """One of Ann's that the organisation file told, going on now; return its id."""
    with office.line.store.work(office.now) as work:
        when = office.now - timedelta(hours=1), office.now + timedelta(hours=1)
        return appointments.add(work, office.person("ann"), when, "a dentist", told_by="file")


def test_it_is_on_their_own_clocks_and_on_their_page(office: Office, sue: Browser) -> None:
    file_one(office)
    with office.line.store.work(office.now) as work:
        work.conn.execute(update(Person).where(Person.ref == "ann").values(zone="Europe/Warsaw"))
    page = adds(office, sue, **THURSDAY)
    for said in (
        "Kept: Thu 10 Dec, 14:00 to 16:00.", "<strong>Now:</strong> Thu 3 Dec, 12:00 to 14:00", "a hospital",
        "from the organisation file", "written down by one of you", "those of Europe/Warsaw",
    ):  # fmt: skip
        assert said in page
    span = datetime(2026, 12, 10, 13, tzinfo=UTC), datetime(2026, 12, 10, 15, tzinfo=UTC)
    assert kept(office)[1] == (*span, "staff", True)
    assert ("sue", "added_appointment", f"person {office.person('ann')}") in office.audited()
    assert "Fri 11 Dec, the whole day" in adds(office, sue, day="2026-12-11", whole="y")
    assert "Sat 12 Dec, 09:30 to the end of the day" in adds(office, sue, day="2026-12-12", begins="09:30")
    shows_as_text(adds(office, sue, what=HOSTILE, day="2026-12-13", whole="y"))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"day": ""}, "day", "Enter the day"),
        ({"day": "2026-12-02"}, "day", "That day has gone"),
        ({"day": "2206-12-10"}, "day", "Choose a day within a year"),
        ({"day": "9999-12-31", "begins": "", "ends": "", "whole": "y"}, "day", "Choose a day within a year"),
        ({"day": "2026-12-03", "begins": "10:00", "ends": "12:00"}, "ends", "over already"),
        ({"ends": "14:00"}, "ends", "must end after it begins"),
        ({"day": "2027-03-28", "begins": "01:30", "ends": "02:10"}, "ends", "must end after it begins"),
        ({"begins": ""}, "begins", "Enter when it begins, or tick the whole day"),
        ({"begins": "two"}, "begins", "Enter a time, such as 19:30"),
        ({"whole": "y"}, "whole", "leave both times empty"),
        ({"what": "x" * 101}, "what", "Shorten this to 100 characters"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    office: Office, sue: Browser, typed: dict[str, str], field: str, said: str
) -> None:
    page = adds(office, sue, **{**THURSDAY, **typed})
    assert said in page.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    for name, value in {**THURSDAY, **typed}.items():
        assert name == "whole" or not value or f'value="{value}"' in page
    assert kept(office) == []


def test_whoever_has_not_seen_what_another_wrote_down_is_told(office: Office, sue: Browser, omar: Browser) -> None:
    path = f"/people/{office.person('ann')}/appointments/new"
    version = opened(omar, path)
    adds(office, sue, **THURSDAY)
    assert omar.post(path, **version, **{**THURSDAY, "day": ""}).status_code == 422
    answer = omar.post(path, **version, **{**THURSDAY, "begins": "13:30"})
    assert answer.status_code == 409
    for said in ("Somebody else has changed this", "Thu 10 Dec, 14:00 to 16:00", "Thu 10 Dec, 13:30 to 16:00"):
        assert said in answer.text
    assert len(kept(office)) == 1
    shown = {"version": answer.text.partition('name="version" value="')[2].partition('"')[0]}
    assert omar.post(path, **shown, **{**THURSDAY, "begins": "13:30"}).status_code == 303
    with office.line.store.work(office.now) as work:
        work.conn.execute(update(Person).where(Person.ref == "ann").values(status="ended"))
    assert "They have left the line" in adds(office, sue, **THURSDAY)
    assert len(kept(office)) == 2


def test_one_is_cancelled_once_it_was_looked_at(office: Office, sue: Browser, omar: Browser) -> None:
    path = f"/people/{office.person('ann')}/appointments/{file_one(office)}/cancel"
    page = omar.get(path).text
    for said in ("Thu 3 Dec, 11:00 to 13:00", "a dentist", "the next loading brings it back"):
        assert said in page
    assert sue.get(path).status_code == 200
    assert sue.post(path).status_code == 200
    # Under somebody else's name it is not there.
    other = path.replace(str(office.person("ann")), str(office.person("carol")))
    assert sue.post(other, stage="sure").status_code == 303
    assert kept(office)[0][3] is True
    assert "Cancelled." in sue.get(sue.post(path, stage="sure").headers["Location"]).text
    assert kept(office)[0][3] is False
    assert "somebody else has cancelled it already" in omar.get(
        omar.post(path, stage="sure").headers["Location"]
    ).text  # fmt: skip
    assert [row[:2] for row in office.audited() if row[1] == "cancelled_appointment"] == [
        ("sue", "cancelled_appointment")
    ]


def test_an_administrator_sees_when_and_not_what_for(office: Office) -> None:
    appointment, ada = file_one(office), office.staff("ada")
    for path in ("", f"/appointments/{appointment}/cancel"):
        page = ada.get(f"/people/{office.person('ann')}{path}").text
        assert ("Thu 3 Dec, 11:00 to 13:00" in page, "a dentist" in page) == (True, False)


def test_a_check_in_due_meanwhile_is_asked_afterwards_or_left_out(office: Office, sue: Browser, tmp_path: Path) -> None:
    plan = 'streams: [checkins], plan: {days: every day, at: "14:00", ladder: [text, staff]}}'
    file = tmp_path / "plan.yaml"
    file.write_text(ORGANISATION.replace("streams: [checkins]}", plan, 1), encoding="utf-8")
    with office.line.store.work(office.now) as work:
        load_file(work, file)
    adds(office, sue, **{**THURSDAY, "day": "2026-12-03", "begins": "13:00"})
    adds(office, sue, day="2026-12-04", whole="y")
    for hours in range(2, 36):
        due.ask_plans(office.line.store, office.now + timedelta(hours=hours), most=9)
    asked, left_out = office.rows("SELECT due_at, why FROM check_ins ORDER BY due_at")
    assert asked == (office.now + timedelta(hours=4), None)
    assert left_out == (office.now + timedelta(hours=26), "appointment")
