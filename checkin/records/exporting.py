"""All that is stored of one person, as values: what they are entitled to see (UK GDPR, articles 15 and 20).

Which tables hold something of somebody follows from the tables themselves: each that goes when the person goes, and
what hangs on their cases. What opens a door (a PIN, a code word) and what only finds things (keyed hashes) is left out.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from html import escape
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, or_, select

from checkin.errors import BadInput
from checkin.records.evidence import evidence
from checkin.store.fields import fields
from checkin.store.models import Base, Case, Person, PersonPhone, Phone
from checkin.store.work import Work

# Who of the staff did something is not about them; what they themselves are is.
_ACTORS = frozenset({"staff_id", "by", "taken_by", "closed_by", "close_asked_by", "offered_to"})
_JSON = frozenset({"messages.arguments"})
# What lies in two tables is one thing to whoever reads it, the older first.
_AS_ONE = {"past_messages": "messages"}
_LEFT_OUT = frozenset({"secret", "index"})


def export(work: Work, person_id: UUID) -> dict[str, Any]:
    """Return everything of one person: `tables` by name, each a list of rows, and `consent`, the evidence of it.
    Moments are ISO 8601. Raises BadInput when there is nobody of this id."""
    if work.conn.execute(select(Person.id).where(Person.id == person_id)).first() is None:
        raise BadInput("There is nobody of this id.")
    tables: dict[str, list[dict[str, Any]]] = {}
    for table, about in _tables(person_id):
        kinds = {field.column: field.kind for field in fields() if field.table == table.name}
        shown = [column for column in table.columns if kinds.get(column.name) not in _LEFT_OUT]
        rows = work.conn.execute(select(*shown).where(about).order_by(*table.primary_key.columns)).mappings()
        if found := [{c.name: _value(work, c, row[c.name]) for c in shown} for row in rows]:
            as_one = _AS_ONE.get(table.name, table.name)
            tables[as_one] = found + tables.get(as_one, [])
    return {"person": str(person_id), "made_at": work.now.isoformat(), "tables": tables,
            "consent": evidence(work, person_id)}  # fmt: skip


def _tables(person_id: UUID) -> Iterator[tuple[Table, Any]]:
    """Yield each table that holds something of somebody, with the condition that finds it."""
    theirs = select(Case.id).where(Case.person_id == person_id)
    numbers = select(PersonPhone.phone_id).where(PersonPhone.person_id == person_id)
    for table in Base.metadata.sorted_tables:
        if table.name == Person.__tablename__:
            yield table, table.c.id == person_id
        elif table.name == Phone.__tablename__:
            yield table, table.c.id.in_(numbers)
        elif "case_id" in table.c and table.name != "alerts":
            yield table, table.c.case_id.in_(theirs)
        elif columns := columns_about(table):
            yield table, or_(*(column == person_id for column in columns))


def columns_about(table: Table) -> list[Column[Any]]:
    """Return the columns by which a table's rows are somebody's own: the row goes when they go."""
    return [
        key.parent
        for key in table.foreign_keys
        if key.column.table.name == "people" and key.ondelete == "CASCADE" and key.parent.name not in _ACTORS
    ]


def _value(work: Work, column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        name = next(f.sealed_as for f in fields() if (f.table, f.column) == (column.table.name, column.name))
        return work.vault.open_json(value, name) if name in _JSON else work.vault.open(value, name)
    return value.isoformat() if isinstance(value, datetime | date | time) else _plain(value)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto}table{border-collapse:collapse;width:100%;"
    "margin-bottom:2rem}td,th{border:1px solid #999;padding:.3rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}"
)
_READ_FIRST = "Words of others about this person are in it: whoever hands it over reads it first."


def readable(found: dict[str, Any], title: str) -> str:
    """Return an export as a page that anybody can open and print, without anything from elsewhere."""
    name = escape(title)
    parts = [
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{name}</title><style>{_STYLE}</style></head>",
        f"<body><h1>{name}</h1><p>Made on {escape(found['made_at'])}. Moments are in UTC. {_READ_FIRST}</p>",
    ]
    for table, rows in found["tables"].items():
        parts.append(f"<h2>{escape(table.replace('_', ' ').capitalize())}</h2>")
        for row in rows:
            cells = "".join(
                f"<tr><th scope=row>{escape(name.replace('_', ' '))}</th><td><bdi>{escape(str(value))}</bdi></td></tr>"
                for name, value in row.items()
                if value not in (None, "", [], {}) and not name.endswith("_id") and name != "id"
            )
            parts.append(f"<table>{cells}</table>")
    parts.append("<h2>Consent</h2>")
    for line in found["consent"]["lines"]:
        said = line["sentence"] if isinstance(line["sentence"], str) else (line["sentence"] or {}).get("text", "")
        parts.append(
            f"<p>{escape(line['at'])}: {escape(line['stream'])} {escape(line['change'])}, {escape(line['how'])}. "
            f"{escape(said or '')} <small>{escape(line['hash'])}</small></p>"
        )
    parts.append(f"<p>Hash of the whole: <code>{escape(found['consent']['hash'])}</code></p></body></html>")
    return "\n".join(parts)
