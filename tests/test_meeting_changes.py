"""One meeting changed: everybody concerned is told at once, by their own medium, once; nothing once it has begun."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from checkin import meetings, people
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.meetings import Cancel, Change, Move, Place, Restore, Run
from checkin.store.models import Meeting
from tests.parts import loads, opened, person, rows, value

LONDON = ZoneInfo("Europe/London")
DAY = date(2027, 1, 14)
# A Monday; the reminder is due at half past ten.
EIGHT = datetime(2027, 1, 11, 9, 30, tzinfo=UTC)
REMINDED = datetime(2027, 1, 11, 10, 30, tzinfo=UTC)
LATER = datetime(2027, 1, 11, 14, 0, tzinfo=UTC)
FRIDAY = datetime(2027, 1, 15, 18, 30, tzinfo=LONDON)
HALL = Place("Town Hall", "Bus 4 stops outside.", "Ramp at the side.")

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [reminders]}
  - {ref: bill, name: Bill, phones: 0113 496 0102, prefers: call, streams: [reminders]}
  - {ref: carol, name: Carol, phones: 07700 900103, streams: [checkins]}
  - {ref: dee, name: Dee, phones: 07700 900112, streams: [reminders]}
  - {ref: fay, name: Fay, phones: 07700 900121, streams: [buddy, reminders]}
  - {ref: gus, name: Gus, phones: 07700 900104, streams: [reminders]}
  - {ref: sue, name: Sue, phones: 07700 900131}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann, bill, carol]
    cover: [dee]
    facilitators: [fay]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-01-08 19:00, venue: Friends Meeting House,
         directions: Behind the station., ask: yes}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with one group, on Monday morning before the reminder."""
    with opened(database_url) as found:
        loads(found, TOWN, EIGHT)
        yield found


def ticks(line: Line, now: datetime) -> None:
    """Do what a tick does, as far as meetings go."""
    due.ask_duties(line.store, now, most=50)
    due.remind_meetings(line.store, now, most=50)
    due.fire_timers(line.store, now, most=50)


def series(line: Line) -> UUID:
    """The id of the only series."""
    found: UUID = value(line, "SELECT id FROM meetings")
    return found


def change(line: Line, what: Change, now: datetime = LATER, *, day: date = DAY) -> meetings.Planned:
    """Change the meeting of a day as it is just now, and let a tick follow."""
    version = value(line, "SELECT version FROM occurrences WHERE day = :day", day=day) or 0
    with line.store.work(now) as work:
        done = meetings.make(work, series(line), day, what, by=person(line, "sue"), version=version)
    ticks(line, now)
    return done


def owed(line: Line, *wording: str) -> list[tuple[str, str, str]]:
    """Who is owed what about meetings, and by what medium; all of it, or some sentences."""
    found = rows(line, "SELECT p.ref, m.medium, m.wording FROM messages m JOIN people p ON p.id = m.person_id "
        "WHERE m.status = 'owed' AND m.wording LIKE 'meeting.%' ORDER BY 1, 3")  # fmt: skip
    return [(ref, medium, key) for ref, medium, key in found if not wording or key in wording]


def sent(line: Line) -> None:
    """Everything that is owed has gone out."""
    with line.store.work(LATER) as work:
        work.conn.exec_driver_sql("UPDATE messages SET status = 'sent' WHERE status = 'owed'")


def says(line: Line, ref: str, answer: str) -> None:
    """Somebody answers about the only meeting that has a row."""
    with line.store.work(LATER) as work:
        occurrence = work.conn.exec_driver_sql("SELECT id FROM occurrences").scalar_one()
        meetings.record(work, occurrence, person(line, ref), answer)


EVERYBODY = {"ann": "text", "bill": "call", "dee": "text", "fay": "text"}


