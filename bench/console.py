"""How long staff wait for the pages they live in, with a hundred thousand people and five million messages.

    python -m bench.console [PEOPLE] [MESSAGES]

The web application answers in this process, one page after another, as a server's process does: what is measured is
its own time. Names are sealed and searched by marks; the past lies by the month.
"""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from bench import _years
from bench._tools import Figure, ground, percentile, show
from bench.consoles import log_in
from checkin.bootstrap import Line, open_line
from checkin.register import importing
from checkin.store.models import Staff
from wsgi import serve

PEOPLE, MESSAGES, ASKED, ROWS = 100_000, 5_000_000, 100, 1_000
_PAGES: dict[str, tuple[float, Callable[[int], str]]] = {
    "the queue": (150, lambda _: "/"),
    "a case": (150, lambda i: f"/cases/{1 + i % _years.CASES}"),
    "a person": (150, lambda i: f"/people/{UUID(int=1 + i * 37 % 1000)}"),
    "a conversation": (150, lambda i: f"/people/{UUID(int=1 + i * 37 % 1000)}/conversation"),
    "people, the most common beginning": (300, lambda _: "/people?q=jo"),
    "people, by a whole name": (
        300,
        lambda i: f"/people?q={_years.NAMES[i * 7 % len(_years.NAMES)].replace(' ', '+')}",
    ),
    "people, by a number": (300, lambda i: f"/people?q=07700+900{i:03}"),
}


def main(people: int = PEOPLE, messages: int = MESSAGES) -> None:
    """Measure and print."""
    with ground(durable=False) as found:
        line = open_line({**found.environment, "CHECKIN_SECOND_FACTOR": "none"})
        # A line for each page that is read, as it should be; here they would be all there is to see.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        now = datetime.now(UTC)
        _years.fill(line, people, messages, now)
        with line.store.work(now) as work:
            work.add(Staff, person_id=UUID(int=people), email="sue@example.org", role="safeguarding")
        with line.store.work(now) as work:
            cookie = log_in(line, work)
        figures = [_page(line, cookie, what) for what in _PAGES]
        figures.append(Figure(f"rows of a table a second, {ROWS:,} new people", f"{ROWS / _bring_in(line, now):,.0f}"))
        line.store.engine.dispose()
    show(f"Pages with {people:,} people and {messages:,} messages", figures,
         f"{ASKED} of each, one after another, after ten that are not counted.")  # fmt: skip


def _page(line: Line, cookie: str, what: str) -> Figure:
    most, path = _PAGES[what]
    client = serve(line).test_client(use_cookies=False)

    def asks(number: int) -> float:
        answer = None

        def does() -> None:
            nonlocal answer
            answer = client.get(path(number), headers={"Cookie": cookie}, base_url="https://line.example.org")

        took = _years.timed(does)
        assert answer is not None
        assert answer.status_code == 200, f"{path(number)}: {answer.status}"
        return took

    for number in range(10):
        asks(number)
    late = 1000 * percentile([asks(number) for number in range(ASKED)], 95)
    return Figure(f"ms for {what}, p95", f"{late:.0f}", f"{most:.0f}", f"{late / most:.2f}", "<= 1.00", late <= most)


def _bring_in(line: Line, now: datetime) -> float:
    rows = "\n".join(f"Dora {i},checkins,mon" for i in range(ROWS))

    def does() -> None:
        with line.store.work(now + timedelta(minutes=1)) as work:
            made = importing.plan(work, f"name,streams,days\n{rows}\n")
            if made.wrongs:
                raise SystemExit("\n".join(map(str, made.wrongs)))
            for _ in importing.bring_in(work, made):
                pass

    return _years.timed(does)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
