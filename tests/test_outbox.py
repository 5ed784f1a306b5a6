"""From owing a message to what becomes of it: no message lost, none twice, none too many."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from checkin import delivery, outbox, timers
from checkin.bootstrap import Line
from checkin.claims import LEASE
from checkin.conversation.effects import Stream
from checkin.conversations import due
from checkin.delivery import Word, hear_status, next_try
from checkin.dispatch import Dispatcher
from checkin.errors import CarrierError
from checkin.gate import Medium
from checkin.gateways import Fault, Receipt
from checkin.lanes import Lane, slot, starts
from checkin.outbox import BULK, NORMAL, URGENT
from checkin.people import consent
from checkin.store.ids import new_id
from tests.parts import NOON, TIMED_OUT, Carrier, claimed, loads, opened, person, rows, value

ANN, BEN, CAT = "+447700900101", "+447700900111", "+447700900121"
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy],
     plan: {days: [mon], at: "12:00", ladder: [text, call, buddy, staff]}, voicemail: neutral, ring_seconds: 50}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy, reminders]}
  - {ref: cat, name: Cat, phones: 07700 900121, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900131}
pairs:
  - {member: ann, buddy: ben}
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
"""
EVERYTHING = Lane("all", (URGENT, NORMAL, BULK), ("text", "call"), None, 100)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows the town."""
    with opened(database_url) as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that takes everything."""
    return Carrier()


def owe(line: Line, ref: str = "ann", key: str = "back.done", **more: Any) -> UUID:
    """Owe somebody a sentence; return the message's id."""
    stream = more.pop("stream", Stream.SERVICE)
    with line.store.work(more.pop("now", NOON)) as work:
        outbox.owe(work, person(line, ref), more.pop("medium", "text"), stream, key, {"name": "x"}, **more)
    found: UUID = value(line, "SELECT id FROM messages ORDER BY id DESC LIMIT 1")
    return found


@contextmanager
def dispatcher(line: Line, carrier: Carrier) -> Iterator[Dispatcher]:
    """What sends; its threads end with the test."""
    found = Dispatcher(line.store, carrier, threads=4)
    yield found
    found.close()


def send(line: Line, carrier: Carrier, now: datetime = NOON, lane: Lane = EVERYTHING) -> int:
    """Send one lot."""
    with dispatcher(line, carrier) as found:
        return found.send(lane, now)


def reconcile(line: Line, carrier: Carrier, now: datetime) -> int:
    """Look up what is unknown."""
    with dispatcher(line, carrier) as found:
        return found.reconcile(now)


def claim(line: Line, now: datetime = NOON, batch: int = 100) -> list[UUID]:
    """Lease what is due; return the ids in order."""
    with line.store.work(now) as work:
        return [m.id for m in claimed(work, classes=(0, 1, 2), media=("text", "call"), batch=batch)]


def status(line: Line, message: UUID) -> str:
    """How a message stands."""
    return str(value(line, "SELECT status FROM messages WHERE id = :id", id=message))


# --- owing and claiming ---


def test_the_most_urgent_goes_first_and_then_what_waited_longest(line: Line) -> None:
    reminder = owe(line, stream=Stream.REMINDERS, now=NOON - timedelta(hours=2))
    late = owe(line, now=NOON - timedelta(minutes=1))
    early = owe(line, now=NOON - timedelta(hours=1))
    page = owe(line, stream=Stream.SAFETY)
    owe(line, due_at=NOON + timedelta(seconds=1))
    assert claim(line) == [page, early, late, reminder]


def test_a_lane_takes_only_what_is_its_own(line: Line) -> None:
    page, text = owe(line, stream=Stream.SAFETY), owe(line)
    with line.store.work(NOON) as work:
        assert [m.id for m in claimed(work, classes=(URGENT,), media=("text",), batch=9)] == [page]
        assert claimed(work, classes=(URGENT, NORMAL, BULK), media=("call",), batch=9) == []
        assert [m.id for m in claimed(work, classes=(NORMAL,), media=("text",), batch=9)] == [text]


def test_what_is_owed_under_one_name_is_owed_once_for_ever(line: Line) -> None:
    for _ in range(3):
        owe(line, dedupe="checkin:1")
    send(line, Carrier())
    owe(line, dedupe="checkin:1")
    assert value(line, "SELECT count(*) FROM messages") == 1


