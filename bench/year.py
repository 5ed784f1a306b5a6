"""A national service's year: how large its tables are, and what a tick, a text, a page and a night cost beside them.

    python -m bench.year [PEOPLE] [MESSAGES]

The year is loaded as it would lie: ninety days in the live table, the rest by the month. It is measured at a tenth of
the size and at the whole of it: what does not grow with the size does not grow beyond it either, and what is stored
grows in proportion, which is how a hundred million messages are reckoned on paper.
"""

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import structlog

from bench import _years
from bench._tools import Figure, Ground, ground, show
from checkin import history
from checkin.bootstrap import Line, open_line
from checkin.casebook import file, talk
from checkin.conversations import due
from checkin.conversations.texts import Text, hear
from checkin.store.ids import new_id

PEOPLE, MESSAGES, TIMES = 1_000_000, 10_000_000, 200
PAPER = 100_000_000
# What does not grow: within so much of what a tenth costs.
_SAME = 1.5


def main(people: int = PEOPLE, messages: int = MESSAGES) -> None:
    """Measure and print."""
    scales = (10, 1)
    costs: list[dict[str, float]] = []
    whole: dict[str, tuple[int, int, int]] = {}
    for scale in scales:
        print(f"{people // scale:,} people, {messages // scale:,} messages:")
        with ground(durable=False) as found:
            cost, whole = _year(found, people // scale, messages // scale)
            costs.append(cost)
    small, large = costs
    figures = [
        Figure(f"ms for {what}", f"{large[what]:.1f}", f"{small[what]:.1f}", f"{large[what] / small[what]:.2f}",
               f"<= {_SAME:.2f}", large[what] / small[what] <= _SAME)
        for what in large if not what.startswith("rows")
    ]  # fmt: skip
    figures += [Figure(f"{what} a second", f"{large[what]:,.0f}", f"{small[what]:,.0f}") for what in large
                if what.startswith("rows")]  # fmt: skip
    for where, (rows, own, indexes) in sorted(whole.items()):
        for what, size in (("table", own), ("indexes", indexes)):
            paper = size / max(rows, 1) * PAPER * (90 / 365 if where == "live" else 275 / 365)
            figures.append(
                Figure(
                    f"{what} of the {where} ({rows:,} rows)", f"{size / 1e9:.2f} GB", f"{paper / 1e9:.0f} GB on paper"
                )
            )
    show(
        f"A year of {people:,} people and {messages:,} messages",
        figures,
        "The ceiling is the same with a tenth of the people and messages; medians of "
        f"{TIMES}. On paper: {PAPER:,} messages a year.",
    )


def _year(found: Ground, people: int, messages: int) -> tuple[dict[str, float], dict[str, tuple[int, int, int]]]:
    """Return what things cost in milliseconds, rows a second of a night's work, and the sizes."""
    line = open_line(found.environment)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    now = datetime.now(UTC)
    _years.fill(line, people, messages, now)
    with line.store.engine.connect() as connection:
        whole = dict(_years.sizes(connection))
    number = "+447700900456"
    with line.store.work(now) as work:
        sealed = {
            "n": work.vault.seal(number, "phones.number"),
            "i": work.vault.index(number),
            "id": UUID(int=15 << 124 | 7),
        }
        work.conn.exec_driver_sql("UPDATE phones SET number = %(n)s, number_index = %(i)s WHERE id = %(id)s", sealed)
    costs = {
        "an idle tick": _median(lambda _: _tick(line, now)),
        "a text that comes in": _median(lambda _: _text(line, number)),
        "a case's file and conversation": _median(lambda i: _case(line, now, i)),
    }
    # A night: a day's messages grow old enough to move, and the oldest month goes.
    day = messages // 365
    took = _years.timed(lambda: _night(line, now + timedelta(days=1), day))
    costs["rows moved"] = day / took
    took = _years.timed(lambda: _drop(line, now - timedelta(days=300)))
    costs["a month that is dropped"] = 1000 * took
    line.store.engine.dispose()
    return costs, whole


def _median(does: Callable[[int], object]) -> float:
    took = []
    for number in range(10 + TIMES):
        begun = time.perf_counter()
        does(number)
        took.append(time.perf_counter() - begun)
    return 1000 * median(took[10:])


def _tick(line: Line, now: datetime) -> None:
    done = due.ask_plans(line.store, now, most=500) + due.fire_timers(line.store, now, most=200)
    assert done == 0, f"{done} things were due"


def _text(line: Line, number: str) -> None:
    with line.store.work(datetime.now(UTC)) as work:
        hear(work, Text(f"SM{new_id().hex}", number, "next"))


def _case(line: Line, now: datetime, number: int) -> None:
    with line.store.work(now) as work:
        found = file.case(work, 1 + number % _years.CASES, reader=UUID(int=1))
        assert found is not None
        assert talk.conversation(work, found.person_id, None)


def _night(line: Line, night: datetime, day: int) -> None:
    moved = history.move(line.store, night)
    assert moved >= day * 0.9, f"{moved} rows moved of {day}"


def _drop(line: Line, before: datetime) -> None:
    with line.store.work(before) as work:
        assert history.drop(work, before) > 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
