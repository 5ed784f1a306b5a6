"""The phone network, put together: the exchange, the texts and the calls, and how they move through time."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from simulator.clock import Clock
from simulator.exchange import Exchange, Settings
from simulator.line import Line
from simulator.optout import OptOuts
from simulator.texts import Texts
from simulator.voice import Voice

QUIET_SECONDS = 20.0
"""Real seconds a move of the clock waits at most for each thing it set off."""

RESET_SECONDS = 5.0
"""Real seconds a reset waits at most for what is in flight."""


class Network(Exchange):
    """A whole phone network in memory."""

    def __init__(self, line: Line, *, clock: Clock | None = None, settings: Settings | None = None) -> None:
        super().__init__(line, clock=clock, settings=settings)
        self.closing = threading.Event()
        self.texts = Texts(self)
        self.voice = Voice(self)

    def wait_for_change(self, version: int, seconds: float) -> bool:
        """Waits until the state is no longer at `version`, at most so many real seconds; whether it changed."""
        with self.lock:
            self.lock.wait_for(lambda: self.version != version or self.closing.is_set(), seconds)
            return self.version != version

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
