"""One person as a row of texts: what a table of people holds, and what a form of the console shows.

`written` and `understand` are each other's opposites: what the one gives, the other takes, and nothing is lost between
them. What a row may say is what an organisation file may say: `load.somebody.person` understands all three.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import phonenumbers
import yaml
from sqlalchemy import Row, text

from checkin.load.nodes import Node
from checkin.load.somebody import PersonSpec, person
from checkin.people import NAMELESS
from checkin.phone import is_e164
from checkin.settings import Settings
from checkin.store.work import Work

# Every column, in the order in which they are exported. PINs and code words are in none: nobody reads them back.
COLUMNS = (
    "ref", "name", "phones", "status", "language", "zone", "area", "groups", "streams", "prefers", "discreet",
    "safe_to_text", "safe_to_call", "safe_from", "safe_to", "shared_phone", "voicemail", "ring_seconds",
    "missed_call_ok", "text_relay", "days", "at", "ladder", "gaps", "contacts",
)  # fmt: skip
_FLAGS = ("discreet", "safe_to_text", "safe_to_call", "shared_phone", "missed_call_ok", "text_relay")
_PLAIN = ("name", "language", "zone", "area", "status", "prefers", "voicemail", "ring_seconds")
_LISTS = ("streams", "contacts")
_PLAN = ("days", "at", "ladder")
# How a mistake within a row is named there.
_COLUMN_OF = {
    "plan.days": "days", "plan.at": "at", "plan.ladder": "ladder", "plan": "days", "safe_hours.from": "safe_from",
    "safe_hours.to": "safe_to", "contacts": "contacts",
}  # fmt: skip
_DAYS = {"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}
BETWEEN = " / "

PersonRow = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a row: its line in the file (1: the header), the column, and why."""

    line: int
    column: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.why}" if self.column else f"line {self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a row says. `groups` are names as they were written, and may still be several in one: see `apart`."""

    spec: PersonSpec
    groups: tuple[str, ...]


def parted(cell: str) -> list[str]:
    """Return the parts of a cell that holds several things."""
    return [part for piece in re.split("[/;,|]", cell) if (part := " ".join(piece.split()))]


def apart(names: Iterable[str], known: Container[str]) -> list[str]:
    """Return names of groups one by one: what is a name among those `known` (in small letters) is one, whatever is in
    it; anything else may be several."""
    return [part for name in names for part in ([name] if name.casefold() in known else parted(name))]


def understand(row: PersonRow, settings: Settings, line: int = 0) -> tuple[Understood, list[Wrong]]:
    """Return what a row says and what is wrong with it; with mistakes, what it says is not to be used."""
    fields: dict[str, Any] = {name: row[name] for name in ("ref", *_PLAIN) if row.get(name)}
    fields["phones"] = parted(row.get("phones", ""))
    fields |= {name: parted(row.get(name, "")) for name in _LISTS}
    fields |= {name: _flag(row[name]) for name in _FLAGS if row.get(name)}
    if row.get("safe_from") or row.get("safe_to"):
        fields["safe_hours"] = {"from": row.get("safe_from", ""), "to": row.get("safe_to", "")}
    if row.get("days"):
        fields["plan"] = {
            "days": _listed_days(row["days"]), "at": row.get("at", ""), "ladder": parted(row.get("ladder", "")),
            "gaps": dict(gap.rpartition(" ")[::2] for gap in parted(row.get("gaps", ""))),
        }  # fmt: skip
    n = Node(_mapping(fields, line), "")
    spec = person(n, settings.country, str(settings.zone))
    if spec.name == NAMELESS:
        spec = replace(spec, name="")
    groups = tuple(name for piece in row.get("groups", "").split(BETWEEN) if (name := piece.strip()))
    wrongs = [Wrong(m.line, _column(m.field), m.why) for m in n.mistakes]
    # One mistake may be looked at twice.
    return Understood(spec, groups), list(dict.fromkeys(wrongs))


def _column(field: str) -> str:
    return "gaps" if field.startswith("plan.gaps") else _COLUMN_OF.get(field, field)


def _flag(cell: str) -> str:
    return {"y": "yes", "1": "yes", "n": "no", "0": "no"}.get(cell.strip().lower(), cell)


def _listed_days(cell: str) -> list[str]:
    whole = " ".join(cell.lower().split())
    return [whole] if whole == "every day" else re.split(r"[\s/;,|]+", whole)


def _mapping(fields: Mapping[str, Any], line: int) -> yaml.MappingNode:
    mark = yaml.Mark("", 0, max(line, 1) - 1, 0, None, 0)

    def mapping(value: Mapping[str, Any]) -> yaml.MappingNode:
        pairs = [(node(name), node(one)) for name, one in value.items() if one not in ("", [], {})]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)

    def node(value: Any) -> yaml.Node:
        if isinstance(value, Mapping):
            return mapping(value)
        if isinstance(value, list):
            return yaml.SequenceNode("tag:yaml.org,2002:seq", [node(one) for one in value], mark, mark)
        return yaml.ScalarNode("tag:yaml.org,2002:str", value, mark, mark)

    return mapping(fields)


# --- reading them back ----------------------------------------------------------------------------------------------

_ROWS = text(
    """
    SELECT p.id, coalesce(p.ref, p.id::text) AS ref, p.name, p.status, p.language, p.zone, p.area, p.streams,
           p.invited_to, p.prefers, p.discreet, p.safe_to_text, p.safe_to_call, p.safe_from, p.safe_to, p.shared_phone,
           p.voicemail, p.ring_seconds, p.missed_call_ok, p.text_relay, n.rule, n.at, n.ladder, n.gaps,
           ARRAY(SELECT f.number FROM person_phones j JOIN phones f ON f.id = j.phone_id
                 WHERE j.person_id = p.id ORDER BY j.rank) AS phones,
           ARRAY(SELECT g.name FROM memberships m JOIN groups g ON g.id = m.group_id
                 WHERE m.person_id = p.id ORDER BY g.name) AS groups,
           ARRAY(SELECT coalesce(o.ref, o.id::text) FROM contacts c JOIN people o ON o.id = c.person_id
                 WHERE c.member_id = p.id ORDER BY c.rank) AS contacts
    FROM people p LEFT JOIN plans n ON n.person_id = p.id WHERE p.id = ANY(:people) ORDER BY p.id
    """
)


def written(work: Work, people: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return people as rows, by id; one statement."""
    rows = work.conn.execute(_ROWS, {"people": list(people)})
    return {row.id: _row(work, row) for row in rows}


def _row(work: Work, row: Row[Any]) -> dict[str, str]:
    found = dict.fromkeys(COLUMNS, "")
    found |= {name: str(getattr(row, name) or "") for name in ("ref", *_PLAIN) if name != "name"}
    found["name"] = work.vault.open(row.name, "people.name") or NAMELESS
    found |= {name: "yes" if getattr(row, name) else "no" for name in _FLAGS}
    numbers = [work.vault.open(number, "phones.number") for number in row.phones]
    found["phones"] = BETWEEN.join(said_number(number, work.settings.country) for number in numbers)
    found["groups"], found["contacts"] = BETWEEN.join(row.groups), BETWEEN.join(row.contacts)
    found["streams"] = BETWEEN.join(row.invited_to if row.status == "invited" else row.streams)
    if row.safe_from and row.safe_to:
        found["safe_from"], found["safe_to"] = f"{row.safe_from:%H:%M}", f"{row.safe_to:%H:%M}"
    if row.rule:
        found["days"], found["at"] = days_of(row.rule), f"{row.at:%H:%M}"
        found["ladder"] = BETWEEN.join(row.ladder)
        found["gaps"] = BETWEEN.join(f"{rung} {minutes}" for rung, minutes in sorted(row.gaps.items()))
    return found


def days_of(rule: str) -> str:
    """Return the days of a weekly rule as a row has them: "mon wed", "every day"."""
    days = rule.partition("BYDAY=")[2].split(";")[0]
    return " ".join(_DAYS[day] for day in days.split(",")) if days else "every day"


def said_number(number: str, country: str) -> str:
    """Return a number as people in `country` write it: with spaces, so that a spreadsheet takes it for text."""
    if not is_e164(number):
        return number
    parsed = phonenumbers.parse(number)
    style = phonenumbers.PhoneNumberFormat
    at_home = parsed.country_code == phonenumbers.country_code_for_region(country)
    return phonenumbers.format_number(parsed, style.NATIONAL if at_home else style.INTERNATIONAL)
