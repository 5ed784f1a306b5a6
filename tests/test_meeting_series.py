"""Making and changing a series: read back in words, with the next dates; whoever was told otherwise hears it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from checkin import meetings
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.meetings import Place, keeping
from checkin.meetings.keeping import Draft, ends_on, how_of, in_words, rule_of
from checkin.store.models import Meeting
from tests.parts import loads, opened, person, rows, value
from tests.test_meeting_changes import EIGHT, EVERYBODY, LATER, REMINDED, TOWN, owed, sent, series, ticks

LONDON = ZoneInfo("Europe/London")
DRAFT = Draft("FREQ=WEEKLY;BYDAY=TU", datetime.fromisoformat("2027-02-02 19:00"), "Europe/London", 90,
    Place("Town Hall"), ("3 10:30",), ask=False)  # fmt: skip


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with one group, on Monday morning before the reminder."""
    with opened(database_url) as found:
        loads(found, TOWN, EIGHT)
        yield found


RULES = [
    ("weekly", "2027-02-02", None, "FREQ=WEEKLY;BYDAY=TU",
     "Every Tuesday at 19:00, from Tuesday 2 February 2027, for 90 minutes"),
    ("fortnightly", "2027-02-02", None, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
     "Every 2 weeks on Tuesday at 19:00, from Tuesday 2 February 2027, for 90 minutes"),
    ("four_weeks", "2027-02-07", "2027-12-01", "FREQ=WEEKLY;INTERVAL=4;BYDAY=SU;UNTIL=20271201T235959",
     "Every 4 weeks on Sunday at 19:00, from Sunday 7 February 2027, for 90 minutes, until Wednesday 1 December 2027"),
    ("monthly", "2027-02-02", None, "FREQ=MONTHLY;BYDAY=1TU",
     "The first Tuesday of every month at 19:00, from Tuesday 2 February 2027, for 90 minutes"),
    ("last", "2027-02-23", None, "FREQ=MONTHLY;BYDAY=-1TU",
     "The last Tuesday of every month at 19:00, from Tuesday 23 February 2027, for 90 minutes"),
    ("once", "2027-02-02", None, "FREQ=DAILY;COUNT=1", "Once at 19:00, on Tuesday 2 February 2027, for 90 minutes"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "first", "until", "rule", "said"), RULES)
def test_a_way_of_meeting_is_a_rule_and_is_read_back(
    how: str, first: str, until: str | None, rule: str, said: str
) -> None:
    day, last = date.fromisoformat(first), date.fromisoformat(until) if until else None
    assert rule_of(how, day, last) == rule
    assert (how_of(rule, day), ends_on(rule)) == (how, last)
    assert in_words(replace(DRAFT, rule=rule, starts=datetime.fromisoformat(f"{first} 19:00"))) == said


def test_a_rule_that_no_form_has_is_kept_and_can_be_ended() -> None:
    rule, first = "FREQ=WEEKLY;BYDAY=MO,WE", date(2027, 2, 1)
    assert how_of(rule, first) == "kept"
    assert rule_of("kept", first, date(2027, 3, 1), kept=rule) == f"{rule};UNTIL=20270301T235959"
    assert rule_of("kept", first, None, kept=f"{rule};UNTIL=20270301T235959") == rule


def test_what_no_month_or_no_calendar_has_is_refused() -> None:
    with pytest.raises(BadInput, match="fifth"):
        rule_of("monthly", date(2027, 3, 30))
    with pytest.raises(BadInput, match="must not be before"):
        rule_of("weekly", date(2027, 3, 30), date(2027, 3, 29))


def test_a_new_series_shows_its_next_five_dates_across_a_clock_change_and_then_meets(line: Line) -> None:
    draft = replace(DRAFT, starts=datetime.fromisoformat("2027-03-09 19:00"))
    with line.store.work(LATER) as work:
        outlined = keeping.outline(work, draft)
        made = keeping.create(work, value(line, "SELECT id FROM groups"), draft, by=person(line, "sue"))
    assert [f"{one:%d %b %H:%M}" for one in outlined.coming] == [
        "09 Mar 19:00", "16 Mar 19:00", "23 Mar 19:00", "30 Mar 19:00", "06 Apr 19:00",
    ]  # fmt: skip
    assert [one.astimezone(UTC).hour for one in outlined.coming] == [19, 19, 19, 18, 18]
    due.remind_meetings(line.store, datetime(2027, 3, 6, 10, 30, tzinfo=UTC), most=50)
    assert value(line, "SELECT count(*) FROM occurrences WHERE meeting_id = :made", made=made) == 1


REFUSED = [
    (replace(DRAFT, rule="FREQ=NEVER"), "is not a rule"),
    (replace(DRAFT, place=Place(" ")), "Say where"),
    (replace(DRAFT, minutes=3), "from 5 minutes"),
    (replace(DRAFT, rule="FREQ=DAILY;COUNT=1", starts=datetime.fromisoformat("2027-01-01 19:00")), "never meets"),
]


@pytest.mark.parametrize(("draft", "why"), REFUSED)
def test_what_cannot_be_is_refused(line: Line, draft: Draft, why: str) -> None:
    with pytest.raises(BadInput, match=why), line.store.work(LATER) as work:
        keeping.create(work, value(line, "SELECT id FROM groups"), draft, by=person(line, "sue"))


