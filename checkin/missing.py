"""What people asked for and did not find: the need, the postcode district and the day. Not who asked, nor their words.

Rows are counts from the beginning, so that there is nothing in them to be traced back. What is reported hides small
numbers: where few have asked, who they are might be guessed. Totals are never given, since a hidden number could be
worked out from them.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from checkin.store.models import MissingNeed
from checkin.store.work import Work

# Fewer than this are not told (as statistics offices do with counts of people).
LEAST = 5
ELSEWHERE = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """How often a need was not met in a district (ELSEWHERE: in all others together, or where none was named)."""

    need: str
    district: str
    asked: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was missing, the most wanted first; `few` names the needs that too few asked for to say how many."""

    rows: tuple[Missing, ...]
    few: tuple[str, ...]


def add(work: Work, need: str, district: str | None) -> None:
    """Count one more who asked for a need, in a postcode district ("LS6"; None: they named none), and did not find."""
    row = insert(MissingNeed).values(
        day=work.now.astimezone(work.settings.zone).date(), need=need, district=district or ELSEWHERE, asked=1
    )
    work.conn.execute(
        row.on_conflict_do_update(
            index_elements=["day", "need", "district"], set_={"asked": MissingNeed.asked + row.excluded.asked}
        )
    )


def report(work: Work, since: date, until: date, *, least: int = LEAST) -> Report:
    """Return what was missing from `since` to `until`, both included; numbers below `least` are not told."""
    counted = work.conn.execute(
        select(MissingNeed.need, MissingNeed.district, func.sum(MissingNeed.asked))
        .where(MissingNeed.day.between(since, until))
        .group_by(MissingNeed.need, MissingNeed.district)
    ).all()
    told: list[Missing] = []
    few: list[str] = []
    for need in sorted({row[0] for row in counted}):
        here = {district: int(asked) for name, district, asked in counted if name == need}
        large = {district: asked for district, asked in here.items() if asked >= least and district != ELSEWHERE}
        rest = sum(here.values()) - sum(large.values())
        told += [Missing(need, district, asked) for district, asked in large.items()]
        if rest >= least:
            told.append(Missing(need, ELSEWHERE, rest))
        elif rest:
            few.append(need)
    return Report(tuple(sorted(told, key=lambda m: (-m.asked, m.need, m.district))), tuple(few))
