"""What becomes of a message after it left, or could not: the carrier's word, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import buddies, checkins, escalations, logs, outbox, people, relays, ringing, timers
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.events import Missed
from checkin.conversations import due
from checkin.gateways import Fault
from checkin.store.models import DeliveryEvent, Message, Phone
from checkin.store.work import Work

_log = logs.get("delivery")

# How long to wait before another try, and how many there are; after the last a person hears of it.
_TRIES: dict[Fault, tuple[timedelta, ...]] = {
    Fault.TRANSIENT: tuple(timedelta(seconds=s) for s in (15, 60, 300, 900, 3600)),
    Fault.UNREACHABLE: tuple(timedelta(hours=h) for h in (1, 3)),
    Fault.TOMORROW: (timedelta(days=1),),
    Fault.CONFIG: tuple(timedelta(minutes=m) for m in (5, 15, 60)),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One status callback: `rank` says how far along `status` is, `fault` what an error code means."""

    sid: str
    status: str
    rank: int
    code: int | None = None
    fault: Fault | None = None
    sequence: int | None = None


def next_try(fault: Fault, attempt: int, now: datetime, retry_after: float | None = None) -> datetime | None:
    """Return when to try again after `attempt` failures of this kind, or None when it is no use."""
    waits = _TRIES.get(fault, ())
    if attempt > len(waits):
        return None
    return now + max(waits[attempt - 1], timedelta(seconds=retry_after or 0))


def hear_status(work: Work, message_id: UUID | None, word: Word) -> bool:
    """Record one status callback. A repeat is False and changes nothing; status only moves forward."""
    new = work.conn.execute(
        insert(DeliveryEvent)
        .values(
            message_id=message_id,
            sid=word.sid,
            at=work.now,
            status=word.status,
            code=word.code,
            sequence=word.sequence,
        )
        .on_conflict_do_nothing()
        .returning(DeliveryEvent.id)
    ).first()
    if new is None:
        return False
    which = Message.id == message_id if message_id else Message.sid == word.sid
    row = work.conn.execute(
        update(Message)
        .where(which, Message.direction == "out", Message.carrier_rank < word.rank, ~_over_already(word.sid, new.id))
        .values(
            carrier_status=word.status,
            carrier_rank=word.rank,
            carrier_code=word.code,
            # A callback is proof that the carrier has it, even when our own request never returned.
            sid=word.sid,
            status=_PROVEN,
            lease_until=None,
            sent_at=func.coalesce(Message.sent_at, work.now),
        )
        .returning(*_ROW)
    ).first()
    if row is not None and word.fault is not None:
        did_not_arrive(work, Out(**row._asdict()), word.fault, word.code or 0)
    return True


# How an attempt ends that reached nobody, and a call whoever it reached.
_ENDS = ("failed", "undelivered", "canceled", "completed", "busy", "no-answer")


def _over_already(sid: str, event_id: int) -> ColumnElement[bool]:
    """What comes late about an attempt whose end was told says nothing of the attempt that followed it."""
    ended = select(DeliveryEvent.id).where(
        DeliveryEvent.sid == sid, DeliveryEvent.status.in_(_ENDS), DeliveryEvent.id != event_id
    )
    return ended.exists()


# The carrier's list may have been too slow to show it, so that it is owed again. A text that is owed anew as a call is
# another matter: the callbacks of the text say nothing of that.
_PROVEN = text(
    "CASE WHEN status IN ('leased', 'unknown') OR (status = 'owed' AND reason = 'not_at_carrier') "
    "THEN 'sent' ELSE status END"
)


@dataclass(frozen=True, slots=True)
class Out:
    """What `follow` needs to know of a message that was owed to somebody."""

    id: UUID
    medium: str
    person_id: UUID
    phone_id: UUID | None
    subject: UUID | None
    wording: str
    stream: str
    reached: bool
    arguments: bytes | None
    sender: str | None
    attempt: int
    expires_at: datetime | None
    dedupe: str | None


_ROW = (
    Message.id, Message.medium, Message.person_id, Message.phone_id, Message.subject, Message.wording,
    Message.stream, Message.reached, Message.arguments, Message.sender, Message.attempt, Message.expires_at,
    Message.dedupe,
)  # fmt: skip


def find(work: Work, message_id: UUID) -> Out | None:
    """Return a message that was owed, or None."""
    row = work.conn.execute(select(*_ROW).where(Message.id == message_id, Message.direction == "out")).first()
    return Out(**row._asdict()) if row else None


# Somebody else is asked meanwhile; to try these once more would only make them wait.
_GO_ON_AT_ONCE = frozenset({"checkin.ask", "page.ask"})
# Whoever began these is told how they ended, and nobody else needs to be.
_BETWEEN_TWO = frozenset({*buddies.RELAYED, *ringing.WORDINGS})
# Where a text does not get through a call may. Why a message is a call that was a text.
_WHERE_A_CALL_MAY = frozenset({Fault.UNREACHABLE, Fault.TRANSIENT, Fault.TOMORROW, Fault.FILTERED, Fault.BLOCKED})
BY_VOICE = "by_voice"
# Nobody has to be told that a reminder or a kind word did not arrive: the next one will.
_NOBODY_MINDS = frozenset({Stream.REMINDERS.value, Stream.CARING.value, Stream.CHECKINS.value})


def did_not_arrive(work: Work, row: Out, fault: Fault, code: int) -> None:
    """The carrier had taken a text and could not deliver it: try again where that is worth it, or see what follows."""
    until = next_try(fault, row.attempt, work.now)
    late = until is not None and row.expires_at is not None and until >= row.expires_at
    if until is None or late or row.wording in _GO_ON_AT_ONCE:
        follow(work, row, fault, code)
    else:
        outbox.anew(work.conn, row.id, until, fault.name.lower(), code)


