"""What somebody was writing when their log-in ran out: kept sealed for a day, for them alone, until they have seen it.

Only for somebody who was logged in before, in that browser: a stranger cannot fill the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from checkin.store.ids import new_id
from checkin.store.models import KeptForm
from checkin.store.work import Work

_FOR = timedelta(days=1)
_MOST = 20
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent too late: where to, and its fields in order."""

    id: UUID
    at: datetime
    path: str
    fields: Sequence[tuple[str, str]]


def keep(work: Work, person_id: UUID, path: str, fields: Sequence[tuple[str, str]]) -> bool:
    """Keep a form; tell whether it was: one that is huge, or the twenty-first, is not."""
    gone = KeptForm.expires_at < work.now
    work.conn.execute(delete(KeptForm).where(KeptForm.person_id == person_id, gone))
    many = work.conn.execute(select(func.count()).where(KeptForm.person_id == person_id)).scalar() or 0
    sealed = work.vault.seal_json([path, [list(field) for field in fields]], "kept_forms.form")
    if many >= _MOST or len(sealed) > _LARGEST:
        return False
    work.add(KeptForm, id=new_id(), person_id=person_id, at=work.now, expires_at=work.now + _FOR, form=sealed)
    return True


def kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what is kept for somebody, oldest first."""
    theirs = select(KeptForm.id, KeptForm.at, KeptForm.form).where(
        KeptForm.person_id == person_id, KeptForm.expires_at > work.now
    )
    found = []
    for row in work.conn.execute(theirs.order_by(KeptForm.at)):
        path, fields = work.vault.open_json(row.form, "kept_forms.form")
        found.append(Kept(row.id, row.at, path, [(name, value) for name, value in fields]))
    return found


def drop(work: Work, person_id: UUID, kept_id: UUID) -> None:
    """Forget one: it was sent, or thrown away."""
    work.conn.execute(delete(KeptForm).where(KeptForm.person_id == person_id, KeptForm.id == kept_id))
