"""The clock of a rehearsal, and what waits on it.

It runs with real time, plus an offset that only grows; or it stands still until it is moved.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


class Clock:
    """One clock for the network and for the line behind it. All times are aware and in UTC."""

    def __init__(self, *, start: datetime | None = None, frozen: bool = False) -> None:
        self._base = start or datetime.now(UTC)
        self._since = time.monotonic()
        self.frozen = frozen

    def now(self) -> datetime:
        """The present moment of the rehearsal."""
        if self.frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    def move_to(self, when: datetime) -> None:
        """Moves forward to `when`; a moment already past is left where it is, for time never runs back."""
        now = self.now()
        self._base, self._since = max(now, when), time.monotonic()

    def restart(self, when: datetime) -> None:
        """Begins a new rehearsal at `when`, before or after now; only with nothing under way."""
        self._base, self._since = when, time.monotonic()

    def freeze(self, *, frozen: bool) -> None:
        """Stops the clock at the present moment, or lets it run on from there."""
        self._base, self._since = self.now(), time.monotonic()
        self.frozen = frozen


@dataclass(order=True, slots=True)
class Timer:
    """Something that will happen at `due`, unless it is cancelled first."""

    due: datetime
    turn: int
    action: Callable[[], None] = field(compare=False)
    about: str = field(compare=False, default="")
    cancelled: bool = field(compare=False, default=False)

    def cancel(self) -> None:
        """Makes sure it does not happen."""
        self.cancelled = True


class Timers:
    """Timers on a `Clock`. Due ones run in order, each in whichever thread came to run them, outside the lock."""

    def __init__(self, clock: Clock, lock: threading.Condition) -> None:
        self._clock, self._lock = clock, lock
        self._heap: list[Timer] = []
        self._turns = itertools.count()
        self._running = 0
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="simulator-timers", daemon=True)
        self._thread.start()

    def after(self, seconds: float, action: Callable[[], None], about: str = "") -> Timer:
        """Sets a timer `seconds` of the rehearsal's time from now."""
        timer = Timer(self._clock.now() + timedelta(seconds=seconds), next(self._turns), action, about)
        with self._lock:
            heapq.heappush(self._heap, timer)
            self._lock.notify_all()
        return timer

    def next_due(self) -> datetime | None:
        """When the next thing happens by itself, or None when nothing waits."""
        with self._lock:
            while self._heap and self._heap[0].cancelled:
                heapq.heappop(self._heap)
            return self._heap[0].due if self._heap else None

    def pending(self) -> list[Timer]:
        """What waits, soonest first."""
        with self._lock:
            return sorted(timer for timer in self._heap if not timer.cancelled)

    def quiet(self) -> bool:
        """True when nothing is due now and no timer is being carried out."""
        with self._lock:
            due = self.next_due()
            return not self._running and (due is None or due > self._clock.now())

    def run_due(self) -> None:
        """Carries out everything that is due by now, in order."""
        while (timer := self._take()) is not None:
            try:
                timer.action()
            except Exception:
                # One action that breaks must not stop time; the traceback is for whoever mends the simulator.
                logging.getLogger(__name__).exception("timer failed: %s", timer.about)
            with self._lock:
                self._running -= 1
                self._lock.notify_all()

    def clear(self) -> None:
        """Forgets everything that waits."""
        with self._lock:
            self._heap.clear()
            self._lock.notify_all()

    def nudge(self) -> None:
        """Tells the watcher that the clock was moved."""
        with self._lock:
            self._lock.notify_all()

    def close(self) -> None:
        """Ends the watcher's thread."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._thread.join(timeout=5)

    def _take(self) -> Timer | None:
        with self._lock:
            due = self.next_due()
            if due is None or due > self._clock.now():
                return None
            self._running += 1
            return heapq.heappop(self._heap)

    def _watch(self) -> None:
        while not self._closed:
            self.run_due()
            with self._lock:
                due = self.next_due()
                if self._closed or (due is not None and due <= self._clock.now()):
                    continue
                # A frozen clock never reaches a timer by itself, so there is nothing to wait for but a nudge.
                asleep = due is None or self._clock.frozen
                self._lock.wait(None if asleep or due is None else (due - self._clock.now()).total_seconds())
