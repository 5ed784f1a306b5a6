"""Check-ins: when, who is asked in which order, and how each comes to an end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from checkin import appointments, checkins, people, rungs, timers
from checkin.bootstrap import Line
from checkin.conversation.events import Missed, Replied
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.state import Thread
from checkin.conversations import calls, due, sentences, silences
from checkin.conversations.calls import Given, Place
from checkin.conversations.turn import Turn
from checkin.errors import BadInput
from checkin.rungs import DEFAULT_LADDER, GAPS, RUNGS, Reachable, gap, next_due, spell_out
from checkin.store.ids import new_id
from checkin.store.models import Person, Plan
from tests.parts import NOON, loads, opened, person, rows, value

LONDON = ZoneInfo("Europe/London")
BEN, DEE, FAY, JOY = (UUID(int=n) for n in (1, 2, 3, 4))
TOWN = """
people:
  - {ref: ann, name: Ann, phones: [07700 900101, 07700 900102], streams: [checkins, buddy], contacts: [joy, fay],
     plan: {days: every day, at: "12:00", ladder: [text, call, second_number, buddy, second_buddy, facilitator,
       contacts, staff], gaps: {text: 20, after_busy: 3}}}
  - {ref: ben, name: Ben, phones: 07700 900111}
  - {ref: dee, name: Dee, phones: 07700 900112}
  - {ref: fay, name: Fay, phones: 07700 900121}
  - {ref: joy, name: Joy, phones: 07700 900141}
groups:
  - {ref: leeds, name: Leeds, members: [ann], facilitators: [fay]}
  - {ref: york, name: York, members: [ann], facilitators: [fay, ben]}
pairs:
  - {member: ann, buddy: ben}
  - {member: ann, buddy: dee, rank: 2}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows the town; Ann's plan is due at noon."""
    with opened(database_url) as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


# --- when ---


@pytest.mark.parametrize(
    ("rule", "after", "right"),
    [("FREQ=DAILY", "2027-01-11 12:00", "2027-01-12 10:00"), ("FREQ=DAILY", "2027-01-11 09:59", "2027-01-11 10:00"),
     ("FREQ=WEEKLY;BYDAY=MO,TH", "2027-01-11 12:00", "2027-01-14 10:00"),
     # Every second week is counted from the same Monday for everybody.
     ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2027-01-11 00:00", "2027-01-11 10:00"),
     ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2027-01-11 12:00", "2027-01-25 10:00"),
     ("FREQ=DAILY", "2027-03-27 12:00", "2027-03-28 10:00"), ("FREQ=DAILY", "2027-10-30 12:00", "2027-10-31 10:00")],
)  # fmt: skip
def test_a_plan_is_due_at_its_time_on_the_wall(rule: str, after: str, right: str) -> None:
    wall = [datetime.fromisoformat(text).replace(tzinfo=LONDON) for text in (after, right)]
    assert next_due(rule, time(10), LONDON, wall[0]) == wall[1].astimezone(UTC)


def test_every_rung_and_every_way_of_missing_has_its_gap() -> None:
    asked = {"text", "call", "second_number", "ask", "accepted"}
    assert set(GAPS) == asked | {"after_busy", "after_no_answer", "after_voicemail", "after_failed"}
    for name in GAPS:
        assert gap(name, {}) == timedelta(minutes=GAPS[name])
        assert gap(name, {name: 7}) == timedelta(minutes=7)
    assert gap(f"ask:{BEN}", {"ask": 5}) == timedelta(minutes=5)


# --- who ---

LADDERS: list[tuple[tuple[str, ...], Reachable, list[str]]] = [
    (("text", "staff"), Reachable(), ["text"]),
    (DEFAULT_LADDER, Reachable(), ["text", "call"]),
    (("call", "call", "buddy"), Reachable(buddies=[BEN]), ["call", "call", f"ask:{BEN}"]),
    (("text", "second_number"), Reachable(phones=1), ["text"]),
    (("text", "second_number"), Reachable(phones=2), ["text", "second_number"]),
    (("text", "buddy", "second_buddy"), Reachable(buddies=[BEN, DEE]), ["text", f"ask:{BEN}", f"ask:{DEE}"]),
    (("text", "second_buddy"), Reachable(buddies=[BEN]), ["text"]),
    # Nobody twice, whatever they are to the member.
    (DEFAULT_LADDER, Reachable([BEN, DEE], [DEE, FAY], [FAY, JOY, BEN]),
     ["text", "call", f"ask:{BEN}", f"ask:{DEE}", f"ask:{FAY}", f"ask:{JOY}"]),
    (("text", "facilitator"), Reachable(facilitators=[FAY, FAY, BEN]), ["text", f"ask:{FAY}", f"ask:{BEN}"]),
]  # fmt: skip


