"""What a tick costs: with nothing due and few or many people, and by how much is due.

`workers.jobs.tick` itself, the same code that the clock has run every five seconds. A thousand people and a million
stand in two databases of one server, and ticks on the one and the other take turns. Everybody has a plan that is due
later, a timer, and a text that was sent.
"""

import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, create_engine, text

from bench import _people
from bench._tools import ROOT, Figure, Ground, ground, python, show
from checkin.bootstrap import open_line
from checkin.conversations import due

FEW, MANY = 1_000, 1_000_000
DUE = (100, 400, 1600)
ROUNDS, TICKS = 15, 20


def main() -> None:
    """Measure and print."""
    with ground(durable=False) as found:
        costs, fired = _cost_of_each(found, plans=True), _cost_of_each(found, plans=False)
        few, many = _nothing_due(found)
    show(
        "A tick",
        [
            Figure(f"ms with nothing due, {MANY:,} people", f"{1000 * many:.2f}", f"{1000 * few:.2f} ({FEW:,})",
                   f"{many / few:.2f}", "<= 1.50", many <= 1.5 * few),
            *_linear("plan", costs),
            *_linear("timer", fired),
        ],
        f"Medians: {ROUNDS} rounds of {TICKS} ticks on each database in turn; each lot three times.",
    )  # fmt: skip


def _linear(what: str, costs: Mapping[int, float]) -> Iterator[Figure]:
    """What one costs when few and when many are due: the same, where a tick's cost is linear in how many are."""
    few, many = DUE[0], DUE[-1]
    yield from (Figure(f"ms a {what}, {n} due", f"{1000 * costs[n]:.2f}") for n in DUE[:-1])
    ratio = costs[many] / costs[few]
    against = f"{1000 * costs[few]:.2f} ({few})"
    figure = f"{1000 * costs[many]:.2f}"
    yield Figure(f"ms a {what}, {many} due", figure, against, f"{ratio:.2f}", "<= 1.50", ratio <= 1.5)


# --- nothing due ---


def _nothing_due(found: Ground) -> tuple[float, float]:
    """Return the seconds a tick takes with few people and with many."""
    with ExitStack() as stack:
        tickers = [stack.enter_context(_ticker(found, people)) for people in (FEW, MANY)]
        for ticker in tickers:
            _ask(ticker, TICKS)
        rounds = [[_ask(ticker, TICKS) for ticker in tickers] for _ in range(ROUNDS)]
    few, many = (statistics.median(of) for of in zip(*rounds, strict=True))
    return few, many


@contextmanager
def _ticker(found: Ground, people: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that ticks on a database with so many people in it."""
    with found.databases.clean() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            _fill(connection, people)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        engine.dispose()
        environment = {**found.environment, "DATABASE_URL": url}
        process = subprocess.Popen(
            python("bench._ticker"),
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with process:
            yield process
            assert process.stdin is not None
            process.stdin.close()


def _ask(ticker: "subprocess.Popen[str]", ticks: int) -> float:
    assert ticker.stdin is not None
    assert ticker.stdout is not None
    print(ticks, file=ticker.stdin, flush=True)
    return float(ticker.stdout.readline())


# Ids that grow, as ours do. Nothing in here is ever opened, so one byte stands for what is sealed.
_FILL = (
    """
    CREATE TEMP TABLE everybody ON COMMIT DROP AS SELECT lpad(to_hex(i), 32, '0')::uuid AS id,
        now() + interval '1 day' * (1 + i % 7) AS later, now() - interval '1 day' AS yesterday
    FROM generate_series(1, :people) AS i
    """,
    "INSERT INTO people (id, name, streams) SELECT id, '\\x00', '{checkins}' FROM everybody",
    """
    INSERT INTO plans (id, person_id, rule, at, ladder, next_due_at)
    SELECT id, id, 'FREQ=DAILY', '10:00', '{text}', later FROM everybody
    """,
    "INSERT INTO timers (id, kind, due_at, person_id, turn) SELECT id, 'silence', later, id, 1 FROM everybody",
    """
    INSERT INTO messages (id, at, direction, medium, person_id, status, stream, wording, due_at, sent_at)
    SELECT id, yesterday, 'out', 'text', id, 'sent', 'checkins', 'checkin.ask', yesterday, yesterday FROM everybody
    """,
)


def _fill(connection: Connection, people: int) -> None:
    """Store people with what waits for them."""
    for statement in _FILL:
        connection.execute(text(statement), {"people": people})


# --- plans due ---


def _cost_of_each(found: Ground, *, plans: bool) -> dict[int, float]:
    """Return the seconds it takes to open one due check-in, or to hear one that has fallen silent, by how many are due
    at once."""
    line = open_line(found.environment)
    took: dict[int, list[float]] = {many: [] for many in DUE}
    for _ in range(3):
        for many in DUE:
            now = datetime.now(UTC)
            with line.store.work(now) as work:
                _people.empty(work)
                _people.settle_in(work, many, asked=not plans, due_at=now - timedelta(minutes=1) if plans else None)
            begun = time.perf_counter()
            if plans:
                done = due.ask_plans(line.store, now, most=many)
            else:
                done = due.fire_timers(line.store, now + timedelta(hours=1), most=many)
            took[many].append((time.perf_counter() - begun) / many)
            assert done == many, f"{many} were due, {done} were done"
    line.store.engine.dispose()
    return {many: statistics.median(of) for many, of in took.items()}


if __name__ == "__main__":
    main()
