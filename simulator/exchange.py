"""What every part of the network stands on: one lock, one clock, the phones, the line, and the way to reach it."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from simulator.clock import Clock, Timers
from simulator.courier import Courier
from simulator.faults import Faults
from simulator.line import Line
from simulator.optout import OptOuts
from simulator.phones import Phone, likely_kind
from simulator.webhook import Request, WebhookError, Webhooks
from simulator.wire import iso

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


class Exchange:
    """The network without its texts and calls. Everything changes under `lock`, which is also what waits wait on."""

    def __init__(self, line: Line, *, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.line = line
        self.settings = settings or Settings()
        self.lock = threading.Condition()
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

    def tell_later(self, request: Request, sid: str) -> None:
        """Makes a status callback in the background, after all that is under way for the same message or call."""
        self.courier.send(sid, lambda: self.tell(request, sid))
