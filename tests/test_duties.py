"""Duties: asked once, the day before; a no is offered in order; silence is not a no; a hole is told of once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from checkin import duties, groups, rota
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.store.work import Work
from tests.parts import NOON, loads, opened, person, rows, value

LONDON, YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
TOWN = """
people:
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
  - {ref: lin, name: Lin, phones: 07700 900133}
  - {ref: fay, name: Fay, phones: 07700 900134}
rota:
  - {ref: tuesdays, person: omar, rule: FREQ=WEEKLY;BYDAY=TU, starts: 2026-01-06 08:00, minutes: 720}
  - {ref: rest, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 20:00, minutes: 720}
stand_ins: [sue, lin, fay]
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
"""
FIVE = NOON.replace(hour=17)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on a Monday at noon; Omar has the Tuesday."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def ticks(line: Line, now: datetime) -> None:
    """Do what has come due."""
    due.ask_duties(line.store, now, most=50)
    due.fire_timers(line.store, now, most=50)


def says(line: Line, now: datetime, topic: str, ref: str, word: str) -> str | None:
    """Answer the question about the only duty."""
    duty: UUID = value(line, "SELECT id FROM duties ORDER BY id")
    with line.store.work(now) as work:
        said = duties.record(work, topic, duty, person(line, ref), word)
    due.fire_timers(line.store, now, most=50)
    return said


def told(line: Line) -> list[tuple[str, str]]:
    """Who was owed what, in order. Reminders are the topic's own business."""
    owed = "SELECT p.ref, m.wording FROM messages m JOIN people p ON p.id = m.person_id ORDER BY m.id"
    return [(ref, wording) for ref, wording in rows(line, owed) if wording != "duty.reminder"]


def status(line: Line) -> Any:
    """How the only duty stands."""
    return value(line, "SELECT status FROM duties ORDER BY id")


# --- when somebody is asked ---

ASKED = [
    # rule, first, zone of the shift; zone of its person, at; after; asked (UTC)
    ("FREQ=WEEKLY;BYDAY=TU", "2026-01-06 08:00", LONDON, LONDON, "17:00", "2027-01-11 12:00", "2027-01-11 17:00"),
    ("FREQ=WEEKLY;BYDAY=TU", "2026-01-06 08:00", LONDON, LONDON, "17:00", "2027-01-11 17:00", "2027-01-18 17:00"),
    ("FREQ=WEEKLY;BYDAY=TU", "2026-01-06 00:15", LONDON, LONDON, "17:00", "2027-01-11 12:00", "2027-01-11 17:00"),
    ("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 20:00", LONDON, LONDON, "16:30", "2027-01-11 12:00", "2027-01-31 16:30"),
    # Five o'clock is theirs, on both sides of a clock change, wherever the shift is.
    ("FREQ=WEEKLY;BYDAY=SU", "2026-01-04 08:00", LONDON, LONDON, "17:00", "2027-03-27 12:00", "2027-03-27 17:00"),
    ("FREQ=WEEKLY;BYDAY=MO", "2026-01-05 08:00", LONDON, LONDON, "17:00", "2027-03-28 12:00", "2027-03-28 16:00"),
    ("FREQ=WEEKLY;BYDAY=TU", "2026-01-06 08:00", LONDON, YORK, "17:00", "2027-01-11 12:00", "2027-01-11 22:00"),
    ("FREQ=DAILY;UNTIL=20270101T235959", "2026-01-01 08:00", LONDON, LONDON, "17:00", "2027-01-11 12:00", None),
]


@pytest.mark.parametrize(("rule", "first", "zone", "home", "at", "after", "right"), ASKED)
def test_when_somebody_is_asked(
    rule: str, first: str, zone: ZoneInfo, home: ZoneInfo, at: str, after: str, right: str | None
) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    begins = datetime.fromisoformat(first)
    found = rota.next_ask(rule, begins, zone, home=home, at=time.fromisoformat(at), after=moment)
    assert found == (datetime.fromisoformat(right).replace(tzinfo=UTC) if right else None)


def test_nobody_is_asked_early_or_twice_and_a_shift_that_is_every_day_is_not_asked_about(line: Line) -> None:
    ticks(line, FIVE - timedelta(seconds=1))
    assert told(line) == []
    for _ in range(2):
        ticks(line, FIVE)
        with line.store.work(FIVE) as work:
            work.conn.exec_driver_sql("UPDATE shifts SET next_due_at = '2027-01-11 17:00Z' WHERE ask")
    ticks(line, FIVE)
    assert told(line) == [("omar", "duty.ask")]
    assert rows(line, "SELECT ref, next_due_at FROM shifts ORDER BY ref") == [
        ("rest", None), ("tuesdays", FIVE + timedelta(days=7)),
    ]  # fmt: skip


