"""Whom a RED would reach at some other moment: the policy walked through without paging anybody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from checkin import rota
from checkin.conversation.effects import Severity
from checkin.escalations.paging import everybody, people_of, ways
from checkin.escalations.policies import policy
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Outreach:
    """Who would be asked, in order, each with the minutes after which they first are; then everybody, after `last`."""

    asked: Sequence[tuple[UUID, int]]
    last: int
    everybody: Sequence[UUID]


def would_reach(work: Work, at: datetime, language: str | None) -> Outreach:
    """Return whom a RED of a member who speaks `language` would reach at a moment (aware) if nobody accepted."""
    work = replace(work, now=at)
    rule = policy(work, Severity.RED)
    called = rota.on_call(work, language)
    first: dict[UUID, int] = {}
    minutes, before = 0, set[UUID]()
    for place, step in enumerate(rule.turns):
        found = list(ways(work, people_of(work, step.whom, rule, called), step.by))
        # As in paging: a step that would only ask the same people again is passed over, unless it says "again".
        if not found or (set(found) <= before and not (place and rule.turns[place - 1] is step)):
            continue
        for person_id in found:
            first.setdefault(person_id, minutes)
        minutes, before = minutes + step.wait, set(found)
    return Outreach(list(first.items()), minutes, everybody(work, rule))
