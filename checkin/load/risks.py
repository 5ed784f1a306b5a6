"""What an organisation file may add to what is heard as danger."""

from dataclasses import dataclass

from checkin import dangers
from checkin.load.nodes import Node


@dataclass(frozen=True, slots=True)
class RiskSpec:
    """A phrase, and how gravely it is heard."""

    phrase: str
    level: dangers.Says


def risk(n: Node) -> RiskSpec:
    """Return what one entry says; mistakes are left in the node."""
    n.only("phrase", "level")
    named = n.one_of("level", dangers.LEVELS, "amber")
    level = next(says for says in dangers.LEVELS if says == named)
    phrase = n.text("phrase")
    if level != "none":
        n.checked("phrase", phrase, lambda written: dangers.check(written, level), None)
    return RiskSpec(phrase, level)
