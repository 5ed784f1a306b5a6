"""How long staff wait for somebody they look for, among many whose names nobody has open; and how fast a table of
people comes in.

`casebook.people.find` itself, in a transaction of its own, as the page calls it. Names are drawn so that a few are very
common, as they are: the worst search is for the beginning of the most common one.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from bench import _people
from bench._tools import Figure, ground, percentile, show
from checkin import people
from checkin.bootstrap import Line, open_line
from checkin.casebook import people as register
from checkin.register import importing

MANY, ROWS, SEARCHES, LOT = 100_000, 1_000, 200, 1_000
_STARTS = ("jo", "an", "ma", "be", "ca", "da", "el", "fre", "ge", "ha", "li", "mo", "ni", "pe", "ro", "su", "ta", "wi")
_ENDS = ("nathan", "na", "ry", "th", "rol", "vid", "la", "da", "len", "rold", "nda", "lly", "cola", "ter", "san", "lma")
_NOW = datetime(2026, 12, 3, 12, tzinfo=UTC)


def main(many: int = MANY) -> None:
    """Measure and print."""
    with ground(durable=False) as found:
        line = open_line(found.environment, plain_logs=True)
        numbers = _settle(line, many)
        asked: dict[str, Callable[[int], str]] = {
            "the most common beginning": lambda _: "jo",
            "a name": lambda i: f"{_STARTS[i % len(_STARTS)]}{_ENDS[i % len(_ENDS)]}",
            "two words of a name": lambda i: f"{_STARTS[i % 9]} {_ENDS[i % 7]}",
            "a number": lambda i: numbers[i % len(numbers)],
        }
        figures = []
        for what, query in asked.items():
            took = [_search(line, query(i)) for i in range(SEARCHES)]
            p95 = 1000 * percentile(took, 95)
            figures.append(
                Figure(
                    f"ms for {what}, p95, {many:,} people",
                    f"{p95:.1f}",
                    "300",
                    f"{p95 / 300:.2f}",
                    "<= 1.00",
                    p95 <= 300,
                )
            )
        figures.append(Figure(f"rows of a table a second, {ROWS:,} new people", f"{_bring_in(line):,.0f}"))
        line.store.engine.dispose()
    show("Looking for somebody", figures, f"{SEARCHES} searches of each kind, one after another.")


def _settle(line: Line, many: int) -> list[str]:
    draw = random.Random(7)
    weights = [1 / (rank + 1) for rank in range(len(_STARTS))]
    with line.store.work(_NOW) as work:
        members = _people.settle_in(work, many)
    for i in range(0, len(members), LOT):
        with line.store.work(_NOW) as work:
            for one in members[i : i + LOT]:
                (start,) = draw.choices(_STARTS, weights)
                people.keep_name(work, one.id, f"{start}{draw.choice(_ENDS)} {draw.choice(_ENDS)}".title())
    with line.store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return [one.number for one in members[:SEARCHES]]


def _search(line: Line, query: str) -> float:
    begin = time.perf_counter()
    with line.store.work(_NOW) as work:
        register.find(work, query)
    return time.perf_counter() - begin


def _bring_in(line: Line) -> float:
    rows = "\n".join(f"Dora {i},checkins,mon" for i in range(ROWS))
    begin = time.perf_counter()
    with line.store.work(_NOW) as work:
        made = importing.plan(work, f"name,streams,days\n{rows}\n")
        if made.wrongs:
            raise SystemExit("\n".join(map(str, made.wrongs)))
        for _ in importing.bring_in(work, made):
            pass
    return ROWS / (time.perf_counter() - begin)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
