"""The audit: who did or read what, in a chain of hashes.

Each row's hash is SHA-256 over the hash of the row before it and the row's own canonical JSON, so that a row changed,
left out or slipped in shows at the first row that no longer fits. What a chain cannot show by itself is that its end
was cut off: therefore each hash is also logged, and logs are kept elsewhere.

No name, number or word goes in here: people by their id, cases by their number.
"""

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text

from checkin import logs
from checkin.store.models import Audit
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


def verify(work: Work) -> int | None:
    """Return the id of the first row that does not fit the chain, or None when all of it does."""
    before: bytes | None = None
    chain = select(Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.detail, Audit.row_hash)
    with work.conn.execute(chain.order_by(Audit.id).execution_options(yield_per=1000)) as rows:
        for row in rows:
            if row.row_hash != _hash(before, row.id, row.at, row.actor, row.action, row.subject, row.detail):
                return int(row.id)
            before = row.row_hash
    return None


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
