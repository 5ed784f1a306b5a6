"""Who is on the list of staff, and as what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Row, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin.errors import BadInput
from checkin.staff.passwords import mark
from checkin.store.ids import new_id
from checkin.store.models import Factor, Membership, Person, Staff
from checkin.store.work import Work

ROLES = MappingProxyType(
    {
        "admin": "Admin",
        "coordinator": "Coordinator",
        "safeguarding": "Safeguarding lead",
        "facilitator": "Facilitator",
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `mark` changes with the password: a session that holds an older one has ended."""

    person_id: UUID
    name: str
    email: str
    role: str
    mark: str


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list of staff. `ready`: has set a password; `ended_at`: when they were taken off."""

    person_id: UUID
    name: str
    email: str
    role: str
    ready: bool
    factor: bool
    ended_at: datetime | None


COLUMNS = (Staff.person_id, Staff.email, Staff.role, Staff.password_hash, Person.name)
MAY = (Person.status == "active", Staff.ended_at.is_(None))
_ACTIVE = select(*COLUMNS).join(Person, Person.id == Staff.person_id).where(*MAY)


def find(work: Work, person_id: UUID) -> Account | None:
    """Return somebody's account, or None when they may not log in (any more)."""
    row = work.conn.execute(_ACTIVE.where(Staff.person_id == person_id)).first()
    return account(work, row) if row else None


def by_email(work: Work, email: str) -> tuple[Account, str | None] | None:
    """Return the account with this address, in any case of letters, and its password's hash (None: none is set)."""
    row = work.conn.execute(_ACTIVE.where(Staff.email == email.strip().lower())).first()
    return (account(work, row), row.password_hash) if row else None


def own_groups(work: Work, account: Account) -> frozenset[UUID] | None:
    """Return the groups that a facilitator runs or stands in for; None for other roles, who see every group."""
    if account.role != "facilitator":
        return None
    runs = Membership.role.in_(("facilitator", "cover"))
    return frozenset(
        work.conn.execute(select(Membership.group_id).where(Membership.person_id == account.person_id, runs)).scalars()
    )


def everybody(work: Work) -> Sequence[Member]:
    """Return the list of staff, those who may log in first."""
    confirmed = exists().where(Factor.person_id == Staff.person_id, Factor.confirmed_at.is_not(None))
    rows = work.conn.execute(
        select(*COLUMNS, Staff.ended_at, Person.status, confirmed.label("factor"))
        .join(Person, Person.id == Staff.person_id)
        .order_by(Staff.ended_at.is_not(None), Staff.email)
    )
    return [
        Member(
            row.person_id, work.vault.open(row.name, "people.name"), row.email, row.role,
            row.password_hash is not None, row.factor, row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def add(work: Work, *, name: str, email: str, role: str) -> UUID:
    """Put somebody new on the list, who cannot log in before they have set a password; return who it is.

    Raises BadInput when the address is somebody's already, or the role is none.
    """
    email = email.strip().lower()
    if role not in ROLES:
        raise BadInput(f"The role is one of: {', '.join(ROLES)}.")
    if not name.strip() or "@" not in email[1:-1]:
        raise BadInput("Give a name, and an e-mail address such as name@example.org.")
    person_id = new_id()
    sealed = work.vault.seal(name.strip(), "people.name")
    # Found by name once the clock has filed it, as everybody who came in by a side door is.
    work.add(Person, id=person_id, name=sealed, zone=work.settings.zone.key)
    done = work.conn.execute(
        insert(Staff).values(person_id=person_id, email=email, role=role).on_conflict_do_nothing().returning(Staff.role)
    )
    if done.first() is None:
        raise BadInput("Somebody on the list has this e-mail address already.")
    return person_id


def change_role(work: Work, person_id: UUID, role: str) -> None:
    """Give somebody another role. Raises BadInput when they are the last admin."""
    if role not in ROLES:
        raise BadInput("Choose a role.")
    _keep_an_admin(work, person_id, still=role == "admin")
    work.conn.execute(update(Staff).where(Staff.person_id == person_id).values(role=role))


def end(work: Work, person_id: UUID) -> None:
    """Take somebody off the list: they are out at once. Raises BadInput when they are the last admin."""
    _keep_an_admin(work, person_id, still=False)
    off = update(Staff).where(Staff.person_id == person_id, Staff.ended_at.is_(None))
    work.conn.execute(off.values(ended_at=work.now, password_hash=None))


def start_again(work: Work, person_id: UUID) -> None:
    """Put somebody back on the list; they set a new password by invitation."""
    work.conn.execute(update(Staff).where(Staff.person_id == person_id).values(ended_at=None))


def account(work: Work, row: Row[UUID, str, str, str | None, bytes]) -> Account:
    """Return the account in a row of `COLUMNS`."""
    name = work.vault.open(row.name, "people.name")
    return Account(row.person_id, name, row.email, row.role, mark(row.password_hash))


def _keep_an_admin(work: Work, person_id: UUID, *, still: bool) -> None:
    """Two who take each other's role at one moment wait for each other, so that one admin is left."""
    work.conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADMINS})
    role = work.conn.execute(select(Staff.role).where(Staff.person_id == person_id)).scalar()
    if role is None:
        raise BadInput("Nobody on the list is meant by that.")
    others = select(func.count()).select_from(Staff).join(Person, Person.id == Staff.person_id)
    others = others.where(*MAY, Staff.role == "admin", Staff.person_id != person_id)
    if role == "admin" and not still and not work.conn.execute(others).scalar():
        raise BadInput("This is the last admin: make somebody else one first.")


# "staff" in ASCII: held while somebody stops being an admin.
_ADMINS = 0x7374616666