def test_after_a_night_of_standing_still_it_is_asked_late_but_not_once_it_has_begun(line: Line) -> None:
    ticks(line, FIVE + timedelta(hours=13))
    assert told(line) == [("omar", "duty.ask")]
    ticks(line, FIVE + timedelta(days=9))
    assert told(line) == [("omar", "duty.ask")]


def test_loading_a_file_skips_no_question_that_is_due(line: Line) -> None:
    loads(line, TOWN, now=FIVE + timedelta(minutes=1))
    ticks(line, FIVE + timedelta(minutes=1))
    assert told(line) == [("omar", "duty.ask")]


def test_whoever_stands_in_is_asked_in_place_of_who_is_away(line: Line) -> None:
    loads(line, TOWN + "holidays: [{ref: spain, person: omar, from: 2027-01-12, until: 2027-01-12}]\n")
    ticks(line, FIVE)
    assert told(line) == [("sue", "duty.ask")]


def test_a_shift_in_two_hands_is_asked_of_both(line: Line) -> None:
    loads(line, TOWN + "overrides: [{ref: x, person: lin, instead_of: omar, from: 2027-01-12 12:00,"
        " until: 2027-01-12 22:00}]\n")  # fmt: skip
    ticks(line, FIVE)
    assert rows(line, "SELECT p.ref, extract(hour FROM starts AT TIME ZONE 'UTC')::int FROM duties"
        " JOIN people p ON p.id = person_id ORDER BY starts") == [("omar", 8), ("lin", 12)]  # fmt: skip


def test_the_question_is_taken_back_from_whoever_does_not_have_it_any_more(line: Line) -> None:
    ticks(line, FIVE)
    loads(line, TOWN.replace("person: omar, rule", "person: lin, rule"), now=FIVE)
    with line.store.work(FIVE) as work:
        work.conn.exec_driver_sql("UPDATE shifts SET next_due_at = '2027-01-11 17:00Z' WHERE ask")
    ticks(line, FIVE + timedelta(minutes=1))
    assert told(line) == [("omar", "duty.ask"), ("lin", "duty.ask")]
    assert rows(line, "SELECT p.ref, d.status FROM duties d JOIN people p ON p.id = d.person_id ORDER BY d.id") == [
        ("omar", "over"), ("lin", "asked"),
    ]  # fmt: skip
    assert value(line, "SELECT state->>'open' FROM people WHERE ref = 'omar'") == "false"


# --- answers ---


def test_a_no_goes_to_the_stand_ins_who_are_free_one_at_a_time(line: Line) -> None:
    loads(line, TOWN + "overrides: [{ref: x, person: sue, from: 2027-01-12 19:00, until: 2027-01-12 20:00, rank: 2}]\n")
    ticks(line, FIVE)
    says(line, FIVE, "duty", "omar", "no")
    assert status(line) == "offered"
    # Sue is on call at seven that evening.
    assert told(line) == [("omar", "duty.ask"), ("lin", "cover.ask")]
    ticks(line, FIVE + duties.OFFER_WAIT - timedelta(seconds=1))
    assert told(line)[2:] == []
    ticks(line, FIVE + duties.OFFER_WAIT)
    assert told(line)[2:] == [("fay", "cover.ask")]
    assert says(line, FIVE + timedelta(hours=3), "cover", "lin", "yes") == "cover.yours"
    assert says(line, FIVE + timedelta(hours=3), "cover", "fay", "yes") == "cover.gone"
    assert says(line, FIVE + timedelta(hours=3), "cover", "lin", "yes") == "cover.yours"
    assert told(line)[3:] == [("omar", "duty.covered"), ("fay", "cover.settled"), ("sue", "duty.told")]
    with line.store.work(NOON + timedelta(days=1)) as work:
        assert rota.on_call(work) == [person(line, "lin")]
        assert [turn.why for turn in rota.who(work, work.now)] == ["tuesdays shift, first rank, covers for Omar"]
    assert value(line, "SELECT count(*) FROM overrides WHERE why = 'covers'") == 1
    assert value(line, "SELECT count(*) FROM audit WHERE action = 'duty_covered'") == 1