def test_two_connections_never_claim_the_same(line: Line) -> None:
    for _ in range(60):
        owe(line)
    found: list[list[UUID]] = []
    together = threading.Barrier(4)

    def worker() -> None:
        with line.store.work(NOON) as work:
            work.conn.exec_driver_sql("SELECT 1")
            together.wait(10)
            mine = [m.id for m in claimed(work, classes=(NORMAL,), media=("text",), batch=20)]
        found.append(mine)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [message for mine in found for message in mine]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(claim(line)) == 60


def test_a_claim_past_somebody_elses_does_not_wait_for_it(line: Line) -> None:
    first, second = owe(line), owe(line)
    with line.store.work(NOON) as work:
        assert [m.id for m in claimed(work, classes=(NORMAL,), media=("text",), batch=1)] == [first]
        assert claim(line) == [second]


def test_withdrawing_drops_what_is_owed_and_touches_nothing_else(line: Line) -> None:
    subject = new_id()
    sent = owe(line, subject=subject)
    send(line, Carrier())
    owed, other = owe(line, subject=subject), owe(line, subject=new_id())
    with line.store.work(NOON) as work:
        outbox.withdraw(work, subject, "answered")
    assert [status(line, m) for m in (sent, owed, other)] == ["sent", "dropped", "owed"]


# --- leases ---


def test_a_lease_that_ran_out_is_unknown_and_not_before(line: Line) -> None:
    message = owe(line)
    claim(line)
    for now, lapsed in ((NOON + LEASE - timedelta(seconds=1), 0), (NOON + LEASE, 1), (NOON + LEASE, 0)):
        with line.store.work(now) as work:
            assert outbox.lapse(work) == lapsed
    assert status(line, message) == "unknown"


def test_what_is_looked_up_is_pushed_on_so_that_nobody_else_asks(line: Line) -> None:
    owe(line)
    claim(line)
    now = NOON + LEASE
    with line.store.work(now) as work:
        outbox.lapse(work)
        assert len(outbox.unknowns(work, batch=9)) == 1
        assert outbox.unknowns(work, batch=9) == []
    with line.store.work(now + timedelta(minutes=1)) as work:
        assert len(outbox.unknowns(work, batch=9)) == 1


# What settles a message works only on one that is in our hands or unknown: a callback may have been faster.
SETTLING = [
    ("sent", {"sid": "x", "at": NOON, "rank": 1, "carrier_status": "queued"}),
    ("again", {"until": NOON, "reason": "transient", "code": 20500}),
    ("unknown", {"at": NOON}),
    ("failed", {"reason": "config", "code": 20003}),
]


@pytest.mark.parametrize(("settle", "how"), SETTLING)
def test_what_the_carrier_has_told_us_is_not_undone_by_our_own_request(
    line: Line, settle: str, how: dict[str, object]
) -> None:
    message = owe(line)
    claim(line)
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", "delivered", 4))
        getattr(outbox, settle)(work.conn, [{"id": message, **how}])
    assert rows(line, "SELECT status, sid, carrier_status FROM messages") == [("sent", "SM1", "delivered")]


# --- dispatch ---


def test_texts_and_calls_go_out_as_their_reader_needs_them(line: Line, carrier: Carrier) -> None:
    owe(line)
    owe(line, medium="call")
    assert send(line, carrier) == 2
    assert carrier.took[1] == ("call", ANN, "rings 50s, leave_word")
    assert carrier.took[0][:2] == ("text", ANN)
    assert rows(line, "SELECT status, carrier_status, carrier_rank FROM messages") == [("sent", "queued", 1)] * 2
    assert send(line, carrier) == 0


def test_a_landline_is_rung_with_what_was_to_be_texted(line: Line, carrier: Carrier) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE phones SET line = 'landline'")
    owe(line)
    send(line, carrier)
    send(line, carrier)
    assert [medium for medium, _, _ in carrier.took] == ["call"]


def test_one_message_that_cannot_be_said_holds_up_no_other(line: Line, carrier: Carrier) -> None:
    good, unknown_key, no_value = owe(line), owe(line, key="no.such.sentence"), owe(line, key="relay.message")
    sealed_by_others, other = owe(line), owe(line, "ben")
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE messages SET arguments = '\\x00' WHERE id = %s", (sealed_by_others,))
    send(line, carrier)
    assert [status(line, m) for m in (good, other)] == ["sent", "sent"]
    for message in (unknown_key, no_value, sealed_by_others):
        assert rows(line, "SELECT status, reason FROM messages WHERE id = :id", id=message) == [
            ("failed", "cannot_be_said")
        ]