def follow(work: Work, row: Out, fault: Fault, code: int) -> None:
    """Do what follows when a message has finally failed: tell staff, change medium, go on up the ladder."""
    match fault:
        case Fault.UNSUBSCRIBED:
            if row.sender is not None:
                # Only the pair's own number was stopped: the line's still reaches them.
                people.consent(work, row.person_id, (Stream.BUDDY,), given=False, how="carrier")
            # Several texts may have been on their way: a person is told once.
            elif people.block_texts(work, row.person_id, blocked=True):
                tell_staff(work, row.person_id, "carrier_opt_out", code)
        case Fault.NOT_MOBILE:
            work.conn.execute(update(Phone).where(Phone.id == row.phone_id).values(line="landline"))
            if row.wording != "checkin.ask":
                outbox.by_voice(work.conn, [{"id": row.id, "reason": "landline"}])
                return
        case Fault.NO_SUCH_NUMBER | Fault.BLOCKED:
            tell_staff(work, row.person_id, "number_unreachable", code)
        case Fault.FILTERED:
            tell_staff(work, row.person_id, "text_filtered", code)
        case Fault.UNREACHABLE | Fault.TRANSIENT | Fault.TOMORROW:
            if row.stream == Stream.SAFETY.value:
                tell_staff(work, row.person_id, "page_not_delivered", code)
        case Fault.CONFIG | Fault.BUG:
            _log.error("carrier_refuses_us", code=code, message=str(row.id))
    if fault in _WHERE_A_CALL_MAY and _may_be_said(row):
        outbox.by_voice(work.conn, [{"id": row.id, "reason": BY_VOICE}])
    else:
        go_on(work, row)
        _tell_of_silence(work, row, fault, code)


def _may_be_said(row: Out) -> bool:
    """Tell whether a text that does not get through is said by telephone. What two write to each other is not read out;
    whoever wrote hears that it was not passed on."""
    others = row.wording in _GO_ON_AT_ONCE or row.wording in buddies.RELAYED or row.stream == Stream.SAFETY.value
    return row.medium == "text" and not others


def _tell_of_silence(work: Work, row: Out, fault: Fault, code: int) -> None:
    """Text and call have come to an end without anybody having been told: a person must know."""
    told = row.wording in _GO_ON_AT_ONCE | _BETWEEN_TWO or row.stream in _NOBODY_MINDS
    if row.medium == "call" and fault in _WHERE_A_CALL_MAY and not told and row.stream != Stream.SAFETY.value:
        tell_staff(work, row.person_id, "not_told", code)


def go_on(work: Work, row: Out, why: str = "unreachable") -> None:
    """Somebody was not reached: do not wait for an answer that cannot come, and tell those whose words were lost."""
    if row.subject is not None and row.wording in ringing.WORDINGS:
        ringing.ended(work, row.subject, row.person_id, "not_rung", why)
    if row.subject is not None and row.wording in buddies.RELAYED:
        relays.not_passed_on(work, row.subject, row.person_id, row.arguments)
    if row.wording == "page.ask":
        not_reached(work, row.id, why)
    if row.subject is not None and row.wording == "reach_out.ask":
        checkins.pass_on(work, row.subject, row.person_id)
    if row.subject is not None and (rung := checkins.rung_of(row.dedupe)) is not None:
        checkins.go_on(work, row.person_id, row.subject, rung)


def not_reached(work: Work, message_id: UUID, why: str) -> None:
    """A message of a page cannot be answered (any more, or just now): the case looks whether others of it can."""
    subject = work.conn.execute(
        update(Message)
        .where(Message.id == message_id, Message.wording == "page.ask")
        .values(reason=func.coalesce(Message.reason, why))
        .returning(Message.subject)
    ).scalar_one_or_none()
    if subject is not None:
        # By way of a timer, for the case's lock comes before a message's.
        timers.set_timer(work, "page", work.now, topic="unreached", subject=subject)


def tell_staff(work: Work, person_id: UUID, reason: str, code: int) -> None:
    """Open a task, or join what is open: somebody cannot be reached as they should be."""
    detail = f" (carrier code {code})" if code else ""
    escalations.open_case(work, Severity.TASK, reason, person_id=person_id, detail=detail)


# After a call that reached nobody: how long until the next, by how it ended. After the third a person is told.
_RING_AGAIN: Mapping[Missed, timedelta] = {
    "busy": timedelta(minutes=10),
    "no_answer": timedelta(minutes=30),
    "voicemail": timedelta(hours=1),
    "failed": timedelta(minutes=15),
}
_MOST_CALLS = 3


def call_over(work: Work, message_id: UUID, missed: Missed) -> None:
    """A call has ended. Unless somebody pressed a key, it reached nobody, whatever the carrier says."""
    row = find(work, message_id)
    if row is None or row.reached:
        return
    if row.wording == "page.ask":
        not_reached(work, row.id, missed)
    elif row.wording == "page.more":
        # Whoever has the case and stays silent is asked by the case's own clock, and then others are paged.
        return
    elif row.wording == "checkin.ask":
        if row.subject is not None:
            due.missed_call(work, row.person_id, row.subject, missed, checkins.rung_of(row.dedupe))
    elif row.wording in _BETWEEN_TWO:
        go_on(work, row, missed)
    else:
        _ring_again(work, row, missed)


def _ring_again(work: Work, row: Out, missed: Missed) -> None:
    until = work.now + _RING_AGAIN[missed]
    if row.attempt < _MOST_CALLS and (row.expires_at is None or until < row.expires_at):
        outbox.anew(work.conn, row.id, until, missed, None)
    elif row.stream not in _NOBODY_MINDS:
        tell_staff(work, row.person_id, "not_told", 0)
