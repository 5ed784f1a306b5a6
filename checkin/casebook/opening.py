"""Opening what is sealed, for pages: one value that does not open must not hide everything else that waits."""

from checkin import logs
from checkin.store.vault import CannotOpen
from checkin.store.work import Work

_log = logs.get("casebook")

UNOPENED = "[These words cannot be opened: a key is missing, or they were changed.]"


def opened(work: Work, sealed: bytes | None, column: str) -> str:
    """Return the text of a sealed value, the empty string for None, and a plain note for one that does not open."""
    if sealed is None:
        return ""
    try:
        return work.vault.open(sealed, column)
    except CannotOpen:
        _log.exception("cannot_open", column=column)
        return UNOPENED


def name(work: Work, sealed: bytes | None) -> str | None:
    """Return a first name, or None where there is nobody."""
    return None if sealed is None else opened(work, sealed, "people.name")
