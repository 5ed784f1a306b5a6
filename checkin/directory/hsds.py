"""What the directory knows of a service, said as HSDS 3.1 says it: one object with all that hangs on it. Pure.

What was said there by a UUID keeps it; whatever else needs an id has one made of what it hangs on, the same every
time. A value that HSDS 3.1 has no words for is left out rather than said wrongly (docs/directory.md says which).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from babel import Locale

from checkin.directory import places
from checkin.directory.mapping import everywhere

Row = Mapping[str, Any]
_DAYS = "MO,TU,WE,TH,FR,SA,SU"
_WEB = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
# A day on which no zone of Europe, the British Isles or North America has summer time.
_WINTER = datetime(2027, 1, 15, 12)  # noqa: DTZ001  # the zone is put in where it is used


def service(row: Row, organisation: Row | None, at: Sequence[tuple[Row, Row | None]]) -> dict[str, Any]:
    """Return a service with its organisation and its places: `at` are its listings, each with its location."""
    own = identity(row)
    told: dict[str, Any] = {
        "id": str(own),
        "name": row["name"],
        "alternate_name": row["alternate_name"],
        "description": row["description"],
        "url": _web(row["url"]),
        "email": _mail(row["email"]),
        "status": row["status"],
        "alert": row["alert"],
        "application_process": row["application"],
        "fees_description": row["fees"],
        "wait_time": row["wait_time"],
        "interpretation_services": row["interpretation"],
        "eligibility_description": row["eligibility"],
        "minimum_age": row["minimum_age"],
        "maximum_age": row["maximum_age"],
        "assured_date": _iso(row["assured_on"]),
        "last_modified": _iso(row["modified_at"]),
        "organization": _organisation(organisation) if organisation else None,
        "phones": _phones(own, row["phones"]),
        "schedules": _schedules(own, row["schedules"]),
        "languages": _languages(own, row["languages"]),
        "service_areas": _areas(own, row["areas"]),
        "contacts": [_with_id(own, "contact", n, one) for n, one in enumerate(row["contacts"])],
        "cost_options": [_with_id(own, "cost", n, one) for n, one in enumerate(row["costs"])],
        "attributes": list(_attributes(own, row["terms"])),
        "service_at_locations": list(_at(own, row, at)),
    }
    told["organization_id"] = told["organization"]["id"] if organisation else None
    return _said(told)


def identity(row: Row) -> UUID:
    """Return the id by which the source knows a row, if that is a UUID, else ours."""
    try:
        return UUID(row["source_id"])
    except ValueError:
        return UUID(str(row["id"]))


def _organisation(row: Row) -> dict[str, Any]:
    own = identity(row)
    return _said({
        "id": str(own),
        "name": row["name"],
        "alternate_name": row["alternate_name"],
        "description": row["description"],
        "website": _web(row["url"]),
        "email": _mail(row["email"]),
        "phones": _phones(own, row["phones"]),
    })  # fmt: skip


def _at(own: UUID, service_row: Row, at: Sequence[tuple[Row, Row | None]]) -> Iterator[dict[str, Any]]:
    """A listing of which nothing is known but the service is no place."""
    for n, (listing, location) in enumerate(at):
        if location is None and not any(listing[k] for k in ("source_id", "description", "phones", "schedules")):
            continue
        here = _id(own, "at", n, {"id": listing["source_id"]})
        areas = _own_areas(service_row, listing, location)
        yield _said({
            "id": str(here),
            "description": listing["description"],
            "phones": _phones(here, listing["phones"]),
            "schedules": _schedules(here, listing["schedules"]),
            "service_areas": _areas(here, areas),
            "location": _location(location) if location else None,
        })  # fmt: skip


def _own_areas(service_row: Row, listing: Row, location: Row | None) -> list[str]:
    """Areas that are a listing's own are kept as the keys it is found by."""
    known = [*service_row["areas"], *((location["town"], location["region"]) if location else ())]
    had = {f"t:{places.folded(name)}"[:100] for name in known if name}
    named = [k[2:] for k in listing["keys"] if k.startswith("t:") and k not in had]
    wide = "w" in listing["keys"] and any(k[:2] in {"t:", "d:", "g:"} for k in listing["keys"])
    return [*named, *(["Everywhere"] if wide and not any(everywhere(a) for a in service_row["areas"]) else [])]


def _location(row: Row) -> dict[str, Any]:
    own = identity(row)
    parts = {"address_1": row["address"], "city": row["town"], "state_province": row["region"],
             "postal_code": row["postcode"], "country": row["country"]}  # fmt: skip
    address = {"id": str(uuid5(own, "address")), **{k: v or "" for k, v in parts.items()}, "address_type": row["kind"]}
    return _said({
        "id": str(own),
        "location_type": row["kind"],
        "name": row["name"],
        "description": row["description"],
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "addresses": [address] if any(parts.values()) else [],
        "accessibility": [{"id": str(uuid5(own, f"access {n}")), "description": note}
                          for n, note in enumerate(row["access_notes"])],
        "phones": _phones(own, row["phones"]),
        "schedules": _schedules(own, row["schedules"]),
    })  # fmt: skip


