"""The parts of a record that say one thing each: numbers, ages, languages, terms, costs, who to ask for."""

import re
from collections.abc import Mapping
from typing import Any

from checkin.directory.languages import code_of
from checkin.directory.model import Kind, Phone
from checkin.directory.node import Node
from checkin.directory.numbers import read_phone, shown

Row = dict[str, Any]

_STATUSES = ("active", "inactive", "defunct", "temporarily closed")
_EXTENSION = re.compile("[0-9]{1,7}")
_KINDS: Mapping[str, Kind] = {"text": "text", "sms": "text", "textphone": "textphone", "tty": "textphone", "fax": "fax"}


def phones(node: Node, country: str, home: str) -> list[Phone]:
    """Return the numbers of something and of its contacts, each once. They are read as numbers of `country`, and shown
    as people at `home` write them."""
    found: dict[str, Phone] = {}
    for one in [*node.each("phones"), *(p for c in node.each("contacts") for p in c.each("phones"))]:
        if (phone := _phone(one, country, home)) is not None:
            found.setdefault(phone["number"], phone)
    return list(found.values())


def _phone(node: Node, country: str, home: str) -> Phone | None:
    written = node.text("number", most=100)
    if written is None:
        return None
    number, extension = read_phone(written, country)
    if number is None:
        node.problem("number", written, "a telephone number")
        return None
    kind = _KINDS.get((node.text("type") or "voice").lower(), "voice")
    phone = Phone(number=number, shown=shown(number, home), kind=kind)
    said = node.text("extension")
    if said and not _EXTENSION.fullmatch(said):
        node.problem("extension", said, "an extension")
        said = None
    if extension := said or extension:
        phone["extension"] = extension
    if about := node.text("description", most=500):
        phone["about"] = about
    if spoken := languages(node, "language"):
        phone["languages"] = spoken
    if source := node.text("id"):
        phone["id"] = source
    return phone


def status(node: Node) -> str:
    """Return one of HSDS's four; what is none of them is not active."""
    written = (node.text("status") or "active").lower()
    if written not in _STATUSES:
        node.problem("status", written, "a status")
        return "inactive"
    return written


def eligibility(node: Node) -> Row:
    """Return ages and words, also as HSDS 1 has them, in a list of their own."""
    said = [t for t in (node.text("eligibility_description"),) if t]
    ages = {name: node.number(name) for name in ("minimum_age", "maximum_age")}
    for one in node.each("eligibilitys", "eligibility"):
        said += [t for t in (one.text("eligibility"),) if t]
        ages = {name: one.number(name) if age is None else age for name, age in ages.items()}
    row: Row = {"eligibility": "\n".join(said) or None}
    for name, age in ages.items():
        if age is not None and not 0 <= age <= 150:
            node.problem(name, f"{age:g}", "an age")
        row[name] = int(age) if age is not None and 0 <= age <= 150 else None
    return row


def terms(node: Node) -> list[Row]:
    """Return what a service is filed under; each term has a name."""
    found = []
    for one in node.each("attributes", "service_taxonomys"):
        term = one.one("taxonomy_term", "taxonomy")
        name = term.text("name", "term", most=200) if term is not None else one.text("label", "value", most=200)
        if name is None:
            continue
        row = {"name": name, **{k: v for k in ("label", "value", "link_type") if (v := one.text(k, most=200)) != name}}
        if term is not None:
            row |= {"id": term.text("id"), "taxonomy": term.text("taxonomy", "vocabulary"), "code": term.text("code"),
                    "uri": term.text("term_uri"), "description": term.text("description", most=500)}  # fmt: skip
        row = {k: v for k, v in row.items() if v and (k != "description" or v != name)}
        found.append(row)
    return found


def languages(node: Node, own: str = "") -> list[str]:
    """Return the codes of the languages that are named, also in a field of their `own`."""
    found = []
    for one in node.each("languages"):
        code, name = one.text("code"), one.text("name", "language")
        found.append(code_of(code, name))
        if (code or name) and found[-1] is None:
            one.problem("code" if code else "name", code or name, "a language")
    found += [code_of(None, name) for name in (node.words(own) if own else [])]
    return sorted({code for code in found if code})


def contacts(node: Node) -> list[Row]:
    """Return who to ask for; their numbers are among the service's (`phones`)."""
    rows = []
    for one in node.each("contacts"):
        row = {k: one.text(k, most=300) for k in ("id", "name", "title", "department", "email")}
        one.value("phones")
        rows.append({k: v for k, v in row.items() if v})
    return [row for row in rows if row]


def costs(node: Node) -> list[Row]:
    """Return what it costs."""
    rows = []
    for one in node.each("cost_options"):
        row: Row = {k: one.text(k) for k in ("id", "option", "currency", "amount_description")}
        row["amount"] = one.number("amount")
        row |= {k: day.isoformat() for k in ("valid_from", "valid_to") if (day := one.day(k))}
        rows.append({k: v for k, v in row.items() if v is not None})
    return rows


def country(node: Node) -> str | None:
    """Return the code (ISO 3166) of an address's country; None for one that is not known by its code."""
    written = node.text("country")
    bare = (written or "").strip().upper()
    bare = {"UK": "GB", "UNITED KINGDOM": "GB", "ENGLAND": "GB", "USA": "US", "UNITED STATES": "US"}.get(bare, bare)
    if re.fullmatch("[A-Z]{2}", bare):
        return bare
    if written:
        node.problem("country", written, "the code of a country")
    return None