@pytest.mark.parametrize(("ladder", "who", "right"), LADDERS)
def test_a_ladder_is_spelt_out(ladder: tuple[str, ...], who: Reachable, right: list[str]) -> None:
    assert spell_out(ladder, who) == right


PEOPLE = st.lists(st.sampled_from([BEN, DEE, FAY, JOY]), max_size=5)


@given(st.lists(st.sampled_from(RUNGS), max_size=12), st.builds(Reachable, PEOPLE, PEOPLE, PEOPLE, st.integers(0, 3)))
def test_no_ladder_asks_anybody_twice_or_leads_nowhere(ladder: list[str], who: Reachable) -> None:
    rungs = spell_out(ladder, who)
    asked = [rung for rung in rungs if rung.startswith("ask:")]
    assert len(asked) == len(set(asked))
    assert {rung.partition(":")[0] for rung in rungs} <= {"text", "call", "second_number", "ask"}
    assert all(gap(rung, {}) > timedelta(0) for rung in rungs)


# --- climbing ---


def asks(line: Line, now: datetime = NOON) -> UUID:
    """Open the check-in that is due; return its id."""
    assert due.ask_plans(line.store, now, most=10) == 1
    found: UUID = value(line, "SELECT id FROM check_ins WHERE status = 'open'")
    return found


def climbs(line: Line, check_in: UUID, now: datetime = NOON) -> rungs.Ladder:
    """Go to the next rung."""
    with line.store.work(now) as work:
        ladder = checkins.find(work, check_in)
        assert ladder is not None
        return checkins.climb(work, ladder, "Ann")


def test_the_ladder_is_climbed_to_a_case_and_never_ends_in_silence(line: Line) -> None:
    asks(line)
    now, ann = NOON, person(line, "ann")
    for _ in range(12):
        now = value(line, "SELECT due_at FROM timers WHERE kind = 'silence' AND person_id = :ann", ann=ann)
        due.fire_timers(line.store, now, most=50)
        if value(line, "SELECT status FROM check_ins") != "open":
            break
    assert value(line, "SELECT reason FROM cases WHERE status = 'open'") == "nobody_confirmed"
    # Twenty minutes for the text, ten for each call, an hour for each of four people.
    assert now - NOON == timedelta(minutes=20 + 10 + 10 + 4 * 60)
    order = "SELECT p.ref FROM alerts a JOIN people p ON p.id = a.person_id ORDER BY a.at"
    assert [ref for (ref,) in rows(line, order)] == ["ben", "dee", "fay", "joy"]
    assert [m for (m,) in rows(line, "SELECT medium FROM messages WHERE wording = 'checkin.ask' ORDER BY at")] == [
        "text", "call", "call",
    ]  # fmt: skip
    assert value(line, "SELECT phone_id IS NOT NULL FROM messages WHERE medium = 'call' ORDER BY at DESC LIMIT 1")


def test_at_the_end_there_is_no_rung_and_a_day_to_wait(line: Line) -> None:
    check_in = asks(line)
    for _ in range(6):
        assert climbs(line, check_in).here is not None
    last = climbs(line, check_in)
    assert (last.here, last.wait()) == (None, timedelta(days=1))
    assert value(line, "SELECT status FROM check_ins") == "unconfirmed"


def test_climbing_twice_from_one_rung_owes_one_message(line: Line) -> None:
    check_in = asks(line)
    with line.store.work(NOON) as work:
        ladder = checkins.find(work, check_in)
        assert ladder is not None
        checkins.climb(work, ladder, "Ann")
        checkins.climb(work, ladder, "Ann")
    assert value(line, "SELECT count(*) FROM messages WHERE medium = 'call'") == 1


