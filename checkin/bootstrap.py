"""The parts, put together once. Every door opens the line here and passes on what it needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import urllib3

from checkin import doctor, logs
from checkin.dispatch import Dispatcher
from checkin.errors import CheckinError
from checkin.gate import Medium
from checkin.gateways import Gateway
from checkin.gateways.twilio import TwilioGateway
from checkin.lanes import Lane
from checkin.outbox import BULK, NORMAL, URGENT
from checkin.settings import Settings, read_settings
from checkin.store.engine import connect
from checkin.store.vault import Vault
from checkin.store.work import Store

Clock = Callable[[], datetime]


class Bell(Protocol):
    """How a door tells the workers that there is something to do, without knowing what they are."""

    def ring(self, job: str) -> None:
        """Ask for a job; without Redis this does nothing, and the next tick finds the same work in the database."""
        ...

    def answers(self) -> bool:
        """Tell whether Redis can be reached."""
        ...

    def backlog(self) -> Mapping[str, tuple[int, float, int]] | None:
        """Return of every queue how many jobs wait, since how many seconds, and how many failed; None: no Redis."""
        ...


# Threads that wait for the carrier in one worker. A lot takes a quarter of a second: with fewer, the end of it would
# wait for answers to its beginning; more than these would only wait for the processor.
_MOST_THREADS = 100


@dataclass(frozen=True)
class Line:
    """An opened line: its store, its clock, and (made when first needed) its way out."""

    settings: Settings
    store: Store
    clock: Clock

    @cached_property
    def gateway(self) -> Gateway:
        """The carrier."""
        return TwilioGateway(self.settings, connections=self._threads)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """What sends."""
        return Dispatcher(self.store, self.gateway, threads=self._threads)

    @property
    def _threads(self) -> int:
        return min(_MOST_THREADS, max(lane.batch for lane in self.lanes.values()))

    def patient(self) -> doctor.Patient:
        """The line as the doctor examines it."""
        return doctor.Patient(self.settings, self.store, self.clock(), _real_clock)

    @cached_property
    def lanes(self) -> Mapping[str, Lane]:
        """What is sent by which queue. A lot takes a quarter of a second: plans and pages go in between."""
        rate, urgent = self.settings.texts_a_second, self.settings.urgent_texts_a_second
        calls = self.settings.calls_a_second
        both: tuple[Medium, ...] = ("text", "call")
        return {
            "urgent": Lane("urgent", (URGENT,), both, urgent, _lot(urgent), calls, urgent=True),
            "normal": Lane("texts", (NORMAL,), both, rate, _lot(rate), calls),
            "bulk": Lane("texts", (BULK,), both, rate, _lot(rate), calls),
        }


def _lot(rate: float) -> int:
    return max(1, min(500, int(rate / 4)))


def open_line(environment: Mapping[str, str], *, pool: int = 10, plain_logs: bool = False) -> Line:
    """Return the line that `environment` describes. Raises BadSetting; nothing is connected yet."""
    logs.configure(plain=plain_logs)
    settings = read_settings(environment)
    store = Store(connect(settings.database_url, pool=pool), Vault(settings.keys), settings)
    clock = _moved_clock(settings.clock_url) if settings.clock_url else _real_clock
    return Line(settings, store, clock)


def start_line(environment: Mapping[str, str]) -> Line:
    """Return the line for a process that serves it: what the doctor's cheap checks find is logged. Raises BadSetting,
    and CannotStart when the line cannot work as it is set."""
    line = open_line(environment)
    # Of the machine's clock: a simulator that keeps the line's may come up later.
    try:
        doctor.at_start(doctor.Patient(line.settings, line.store, _real_clock(), _real_clock))
    except doctor.CannotStart:
        line.store.engine.dispose()
        raise
    return line


def _real_clock() -> datetime:
    return datetime.now(UTC)


class ClockStoppedError(CheckinError):
    """The simulator that keeps the clock does not answer."""


def _moved_clock(url: str) -> Clock:
    """The clock of a simulator, which can be moved on. Only a rehearsal has one (see settings)."""
    pool = urllib3.PoolManager(maxsize=8, block=False, retries=urllib3.Retry(connect=3, backoff_factor=0.1))

    def now() -> datetime:
        try:
            answer = pool.request("GET", url, timeout=3.0)
        except urllib3.exceptions.HTTPError as error:
            raise ClockStoppedError(f"The clock at {url} does not answer.") from error
        return datetime.fromisoformat(json.loads(answer.data)["now"])

    return now
