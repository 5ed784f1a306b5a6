"""What a change to a meeting would have people hear, before it is made: the very sentences, how many by which medium,
when, and who would not be told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from checkin import outlook, people, phrases, wording
from checkin.gate import Defer, Drop, Medium
from checkin.meetings.changing import Planned
from checkin.meetings.telling import foresee, values
from checkin.store.work import Work
from checkin.wording import Variant


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence as it will be said, to how many, and how. `asked`: they may answer it."""

    medium: Medium
    language: str
    variant: Variant
    asked: bool
    people: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Who hears what. `later`: how many of them not before when they may be disturbed, the last at `later_until`
    (UTC). `cannot`: by name, and why, as stable words; `unaware`: members who have not agreed to hear of meetings."""

    said: tuple[Said, ...]
    later: int
    later_until: datetime | None
    cannot: tuple[tuple[str, str], ...]
    unaware: tuple[str, ...]

    @property
    def people(self) -> int:
        """How many will be told."""
        return sum(one.people for one in self.said)

    def by(self, medium: Medium) -> int:
        """How many will be told by this medium."""
        return sum(one.people for one in self.said if one.medium == medium)


_NAMES = text("SELECT id, name FROM people WHERE id = ANY(:people)")
_UNAWARE = text(
    "SELECT p.id FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.group_id = :group "
    "AND p.status = 'active' AND NOT p.id = ANY(:told)"
)


def preview(work: Work, planned: Planned) -> Preview:
    """Return what a planned change would have people hear."""
    foreseen = foresee(work, planned.who)
    taker = people.first_name(work, planned.runs[0]) if planned.runs else ""
    own = phrases.current(work)
    alike: Counter[tuple[str, Medium, str, Variant, bool]] = Counter()
    later: list[datetime] = []
    cannot: list[tuple[UUID, str]] = []
    for one in foreseen:
        hearer = one.hearer
        if isinstance(one.verdict, Drop):
            cannot.append((hearer.id, one.verdict.why))
            continue
        if isinstance(one.verdict, Defer):
            later.append(one.verdict.until)
        variant = outlook.variant({"discreet": hearer.discreet}, hearer.medium)
        alike[hearer.key, hearer.medium, hearer.language, variant, hearer.asked] += 1
    said = [
        Said(medium, language, variant, asked, count, wording.say(
            key, language, variant, values(planned.after, key, language) | {"taker": taker}, own))
        for (key, medium, language, variant, asked), count in alike.most_common()
    ]  # fmt: skip
    unaware = _unaware(work, planned) if planned.kind in {"moved", "place", "cancelled"} else []
    names = _names(work, [person_id for person_id, _ in cannot] + unaware)
    return Preview(
        tuple(said),
        len(later),
        max(later, default=None),
        tuple((names[person_id], why) for person_id, why in cannot),
        tuple(sorted(names[person_id] for person_id in unaware)),
    )


def _unaware(work: Work, planned: Planned) -> list[UUID]:
    values = {"group": planned.after.group_id, "told": [one.id for one in planned.who]}
    return list(work.conn.scalars(_UNAWARE, values))


def _names(work: Work, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = work.conn.execute(_NAMES, {"people": list(ids)}) if ids else ()
    return {row.id: work.vault.open(row.name, "people.name") for row in rows}