@pytest.mark.parametrize(("why", "minutes"), [("busy", 3), ("no_answer", 15), ("voicemail", 15), ("failed", 1)])
def test_what_a_missed_call_means_depends_on_how_it_was_missed(line: Line, why: Missed, minutes: int) -> None:
    check_in = asks(line)
    later = NOON + timedelta(minutes=20)
    due.fire_timers(line.store, later, most=10)
    with line.store.work(later) as work:
        due.missed_call(work, person(line, "ann"), check_in, why, 1)
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'silence'") == later + timedelta(minutes=minutes)


def test_a_missed_call_that_is_told_late_holds_nobody_up(line: Line) -> None:
    check_in = asks(line)
    before = value(line, "SELECT due_at FROM timers WHERE kind = 'silence'")
    with line.store.work(NOON) as work:
        due.missed_call(work, person(line, "ann"), check_in, "busy", 1)
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'silence'") == before


@pytest.mark.parametrize(("rung", "climbs_on"), [(0, True), (1, False), (None, False)])
def test_a_word_that_comes_late_moves_no_ladder_that_has_gone_on(line: Line, rung: int, climbs_on: bool) -> None:
    check_in = asks(line)
    with line.store.work(NOON) as work:
        timers.set_timer(
            work, "climb", NOON, person_id=person(line, "ann"), topic="checkin", subject=check_in, turn=rung
        )
    due.fire_timers(line.store, NOON, most=1)
    assert value(line, "SELECT rung FROM check_ins") == (1 if climbs_on else 0)


def test_nobody_else_is_asked_while_the_telephone_may_still_ring() -> None:
    assert gap("call", {"call": 1}) == gap("second_number", {"second_number": 1}) == timedelta(minutes=3)


CAPS = [
    # A plan's ladder, its days, only a landline; the most texts and calls a week that it brings.
    (["text", "buddy"], 3, False, (None, None)),
    (["text", "call"], 7, False, (8, 7)),
    (["text", "text", "call", "second_number"], 3, False, (7, 6)),
    (["text", "call"], 7, True, (None, 14)),
    (["call", "call"], 2, False, (None, 4)),
]


@pytest.mark.parametrize(("ladder", "days", "landline", "most"), CAPS)
def test_a_plan_brings_room_for_its_own_tries(
    ladder: list[str], days: int, landline: bool, most: tuple[int | None, int | None]
) -> None:
    assert rungs.caps(ladder, days, landline=landline) == most


# --- appointments ---


def busy(line: Line, begins: str, ends: str, now: datetime = NOON - timedelta(hours=2)) -> None:
    """Ann has an appointment."""
    day = datetime(2027, 1, 11, tzinfo=LONDON).date()
    span = appointments.span(day, LONDON, time.fromisoformat(begins), time.fromisoformat(ends) if ends else None)
    with line.store.work(now) as work:
        appointments.add(work, person(line, "ann"), span, "hospital", told_by="staff")


@pytest.mark.parametrize(
    ("begins", "ends", "asked"),
    [("11:30", "14:00", NOON + timedelta(hours=2)), ("12:00", "", None), ("12:00", "20:45", None),
     ("12:01", "14:00", NOON), ("10:30", "12:00", NOON)],
)  # fmt: skip
def test_who_has_an_appointment_is_asked_afterwards_or_left_out(
    line: Line, begins: str, ends: str, asked: datetime | None
) -> None:
    busy(line, begins, ends)
    for minutes in range(0, 12 * 60, 30):
        due.ask_plans(line.store, NOON + timedelta(minutes=minutes), most=10)
    found = rows(line, "SELECT why, CASE WHEN why IS NULL THEN due_at END FROM check_ins")
    assert found == [(None, asked) if asked else ("appointment", None)]
    assert value(line, "SELECT next_due_at FROM plans") == NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "begins", "ends", "span"),
    [
        ("2027-03-28", "01:30", "03:00", ("01:30", "02:00")),  # half past one is left out: it is half past two
        ("2027-03-28", "01:30", "02:10", None),  # which is later than ten past two
        ("2027-10-31", "00:30", "01:30", ("23:30", "00:30")),  # the first of two
        ("2027-10-31", "", "", ("23:00", "00:00")),  # a day of 25 hours
        ("2027-01-11", "12:00", "12:00", None),
    ],
)
def test_an_appointment_is_a_span_on_the_clocks_of_the_day(
    day: str, begins: str, ends: str, span: tuple[str, str] | None
) -> None:
    given = [time.fromisoformat(at) if at else None for at in (begins, ends)]
    if span is None:
        with pytest.raises(BadInput, match="must end after it begins"):
            appointments.span(date.fromisoformat(day), LONDON, *given)
    else:
        found = appointments.span(date.fromisoformat(day), LONDON, *given)
        assert tuple(f"{moment:%H:%M}" for moment in found) == span