def _phones(owner: UUID, phones: Sequence[Row]) -> list[dict[str, Any]]:
    found = []
    for n, phone in enumerate(phones):
        own = _id(owner, "phone", n, phone)
        # An extension is a number there: "007" would become 7.
        extension = str(phone.get("extension") or "")
        plain = extension.isascii() and extension.isdigit() and extension == str(int(extension))
        found.append(_said({
            "id": str(own),
            "number": phone["number"] if plain or not extension else f"{phone['number']} ext {extension}",
            "extension": int(extension) if plain else None,
            "type": phone.get("kind"),
            "description": phone.get("about"),
            "languages": _languages(own, phone.get("languages") or ()),
        }))  # fmt: skip
    return found


def _schedules(owner: UUID, schedules: Sequence[Row]) -> list[dict[str, Any]]:
    return [_said(told) for n, one in enumerate(schedules) if (told := _schedule(_id(owner, "schedule", n, one), one))]


def _schedule(own: UUID, hours: Row) -> dict[str, Any] | None:
    """Return a schedule; None for one that HSDS 3.1 cannot say: its rules are weekly or monthly."""
    freq, byday = hours.get("freq"), hours.get("byday")
    if freq == "DAILY" and hours.get("interval", 1) == 1 and not hours.get("count"):
        freq, byday = "WEEKLY", byday or _DAYS
    if freq not in {None, "WEEKLY", "MONTHLY"}:
        return None
    closed = hours.get("closed")
    description = hours.get("description")
    if closed and "closed" not in f"{description} {hours.get('notes')}".lower():
        description = f"Closed. {description}" if description else "Closed"
    same = ("interval", "count", "wkst", "bymonthday", "byyearday", "byweekno", "dtstart", "until", "valid_from",
            "valid_to", "notes")  # fmt: skip
    return {
        "id": str(own),
        "freq": freq,
        "byday": byday,
        **{name: hours.get(name) for name in same},
        "opens_at": None if closed else hours.get("opens_at"),
        "closes_at": None if closed else {"24:00": "23:59"}.get(hours.get("closes_at") or "", hours.get("closes_at")),
        "timezone": _from_utc(hours.get("zone")),
        "description": description,
        "attending_type": hours.get("attending"),
        "schedule_link": _web(hours.get("link")),
    }


def _from_utc(zone: str | None) -> float | int | None:
    """Return the hours that a zone is ahead of UTC in winter: HSDS 3.1 knows no names of zones."""
    offset = _WINTER.replace(tzinfo=ZoneInfo(zone)).utcoffset() if zone else None
    if offset is None:
        return None
    hours = offset.total_seconds() / 3600
    return int(hours) if hours.is_integer() else hours


def _languages(owner: UUID, codes: Sequence[str]) -> list[dict[str, Any]]:
    names = Locale("en").languages
    return [{"id": str(uuid5(owner, f"language {c}")), "code": c, "name": str(names.get(c, c))} for c in codes]


def _areas(owner: UUID, names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": str(uuid5(owner, f"area {n}")), "name": name} for n, name in enumerate(names)]


def _attributes(owner: UUID, terms: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for n, term in enumerate(terms):
        own = uuid5(owner, f"attribute {n}")
        told = {"id": str(own), **{k: term.get(k) for k in ("label", "value", "link_type")}}
        if term.keys() & {"id", "taxonomy", "code", "uri", "description"}:
            told["taxonomy_term"] = _said({
                "id": str(_id(own, "term", 0, term)),
                "name": term["name"],
                "description": term.get("description") or term["name"],
                "taxonomy": term.get("taxonomy"),
                "code": term.get("code"),
                "term_uri": _web(term.get("uri")),
            })  # fmt: skip
        else:
            told["label"] = term["name"]
        yield _said(told)


def _with_id(owner: UUID, kind: str, n: int, row: Row) -> dict[str, Any]:
    return _said({**row, "id": str(_id(owner, kind, n, row)), "email": _mail(row.get("email"))})


def _id(owner: UUID, kind: str, n: int, row: Row) -> UUID:
    try:
        return UUID(str(row.get("id")))
    except ValueError:
        return uuid5(owner, f"{kind} {n}")


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """HSDS has no nulls: what is not known is not there."""
    return {k: v for k, v in told.items() if v not in (None, [], "")}


def _web(url: str | None) -> str | None:
    """Return a web address as it is or with what is missing before it; None for none."""
    return next((u for u in (url, f"http://{url}") if url and _WEB.fullmatch(u or "")), None)


def _mail(email: str | None) -> str | None:
    return email if email and _MAIL.fullmatch(email) else None


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None
