"""Faults on request: what goes wrong between a carrier and its customers, for the next N times or by chance."""

import itertools
import random
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Everything that can be made to go wrong. REST_* hit requests to the REST API, CALLBACK_* the status callbacks
    of one message or call each, WEBHOOK_* the requests for TwiML.
    """

    REST_STATUS = "rest-status"
    """Answers with `status` (429, 500, 503 or 401) and does nothing."""
    REST_HTML = "rest-html"
    """Answers with a page of HTML and `status`, as a proxy in between would; does nothing."""
    REST_HANG = "rest-hang"
    """Does nothing for `seconds` of real time, then drops the connection."""
    REST_RESET = "rest-reset"
    """Drops the connection at once; does nothing."""
    REST_ACCEPT_THEN_HANG = "rest-accept-then-hang"
    """Does what was asked, but the answer never comes: after `seconds` of real time the connection drops."""
    REST_ACCEPT_THEN_RESET = "rest-accept-then-reset"
    """Does what was asked, and drops the connection instead of answering."""
    CALLBACK_SHUFFLE = "callback-shuffle"
    """The callbacks come in the opposite order."""
    CALLBACK_DUPLICATE = "callback-duplicate"
    """Each callback comes twice."""
    CALLBACK_DROP = "callback-drop"
    """No callback comes."""
    CALLBACK_DELAY = "callback-delay"
    """Each callback comes `seconds` of the rehearsal's time late."""
    CALLBACK_BEFORE_RESPONSE = "callback-before-response"
    """Every callback has come before the REST API has answered the request that created the message."""
    WEBHOOK_TIMEOUT = "webhook-timeout"
    """The network waits `seconds` of real time for an answer instead of 15."""
    WEBHOOK_DUPLICATE = "webhook-duplicate"
    """The webhook for an inbound text comes twice, with one identifier; only the first answer counts."""


@dataclass(slots=True)
class Rule:
    """One fault that is armed. It strikes `times` times, or, when `times` is None, each time with probability `chance`.
    `only`, when set, must be part of what it strikes: a REST request's "POST /2010-04-01/…", a phone's number.
    """

    id: int
    fault: Fault
    times: int | None = 1
    chance: float = 1.0
    status: int = 503
    seconds: float = 30.0
    only: str = ""


class Faults:
    """The faults that are armed."""

    def __init__(self, lock: threading.Condition) -> None:
        self._lock = lock
        self._ids = itertools.count(1)
        self._rules: list[Rule] = []
        self._dice = random.Random(4010)  # noqa: S311 - a rehearsal wants the same bad luck again, not secrecy

    def arm(
        self,
        fault: str,
        *,
        times: int | None = 1,
        chance: float = 1.0,
        status: int = 503,
        seconds: float = 30.0,
        only: str = "",
    ) -> Rule:
        """Arms one. Raises ValueError for a fault or a figure that makes no sense."""
        if not 0 < chance <= 1:
            raise ValueError("chance is a number above 0 and up to 1")
        if times is not None and times < 1:
            raise ValueError("times is a whole number from 1, or null for always")
        if not (100 <= status <= 599 and seconds >= 0):
            raise ValueError("status is an HTTP status and seconds is not negative")
        rule = Rule(next(self._ids), Fault(fault), times, chance, status, seconds, only)
        with self._lock:
            self._rules.append(rule)
        return rule

    def draw(self, fault: Fault, about: str) -> Rule | None:
        """The armed rule that strikes now, if one does; one of its times is used up."""
        with self._lock:
            for rule in self._rules:
                if rule.fault is not fault or rule.only not in about or self._dice.random() >= rule.chance:
                    continue
                if rule.times is not None:
                    rule.times -= 1
                    if not rule.times:
                        self._rules.remove(rule)
                return rule
        return None

    def clear(self, rule_id: int | None = None) -> None:
        """Disarms one rule, or all."""
        with self._lock:
            self._rules = [rule for rule in self._rules if rule_id is not None and rule.id != rule_id]

    def listed(self) -> list[dict[str, object]]:
        """What is armed, as JSON."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]
