"""Short codes: how a case is named in a text from a telephone.

Drawn by lot, so that nobody who has not been told one can guess it; a new one for each round of pages, and none given
again for a month, so that an old text never names another case.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from checkin.store.models import Code
from checkin.store.work import Work

RESTS = timedelta(days=30)
# Four digits are read out and typed with ease. Only when so many are taken that none is found are there more.
_LENGTHS = (4,) * 20 + (6,) * 20

_DRAW = text(
    "INSERT INTO codes (code, case_id, at) VALUES (:code, :case, :now) ON CONFLICT (code) DO UPDATE "
    "SET case_id = EXCLUDED.case_id, at = EXCLUDED.at WHERE codes.at < :old RETURNING code"
)


def draw(work: Work, case_id: UUID) -> str:
    """Return a new code for a case; those it had before are still good."""
    for length in _LENGTHS:
        code = str(secrets.randbelow(9 * 10 ** (length - 1)) + 10 ** (length - 1))
        values = {"code": code, "case": case_id, "now": work.now, "old": work.now - RESTS}
        if work.conn.execute(_DRAW, values).first() is not None:
            return code
    raise RuntimeError("No code is free.")


def newest(work: Work, case_id: UUID) -> str:
    """Return a case's newest code, drawing its first."""
    found = select(Code.code).where(Code.case_id == case_id, Code.at >= work.now - RESTS)
    return work.conn.scalars(found.order_by(Code.at.desc(), Code.code).limit(1)).first() or draw(work, case_id)


def case_of(work: Work, code: str) -> UUID | None:
    """Return which case a code names, or None."""
    return work.conn.execute(
        select(Code.case_id).where(Code.code == code, Code.at >= work.now - RESTS)
    ).scalar_one_or_none()
