"""Two people are asked whether they would be buddies; two yeses make a pair.

Each hears and answers in their own conversation. The pair itself is made by a timer that holds nobody's lock, so that
two who say yes at the same moment do not wait for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, buddies, escalations, outbox, people, timers
from checkin.conversation.effects import Severity
from checkin.errors import BadInput
from checkin.pairing.reviewing import review_at
from checkin.store.ids import new_id
from checkin.store.models import Pair, PairLine, Person, Proposal
from checkin.store.work import Work

# By topic, which of the two is asked.
TOPICS: Mapping[str, Literal["member", "buddy"]] = {"buddy_offer": "member", "buddy_wanted": "buddy"}
_TOPIC = {who: topic for topic, who in TOPICS.items()}

# Asked, asked once more a day later, and a day to answer; a week-end may lie in between.
_ANSWER_WITHIN = timedelta(days=4)
# How many weeks may lie between two of a buddy's reports.
EACH_WEEKS = (1, 2, 4)

# One row of proposals, locked.
_Row: TypeAlias = Row[*tuple[Any, ...]]

First = Literal["both", "member", "buddy"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What staff propose: whom, who is asked first, when the buddy reports (None: never) on their own clock, and the
    day of the first review."""

    member_id: UUID
    buddy_id: UUID
    first: First = "both"
    rank: int = 1
    rule: str | None = None
    at: time | None = None
    review_on: date | None = None


def propose(work: Work, actor: UUID | None, ask: Ask, *, replaces: UUID | None = None) -> UUID:
    """Ask two people whether they would be buddies; return the proposal's id. Raises BadInput with one sentence, and
    then nobody is asked."""
    _check(work, ask, replaces)
    due_at = work.now + _ANSWER_WITHIN
    row: dict[str, object] = {
        "id": new_id(),
        "member_id": ask.member_id,
        "buddy_id": ask.buddy_id,
        "rank": ask.rank,
        "rule": ask.rule,
        "at": ask.at,
        "review_on": ask.review_on or review_at(work, first=True).astimezone(work.settings.zone).date(),
        "replaces": replaces,
        "first": ask.first,
        "by": actor,
        "proposed_at": work.now,
        "due_at": due_at,
    }
    made = insert(Proposal).values(row).on_conflict_do_nothing().returning(Proposal.id)
    proposal_id: UUID | None = work.conn.execute(made).scalar_one_or_none()
    if proposal_id is None:
        raise BadInput(f"{people.first_name(work, ask.member_id)} is being asked about a buddy already.")
    for who, person_id in (("member", ask.member_id), ("buddy", ask.buddy_id)):
        if ask.first in {"both", who}:
            _ask(work, proposal_id, _TOPIC[who], person_id)  # type: ignore[index]  # one of the two words above
    timers.set_timer(work, "open", due_at, topic="proposal", subject=proposal_id)
    audit.record(work, actor, "pair_proposed", f"proposal {proposal_id}", f"{ask.member_id} {ask.buddy_id}")
    return proposal_id


def hand_over(work: Work, actor: UUID | None, pair_id: UUID, ask: Ask) -> UUID:
    """Ask a member and another buddy whether they would go on together; two yeses end the pair that was, and all three
    hear so. Returns the proposal's id; raises BadInput with one sentence."""
    row = work.conn.execute(
        select(Pair.member_id, Pair.buddy_id, Pair.rank).where(Pair.id == pair_id, Pair.status != "ended")
    ).first()
    if row is None:
        raise BadInput("That pair has ended.")
    if (row.member_id, row.rank) != (ask.member_id, ask.rank):
        raise BadInput("A handover goes on with the same person, at the same rank.")
    if row.buddy_id == ask.buddy_id:
        raise BadInput(f"{people.first_name(work, ask.buddy_id)} is that buddy already.")
    return propose(work, actor, ask, replaces=pair_id)


