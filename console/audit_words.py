"""What the audit keeps by ids and in figures, as people say it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from checkin import people
from checkin.audit import Entry
from checkin.store.work import Work
from console.times import Times

_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d)?)?(?=[,.:;]?(?:\s|$))")


def teller(work: Work, entries: Iterable[Entry], times: Times) -> Callable[[str], str]:
    """Return how what these entries are about is said: people by their names, moments with their days, and of any other
    id its end. Who has been erased has no name any more."""
    ids = {UUID(found) for one in entries for found in _ID.findall(f"{one.subject} {one.detail}")}
    names = people.first_names(work, ids)

    def told(about: str) -> str:
        named = _ID.sub(lambda found: names.get(UUID(found[0]), f"…{found[0][-4:]}"), about)
        return _MOMENT.sub(lambda found: _said(found[0], times), named)

    return told


def _said(written: str, times: Times) -> str:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if len(written) == len("2026-12-24"):
        return times.day(moment.date())
    return times.said(moment) if moment.tzinfo else times.at(moment)
