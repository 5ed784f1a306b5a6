"""Who is sent to first, how fast, and what follows when the carrier says only later that nobody was reached."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from checkin import claims, delivery, outbox
from checkin.bootstrap import Line
from checkin.conversation.effects import Stream
from checkin.delivery import Word, hear_status
from checkin.dispatch import Dispatcher
from checkin.gate import Medium
from checkin.gateways import Fault, Receipt
from checkin.gateways.twilio import TwilioGateway
from checkin.lanes import Lane
from checkin.outbox import NORMAL, URGENT
from checkin.store.ids import new_id
from checkin.store.models import Group, Meeting, Occurrence
from tests.parts import NOON, TIMED_OUT, Carrier, claimed, loads, opened, person, rows, value

ANN = "+447700900101"
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy],
     plan: {days: every day, at: "12:00", ladder: [text, call, staff]}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy, reminders]}
"""
NORMALLY = Lane("texts", (NORMAL,), ("text", "call"), None, 10)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with two people."""
    with opened(database_url) as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that takes everything."""
    return Carrier()


def group(line: Line) -> tuple[UUID, UUID]:
    """Store a group that meets; return its id and that of one of its meetings."""
    group_id, meeting_id, occurrence_id = new_id(), new_id(), new_id()
    starts = NOON + timedelta(days=2)
    with line.store.work(NOON) as work:
        work.add(Group, id=group_id, name="Harbour group")
        work.add(
            Meeting,
            id=meeting_id,
            group_id=group_id,
            rule="FREQ=WEEKLY",
            starts=starts.replace(tzinfo=None),
            zone="Europe/London",
            venue="The library",
        )
        work.add(Occurrence, id=occurrence_id, meeting_id=meeting_id, day=starts.date(), starts_at=starts)
    return group_id, occurrence_id


def owe(
    line: Line,
    many: int = 1,
    *,
    subject: UUID | None = None,
    medium: Medium = "text",
    stream: Stream = Stream.NOTICE,
    now: datetime = NOON,
    expires_at: datetime | None = None,
) -> UUID:
    """Owe Ann so many messages; return the id of the last."""
    values = {"group": "Harbour group", "when": "Thursday", "name": "x"}
    key = "meeting.cancelled" if stream is Stream.NOTICE else "back.done"
    with line.store.work(now) as work:
        ann = person(line, "ann")
        for _ in range(many):
            outbox.owe(work, ann, medium, stream, key, values, subject=subject, expires_at=expires_at)
    found: UUID = value(line, "SELECT id FROM messages ORDER BY id DESC LIMIT 1")
    return found


def send(line: Line, carrier: Carrier, now: datetime = NOON, lane: Lane = NORMALLY) -> int:
    """Send one lot."""
    dispatcher = Dispatcher(line.store, carrier, threads=4)
    try:
        return dispatcher.send(lane, now)
    finally:
        dispatcher.close()


# --- groups take turns ---


def lots(line: Line, batch: int) -> Iterator[Counter[UUID]]:
    """Claim lot after lot; of each, how many are whose."""
    while True:
        with line.store.work(NOON + timedelta(minutes=1)) as work:
            ids = [m.id for m in claimed(work, classes=(NORMAL,), media=("text",), batch=batch)]
        yield Counter(q for (q,) in rows(line, "SELECT queue FROM messages WHERE id = ANY(:ids)", ids=ids))


def test_what_one_group_owes_its_hundreds_does_not_hold_up_anothers_ten(line: Line) -> None:
    (big, cancelled), (small, other) = group(line), group(line)
    owe(line, 300, subject=cancelled, now=NOON - timedelta(minutes=5))
    owe(line, 10, subject=other)
    owe(line, 10, stream=Stream.SERVICE)
    each = lots(line, 10)
    first = [next(each) for _ in range(4)]
    assert all(3 <= lot[big] <= 4 for lot in first)
    assert sum(lot[small] for lot in first) == 10, "the ten are out after four lots of ten"
    assert sum(lot[UUID(int=0)] for lot in first) == 10
    assert next(each) == {big: 10}, "alone it has every place"


