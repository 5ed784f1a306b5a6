"""What staff do with a service: look for it, see what its source says, put a correction over it, keep it back.

A correction stands beside what the source says and is not touched when the feed is read again. What the source said
when it was made is kept with it, so that staff see when the source has changed since. Taken away, the source's own word
is back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, people
from checkin.directory.helplines import read_hours
from checkin.directory.model import Hours
from checkin.directory.numbers import read_number, shown
from checkin.errors import BadInput
from checkin.store.models import Correction, Feed, Listing, Location, Service
from checkin.store.models import Organisation as Provider
from checkin.store.work import Work

Which = Literal["all", "corrected", "withheld", "gone"]
# More places of one service than these are counted, not shown.
_MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """One service in the staff's list. `gone`: its source no longer has it; `withheld`: staff keep it back."""

    id: UUID
    name: str
    organisation: str
    needs: tuple[str, ...]
    gone: bool
    withheld: bool
    corrected: bool


_CORRECTED = or_(Correction.about.is_not(None), Correction.phones.is_not(None), Correction.hours.is_not(None))
_NARROWED = {
    "corrected": _CORRECTED,
    "withheld": Correction.withheld_at.is_not(None),
    "gone": Service.retired_at.is_not(None),
}


def services(work: Work, words: str, which: Which, *, skip: int, most: int) -> list[Listed]:
    """Return up to `most` services after the first `skip`, by name: those whose name, or whose organisation's, has all
    of these words in it."""
    wanted = select(Service.id).order_by(Service.name, Service.id).offset(skip).limit(most)
    if which != "all":
        wanted = wanted.outerjoin(Correction, Correction.service_id == Service.id).where(_NARROWED[which])
    if words.strip():
        wanted = wanted.where(Service.words.op("@@")(func.plainto_tsquery("english", words)))
    # The wide rows are fetched for those that are shown only.
    ids = wanted.cte("wanted").prefix_with("MATERIALIZED")
    rows = work.conn.execute(
        select(
            Service.id, Service.name, Provider.name.label("organisation"), Service.needs, Service.retired_at,
            Correction.withheld_at, _CORRECTED.label("corrected"),
        )
        .join(ids, ids.c.id == Service.id)
        .outerjoin(Provider, Provider.id == Service.organisation_id)
        .outerjoin(Correction, Correction.service_id == Service.id)
        .order_by(Service.name, Service.id)
    )  # fmt: skip
    return [
        Listed(
            r.id, r.name, r.organisation or "", tuple(r.needs), r.retired_at is not None, r.withheld_at is not None,
            bool(r.corrected),
        )
        for r in rows
    ]  # fmt: skip


def of_listings(work: Work, keys: Sequence[str]) -> dict[str, UUID]:
    """Return the service behind each key of `search.Found` that is a service's."""
    listings = [key.removeprefix("service:") for key in keys if key.startswith("service:")]
    rows = work.conn.execute(
        select(Listing.id, Listing.service_id).where(Listing.id.in_([UUID(one) for one in listings]))
    )
    return {f"service:{row.id}": row.service_id for row in rows}


@dataclass(frozen=True, slots=True)
class Where:
    """A place where a service is given, with the numbers and hours that hold there alone."""

    address: str
    phones: tuple[str, ...]
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """What staff put over the source ("": the source's own). `moved` names what the source has changed since."""

    about: str = ""
    phone: str = ""
    hours: str = ""
    note: str = ""
    withheld_at: datetime | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    moved: tuple[str, ...] = ()

    @property
    def corrected(self) -> bool:
        """Tell whether anything of the source's is not given."""
        return bool(self.about or self.phone or self.hours)


@dataclass(frozen=True, slots=True)
class One:
    """All that staff see of one service: what its source says, and what stands over it."""

    id: UUID
    name: str
    organisation: str
    about: str
    needs: tuple[str, ...]
    eligibility: str
    phones: tuple[str, ...]
    hours: tuple[Hours, ...]
    places: tuple[Where, ...]
    more_places: int
    url: str
    feed_id: UUID
    feed: str
    status: str
    retired_at: datetime | None
    record: Mapping[str, Any]
    over: Over

    @property
    def given(self) -> bool:
        """Tell whether members may be given it."""
        return self.status == "active" and self.retired_at is None and self.over.withheld_at is None


