"""A clean PostgreSQL database and a clean Redis database for every test that asks, on real servers.

A clean database is cloned from a template that Alembic made once: about 60 ms. Emptying the tables would take a third
of that, but a process left over from the test before could still write into them, and the append-only tables refuse
to be emptied, as they should.
"""

import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from sqlalchemy import URL, make_url

from checkin.services import InUse, Services, services
from checkin.services.processes import exclusively

_ROOT = Path(__file__).parent.parent / ".checkin" / "test"
_MEMORY = Path("/dev/shm")  # noqa: S108 - every Linux has it; what is made there is made in a folder of our own
_ROOMY = 2**30  # one process's servers stay far below; a container's usual 64 MB would not do
_PREFIX = "checkin_test_"


@contextmanager
def running_services() -> Iterator[Services]:
    """The servers of the environment, else embedded ones in the first folder no other test run is using."""
    for slot in itertools.count():
        try:
            with _folder(_ROOT / str(slot)) as folder, services(folder, os.environ, durable=False) as found:
                yield found
        except InUse:
            continue
        return


@contextmanager
def _folder(slot: Path) -> Iterator[Path]:
    """Where servers for tests keep their data: in memory where there is room, since a run makes thousands of databases,
    each of 12 MB, and a disk takes longer over those than the tests do."""
    slot.mkdir(parents=True, exist_ok=True)
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOMY:
        yield slot
        return
    with exclusively(slot / "taken"):
        folder = _MEMORY / f"checkin-test-{hashlib.sha256(str(slot.resolve()).encode()).hexdigest()[:12]}"
        folder.mkdir(exist_ok=True)
        pointer = slot / "elsewhere"  # for `make clean` after a run that was killed
        if not pointer.is_symlink():
            pointer.symlink_to(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


class Databases:
    """Databases on one server: a template, and clones of it by the test."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url).set(drivername="postgresql")
        self._names = (f"{_PREFIX}{os.getpid()}_{count}" for count in itertools.count())
        self.template = next(self._names)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without any table; dropped at the end, whoever still uses it."""
        with self._created(next(self._names), template="template0") as url:
            yield url

    @contextmanager
    def clean(self, copy_of: str = "") -> Iterator[str]:
        """The URL of a migrated database without any row; dropped at the end, whoever still uses it. With `copy_of`,
        the URL of another that nobody is connected to, it begins with what is in that."""
        template = make_url(copy_of).database if copy_of else None
        with self._created(next(self._names), template=template or self.template) as url:
            yield url

    @contextmanager
    def templated(self) -> Iterator[str]:
        """The template itself, for whoever migrates it."""
        self._drop_leftovers()
        with self._created(self.template, template="template0") as url:
            yield url

    @contextmanager
    def _created(self, name: str, *, template: str) -> Iterator[str]:
        # Copied file by file it takes a third of the time that logging each block does, on a server that does not sync.
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield self._url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _url(self, name: str) -> str:
        url: URL = self._server.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _run(self, command: str, *names: str) -> None:
        with self._connection() as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))

    def _drop_leftovers(self) -> None:
        """Databases of a test run that was killed, on the embedded server and on a shared one alike."""
        with self._connection() as connection:
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [_PREFIX.replace("_", r"\_") + "%"]
            ).fetchall()
        for (name,) in names:
            pid = int(name.removeprefix(_PREFIX).split("_")[0])
            if not Path(f"/proc/{pid}").exists():
                self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(self._server.render_as_string(hide_password=False), autocommit=True)


class RedisDatabases:
    """Empty Redis databases. On a server that is not ours only the last one is used, and only if nobody else does."""

    def __init__(self, url: str, *, ours: bool) -> None:
        self._url = make_url(url)
        # Taking turns keeps a worker left over from one test out of the next one's queues.
        self._numbers = itertools.cycle(range(16) if ours else [15])
        if not ours:
            with redis.Redis.from_url(self._at(15)) as client:
                assert not client.dbsize(), "Redis database 15 of REDIS_URL is not empty: the tests would empty it."

    @contextmanager
    def clean(self) -> Iterator[str]:
        """The URL of an empty Redis database, emptied again at the end."""
        url = self._at(next(self._numbers))
        with redis.Redis.from_url(url) as client:
            client.flushdb()
            yield url
            client.flushdb()

    def _at(self, number: int) -> str:
        return self._url.set(database=str(number)).render_as_string(hide_password=False)