JUST_TAKEN_IN = """
    INSERT INTO people (id, name) SELECT lpad(to_hex(i), 32, '0')::uuid, '\\x00' FROM generate_series(1, 3000) AS i;
    CREATE TEMP TABLE newcomers ON COMMIT DROP AS SELECT id FROM people WHERE name = '\\x00';
    INSERT INTO phones (id, number, number_index, line) SELECT id, '\\x00', id::text::bytea, 'mobile' FROM newcomers;
    INSERT INTO person_phones (person_id, phone_id, rank) SELECT id, id, 1 FROM newcomers;
    INSERT INTO messages (id, at, direction, medium, person_id, status, stream, wording, arguments, due_at)
    SELECT id, '2027-01-11', 'out', 'text', id, 'owed', 'service', 'back.done', '\\x00', '2027-01-11' FROM newcomers;
"""


def test_a_lot_looks_up_its_own_phones_and_reads_no_others_whatever_the_planner_has_counted(line: Line) -> None:
    """Just after many people were taken in, nothing has been counted: all phones used to be read for each message."""
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql(JUST_TAKEN_IN)
    read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'phones'"
    with line.store.work(NOON) as work:
        assert len(claims.claim(work, NORMAL, {"text": 100})) == 100
        assert work.conn.exec_driver_sql(read).scalar_one() < 3000


def test_more_groups_than_places_are_each_served_in_their_turn(line: Line) -> None:
    groups = [group(line) for _ in range(12)]
    for _, meeting in groups:
        owe(line, 2, subject=meeting)
    each, served = lots(line, 5), Counter[UUID]()
    while served.total() < 24:
        lot = next(each)
        assert max(lot.values()) <= 2
        assert 0 < lot.total() <= 5
        served += lot
    assert served == {group_id: 2 for group_id, _ in groups}


# --- calls a second ---


def test_ordinary_calls_are_dialled_one_a_second_and_a_page_waits_for_none(line: Line, carrier: Carrier) -> None:
    owe(line, 5, stream=Stream.SERVICE)
    owe(line, 3, medium="call", stream=Stream.BUDDY)
    one_a_second = Lane("texts", (NORMAL,), ("text", "call"), None, 10, 1.0)
    assert send(line, carrier, lane=one_a_second) == 6
    assert Counter(medium for medium, *_ in carrier.took) == {"text": 5, "call": 1}
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE paces SET free_at = clock_timestamp() + interval '20 s' WHERE name = 'calls'")
    assert send(line, carrier, lane=one_a_second) == 0, "no worker waits twenty seconds with a lot in its hands"
    owe(line, 2, medium="call", stream=Stream.SAFETY)
    assert send(line, carrier, lane=Lane("urgent", (URGENT,), ("call",), None, 10, 1.0, urgent=True)) == 2
    ahead = value(line, "SELECT free_at - clock_timestamp() FROM paces WHERE name = 'calls'")
    assert timedelta(seconds=19) < ahead <= timedelta(seconds=22), "what a page took, the others leave it"


# --- told only by callback ---

TRIES = {
    Fault.TRANSIENT: [15, 60, 300, 900, 3600],
    Fault.UNREACHABLE: [3600, 10800],
    Fault.TOMORROW: [86400],
    Fault.NO_SUCH_NUMBER: [],
    Fault.BLOCKED: [],
    Fault.FILTERED: [],
}
# What a person is told of the number, besides; and whether a call is worth a try.
THEN: dict[Fault, tuple[str | None, bool]] = {
    Fault.TRANSIENT: (None, True),
    Fault.UNREACHABLE: (None, True),
    Fault.TOMORROW: (None, True),
    Fault.NO_SUCH_NUMBER: ("number_unreachable", False),
    Fault.BLOCKED: ("number_unreachable", True),
    Fault.FILTERED: ("text_filtered", True),
}
CODES = {30008: Fault.TRANSIENT, 30003: Fault.UNREACHABLE, 30023: Fault.TOMORROW, 30005: Fault.NO_SUCH_NUMBER,
    30004: Fault.BLOCKED, 30007: Fault.FILTERED}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_what_only_a_callback_tells_is_tried_again_then_said_by_telephone_then_seen_by_a_person(
    line: Line, carrier: Carrier, code: int
) -> None:
    fault, now, waits = TwilioGateway(line.settings, connections=1).fault(code), NOON, []
    assert fault is CODES[code]
    message = owe(line, stream=Stream.SERVICE)
    for attempt in range(9):
        send(line, carrier, now)
        with line.store.work(now) as work:
            assert hear_status(work, message, Word(f"SM{attempt}", "undelivered", 4, code, fault))
        medium, state, due_at = rows(line, "SELECT medium, status, due_at FROM messages")[0]
        if medium == "call" or state != "owed":
            break
        waits.append((due_at - now).total_seconds())
        now = due_at
    assert waits == TRIES[fault]
    reason, rings = THEN[fault]
    assert value(line, "SELECT reason FROM cases") == reason
    assert len(carrier.took) == 1 + len(waits)
    assert medium == ("call" if rings else "text")
    if not rings:
        return
    carrier.took.clear()
    for waited in (30, 30, None):
        send(line, carrier, now)
        with line.store.work(now) as work:
            delivery.call_over(work, message, "no_answer")
        if waited:
            now += timedelta(minutes=waited)
    assert [medium for medium, *_ in carrier.took] == ["call"] * 3
    assert send(line, carrier, now + timedelta(days=1)) == 0
    assert "task: not_told" in {d for (d,) in rows(line, "SELECT detail FROM case_events WHERE detail LIKE 'task%'")}


