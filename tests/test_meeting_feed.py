"""Calendars: what a program reads is when we meet, on both sides of a clock change, and nobody is in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkin import meetings
from checkin.bootstrap import Line
from checkin.meetings import Cancel, Change, Move, Place, Restore, feed
from checkin.store.models import Meeting
from tests.parts import loads, opened, person, rows, value

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [reminders]}
  - {ref: fay, name: Faybian, phones: 07700 900121, streams: [buddy, reminders]}
  - {ref: sue, name: Sue, phones: 07700 900131}
groups:
  - ref: leeds
    name: "Leeds; group, \\\\ evening"
    members: [ann]
    facilitators: [fay]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;INTERVAL=2;BYDAY=TH, starts: 2027-01-05 19:00, venue: "Hall, Leeds",
         directions: Behind the station., access: Ramp., zone: Europe/London}
      - {ref: early, rule: FREQ=DAILY;UNTIL=20270403, starts: 2027-03-20 01:30, venue: Hall}
  - ref: york
    name: York group
    members: [ann]
    meetings:
      - {ref: first, rule: FREQ=MONTHLY;BYDAY=1TU, starts: 2027-01-01 18:30, venue: Hall, zone: America/New_York}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with two groups."""
    with opened(database_url) as found:
        loads(found, TOWN, NOON)
        yield found


def group(line: Line, ref: str) -> UUID:
    """A group's id."""
    found: UUID = value(line, "SELECT id FROM groups WHERE ref = :ref", ref=ref)
    return found


def reads(line: Line, address: str | None, now: datetime = NOON) -> feed.Feed | None:
    """What a calendar program gets at an address."""
    assert address is not None
    _, _, calendar_id, name = address.split("/")
    with line.store.work(now) as work:
        return feed.read(work, UUID(calendar_id), name.removesuffix(".ics"))


def new_address(line: Line, **whose: UUID) -> str:
    """Have an address made."""
    with line.store.work(NOON) as work:
        feed.make_address(work, person(line, "sue"), **whose)
        found = feed.address(work, **whose)
    assert found is not None
    return found


def change(line: Line, ref: str, day: date, what: Change) -> None:
    """Change one meeting."""
    with line.store.work(NOON) as work:
        meeting = value(line, "SELECT id FROM meetings WHERE ref = :ref", ref=ref)
        version = value(line, "SELECT version FROM occurrences WHERE day = :day", day=day) or 0
        meetings.make(work, meeting, day, what, by=person(line, "sue"), version=version)


def parsed(body: bytes) -> Any:
    """Return a calendar; its library says of every property that it may be anything."""
    return icalendar.Calendar.from_ical(body)