def test_a_move_is_told_at_once_also_to_those_not_reminded_and_asks_again_but_whoever_runs_it(line: Line) -> None:
    change(line, Move(FRIDAY, HALL))
    assert owed(line) == [
        ("ann", "text", "meeting.moved.ask"), ("bill", "call", "meeting.moved.ask"),
        ("dee", "text", "meeting.moved.ask"), ("fay", "text", "meeting.moved"),
    ]  # fmt: skip
    ticks(line, LATER)
    assert len(owed(line)) == 4
    stream = value(line, "SELECT DISTINCT stream FROM messages WHERE wording LIKE 'meeting.moved%'")
    assert stream == "notice"


def test_reminders_of_the_old_time_are_withdrawn_and_new_ones_come_at_the_new_time(line: Line) -> None:
    ticks(line, REMINDED)
    assert {key for _, _, key in owed(line)} == {"meeting.ask"}
    change(line, Move(FRIDAY))
    assert owed(line, "meeting.ask") == []
    assert value(line, "SELECT next_due_at FROM occurrences") == datetime(2027, 1, 12, 10, 30, tzinfo=UTC)
    sent(line)
    # The old day before passes in silence; three days before the new time the question comes again.
    ticks(line, datetime(2027, 1, 12, 10, 30, tzinfo=UTC))
    assert [who for who, _, _ in owed(line, "meeting.ask")] == ["ann", "bill", "dee"]
    sent(line)
    ticks(line, datetime(2027, 1, 13, 16, 0, tzinfo=UTC))
    assert owed(line) == []
    ticks(line, datetime(2027, 1, 14, 9, 0, tzinfo=UTC))
    assert owed(line, "meeting.headcount") == []
    ticks(line, datetime(2027, 1, 15, 9, 0, tzinfo=UTC))
    assert [who for who, _, _ in owed(line, "meeting.headcount")] == ["fay"]
    assert value(line, "SELECT next_due_at FROM occurrences") is None
    # The series goes on as ever.
    assert value(line, "SELECT next_due_at FROM meetings") == datetime(2027, 1, 18, 10, 30, tzinfo=UTC)


def test_what_was_just_told_is_not_reminded_of_within_hours(line: Line) -> None:
    # Moved in the morning of the day before: the reminder at four would say the same again.
    change(line, Move(datetime(2027, 1, 12, 18, 0, tzinfo=LONDON)), EIGHT)
    assert value(line, "SELECT next_due_at FROM occurrences") == datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
    sent(line)
    ticks(line, datetime(2027, 1, 11, 16, 0, tzinfo=UTC))
    assert owed(line) == []
    ticks(line, datetime(2027, 1, 12, 9, 0, tzinfo=UTC))
    assert [key for _, _, key in owed(line)] == ["meeting.headcount"]


def test_a_meeting_through_the_night_of_a_clock_change_lasts_as_long_as_ever(line: Line) -> None:
    with line.store.work(LATER) as work:
        (kept,) = meetings.series_where(work, Meeting.id == series(line))
    night = kept.planned(datetime(2027, 3, 28, 0, 30, tzinfo=LONDON))
    assert night.ends.astimezone(UTC) - night.starts.astimezone(UTC) == timedelta(minutes=90)
    assert f"{night.ends:%H:%M}" == "03:00"


def test_who_could_come_to_the_old_time_is_not_counted_for_the_new_one(line: Line) -> None:
    ticks(line, REMINDED)
    says(line, "ann", "yes")
    says(line, "bill", "no")
    change(line, Move(FRIDAY))
    assert rows(line, "SELECT p.ref, answer FROM rsvps JOIN people p ON p.id = person_id ORDER BY 1") == [
        ("ann", "maybe"), ("bill", None),
    ]  # fmt: skip


def test_whoever_said_that_they_come_is_told_though_no_reminders_reach_them(line: Line) -> None:
    ticks(line, REMINDED)
    says(line, "carol", "yes")
    sent(line)
    change(line, Cancel())
    assert owed(line) == [
        (who, how, "meeting.cancelled") for who, how in sorted({**EVERYBODY, "carol": "text"}.items())
    ]


