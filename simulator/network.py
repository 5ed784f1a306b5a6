"""The phone network, put together: one lock, one clock, the phones, the texts, the calls, and the line they reach."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulator.carrier import Carrier
from simulator.clock import Clock, Timers
from simulator.courier import Courier
from simulator.faults import Faults
from simulator.line import Line
from simulator.optout import OptOuts
from simulator.phones import Phone, likely_kind
from simulator.texts import Texts
from simulator.voice import Voice
from simulator.webhook import Request, WebhookError, Webhooks
from simulator.wire import iso

QUIET_SECONDS = 20.0
"""Real seconds a move of the clock waits at most for each thing it set off."""

RESET_SECONDS = 5.0
"""Real seconds a reset waits at most for what is in flight."""

GOOD_CALLBACK_TYPES = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(slots=True)
class Settings:
    """What a rehearsal can turn. `calls_per_second` 0: no limit. `rest_concurrency` 0: no limit."""

    calls_per_second: float = 0.0
    rest_concurrency: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the debugger: Twilio's code, what was asked, and why it was no good."""

    at: datetime
    code: int
    url: str
    reason: str
    sid: str

    def listed(self) -> dict[str, object]:
        """As JSON."""
        return {"at": iso(self.at), "code": self.code, "url": self.url, "reason": self.reason, "sid": self.sid}


class Network:
    """A whole phone network in memory. Everything changes under `lock`, which is also what every wait waits on."""

    def __init__(self, line: Line, *, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.line = line
        self.settings = settings or Settings()
        self.lock = threading.Condition()
        self.closing = threading.Event()
        self.version = 0
        self.clock = clock or Clock()
        self.timers = Timers(self.clock, self.lock)
        self.courier = Courier(self.lock)
        self.faults = Faults(self.lock)
        self.webhooks = Webhooks(lambda: self.line.auth_token, self.line.route)
        self.api_url = ""
        """Where this network's REST API is reached; empty until a server serves it."""
        self.phones: dict[str, Phone] = {}
        self.opt_outs = OptOuts()
        self.debugger: deque[Notice] = deque(maxlen=500)
        self.texts = Texts(self)
        self.carrier = Carrier(self)
        self.voice = Voice(self)

    @property
    def instant(self) -> bool:
        """Whether texts travel and words are spoken in no time: so while the clock is frozen."""
        return self.clock.frozen

    def phone(self, number: str) -> Phone:
        """The phone with this number. One that nobody set up is put there, marked as a stranger."""
        with self.lock:
            if number not in self.phones:
                self.phones[number] = Phone(number, number, likely_kind(number), stranger=True)
            return self.phones[number]

    def touch(self) -> None:
        """Says that something has changed."""
        with self.lock:
            self.version += 1
            self.lock.notify_all()

    def wait_for_change(self, version: int, seconds: float) -> bool:
        """Waits until the state is no longer at `version`, at most so many real seconds; whether it changed."""
        with self.lock:
            self.lock.wait_for(lambda: self.version != version or self.closing.is_set(), seconds)
            return self.version != version

    def report(self, code: int, url: str, reason: str, sid: str = "") -> None:
        """Puts a line into the debugger."""
        with self.lock:
            self.debugger.append(Notice(self.clock.now(), code, url, reason, sid))
            self.touch()

    def tell(self, request: Request, sid: str = "") -> None:
        """Makes a status callback. What is wrong with the answer goes into the debugger; it is not made again."""
        try:
            answer = self.webhooks.fetch(request)
        except WebhookError as error:
            self.report(error.code, error.url, f"a status callback: {error.reason}", sid)
            return
        if answer.body.strip() and answer.content_type not in GOOD_CALLBACK_TYPES:
            self.report(15003, answer.url, f"a status callback was answered with {answer.content_type}", sid)

    # Time

    def quiet(self) -> bool:
        """True when nothing is in flight and nothing is due now."""
        with self.lock:
            return self.courier.quiet() and self.voice.quiet() and self.timers.quiet()

    def wait_until(self, condition: Callable[[], bool], seconds: float = QUIET_SECONDS) -> bool:
        """Waits for a condition of the network, at most so many real seconds; whether it came true."""
        deadline = time.monotonic() + seconds
        with self.lock:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                # The clock runs on without telling anybody, so a condition on time is looked at again now and then.
                self.lock.wait(min(left, 0.05))
        return True

    def move_to(self, when: datetime) -> None:
        """Moves the clock forward to `when`, stopping at everything of the network's own that is due on the way."""
        self.wait_until(self.quiet)
        while (due := self.timers.next_due()) is not None and due <= when:
            self.clock.move_to(due)
            self.timers.run_due()
            self.wait_until(self.quiet)
        self.clock.move_to(when)
        self.timers.nudge()
        self.touch()

    def freeze(self, *, frozen: bool) -> None:
        """Stops the clock, or lets it run."""
        self.clock.freeze(frozen=frozen)
        self.timers.nudge()
        self.touch()

    def reset(self, start: datetime | None = None) -> None:
        """Forgets phones, texts, calls, opt-outs, faults and what was due, after what is in flight has landed.

        The line and its settings stay, and so does the clock unless `start` says when the next rehearsal begins.
        """
        self.wait_until(self.quiet, RESET_SECONDS)
        with self.lock:
            self.timers.clear()
            if start is not None:
                self.clock.restart(start)
            self.faults.clear()
            self.phones.clear()
            self.debugger.clear()
            self.opt_outs = OptOuts(self.opt_outs.words)
            if self.line.service is not None:
                self.line.service.senders.clear()
            self.texts = Texts(self)
            self.voice = Voice(self)
            self.touch()

    def close(self) -> None:
        """Ends the network's threads."""
        self.closing.set()
        self.touch()
        self.timers.close()
        self.courier.close()
