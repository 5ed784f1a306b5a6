"""What each kind of job sends, how many at once, and how fast: workers together keep to one pace."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from checkin.gate import Medium

# A lot whose call had to wait for longer than this would keep a worker from pages.
_LONG_WAIT = 3.0
_CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Lane:
    """What one kind of job sends: which classes and media, how many at once, how fast (a second; None: no limit).

    All lanes together dial `calls` calls a second, because a carrier counts them by account. One that is `urgent` takes
    its place on that pace without waiting for it: what the carrier cannot dial at once it queues, and the other lanes
    leave it the time.
    """

    name: str
    classes: tuple[int, ...]
    media: tuple[Medium, ...]
    rate: float | None
    batch: int
    calls: float | None = None
    urgent: bool = False

    def most(self, left: int, wait: float) -> dict[Medium, int]:
        """Return how many of each medium to take, when `left` are to be taken and the next call may be dialled in so
        many seconds. A lot waits for its last call: few are taken, and none that would hold up the rest."""
        calls = left
        if self.calls is not None and not self.urgent:
            calls = 0 if wait > _LONG_WAIT else min(left, math.ceil(self.calls))
        return {medium: left if medium == "text" else calls for medium in self.media}


@dataclass(frozen=True, slots=True)
class Start:
    """When the first of a lot may go to the carrier, in seconds from now, and how long each is after the one before."""

    wait: float = 0.0
    apart: float = 0.0


def starts(conn: Connection, lane: Lane, ready: Mapping[Medium, int]) -> Mapping[Medium, Start]:
    """Reserve time on the carrier for a lot."""
    found: dict[Medium, Start] = {"text": Start(), "call": Start()}
    if lane.rate and ready.get("text"):
        found["text"] = Start(slot(conn, lane.name, lane.rate, ready["text"]), 1 / lane.rate)
    if lane.calls and ready.get("call"):
        wait = slot(conn, _CALLS, lane.calls, ready["call"])
        found["call"] = Start() if lane.urgent else Start(wait, 1 / lane.calls)
    return found


# A lot is over when the carrier has answered the last of it, a little after its time: the next may make up for that.
# Nobody reserves a minute ahead: where a pace is taken for longer, the machine's clock has been set back since.
_SLOT = text(
    """
    INSERT INTO paces (name, free_at) VALUES (:name, clock_timestamp() + :takes)
    ON CONFLICT (name) DO UPDATE
    SET free_at = CASE WHEN paces.free_at > clock_timestamp() + interval '1 minute' THEN clock_timestamp()
        ELSE greatest(paces.free_at, clock_timestamp() - interval '0.5 seconds') END + :takes
    RETURNING extract(epoch FROM free_at - CAST(:takes AS interval) - clock_timestamp())
    """
)
_AHEAD = text(
    "SELECT extract(epoch FROM free_at - clock_timestamp()) FROM paces "
    "WHERE name = :name AND free_at <= clock_timestamp() + interval '1 minute'"
)


def slot(conn: Connection, name: str, rate: float, count: int) -> float:
    """Reserve time on a pace for `count` messages; return how many seconds from now it begins, or began (-0.5).

    The reservation is a row, so that any number of workers together keep to one pace. It is on the machine's clock:
    a carrier's limits are per real second, also when a rehearsal moves time.
    """
    return float(conn.execute(_SLOT, {"name": name, "takes": timedelta(seconds=count / rate)}).scalar_one())


def wait_for_a_call(conn: Connection, lane: Lane) -> float:
    """Return in how many seconds a lane may dial its next call; 0 or less: at once."""
    if lane.calls is None or lane.urgent:
        return 0.0
    return float(conn.execute(_AHEAD, {"name": _CALLS}).scalar() or 0.0)
