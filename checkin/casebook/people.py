"""Looking for somebody among everybody: by name, by number, by the reference a file knows them by, by group."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from checkin import people, phone
from checkin.casebook.opening import opened
from checkin.errors import BadInput
from checkin.people import Sought
from checkin.store.models import Group
from checkin.store.work import Work

PAGE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody in a list. `case` is the number of their open case, `severity` how bad it is; None: there is none."""

    id: UUID
    name: str
    status: str
    language: str
    prefers: str
    discreet: bool
    paused_until: datetime | None
    groups: Sequence[str]
    case: int | None
    severity: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of those who were found, and of how many."""

    people: Sequence[Found]
    total: int


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group to choose from."""

    id: UUID
    name: str


# At least this many digits and nothing else that a name has: a number, however it is written.
_A_NUMBER = re.compile(r"[+(]?(?:[\s().\-/]*[0-9]){5,20}[\s)]*")

# What is shown is looked up for the page alone, not for all who were found.
_ROWS = """
    WITH page AS (
        SELECT p.id, {fit} AS fit, count(*) OVER () AS total FROM {whom}
        WHERE (:everybody OR p.status <> 'ended')
        AND (CAST(:group AS uuid) IS NULL
             OR EXISTS (SELECT FROM memberships m WHERE m.person_id = p.id AND m.group_id = :group))
        ORDER BY {order} LIMIT :most OFFSET :offset
    )
    SELECT p.id, p.name, p.status, p.language, p.prefers, p.discreet, p.paused_until, k.number AS case_number,
           k.severity, page.fit, page.total,
           (SELECT coalesce(array_agg(g.name ORDER BY g.name), '{{}}') FROM memberships m
            JOIN groups g ON g.id = m.group_id WHERE m.person_id = p.id) AS groups
    FROM page JOIN people p ON p.id = page.id
    LEFT JOIN cases k ON k.person_id = p.id AND k.status <> 'closed'
"""
# Everybody, the newest first: ids are made in the order of time.
_EVERYBODY = _ROWS.format(fit="0", whom="people p", order="p.id DESC")
_BEHIND = _ROWS.format(
    fit="0",
    whom="(SELECT person_id FROM person_phones j JOIN phones h ON h.id = j.phone_id "
    "WHERE h.number_index = ANY(CAST(:indexes AS bytea[]))) f JOIN people p ON p.id = f.person_id",
    order="p.status = 'ended', p.id",
)
_BY_REF = _ROWS.format(fit="0", whom="(SELECT * FROM people WHERE ref = :ref) p", order="p.id")
# How well a word fits: the word itself, its beginning, its sound.
_FITS = """
    (SELECT person_id, max(CASE WHEN mark = ANY(CAST(:whole_{n} AS bytea[])) THEN 3
                                WHEN mark = ANY(CAST(:begins_{n} AS bytea[])) THEN 2 ELSE 1 END) AS fit
     FROM name_marks WHERE mark = ANY(CAST(:any_{n} AS bytea[])) GROUP BY person_id) f{n}
"""


def find(work: Work, query: str, group: UUID | None = None, *, everybody: bool = False, page: int = 1) -> Listing:
    """Return a page of the people whom `query` finds: the words of a name or their beginnings, a number in any form,
    a reference; with no query, everybody. Only those of one `group`; those who have left only with `everybody`.

    Raises BadInput with one sentence for what cannot be looked for.
    """
    query = " ".join(query.split())
    values: dict[str, Any] = {
        "group": group, "everybody": everybody, "most": PAGE, "offset": (max(page, 1) - 1) * PAGE,
    }  # fmt: skip
    if not query:
        return _listing(work, _EVERYBODY, values)
    if _A_NUMBER.fullmatch(query):
        # Whoever asks for a number wants to know whose it was as well.
        return _listing(work, _BEHIND, values | {"indexes": _indexes(work, query), "everybody": True})
    if words := people.sought(work, query):
        statement, marks = _by_name(words)
        if (found := _listing(work, statement, values | marks)).total:
            return found
    # References often look like names: whom a name finds goes before.
    by_ref = _listing(work, _BY_REF, values | {"ref": query})
    if not words and not by_ref.total:
        raise BadInput(f"Write at least {people.SHORTEST} letters of the name.")
    return by_ref


def _indexes(work: Work, query: str) -> list[bytes]:
    number = phone.parse(query, work.settings.country)
    return work.vault.indexes(number)


def _by_name(words: Sequence[Sought]) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {}
    for n, word in enumerate(words):
        values |= {f"whole_{n}": list(word.whole), f"begins_{n}": list(word.begins)}
        values[f"any_{n}"] = [*word.whole, *word.begins, *word.sounds]
    fits = [_FITS.format(n=n) for n in range(len(words))]
    joined = fits[0] + "".join(f" JOIN {fit} ON f{n}.person_id = f0.person_id" for n, fit in enumerate(fits[1:], 1))
    total = " + ".join(f"f{n}.fit" for n in range(len(words)))
    whom = f"{joined} JOIN people p ON p.id = f0.person_id"
    return _ROWS.format(fit=total, whom=whom, order="fit DESC, p.status = 'ended', p.id"), values


def _listing(work: Work, statement: str, values: dict[str, Any]) -> Listing:
    rows = work.conn.execute(text(statement), values).all()
    found = [(_found(work, row), row.fit) for row in rows]
    # Sealed names cannot be put in order by the database: it is the page that is.
    found.sort(key=lambda pair: (-pair[1], pair[0].status == "ended", pair[0].name.casefold()))
    return Listing([person for person, _ in found], rows[0].total if rows else 0)


def _found(work: Work, row: Row[Any]) -> Found:
    return Found(
        row.id,
        opened(work, row.name, "people.name"),
        row.status,
        row.language,
        row.prefers,
        row.discreet,
        row.paused_until,
        row.groups,
        row.case_number,
        row.severity,
    )


def groups(work: Work) -> list[GroupName]:
    """Return all groups by name."""
    return [GroupName(row.id, row.name) for row in work.conn.execute(select(Group.id, Group.name).order_by(Group.name))]