def test_the_gate_is_asked_at_the_moment_of_sending(line: Line, carrier: Carrier) -> None:
    message = owe(line, stream=Stream.BUDDY)
    with line.store.work(NOON) as work:
        consent(work, person(line, "ann"), (Stream.BUDDY,), given=False, how="text")
    send(line, carrier)
    assert carrier.took == []
    assert rows(line, "SELECT status, reason FROM messages WHERE id = :id", id=message) == [("dropped", "no_consent")]


def test_what_is_deferred_is_no_attempt_and_goes_in_the_morning(line: Line, carrier: Carrier) -> None:
    night, morning = NOON.replace(hour=23), NOON.replace(hour=9) + timedelta(days=1)
    owe(line, stream=Stream.BUDDY, now=night)
    send(line, carrier, night)
    assert rows(line, "SELECT status, due_at, attempt, reason FROM messages") == [("owed", morning, 0, "hours")]
    assert send(line, carrier, morning - timedelta(seconds=1)) == 0
    send(line, carrier, morning)
    assert len(carrier.took) == 1


def test_the_weekly_cap_holds_within_one_lot_as_well(line: Line, carrier: Carrier) -> None:
    for _ in range(9):
        owe(line, "ben", stream=Stream.REMINDERS)
    owe(line, "ben", stream=Stream.BUDDY)
    send(line, carrier)
    assert len(carrier.took) == 4 + 1
    assert value(line, "SELECT count(*) FROM messages WHERE reason = 'weekly_cap'") == 5
    owe(line, "ben", stream=Stream.REMINDERS, now=NOON + timedelta(days=8))
    send(line, carrier, NOON + timedelta(days=8))
    assert len(carrier.took) == 6


def test_fictional_numbers_are_texted_in_a_rehearsal_only(database_url: str, carrier: Carrier) -> None:
    with opened(database_url, TWILIO_API_URL="") as line:
        loads(line, TOWN)
        owe(line)
        send(line, carrier)
        assert carrier.took == []
        assert value(line, "SELECT reason FROM messages") == "fictional_number"


CERTAIN = CarrierError("no", code=7)


@pytest.mark.parametrize("fault", Fault)
def test_each_kind_of_refusal_is_tried_again_or_given_up(line: Line, carrier: Carrier, fault: Fault) -> None:
    message, now, waits = owe(line), NOON, []
    carrier.trouble[ANN], carrier.faults[7] = CERTAIN, fault
    for _ in range(9):
        if status(line, message) != "owed" or value(line, "SELECT medium FROM messages") == "call":
            break
        send(line, carrier, now)
        until = value(line, "SELECT due_at FROM messages")
        waits.append((until - now).total_seconds())
        now = until
    tries = {Fault.TRANSIENT: [15, 60, 300, 900, 3600], Fault.UNREACHABLE: [3600, 10800], Fault.TOMORROW: [86400],
        Fault.CONFIG: [300, 900, 3600]}  # fmt: skip
    if fault is Fault.NOT_MOBILE:
        assert rows(line, "SELECT status, medium FROM messages") == [("owed", "call")]
        return
    assert waits[:-1] == tries.get(fault, [])
    if fault in {Fault.TRANSIENT, Fault.UNREACHABLE, Fault.TOMORROW, Fault.BLOCKED, Fault.FILTERED}:
        assert rows(line, "SELECT status, medium, reason FROM messages") == [("owed", "call", "by_voice")]
        return
    assert rows(line, "SELECT status, reason, carrier_code FROM messages") == [("failed", fault.name.lower(), 7)]


def test_nothing_is_tried_again_when_it_would_be_too_late(line: Line, carrier: Carrier) -> None:
    owe(line, expires_at=NOON + timedelta(seconds=10))
    carrier.trouble[ANN], carrier.faults[7] = CERTAIN, Fault.TRANSIENT
    send(line, carrier)
    assert rows(line, "SELECT status, medium FROM messages") == [("owed", "call")], "there is time to ring, at once"
    send(line, carrier, NOON + timedelta(seconds=10))
    assert rows(line, "SELECT status, reason FROM messages") == [("dropped", "too_late")]


