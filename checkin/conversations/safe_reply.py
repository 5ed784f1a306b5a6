"""What is said to somebody in danger: what is true at this hour, and nothing that could harm who reads it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from checkin import people
from checkin.store.work import Work

# Reasons of the reader that mean that somebody who hurts them may be near, and reading along.
_WATCHED = ("abuse:", "cannot-talk:", people.CODE_WORD)

_STANDING = text(
    """
    SELECT c.status, c.alarm_at, EXISTS (SELECT 1 FROM alerts a WHERE a.case_id = c.id) AS told FROM cases c
    WHERE c.status <> 'closed' AND c.severity = 'red'
      AND (c.person_id = :person OR (CAST(:person AS uuid) IS NULL AND c.person_id IS NULL AND c.phone_id = :phone))
    """
)


def watched(why: Iterable[str]) -> bool:
    """Tell whether the reader's reasons say that somebody who hurts the writer may be near."""
    return any(reason.startswith(_WATCHED) for reason in why)


def red(work: Work, why: Iterable[str], *, person_id: UUID | None, phone_id: UUID | None) -> str:
    """Return the sentence that answers a RED, by its key, when its case has been opened and its pages are owed.

    That somebody is being told is said only when there is somebody: those on call, who has the case already, or
    everybody; else that nobody could be reached. A phone that may be watched hears what anything is answered with.
    """
    if watched(why):
        return "safety.endangered"
    case = work.conn.execute(_STANDING, {"person": person_id, "phone": phone_id}).first()
    if case is None or not case.told:
        return "safety.red_nobody"
    if case.status == "taken":
        return "safety.red_taken"
    return "safety.red" if case.alarm_at is None else "safety.red_everybody"
