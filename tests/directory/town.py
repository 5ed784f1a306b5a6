"""A small directory, put into the store by hand: for tests of searching, which need no feed."""

from typing import Any

from checkin.bootstrap import Line
from checkin.store.ids import new_id
from checkin.store.models import Feed, Listing, Location, Organisation, Place, Service
from checkin.store.work import Work
from tests.parts import NOON

WEEKDAYS = [{"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}]


def phone(number: str = "+441134960123") -> list[dict[str, Any]]:
    """Return a list with one number."""
    return [{"number": number, "shown": "0113 496 0123", "kind": "voice"}]


def settle(line: Line) -> None:
    """Put in a feed, and two places on the map."""
    with line.store.work(NOON) as work:
        work.add(Feed, id=new_id(), address="town.json", country="GB", zone="Europe/London", status="ok")
        for row in (
            {"name": "LS6", "kind": "district", "shown": "LS6", "latitude": 53.82, "longitude": -1.57},
            {"name": "leeds", "kind": "town", "shown": "Leeds", "latitude": 53.8, "longitude": -1.55},
            {"name": "york", "kind": "town", "shown": "York", "latitude": 53.96, "longitude": -1.08},
        ):
            work.add(Place, source="directory", **row)


def serve(
    work: Work,
    name: str,
    *keys: str,
    town: str | None = None,
    at: tuple[float, float] | None = None,
    access: list[str] | None = None,
    **service: object,
) -> None:
    """Put in a service with one listing under `keys`, at a place where one is named."""
    feed = work.rows("SELECT id FROM directory_feeds", {})[0][0]
    organisation, service_id, location = new_id(), new_id(), new_id() if town else None
    whole = {"feed_id": feed, "source_id": name, "record": {}, "digest": b""}
    work.add(Organisation, id=organisation, name=f"{name} Trust", description="", phones=[], **whole)
    needs = [k[2:] for k in keys if k.startswith("n:")]
    values = {"status": "active", "phones": phone(), "schedules": WEEKDAYS, **service}
    work.add(Service, id=service_id, organisation_id=organisation, name=name, needs=needs, **values, **whole)
    work.rows("UPDATE directory_services SET words = to_tsvector('english', name)", {})
    latitude, longitude = at or (None, None)
    if location:
        work.add(Location, id=location, kind="physical", town=town, access=access or [], **whole)
    work.add(
        Listing,
        id=new_id(),
        service_id=service_id,
        location_id=location,
        keys=list(keys),
        latitude=latitude,
        longitude=longitude,
    )
