"""What a piece of work is done with: one transaction, the keys, the settings, and the moment it is."""

import math
import re
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, Insert, insert
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from checkin.settings import Settings
from checkin.store.models import Base
from checkin.store.vault import Vault


class Write(NamedTuple):
    """A statement that returns nothing, and its values."""

    statement: str
    values: Mapping[str, object]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Memory:
    """What one process remembers of the database for a moment, instead of asking again at every text.

    Only for what may be a moment old. Its age is counted on the machine's clock: a rehearsal's may stand still.
    """

    _found: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def recall(self, key: str, seconds: float, ask: Callable[[], T]) -> T:
        """Return what `ask` returned at most `seconds` ago, asking now when that is longer. Threads may both ask."""
        at, found = self._found.get(key, (-math.inf, None))
        if clock.monotonic() - at > seconds:
            found = ask()
            self._found[key] = (clock.monotonic(), found)
        answer: T = found
        return answer


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction. `now` (aware, UTC) is the moment it works at; nothing below reads a clock."""

    conn: Connection
    vault: Vault
    settings: Settings
    now: datetime
    wake: set[str] = field(default_factory=set)
    """What was left for the workers to do at once ("fire"): the door rings for it after the commit."""

    behind: dict[str, Write] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    def write_behind(self, key: str, statement: str, values: Mapping[str, object]) -> None:
        """Write something that nobody reads again in this transaction: SQL with "%(name)s" for a value.

        All such writes go out together before the commit, in no particular order; of two with the same `key` only the
        later one does. To ask the database once instead of four times is most of what a text costs.
        """
        self.behind[key] = Write(statement, values)

    def flush(self) -> None:
        """Write now what was to be written behind: something is about to read it. Raises RepeatedError."""
        if self.behind:
            writes = list(self.behind.values())
            self.behind.clear()
            _write(self, writes)

    def rows(self, statement: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Run SQL with "%(name)s" for a value and return its rows, [] for none; raises DBAPIError as `conn` does.

        For what every text needs, and nothing else: straight to the driver costs half of what SQLAlchemy does.
        """
        with self._driver(statement) as driver:
            cursor = driver.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def many(self, statement: str, values: Sequence[Mapping[str, object]]) -> None:
        """Run one statement that returns nothing for each of many values, without waiting in between."""
        with self._driver(statement) as driver, driver.cursor() as cursor:
            cursor.executemany(statement, values)

    @contextmanager
    def _driver(self, statement: str) -> Iterator[Any]:
        """Lend the driver's connection; what it raises is raised as SQLAlchemy would."""
        driver: Any = self.conn.connection.driver_connection
        try:
            yield driver
        except psycopg.Error as error:
            gone = self.conn.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]  # psycopg's own error
            if gone:
                # As SQLAlchemy does: where one connection died, the others of the pool are dead as well.
                self.conn.invalidate(error)
                self.conn.engine.dispose()
            raise DBAPIError.instance(
                statement, None, error, psycopg.Error, connection_invalidated=gone, dialect=self.conn.dialect
            ) from error

    def add(self, model: type[Base], **values: object) -> None:
        """Insert one row."""
        self.conn.execute(_insert(model), values)

    def add_all(self, model: type[Base], rows: list[dict[str, object]]) -> None:
        """Insert many rows in one go; none is none."""
        if rows:
            self.conn.execute(_insert(model), rows)


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(model.__table__)  # type: ignore[arg-type]  # a declarative model's Table


@dataclass(frozen=True, slots=True)
class Store:
    """The database, the keys and the settings, put together once by `bootstrap`."""

    engine: Engine
    vault: Vault
    settings: Settings
    memory: Memory = field(default_factory=Memory)

    @contextmanager
    def work(self, now: datetime) -> Iterator[Work]:
        """Open a transaction for work at `now`; commit at the end, roll back on any exception."""
        with self.engine.begin() as connection:
            work = Work(connection, self.vault, self.settings, now, memory=self.memory)
            yield work
            work.flush()


# From so many alike on they go to the server as one list: a statement for hundreds would be planned for ever.
_A_LIST = 8


def _write(work: Work, writes: Sequence[Write]) -> None:
    alike = Counter(write.statement for write in writes)
    for statement, many in alike.items():
        if many >= _A_LIST:
            work.many(statement, [write.values for write in writes if write.statement == statement])
    writes = [write for write in writes if alike[write.statement] < _A_LIST]
    if not writes:
        return
    values = {f"{name}_{i}": value for i, write in enumerate(writes) for name, value in write.values.items()}
    try:
        work.rows(_together(tuple(write.statement for write in writes)), values)
    except IntegrityError as error:
        cause = error.orig
        if isinstance(cause, psycopg.errors.UniqueViolation) and cause.diag.constraint_name == "uq_messages_sid":
            raise RepeatedError from error
        raise


@cache
def _together(statements: tuple[str, ...]) -> str:
    """Return one statement that does all of these: PostgreSQL runs every part of a WITH that writes."""
    parts = [re.sub(r"%\((\w+)\)s", rf"%(\1_{i})s", statement) for i, statement in enumerate(statements)]
    named = ", ".join(f"write_{i} AS ({part})" for i, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}" if named else parts[-1]


class RepeatedError(Exception):
    """What was to be stored is stored already: this was handled before. Nothing of the second time is kept."""


# SQLSTATE classes (PostgreSQL, appendix A): 08 connection, 53 out of resources, 57 shutting down.
_AWAY = ("08", "53", "57")
# 40: the transaction lost a race (deadlock, serialization) and is to be done again.
_LOST_RACE = "40"


def is_away(error: DBAPIError) -> bool:
    """Tell whether an error means that the database cannot be used just now, not that we asked for nonsense."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) if state is None else str(state).startswith(_AWAY)


def lost_race(error: DBAPIError) -> bool:
    """Tell whether the same work done again can be expected to succeed."""
    return str(getattr(error.orig, "sqlstate", None) or "").startswith(_LOST_RACE)


def as_uuid(text: str) -> UUID | None:
    """Return the id in `text`, or None when there is none: ids come in from addresses that anybody can type."""
    try:
        return UUID(text)
    except ValueError:
        return None
