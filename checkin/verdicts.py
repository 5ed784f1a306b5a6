"""What staff made of what the reader flagged: real or not, kept for good, and counted.

A flag is a line of a case's timeline that was opened or joined with reasons of the risk reader. A verdict can be
changed; every change stays, and the newest counts. Counts hold no words and nobody's name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, text

from checkin.conversation.risk import CATEGORIES
from checkin.errors import BadInput
from checkin.store.models import CaseEvent, Verdict
from checkin.store.work import Work

Group = Literal["level", "reason", "month"]
# How far back is counted.
YEAR = timedelta(days=366)
_REASON = re.compile(r"; ([a-z-]+)(?=: |; |$)")


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that the reader flagged: on which line of a timeline, when, how gravely, and why (`CATEGORIES`)."""

    event_id: int
    heard_at: datetime
    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict: who gave it, when, and what it was."""

    real: bool
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many flags there were, how many of them staff called real, and how many not; the rest nobody has judged."""

    flags: int = 0
    real: int = 0
    refuted: int = 0


def flag_of(event_id: int, at: datetime, kind: str, detail: str) -> Flag | None:
    """Return the flag that a line of a timeline holds, or None."""
    level = detail.partition(":")[0]
    reasons = tuple(dict.fromkeys(found for found in _REASON.findall(detail) if found in CATEGORIES))
    if kind not in {"opened", "joined"} or not reasons or level not in {"red", "amber"}:
        return None
    return Flag(event_id, at, level, reasons)


def give(work: Work, case_id: UUID, event_id: int, *, real: bool, by: UUID) -> bool:
    """Say whether a flag was real; False when that has been said already. Raises BadInput when it is no flag of the
    case."""
    row = work.conn.execute(
        select(CaseEvent.id, CaseEvent.at, CaseEvent.kind, CaseEvent.detail)
        .where(CaseEvent.id == event_id, CaseEvent.case_id == case_id)
        .with_for_update()
    ).first()
    flag = flag_of(row.id, row.at, row.kind, row.detail or "") if row else None
    if flag is None:
        raise BadInput("There is no such flag on this case.")
    standing = given(work, [event_id]).get(event_id)
    if standing is not None and standing.real is real:
        return False
    work.add(
        Verdict,
        at=work.now,
        event_id=flag.event_id,
        heard_at=flag.heard_at,
        level=flag.level,
        reasons=list(flag.reasons),
        real=real,
        by=by,
    )
    return True


def given(work: Work, events: Iterable[int]) -> Mapping[int, Given]:
    """Return the verdicts that stand, by the line of the timeline."""
    rows = work.conn.execute(
        select(Verdict.event_id, Verdict.real, Verdict.by, Verdict.at)
        .where(Verdict.event_id.in_(list(events)))
        .order_by(Verdict.id)
    )
    return {row.event_id: Given(row.real, row.by, row.at) for row in rows}


_FLAGS = text(
    """
    SELECT e.id, e.at, e.kind, e.detail FROM case_events e
    WHERE e.kind IN ('opened', 'joined') AND e.detail LIKE '%; %' AND e.at >= :since
    """
)
_VERDICTS = text(
    """
    SELECT DISTINCT ON (event_id) event_id, heard_at, level, reasons, real FROM verdicts
    WHERE heard_at >= :since ORDER BY event_id, id DESC
    """
)


def counts(work: Work) -> Mapping[Group, Sequence[tuple[str, Count]]]:
    """Return how the reader did within the last year: by level, by reason (the most frequent first), and by month
    (the newest first; "2027-01", in UTC). A flag with two reasons counts for both."""
    since = {"since": work.now - YEAR}
    flags = {
        flag.event_id: flag
        for row in work.conn.execute(_FLAGS, since)
        if (flag := flag_of(row.id, row.at, row.kind, row.detail))
    }
    judged: dict[int, bool] = {}
    for row in work.conn.execute(_VERDICTS, since):
        # The case may have been removed since; what was made of it is still known.
        flags.setdefault(row.event_id, Flag(row.event_id, row.heard_at, row.level, tuple(row.reasons)))
        judged[row.event_id] = row.real
    tallies: dict[Group, Counter[tuple[str, bool | None]]] = {
        "level": Counter(),
        "reason": Counter(),
        "month": Counter(),
    }
    for flag in flags.values():
        verdict = judged.get(flag.event_id)
        tallies["level"][flag.level, verdict] += 1
        tallies["month"][f"{flag.heard_at:%Y-%m}", verdict] += 1
        tallies["reason"].update((reason, verdict) for reason in flag.reasons)
    return {
        "level": sorted(_counted(tallies["level"]).items(), reverse=True),
        "reason": sorted(_counted(tallies["reason"]).items(), key=lambda named: (-named[1].flags, named[0])),
        "month": sorted(_counted(tallies["month"]).items(), reverse=True),
    }


def _counted(tally: Counter[tuple[str, bool | None]]) -> dict[str, Count]:
    names = {name for name, _ in tally}
    return {
        name: Count(
            flags=sum(tally[name, verdict] for verdict in (True, False, None)),
            real=tally[name, True],
            refuted=tally[name, False],
        )
        for name in names
    }
