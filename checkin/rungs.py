"""The rungs of a check-in: when somebody is asked, who is asked when they do not answer, and how long each is given.

Pure policy. A ladder is a list of rungs; the store holds it as words: "text", "call", "second_number", and
"ask:<person id>" for everybody who is asked to get in touch, in order. The last rung is always a case for staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin import recurrence

RUNGS = ("text", "call", "second_number", "buddy", "second_buddy", "facilitator", "contacts", "staff")
DEFAULT_LADDER = ("text", "call", "second_number", "buddy", "second_buddy", "facilitator", "contacts", "staff")

# Minutes to wait, unless the plan says otherwise. A call's own wait covers ringing and a late callback; what follows
# a miss depends on how it was missed. A buddy has the hour that Hustle's practice gives before the next is asked.
GAPS: Mapping[str, int] = {
    "text": 30,
    "call": 10,
    "second_number": 10,
    "ask": 60,
    "accepted": 120,
    "after_busy": 10,
    "after_no_answer": 15,
    "after_voicemail": 15,
    "after_failed": 1,
}


# Thousands have one rule and one time of day: what follows is worked out once for all of them.
@lru_cache(maxsize=1024)
def next_due(rule: str, at: time, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first moment after `after` (aware) at which a plan is due, in UTC; None when the rule has ended."""
    return recurrence.next_after(rule, datetime.combine(_FORTNIGHTS_BEGIN, at), zone, after)


# A Monday. Plans name days, not a first day: "every second week" is counted from here for everybody.
_FORTNIGHTS_BEGIN = date(2024, 1, 1)


# Two minutes is the longest that anybody may be rung: nobody else is asked while the telephone rings.
_RINGING = timedelta(minutes=3)


def gap(rung: str, gaps: Mapping[str, Any]) -> timedelta:
    """Return how long a rung is given, from the plan's own `gaps` (minutes by name) or the defaults."""
    name = rung.partition(":")[0]
    wait = timedelta(minutes=gaps.get(name, GAPS[name]))
    return max(wait, _RINGING) if name in {"call", "second_number"} else wait


def caps(ladder: Sequence[str], days: int, *, landline: bool) -> tuple[int | None, int | None]:
    """Return the most texts and the most calls a week that a plan of so many days brings with it (None: the line's).

    Somebody who asked for a check-in every day has asked for as many tries as their ladder holds. With nothing but a
    landline, texts are calls.
    """
    texts = 0 if landline else ladder.count("text") * days
    calls = sum(rung in {"call", "second_number"} or (landline and rung == "text") for rung in ladder) * days
    return texts + 1 if texts > 3 else None, calls or None


@dataclass(frozen=True, slots=True)
class Reachable:
    """Who could be asked about a member just now, in order."""

    buddies: Sequence[UUID] = ()
    facilitators: Sequence[UUID] = ()
    contacts: Sequence[UUID] = ()
    phones: int = 1


def spell_out(ladder: Sequence[str], who: Reachable) -> list[str]:
    """Return a plan's ladder with its people named: nobody twice, and no rung that leads nowhere."""
    rungs: list[str] = []
    for name in ladder:
        match name:
            case "buddy":
                found = [f"ask:{p}" for p in who.buddies[:1]]
            case "second_buddy":
                found = [f"ask:{p}" for p in who.buddies[1:2]]
            case "facilitator":
                found = [f"ask:{p}" for p in who.facilitators]
            case "contacts":
                found = [f"ask:{p}" for p in who.contacts]
            case "second_number":
                found = ["second_number"] if who.phones > 1 else []
            case "staff":
                found = []  # What stands at the end of every ladder needs no rung.
            case _:
                found = [name]
        # Somebody may run two of the member's groups.
        rungs += [rung for rung in dict.fromkeys(found) if rung not in rungs or not rung.startswith("ask:")]
    return rungs


@dataclass(frozen=True, slots=True)
class Ladder:
    """A check-in under way: its rungs, how far it has come, the gaps it keeps."""

    id: UUID
    person_id: UUID
    rungs: Sequence[str]
    rung: int
    gaps: Mapping[str, Any]
    status: str
    held_until: datetime | None = None
    """Somebody who was asked is trying; nobody else is asked before."""
    busy_until: datetime | None = None
    """When the appointment ends that the member has just now."""
    area: str = ""
    """Where they were when it began, as `areas.py` says it."""

    @property
    def here(self) -> str | None:
        """The rung it stands on; None at the end."""
        return self.rungs[self.rung] if self.rung < len(self.rungs) else None

    @property
    def asks_member(self) -> bool:
        """Tell whether the rung it stands on asks the member, and nobody else."""
        return self.here is not None and not self.here.startswith("ask:")

    def wait(self) -> timedelta:
        """How long the rung it stands on is given."""
        return gap(self.here, self.gaps) if self.here else timedelta(days=1)