def test_the_last_day_of_the_calendar_is_no_day_for_an_appointment() -> None:
    with pytest.raises(BadInput, match="9999-12-31 is not a day that can be kept"):
        appointments.span(date.max, LONDON)


def test_an_appointment_keeps_a_ladder_waiting_and_it_goes_on_afterwards(line: Line) -> None:
    busy(line, "12:10", "14:00")
    check_in = asks(line)
    due.fire_timers(line.store, NOON + timedelta(minutes=20), most=9)
    assert value(line, "SELECT rung FROM check_ins") == 0
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'silence'") == NOON + timedelta(hours=2)
    due.fire_timers(line.store, NOON + timedelta(hours=2), most=9)
    assert value(line, "SELECT rung FROM check_ins WHERE id = :id", id=check_in) == 1


def test_appointments_are_read_back_and_cancelled_by_whom_they_are_about(line: Line) -> None:
    busy(line, "12:10", "14:00")
    ann, ben = person(line, "ann"), person(line, "ben")
    with line.store.work(NOON) as work:
        (known,) = appointments.coming(work, ann)
        assert (known.what, known.told_by, known.ends) == ("hospital", "staff", NOON + timedelta(hours=2))
        assert not appointments.cancel(work, known.id, ben)
        assert appointments.cancel(work, known.id, ann)
        assert not appointments.cancel(work, known.id, ann)
        assert appointments.coming(work, ann) == []
    with line.store.work(NOON) as work, pytest.raises(BadInput, match="over already"):
        appointments.add(work, ann, (NOON - timedelta(hours=2), NOON), told_by="member")
    with line.store.work(NOON) as work, pytest.raises(BadInput, match="14 days"):
        appointments.add(work, ann, (NOON, NOON + timedelta(days=15)), told_by="member")


def test_without_a_second_phone_any_more_the_first_is_rung(line: Line) -> None:
    check_in = asks(line)
    with line.store.work(NOON) as work:
        second = people.numbers(work, person(line, "ann"))[1][0]
        people.suspend_phone(work, person(line, "ann"), second)
    climbs(line, check_in)
    climbs(line, check_in)
    assert rows(line, "SELECT phone_id FROM messages WHERE medium = 'call'") == [(None,), (None,)]


# --- asking ---


def test_a_second_check_in_waits_while_the_first_is_open(line: Line) -> None:
    asks(line)
    assert due.ask_plans(line.store, NOON + timedelta(days=1), most=10) == 1
    assert value(line, "SELECT count(*) FROM check_ins WHERE why IS NULL") == 1


@pytest.mark.parametrize(
    "so",
    ["status = 'suspended'", "streams = '{}'", "paused_until = '2027-02-01'"],
)
def test_who_is_not_to_be_asked_is_left_out_and_the_plan_goes_on(line: Line, so: str) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql(f"UPDATE people SET {so} WHERE ref = 'ann'")  # noqa: S608  # written above
    assert due.ask_plans(line.store, NOON, most=10) == 1
    assert value(line, "SELECT count(*) FROM check_ins WHERE why IS NULL") == 0
    assert value(line, "SELECT next_due_at FROM plans") == NOON + timedelta(days=1)


def test_a_line_that_was_down_for_a_day_asks_once_and_makes_up_for_nothing(line: Line) -> None:
    late = NOON + timedelta(days=3, hours=13)
    assert due.ask_plans(line.store, late, most=10) == 1
    assert value(line, "SELECT count(*) FROM check_ins WHERE why IS NULL") == 0
    assert value(line, "SELECT next_due_at FROM plans") == NOON + timedelta(days=4)


