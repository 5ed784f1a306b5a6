"""Another number for somebody, and proof that it is theirs before it is used.

A code goes to the new number, by text or spoken in a call; they tell it to whoever of the staff is helping them. Until
it was right nothing changes, and the new number hears nothing about anybody. The old one hears nothing at all: it may
be in other hands.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from checkin import outbox, people, phone
from checkin.conversation.effects import Stream
from checkin.errors import BadInput
from checkin.gate import Medium
from checkin.people import Member
from checkin.register.keeping import behind
from checkin.store.ids import new_id
from checkin.store.models import Message, NumberMove, Person, PersonPhone, Phone
from checkin.store.work import Work

LASTS = timedelta(hours=1)
TRIES = 5
CODE = "number.code"


@dataclass(frozen=True, slots=True)
class Move:
    """A number that is being proved: which (E.164), in place of which (None: in addition), and since when."""

    id: UUID
    number: str
    instead_of: str | None
    medium: Medium
    at: datetime
    tries: int


def standing(work: Work, person_id: UUID) -> Move | None:
    """Return the number that is being proved for somebody, if one is."""
    old = aliased(Phone)
    row = work.conn.execute(
        select(NumberMove.id, NumberMove.medium, NumberMove.at, NumberMove.tries, Phone.number, old.number.label("old"))
        .join(Phone, Phone.id == NumberMove.phone_id)
        .outerjoin(old, old.id == NumberMove.instead_of)
        .where(NumberMove.person_id == person_id, NumberMove.outcome.is_(None), NumberMove.at > work.now - LASTS)
    ).first()
    if row is None:
        return None
    new = work.vault.open(row.number, "phones.number")
    before = work.vault.open(row.old, "phones.number") if row.old else None
    return Move(row.id, new, before, row.medium, row.at, row.tries)


def ask(
    work: Work, member: Member, number: str, medium: Medium, *, instead_of: UUID | None, by: UUID, shares: bool
) -> None:
    """Send a code to a new number (E.164) of somebody whose row is locked; an earlier one is over.

    Raises BadInput for a number that they have, that others have (unless they share it), or that cannot be texted.
    """
    mine = {known for _, known, _ in people.numbers(work, member.id)}
    if number in mine:
        raise BadInput("That is their number already.")
    if member.status != "active":
        raise BadInput("They are not on the line: enrol them anew, with the new number.")
    others = [other.name or "somebody without a name" for other in behind(work, number)]
    if others and not shares:
        raise BadInput(f"This is the number of {' and '.join(others)} already. If they share it, tick that they do.")
    landline = phone.is_landline(number)
    if medium == "text" and landline:
        raise BadInput("This is a landline: have it rung.")
    if medium == "text" and (member.text_blocked or not _safe(work, member.id, "text")):
        raise BadInput("They are not texted: have the new number rung.")
    if medium == "call" and not _safe(work, member.id, "call"):
        raise BadInput("It is not safe to ring them: have the new number texted.")
    give_up(work, member.id)
    phone_id = people.phone_for(work, number, "landline" if landline else "mobile")
    move_id, code = new_id(), f"{secrets.randbelow(9000) + 1000}"
    work.add(
        NumberMove,
        id=move_id,
        person_id=member.id,
        phone_id=phone_id,
        instead_of=instead_of,
        code=work.vault.seal(code, "number_moves.code"),
        medium=medium,
        at=work.now,
        by=by,
    )
    values = {"code": code if medium == "text" else ", ".join(code)}
    expires = work.now + LASTS
    # Staff are talking with them just now: it is an answer to what they asked for, at any hour.
    outbox.owe(
        work, member.id, medium, Stream.SERVICE, CODE, values, subject=move_id, phone_id=phone_id, expires_at=expires
    )


def confirm(work: Work, member: Member, code: str) -> None:
    """Use the new number from now on, if this is its code. Raises WrongCode, and then a try is counted."""
    move = standing(work, member.id)
    if move is None:
        raise BadInput("There is no number to be proved any more: send a new code.")
    row = work.conn.execute(select(NumberMove).where(NumberMove.id == move.id).with_for_update()).one()
    given = "".join(c for c in code if c.isdigit())
    if not hmac.compare_digest(work.vault.open(row.code, "number_moves.code").encode(), given.encode()):
        raise WrongCode(move.id)
    rank = _make_room(work, member.id, row.instead_of)
    work.conn.execute(
        insert(PersonPhone)
        .values(person_id=member.id, phone_id=row.phone_id, rank=rank)
        .on_conflict_do_update(index_elements=["person_id", "phone_id"], set_={"rank": rank, "suspended_at": None})
    )
    # The carrier's opt-out belonged to the number that is gone.
    work.conn.execute(update(Person).where(Person.id == member.id).values(text_blocked=False))
    _over(work, member.id, "moved")
    if len(behind(work, move.number)) > 1:
        sharing = select(PersonPhone.person_id).where(PersonPhone.phone_id == row.phone_id)
        work.conn.execute(update(Person).where(Person.id.in_(sharing)).values(shared_phone=True))
    outbox.owe(work, member.id, move.medium, Stream.SERVICE, "number.moved", {}, phone_id=row.phone_id)


class WrongCode(BadInput):
    """The code was another."""

    def __init__(self, move_id: UUID) -> None:
        """Say so."""
        super().__init__("That is not the code. Ask them to read it to you once more.")
        self.move_id = move_id


def count_wrong(work: Work, move_id: UUID) -> None:
    """Count a wrong code; after TRIES of them another must be sent."""
    outcome = case((NumberMove.tries + 1 >= TRIES, "too_many"), else_=NumberMove.outcome)
    counted = update(NumberMove).where(NumberMove.id == move_id).values(tries=NumberMove.tries + 1, outcome=outcome)
    work.conn.execute(counted)


def give_up(work: Work, person_id: UUID) -> None:
    """Prove no number any more; nothing has changed."""
    _over(work, person_id, "given_up")


def _over(work: Work, person_id: UUID, outcome: str) -> None:
    open_ones = (NumberMove.person_id == person_id, NumberMove.outcome.is_(None))
    work.conn.execute(update(NumberMove).where(*open_ones).values(outcome=outcome))


def _make_room(work: Work, person_id: UUID, old: UUID | None) -> int:
    """Take the old number away from somebody and return the rank that is free now."""
    if old is None:
        ranks = select(func.coalesce(func.max(PersonPhone.rank), 0)).where(PersonPhone.person_id == person_id)
        return int(work.conn.execute(ranks).scalar_one()) + 1
    gone = delete(PersonPhone).where(PersonPhone.person_id == person_id, PersonPhone.phone_id == old)
    rank = work.conn.execute(gone.returning(PersonPhone.rank)).scalar()
    work.flush()
    still = (Message.person_id == person_id, Message.phone_id == old, Message.status == "owed")
    work.conn.execute(update(Message).where(*still).values(phone_id=None))
    work.conn.execute(update(Phone).where(Phone.id == old, Phone.speaker_id == person_id).values(speaker_id=None))
    return rank or 1


def _safe(work: Work, person_id: UUID, medium: Medium) -> bool:
    column = Person.safe_to_text if medium == "text" else Person.safe_to_call
    return bool(work.conn.execute(select(column).where(Person.id == person_id)).scalar_one())
