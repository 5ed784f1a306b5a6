"""Figures: whole weeks, counted once and for all who read them, and nothing by which anybody could be known."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from checkin import reports
from checkin.bootstrap import Line
from checkin.errors import BadInput
from checkin.reports import Cell, Figure, Period, counting, weeks
from checkin.store.ids import new_id
from checkin.store.models import (
    Attendance,
    Case,
    CaseEvent,
    CheckIn,
    Group,
    Hold,
    Meeting,
    Membership,
    Message,
    Occurrence,
    Outcome,
    OutcomeQuestion,
    Person,
)
from tests.parts import NOON, opened, value

WEEK = date(2027, 1, 11)
LONDON = ZoneInfo("Europe/London")


# --- weeks, and small numbers ---


@pytest.mark.parametrize(
    ("begins", "ends", "first", "last"),
    [(None, None, date(2026, 10, 19), WEEK), (date(2027, 1, 5), date(2027, 1, 13), date(2027, 1, 4), WEEK),
     (None, date(2030, 1, 1), date(2026, 10, 19), WEEK), (date(2027, 1, 17), None, WEEK, WEEK)],
)  # fmt: skip
def test_a_report_is_about_whole_weeks(begins: date | None, ends: date | None, first: date, last: date) -> None:
    assert weeks.period(begins, ends, date(2027, 1, 14)) == Period(first, last)


@pytest.mark.parametrize(
    ("begins", "ends", "why"),
    [(date(2027, 1, 18), None, "before the first"), (date(2020, 1, 1), None, "105 weeks")],
)
def test_what_is_no_period_is_said(begins: date, ends: date | None, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        weeks.period(begins, ends, date(2027, 1, 14))


def test_a_week_has_its_own_length_when_the_clocks_change() -> None:
    begins, ends = weeks.moments(date(2027, 3, 22), LONDON)
    assert ends - begins == timedelta(days=7, hours=-1)


SHOWN = [
    # The number, the people behind it, the others; what is shown.
    (0, 0, 0, 0),
    (9, 0, 9, 9),
    (9, 1, 20, None),
    (9, 4, 20, None),
    (9, 5, 20, 9),
    (9, 5, 0, 9),
    # Everybody's number less this group's would tell of four people.
    (9, 9, 4, None),
    (9, 9, 5, 9),
]


@pytest.mark.parametrize(("number", "people", "others", "right"), SHOWN)
def test_a_number_is_shown_when_nobody_is_known_by_it(number: int, people: int, others: int, right: int | None) -> None:
    assert weeks.shown(number, people, others, 5) == right
    assert weeks.shown(number, people, others, 1) == number


# --- counting ---


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with ten members, six of them in a group, and a week in which everything there is happened to each."""
    with opened(database_url) as found:
        _fill(found)
        yield found


def _fill(line: Line) -> None:
    with line.store.work(NOON) as work:
        group, meeting, occurrence, question = (new_id() for _ in range(4))
        work.add(Group, id=group, ref="g", name="G", area="leeds")
        work.add(
            Meeting, id=meeting, ref="m", group_id=group, rule="FREQ=DAILY", starts=datetime(2027, 1, 1), zone="UTC",  # noqa: DTZ001
            venue="V",
        )  # fmt: skip
        work.add(Occurrence, id=occurrence, meeting_id=meeting, day=WEEK, starts_at=NOON)
        work.add(
            OutcomeQuestion, id=question, ref="hope", ask={"en": "How hopeful?"}, least=1, most=3, low=1,
            rule="FREQ=WEEKLY", starts=datetime(2027, 1, 1), zone="UTC",  # noqa: DTZ001
        )  # fmt: skip
        for i in range(10):
            who, check_in, message, case = (new_id() for _ in range(4))
            name = work.vault.seal("Sam", "people.name")
            work.add(Person, id=who, name=name, area="ls6 2ab" if i < 5 else None, created_at=NOON)
            if i < 6:
                work.add(Membership, group_id=group, person_id=who)
            answered: dict[str, object] = {"status": "settled", "how": "ok", "settled_at": NOON, "settled_by": who}
            work.add(
                CheckIn, id=check_in, person_id=who, due_at=NOON, ladder=["text"], rung=int(i < 7),
                **(answered if i < 8 else {"status": "unconfirmed"}),
            )  # fmt: skip
            work.add(
                Message, id=message, at=NOON, direction="out", medium="text", person_id=who, status="sent",
                carrier_status="delivered" if i < 5 else "undelivered", carrier_code=None if i < 5 else 30003,
            )  # fmt: skip
            work.add(Hold, message_id=message, why="hours", person_id=who, at=NOON, until=NOON)
            work.add(Case, id=case, person_id=who, severity="amber", reason="words", opened_at=NOON)
            if i < 9:
                later = NOON + timedelta(minutes=1 if i < 6 else 30)
                work.add(CaseEvent, case_id=case, at=later, kind="taken", person_id=who)
            work.add(Attendance, occurrence_id=occurrence, person_id=who, came=i < 6, at=NOON)
            work.add(Outcome, id=new_id(), question_id=question, person_id=who, asked_at=NOON,
                value=2 if i < 7 else None, answered_at=NOON if i < 7 else None)  # fmt: skip