def test_two_clocks_at_once_ask_once(line: Line) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(due.ask_plans, line.store, NOON, most=10) for _ in range(4)]
        assert sum(one.result() for one in done) == 1
    assert value(line, "SELECT count(*) FROM check_ins") == 1
    assert value(line, "SELECT count(*) FROM messages") == 1


def many_members(line: Line, many: int) -> None:
    """So many more people whose plans are due with Ann's."""
    with line.store.work(NOON) as work:
        for i in range(many):
            member = new_id()
            name = work.vault.seal("Sam", "people.name")
            work.add(Person, id=member, ref=f"m{i}", name=name, streams=["checkins"])
            work.add(Plan, id=new_id(), person_id=member, rule="FREQ=DAILY", at=time(10), ladder=["text", "call"],
                next_due_at=NOON - timedelta(minutes=1))  # fmt: skip


def test_many_who_are_due_at_once_are_each_asked_once_by_several_workers(line: Line) -> None:
    many_members(line, 250)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(due.ask_plans, line.store, NOON, most=1000) for _ in range(4)]
        assert sum(one.result() for one in done) == 251
    assert value(line, "SELECT count(DISTINCT person_id) FROM check_ins WHERE status = 'open'") == 251
    assert value(line, "SELECT count(*) FROM messages WHERE status = 'owed' AND wording = 'checkin.ask'") == 251
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'silence'") == 251
    assert value(line, "SELECT count(*) FROM plans WHERE next_due_at > '2027-01-12'") == 251


def test_one_broken_plan_holds_up_nobody_and_is_tried_again(line: Line) -> None:
    many_members(line, 20)
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE plans SET rule = 'FREQ=NEVER' WHERE person_id = "
            "(SELECT id FROM people WHERE ref = 'm7')")  # fmt: skip
    due.ask_plans(line.store, NOON, most=1000)
    assert value(line, "SELECT count(*) FROM check_ins WHERE status = 'open'") == 20
    again = "SELECT next_due_at FROM plans WHERE rule = 'FREQ=NEVER'"
    assert value(line, again) == NOON + timedelta(minutes=10)


def test_somebody_who_is_texting_just_now_is_passed_over_and_asked_a_moment_later(line: Line) -> None:
    many_members(line, 3)
    with line.store.work(NOON) as work:
        people.lock(work, person(line, "m1"))
        assert due.ask_plans(line.store, NOON, most=1000) == 3
    assert due.ask_plans(line.store, NOON, most=1000) == 1


# --- silence ---

HALF_PAST = NOON + timedelta(minutes=30)
CALLS = "SELECT count(DISTINCT person_id), count(*) FROM messages WHERE wording = 'checkin.ask' AND medium = 'call'"


def all_asked(line: Line, many: int) -> None:
    """So many people beside Ann have been asked at noon."""
    many_members(line, many)
    assert due.ask_plans(line.store, NOON, most=1000) == many + 1


def test_many_who_fall_silent_at_once_are_each_rung_once_by_several_workers(line: Line) -> None:
    all_asked(line, 250)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(due.fire_timers, line.store, HALF_PAST, most=1000) for _ in range(4)]
        assert sum(one.result() for one in done) == 251
    assert rows(line, CALLS) == [(251, 251)]
    assert value(line, "SELECT count(*) FROM check_ins WHERE rung = 1") == 251
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'silence' AND due_at > '2027-01-11 12:30Z'") == 251


def test_a_lot_of_silences_shares_its_transactions(line: Line) -> None:
    all_asked(line, 99)
    commits: list[object] = []
    event.listen(line.store.engine, "commit", commits.append)
    assert due.fire_timers(line.store, HALF_PAST, most=100) == 100
    assert len(commits) == 2


def test_one_broken_silence_holds_up_nobody_and_is_tried_again(line: Line) -> None:
    all_asked(line, 20)
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET state = '{\"open\": 5}' WHERE ref = 'm7'")
    due.fire_timers(line.store, HALF_PAST, most=1000)
    assert rows(line, CALLS) == [(20, 20)]
    again = "SELECT tries, due_at FROM timers WHERE person_id = (SELECT id FROM people WHERE ref = 'm7')"
    assert rows(line, again) == [(1, HALF_PAST + timedelta(seconds=15))]


