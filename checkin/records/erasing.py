"""Erasing one person: everything of theirs is gone, but for what the law wants kept (`kept_files.py`), and the receipt
says what that is. What others heard of them is blanked (`mentions.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, exists, or_, select, text, update

from checkin import people
from checkin.errors import BadInput
from checkin.records import kept_files, mentions
from checkin.records.exporting import columns_about
from checkin.records.kept_files import Kept
from checkin.register.leaving import cannot_leave
from checkin.store.models import (
    Base,
    Case,
    DeliveryEvent,
    Message,
    PastMessage,
    Person,
    PersonPhone,
    Phone,
    Tip,
    every_message,
)  # fmt: skip
from checkin.store.work import Work

_MESSAGE = every_message.c
_WAITING = ("owed", "leased", "unknown")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did: rows removed by table, rows of others from which words were taken, and what is kept.

    `row_stays`: they once closed RED cases of others as staff, and an empty row stays in their place.
    """

    person_id: UUID
    at: datetime
    removed: dict[str, int]
    blanked: int
    kept: tuple[Kept, ...]
    row_stays: bool


def told(receipt: Receipt) -> str:
    """Return a receipt in one line, without a name: for the audit, and for whoever did it."""
    rows = ", ".join(f"{table} {count}" for table, count in sorted(receipt.removed.items()))
    cases = ", ".join(f"case {one.number} until {one.until:%Y-%m-%d}" for one in receipt.kept) or "nothing"
    return f"removed {rows}; words taken from {receipt.blanked} messages to others; kept: {cases}"


def cannot_erase(work: Work, person_id: UUID) -> str | None:
    """Return in one sentence what must be done before somebody can be erased; None when nothing must."""
    row = work.conn.execute(select(Person.status).where(Person.id == person_id)).first()
    if row is None:
        return "There is nobody of this id."
    if row.status != "ended":
        return "They are still on the line: let them leave it first, so that they hear goodbye."
    if first := cannot_leave(work, person_id):
        return first
    standing = select(Case.number).where(Case.person_id == person_id, Case.status != "closed")
    if number := work.conn.execute(standing).scalar():
        return f"Case {number} is open: close it first."
    if work.conn.execute(
        select(Message.id).where(Message.person_id == person_id, Message.status.in_(_WAITING))
    ).first():
        return "Something is still to be sent to them, the goodbye perhaps: wait until it has gone."
    return None


def erase(work: Work, person_id: UUID) -> Receipt:
    """Erase somebody who has left. Raises BadInput when something must be done first, and then changes nothing."""
    member = people.lock(work, person_id)
    if (first := cannot_erase(work, person_id)) is not None or member is None:
        raise BadInput(first or "There is nobody of this id.")
    phones = _phones_of_nobody_else(work, person_id)
    numbers = [work.vault.open(sealed, "phones.number") for sealed in phones.values()]
    blanked = mentions.blank(work, person_id, member.name, numbers)
    who = {"name": member.name, "numbers": numbers, "id": str(person_id)}
    kept = kept_files.keep_red(work, person_id, list(phones), who)
    removed = _remove(work, person_id, list(phones))
    stays = _acted_on_red(work, person_id)
    if stays:
        removed |= _empty(work, person_id)
    else:
        work.conn.execute(update(Case).where(Case.taken_by == person_id).values(taken_by=None))
        removed["people"] = work.conn.execute(delete(Person).where(Person.id == person_id)).rowcount
    work.conn.execute(delete(Phone).where(Phone.id.in_(list(phones))))
    return Receipt(person_id, work.now, {k: n for k, n in removed.items() if n}, blanked, kept, stays)


def _phones_of_nobody_else(work: Work, person_id: UUID) -> dict[UUID, bytes]:
    """Return their numbers, sealed, by id: those that nobody else on the line has."""
    mine = select(PersonPhone.phone_id).where(PersonPhone.person_id == person_id)
    others = exists().where(PersonPhone.phone_id == Phone.id, PersonPhone.person_id != person_id)
    rows = work.conn.execute(select(Phone.id, Phone.number).where(Phone.id.in_(mine), ~others))
    return {row.id: row.number for row in rows}


def _remove(work: Work, person_id: UUID, phones: list[UUID]) -> dict[str, int]:
    """Delete every row that is theirs, table by table, so that the receipt can count them."""
    said = work.conn.execute(select(_MESSAGE.id, _MESSAGE.sid).where(_theirs(_MESSAGE, person_id, phones))).all()
    messages, sids = [row.id for row in said], [row.sid for row in said if row.sid]
    removed = {"delivery_events": work.conn.execute(
        delete(DeliveryEvent).where(or_(DeliveryEvent.message_id.in_(messages), DeliveryEvent.sid.in_(sids)))
    ).rowcount}  # fmt: skip
    # What a call has just said to anybody may name them; it is kept for a carrier that asks twice, at once or never.
    removed["call_turns"] = work.conn.execute(_TURNS, {"sids": sids, "before": work.now}).rowcount
    removed["messages"] = sum(
        work.conn.execute(delete(each).where(_theirs(each, person_id, phones))).rowcount
        for each in (Message, PastMessage)
    )
    removed["tips"] = work.conn.execute(delete(Tip).where(Tip.person_id == person_id)).rowcount
    for table in reversed(Base.metadata.sorted_tables):
        if (columns := columns_about(table)) and table.name != "people":
            mine = or_(*(column == bindparam("person") for column in columns))
            gone = work.conn.execute(delete(table).where(mine), {"person": person_id}).rowcount
            removed[table.name] = removed.get(table.name, 0) + gone
    return removed


def _theirs(of: Any, person_id: UUID, phones: list[UUID]) -> ColumnElement[bool]:
    """Return what finds their messages among a table's columns, those too that came before they were known."""
    return or_(of.person_id == person_id, of.person_id.is_(None) & of.phone_id.in_(phones))


_TURNS = text(
    "DELETE FROM call_turns WHERE split_part(key, ':', 1) = ANY(:sids) OR at < CAST(:before AS timestamptz) "
    "- interval '10 minutes'"
)


def _acted_on_red(work: Work, person_id: UUID) -> bool:
    """Tell whether the record of a case needs somebody in their place: RED is closed by two."""
    acted = or_(Case.closed_by == person_id, Case.close_asked_by == person_id, Case.offered_to == person_id)
    return bool(work.conn.execute(select(exists().where(acted))).scalar()) or bool(
        work.conn.execute(text("SELECT EXISTS (SELECT FROM duties WHERE covered_by = :p)"), {"p": person_id}).scalar()
    )


def _empty(work: Work, person_id: UUID) -> dict[str, int]:
    """Leave a row with nothing in it but its id."""
    blank = {column.name: None for column in Person.__table__.columns if column.nullable}
    lists: dict[str, list[str]] = {name: [] for name in ("streams", "speaks", "own", "invited_to")}
    values = {**blank, **lists, "name": work.vault.seal("", "people.name"), "language": "en", "status": "ended"}
    done = work.conn.execute(update(Person).where(Person.id == person_id).values(**values)).rowcount
    people.file_names(work, {person_id: ""})
    return {"people": done}
