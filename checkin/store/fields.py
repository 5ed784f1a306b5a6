"""Every stored field, its kind and how long it is kept: read from `fields.toml`, where the words are explained."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("identity", "words", "secret", "index", "care", "reach", "happened", "organisation", "published", "link")
KEEPS = ("person", "words", "record", "case", "moment", "for_good")
# What may only lie in the database sealed, or as a hash.
PROTECTED = frozenset({"identity", "words", "secret", "index"})


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its kind (one of KINDS), how long its table is kept (one of KEEPS), and why it may lie open though
    its kind is protected (None: it need not)."""

    table: str
    column: str
    kind: str
    keep: str
    open_because: str | None = None
    sealed_for: str | None = None

    @property
    def sealed_as(self) -> str:
        """The name under which the vault seals it: its own, or that of the column it will move to."""
        return self.sealed_for or f"{self.table}.{self.column}"


@cache
def fields() -> tuple[Field, ...]:
    """Return every field, by table, in the order of the file."""
    read = tomllib.loads(files(__package__).joinpath("fields.toml").read_text(encoding="utf-8"))
    reasons, moves = read.pop("open"), read.pop("sealed_for")
    return tuple(
        Field(table, column, kind, entry["keep"], reasons.get(f"{table}.{column}"), moves.get(f"{table}.{column}"))
        for table, entry in read.items()
        for kind in entry
        if kind != "keep"
        for column in entry[kind].split()
    )


def page() -> str:
    """Return the inventory as a page of Markdown."""
    lines = [
        "# Every stored field",
        "",
        "Made by `checkin db fields` from `checkin/store/fields.toml`, which says what the words mean; a test holds it",
        "against the tables. Identity, words and secrets lie in the database sealed (AES-256-GCM) or as a hash, except",
        "where a reason is given. `retention.py` and `docs/records.md` say how long each length of keeping is.",
        "",
        "| table | kept | kind | fields |",
        "| --- | --- | --- | --- |",
    ]
    for table in dict.fromkeys(field.table for field in fields()):
        for kind in KINDS:
            found = [field for field in fields() if (field.table, field.kind) == (table, kind)]
            if found:
                names = ", ".join(f"{f.column} ({f.open_because})" if f.open_because else f.column for f in found)
                lines.append(f"| {table} | {found[0].keep.replace('_', ' ')} | {kind} | {names} |")
    return "\n".join(lines) + "\n"