def moments(body: bytes, first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """Return what a program that knows RFC 5545 makes of a calendar: when, and where; an expander in twenty lines."""
    events = list(parsed(body).walk("VEVENT"))
    instead = {(str(e["UID"]), e["RECURRENCE-ID"].dt.astimezone(UTC)): e for e in events if "RECURRENCE-ID" in e}
    found = [(e["DTSTART"].dt.astimezone(UTC), str(e["LOCATION"])) for e in instead.values()]
    for event in events:
        if "RECURRENCE-ID" in event:
            continue
        begins = event["DTSTART"].dt
        zone = begins.tzinfo
        left_out = event.get("EXDATE", [])
        left_out = left_out if isinstance(left_out, list) else [left_out]
        out = {one.dt.astimezone(UTC) for several in left_out for one in several.dts}
        rule = event["RRULE"].to_ical().decode()
        until = rule.partition("UNTIL=")[2].partition(";")[0]
        end = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if until else last
        bare = ";".join(part for part in rule.split(";") if not part.startswith("UNTIL="))
        wall = rrulestr(bare, dtstart=begins.replace(tzinfo=None))
        for day in takewhile(lambda day: day.replace(tzinfo=UTC) < last + timedelta(days=1), wall):
            moment = day.replace(tzinfo=zone).astimezone(UTC)
            if moment not in out and (str(event["UID"]), moment) not in instead and moment <= end:
                found.append((moment, str(event["LOCATION"])))
    return sorted(one for one in found if first < one[0] < last)


def ours(line: Line, group_id: UUID, first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """When and where we say that a group meets."""
    with line.store.work(first) as work:
        kept = meetings.series_where(work, Meeting.group_id == group_id)
        coming = meetings.coming(work, kept, first)
        all_of_them = (takewhile(lambda one: one.starts < last, one) for one in coming.values())
        return sorted((one.starts.astimezone(UTC), one.venue) for each in all_of_them for one in each)


YEAR = NOON + timedelta(days=400)


def test_a_program_finds_the_meetings_where_we_have_them_across_clock_changes(line: Line) -> None:
    change(line, "thursdays", date(2027, 3, 18), Cancel())
    change(line, "thursdays", date(2027, 4, 1), Move(datetime(2027, 4, 2, 18, 0, tzinfo=LONDON)))
    change(line, "thursdays", date(2027, 10, 28), Move(datetime(2027, 10, 28, 19, 0, tzinfo=LONDON), Place("Library")))
    change(line, "early", date(2027, 3, 27), Cancel())
    for ref in ("leeds", "york"):
        address = new_address(line, group_id=group(line, ref))
        got = reads(line, address)
        assert got is not None
        found = moments(got.body, NOON, YEAR)
        assert len(found) > 10
        assert found == ours(line, group(line, ref), NOON, YEAR)


def test_the_file_is_what_a_strict_program_wants_and_names_nobody(line: Line) -> None:
    change(line, "thursdays", date(2027, 3, 18), Move(datetime(2027, 3, 19, 18, 0, tzinfo=LONDON)))
    got = reads(line, new_address(line, person_id=person(line, "fay")))
    assert got is not None
    text = got.body.decode()
    assert all(len(one.encode()) <= 75 for one in text.split("\r\n"))
    for private in ("Ann", "Faybian", "Sue", "900121", "+44", "mailto"):
        assert private not in text
    calendar = parsed(got.body)
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Europe/London"}
    assert {one.name for one in calendar.walk("VTIMEZONE")[0].subcomponents} == {"STANDARD", "DAYLIGHT"}
    events = calendar.walk("VEVENT")
    assert [str(e["SUMMARY"]) for e in events] == ["Leeds; group, \\ evening"] * 3
    master = next(e for e in events if "RECURRENCE-ID" not in e and "INTERVAL" in e["RRULE"])
    # The first Thursday by the rule, though the series is said to start on a Tuesday.
    assert master["DTSTART"].to_ical() == b"20270107T190000"
    assert master["DTSTART"].params["TZID"] == "Europe/London"
    assert str(master["DESCRIPTION"]) == "Behind the station. Ramp."
    moved = next(e for e in events if "RECURRENCE-ID" in e)
    assert (moved["UID"], moved["RECURRENCE-ID"].to_ical()) == (master["UID"], b"20270318T190000")
    assert b"UNTIL=20270402T230000Z" in got.body


def test_uids_stay_sequences_grow_and_the_same_meetings_are_the_same_bytes(line: Line) -> None:
    address = new_address(line, group_id=group(line, "leeds"))
    first, again = reads(line, address), reads(line, address, NOON + timedelta(hours=5))
    assert first == again
    assert first is not None
    before = {str(e["UID"]): int(e["SEQUENCE"]) for e in parsed(first.body).walk("VEVENT")}
    change(line, "thursdays", date(2027, 3, 18), Cancel())
    change(line, "thursdays", date(2027, 3, 18), Restore())
    after = reads(line, address)
    assert after is not None
    assert after.etag != first.etag
    grown = {str(e["UID"]): int(e["SEQUENCE"]) for e in parsed(after.body).walk("VEVENT")}
    assert grown.keys() == before.keys()
    assert sorted(grown[uid] - before[uid] for uid in grown) == [0, 2]


def test_an_address_cannot_be_guessed_and_ends_when_a_new_one_is_made_or_it_is_taken_away(line: Line) -> None:
    fay = person(line, "fay")
    first = new_address(line, person_id=fay)
    assert reads(line, first[:-5] + ("0" if first[-5] != "0" else "1") + ".ics") is None
    assert reads(line, first.replace(first.split("/")[2], str(fay))) is None
    second = new_address(line, person_id=fay)
    assert reads(line, first) is None
    assert reads(line, second) is not None
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET status = 'ended' WHERE ref = 'fay'")
    assert reads(line, second) is None
    with line.store.work(NOON) as work:
        feed.drop_address(work, person(line, "sue"), person_id=fay)
        assert feed.address(work, person_id=fay) is None
    assert [row[0] for row in rows(line, "SELECT action FROM audit")] == [
        "calendar_address_made", "calendar_address_made", "calendar_address_dropped",
    ]  # fmt: skip


RULES = [
    "FREQ=WEEKLY;BYDAY=TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;INTERVAL=3",
    "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=WEEKLY;COUNT=9",
    "FREQ=WEEKLY;BYDAY=SU;UNTIL=20271105T013000",
]  # fmt: skip
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(RULES),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2027, 1, 1), datetime(2027, 10, 1)).map(lambda d: d.replace(second=0, microsecond=0)),  # noqa: DTZ001
)
def test_any_series_is_read_as_we_have_it(line: Line, rule: str, zone: str, starts: datetime) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("DELETE FROM calendars")
        work.conn.exec_driver_sql("UPDATE meetings SET rule = %s, zone = %s, starts = %s WHERE ref = 'first'",
            (rule, zone, starts))  # fmt: skip
    york = group(line, "york")
    got = reads(line, new_address(line, group_id=york))
    assert got is not None
    since = datetime(2026, 12, 1, tzinfo=UTC)
    assert moments(got.body, since, YEAR) == ours(line, york, since, YEAR)