def test_a_carrier_that_names_a_wait_is_given_it(line: Line, carrier: Carrier) -> None:
    assert next_try(Fault.TRANSIENT, 1, NOON, 120.0) == NOON + timedelta(seconds=120)
    assert next_try(Fault.TRANSIENT, 1, NOON, 1.0) == NOON + timedelta(seconds=15)
    assert next_try(Fault.BUG, 1, NOON, 120.0) is None
    owe(line)
    carrier.trouble[ANN] = CarrierError("busy", code=20429, retry_after=40)
    send(line, carrier)
    assert value(line, "SELECT due_at FROM messages") == NOON + timedelta(seconds=40)


def test_one_that_fails_does_not_hold_up_the_rest_of_the_lot(line: Line, carrier: Carrier) -> None:
    messages = [owe(line, ref) for ref in ("ann", "ben", "cat")]
    carrier.trouble = {ANN: TIMED_OUT, BEN: CERTAIN}
    send(line, carrier)
    assert [status(line, m) for m in messages] == ["unknown", "owed", "sent"]


# --- reconciling ---


@pytest.mark.parametrize("medium", ["text", "call"])
def test_a_time_out_that_hid_a_message_is_found_and_not_repeated(line: Line, carrier: Carrier, medium: str) -> None:
    message = owe(line, medium=medium)
    carrier.trouble[ANN] = TIMED_OUT
    send(line, carrier)
    assert send(line, carrier, NOON + timedelta(hours=1)) == 0
    carrier.listed[ANN] = Receipt("SM9", "delivered", 4)
    assert reconcile(line, carrier, NOON + timedelta(seconds=29)) == 0
    assert reconcile(line, carrier, NOON + timedelta(seconds=30)) == 1
    assert status(line, message) == "sent"
    assert value(line, "SELECT sid FROM messages") == "SM9"


def test_a_time_out_that_hid_nothing_is_sent_once_more(line: Line, carrier: Carrier) -> None:
    owe(line)
    carrier.trouble[ANN] = TIMED_OUT
    send(line, carrier)
    carrier.trouble.clear()
    reconcile(line, carrier, NOON + timedelta(seconds=30))
    send(line, carrier, NOON + timedelta(seconds=30))
    assert len(carrier.took) == 1
    assert value(line, "SELECT status FROM messages") == "sent"


def test_while_the_list_cannot_be_read_nothing_is_sent_again(line: Line, carrier: Carrier) -> None:
    message = owe(line)
    carrier.trouble[ANN] = TIMED_OUT
    send(line, carrier)
    carrier.trouble = {"list": CarrierError("away", code=20503)}
    for minutes in range(1, 6):
        reconcile(line, carrier, NOON + timedelta(minutes=minutes))
        send(line, carrier, NOON + timedelta(minutes=minutes))
    assert status(line, message) == "unknown"
    assert carrier.took == []


def test_a_callback_that_comes_after_we_gave_it_up_for_lost_stops_it(line: Line, carrier: Carrier) -> None:
    """The list did not show it yet; the carrier had it all the same."""
    message = owe(line)
    carrier.trouble[ANN] = TIMED_OUT
    send(line, carrier)
    carrier.trouble.clear()
    reconcile(line, carrier, NOON + timedelta(seconds=30))
    assert status(line, message) == "owed"
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", "sent", 3))
    send(line, carrier, NOON + timedelta(minutes=1))
    assert carrier.took == []
    assert status(line, message) == "sent"


def test_a_process_that_died_with_a_lot_in_its_hands_loses_nothing(line: Line, carrier: Carrier) -> None:
    messages = [owe(line, ref) for ref in ("ann", "ben")]
    claim(line)
    carrier.listed[ANN] = Receipt("SM1", "sent", 3)
    later = NOON + LEASE
    reconcile(line, carrier, later)
    assert [status(line, m) for m in messages] == ["owed", "owed"], "nothing was prepared, so nothing was sent"
    send(line, carrier, later)
    assert sorted(to for _, to, _ in carrier.took) == [ANN, BEN]


def test_a_carrier_that_breaks_its_promise_loses_nothing_either(line: Line, carrier: Carrier) -> None:
    """It may raise CarrierError only. Whatever else it raises, the lot is looked up once its lease has run out."""
    messages = [owe(line, ref) for ref in ("ann", "ben")]
    carrier.trouble[ANN] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        send(line, carrier)
    carrier.trouble.clear()
    carrier.listed[BEN] = Receipt("SM2", "sent", 3)
    reconcile(line, carrier, NOON + LEASE)
    send(line, carrier, NOON + LEASE)
    assert [status(line, m) for m in messages] == ["sent", "sent"]
    assert sorted(to for _, to, _ in carrier.took) == [ANN, BEN]