def test_somebody_who_answers_just_now_is_passed_over_and_not_rung(line: Line) -> None:
    all_asked(line, 3)
    with line.store.work(HALF_PAST) as work:
        member = people.lock(work, person(line, "m1"))
        assert member is not None
        Turn(work, member).advance(Replied(Reading(Kind.YES)))
        with line.store.work(HALF_PAST) as others:
            assert silences.fire(others, 100) == 3
    assert due.fire_timers(line.store, HALF_PAST, most=1000) == 0
    assert rows(line, CALLS) == [(3, 3)]


# --- the end ---


def test_settling_twice_is_settling_once_and_everyone_alerted_hears_it_once(line: Line) -> None:
    check_in, ann = asks(line), person(line, "ann")
    for _ in range(4):
        climbs(line, check_in)
    with line.store.work(NOON) as work:
        settled = checkins.settle(work, check_in, "ok", answer="good", by=ann)
        assert settled is not None
        assert (settled.person_id, settled.unconfirmed) == (ann, False)
        assert checkins.settle(work, check_in, "ok", answer="good", by=ann) is None
    told = "SELECT p.ref FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording = 'reach_out.all_clear'"
    assert sorted(ref for (ref,) in rows(line, told)) == ["ben", "dee"]
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'checkin.ask' AND status = 'owed'") == 0
    assert rows(line, "SELECT how, answer, settled_by FROM check_ins") == [("ok", "good", ann)]


def test_who_was_heard_from_is_settled_for_the_days_before_as_well(line: Line) -> None:
    first = asks(line)
    for _ in range(7):
        climbs(line, first)
    tomorrow = NOON + timedelta(days=1)
    second = asks(line, tomorrow)
    with line.store.work(tomorrow) as work:
        settled = checkins.settle(work, second, "ok", answer="good", by=person(line, "ann"))
    assert settled is not None
    assert settled.unconfirmed
    assert rows(line, "SELECT status, answer FROM check_ins ORDER BY due_at") == [
        ("settled", None),
        ("settled", "good"),
    ]


def test_a_caller_who_begins_and_leaves_does_not_keep_others_waiting(line: Line) -> None:
    """Dee rings in to say how she is, and hangs up; meanwhile it is time to ask her about her week with Ann."""
    dee = person(line, "dee")
    with line.store.work(NOON) as work:
        call = calls.ring_in(work, "CA1", "+447700900112").call
        asked = calls.press(work, call, Place("menu"), Given("1"), sid="CA1", step=1)
        assert asked.place.at == "question"
        pair = value(line, "SELECT id FROM pairs WHERE rank = 2")
        timers.set_timer(work, "open", NOON, person_id=dee, topic="buddy_report", subject=pair)
    due.fire_timers(line.store, NOON, most=10)
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'buddy_report.ask'") == 0
    due.fire_timers(line.store, NOON + timedelta(days=1), most=10)
    assert value(line, "SELECT how FROM check_ins WHERE person_id = :dee", dee=dee) == "contact"
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'buddy_report.ask'") == 1


@pytest.mark.parametrize(
    ("rule", "language", "span"),
    [("FREQ=WEEKLY;BYDAY=SU", "en", "with Ann this week?"),
     ("FREQ=WEEKLY;BYDAY=SU;INTERVAL=2", "en", "with Ann in the last 2 weeks?"),
     ("FREQ=WEEKLY;BYDAY=SU;INTERVAL=4", "cy", "Ann, yn y 4 wythnos diwethaf?"),
     ("FREQ=WEEKLY;BYDAY=SU;INTERVAL=2", "pl", "Czy byl w ciagu ostatnich 2 tygodni kontakt")],
)  # fmt: skip
def test_a_buddy_is_asked_about_as_long_as_lies_between_two_questions(
    line: Line, rule: str, language: str, span: str
) -> None:
    pair = value(line, "SELECT id FROM pairs WHERE rank = 1")
    with line.store.work(NOON) as work:
        work.rows("UPDATE pairs SET rule = %(rule)s", {"rule": rule})
        work.rows("UPDATE people SET language = %(language)s", {"language": language})
        ben = people.lock(work, person(line, "ben"))
        if ben is None:
            pytest.fail("Ben is gone")
        said = sentences.values(work, ben, "buddy_report.ask", Thread("buddy_report", "asked", str(pair)))
        assert span in sentences.render(work, "buddy_report.ask", language, "text", said)