def edits(line: Line, **changes: object) -> keeping.Outlined:
    """Change the series as it is after Monday's reminder; return what was foreseen."""
    meeting_id: UUID = series(line)
    with line.store.work(LATER) as work:
        (kept,) = meetings.series_where(work, Meeting.id == meeting_id)
        draft = replace(keeping.draft_of(kept), **changes)  # type: ignore[arg-type]  # fields by name
        outlined = keeping.outline(work, draft, meeting_id)
        keeping.edit(work, meeting_id, draft, by=person(line, "sue"), sequence=kept.sequence)
    ticks(line, LATER)
    return outlined


@pytest.mark.parametrize(
    ("changes", "kind", "keys"),
    [
        ({"starts": datetime.fromisoformat("2026-01-08 19:30")}, "moved", {"meeting.moved.ask", "meeting.moved"}),
        ({"place": Place("Library")}, "place", {"meeting.place"}),
        ({"rule": "FREQ=WEEKLY;BYDAY=TU"}, "cancelled", {"meeting.cancelled"}),
        ({"minutes": 60}, None, set()),
    ],
)
def test_whoever_was_told_of_a_meeting_hears_how_the_series_changes_it(
    line: Line, changes: dict[str, object], kind: str | None, keys: set[str]
) -> None:
    ticks(line, REMINDED)
    sent(line)
    outlined = edits(line, **changes)
    assert [one.kind for one in outlined.told] == ([kind] if kind else [])
    assert {key for _, _, key in owed(line)} == keys
    assert [who for who, _, _ in owed(line)] == (list(EVERYBODY) if kind else [])


def test_of_a_meeting_that_nobody_was_told_of_nobody_hears(line: Line) -> None:
    edits(line, starts=datetime.fromisoformat("2026-01-08 10:00"))
    told = {key for _, _, key in owed(line)}
    assert told <= {"meeting.ask"}
    assert value(line, "SELECT count(*) FROM meeting_changes") == 0


def test_of_two_who_edit_a_series_the_second_is_told_and_a_file_leaves_it_alone(line: Line) -> None:
    edits(line, minutes=60)
    with line.store.work(LATER) as work:
        (kept,) = meetings.series_where(work, Meeting.id == series(line))
    with pytest.raises(meetings.OvertakenError), line.store.work(LATER) as work:
        keeping.edit(work, kept.id, keeping.draft_of(kept), by=person(line, "sue"), sequence=0)
    loads(line, TOWN, LATER)
    assert rows(line, "SELECT minutes, by_hand FROM meetings") == [(60, True)]


def test_who_came_is_marked_once_it_has_begun_and_tells_nobody(line: Line) -> None:
    begun = datetime(2027, 1, 14, 19, 30, tzinfo=UTC)
    with line.store.work(LATER) as work:
        found = meetings.look_up(work, series(line), date(2027, 1, 14))
        assert found is not None
        with pytest.raises(BadInput, match="has not begun"):
            meetings.attendance.mark(work, found[1], person(line, "ann"), came=True, by=person(line, "fay"))
    with line.store.work(begun) as work:
        ann, bill, fay = (person(line, ref) for ref in ("ann", "bill", "fay"))
        meetings.attendance.mark(work, found[1], ann, came=True, by=fay)
        meetings.attendance.mark(work, found[1], bill, came=True, by=fay)
        meetings.attendance.mark(work, found[1], bill, came=None, by=fay)
        meetings.attendance.count_newcomers(work, found[1], 2, by=fay)
        for number in (-1, 201):
            with pytest.raises(BadInput):
                meetings.attendance.count_newcomers(work, found[1], number, by=fay)
        with pytest.raises(BadInput, match="not in this group"):
            meetings.attendance.mark(work, found[1], person(line, "gus"), came=True, by=fay)
        again = meetings.look_up(work, series(line), date(2027, 1, 14))
        assert again is not None
        sheet = meetings.attendance.sheet(work, again[1])
    assert [(one.name, one.came) for one in sheet] == [
        ("Ann", True), ("Bill", None), ("Carol", None), ("Dee", None), ("Fay", None),
    ]  # fmt: skip
    assert again[1].newcomers == 2
    ticks(line, begun)
    # What is kept is only that the reminders of these days were left out: the line stood still until now.
    assert value(line, "SELECT count(*) FROM messages WHERE reason IS DISTINCT FROM 'too_late'") == 0


def test_a_file_that_changes_a_series_tells_whoever_was_told_otherwise(line: Line) -> None:
    ticks(line, REMINDED)
    sent(line)
    loads(line, TOWN, LATER)
    assert value(line, "SELECT sequence FROM meetings") == 0
    loads(line, TOWN.replace("starts: 2026-01-08 19:00", "starts: 2026-01-08 19:30"), LATER)
    ticks(line, LATER)
    assert [who for who, _, _ in owed(line, "meeting.moved.ask", "meeting.moved")] == list(EVERYBODY)
    assert value(line, "SELECT sequence FROM meetings") > 0
    assert value(line, "SELECT by_hand FROM meetings") is False
    # On another weekday: what was told of is off, and stays off however often the file is loaded.
    sent(line)
    for _ in range(2):
        loads(line, TOWN.replace("BYDAY=TH", "BYDAY=TU"), LATER)
        ticks(line, LATER)
    assert {key for _, _, key in owed(line)} == {"meeting.cancelled"}
    with pytest.raises(BadInput, match="not meet on that day any more"), line.store.work(LATER) as work:
        meetings.plan(work, series(line), date(2027, 1, 14), meetings.Restore())