def test_whoever_has_just_stepped_in_is_not_asked_once_more(line: Line) -> None:
    ticks(line, FIVE)
    says(line, FIVE, "duty", "omar", "no")
    says(line, FIVE, "cover", "sue", "yes")
    with line.store.work(FIVE) as work:
        duties.away(work, None, person(line, "fay"), FIVE, FIVE + timedelta(days=1))
    ticks(line, FIVE + timedelta(minutes=1))
    asked = "SELECT p.ref, d.status FROM duties d JOIN people p ON p.id = person_id ORDER BY d.id"
    assert [tuple(row) for row in rows(line, asked)] == [("omar", "covered"), ("sue", "confirmed")]


def test_a_stand_in_who_is_away_is_not_asked(line: Line) -> None:
    loads(line, TOWN + "holidays: [{ref: x, person: sue, from: 2027-01-12 07:00, until: 2027-01-12 09:00}]\n")
    ticks(line, FIVE)
    says(line, FIVE, "duty", "omar", "no")
    assert told(line)[1:] == [("lin", "cover.ask")]


def test_a_no_at_night_is_not_held_back_until_the_morning_when_it_would_be_too_late(line: Line) -> None:
    ticks(line, FIVE)
    says(line, FIVE + timedelta(hours=4), "duty", "omar", "no")
    assert status(line) == "nobody"
    assert rows(line, "SELECT severity, reason, person_id FROM cases") == [("amber", "duty_nobody", None)]
    # A late yes of a stand-in cannot be: nobody was asked. But one of somebody who was, can.
    assert says(line, FIVE + timedelta(hours=5), "cover", "lin", "yes") == "cover.yours"
    assert status(line) == "covered"


def test_with_a_no_when_it_has_begun_a_person_hears_at_once(line: Line) -> None:
    ticks(line, FIVE)
    says(line, FIVE + timedelta(hours=16), "duty", "omar", "no")
    assert value(line, "SELECT severity FROM cases") == "amber"
    assert ("lin", "cover.ask") not in told(line)


def test_silence_is_not_a_no(line: Line) -> None:
    ticks(line, FIVE)
    ticks(line, FIVE + duties.SILENT_AFTER - timedelta(seconds=1))
    assert value(line, "SELECT count(*) FROM cases") == 0
    ticks(line, FIVE + duties.SILENT_AFTER)
    assert rows(line, "SELECT severity, reason FROM cases") == [("task", "duty_silent")]
    assert status(line) == "silent"
    with line.store.work(NOON + timedelta(days=1)) as work:
        assert rota.on_call(work) == [person(line, "omar")]
    says(line, FIVE + timedelta(hours=5), "duty", "omar", "yes")
    assert status(line) == "confirmed"


def test_an_answer_from_somebody_else_or_to_something_that_is_over_changes_nothing(line: Line) -> None:
    ticks(line, FIVE)
    says(line, FIVE, "duty", "lin", "no")
    assert status(line) == "asked"
    says(line, FIVE, "duty", "omar", "yes")
    says(line, FIVE, "duty", "omar", "no")
    assert status(line) == "confirmed"
    with line.store.work(FIVE) as work:
        assert duties.record(work, "cover", UUID(int=7), person(line, "lin"), "yes") == "cover.gone"
        assert duties.record(work, "duty", UUID(int=7), person(line, "lin"), "no") is None


# --- whoever runs a meeting ---

GROUP = """
people:
  - {ref: ben, name: Ben, phones: 07700 900111}
  - {ref: dee, name: Dee, phones: 07700 900112}
  - {ref: eve, name: Eve, phones: 07700 900113}
groups:
  - ref: leeds
    name: Leeds group
    facilitators: [ben]
    cover: [dee, eve]
    meetings: [{ref: tuesday, rule: FREQ=WEEKLY;BYDAY=TU, starts: 2026-01-06 19:00, venue: Library, reminders: never}]
"""


@pytest.fixture
def group(database_url: str) -> Iterator[Line]:
    """A line on a Monday at noon; Ben runs the group on Tuesdays, Dee and Eve could step in."""
    with opened(database_url) as found:
        loads(found, GROUP)
        yield found


