"""Who is told about a case, by which medium, and how long each is given: one policy for each severity.

A policy is a list of steps. When they have run out, or lead to nobody, everybody who could take the case is told: a RED
one by text and call, again and again, with an alarm. So no policy, however it was written, ends in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from checkin import logs
from checkin.conversation.effects import Severity
from checkin.store.models import Policy as Row
from checkin.store.work import Work, as_uuid

By = Literal["text", "call", "both"]
BYS: tuple[str, ...] = get_args(By)
RANKS = 9
# Whom a step may name besides a person: one or all of those on call, all who may log in and see cases, everybody.
WHOM = ("on_call", *(f"on_call {rank}" for rank in range(1, RANKS + 1)), "staff", "everybody")

PAGE_WAIT = timedelta(minutes=5)
# When everybody has been paged and nobody accepted, everybody is paged again this often until somebody does.
EVERYBODY_WAIT = timedelta(minutes=15)
# After this long without a sign of life whoever took a RED case is asked; and after half of it once more.
CHECK_WAIT = timedelta(minutes=20)

_log = logs.get("escalations")


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: `whom` (of WHOM, or the id of a person as text), by which media, for how many minutes, how often."""

    whom: tuple[str, ...]
    by: By = "both"
    wait: int = 5
    times: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to a case that nobody takes.

    `again`: minutes between two pages to everybody. `check`: minutes after which whoever took a RED case is asked
    whether they have reached the person. `within`: the minutes of working time (`begins` to `ends`, on the line's
    wall clock) in which an AMBER case is to be taken; what does not fit into a day is due at `morning` the next. A TASK
    case is told of at the first `morning` at which it has waited `within` minutes.
    """

    steps: tuple[Step, ...]
    again: int = 15
    check: int = 20
    within: int = 240
    begins: time = time(9, 0)
    ends: time = time(17, 0)
    morning: time = time(10, 0)

    @property
    def turns(self) -> tuple[Step, ...]:
        """The steps, each as often as it is to be repeated."""
        return tuple(step for step in self.steps for _ in range(step.times))

    def due(self, since: datetime, zone: ZoneInfo) -> datetime:
        """Return by when a case that has waited since a moment (aware) is to be taken."""
        local = since.astimezone(zone)
        start = max(local, local.replace(hour=self.begins.hour, minute=self.begins.minute, second=0, microsecond=0))
        due = start + timedelta(minutes=self.within)
        if due.date() == local.date() and due.time() <= self.ends:
            return due.astimezone(since.tzinfo)
        tomorrow = local.date() + timedelta(days=1)
        return datetime.combine(tomorrow, self.morning, zone).astimezone(since.tzinfo)


_FIRST = "on_call 1"
DEFAULTS: Mapping[Severity, Policy] = {
    Severity.RED: Policy(
        steps=(Step((_FIRST,)), Step((_FIRST, "on_call 2")), Step((_FIRST, "on_call 2", "on_call 3"))),
        again=int(EVERYBODY_WAIT.total_seconds() // 60),
        check=int(CHECK_WAIT.total_seconds() // 60),
    ),
    Severity.AMBER: Policy(steps=(Step((_FIRST,), "text", 60), Step(("staff",), "text", 60))),
    Severity.TASK: Policy(steps=(Step(("staff",), "text", 60),), within=1440, morning=time(9, 30)),
}


def policy(work: Work, severity: Severity) -> Policy:
    """Return the policy for cases of a severity: the organisation's own, or the default.

    One that cannot be read counts as having no steps, which brings in everybody.
    """
    stored = work.conn.execute(select(Row.rule).where(Row.severity == severity.value)).scalar_one_or_none()
    if stored is None:
        return DEFAULTS[severity]
    try:
        return _read(stored)
    except (KeyError, TypeError, ValueError):
        _log.exception("policy_unreadable", severity=severity.value)
        return Policy(steps=())


def keep(work: Work, severity: Severity, policy: Policy) -> None:
    """Store an organisation's own policy in place of the one before."""
    rule = asdict(policy) | {name: getattr(policy, name).isoformat("minutes") for name in ("begins", "ends", "morning")}
    work.conn.execute(
        insert(Row)
        .values(severity=severity.value, rule=rule)
        .on_conflict_do_update(index_elements=["severity"], set_={"rule": rule})
    )


def _read(rule: Mapping[str, Any]) -> Policy:
    times = {name: time.fromisoformat(rule[name]) for name in ("begins", "ends", "morning")}
    steps = tuple(Step(tuple(s["whom"]), s["by"], int(s["wait"]), int(s["times"])) for s in rule["steps"])
    return Policy(steps, int(rule["again"]), int(rule["check"]), int(rule["within"]), **times)


def named(steps: Sequence[Step]) -> list[UUID]:
    """Return the people whom steps name themselves."""
    return [found for step in steps for whom in step.whom if (found := as_uuid(whom)) is not None]
