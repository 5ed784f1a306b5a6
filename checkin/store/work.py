"""What a piece of work is done with: one transaction, the keys, the settings, and the moment it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, Insert, insert
from sqlalchemy.exc import DBAPIError, OperationalError

from checkin.settings import Settings
from checkin.store.models import Base
from checkin.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction. `now` (aware, UTC) is the moment it works at; nothing below reads a clock."""

    conn: Connection
    vault: Vault
    settings: Settings
    now: datetime
    wake: set[str] = field(default_factory=set)
    """What was left for the workers to do at once ("fire"): the door rings for it after the commit."""

    def add(self, model: type[Base], **values: object) -> None:
        """Insert one row."""
        self.conn.execute(insert(model.__table__), values)  # type: ignore[arg-type]  # a declarative model's Table

    def add_all(self, model: type[Base], rows: list[dict[str, object]]) -> None:
        """Insert many rows in one go; none is none."""
        if rows:
            self.conn.execute(_insert(model), rows)


def _insert(model: type[Base]) -> Insert:
    return insert(model.__table__)  # type: ignore[arg-type]  # a declarative model's Table


@dataclass(frozen=True, slots=True)
class Store:
    """The database, the keys and the settings, put together once by `bootstrap`."""

    engine: Engine
    vault: Vault
    settings: Settings

    @contextmanager
    def work(self, now: datetime) -> Iterator[Work]:
        """Open a transaction for work at `now`; commit at the end, roll back on any exception."""
        with self.engine.begin() as connection:
            yield Work(connection, self.vault, self.settings, now)


def is_away(error: DBAPIError) -> bool:
    """Tell whether an error means that the database cannot be reached (another try later may work)."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def as_uuid(text: str) -> UUID | None:
    """Return the id in `text`, or None when there is none: ids come in from addresses that anybody can type."""
    try:
        return UUID(text)
    except ValueError:
        return None