@pytest.mark.parametrize(("status", "code"), [("failed", None), ("undelivered", 98765)])
def test_a_failure_of_which_nobody_knows_the_reason_is_tried_again(
    line: Line, carrier: Carrier, status: str, code: int | None
) -> None:
    message = owe(line, stream=Stream.SERVICE)
    send(line, carrier)
    fault = TwilioGateway(line.settings, connections=1).fault(code or 0)
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", status, 4, code, fault))
    assert rows(line, "SELECT status, reason FROM messages") == [("owed", "transient")]


def test_what_would_come_too_late_is_not_tried_again(line: Line, carrier: Carrier) -> None:
    message = owe(line, stream=Stream.SERVICE, expires_at=NOON + timedelta(minutes=30))
    send(line, carrier)
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", "undelivered", 4, 30003, Fault.UNREACHABLE))
    assert rows(line, "SELECT status, medium FROM messages") == [("owed", "call")]


def test_what_comes_late_about_one_attempt_says_nothing_of_the_next(line: Line, carrier: Carrier) -> None:
    """The worst order: it failed, is in a worker's hands again, and only now "sent" arrives of the first attempt."""
    message = owe(line, stream=Stream.SERVICE)
    send(line, carrier)
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", "undelivered", 4, 30008, Fault.TRANSIENT))
    later = NOON + timedelta(seconds=15)
    with line.store.work(later) as work:
        assert [m.id for m in claimed(work, classes=(NORMAL,), media=("text",), batch=9)] == [message]
    for word in (Word("SM1", "sent", 3), Word("SM1", "failed", 4, 30008, Fault.TRANSIENT)):
        with line.store.work(later) as work:
            assert hear_status(work, message, word)
        assert rows(line, "SELECT status, sid, carrier_rank FROM messages") == [("leased", None, -1)]
    with line.store.work(later) as work:
        assert hear_status(work, message, Word("SM2", "sent", 3))
    assert rows(line, "SELECT status, sid, carrier_rank FROM messages") == [("sent", "SM2", 3)]


def test_one_that_the_carriers_list_shows_as_failed_is_tried_again(line: Line, carrier: Carrier) -> None:
    """The request timed out, the callback never came; the list knows both that it was taken and that it failed."""
    owe(line, stream=Stream.SERVICE)
    carrier.trouble[ANN] = TIMED_OUT
    carrier.faults[30003] = Fault.UNREACHABLE
    send(line, carrier)
    carrier.listed[ANN] = Receipt("SM9", "undelivered", 4, 30003)
    later = NOON + timedelta(seconds=30)
    dispatcher = Dispatcher(line.store, carrier, threads=1)
    dispatcher.reconcile(later)
    dispatcher.close()
    assert rows(line, "SELECT status, reason, due_at FROM messages") == [
        ("owed", "unreachable", later + timedelta(hours=1))
    ]


def test_who_may_not_be_rung_is_a_persons_task_when_texts_do_not_get_through(line: Line, carrier: Carrier) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET safe_to_call = false")
    message = owe(line, stream=Stream.SERVICE)
    send(line, carrier)
    with line.store.work(NOON) as work:
        hear_status(work, message, Word("SM1", "undelivered", 4, 30007, Fault.FILTERED))
    send(line, carrier)
    assert rows(line, "SELECT status, reason FROM messages") == [("dropped", "not_safe")]
    assert "task: not_told" in {d for (d,) in rows(line, "SELECT detail FROM case_events")}
