"""What a check is given, and what it finds."""

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.exc import SQLAlchemyError

from checkin import buddies
from checkin.gateways.twilio_account import Connected, TwilioAccount, connected
from checkin.settings import Settings
from checkin.store.work import Store


class Level(enum.IntEnum):
    """How bad it is; a command's exit code is the worst."""

    OK = 0
    WARNING = 1
    PROBLEM = 2


@dataclass(frozen=True, slots=True)
class Found:
    """One plain sentence, and the command or page that mends it ("": the check's own). `stops`: the line cannot work
    like this, and no process of it starts."""

    level: Level
    sentence: str
    mend: str = ""
    stops: bool = False


def warning(sentence: str, mend: str = "") -> Found:
    """Something that will hurt one day."""
    return Found(Level.WARNING, sentence, mend)


def problem(sentence: str, mend: str = "", *, stops: bool = False) -> Found:
    """Something that hurts now."""
    return Found(Level.PROBLEM, sentence, mend, stops)


@dataclass(frozen=True)
class Patient:
    """The line that is examined. `now` is its own moment, which a rehearsal may have moved; `clock` the machine's.
    `rehearsal`: whoever asks means it to reach no real telephone."""

    settings: Settings
    store: Store
    now: datetime
    clock: Callable[[], datetime]
    rehearsal: bool = False

    @cached_property
    def account(self) -> TwilioAccount:
        """The account at the carrier."""
        return TwilioAccount(self.settings)

    @cached_property
    def connected(self) -> list[Connected]:
        """The numbers and the service at the carrier, asked for once; without a database, those of the settings. Raises
        CarrierError."""
        return connected(self.account, self.settings, self.pool)

    @cached_property
    def pool(self) -> Sequence[str]:
        """The pairs' own numbers."""
        try:
            with self.store.work(self.now) as work:
                return buddies.pool(work)
        except SQLAlchemyError:
            return ()


Look = Callable[[Patient], Iterable[Found]]
