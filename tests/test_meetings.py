"""Meetings: when a series meets, when somebody has to hear of it, and that everybody hears once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from checkin import meetings
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.meetings import Lead, Series, read_lead
from tests.parts import loads, opened, person, rows, value

LONDON = ZoneInfo("Europe/London")
# Wall-clock time has no zone.
EVENING = datetime.fromisoformat("2026-01-08 19:00")
THURSDAYS = Series("FREQ=WEEKLY;BYDAY=TH", EVENING, LONDON, (Lead(3, time(10, 30)), Lead(1, time(16))))
# The week of a meeting on Thursday 14 January 2027.
MONDAY = datetime(2027, 1, 11, 10, 30, tzinfo=UTC)
WEDNESDAY = datetime(2027, 1, 13, 16, 0, tzinfo=UTC)
THURSDAY = datetime(2027, 1, 14, 9, 0, tzinfo=UTC)
BEGINS = datetime(2027, 1, 14, 19, 0, tzinfo=UTC)

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [reminders]}
  - {ref: bill, name: Bill, phones: 0113 496 0102, prefers: call, streams: [reminders]}
  - {ref: carol, name: Carol, phones: 07700 900103, streams: [checkins]}
  - {ref: dee, name: Dee, phones: 07700 900112, streams: [reminders]}
  - {ref: fay, name: Fay, phones: 07700 900121, streams: [buddy, reminders]}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann, bill, carol]
    cover: [dee]
    facilitators: [fay]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-01-08 19:00, venue: Friends Meeting House}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with one group."""
    with opened(database_url) as found:
        yield found


def ticks(line: Line, now: datetime) -> int:
    """Do what a tick does, as far as meetings go."""
    done = due.remind_meetings(line.store, now, most=50)
    due.fire_timers(line.store, now, most=50)
    return done


def told(line: Line, wording: str) -> list[tuple[str, str]]:
    """Who is owed a sentence, and by what medium."""
    found = rows(
        line,
        "SELECT p.ref, m.medium FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording = :wording "
        "AND m.status = 'owed' ORDER BY 1",
        wording=wording,
    )
    return [tuple(row) for row in found]


# --- pure ---


def test_what_has_to_be_heard_of_a_meeting_comes_in_order() -> None:
    moments = []
    moment = datetime(2027, 1, 10, tzinfo=UTC)
    for _ in range(4):
        moment = THURSDAYS.told_after(moment) or moment
        moments.append(moment)
    assert moments == [MONDAY, WEDNESDAY, THURSDAY, MONDAY + timedelta(days=7)]
    assert [(t.starts, t.days_before) for t in THURSDAYS.told_at(MONDAY)] == [(BEGINS, 3)]
    assert [t.days_before for t in THURSDAYS.told_at(THURSDAY)] == [None]


def test_a_series_that_is_over_has_nothing_more_to_say() -> None:
    once = Series("FREQ=DAILY;COUNT=1", datetime.fromisoformat("2027-01-14 19:00"), LONDON, (Lead(1, time(16)),))
    assert once.told_after(THURSDAY) is None
    assert once.told_after(WEDNESDAY) == THURSDAY


def test_reminders_stay_at_their_time_when_clocks_change() -> None:
    # British Summer Time begins on Sunday 28 March 2027.
    monday = THURSDAYS.told_after(datetime(2027, 3, 26, tzinfo=UTC))
    assert monday == datetime(2027, 3, 29, 9, 30, tzinfo=UTC)
    assert THURSDAYS.told_at(monday)[0].starts == datetime(2027, 4, 1, 19, 0, tzinfo=LONDON)


def test_of_a_meeting_early_in_the_day_the_headcount_comes_the_evening_before() -> None:
    early = Series("FREQ=WEEKLY;BYDAY=TH", datetime.fromisoformat("2026-01-08 09:30"), LONDON, (Lead(3, time(10, 30)),))
    assert early.told_after(MONDAY) == datetime(2027, 1, 13, 18, 0, tzinfo=UTC)


def test_nobody_has_to_hear_of_a_series_without_reminders() -> None:
    assert Series("FREQ=DAILY", EVENING, LONDON).told_after(MONDAY) is None


def test_the_next_meeting_is_one_that_takes_place() -> None:
    off = dict.fromkeys((date(2027, 1, 14), date(2027, 1, 21)))
    found = THURSDAYS.next_meeting(MONDAY, off)
    assert found == datetime(2027, 1, 28, 19, 0, tzinfo=LONDON)
    once = Series("FREQ=DAILY;COUNT=1", datetime.fromisoformat("2027-01-14 19:00"), LONDON)
    assert once.next_meeting(MONDAY, off) is None


