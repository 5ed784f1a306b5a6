"""Many quiet in one area in one evening: one case beside everybody's own ladder, and all of them closed at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from checkin import checkins, outages
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from tests.parts import NOON, loads, opened, person, rows, value

LS6, YORK = ("ls6 2ab", "LS6", "LS6 9ZZ", "ls6"), "York"


def town(areas: list[str]) -> str:
    """Members in these areas; all have the same contact."""
    people = [
        f"  - {{ref: m{i}, name: M{i}, phones: 07700 9001{i:02}, streams: [checkins], contacts: [ben], "
        + (f'area: "{area}", ' if area else "")
        + 'plan: {days: every day, at: "12:00", ladder: [text, contacts, staff]}}'
        for i, area in enumerate(areas)
    ]
    ben = "  - {ref: ben, name: Ben, phones: 07700 900190, streams: [buddy]}\n"
    sue = "  - {ref: sue, name: Sue, phones: 07700 900191}\n"
    staff = "staff:\n  - {person: sue, email: sue@example.org, role: coordinator}\n"
    return "people:\n" + "\n".join(people) + "\n" + ben + sue + staff


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that takes three for many."""
    with opened(database_url, CHECKIN_OUTAGE_MISSES="3") as found:
        yield found


def goes_quiet(line: Line, areas: list[str], *, answers: int = 0) -> datetime:
    """Ask everybody at noon; the first so many answer, the others do not. Return when their text's time is up."""
    loads(line, town(areas), now=NOON - timedelta(hours=1))
    due.ask_plans(line.store, NOON, most=100)
    with line.store.work(NOON) as work:
        for i in range(answers):
            (check_in,) = checkins.unsettled_of(work, person(line, f"m{i}"))
            checkins.settle(work, check_in, "ok", answer="good", by=person(line, f"m{i}"))
    later = NOON + timedelta(minutes=30)
    due.fire_timers(line.store, later, most=500)
    return later


def cases(line: Line) -> list[tuple[str, int]]:
    """Each open outage: the area, and how many people it concerns."""
    found = rows(line, "SELECT o.area, count(*) FROM outages o JOIN outage_misses m ON m.outage_id = o.id "
        "GROUP BY o.id ORDER BY o.area")  # fmt: skip
    return [(area, count) for area, count in found]


AREAS = [
    # Where people are, how many of them answer; what is shown.
    (["LS6", "ls6 2ab", "LS6 9ZZ"], 0, [("LS6", 3)]),
    (["LS6", "ls6", "York"], 0, []),
    (["", "", "", ""], 0, []),
    (["York", "york", "York ", "York", "York"], 2, [("York", 3)]),
    # In a large town a few never answer.
    (["York"] * 8, 5, []),
    (["York"] * 3 + ["LS6"] * 4, 0, [("LS6", 4), ("York", 3)]),
]


@pytest.mark.parametrize(("areas", "answers", "right"), AREAS)
def test_many_of_one_area_are_one_outage(
    line: Line, areas: list[str], answers: int, right: list[tuple[str, int]]
) -> None:
    goes_quiet(line, areas, answers=answers)
    assert cases(line) == right
    assert value(line, "SELECT count(*) FROM cases WHERE reason = 'probable_outage'") == len(right)
    # Each ladder goes on all the same.
    quiet = len(areas) - answers
    assert value(line, "SELECT count(*) FROM alerts WHERE check_in_id IS NOT NULL") == quiet


def test_who_is_quiet_later_joins_it_and_another_evening_is_another(line: Line) -> None:
    goes_quiet(line, ["York"] * 3)
    first = value(line, "SELECT number FROM cases WHERE reason = 'probable_outage'")
    due.fire_timers(line.store, NOON + timedelta(hours=3), most=500)
    assert value(line, "SELECT count(*) FROM cases WHERE reason = 'nobody_confirmed'") == 3
    with line.store.work(NOON) as work:
        seen = outages.find(work, first)
        assert seen is not None
        found = {(one.name, one.status, one.still) for one in seen.people}
        assert found == {(f"M{i}", "unconfirmed", True) for i in range(3)}
        assert all(one.case for one in seen.people)
        assert outages.find(work, first + 100) is None
    tomorrow = NOON + timedelta(days=1)
    due.ask_plans(line.store, tomorrow, most=100)
    due.fire_timers(line.store, tomorrow + timedelta(minutes=30), most=500)
    assert [count for _, count in cases(line)] == [3, 3]


def chosen(line: Line, number: int) -> list[UUID]:
    """The check-ins of everybody whom an outage concerns."""
    with line.store.work(NOON) as work:
        seen = outages.find(work, number)
    assert seen is not None
    return [one.check_in_id for one in seen.people]


def test_all_are_closed_at_once_with_a_note_and_everybody_asked_hears_it(line: Line) -> None:
    later = goes_quiet(line, ["York"] * 3)
    due.fire_timers(line.store, NOON + timedelta(hours=3), most=500)
    number = value(line, "SELECT number FROM cases WHERE reason = 'probable_outage'")
    sue, whom = person(line, "sue"), chosen(line, number)
    with line.store.work(later) as work:
        work.conn.execute(text("UPDATE messages SET status = 'sent', sent_at = at WHERE wording = 'reach_out.ask'"))
    with line.store.work(later) as work:
        with pytest.raises(BadInput, match="Write a note"):
            outages.close(work, number, whom, sue, " ")
        with pytest.raises(BadInput, match="still quiet"):
            outages.close(work, number, [sue], sue, "Power is back")
        assert outages.close(work, number, whom[:2], sue, "Power is back, rang both") == 2
        assert outages.close(work, number, whom, sue, "And the third") == 1
    assert rows(line, "SELECT DISTINCT status, how, answer FROM check_ins") == [("settled", "closed", None)]
    assert value(line, "SELECT count(*) FROM cases WHERE reason = 'nobody_confirmed' AND status = 'closed'") == 3
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'reach_out.closed'") == 3
    assert value(line, "SELECT status FROM cases WHERE reason = 'probable_outage'") == "open"