# --- the carrier's word ---


def hear(line: Line, message: UUID | None, word: Word) -> bool:
    """A status callback."""
    with line.store.work(NOON) as work:
        return hear_status(work, message, word)


ROAD = [Word("SM1", "queued", 1), Word("SM1", "sent", 3), Word("SM1", "delivered", 4)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_they_come_status_only_moves_forward(line: Line, order: tuple[int, ...]) -> None:
    message = owe(line)
    claim(line)
    reached = -1
    for i in order:
        assert hear(line, message, ROAD[i])
        reached = max(reached, ROAD[i].rank)
        assert value(line, "SELECT carrier_rank FROM messages") == reached
        assert not hear(line, message, ROAD[i]), "a repeat changes nothing"
    assert value(line, "SELECT carrier_status FROM messages") == "delivered"
    assert value(line, "SELECT count(*) FROM delivery_events") == 3


def test_statuses_and_codes_that_nobody_knows_are_kept(line: Line) -> None:
    message = owe(line)
    send(line, Carrier())
    assert hear(line, message, Word("SM1", "teleported", -1, code=98_765_432_101))
    assert rows(line, "SELECT status, code FROM delivery_events") == [("teleported", 98_765_432_101)]
    assert value(line, "SELECT carrier_status FROM messages") == "queued"


def test_a_word_about_a_message_we_do_not_know_is_kept_and_harms_nothing(line: Line) -> None:
    owe(line)
    before = rows(line, "SELECT * FROM messages")
    assert hear(line, new_id(), Word("SM8", "delivered", 4))
    assert hear(line, None, Word("SM9", "failed", 4, code=30005, fault=Fault.NO_SUCH_NUMBER))
    assert rows(line, "SELECT * FROM messages") == before
    assert value(line, "SELECT count(*) FROM delivery_events") == 2


def asked(line: Line) -> UUID:
    """Put Ann's check-in to her by text; return the message."""
    due.ask_plans(line.store, NOON, most=1)
    send(line, Carrier())
    found: UUID = value(line, "SELECT id FROM messages")
    return found


# What is said of Ann's check-in after it was sent; the case it opens, and what becomes of her and her phone.
CONSEQUENCES: dict[Fault, tuple[str | None, bool, str]] = {
    Fault.TRANSIENT: (None, False, "mobile"),
    Fault.TOMORROW: (None, False, "mobile"),
    Fault.UNREACHABLE: (None, False, "mobile"),
    Fault.UNSUBSCRIBED: ("carrier_opt_out", True, "mobile"),
    Fault.NOT_MOBILE: (None, False, "landline"),
    Fault.NO_SUCH_NUMBER: ("number_unreachable", False, "mobile"),
    Fault.BLOCKED: ("number_unreachable", False, "mobile"),
    Fault.FILTERED: ("text_filtered", False, "mobile"),
    Fault.CONFIG: (None, False, "mobile"),
    Fault.BUG: (None, False, "mobile"),
}


@pytest.mark.parametrize("fault", Fault)
def test_a_check_in_that_did_not_arrive_goes_on_at_once(line: Line, fault: Fault) -> None:
    hear(line, asked(line), Word("SM1", "undelivered", 4, code=1, fault=fault))
    reason, blocked, kind = CONSEQUENCES[fault]
    assert value(line, "SELECT reason FROM cases") == reason
    assert value(line, "SELECT text_blocked FROM people WHERE ref = 'ann'") is blocked
    where = "SELECT line FROM phones WHERE id IN (SELECT phone_id FROM person_phones WHERE person_id = :ann)"
    assert value(line, where, ann=person(line, "ann")) == kind
    due.fire_timers(line.store, NOON, most=9)
    assert value(line, "SELECT medium FROM messages WHERE status = 'owed'") == "call"


@pytest.mark.parametrize("fault", [Fault.TRANSIENT, Fault.UNREACHABLE, Fault.TOMORROW])
def test_a_page_that_did_not_arrive_is_seen_by_a_person(line: Line, fault: Fault) -> None:
    page = owe(line, "sue", "page.all_clear", stream=Stream.SAFETY)
    with line.store.work(NOON) as work:
        row = delivery.find(work, page)
        assert row is not None
        delivery.follow(work, row, fault, 30003)
    assert value(line, "SELECT reason FROM cases") == "page_not_delivered"


def test_a_text_that_a_landline_refused_is_said_by_telephone_once(line: Line, carrier: Carrier) -> None:
    message = owe(line)
    send(line, carrier)
    for _ in range(2):
        hear(line, message, Word("SM1", "undelivered", 4, code=30006, fault=Fault.NOT_MOBILE))
    send(line, carrier)
    assert [medium for medium, _, _ in carrier.took] == ["text", "call"]


# --- calls that end ---


def test_a_call_without_a_key_reached_nobody_and_one_with_a_key_did(line: Line) -> None:
    asked(line)
    later = value(line, "SELECT due_at FROM timers WHERE kind = 'silence'")
    due.fire_timers(line.store, later, most=9)
    call = value(line, "SELECT id FROM messages WHERE medium = 'call'")
    waits = "SELECT due_at FROM timers WHERE kind = 'silence'"
    before = value(line, waits)
    with line.store.work(later) as work:
        work.conn.exec_driver_sql("UPDATE messages SET reached = true WHERE medium = 'call'")
        delivery.call_over(work, call, "no_answer")
    assert value(line, waits) == before
    with line.store.work(later) as work:
        work.conn.exec_driver_sql("UPDATE messages SET reached = false WHERE medium = 'call'")
        delivery.call_over(work, call, "no_answer")
        delivery.call_over(work, new_id(), "no_answer")
    assert value(line, waits) == later + timedelta(minutes=15)


# --- pace ---


def test_workers_together_keep_to_one_pace(line: Line) -> None:
    with line.store.work(NOON) as work:
        first = slot(work.conn, "texts", 10.0, 10)
    with line.store.work(NOON) as work:
        second, other = slot(work.conn, "texts", 10.0, 5), slot(work.conn, "urgent", 10.0, 5)
        third = slot(work.conn, "texts", 10.0, 5)
    # The clock of the machine goes on meanwhile: later by up to what has passed.
    assert (first, other) == pytest.approx((0.0, 0.0), abs=0.1)
    assert 0 < second <= 1.0
    assert third == pytest.approx(second + 0.5, abs=0.4)
    assert third <= second + 0.5


def test_a_lot_that_took_a_little_longer_is_made_up_for_but_no_idle_time_is(line: Line) -> None:
    for idle, begins in ((0.2, -0.2), (60, -0.5)):
        with line.store.work(NOON) as work:
            slot(work.conn, "texts", 10.0, 1)
            idled = "UPDATE paces SET free_at = clock_timestamp() - make_interval(secs => %s)"
            work.conn.exec_driver_sql(idled, (idle,))
            assert slot(work.conn, "texts", 10.0, 10) == pytest.approx(begins, abs=0.15)


def test_without_a_rate_or_without_messages_nothing_is_reserved(line: Line) -> None:
    with line.store.work(NOON) as work:
        cases: list[tuple[float | None, dict[Medium, int]]] = [(None, {"text": 10, "call": 10}), (10.0, {})]
        for rate, ready in cases:
            found = starts(work.conn, Lane("x", (NORMAL,), ("text", "call"), rate, 10, rate), ready)
            assert [(start.wait, start.apart) for start in found.values()] == [(0.0, 0.0)] * 2
    assert value(line, "SELECT count(*) FROM paces") == 0


# --- timers ---


def test_two_who_fire_at_once_fire_each_timer_once(line: Line) -> None:
    with line.store.work(NOON) as work:
        for _ in range(20):
            timers.set_timer(work, "unpause", NOON, person_id=person(line, "ann"))
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda: done.append(due.fire_timers(line.store, NOON, most=50))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 20


def test_a_timer_that_fails_is_put_off_and_holds_up_no_other(line: Line) -> None:
    ann, ben = person(line, "ann"), person(line, "ben")
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET state = '{\"open\": 5}' WHERE ref = 'ann'")
        timers.set_timer(work, "settled", NOON - timedelta(minutes=1), person_id=ann, topic="checkin", subject=new_id())
        timers.set_timer(work, "settled", NOON, person_id=ben, topic="checkin", subject=new_id())
    assert due.fire_timers(line.store, NOON, most=9) == 2
    assert rows(line, "SELECT person_id, tries, due_at FROM timers WHERE kind = 'settled'") == [
        (ann, 1, NOON + timedelta(seconds=15))
    ]
    for _ in range(14):
        due.fire_timers(line.store, value(line, "SELECT due_at FROM timers WHERE kind = 'settled'"), most=1)
    assert value(line, "SELECT tries FROM timers WHERE kind = 'settled'") == 15
