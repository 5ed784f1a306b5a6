"""What must lie nowhere in the open when a story is over: numbers, names, what people wrote and said, keys and tokens.

Looked for in every table (but for names, which short words resemble), in what the processes logged, in Redis with its
jobs, and among the counted numbers; and what is sealed must open, each value under the name of its own column, or it
could never be sealed anew.
"""

import base64
import re
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from checkin.store.models import Base, Person
from checkin.store.rotation import sealed_tables
from checkin.store.vault import Vault

# Shorter ones are said by anybody, and stand in codes: "yes", "NEXT", "1".
_SHORTEST = 12


def telling(numbers: Iterator[str], said: list[str], secrets: list[str]) -> set[str]:
    """Return what must not be found: numbers without their prefix, longer texts, and secrets."""
    return {n[-9:] for n in numbers} | {words for words in said if len(words) >= _SHORTEST} | set(secrets)


def in_tables(engine: Engine, hidden: set[str]) -> list[str]:
    """Return where in the database something hidden lies in the open."""
    found = []
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            whole: sa.Select[tuple[str]] = sa.select(sa.literal_column("t::text")).select_from(table.alias("t"))
            rows = connection.execute(whole).scalars()
            found += [f"{word!r} in {table.name}: {row[:200]}" for row in rows for word in hidden if word in row]
    return found


def in_redis(client: Any, hidden: set[str]) -> list[str]:
    """Return the keys of Redis that hold something hidden: jobs with their arguments, and why failed ones failed."""
    found = []
    for key in client.keys("*"):
        held = key + b"".join(_unpacked(value) for value in _values(client, key))
        found += [f"{word!r} in {key!r}" for word in hidden if word.encode() in held]
    return found


def all_of(client: Any) -> str:
    """Return all that Redis holds, unpacked, as text."""
    held = (_unpacked(value) for key in client.keys("*") for value in _values(client, key))
    return b"\n".join(held).decode("utf-8", "replace")


def names(engine: Engine, vault: Vault) -> re.Pattern[str]:
    """Return what finds the name of anybody on the line, as a word of its own."""
    with engine.connect() as connection:
        sealed = connection.execute(sa.select(Person.name)).scalars().all()
    found = {vault.open(name, "people.name") for name in sealed} - {""}
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(found)) or "(?!)")


def _values(client: Any, key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"hash":
            yield from client.hgetall(key).values()
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            yield from (value for _, entry in client.xrange(key) for value in entry.values())
        case _:
            yield client.get(key) or b""


def _unpacked(value: bytes | str) -> bytes:
    packed = value if isinstance(value, bytes) else value.encode()
    for unpack in (zlib.decompress, lambda it: zlib.decompress(base64.b64decode(it))):
        try:
            return unpack(packed)
        except (zlib.error, ValueError):
            continue
    return packed


def opens(engine: Engine, vault: Vault) -> None:
    """Open every sealed value under the name of its own column. Raises CannotOpen."""
    with engine.connect() as connection:
        for sealed in sealed_tables():
            for row in connection.execute(sa.select(*(sealed.table.columns[c] for c in sealed.columns))):
                for name, value in zip(sealed.columns.values(), row, strict=True):
                    if value is not None:
                        vault.open(value, name)
