"""The directory out of the store: one page of a list of HSDS 3.1, a service at a time, whatever their number.

It says what members are told: staff's corrections stand where they put them, and what they keep back is left out. What
the source said is kept in the store as it was. A service whose feed no longer has it is not exported; of two feeds that
tell of one id the first by address is.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import Select, select

from checkin.directory import hsds
from checkin.store.models import Base, Correction, Feed, Listing, Location, Organisation, Service
from checkin.store.work import Work

_CHUNK = 500
# What hangs on a service from other tables, and what it is found by.
_LARGE = frozenset({"record", "words", "digest"})
_At = list[tuple[hsds.Row, hsds.Row | None]]


def export(work: Work, out: TextIO) -> int:
    """Write every service that is in its feed and not kept back to `out`; return how many."""
    seen: set[UUID] = set()
    out.write('{"contents": [')
    for told in _services(work):
        own = UUID(told["id"])
        if own in seen:
            continue
        out.write(f"{',' if seen else ''}\n{json.dumps(told, ensure_ascii=False)}")
        seen.add(own)
    page = {
        "total_items": len(seen), "total_pages": 1, "page_number": 1, "size": len(seen), "first_page": True,
        "last_page": True, "empty": not seen,
    }  # fmt: skip
    out.write(f"\n], {json.dumps(page)[1:]}\n")
    return len(seen)


def _services(work: Work) -> Iterator[dict[str, Any]]:
    """Yield services by their feed and our id: so many a question, and nothing else is in memory."""
    for feed in work.conn.scalars(select(Feed.id).order_by(Feed.address)).all():
        last = UUID(int=0)
        while chunk := _some(work, feed, last):
            organisations = _by_id(work, Organisation, [row["organisation_id"] for row in chunk])
            places = _places(work, [row["id"] for row in chunk])
            over = _corrections(work, [row["id"] for row in chunk])
            for row in chunk:
                own = over.get(row["id"], {})
                if not own.get("withheld_at"):
                    said, at = _corrected(row, places.get(row["id"], []), own)
                    yield hsds.service(said, organisations.get(row["organisation_id"]), at)
            last = chunk[-1]["id"]


def _some(work: Work, feed: UUID, last: UUID) -> list[hsds.Row]:
    wanted = _select(Service).where(Service.feed_id == feed, Service.retired_at.is_(None), Service.id > last)
    return _rows(work, wanted.order_by(Service.id).limit(_CHUNK))


def _corrections(work: Work, services: Sequence[UUID]) -> dict[UUID, hsds.Row]:
    """Return what staff have put over some services, by service."""
    return {
        row["service_id"]: row for row in _rows(work, _select(Correction).where(Correction.service_id.in_(services)))
    }


def _corrected(row: hsds.Row, at: _At, own: hsds.Row) -> tuple[hsds.Row, _At]:
    """Return a service and its listings with what staff have put right. A number or hours of theirs hold wherever it is
    given: a listing's own would be believed before them."""
    phones, schedules = own.get("phones"), own.get("schedules")
    lists = {name: value for name, value in (("phones", phones), ("schedules", schedules)) if value is not None}
    about = {"description": own["about"]} if own.get("about") else {}
    blank = dict.fromkeys(lists, ())
    return {**row, **about, **lists}, [({**listing, **blank}, place) for listing, place in at]


def _places(work: Work, services: Sequence[UUID]) -> dict[UUID, _At]:
    """Return the listings of some services, each with its location, by service."""
    wanted = _select(Listing).where(Listing.service_id.in_(services))
    rows = _rows(work, wanted.order_by(Listing.source_id, Listing.id))
    locations = _by_id(work, Location, [row["location_id"] for row in rows])
    found: dict[UUID, _At] = {}
    for row in rows:
        found.setdefault(row["service_id"], []).append((row, locations.get(row["location_id"])))
    return found


def _by_id(
    work: Work, model: type[Organisation] | type[Location], ids: Sequence[UUID | None]
) -> dict[UUID | None, hsds.Row]:
    return {row["id"]: row for row in _rows(work, _select(model).where(model.id.in_({i for i in ids if i})))}


def _select(model: type[Base]) -> Select[Any]:
    return select(*(c for c in model.__table__.columns if c.name not in _LARGE))


def _rows(work: Work, wanted: Select[Any]) -> list[hsds.Row]:
    result = work.conn.execute(wanted)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
