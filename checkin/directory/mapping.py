"""A source's record, mapped once: HSDS 3.0 and 3.1, HSDS-UK 3.0, ORUK 1.0 and what lies between them.

A record may be a service, a service at a location, or an organisation with its services; out of each come rows for the
store. Names that only older versions use stand behind the newer ones in each `node.…(…)`. What is not mapped is counted
(`node.Node`), and the whole record is kept with the service.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from checkin.conversation.needs import needs_of_service
from checkin.directory import fields, places
from checkin.directory.access import access_of
from checkin.directory.cleaning import TooDeep, harmless
from checkin.directory.languages import languages_in
from checkin.directory.node import Node
from checkin.directory.schedules import read_schedules
from checkin.directory.zones import zone_of

# Part of every digest: a release that maps otherwise maps everything anew.
_VERSION = 2
_EVERYWHERE = re.compile(
    r"(?:the )?(?:uk|united kingdom|great britain|gb|england|scotland|wales|cymru|northern ireland|ireland|usa?|"
    r"united states|australia|national(?:ly)?|nationwide|uk wide|anywhere|everywhere|online|worldwide)"
)
Row = fields.Row


class NotAService(ValueError):
    """A record is none of the kinds that are read. Its words say what it looks like."""


@dataclass(slots=True)
class Mapped:
    """The rows of one service."""

    service: Row
    organisation: Row | None
    locations: list[Row]
    listings: list[Row]


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps the records of one feed. `losses` counts by path what was not mapped; it grows with every record."""

    feed: UUID
    country: str
    zone: str
    districts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Where postcode districts are, for locations that say no degrees."""
    losses: Counter[str] = field(default_factory=Counter)

    def map(self, record: object) -> Iterator[tuple[Mapped, list[str]]]:
        """Yield the services in a record, each with the problems in it. Raises NotAService."""
        try:
            clean = harmless(record)
        except TooDeep as error:
            raise NotAService("it is nested deeper than any record is") from error
        if not isinstance(clean, dict):
            raise NotAService(f"it is not an object but {type(record).__name__}")
        for service in _services(clean):
            problems: list[str] = []
            node = Node(service, "", problems, self.losses)
            mapped = self._service(node)
            node.leave()
            yield mapped, problems

    def _service(self, node: Node) -> Mapped:
        source = node.text("id")
        name = node.text("name", most=300)
        if not source or not name:
            raise NotAService(f"it has no {'name' if source else 'id'}")
        organisation = self._organisation(node)
        phones = fields.phones(node, self.country, self.country)
        terms = fields.terms(node)
        areas = [a for one in node.each("service_areas") if (a := one.text("name", "service_area", "description"))]
        languages = fields.languages(node)
        row = {
            "id": self._id("service", source),
            "feed_id": self.feed,
            "source_id": source,
            "organisation_id": organisation["id"] if organisation else self._referred(node),
            "name": name,
            "alternate_name": node.text("alternate_name", most=300),
            "description": node.text("description"),
            "url": node.text("url", most=500),
            "email": node.text("email", most=300),
            "status": fields.status(node),
            "alert": node.text("alert"),
            "application": node.text("application_process"),
            "fees": node.text("fees_description", "fees"),
            "wait_time": node.text("wait_time"),
            "interpretation": node.text("interpretation_services"),
            **fields.eligibility(node),
            "assured_on": node.day("assured_date"),
            "modified_at": node.moment("last_modified"),
            "phones": phones,
            "schedules": read_schedules(node, self.zone),
            "terms": terms,
            "contacts": fields.contacts(node),
            "costs": fields.costs(node),
            "areas": areas,
            "record": node.record,
            "digest": _digest(node.record),
        }
        row["languages"] = sorted({*languages, *languages_in(row["interpretation"])})
        row["needs"] = list(needs_of_service(name, " , ".join(t["name"] for t in terms), row["description"] or ""))
        locations, listings = self._places(node, row, areas)
        return Mapped(row, organisation, locations, listings)

    def _places(self, node: Node, service: Row, areas: list[str]) -> tuple[list[Row], list[Row]]:
        wanted = [f"n:{need}" for need in service["needs"]] if service["status"] == "active" else []
        locations: list[Row] = []
        listings: list[Row] = []
        for one in node.each("service_at_locations"):
            inner = one.one("location")
            location = self._location(inner) if inner is not None else None
            own = [*areas, *(a for area in one.each("service_areas") if (a := area.text("name", "service_area")))]
            listing = {
                "id": uuid5(service["id"], str(location["id"]) if location else f"at {len(listings)}"),
                "service_id": service["id"],
                "location_id": location["id"] if location else None,
                "source_id": one.text("id"),
                "description": one.text("description"),
                "phones": fields.phones(one, self.country, self.country),
                "schedules": read_schedules(one, self.zone),
                "latitude": location["latitude"] if location else None,
                "longitude": location["longitude"] if location else None,
                "keys": [],
            }
            if all(had["id"] != listing["id"] for had in listings):
                listings.append(listing | {"keys": [*wanted, *_where(location, own)] if wanted else []})
            if location is not None and all(had["id"] != location["id"] for had in locations):
                locations.append(location)
        if not listings:
            nowhere = dict.fromkeys(("location_id", "source_id", "description", "latitude", "longitude"))
            keys = [*wanted, *_where(None, areas)] if wanted else []
            own_id = uuid5(service["id"], "anywhere")
            listings.append(
                {"id": own_id, "service_id": service["id"], "phones": [], "schedules": [], "keys": keys, **nowhere}
            )
        return locations, listings

    def _organisation(self, node: Node) -> Row | None:
        one = node.one("organization")
        name = one.text("name", most=300) if one is not None else None
        source = one.text("id") if one is not None else None
        if one is None or not name or not source:
            return None
        return {
            "id": self._id("organisation", source),
            "feed_id": self.feed,
            "source_id": source,
            "name": name,
            "alternate_name": one.text("alternate_name", most=300),
            "description": one.text("description") or name,
            "url": one.text("website", "url", most=500),
            "email": one.text("email", most=300),
            "phones": fields.phones(one, self.country, self.country),
            "record": one.record,
            "digest": _digest(one.record),
        }

    def _referred(self, node: Node) -> UUID | None:
        source = node.text("organization_id")
        return self._id("organisation", source) if source else None

    def _location(self, node: Node) -> Row | None:
        source = node.text("id")
        if not source:
            return None
        kind = (node.text("location_type") or "physical").lower()
        address = node.one("addresses", "physical_addresses")
        parts: Row = {"address": None, "town": None, "region": None, "postcode": None, "country": None}
        if address is not None:
            lines = [t for n in ("address_1", "address_2") if (t := address.text(n))]
            parts = {
                "address": ", ".join(lines) or None,
                "town": address.text("city", most=100),
                "region": address.text("state_province", "region", most=100),
                "postcode": address.text("postal_code", most=20),
                "country": fields.country(address),
            }
            address.value("address_type")
        country = parts["country"] or self.country
        district = places.district_of(parts["postcode"], country) if parts["postcode"] else None
        latitude, longitude = self._degrees(node, district)
        notes = [
            t for a in node.each("accessibility", "accessibility_for_disabilities")
            if (t := ". ".join(filter(None, (a.text("description", "accessibility"), a.text("details")))))
        ]  # fmt: skip
        zone = zone_of(country, parts["region"]) or self.zone if country != self.country else self.zone
        return {
            "id": self._id("location", source),
            "feed_id": self.feed,
            "source_id": source,
            "name": node.text("name", most=300),
            "description": node.text("description"),
            "kind": kind if kind in {"physical", "postal", "virtual"} else "physical",
            **parts,
            "district": district,
            "latitude": latitude,
            "longitude": longitude,
            "access": access_of(notes),
            "access_notes": notes,
            "phones": fields.phones(node, country, self.country),
            "schedules": read_schedules(node, zone),
            "record": node.record,
            "digest": _digest(node.record),
        }

    def _degrees(self, node: Node, district: str | None) -> tuple[float | None, float | None]:
        latitude, longitude = node.number("latitude"), node.number("longitude")
        if latitude is not None and longitude is not None and (latitude or longitude):
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                return latitude, longitude
            node.problem("latitude", f"{latitude:g}, {longitude:g}", "a place on earth")
        return self.districts.get(district or "", (None, None))

    def _id(self, kind: str, source: str) -> UUID:
        return uuid5(self.feed, f"{kind} {source}")


def feed_id(address: str) -> UUID:
    """Return the id of the feed at an address."""
    return uuid5(NAMESPACE_URL, address)


def everywhere(area: str) -> bool:
    """Tell whether an area is a whole country, or wherever somebody is."""
    return _EVERYWHERE.fullmatch(places.folded(area)) is not None


def _services(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a record as services that hold their organisation and their places."""
    service, location = record.get("service"), record.get("location")
    if isinstance(service, dict):
        at = {k: v for k, v in record.items() if k != "service"}
        yield {**service, "service_at_locations": [at]} if isinstance(location, dict) else service
    elif isinstance(record.get("services"), list):
        organisation = {k: v for k, v in record.items() if k != "services"}
        yield from ({"organization": organisation, **s} for s in record["services"] if isinstance(s, dict))
    elif "taxonomy" in record and "status" not in record:
        raise NotAService("it is a taxonomy term")
    else:
        yield record


def _where(location: Row | None, areas: list[str]) -> list[str]:
    """Return the keys of where a listing is found (`store.models.directory.Listing`)."""
    keys: dict[str, None] = {}
    for area in areas:
        # A sentence about where is no name.
        keys["w" if everywhere(area) else f"t:{places.folded(area)}"[:100]] = None
    if location is not None and location["kind"] == "physical":
        if location["district"]:
            keys[f"d:{location['district']}"] = keys[f"a:{places.area_of(location['district'])}"] = None
        for name in filter(None, (location["town"], location["region"])):
            keys[f"t:{places.folded(name)}"] = None
        if location["latitude"] is not None:
            keys[places.squares(location["latitude"], location["longitude"])[0]] = None
    return list(keys) or ["w"]


def _digest(record: Mapping[str, Any]) -> bytes:
    written = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(f"{_VERSION} {written}".encode(), digest_size=16).digest()
