"""What an organisation file may say of who is told about cases, and when."""

from dataclasses import replace
from typing import cast

from checkin.conversation.effects import Severity
from checkin.escalations.policies import BYS, DEFAULTS, WHOM, By, Policy, Step
from checkin.load.nodes import Node

_MOST_MINUTES = 1440
# What each severity's policy may say besides its steps.
_FIELDS = {
    Severity.RED: ("again", "check"),
    Severity.AMBER: ("within", "begins", "ends", "morning"),
    Severity.TASK: ("within", "morning"),
}


def understand_policies(root: Node) -> dict[Severity, Policy]:
    """Return the policies a file gives; `whom` holds the refs of people as they are written. Mistakes are left in
    `root.mistakes`."""
    policies = root.child("policies")
    if policies is None:
        return {}
    policies.only(*(severity.value for severity in Severity))
    return {s: _policy(n, s) for s in Severity if (n := policies.child(s.value)) is not None}


def _policy(n: Node, severity: Severity) -> Policy:
    n.only("steps", *_FIELDS[severity])
    usual = DEFAULTS[severity]
    steps = tuple(_step(step) for step in n.children("steps"))
    if n.has("steps") and not steps:
        n.wrong("a policy needs at least one step", "steps")
    return Policy(
        steps=steps or usual.steps,
        again=n.whole("again", usual.again, 1, 60),
        check=n.whole("check", usual.check, 2, 120),
        within=n.whole("within", usual.within, 1, 10080),
        begins=n.time("begins", f"{usual.begins:%H:%M}"),
        ends=n.time("ends", f"{usual.ends:%H:%M}"),
        morning=n.time("morning", f"{usual.morning:%H:%M}"),
    )


def _step(n: Node) -> Step:
    n.only("whom", "by", "wait", "times")
    whom = tuple(n.texts("whom"))
    if not whom:
        n.wrong("needs `whom`")
    return Step(
        whom, cast("By", n.one_of("by", BYS, "both")), n.whole("wait", 5, 1, _MOST_MINUTES), n.whole("times", 1, 1, 9)
    )


def check_policies(root: Node, phones: dict[str, int]) -> None:
    """Everybody a step names must be in the file and have a telephone; `phones` counts those by ref."""
    policies = root.child("policies")
    for severity in Severity:
        policy = policies.child(severity.value) if policies else None
        for step in policy.children("steps") if policy else ():
            for name in step.texts("whom"):
                if name in WHOM:
                    continue
                if name not in phones:
                    step.wrong(
                        f"must be on_call 1 to on_call 9, on_call, staff, everybody or a person, not {name!r}", "whom"
                    )
                elif not phones[name]:
                    step.wrong(f"{name!r} has no telephone to be paged by", "whom")


def with_ids(policy: Policy, ids: dict[str, str]) -> Policy:
    """Return a policy in which people stand by their ids instead of their refs."""
    steps = (replace(s, whom=tuple(name if name in WHOM else ids[name] for name in s.whom)) for s in policy.steps)
    return replace(policy, steps=tuple(steps))
