"""A table between its preview and its import: sealed, for whoever sent it alone, and gone a day later."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from checkin.store.ids import new_id
from checkin.store.models import Upload
from checkin.store.work import Work

_LASTS = timedelta(days=1)


def keep(work: Work, by: UUID, content: str) -> UUID:
    """Keep a table that somebody is about to bring in; return its id. Older ones go."""
    work.conn.execute(delete(Upload).where(Upload.at < work.now - _LASTS))
    upload_id = new_id()
    work.add(Upload, id=upload_id, at=work.now, by=by, content=work.vault.seal(content, "uploads.content"))
    return upload_id


def find(work: Work, upload_id: UUID, by: UUID) -> str | None:
    """Return a table that this person brought; None when there is none, or no more."""
    mine = select(Upload.content).where(Upload.id == upload_id, Upload.by == by, Upload.at >= work.now - _LASTS)
    sealed = work.conn.execute(mine).scalar()
    return work.vault.open(sealed, "uploads.content") if sealed else None


def drop(work: Work, upload_id: UUID) -> None:
    """Let a table go: it has been brought in."""
    work.conn.execute(delete(Upload).where(Upload.id == upload_id))