def test_words_for_whoever_runs_it_are_not_withdrawn_with_the_rest(line: Line) -> None:
    ticks(line, REMINDED)
    with line.store.work(LATER) as work:
        occurrence = work.conn.exec_driver_sql("SELECT id FROM occurrences").scalar_one()
        ann = people.lock(work, person(line, "ann"))
        assert ann is not None
        meetings.pass_on(work, occurrence, ann, "can I bring my sister")
    change(line, Cancel())
    assert owed(line, "meeting.message") == [("fay", "text", "meeting.message")]


def test_a_meeting_that_is_on_again_is_told_only_to_those_who_heard_that_it_is_off(line: Line) -> None:
    change(line, Cancel())
    with line.store.work(LATER) as work:
        # Ann and Fay have read it; the others' waited for the morning.
        work.conn.exec_driver_sql(
            "UPDATE messages SET status = 'sent' WHERE person_id IN (SELECT id FROM people WHERE ref IN ('ann', 'fay'))"
        )
    change(line, Restore())
    assert owed(line) == [("ann", "text", "meeting.restored"), ("fay", "text", "meeting.restored")]
    sent(line)
    change(line, Cancel())
    assert owed(line) == [(who, how, "meeting.cancelled") for who, how in EVERYBODY.items()]
    # At the time of the reminders whoever has heard does not hear again; who has joined since, does.
    sent(line)
    loads(line, TOWN.replace("members: [ann, bill, carol]", "members: [ann, bill, carol, gus]"), LATER)
    ticks(line, datetime(2027, 1, 13, 16, 0, tzinfo=UTC))
    assert owed(line) == [("gus", "text", "meeting.cancelled")]


def test_another_place_asks_nothing_and_keeps_the_answers(line: Line) -> None:
    ticks(line, REMINDED)
    says(line, "ann", "yes")
    change(line, Move(datetime(2027, 1, 14, 19, 0, tzinfo=LONDON), HALL))
    assert owed(line) == [(who, how, "meeting.place") for who, how in EVERYBODY.items()]
    assert value(line, "SELECT answer FROM rsvps") == "yes"
    with line.store.work(LATER) as work:
        sealed = work.conn.exec_driver_sql("SELECT arguments FROM messages WHERE wording = 'meeting.place'")
        said = work.vault.open_json(sealed.scalars().first(), "messages.arguments")
    assert (said["venue"], said["directions"]) == ("Town Hall", "Bus 4 stops outside. Ramp at the side.")


def test_somebody_else_runs_it(line: Line) -> None:
    change(line, Run(person(line, "dee")))
    told = owed(line, "meeting.runs", "meeting.runs_else")
    assert told == [("dee", "text", "meeting.runs"), ("fay", "text", "meeting.runs_else")]
    sent(line)
    # The day before it is Dee who is asked, and on the day Dee who hears who is coming.
    ticks(line, datetime(2027, 1, 13, 17, 0, tzinfo=UTC))
    asked = "SELECT p.ref FROM duties d JOIN people p ON p.id = d.person_id WHERE d.status = 'asked'"
    assert rows(line, asked) == [("dee",)]
    ticks(line, datetime(2027, 1, 14, 9, 0, tzinfo=UTC))
    assert [who for who, _, _ in owed(line, "meeting.headcount")] == ["dee"]
    with pytest.raises(BadInput, match="who runs or covers"):
        change(line, Run(person(line, "ann")))


def test_what_was_asked_of_whoever_runs_it_follows_the_time(line: Line) -> None:
    evening = datetime(2027, 1, 13, 17, 0, tzinfo=UTC)
    ticks(line, evening)
    asked = "SELECT p.ref, d.status, d.starts FROM duties d JOIN people p ON p.id = d.person_id ORDER BY d.starts"
    assert [(who, status) for who, status, _ in rows(line, asked)] == [("fay", "asked")]
    change(line, Move(datetime(2027, 1, 14, 20, 0, tzinfo=LONDON)), evening)
    assert [(who, status, starts.hour) for who, status, starts in rows(line, asked)] == [
        ("fay", "over", 19), ("fay", "asked", 20),
    ]  # fmt: skip
    change(line, Cancel(), evening)
    assert [status for _, status, _ in rows(line, asked)] == ["over", "over"]
    change(line, Restore(), evening)
    assert [status for _, status, _ in rows(line, asked)] == ["over", "asked"]


