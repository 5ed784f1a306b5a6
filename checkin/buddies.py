"""Buddies: who looks out for whom, the weekly question, and the words between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from checkin import outbox, outlook, people, recurrence, timers
from checkin.conversation.effects import Stream
from checkin.gate import Defer
from checkin.store.ids import new_id
from checkin.store.models import Message, Pair, PairLine, Person, PoolNumber, Report
from checkin.store.work import Work

_WEEKS_BEGIN = date(2024, 1, 1)


def next_report(rule: str, at: time, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return when a buddy is asked about their week next (aware, UTC); None when the rule has ended."""
    return recurrence.next_after(rule, datetime.combine(_WEEKS_BEGIN, at), zone, after)


def member_of(work: Work, pair_id: UUID) -> UUID | None:
    """Return whom a pair is about."""
    return work.conn.execute(select(Pair.member_id).where(Pair.id == pair_id)).scalar_one_or_none()


def both(work: Work, pair_id: UUID) -> tuple[UUID, UUID] | None:
    """Return who is in a pair: whom it is about, and their buddy."""
    row = work.conn.execute(select(Pair.member_id, Pair.buddy_id).where(Pair.id == pair_id)).first()
    return (row.member_id, row.buddy_id) if row else None


def record(work: Work, pair_id: UUID, answer: str) -> None:
    """Keep what a buddy said about their week."""
    work.add(Report, id=new_id(), pair_id=pair_id, at=work.now, answer=answer)


def claim_report(work: Work) -> bool:
    """Ask one buddy whose week is due about it, and set when they are asked next; False when none is due."""
    row = work.conn.execute(
        select(Pair.id, Pair.buddy_id, Pair.rule, Pair.at, Person.zone, Person.paused_until)
        .join(Person, Person.id == Pair.buddy_id)
        .where(Pair.next_due_at <= work.now, Pair.status == "active")
        .order_by(Pair.next_due_at)
        .limit(1)
        .with_for_update(of=Pair, skip_locked=True)
    ).first()
    if row is None:
        return False
    again = next_report(row.rule, row.at, ZoneInfo(row.zone), work.now)
    work.conn.execute(update(Pair).where(Pair.id == row.id).values(next_due_at=again))
    if row.paused_until is None or row.paused_until <= work.now:
        timers.set_timer(work, "open", work.now, person_id=row.buddy_id, topic="buddy_report", subject=row.id)
    return True


@dataclass(frozen=True, slots=True)
class Other:
    """The other one of a pair, as this person knows them: by their first name."""

    id: UUID
    name: str
    pair_id: UUID
    resting: bool
    line: str | None
    """The number that is the pair's own, where they have one."""


_OTHERS = """
    SELECT o.id, o.name, j.id, j.status = 'resting', l.number FROM pairs j
    JOIN people o ON o.id = CASE WHEN j.member_id = %(person)s THEN j.buddy_id ELSE j.member_id END
    LEFT JOIN pair_lines l ON l.pair_id = j.id AND l.person_id = o.id
    WHERE (j.member_id = %(person)s OR j.buddy_id = %(person)s) AND j.status <> 'ended'
    ORDER BY j.buddy_id = %(person)s, j.rank, j.id
"""


def others_of(work: Work, person_id: UUID) -> list[Other]:
    """Return whom this person is paired with: who looks out for them by rank, then whom they look out for."""
    rows = work.rows(_OTHERS, {"person": person_id})
    return [Other(o, work.vault.open(name, "people.name"), *rest) for o, name, *rest in rows]


# A conversation goes on for as long as people remember whom they are talking with.
_TALKING = timedelta(hours=12)


def talking_with(work: Work, others: Sequence[Other]) -> Other | None:
    """Return the one of `others` with whom words went to and fro of late, if it is exactly one."""
    pairs = work.conn.scalars(
        select(Message.subject)
        .where(
            Message.subject.in_([o.pair_id for o in others]),
            Message.wording.in_(RELAYED),
            Message.at > work.now - _TALKING,
        )
        .distinct()
    ).all()
    found = [o for o in others if o.pair_id in pairs]
    return found[0] if len(found) == 1 else None


# Words that were passed on; the second comes from the pair's own number, which is where the answer goes.
RELAYED = ("relay.message", "relay.direct")


def relay(work: Work, sender: str, words: str, other: Other) -> None:
    """Owe somebody's words to the other of their pair: first names only, and no number but the pair's own."""
    key = RELAYED[1 if other.line else 0]
    values = {"sender": sender, "words": words}
    outbox.owe(work, other.id, "text", Stream.BUDDY, key, values, subject=other.pair_id, sender=other.line)


def give_lines(work: Work) -> None:
    """Give every pair that has none a number of its own from the pool, while there is one that neither of the two
    knows from another pair. Who has none uses the word BUDDY."""
    without = select(Pair.id, Pair.member_id, Pair.buddy_id).where(
        Pair.status != "ended", Pair.id.not_in(select(PairLine.pair_id))
    )
    for pair in work.conn.execute(without.order_by(Pair.id)).all():
        two = (pair.member_id, pair.buddy_id)
        known = select(PairLine.number).where(PairLine.person_id.in_(two))
        number = work.conn.scalars(
            select(PoolNumber.number).where(PoolNumber.number.not_in(known)).order_by(PoolNumber.number).limit(1)
        ).first()
        if number is not None:
            rows: list[dict[str, object]] = [{"person_id": p, "number": number, "pair_id": pair.id} for p in two]
            work.add_all(PairLine, rows)


def end(work: Work, pair_id: UUID) -> None:
    """End a pair: both are told so softly, at a decent hour, and once; what was still to be passed on is not."""
    row = work.conn.execute(
        update(Pair)
        .where(Pair.id == pair_id, Pair.status != "ended")
        .values(status="ended", next_due_at=None)
        .returning(Pair.member_id, Pair.buddy_id)
    ).first()
    if row is None:
        return
    outbox.withdraw(work, pair_id, "pair_ended")
    timers.set_timer(work, "settled", work.now, person_id=row.buddy_id, topic="buddy_report", subject=pair_id)
    for reader, other in ((row.member_id, row.buddy_id), (row.buddy_id, row.member_id)):
        _tell(work, reader, "pair.ended", people.first_name(work, other), pair_id)


def leave(work: Work, person_id: UUID, name: str) -> None:
    """Somebody has stopped the words between them and their pairs: each of the others hears it once."""
    for other in others_of(work, person_id):
        _tell(work, other.id, "pair.left", name, other.pair_id)


def _tell(work: Work, reader_id: UUID, key: str, other: str, pair_id: UUID) -> None:
    verdict = outlook.foresee(work, reader_id, "text", Stream.BUDDY)
    due_at = verdict.until if isinstance(verdict, Defer) else None
    dedupe = f"{key}:{pair_id}:{reader_id}"
    outbox.owe(work, reader_id, "text", Stream.SERVICE, key, {"buddy": other}, due_at=due_at, dedupe=dedupe)
