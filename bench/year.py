"""A national service's year: how large its tables are, and what a tick, a text, a page and a night cost beside them.

    python -m bench.year [PEOPLE] [MESSAGES] [FOLDER]

The year is loaded as it would lie: ninety days in the live table, the rest by the month, with the check-ins and what
the carrier said of each text. It is measured at a tenth of the size and at the whole of it: what does not grow with the
size does not grow beyond it either, and what is stored grows in proportion, which is how a hundred million messages are
reckoned on paper. With a folder, the figures are drawn into it as well.
"""

import itertools
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import structlog

from bench import _year_drawn, _years
from bench._tools import Figure, Ground, fictional_numbers, ground, show
from bench.consoles import log_in
from checkin import history, retention
from checkin.bootstrap import Line, open_line
from checkin.conversations import due
from checkin.conversations.texts import Text, hear
from checkin.store.ids import new_id
from checkin.store.models import Staff
from wsgi import serve

PEOPLE, MESSAGES, TIMES, WARM = 1_000_000, 10_000_000, 200, 10
PAPER = 100_000_000
# What does not grow: within so much of what a tenth costs.
_SAME = 1.5
# The tables that grow with people and not with messages.
_PEOPLE = frozenset({"people", "phones", "person_phones", "memberships", "plans", "name_marks"})
_Sizes = Mapping[str, tuple[int, int, int]]


def main(people: int = PEOPLE, messages: int = MESSAGES, *, folder: Path | None = None) -> None:
    """Measure and print."""
    costs: list[dict[str, float]] = []
    rates: list[dict[str, float]] = []
    whole: _Sizes = {}
    for scale in (10, 1):
        print(f"{people // scale:,} people, {messages // scale:,} messages:", flush=True)
        with ground(durable=False) as found:
            cost, rate, whole = _year(found, people // scale, messages // scale)
            costs.append(cost)
            rates.append(rate)
    (small, large), (slow, fast) = costs, rates
    figures = [
        Figure(f"ms for {what}", f"{large[what]:.1f}", f"{small[what]:.1f}", f"{large[what] / small[what]:.2f}",
               f"<= {_SAME:.2f}", large[what] / small[what] <= _SAME)
        for what in large
    ]  # fmt: skip
    figures += [Figure(f"{what} a second", f"{fast[what]:,.0f}", f"{slow[what]:,.0f}") for what in fast]
    paper = {what: _paper(what, sizes, messages) for what, sizes in whole.items()}
    figures += [
        Figure(f"{what}, {rows:,} rows: GB + GB of indexes", f"{own / 1e9:.2f} + {indexes / 1e9:.2f}",
               f"on paper {paper[what][0]:.1f} + {paper[what][1]:.1f}")
        for what, (rows, own, indexes) in whole.items()
    ]  # fmt: skip
    figures.append(Figure("all of them, GB on paper", f"{sum(map(sum, paper.values())):.0f}"))
    title = f"A year of {people:,} people and {messages:,} messages"
    show(
        title,
        figures,
        f"The ceiling is the same with a tenth of the people and messages; medians of {TIMES}.",
        f"On paper: {PAPER:,} messages a year.",
    )
    if folder is not None:
        stored = f"What a year of {people:,} people and {PAPER:,} messages takes"
        _year_drawn.sizes(folder / "year-sizes.svg", stored, paper)
        _year_drawn.costs(folder / "year-costs.svg", f"{title}: what things cost", small, large)


def _paper(what: str, sizes: tuple[int, int, int], messages: int) -> tuple[float, float]:
    _, own, indexes = sizes
    more = 1 if what in _PEOPLE else PAPER / messages
    return own * more / 1e9, indexes * more / 1e9


def _year(found: Ground, people: int, messages: int) -> tuple[dict[str, float], dict[str, float], _Sizes]:
    """Return what things cost in milliseconds, rows a second of a night's work, and the sizes."""
    # A day's check-ins and carrier's words become too old in the night that is measured.
    line = open_line({**found.environment, "CHECKIN_SECOND_FACTOR": "none", "CHECKIN_KEEP_RECORDS_DAYS": "365"})
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    now = datetime.now(UTC)
    _years.fill(line, people, messages, now, whole=True)
    with line.store.engine.connect() as connection:
        whole = dict(_years.sizes(connection))
    numbers = list(itertools.islice(fictional_numbers(), TIMES + WARM))
    with line.store.work(now) as work:
        # One text of each: whoever writes on and on is heard otherwise.
        for place, number in enumerate(numbers, 1):
            sealed = {"n": work.vault.seal(number, "phones.number"), "i": work.vault.index(number)}
            of = {"id": UUID(int=15 << 124 | place)}
            work.conn.exec_driver_sql(
                "UPDATE phones SET number = %(n)s, number_index = %(i)s WHERE id = %(id)s", sealed | of
            )
        work.add(Staff, person_id=UUID(int=people), email="sue@example.org", role="safeguarding")
    costs = {
        "an idle tick": _median(lambda _: _tick(line, now)),
        "a text that comes in": _median(lambda i: _text(line, numbers[i])),
        "the page of a case": _median(_reader(line, "/cases/{}")),
        "the queue": _median(_reader(line, "/")),
    }
    rates = dict(_night(line, now + timedelta(days=1), messages // 365))
    costs["a month that is dropped"] = 1000 * _years.timed(lambda: _drop(line, now - timedelta(days=300)))
    line.store.engine.dispose()
    return costs, rates, whole


def _median(does: Callable[[int], object]) -> float:
    took = []
    for number in range(WARM + TIMES):
        begun = time.perf_counter()
        does(number)
        took.append(time.perf_counter() - begun)
    return 1000 * median(took[WARM:])


def _tick(line: Line, now: datetime) -> None:
    done = due.ask_plans(line.store, now, most=500) + due.fire_timers(line.store, now, most=200)
    assert done == 0, f"{done} things were due"


def _text(line: Line, number: str) -> None:
    with line.store.work(datetime.now(UTC)) as work:
        hear(work, Text(f"SM{new_id().hex}", number, "next"))


def _reader(line: Line, path: str) -> Callable[[int], None]:
    """Return what reads a page of the console in this process, as a server's process does."""
    with line.store.work(datetime.now(UTC)) as work:
        cookie = log_in(line, work)
    client = serve(line).test_client(use_cookies=False)

    def reads(number: int) -> None:
        where = path.format(1 + number % _years.CASES)
        answer = client.get(where, headers={"Cookie": cookie}, base_url="https://line.example.org")
        assert answer.status_code == 200, f"{where}: {answer.status}"

    return reads


def _night(line: Line, night: datetime, day: int) -> Mapping[str, float]:
    """A night: a day's messages grow old enough to move, their words and the oldest day's records go."""
    moved, removed = 0, 0

    def moves() -> None:
        nonlocal moved
        moved = history.move(line.store, night)

    def removes() -> None:
        nonlocal removed
        removed = sum(retention.run(line.store, night).values())

    rates = {"rows moved": _years.timed(moves), "rows removed or emptied": _years.timed(removes)}
    assert moved >= day * 0.9, f"{moved} rows moved of {day}"
    # The words of the day that moved, a third of a day's check-ins, twice two thirds of a day's deliveries.
    assert removed >= day * 2.5, f"{removed} rows removed or emptied for a day of {day}"
    return {what: rows / took for (what, took), rows in zip(rates.items(), (moved, removed), strict=True)}


def _drop(line: Line, before: datetime) -> None:
    with line.store.work(before) as work:
        assert history.drop(work, before) > 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), folder=Path(sys.argv[3]) if len(sys.argv) > 3 else None)