def test_a_facilitators_no_is_offered_to_who_covers_the_group(group: Line) -> None:
    ticks(group, FIVE - timedelta(seconds=1))
    assert told(group) == []
    ticks(group, FIVE)
    assert told(group) == [("ben", "duty.ask")]
    says(group, FIVE, "duty", "ben", "no")
    says(group, FIVE, "cover", "dee", "no")
    assert told(group)[1:] == [("dee", "cover.ask"), ("eve", "cover.ask")]
    assert says(group, FIVE, "cover", "eve", "yes") == "cover.yours"
    assert value(group, "SELECT count(*) FROM overrides") == 0
    with group.store.work(FIVE) as work:
        duty = duties.lock(work, value(group, "SELECT id FROM duties ORDER BY id"))
        assert duty is not None
        said = duties.said(work, duty, "en", LONDON, "text")
    assert said == "the meeting of Leeds group, Tuesday 12 January, 19:00 to 20:30"
    assert value(group, "SELECT ask_due_at FROM meetings") == FIVE + timedelta(days=7)


def test_whoever_stepped_in_hears_who_is_coming(group: Line) -> None:
    loads(group, GROUP.replace("reminders: never", 'reminders: ["1 10:00"]'))
    ticks(group, FIVE)
    says(group, FIVE, "duty", "ben", "no")
    says(group, FIVE, "cover", "dee", "yes")
    due.remind_meetings(group.store, NOON.replace(day=12, hour=9), most=50)
    assert told(group)[-1] == ("dee", "meeting.headcount")
    with group.store.work(FIVE) as work, pytest.raises(BadInput, match="down to run the meeting of Tuesday 12 January"):
        groups.check(work, value(group, "SELECT id FROM groups"), person(group, "dee"), "gone")


def test_of_a_meeting_that_is_off_nobody_is_asked_any_more(group: Line) -> None:
    ticks(group, FIVE)
    loads(group, GROUP.replace("reminders: never", 'reminders: never, cancelled: ["2027-01-12"]'), now=FIVE)
    says(group, FIVE, "duty", "ben", "no")
    assert status(group) == "over"
    assert [key for _, key in told(group) if key == "cover.ask"] == []
    assert rows(group, "SELECT 1 FROM cases") == []


def test_whoever_runs_the_group_no_longer_has_nothing_to_say_of_its_meetings(group: Line) -> None:
    ticks(group, FIVE)
    with group.store.work(FIVE) as work:
        leeds = value(group, "SELECT id FROM groups")
        groups.choose(work, leeds, person(group, "eve"), "facilitator", by=person(group, "eve"))
        groups.choose(work, leeds, person(group, "ben"), "gone", by=person(group, "eve"))
    says(group, FIVE, "duty", "ben", "no")
    assert status(group) == "over"
    assert [key for _, key in told(group) if key == "cover.ask"] == []


def test_a_meeting_that_was_off_before_is_not_asked_about(group: Line) -> None:
    loads(group, GROUP.replace("reminders: never", 'reminders: never, cancelled: ["2027-01-12"]'))
    ticks(group, FIVE)
    assert "duty.ask" not in [key for _, key in told(group)]


def test_without_cover_whoever_runs_it_is_asked_only_when_the_file_says_so(group: Line) -> None:
    alone = GROUP.replace("    cover: [dee, eve]\n", "")
    loads(group, alone)
    assert value(group, "SELECT ask_due_at FROM meetings") is None
    loads(group, alone.replace("venue: Library", "venue: Library, ask: yes"))
    ticks(group, FIVE)
    says(group, FIVE, "duty", "ben", "no")
    assert rows(group, "SELECT severity, reason FROM cases") == [("amber", "duty_nobody")]


# --- what staff change ---

TUESDAY = date(2027, 1, 12)


def shift(line: Line, ref: str = "tuesdays") -> UUID:
    """Return a shift's id."""
    found: UUID = value(line, "SELECT id FROM shifts WHERE ref = :ref", ref=ref)
    return found


def proposes(line: Line, ref: str = "lin", now: datetime = NOON) -> None:
    """Propose that somebody has Omar's Tuesday."""
    with line.store.work(now) as work:
        duties.propose_swap(work, person(line, "sue"), shift(line), TUESDAY, person(line, ref))
    due.fire_timers(line.store, now, most=50)


def on_tuesday(line: Line) -> list[str]:
    """Who is on call on Tuesday at noon."""
    with line.store.work(NOON + timedelta(days=1)) as work:
        return [turn.name for turn in rota.who(work, work.now)]


