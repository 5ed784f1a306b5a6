"""Sessions: each log-in is a row, found by the hash of a secret that only its browser has."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select, update

from checkin.staff.accounts import COLUMNS, MAY, Account, account
from checkin.store.ids import new_id
from checkin.store.models import ConsoleSession as Row
from checkin.store.models import Person, Staff
from checkin.store.work import Work, as_uuid

# How long a session that has ended is remembered, so that what was being written then still finds who wrote it.
_REMEMBERED = timedelta(days=7)
_ALIVE = (Row.ended_at.is_(None), Row.seen_at > bindparam("seen_after"), Row.began_at > bindparam("began_after"))
# Each page asks this, two hundred that look on a hundred times a second: it is put together once.
_FIND = (
    select(Row.id, Row.mark, Row.whole, Row.began_at, Row.seen_at, Row.proved_at, *COLUMNS)
    .join(Staff, Staff.person_id == Row.person_id)
    .join(Person, Person.id == Row.person_id)
    .where(Row.token_hash == bindparam("token"), *MAY, *_ALIVE)
)
# That somebody is there is written down this often at most.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in. `whole`: every factor has been shown; before that it opens nothing but the next step."""

    id: UUID
    account: Account
    whole: bool
    began_at: datetime
    seen_at: datetime
    proved_at: datetime
    agent: str = ""
    address: str = ""


def begin(work: Work, who: Account, *, whole: bool, agent: str, address: str) -> str:
    """Begin a session for somebody whose password was right; return the secret for their browser."""
    gone = or_(Row.ended_at < work.now - _REMEMBERED, Row.seen_at < work.now - _REMEMBERED - work.settings.session_idle)
    work.conn.execute(delete(Row).where(Row.person_id == who.person_id, gone))
    secret = secrets.token_urlsafe(32)
    work.add(
        Row,
        id=new_id(),
        person_id=who.person_id,
        token_hash=_hash(secret),
        mark=who.mark,
        whole=whole,
        began_at=work.now,
        seen_at=work.now,
        proved_at=work.now,
        seen_by=work.vault.seal_json([agent[:200], address], "sessions.seen_by"),
    )
    return secret


def find_session(work: Work, secret: str) -> Session | None:
    """Return the session with this secret, unless it has ended, run out, or its password has changed since."""
    row = work.conn.execute(_FIND, {"token": _hash(secret), **_alive_since(work)}).first()
    if row is None:
        return None
    who = account(work, row)  # type: ignore[arg-type]  # has the columns it looks at, and more
    return Session(row.id, who, row.whole, row.began_at, row.seen_at, row.proved_at) if who.mark == row.mark else None


def seen(work: Work, session: Session) -> None:
    """Keep that somebody asked for a page: the time-out begins again."""
    if work.now - session.seen_at >= _SEEN_EVERY:
        work.conn.execute(update(Row).where(Row.id == session.id).values(seen_at=work.now))


def prove(work: Work, session: Session) -> None:
    """Keep that somebody has just shown again that it is they."""
    work.conn.execute(update(Row).where(Row.id == session.id).values(proved_at=work.now))


def whose(work: Work, secret: str) -> UUID | None:
    """Return who had the session with this secret, if they may log in, though it has ended."""
    found = select(Row.person_id).join(Staff, Staff.person_id == Row.person_id)
    found = found.join(Person, Person.id == Row.person_id).where(Row.token_hash == _hash(secret), Row.whole, *MAY)
    return work.conn.execute(found).scalar()


def sessions(work: Work, who: Account) -> Sequence[Session]:
    """Return somebody's log-ins that have not ended, the one seen last first."""
    rows = work.conn.execute(
        select(Row).where(Row.person_id == who.person_id, Row.mark == who.mark, Row.whole, *_ALIVE)
        .order_by(Row.seen_at.desc()).limit(50),
        _alive_since(work),
    )  # fmt: skip
    found = []
    for row in rows:
        agent, address = work.vault.open_json(row.seen_by, "sessions.seen_by")
        found.append(Session(row.id, who, row.whole, row.began_at, row.seen_at, row.proved_at, agent, address))
    return found


def end_session(work: Work, person_id: UUID, session_id: UUID | str) -> bool:
    """End one of somebody's own sessions; tell whether there was one."""
    wanted = session_id if isinstance(session_id, UUID) else as_uuid(session_id)
    mine = (Row.person_id == person_id, Row.id == wanted, Row.ended_at.is_(None))
    return bool(work.conn.execute(update(Row).where(*mine).values(ended_at=work.now)).rowcount)


def end_sessions(work: Work, person_id: UUID, *, but: UUID | None = None) -> int:
    """End all of somebody's sessions except one; return how many."""
    theirs = update(Row).where(Row.person_id == person_id, Row.ended_at.is_(None), Row.id.is_distinct_from(but))
    return int(work.conn.execute(theirs.values(ended_at=work.now)).rowcount)


def _alive_since(work: Work) -> dict[str, datetime]:
    return {
        "seen_after": work.now - work.settings.session_idle,
        "began_after": work.now - work.settings.session_longest,
    }


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