def one(work: Work, service_id: UUID, *, lock: bool = False) -> One | None:
    """Return a service, or None; with `lock`, locked for this transaction."""
    found = (
        select(
            Service.id, Service.name, Service.description, Service.needs, Service.eligibility, Service.phones,
            Service.schedules, Service.url, Service.status, Service.retired_at, Service.record, Service.feed_id,
            Feed.address, Provider.name.label("organisation"), Provider.phones.label("theirs"),
        )
        .join(Feed, Feed.id == Service.feed_id)
        .outerjoin(Provider, Provider.id == Service.organisation_id)
        .where(Service.id == service_id)
    )  # fmt: skip
    row = work.conn.execute(found.with_for_update(of=Service) if lock else found).first()
    if row is None:
        return None
    places = _places(work, service_id)
    said = {"about": row.description or "", "phone": _shown([*row.phones, *(row.theirs or [])]), "hours": row.schedules}
    return One(
        id=row.id,
        name=row.name,
        organisation=row.organisation or "",
        about=row.description or "",
        needs=tuple(row.needs),
        eligibility=row.eligibility or "",
        phones=tuple(said["phone"]),
        hours=tuple(row.schedules),
        places=tuple(places[:_MOST_PLACES]),
        more_places=max(len(places) - _MOST_PLACES, 0),
        url=row.url or "",
        feed_id=row.feed_id,
        feed=row.address,
        status=row.status,
        retired_at=row.retired_at,
        record=row.record,
        over=_over(work, service_id, _source(said, places)),
    )


def _places(work: Work, service_id: UUID) -> list[Where]:
    rows = work.conn.execute(
        select(
            Listing.phones, Listing.schedules, Location.name, Location.address, Location.town, Location.postcode,
            Location.phones.label("its"), Location.schedules.label("open"),
        )
        .join(Location, Location.id == Listing.location_id)
        .where(Listing.service_id == service_id)
        .order_by(Location.town, Location.address, Listing.id)
        .limit(500)
    )  # fmt: skip
    return [
        Where(
            ", ".join(filter(None, (r.name, r.address, r.town, r.postcode))),
            tuple(_shown([*r.phones, *r.its])),
            tuple(r.schedules or r.open),
        )
        for r in rows
    ]


def _shown(phones: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(p.get("shown") or p.get("number") or "") for p in phones))


def _source(said: Mapping[str, Any], places: Sequence[Where]) -> dict[str, Any]:
    """Return what the source says of all that can be corrected, as it is compared."""
    return {
        "about": said["about"],
        "phone": [*said["phone"], *(phone for place in places for phone in place.phones)],
        "hours": [*said["hours"], *(line for place in places for line in place.hours)],
    }


def _over(work: Work, service_id: UUID, source: Mapping[str, Any]) -> Over:
    row = work.conn.execute(select(Correction.__table__).where(Correction.service_id == service_id)).first()
    if row is None:
        return Over()
    own = {"about": row.about, "phone": row.phones, "hours": row.hours}
    return Over(
        about=row.about or "",
        phone=", ".join(_shown(row.phones or [])),
        hours=row.hours or "",
        note=row.note,
        withheld_at=row.withheld_at,
        changed_at=row.changed_at,
        changed_by=people.first_name(work, row.changed_by) if row.changed_by else "",
        moved=tuple(name for name, value in own.items() if value and row.source.get(name) != source[name]),
    )


def correct(work: Work, service_id: UUID, by: UUID, *, about: str, phone: str, hours: str, note: str) -> None:
    """Put a description, a number and hours over the source's ("": the source's own is back). Raises BadInput with one
    sentence."""
    found = one(work, service_id, lock=True)
    if found is None:
        raise BadInput("There is no such service.")
    country = work.settings.country
    number = read_number(phone, country) if phone.strip() else None
    if phone.strip() and number is None:
        raise BadInput("That is not a number anybody could ring: write it as on a letter, such as 0113 496 0102.")
    values = {
        "about": about.strip() or None,
        "hours": hours.strip() or None,
        "phones": [{"number": number, "shown": shown(number, country), "kind": "voice"}] if number else None,
        "schedules": list(read_hours(hours)) if hours.strip() else None,
        "note": note.strip(),
        "source": _source({"about": found.about, "phone": list(found.phones), "hours": found.hours}, found.places),
    }
    _put(work, service_id, by, values)
    audit.record(work, by, "correct_service", f"service {service_id}")


def withhold(work: Work, service_id: UUID, by: UUID) -> None:
    """Keep a service back: nobody is given it, whatever its source says."""
    _put(work, service_id, by, {"withheld_at": work.now})
    audit.record(work, by, "withhold_service", f"service {service_id}")


def restore(work: Work, service_id: UUID, by: UUID) -> None:
    """Give a service to members again that was kept back."""
    _put(work, service_id, by, {"withheld_at": None})
    audit.record(work, by, "restore_service", f"service {service_id}")


def _put(work: Work, service_id: UUID, by: UUID, values: dict[str, Any]) -> None:
    row = {**values, "changed_at": work.now, "changed_by": by}
    statement = insert(Correction).values(service_id=service_id, **row)
    work.conn.execute(statement.on_conflict_do_update(index_elements=["service_id"], set_=row))


def counts(work: Work) -> tuple[int, int, int]:
    """Return how many services members may be given, how many staff keep back, and how many have gone from their
    source."""
    row = work.conn.execute(
        text(
            "SELECT count(*) FILTER (WHERE s.retired_at IS NULL AND s.status = 'active' AND c.withheld_at IS NULL), "
            "count(c.withheld_at), count(s.retired_at) FROM directory_services s "
            "LEFT JOIN directory_corrections c ON c.service_id = s.id"
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])