def test_a_swap_needs_two_yeses(line: Line) -> None:
    proposes(line)
    assert told(line) == [("omar", "swap.ask")]
    says(line, NOON, "swap", "omar", "yes")
    assert told(line)[1:] == [("lin", "cover.ask")]
    assert on_tuesday(line) == ["Omar"]
    assert says(line, NOON, "cover", "lin", "yes") == "cover.yours"
    assert on_tuesday(line) == ["Lin"]
    assert value(line, "SELECT why FROM overrides") == "swap"
    ticks(line, FIVE)
    # Lin has it now and is asked about it; Omar is not.
    asked = "SELECT p.ref FROM duties d JOIN people p ON p.id = person_id WHERE d.status = 'asked'"
    assert rows(line, asked) == [("lin",)]
    assert ("omar", "duty.ask") not in told(line)


@pytest.mark.parametrize("who", ["omar", "lin"])
def test_after_one_no_all_stays_and_the_day_before_is_as_ever(line: Line, who: str) -> None:
    proposes(line)
    says(line, NOON, "swap", "omar", "no" if who == "omar" else "yes")
    if who == "lin":
        says(line, NOON, "cover", "lin", "no")
        assert told(line)[-1] == ("omar", "swap.stays")
    assert on_tuesday(line) == ["Omar"]
    ticks(line, FIVE)
    assert told(line)[-1] == ("omar", "duty.ask")
    says(line, FIVE, "duty", "omar", "no")
    assert told(line)[-1] == ("sue", "cover.ask")
    assert rows(line, "SELECT 1 FROM cases") == []


def test_a_proposal_that_nobody_answers_is_off(line: Line) -> None:
    proposes(line, now=NOON - timedelta(days=3))
    ticks(line, NOON - timedelta(days=2))
    assert status(line) == "planned"
    assert value(line, "SELECT state->>'open' FROM people WHERE ref = 'omar'") == "false"
    ticks(line, FIVE)
    assert told(line) == [("omar", "swap.ask"), ("omar", "duty.ask")]


def test_a_swap_that_is_agreed_is_made_at_once(line: Line) -> None:
    with line.store.work(NOON) as work:
        duties.swap(work, None, shift(line), TUESDAY, person(line, "lin"))
    assert on_tuesday(line) == ["Lin"]
    with line.store.work(NOON) as work:
        duties.swap(work, None, shift(line), TUESDAY, person(line, "omar"))
    assert on_tuesday(line) == ["Omar"]


def test_who_is_put_on_when_the_day_before_is_over_is_asked_at_once(line: Line) -> None:
    ticks(line, FIVE)
    with line.store.work(FIVE + timedelta(hours=1)) as work:
        change = duties.override(work, None, person(line, "fay"), work.now, work.now + timedelta(days=2),
            instead_of=person(line, "omar"))  # fmt: skip
    ticks(line, FIVE + timedelta(hours=1))
    assert told(line) == [("omar", "duty.ask"), ("fay", "duty.ask")]
    assert on_tuesday(line) == ["Fay"]
    with line.store.work(FIVE + timedelta(hours=2)) as work:
        duties.take_back(work, None, change)
    ticks(line, FIVE + timedelta(hours=2))
    assert told(line)[2:] == [("omar", "duty.ask")]
    assert on_tuesday(line) == ["Omar"]


def test_who_is_away_is_stood_in_for_and_everything_is_on_the_record(line: Line) -> None:
    with line.store.work(NOON) as work:
        duties.away(work, person(line, "sue"), person(line, "omar"), NOON, NOON + timedelta(days=3))
        duties.override(work, None, person(line, "fay"), NOON, NOON + timedelta(days=3), rank=2)
    assert on_tuesday(line) == ["Sue", "Fay"]
    actions = [action for (action,) in rows(line, "SELECT action FROM audit ORDER BY id")]
    assert actions == ["rota_away", "rota_override"]


def refused(line: Line, change: Callable[[Work], object]) -> str:
    """What is said of a change that cannot be made; nothing is changed by it."""
    with pytest.raises(BadInput) as raised, line.store.work(NOON) as work:
        change(work)
    assert rows(line, "SELECT 1 FROM overrides UNION SELECT 1 FROM absences UNION SELECT 1 FROM audit") == []
    return str(raised.value)


