"""Staff: who may log in to the console, and how they show that it is they."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, select

from checkin.store.models import Membership, Person, Staff
from checkin.store.work import Work

_hasher = PasswordHasher()
# The hash of a password that nobody knows, made with the same cost as everybody's: an address that is not on the
# list takes as long to refuse as one that is.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$UqA7l6hJ7IFt4wc2oKVEhQ$1jWx32llb4KZIQdJAJ051nFZOqSs4BX7sJtj81elBNo"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `mark` changes with the password: a session that holds an older one has ended."""

    person_id: UUID
    name: str
    email: str
    role: str
    mark: str


_COLUMNS = (Staff.person_id, Staff.email, Staff.role, Staff.password_hash, Person.name)
_ACTIVE = select(*_COLUMNS).join(Person, Person.id == Staff.person_id).where(Person.status == "active")


def find(work: Work, person_id: UUID) -> Account | None:
    """Return somebody's account, or None when they may not log in (any more)."""
    row = work.conn.execute(_ACTIVE.where(Staff.person_id == person_id)).first()
    return _account(work, row) if row else None


def by_email(work: Work, email: str) -> tuple[Account, str | None] | None:
    """Return the account with this address, in any case of letters, and its password's hash (None: none is set)."""
    row = work.conn.execute(_ACTIVE.where(Staff.email == email.strip().lower())).first()
    return (_account(work, row), row.password_hash) if row else None


def is_password(password_hash: str | None, given: str) -> bool:
    """Tell whether `given` is the password; without a hash it never is, and that takes as long to say."""
    try:
        return _hasher.verify(password_hash or _NOBODY, given) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def own_groups(work: Work, account: Account) -> frozenset[UUID] | None:
    """Return the groups that a facilitator runs or stands in for; None for other roles, who see every group."""
    if account.role != "facilitator":
        return None
    runs = Membership.role.in_(("facilitator", "cover"))
    return frozenset(
        work.conn.execute(select(Membership.group_id).where(Membership.person_id == account.person_id, runs)).scalars()
    )


def _account(work: Work, row: Row[UUID, str, str, str | None, bytes]) -> Account:
    mark = hashlib.sha256((row.password_hash or "").encode()).hexdigest()[:16]
    return Account(row.person_id, work.vault.open(row.name, "people.name"), row.email, row.role, mark)
