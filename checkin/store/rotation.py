"""Sealing everything anew under the current key, while the line runs.

A row is done when each of its sealed values begins with the id of the current key: there is no other record of how
far it is, so it can be broken off and run again at any time. Blind indexes are made anew with the value they find.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Table, Update, bindparam, func, or_, select, true, tuple_, update

from checkin.store.fields import Field, fields
from checkin.store.models import Base
from checkin.store.vault import Vault
from checkin.store.work import Store, Work

# Rows in one transaction: a few milliseconds each, so that nobody who waits for one of them notices.
_LOT = 200
# A row that somebody else held is met again in the next pass.
_PASSES = 5


Follow = Callable[[Work, Sequence[RowMapping]], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with sealed columns: `columns` leads from each to the name it is sealed under, `indexes` to the blind
    index made from it."""

    table: Table
    columns: Mapping[str, str]
    indexes: dict[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """The names of its primary key."""
        return tuple(column.name for column in self.table.primary_key)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rotation is: rows of `table` sealed anew so far, and rows there still to do (None: not counted yet)."""

    table: str
    done: int
    left: int


def sealed_tables() -> tuple[Sealed, ...]:
    """Return every table with something sealed in it."""
    found = []
    for name, table in sorted(Base.metadata.tables.items()):
        own = [f for f in fields() if f.table == name]
        columns = {f.column: f.sealed_as for f in own if _is_sealed(f, table)}
        if columns:
            indexes = {c: f"{c}_index" for c in columns if f"{c}_index" in table.columns}
            found.append(Sealed(table, columns, indexes))
    return tuple(found)


def _is_sealed(field: Field, table: Table) -> bool:
    return field.kind in {"identity", "words", "secret"} and table.columns[field.column].type.python_type is bytes


def left(work: Work, sealed: Sealed) -> int:
    """Return how many rows of a table hold something under a key that is not the current one."""
    counted = select(func.count()).select_from(sealed.table).where(_stale(work.vault, sealed))
    return int(work.conn.execute(counted).scalar_one())


def keys_used(work: Work) -> list[str]:
    """Return the ids of the keys under which anything is sealed, in order."""
    found: set[bytes] = set()
    for sealed in sealed_tables():
        for name in sealed.columns:
            column = sealed.table.columns[name]
            # The first byte is how long the id is that follows it.
            size = func.get_byte(column, 0) + 1
            ids = select(func.substring(column, 1, size)).where(func.length(column) > 0).distinct()
            found |= {bytes(one) for one in work.conn.execute(ids).scalars()}
    return sorted(one[1:].decode("ascii", "replace") for one in found)


def rotate(store: Store, now: datetime, follow: Mapping[str, Follow]) -> Iterator[Progress]:
    """Seal everything anew under the current key, yielding after every lot. Rows in somebody's hands are left for
    another pass; when rows are still left at the end, run it again. `follow` is called with each lot of a table, as it
    was, to do anew what was made of it elsewhere. Raises CannotOpen when a key is missing."""
    for sealed in sealed_tables():
        with store.work(now) as work:
            waiting = left(work, sealed)
        done = 0
        yield Progress(sealed.table.name, done, waiting)
        for _ in range(_PASSES):
            for count in _pass(store, now, sealed, follow.get(sealed.table.name)):
                done += count
                yield Progress(sealed.table.name, done, max(0, waiting - done))
            with store.work(now) as work:
                waiting = left(work, sealed) + done
            if waiting == done:
                break
        yield Progress(sealed.table.name, done, waiting - done)


def _pass(store: Store, now: datetime, sealed: Sealed, follow: Follow | None) -> Iterator[int]:
    """Go once through a table in the order of its key, yielding how many rows each lot had."""
    key = tuple_(*sealed.table.primary_key)
    columns = [sealed.table.columns[name] for name in (*sealed.key, *sealed.columns)]
    after: ColumnElement[bool] = true()
    while True:
        with store.work(now) as work:
            lot = select(*columns).where(after, _stale(work.vault, sealed)).order_by(*sealed.table.primary_key)
            rows = work.conn.execute(lot.limit(_LOT).with_for_update(skip_locked=True)).mappings().all()
            if not rows:
                return
            work.conn.execute(_update(sealed), [_anew(work.vault, sealed, row) for row in rows])
            if follow is not None:
                follow(work, rows)
        after = key > tuple_(*(rows[-1][name] for name in sealed.key))
        yield len(rows)


def _anew(vault: Vault, sealed: Sealed, row: RowMapping) -> dict[str, object]:
    """Return a row's values for `_update`."""
    values: dict[str, object] = {f"old_{name}": row[name] for name in sealed.key}
    for column, where in sealed.columns.items():
        opened = None if row[column] is None else vault.open(row[column], where)
        values[f"new_{column}"] = None if opened is None else vault.seal(opened, where)
        if column in sealed.indexes and opened is not None:
            values[f"new_{sealed.indexes[column]}"] = vault.index(opened)
    return values


def _update(sealed: Sealed) -> Update:
    changed = (*sealed.columns, *sealed.indexes.values())
    return (
        update(sealed.table)
        .where(*(sealed.table.columns[name] == bindparam(f"old_{name}") for name in sealed.key))
        .values({name: bindparam(f"new_{name}") for name in changed})
    )


def _stale(vault: Vault, sealed: Sealed) -> ColumnElement[bool]:
    """What holds of a row that is not done. An empty column is no value under another key: NULL is not true."""
    columns = (sealed.table.columns[name] for name in sealed.columns)
    return or_(*(func.substring(column, 1, len(vault.prefix)) != vault.prefix for column in columns))
