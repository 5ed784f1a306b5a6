"""Moves through time from one thing due to the next, the line's and the network's, letting each be finished."""

import http.client
import json
import time
from datetime import datetime
from urllib.parse import urlsplit

from simulator.network import Network
from simulator.wire import iso, parse_iso

Step = dict[str, object]


class JourneyError(Exception):
    """The line cannot be asked what is due next; the message says why."""


def line_due(network: Network) -> datetime | None:
    """The `next_due_at` of the line's `/readyz`: when something of the line's own is due, None when nothing is.

    A line that is not ready may still say what is due next. Raises JourneyError when nothing usable comes.
    """
    parts = urlsplit(network.line.app_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/readyz", headers={"Accept": "application/json"})
        told = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise JourneyError(f"{network.line.app_url}/readyz gave no JSON: {error!r}") from error
    finally:
        connection.close()
    due = told.get("next_due_at") if isinstance(told, dict) else None
    try:
        return parse_iso(due) if isinstance(due, str) else None
    except ValueError as error:
        raise JourneyError(f"/readyz says next_due_at {due!r}, which is not a time") from error


def next_thing(network: Network, patience: float = 15.0) -> Step | None:
    """Moves to the next thing due, and waits at most `patience` real seconds until it is done. None: nothing is due."""
    step = _next(network)
    return None if step is None else _take(network, *step, patience)


def stepwise(network: Network, until: datetime, *, patience: float = 15.0) -> list[Step]:
    """Moves to `until` through everything due on the way.

    Where the line does not finish something within `patience` real seconds, or cannot be asked, the last step is not
    `settled` and says why, and then the clock goes straight to `until`.
    """
    steps: list[Step] = []
    try:
        while (step := _next(network)) is not None and step[1] <= until:
            steps.append(_take(network, *step, patience))
            if not steps[-1]["settled"]:
                break
    except JourneyError as error:
        now = iso(network.clock.now())
        steps.append({"whose": "line", "due": now, "settled": False, "why": str(error)})
    network.move_to(until)
    network.wait_until(network.quiet)
    return steps


def _next(network: Network) -> tuple[str, datetime] | None:
    due = [("line", when)] if (when := line_due(network)) is not None else []
    if (own := network.timers.next_due()) is not None:
        due.append(("network", own))
    return min(due, key=lambda step: step[1], default=None)


def _take(network: Network, whose: str, due: datetime, patience: float) -> Step:
    network.move_to(max(due, network.clock.now()))
    settled = network.wait_until(network.quiet, patience)
    if whose == "line":
        settled = _line_settles(network, due, patience)
    step: Step = {"whose": whose, "due": iso(due), "settled": settled}
    return step if settled else {**step, "why": f"what was due at {iso(due)} is still not done"}


def _line_settles(network: Network, due: datetime, patience: float) -> bool:
    """Waits until the line's next due moment is another one, or ahead, and the network is quiet."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        coming = line_due(network)
        moved_on = coming is None or coming != due or coming > network.clock.now()
        if moved_on and network.quiet():
            return True
        network.closing.wait(0.05)
    return False
