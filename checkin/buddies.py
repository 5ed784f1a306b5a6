"""Buddies: who looks out for whom, the weekly question, and the words between them."""

import re
from collections.abc import Mapping, Sequence
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


_EVERY = re.compile(r"\bINTERVAL=(\d+)")


def weeks_between(work: Work, pair_id: UUID) -> int:
    """Return how many weeks lie between one report of a pair and the next, 1 at least."""
    every = _EVERY.search(work.conn.execute(select(Pair.rule).where(Pair.id == pair_id)).scalar_one_or_none() or "")
    return int(every[1]) if every else 1


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
    """Ask one buddy whose week is due about it, and set when they are asked next; False when none is due. Whoever
    stands in for somebody with a break is asked in their place."""
    row = work.conn.execute(
        select(Pair.id, Pair.rule, Pair.at, Person.zone)
        .join(Person, Person.id == Pair.buddy_id)
        .where(Pair.next_due_at <= work.now, Pair.status != "ended")
        .order_by(Pair.next_due_at)
        .limit(1)
        .with_for_update(of=Pair, skip_locked=True)
    ).first()
    if row is None:
        return False
    again = next_report(row.rule, row.at, ZoneInfo(row.zone), work.now)
    work.conn.execute(update(Pair).where(Pair.id == row.id).values(next_due_at=again))
    if (looking := on_duty(work, row.id)) is not None:
        timers.set_timer(
            work, "open", work.now, person_id=looking.buddy_id, topic="buddy_report", subject=looking.pair_id
        )
    return True


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks out for somebody just now, and by which of their pairs."""

    pair_id: UUID
    buddy_id: UUID


# A buddy is there unless they rest, have paused, are not active, or somebody else has this week of theirs.
_LOOKING = """
    SELECT o.id, o.buddy_id FROM pairs j JOIN pairs o ON o.member_id = j.member_id JOIN people b ON b.id = o.buddy_id
    LEFT JOIN duties d ON d.kind = 'week' AND d.subject = j.id AND d.status = 'covered'
        AND d.starts <= %(now)s AND %(now)s < d.ends
    WHERE j.id = %(pair)s AND o.status = 'active' AND b.status = 'active'
    AND (b.paused_until IS NULL OR b.paused_until <= %(now)s)
    AND (o.id <> j.id OR d.id IS NULL) AND (%(too)s OR o.id <> j.id)
    ORDER BY d.covered_by IS NOT DISTINCT FROM o.buddy_id DESC, o.id <> j.id, o.rank LIMIT 1
"""


def on_duty(work: Work, pair_id: UUID) -> Looking | None:
    """Return who looks out for a pair's member just now: the buddy, or who stands in for them; None: nobody can."""
    rows = work.rows(_LOOKING, {"pair": pair_id, "now": work.now, "too": True})
    return Looking(*rows[0]) if rows else None


def cover_of(work: Work, pair_id: UUID) -> Looking | None:
    """Return who of the member's other buddies could stand in for this one just now, the first by rank."""
    rows = work.rows(_LOOKING, {"pair": pair_id, "now": work.now, "too": False})
    return Looking(*rows[0]) if rows else None


def others_for(work: Work, pair_id: UUID) -> list[UUID]:
    """Return who else looks out for a pair's member and has no break, by rank."""
    member = select(Pair.member_id).where(Pair.id == pair_id).scalar_subquery()
    mine = select(Pair.buddy_id).where(Pair.member_id == member, Pair.status == "active", Pair.id != pair_id)
    return list(work.conn.scalars(mine.order_by(Pair.rank)))


def stands(work: Work, pair_id: UUID) -> bool:
    """Tell whether a pair has not ended."""
    return work.conn.execute(select(Pair.id).where(Pair.id == pair_id, Pair.status != "ended")).first() is not None


def ask_cover(work: Work, pair_id: UUID) -> None:
    """A buddy cannot just now: ask whoever could stand in, if anybody can, about the week."""
    if (cover := cover_of(work, pair_id)) is not None:
        timers.set_timer(work, "open", work.now, person_id=cover.buddy_id, topic="buddy_report", subject=cover.pair_id)


def free_place(work: Work, buddy_id: UUID, *, besides: UUID | None = None) -> int | None:
    """Return the place that one more person would have with a buddy; None: they look out for as many as the setting
    allows. `besides` is a pair that is to make room."""
    mine = select(Pair.place).where(Pair.buddy_id == buddy_id, Pair.status != "ended", Pair.id != besides)
    taken = set(work.conn.scalars(mine))
    return next((n for n in range(1, work.settings.buddy_most + 1) if n not in taken), None)


@dataclass(frozen=True, slots=True)
class Other:
    """The other one of a pair, as this person knows them: by their first name."""

    id: UUID
    name: str
    pair_id: UUID
    resting: bool
    line: str | None
    """The number that is the pair's own, where they have one."""
    rank: int | None
    """Which buddy they are to this person, the first or a further one; None: this person looks out for them."""
    since: datetime


_OTHERS = """
    SELECT o.id, o.name, j.id, j.status = 'resting', l.number,
        CASE WHEN j.member_id = %(person)s THEN j.rank END, j.began_at FROM pairs j
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


def pool(work: Work) -> Sequence[str]:
    """Return the numbers (E.164) that pairs are given as their own."""
    return work.conn.scalars(select(PoolNumber.number).order_by(PoolNumber.number)).all()


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


def end(work: Work, pair_id: UUID, *, besides: UUID | None = None, silently: bool = False) -> bool:
    """End a pair: both are told so softly (but for `besides`, who hears it otherwise, and `silently`: both do), at a
    decent hour, and once; what was still to be passed on is not. False when it has ended before."""
    row = work.conn.execute(
        update(Pair)
        .where(Pair.id == pair_id, Pair.status != "ended")
        .values(status="ended", next_due_at=None, review_due_at=None, ask_due_at=None, rests_until=None)
        .returning(Pair.member_id, Pair.buddy_id)
    ).first()
    if row is None:
        return False
    outbox.withdraw(work, pair_id, "pair_ended")
    timers.set_timer(work, "settled", work.now, person_id=row.buddy_id, topic="buddy_report", subject=pair_id)
    for reader, other in ((row.member_id, row.buddy_id), (row.buddy_id, row.member_id)):
        if not silently and reader != besides:
            tell(work, reader, "pair.ended", {"buddy": people.first_name(work, other)}, pair_id)
    return True


def leave(work: Work, person_id: UUID, name: str) -> None:
    """Somebody has stopped the words between them and their pairs: each of the others hears it once."""
    for other in others_of(work, person_id):
        tell(work, other.id, "pair.left", {"buddy": name}, other.pair_id)


def tell(
    work: Work, reader_id: UUID, key: str, values: Mapping[str, str], about: UUID | str, *, sender: str | None = None
) -> None:
    """Owe one of a pair a sentence that asks for nothing, at an hour that suits them; once about the same thing."""
    verdict = outlook.foresee(work, reader_id, "text", Stream.BUDDY)
    due_at = verdict.until if isinstance(verdict, Defer) else None
    dedupe = f"{key}:{about}:{reader_id}"
    outbox.owe(work, reader_id, "text", Stream.SERVICE, key, values, due_at=due_at, dedupe=dedupe, sender=sender)