def _check(work: Work, ask: Ask, replaces: UUID | None) -> None:
    if ask.member_id == ask.buddy_id:
        raise BadInput("Nobody is their own buddy.")
    for person_id in (ask.member_id, ask.buddy_id):
        status = work.conn.execute(select(Person.status).where(Person.id == person_id)).scalar()
        if status != "active":
            raise BadInput("Both must be active on the line before they are asked.")
    standing = select(Pair.rank, Pair.buddy_id).where(
        Pair.member_id == ask.member_id, Pair.status != "ended", Pair.id.is_distinct_from(replaces)
    )
    name = people.first_name(work, ask.member_id)
    for row in work.conn.execute(standing):
        if row.buddy_id == ask.buddy_id:
            raise BadInput(f"{people.first_name(work, ask.buddy_id)} is {name}'s buddy already.")
        if row.rank == ask.rank:
            raise BadInput(f"{name} has a buddy of that rank already: hand over, or propose a second buddy.")
    _check_place(work, ask.buddy_id)
    if ask.review_on is not None and ask.review_on <= work.now.astimezone(work.settings.zone).date():
        raise BadInput("The first review must be on a day to come.")


def _check_place(work: Work, buddy_id: UUID) -> None:
    if buddies.free_place(work, buddy_id) is None:
        raise BadInput(
            f"{people.first_name(work, buddy_id)} looks out for {work.settings.buddy_most} people already, "
            "which is as many as one person is given."
        )


def _ask(work: Work, proposal_id: UUID, topic: str, person_id: UUID) -> None:
    timers.set_timer(work, "open", work.now, person_id=person_id, topic=topic, subject=proposal_id)


def _lock(work: Work, proposal_id: UUID) -> _Row | None:
    table = Proposal.__table__
    return work.conn.execute(select(table).where(table.c.id == proposal_id).with_for_update()).first()


def still_asks(work: Work, topic: str, proposal_id: UUID) -> bool:
    """Tell whether a proposal still waits for the one whom a topic asks."""
    row = _lock(work, proposal_id)
    return row is not None and row.status == "asked" and getattr(row, f"{TOPICS[topic]}_said") is None


def names(work: Work, proposal_id: UUID) -> dict[str, str]:
    """Return the first names in a proposal: its `member` and its `buddy`."""
    row = work.conn.execute(select(Proposal.member_id, Proposal.buddy_id).where(Proposal.id == proposal_id)).one()
    return {"member": people.first_name(work, row.member_id), "buddy": people.first_name(work, row.buddy_id)}


def answer(work: Work, topic: str, proposal_id: UUID, word: str) -> str:
    """Take somebody's "yes" or "no"; return the sentence that is true for them then."""
    row = _lock(work, proposal_id)
    if row is None or row.status != "asked":
        return "pairing.over"
    who = TOPICS[topic]
    if word != "yes":
        _off(work, row, besides=who)
        return "pairing.no"
    other: Literal["member", "buddy"] = "buddy" if who == "member" else "member"
    changed: dict[str, object] = {f"{who}_said": True}
    if getattr(row, f"{other}_said"):
        timers.set_timer(work, "open", work.now, topic="pair", subject=proposal_id)
    elif row.first == who:
        changed["due_at"] = due_at = work.now + _ANSWER_WITHIN
        _ask(work, proposal_id, _TOPIC[other], getattr(row, f"{other}_id"))
        timers.set_timer(work, "open", due_at, topic="proposal", subject=proposal_id)
    work.conn.execute(update(Proposal).where(Proposal.id == proposal_id).values(**changed))
    return "pairing.yes"


def come_due(work: Work, proposal_id: UUID) -> None:
    """Somebody has not answered a proposal in time: it is off, as if either had declined."""
    row = _lock(work, proposal_id)
    if row is not None and row.status == "asked" and row.due_at <= work.now:
        _off(work, row, besides=None)


def withdraw(work: Work, actor: UUID | None, proposal_id: UUID) -> None:
    """Take a proposal back. Raises BadInput when it is settled already."""
    row = _lock(work, proposal_id)
    if row is None or row.status != "asked":
        raise BadInput("That has been settled already.")
    _off(work, row, besides=None, case=False)
    audit.record(work, actor, "proposal_withdrawn", f"proposal {proposal_id}")


