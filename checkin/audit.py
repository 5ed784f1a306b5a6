"""The audit: who did or read what, in a chain of hashes.

Each row's hash is SHA-256 over the hash of the row before it and the row's own canonical JSON, so that a row changed,
left out or slipped in shows at the first row that no longer fits. What a chain cannot show by itself is that its end
was cut off: therefore each hash is also logged, and logs are kept elsewhere.

No name, number or word goes in here: people by their id, cases by their number.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text

from checkin import logs
from checkin.store.models import Audit, Person
from checkin.store.work import Work

_log = logs.get("audit")

# "audit" in ASCII: the advisory lock that lets one row be added to the chain at a time.
_LOCK = 0x6175646974


def record(work: Work, actor: UUID | None, action: str, subject: str, detail: str = "") -> None:
    """Add one row to the chain: `actor` (None: nobody known) did `action` ("read_case") to `subject` ("case 12").

    Whoever adds holds the chain until their transaction ends: call this last, after every row that others may wait for
    has been written, so that two who lock a case and then the chain never wait for each other.
    """
    work.conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    # A statement of its own: what is read must be younger than the lock.
    before = work.conn.execute(
        text(
            "SELECT nextval(pg_get_serial_sequence('audit', 'id')) AS id, "
            "(SELECT row_hash FROM audit ORDER BY id DESC LIMIT 1) AS row_hash"
        )
    ).one()
    row_hash = _hash(before.row_hash, before.id, work.now, actor, action, subject, detail or None)
    work.add(
        Audit,
        id=before.id,
        at=work.now,
        actor=actor,
        action=action,
        subject=subject,
        detail=detail or None,
        row_hash=row_hash,
    )
    _log.info("audited", row=before.id, hash=row_hash.hex())


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the chain; `actor` is a name, None when nobody was known."""

    id: int
    at: datetime
    actor: str | None
    action: str
    subject: str
    detail: str


def search(
    work: Work, *, actor: UUID | None = None, action: str = "", subject: str = "", since: datetime | None = None,
    until: datetime | None = None, skip: int = 0, most: int = 51,
) -> list[Entry]:  # fmt: skip
    """Return what was done, newest first: by `actor`, an `action` and to a `subject` that begin so, from `since`
    (aware) to before `until`. One row more than fits a page says that there are more."""
    wanted = _ENTRIES
    if actor:
        wanted = wanted.where(Audit.actor == actor)
    if action:
        wanted = wanted.where(Audit.action.startswith(action, autoescape=True))
    if subject:
        wanted = wanted.where(Audit.subject.startswith(subject, autoescape=True))
    if since:
        wanted = wanted.where(Audit.at >= since)
    if until:
        wanted = wanted.where(Audit.at < until)
    return _entries(work, wanted.offset(skip).limit(most))


def last(work: Work, action: str) -> Entry | None:
    """Return when an action was done last; None when it never was."""
    return next(iter(_entries(work, _ENTRIES.where(Audit.action == action).limit(1))), None)


_ENTRIES = (
    select(Audit.id, Audit.at, Person.name, Audit.action, Audit.subject, Audit.detail)
    .outerjoin(Person, Person.id == Audit.actor)
    .order_by(Audit.id.desc())
)


def _entries(work: Work, wanted: Select[*tuple[Any, ...]]) -> list[Entry]:
    return [
        Entry(
            row.id, row.at, work.vault.open(row.name, "people.name") if row.name else None,
            row.action, row.subject or "", row.detail or "",
        )
        for row in work.conn.execute(wanted)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """How far a check of the chain has come: up to row `last`, `count` rows in this part; `broken` is the first row
    that does not fit; `whole` when nothing is left to check."""

    last: int
    count: int
    broken: int | None
    whole: bool


def check_part(work: Work, after: int = 0, *, most: int = 20_000) -> Checked:
    """Check up to `most` rows of the chain that come after row `after`."""
    before = work.conn.execute(
        select(Audit.row_hash).where(Audit.id <= after).order_by(Audit.id.desc()).limit(1)
    ).scalar()
    last, count = after, 0
    rows = work.conn.execute(_CHAIN.where(Audit.id > after).limit(most)).all()
    for row in rows:
        if row.row_hash != _hash(before, row.id, row.at, row.actor, row.action, row.subject, row.detail):
            return Checked(row.id, count, row.id, whole=True)
        before, last, count = row.row_hash, row.id, count + 1
    return Checked(last, count, None, whole=count < most)


def verify(work: Work) -> int | None:
    """Return the id of the first row that does not fit the chain, or None when all of it does."""
    after = 0
    while True:
        part = check_part(work, after)
        if part.whole:
            return part.broken
        after = part.last


_CHAIN = select(Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.detail, Audit.row_hash).order_by(
    Audit.id
)


def _hash(
    before: bytes | None,
    row_id: int,
    at: datetime,
    actor: UUID | None,
    action: str,
    subject: str | None,
    detail: str | None,
) -> bytes:
    canonical = json.dumps(
        {
            "id": row_id,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": str(actor) if actor else None,
            "action": action,
            "subject": subject,
            "detail": detail,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256((before or b"") + canonical.encode()).digest()
