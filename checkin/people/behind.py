"""Who is behind a number: everybody who uses a telephone, and which of them it was last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from checkin.people.member import COLUMNS, Member, read
from checkin.store.models import PersonPhone, Phone
from checkin.store.work import Work

_BEHIND = (
    f"SELECT {COLUMNS}, j.rank, p.safe_to_text, l.pair_id, h.id, h.speaker_id, h.spoke_at, h.asked_who_at, "  # noqa: S608
    "h.manners "
    "FROM people p JOIN person_phones j ON j.person_id = p.id JOIN phones h ON h.id = j.phone_id "
    "LEFT JOIN pair_lines l ON l.person_id = p.id AND l.number = %(to)s "
    "WHERE h.number_index = %(index)s AND p.status <> 'ended' "
    # Locked in one order everywhere, so that two who share a phone never wait for each other.
    "ORDER BY p.id FOR NO KEY UPDATE OF p"
)


@dataclass(frozen=True, slots=True)
class User:
    """One of those who use a phone. `pair_id`: the number that was texted or rung is that pair's own."""

    member: Member
    rank: int
    safe_to_text: bool
    pair_id: UUID | None


@dataclass(frozen=True, slots=True)
class Behind:
    """Everybody who uses a phone, locked, and which of them it was last; moments are aware (UTC)."""

    users: tuple[User, ...]
    phone_id: UUID
    speaker_id: UUID | None
    spoke_at: datetime | None
    asked_who_at: datetime | None
    manners: Mapping[str, Any] | None
    """How it has been with this phone of late, as `conversations/manners.py` keeps it."""

    @property
    def likeliest(self) -> User:
        """Whoever has an open question, else the one whose first phone it is."""
        return min(self.users, key=lambda u: (u.member.state.current is None, u.rank))


def everybody_behind(work: Work, number: str, to: str = "") -> Behind | None:
    """Return who uses `number`, locked; None for a stranger. `to` is the number of ours that they texted or rang."""
    # One key after the other: for a list PostgreSQL would make a new plan each time.
    for index in work.vault.indexes(number):
        rows = work.rows(_BEHIND, {"index": index, "to": to})
        if rows:
            return Behind(tuple(User(read(work, row[:-8]), *row[-8:-5]) for row in rows), *rows[0][-5:])
    return None


def behind_number(work: Work, number: str) -> tuple[Member, UUID] | None:
    """Return who is most likely meant by somebody using `number`, locked, with the phone's id; None for a stranger."""
    found = everybody_behind(work, number)
    return (found.likeliest.member, found.phone_id) if found else None


_SHARING = (
    "SELECT p.id FROM people p JOIN person_phones j ON j.person_id = p.id "
    "WHERE j.phone_id = %(phone)s AND j.suspended_at IS NULL AND p.status <> 'ended' ORDER BY j.rank, p.id"
)


def sharing(work: Work, phone_id: UUID) -> list[UUID]:
    """Return the ids of everybody who uses a phone, in an order that does not change."""
    return [row[0] for row in work.rows(_SHARING, {"phone": phone_id})]


def id_behind(work: Work, number: str) -> UUID | None:
    """Return the id of the one who uses `number`, reading nothing else of them; for when something is broken. None for
    a stranger, and when there are several."""
    found = work.conn.scalars(
        select(PersonPhone.person_id)
        .join(Phone, Phone.id == PersonPhone.phone_id)
        .where(Phone.number_index.in_(work.vault.indexes(number)))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
