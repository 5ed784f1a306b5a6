"""Who else has a case before them just now, so that nobody answers a member beside somebody else.

A page that is open says so again every few seconds; what is older than that says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from checkin.casebook.opening import opened
from checkin.store.work import Work

_LOOKS_FOR = timedelta(seconds=15)
_TYPES_FOR = timedelta(seconds=12)


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody else who has a case before them, and whether they are writing."""

    name: str
    typing: bool


_LOOK = text(
    """
    WITH gone AS (
        DELETE FROM looks WHERE person_id = :me AND at < :since
        AND case_id <> (SELECT id FROM cases WHERE number = :number)
    )
    INSERT INTO looks (case_id, person_id, at, typing_at)
    SELECT id, :me, :now, CASE WHEN :typing THEN CAST(:now AS timestamptz) END FROM cases WHERE number = :number
    ON CONFLICT (case_id, person_id)
    DO UPDATE SET at = EXCLUDED.at, typing_at = coalesce(EXCLUDED.typing_at, looks.typing_at)
    """
)
_OTHERS = text(
    """
    SELECT p.name, coalesce(l.typing_at > :typed_since, false) AS typing
    FROM looks l JOIN cases k ON k.id = l.case_id JOIN people p ON p.id = l.person_id
    WHERE k.number = :number AND l.person_id <> :me AND l.at > :since ORDER BY typing DESC, l.person_id
    """
)


def look_on(work: Work, number: int, me: UUID, *, typing: bool = False) -> None:
    """Note that somebody has the case with this number before them, and whether they are writing there."""
    since = work.now - _LOOKS_FOR
    work.conn.execute(_LOOK, {"number": number, "me": me, "now": work.now, "since": since, "typing": typing})


def onlookers(work: Work, number: int, me: UUID) -> Sequence[Onlooker]:
    """Return who else has the case with this number before them, those who are writing first."""
    moments = {"since": work.now - _LOOKS_FOR, "typed_since": work.now - _TYPES_FOR}
    rows = work.conn.execute(_OTHERS, {"number": number, "me": me, **moments})
    return [Onlooker(opened(work, row.name, "people.name"), row.typing) for row in rows]