def _off(work: Work, row: _Row, *, besides: str | None, case: bool = True) -> None:
    """End a proposal in one and the same way, whoever declined or did not answer. What was said is not kept."""
    values = {"status": "off", "member_said": None, "buddy_said": None}
    work.conn.execute(update(Proposal).where(Proposal.id == row.id).values(**values))
    outbox.withdraw(work, row.id, "not_relevant")
    for topic, who in TOPICS.items():
        other = "buddy" if who == "member" else "member"
        person_id, other_id = getattr(row, f"{who}_id"), getattr(row, f"{other}_id")
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic=topic, subject=row.id)
        # Whoever comes second has been asked when the first has said yes.
        asked = row.first in {"both", who} or getattr(row, f"{other}_said")
        if asked and who != besides:
            buddies.tell(work, person_id, "pairing.off", {"buddy": people.first_name(work, other_id)}, row.id)
    if case:
        escalations.open_case(
            work, Severity.TASK, "pair_not_made", person_id=row.member_id, words=_said(names(work, row.id))
        )


def _said(of: Mapping[str, str]) -> str:
    return f"{of['member']} and {of['buddy']}"


def make(work: Work, proposal_id: UUID) -> None:
    """Both have said yes: store the pair and introduce them; in the place of another pair, all three hear so."""
    row = _lock(work, proposal_id)
    if row is None or row.status != "asked" or not (row.member_said and row.buddy_said):
        return
    place = buddies.free_place(work, row.buddy_id)
    there = select(func.count()).where(Person.id.in_((row.member_id, row.buddy_id)), Person.status == "active")
    others = Pair.id.is_distinct_from(row.replaces), Pair.status != "ended"
    taken = exists().where(Pair.member_id == row.member_id, Pair.rank == row.rank, *others)
    gone = work.conn.execute(there).scalar_one() < 2
    if place is None or gone or work.conn.execute(select(taken)).scalar():
        # One of them has left meanwhile, or staff have paired them otherwise. A pair to be handed over goes on.
        _off(work, row, besides=None)
        return
    before: UUID | None = None
    if row.replaces is not None:
        before = work.conn.execute(
            select(Pair.buddy_id).where(Pair.id == row.replaces, Pair.status != "ended").with_for_update()
        ).scalar()
        buddies.end(work, row.replaces, silently=True)
    pair_id = _store(work, row, place)
    work.conn.execute(update(Proposal).where(Proposal.id == row.id).values(status="made"))
    buddies.give_lines(work)
    _introduce(work, pair_id, row, before)


def _store(work: Work, row: _Row, place: int) -> UUID:
    pair_id = new_id()
    zone = work.conn.execute(select(Person.zone).where(Person.id == row.buddy_id)).scalar_one()
    due = buddies.next_report(row.rule, row.at, ZoneInfo(zone), work.now) if row.rule and row.at else None
    work.add(
        Pair,
        id=pair_id,
        member_id=row.member_id,
        buddy_id=row.buddy_id,
        rank=row.rank,
        place=place,
        rule=row.rule,
        at=row.at,
        next_due_at=due,
        began_at=work.now,
        review_due_at=review_at(work, on=row.review_on),
    )
    work.flush()
    return pair_id


def _introduce(work: Work, pair_id: UUID, row: _Row, before: UUID | None) -> None:
    """Tell both, from the number that is the pair's own where they have one: whoever saves it has the right one."""
    of = names(work, row.id)
    lines = dict(
        work.conn.execute(select(PairLine.person_id, PairLine.number).where(PairLine.pair_id == pair_id)).all()
    )
    earlier = {"before": people.first_name(work, before)} if before else {}
    kind = "handed" if before else "met"
    for person_id, who in ((row.member_id, "member"), (row.buddy_id, "buddy")):
        own = of | earlier | {"name": of[who]}
        buddies.tell(work, person_id, f"pairing.{kind}_{who}", own, pair_id, sender=lines.get(person_id))
    if before is not None:
        buddies.tell(work, before, "pairing.handed_on", of | {"name": earlier["before"]}, pair_id)


def part(work: Work, pair_id: UUID, person_id: UUID, words: str) -> bool:
    """One of a pair ends it, and needs no reason: the other hears it kindly, and staff see that somebody is without a
    buddy. False when it has ended before."""
    two = buddies.both(work, pair_id)
    if two is None or not buddies.end(work, pair_id, besides=person_id):
        return False
    escalations.open_case(work, Severity.TASK, "pair_ended", person_id=two[0], words=words)
    return True