def counted(line: Line, group: str | None = None, now: datetime = NOON) -> dict[str, Figure]:
    """Count the week and return its figures by name."""
    with line.store.work(now) as work:
        while reports.count_due(work):
            pass
        found = next((g for g, name in reports.groups(work) if name == group), None)
        return {figure.name: figure for figure in reports.figures(work, Period(WEEK, WEEK), found)}


def cells(figure: Figure, row: str | date = WEEK) -> dict[str, int | None]:
    """Return one row, by column, without noughts."""
    found = next(r for r in figure.rows if r.name == row)
    return {c: cell.number for c, cell in zip(figure.columns, found.cells, strict=True) if cell != Cell(0)}


def test_everything_is_counted_and_small_numbers_are_not_shown(line: Line) -> None:
    found = counted(line)
    assert cells(found["checkins"]) == {"self": 8, "unconfirmed": None}
    assert cells(found["human"], "m5") == {"amber": 6}
    assert cells(found["human"], "h1") == cells(found["human"], "nobody") == {"amber": None}
    assert cells(found["attendance"]) == {"came": 6, "did_not": None}
    assert cells(found["delivery"], "delivered") == cells(found["delivery"], "failed:30003") == {"text": 5}
    assert cells(found["delivery"], "held:hours") == {"text": 10}
    assert cells(found["areas"], "LS6") == {"missed": 5, "asked": 5}
    assert cells(found["areas"], "") == {"missed": None, "asked": None}
    assert cells(found["outcome-hope"]) == {"2": 7, "none": None}


def test_of_a_group_only_what_leaves_enough_others_is_shown(line: Line) -> None:
    found = counted(line, "G")
    # Six of eight answered: the two others would be known.
    assert cells(found["checkins"]) == {"self": None}
    # All who came were at the group's own meeting: there are no others.
    assert cells(found["attendance"]) == {"came": 6, "did_not": None}
    assert cells(found["areas"], "Leeds") == {"missed": None, "asked": None}


def test_a_sum_is_of_shown_numbers_only(line: Line) -> None:
    with line.store.work(NOON) as work:
        for week, n, people in ((WEEK - timedelta(weeks=1), 7, 6), (WEEK, 90, 2)):
            for group in ("00000000-0000-0000-0000-000000000000",):
                work.conn.execute(
                    text("INSERT INTO tallies VALUES (:group, :week, 'human', 'red:m5', :n, :people)"),
                    {"group": group, "week": week, "n": n, "people": people},
                )
        human = reports.figures(work, Period(WEEK - timedelta(weeks=1), WEEK))[1]
    assert human.rows[0].cells[0] == Cell(7, hidden=True)


def test_a_week_is_counted_anew_while_it_can_change_and_not_for_ever(line: Line) -> None:
    due = counting.due
    with line.store.work(NOON) as work:
        assert due(work) == [WEEK]
        assert not reports.count_due(work)
        assert reports.counted_until(work) == NOON
    later = NOON + timedelta(weeks=1)
    with line.store.work(later) as work:
        assert due(work) == [WEEK + timedelta(weeks=1), WEEK]
        reports.count_due(work)
        assert due(work) == [WEEK + timedelta(weeks=1)]
    with line.store.work(later + timedelta(days=1)) as work:
        assert WEEK in due(work)
    with line.store.work(NOON + timedelta(weeks=6)) as work:
        while reports.count_due(work):
            pass
    with line.store.work(NOON + timedelta(weeks=6, days=3)) as work:
        assert WEEK not in due(work)
    assert value(line, "SELECT n FROM tallies WHERE measure = 'checkins' AND code = 'self' "
        "AND group_id = '00000000-0000-0000-0000-000000000000'") == 8  # fmt: skip


def test_a_late_run_is_no_answer(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.execute(
            text("UPDATE check_ins SET how = 'left_out', why = 'too_late', settled_by = NULL WHERE status = 'settled'")
        )
    assert cells(counted(line)["checkins"]) == {"left_out": 8, "unconfirmed": None}


def test_reports_never_hold_a_name_or_a_word(line: Line) -> None:
    counted(line)
    stored = value(line, "SELECT string_agg(tallies::text, ' ') FROM tallies")
    assert "Sam" not in stored