# --- what cannot be ---

REFUSED: list[tuple[Change, datetime, str]] = [
    (Cancel(), datetime(2027, 1, 14, 19, 0, tzinfo=UTC), "has begun"),
    (Move(FRIDAY), datetime(2027, 1, 14, 19, 30, tzinfo=UTC), "has begun"),
    (Restore(), LATER, "is on"),
    (Move(datetime(2027, 1, 14, 19, 0, tzinfo=LONDON)), LATER, "Nothing is different"),
    (Move(LATER - timedelta(hours=1)), LATER, "still to come"),
    (Move(FRIDAY.replace(year=2029)), LATER, "within a year"),
    (Move(datetime(2027, 1, 21, 19, 0, tzinfo=LONDON)), LATER, "meets at that time already"),
    (Move(FRIDAY, Place("  ")), LATER, "Say where it is"),
    (Move(FRIDAY, Place("x" * 81)), LATER, "Shorten the venue to 80"),
    (Run(None), LATER, "Nothing is different"),
]


@pytest.mark.parametrize(("what", "now", "why"), REFUSED)
def test_what_cannot_be_is_refused_and_tells_nobody(line: Line, what: Change, now: datetime, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        change(line, what, now)
    assert owed(line) == []
    assert value(line, "SELECT count(*) FROM occurrences") == 0


def test_of_two_who_change_the_same_meeting_the_second_is_told(line: Line) -> None:
    change(line, Cancel())
    with pytest.raises(meetings.OvertakenError), line.store.work(LATER) as work:
        meetings.make(work, series(line), DAY, Move(FRIDAY), by=person(line, "sue"), version=0)
    assert value(line, "SELECT status FROM occurrences") == "cancelled"
    assert value(line, "SELECT count(*) FROM meeting_changes") == 1
    assert rows(line, "SELECT action FROM audit") == [("meeting_cancelled",)]


def test_a_plan_says_what_will_be_done_and_does_nothing(line: Line) -> None:
    with line.store.work(LATER) as work:
        planned = meetings.plan(work, series(line), DAY, Move(FRIDAY))
        foreseen = meetings.foresee(work, planned.who)
    assert [(f.hearer.medium, type(f.verdict).__name__) for f in foreseen].count(("text", "Send")) == 3
    assert [f.hearer.medium for f in foreseen].count("call") == 1
    assert value(line, "SELECT count(*) FROM occurrences") == 0
    done = change(line, Move(FRIDAY))
    assert done.who == planned.who


def test_a_file_leaves_alone_what_was_changed_by_hand(line: Line) -> None:
    change(line, Cancel())
    loads(line, TOWN, LATER)
    assert value(line, "SELECT status FROM occurrences") == "cancelled"
    change(line, Restore())
    loads(line, TOWN.replace("ask: yes", "ask: yes, cancelled: 2027-01-14"), LATER)
    assert value(line, "SELECT status FROM occurrences") == "planned"


def test_a_day_that_a_file_had_off_is_on_again_for_those_who_had_heard(line: Line) -> None:
    off = TOWN.replace("ask: yes", "ask: yes, cancelled: 2027-01-14")
    ticks(line, REMINDED)
    loads(line, off, LATER)
    sent(line)
    loads(line, TOWN, LATER)
    assert owed(line) == [(who, how, "meeting.restored") for who, how in EVERYBODY.items()]


def test_next_names_the_meeting_where_it_is_now(line: Line) -> None:
    change(line, Move(datetime(2027, 1, 12, 18, 0, tzinfo=LONDON), HALL))
    with line.store.work(LATER) as work:
        ann = people.lock(work, person(line, "ann"))
        assert ann is not None
        found = meetings.next_for(work, ann)
        assert found is not None
        assert (found.starts.day, found.venue) == (12, "Town Hall")
    # Once it is over, its usual day is not named: it was moved from there.
    with line.store.work(datetime(2027, 1, 13, 9, 0, tzinfo=UTC)) as work:
        found = meetings.next_for(work, ann)
        assert found is not None
        assert found.starts.day == 21