def test_a_lead_is_days_and_a_time() -> None:
    assert read_lead("3 10:30") == Lead(3, time(10, 30))
    assert str(read_lead("14 9:05")) == "14 09:05"
    for written in ("0 10:30", "29 10:30", "3", "10:30", "3 24:00", "3 10:60", "-1 10:30", ""):
        with pytest.raises(BadInput):
            read_lead(written)


# --- who is told, and how often ---


def test_each_member_who_agreed_is_reminded_once_by_their_own_medium(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    assert ticks(line, MONDAY - timedelta(minutes=1)) == 0
    assert ticks(line, MONDAY) == 1
    assert ticks(line, MONDAY) == 0
    assert told(line, "meeting.ask") == [("ann", "text"), ("bill", "call"), ("dee", "text")]
    expires = value(line, "SELECT min(expires_at) FROM messages WHERE wording = 'meeting.ask'")
    assert expires == BEGINS
    # A clock put back, or a file loaded anew, cannot make it twice: it is unique in the database.
    with line.store.work(MONDAY) as work:
        work.conn.exec_driver_sql("UPDATE meetings SET next_due_at = '2027-01-11 10:30+00'")
    ticks(line, MONDAY)
    assert len(told(line, "meeting.ask")) == 3
    assert value(line, "SELECT count(*) FROM reminders") == 3


def test_who_cannot_come_is_not_reminded_again_and_who_comes_is_not_asked_again(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    ticks(line, MONDAY)
    with line.store.work(MONDAY) as work:
        occurrence = work.conn.exec_driver_sql("SELECT id FROM occurrences").scalar_one()
        meetings.record(work, occurrence, person(line, "ann"), "yes")
        meetings.record(work, occurrence, person(line, "dee"), "maybe")
        meetings.record(work, occurrence, person(line, "dee"), "no")
        work.conn.exec_driver_sql("UPDATE people SET state = NULL")
        work.conn.exec_driver_sql("DELETE FROM messages")
    ticks(line, WEDNESDAY)
    assert told(line, "meeting.news") == [("ann", "text")]
    assert told(line, "meeting.ask") == [("bill", "call")]


def test_whoever_runs_the_group_hears_who_is_coming(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    ticks(line, MONDAY)
    with line.store.work(MONDAY) as work:
        occurrence = work.conn.exec_driver_sql("SELECT id FROM occurrences").scalar_one()
        meetings.record(work, occurrence, person(line, "ann"), "yes")
        meetings.record(work, occurrence, person(line, "bill"), "no")
    ticks(line, WEDNESDAY)
    ticks(line, THURSDAY)
    assert told(line, "meeting.headcount") == [("fay", "text")]
    with line.store.work(MONDAY) as work:
        sealed = work.conn.exec_driver_sql(
            "SELECT arguments FROM messages WHERE wording = 'meeting.headcount'"
        ).scalar_one()
        values = work.vault.open_json(sealed, "messages.arguments")
    assert {name: values[name] for name in ("yes", "no", "messages")} == {"yes": "1", "no": "1", "messages": "0"}


def test_a_line_that_was_down_reminds_late_but_not_of_what_is_over(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    ticks(line, MONDAY + timedelta(hours=11))
    assert len(told(line, "meeting.ask")) == 3
    # Two weeks later nobody is flooded: what was missed is left out, and what is due next stands.
    ticks(line, MONDAY + timedelta(days=15))
    assert len(told(line, "meeting.ask")) == 3
    assert value(line, "SELECT next_due_at FROM meetings") == WEDNESDAY + timedelta(days=14)


def test_a_pause_keeps_a_reminder_away(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    with line.store.work(MONDAY) as work:
        work.conn.exec_driver_sql("UPDATE people SET paused_until = '2027-02-01 09:00+00' WHERE ref = 'ann'")
    ticks(line, MONDAY)
    assert told(line, "meeting.ask") == [("bill", "call"), ("dee", "text")]


# --- called off ---

OFF = TOWN.replace("venue: Friends Meeting House}", "venue: Friends Meeting House, cancelled: 2027-01-14}")


def test_a_meeting_called_off_after_the_reminder_is_told_at_once_to_everybody_once(line: Line) -> None:
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    ticks(line, MONDAY)
    loads(line, OFF, MONDAY + timedelta(hours=2))
    everybody = [("ann", "text"), ("bill", "call"), ("dee", "text"), ("fay", "text")]
    assert told(line, "meeting.cancelled") == everybody
    assert told(line, "meeting.ask") == []
    ticks(line, MONDAY + timedelta(hours=2))
    assert value(line, "SELECT count(*) FROM people WHERE (state->>'open')::boolean") == 0
    loads(line, OFF, MONDAY + timedelta(hours=3))
    ticks(line, WEDNESDAY)
    ticks(line, THURSDAY)
    assert told(line, "meeting.cancelled") == everybody
    assert told(line, "meeting.headcount") == []


def test_a_meeting_called_off_long_before_is_told_when_it_would_have_been_reminded_of(line: Line) -> None:
    loads(line, OFF, MONDAY - timedelta(days=20))
    assert told(line, "meeting.cancelled") == []
    with line.store.work(MONDAY) as work:
        work.conn.exec_driver_sql("UPDATE meetings SET next_due_at = '2027-01-11 10:30+00'")
    ticks(line, MONDAY)
    assert [who for who, _ in told(line, "meeting.cancelled")] == ["ann", "bill", "dee", "fay"]
    assert told(line, "meeting.ask") == []


def test_a_day_taken_out_of_the_file_again_takes_place(line: Line) -> None:
    loads(line, OFF, MONDAY - timedelta(days=1))
    loads(line, TOWN, MONDAY - timedelta(hours=1))
    ticks(line, MONDAY)
    assert len(told(line, "meeting.ask")) == 3


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("cancelled: 2027-01-15", "it does not meet on 2027-01-15 by its rule"),
        ("cancelled: soon", "'soon' is not a day such as 2026-12-24"),
        ("reminders: 3 days", "'3 days' is not days (1 to 28) and a time, such as 3 10:30"),
        ("reminders: [3 10:30, 3 16:00]", "has two reminders on the same day"),
    ],
)
def test_a_mistake_about_meetings_is_named(line: Line, written: str, why: str) -> None:
    with pytest.raises(BadInput, match="tow") as refused:
        loads(line, TOWN.replace("venue: Friends Meeting House}", f"venue: Friends Meeting House, {written}}}"))
    assert why in str(refused.value)


# --- what differs from the rule ---

HELD = [
    # the rule alone
    ({}, "2027-01-11", ["14 Jan 19:00", "21 Jan 19:00"]),
    # off; moved later, earlier, and past the one after it
    ({"2027-01-14": None}, "2027-01-11", ["21 Jan 19:00", "28 Jan 19:00"]),
    ({"2027-01-14": "2027-01-15 18:30"}, "2027-01-11", ["15 Jan 18:30", "21 Jan 19:00"]),
    ({"2027-01-14": "2027-01-12 18:30"}, "2027-01-11", ["12 Jan 18:30", "21 Jan 19:00"]),
    ({"2027-01-14": "2027-01-22 10:00"}, "2027-01-11", ["21 Jan 19:00", "22 Jan 10:00", "28 Jan 19:00"]),
    # moved to before now: its usual day is not a meeting
    ({"2027-01-14": "2027-01-12 18:30"}, "2027-01-13", ["21 Jan 19:00"]),
    # moved to later, seen after its usual day
    ({"2027-01-14": "2027-01-16 10:00"}, "2027-01-15", ["16 Jan 10:00", "21 Jan 19:00"]),
    # across both clock changes the time on the wall stays
    ({"2027-03-25": None}, "2027-03-19", ["01 Apr 19:00", "08 Apr 19:00"]),
    ({"2027-10-28": "2027-10-31 01:30"}, "2027-10-22", ["31 Oct 01:30", "04 Nov 19:00"]),
]


@pytest.mark.parametrize(("differs", "after", "right"), HELD)
def test_meetings_take_place_as_the_rule_and_what_differs_from_it_have_them(
    differs: dict[str, str | None], after: str, right: list[str]
) -> None:
    exceptions = {
        date.fromisoformat(day): datetime.fromisoformat(at).replace(tzinfo=LONDON) if at else None
        for day, at in differs.items()
    }
    held = THURSDAYS.held(datetime.fromisoformat(after).replace(tzinfo=LONDON), exceptions)
    assert [f"{starts:%d %b %H:%M}" for starts, _ in islice(held, len(right))] == right


CLOCKS = [
    # skipped when the clocks go forward: as long after the gap as it would have been
    ("2027-03-28", "01:30", LONDON, "2027-03-28 01:30", "02:30"),
    ("2027-03-14", "02:15", ZoneInfo("America/New_York"), "2027-03-14 07:15", "03:15"),
    # coming twice when they go back: the first time
    ("2027-10-31", "01:30", LONDON, "2027-10-31 00:30", "01:30"),
    ("2027-04-04", "01:45", ZoneInfo("Australia/Lord_Howe"), "2027-04-03 14:45", "01:45"),
]


@pytest.mark.parametrize(("day", "clock", "zone", "utc", "shown"), CLOCKS)
def test_a_time_that_is_skipped_or_comes_twice_is_one_moment(
    day: str, clock: str, zone: ZoneInfo, utc: str, shown: str
) -> None:
    series = Series("FREQ=DAILY", datetime.fromisoformat("2027-01-01 " + clock), zone)
    typed = series.at(date.fromisoformat(day), time.fromisoformat(clock))
    assert typed.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert f"{typed:%H:%M}" == shown
    # What somebody types for one meeting and what a rule gives are the same moment.
    assert series.on(date.fromisoformat(day)) == typed