def test_what_cannot_be_is_refused_in_one_sentence(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET safe_to_text = false, safe_to_call = false WHERE ref = 'fay'")
    sue, omar, lin, fay = (person(line, ref) for ref in ("sue", "omar", "lin", "fay"))
    tuesdays, day = shift(line), timedelta(days=1)
    assert refused(line, lambda w: duties.override(w, sue, lin, NOON, NOON)) == "The end must be after the beginning."
    assert refused(line, lambda w: duties.away(w, sue, lin, NOON - 2 * day, NOON - day)) == "That is over already."
    assert "from themselves" in refused(line, lambda w: duties.override(w, sue, lin, NOON, NOON + day, instead_of=lin))
    assert "no phone on which" in refused(line, lambda w: duties.override(w, sue, fay, NOON, NOON + day))
    assert "no such person" in refused(line, lambda w: duties.override(w, sue, UUID(int=3), NOON, NOON + day))
    assert "no such change" in refused(line, lambda w: duties.take_back(w, sue, UUID(int=3)))
    assert "no such shift" in refused(line, lambda w: duties.swap(w, sue, UUID(int=3), TUESDAY, lin))
    assert refused(line, lambda w: duties.swap(w, sue, tuesdays, TUESDAY + day, lin)) == (
        "No tuesdays shift begins on 2027-01-13."
    )
    assert "Omar has that shift already" in refused(line, lambda w: duties.swap(w, sue, tuesdays, TUESDAY, omar))
    assert "no phone" in refused(line, lambda w: duties.propose_swap(w, sue, tuesdays, TUESDAY, fay))
    assert "has begun already" in refused(line, lambda w: duties.swap(w, sue, tuesdays, TUESDAY - 7 * day, lin))


def test_one_proposal_at_a_time(line: Line) -> None:
    proposes(line)
    with pytest.raises(BadInput, match="being asked to take that shift already"):
        proposes(line, "fay")


# --- holes ---


def look(line: Line, now: datetime) -> int:
    """Look ahead."""
    with line.store.work(now) as work:
        return duties.look_ahead(work)


def test_a_hole_is_told_of_once_however_often_it_is_looked_for(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE shifts SET rule = 'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', minutes = 1440")
    # Nobody from Saturday 20:00.
    saturday = NOON.replace(day=16, hour=20)
    assert look(line, saturday - duties.HOLE_AHEAD - timedelta(minutes=1)) == 0
    assert look(line, saturday - duties.HOLE_AHEAD) == 1
    assert look(line, saturday - duties.HOLE_NEAR - timedelta(minutes=1)) == 0
    assert look(line, saturday - duties.HOLE_NEAR) == 1
    assert look(line, saturday + timedelta(hours=3)) == 0
    assert value(line, "SELECT severity FROM cases") == "amber"
    assert value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%rota_hole%'") == 2


def test_the_gaps_of_four_weeks_are_told_of_once_a_week(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE shifts SET rule = 'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', minutes = 1440")
    told = "SELECT count(*) FROM case_events WHERE detail LIKE '%rota_digest%'"
    # A Monday before nine, the same Monday, the day after, and the next Monday.
    for at, times in (
        (NOON.replace(hour=8), 0),
        (NOON, 1),
        (NOON + timedelta(days=1), 1),
        (NOON + timedelta(days=7), 2),
    ):
        look(line, at)
        assert value(line, told) == times, at


def test_no_gap_is_no_digest(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE shifts SET rule = 'FREQ=DAILY', minutes = 1440")
    look(line, NOON)
    assert value(line, "SELECT count(*) FROM cases") == 0


def test_a_rota_that_has_run_out_is_one_hole(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("DELETE FROM shifts")
    assert look(line, NOON) == 1
    assert look(line, NOON + timedelta(days=3)) == 0


def test_a_line_that_knows_nobody_has_no_holes(database_url: str) -> None:
    with opened(database_url) as line:
        assert look(line, NOON) == 0


def test_once_it_has_begun_nothing_is_asked_any_more(line: Line) -> None:
    ticks(line, FIVE)
    assert value(line, "SELECT expires_at FROM messages") == FIVE + timedelta(hours=12)
    ticks(line, FIVE + timedelta(hours=15))
    assert value(line, "SELECT state->>'open' FROM people WHERE ref = 'omar'") == "false"


def test_a_question_that_waits_for_the_morning_is_withdrawn_when_somebody_has_it(line: Line) -> None:
    ticks(line, FIVE)
    for word, ref in (("no", "sue"), ("yes", "fay")):
        says(line, FIVE, "duty", "omar", "no")
        says(line, FIVE, "cover", ref, word)
    asked = "SELECT m.status, wording FROM messages m JOIN people p ON p.id = person_id WHERE ref = 'lin' ORDER BY m.id"
    assert [tuple(row) for row in rows(line, asked)] == [("dropped", "cover.ask"), ("owed", "cover.settled")]
