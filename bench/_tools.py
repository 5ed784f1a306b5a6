"""What the benches share: servers of their own, the line's processes, and the table each of them ends with."""

import http.client
import os
import socket
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checkin.demo.supervisor import Supervisor
from checkin.services import services
from checkin.store.migrate import upgrade
from checkin.store.vault import new_key
from tests.services import Databases, RedisDatabases

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".checkin" / "bench"
ACCOUNT, TOKEN, NUMBER = "AC" + "b" * 32, "a-token-for-benches", "+447700900000"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a bench runs: one server with databases to be made on it, an empty Redis, an environment for children."""

    databases: Databases
    environment: Mapping[str, str]

    @contextmanager
    def children(self, **more: str) -> Iterator[tuple[Supervisor, dict[str, str]]]:
        """Somebody who starts processes of the line and stops them at the end, and the environment to give them."""
        with Supervisor(FOLDER / "logs", cwd=ROOT) as supervisor:
            yield supervisor, {**self.environment, **more}


@contextmanager
def ground(*, durable: bool = True) -> Iterator[Ground]:
    """Servers for a bench, and a migrated, empty database; all is gone at the end.

    `DATABASE_URL` and `REDIS_URL` are used where they are set: nothing that is there is touched. `durable=False` is
    for benches that wait long for a load and measure no commit.
    """
    with services(FOLDER, os.environ, durable=durable) as found:
        databases = Databases(found.database_url)
        redis = RedisDatabases(found.redis_url, ours="REDIS_URL" not in os.environ)
        with databases.templated() as template, redis.clean() as redis_url:
            upgrade(template)
            with databases.clean() as database_url:
                yield Ground(databases, _environment(database_url, redis_url))


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    """A line's settings; a real line's that stand around are left out, so that no bench reaches a carrier."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_", "RQ_", "GUNICORN_"))}
    twelve_hours_on = datetime.now(UTC) + timedelta(hours=12)
    return outside | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "RQ_REDIS_URL": redis_url,
        "PUBLIC_URL": "https://line.example.org",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": NUMBER,
        # Nobody listens there: a bench that sends names its own stand-in.
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "CHECKIN_KEYS": new_key(),
        "CHECKIN_SECRET": "a-secret-for-benches",
        # A bench that is run in the evening measures the same.
        "CHECKIN_QUIET_HOURS": f"{twelve_hours_on:%H:%M}-{twelve_hours_on + timedelta(minutes=1):%H:%M}",
    }


def python(*arguments: str) -> list[str]:
    """Return the command that runs a module with this Python."""
    return [sys.executable, "-m", *arguments]


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def get(port: int, path: str) -> bytes:
    """Return what a server on this machine answers to a GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def fictional_numbers() -> Iterator[str]:
    """Numbers that Ofcom keeps free for drama: 12,000 of them."""
    for area in ("7700900", "1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960",
                 "1414960", "1514960", "1614960"):  # fmt: skip
        yield from (f"+44{area}{n:03}" for n in range(1, 1000))


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of some values, not all equal in number to one."""
    return statistics.quantiles(values, n=100)[percent - 1]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a bench's table. `ok` is None where nothing was promised."""

    what: str
    figure: str
    ceiling: str = ""
    ratio: str = ""
    target: str = ""
    ok: bool | None = None


def show(title: str, figures: Sequence[Figure], *notes: str) -> None:
    """Print a bench's table. It informs: a target that was missed ends nothing."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("what")
    for heading in ("figure", "ceiling", "ratio", "target"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for f in figures:
        verdict = "" if f.ok is None else "ok" if f.ok else "[bold red]missed[/]"
        table.add_row(f.what, f.figure, f.ceiling, f.ratio, f.target, verdict)
    # A pipe or a log has no width of its own.
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    for note in notes:
        console.print(f"  {note}", highlight=False)
    console.print()
