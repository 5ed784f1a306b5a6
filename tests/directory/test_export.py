"""The directory as HSDS 3.1: what must be there is, nothing is null, and what is read from it is what was written."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from checkin.directory import hsds, keeping
from checkin.directory.exporting import export
from checkin.directory.importing import import_file
from checkin.directory.mapping import Mapped, Mapper
from checkin.store.ids import new_id
from checkin.store.models import Person
from tests.directory.feeds import ORGANISATION, place, service, written
from tests.parts import NOON, opened, rows

# What HSDS 3.1 asks of each kind of object, by the names it goes by; what is a number there; what may be said.
REQUIRED: Mapping[str, Sequence[str]] = {
    "contents": ("id", "name", "status"),
    "organization": ("id", "name", "description"),
    "phones": ("id", "number"),
    "location": ("id", "location_type"),
    "addresses": (
        "id", "address_1", "city", "state_province", "postal_code", "country", "address_type",
    ),
    "taxonomy_term": ("id", "name", "description"),
    **dict.fromkeys(("schedules", "languages", "service_areas", "contacts", "cost_options", "attributes",
                     "service_at_locations", "accessibility"), ("id",)),
}  # fmt: skip
NUMBERS = {
    "minimum_age",
    "maximum_age",
    "extension",
    "timezone",
    "count",
    "interval",
    "amount",
    "latitude",
    "longitude",
}
CLOSED = {
    "status": {"active", "inactive", "defunct", "temporarily closed"},
    "freq": {"WEEKLY", "MONTHLY"},
    "wkst": {"MO", "TU", "WE", "TH", "FR", "SA", "SU"},
    "location_type": {"physical", "postal", "virtual"},
    "address_type": {"physical", "postal", "virtual"},
}


def amiss(kind: str, told: Any) -> Iterator[str]:
    """Yield what HSDS 3.1 would not take."""
    if isinstance(told, list):
        for one in told:
            yield from amiss(kind, one)
    elif isinstance(told, dict):
        yield from (f"{kind} has no {name}" for name in REQUIRED[kind] if name not in told)
        for name, value in told.items():
            yield from amiss(name, value)
    elif told is None:
        yield f"{kind} is null"
    elif (kind in NUMBERS) != isinstance(told, int | float):
        yield f"{kind} is {told!r}"
    elif kind == "id" or kind.endswith("_id"):
        UUID(told)
    elif told not in CLOSED.get(kind, {told}):
        yield f"{kind} is {told!r}"


def said(mapped: Mapped) -> dict[str, Any]:
    """Return what was read, as HSDS 3.1."""
    places = {row["id"]: row for row in mapped.locations}
    at = [(row, places.get(row["location_id"])) for row in mapped.listings]
    told = hsds.service(mapped.service, mapped.organisation, at)
    told.get("service_at_locations", []).sort(key=lambda one: one["id"])
    return told


def mapped(record: object) -> Mapped:
    """Read a record."""
    ((found, _),) = Mapper(uuid4(), "GB", "Europe/London").map(record)
    return found


_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_ID = st.one_of(_TEXT.filter(lambda t: t.strip().isprintable()), st.uuids().map(str))
_TIME = st.sampled_from(["09:00", "9.30 am", "17:00:00", "23:59", "00:00", "24:00", "soon"])
_HOURS = st.fixed_dictionaries(
    {},
    optional={
        "freq": st.sampled_from(["WEEKLY", "DAILY", "MONTHLY", "YEARLY", "weekly", "NOW"]),
        "byday": st.sampled_from(["MO,TU", "Monday", "1TU", "-1FR", ""]),
        "interval": st.integers(1, 3),
        "count": st.integers(1, 3),
        "opens_at": _TIME,
        "closes_at": _TIME,
        "timezone": st.sampled_from([0, 1, -5, "Europe/London", "UTC+3", None]),
        "valid_from": st.sampled_from(["2027-01-01", "2027-01-01T10:00:00Z"]),
        "bymonthday": st.sampled_from(["15", "-1", "1,15"]),
        "description": st.sampled_from(["Closed on Fridays", "By appointment", ""]),
        "schedule_link": _TEXT,
    },
)
_PHONE = st.fixed_dictionaries(
    {"number": st.sampled_from(["0113 496 0123", "+44 113 496 0124 ext 007", "116 123", "none", "0113 496 0125"])},
    optional={
        "id": _ID,
        "extension": st.sampled_from(["12", 12, "007", "ask for Jo"]),
        "type": st.sampled_from(["voice", "sms", "fax", "cell"]),
        "languages": st.just([{"code": "pl"}, {"name": "Klingon"}]),
    },
)
_TERM = st.one_of(
    st.fixed_dictionaries({"label": _TEXT, "value": _TEXT}),
    st.fixed_dictionaries({"taxonomy_term": st.fixed_dictionaries({"id": _ID, "name": _TEXT, "description": _TEXT})}),
)
_PLACE = st.builds(
    place,
    st.integers(1, 3),
    schedules=st.lists(_HOURS, max_size=2),
    phones=st.lists(_PHONE, max_size=1),
    accessibility=st.just([{"description": "Ramp"}, {"details": "Hearing loop"}]),
    location_type=st.sampled_from(["physical", "virtual", "moon"]),
    addresses=st.sampled_from([[], [{"city": "York"}], [{"postal_code": "LS6 2AA", "country": "Narnia"}]]),
    latitude=st.sampled_from([53.8, None, 200]),
)
_SERVICE = st.builds(
    lambda own, more: {**service(1), "id": own, **more},
    _ID.filter(lambda t: t.strip() != ""),
    st.fixed_dictionaries(
        {},
        optional={
            "description": _TEXT,
            "url": st.sampled_from(["https://a.example", "a.example/x", "ask us", "javascript:alert(1)"]),
            "email": st.sampled_from(["a@b.example", "ask us"]),
            "status": st.sampled_from(["active", "Defunct", "asleep"]),
            "minimum_age": st.one_of(st.integers(-5, 200), _TEXT),
            "assured_date": st.sampled_from(["2026-01-01", "soon"]),
            "last_modified": st.sampled_from(["2026-01-01T10:00:00Z", "2026-01-01"]),
            "interpretation_services": st.just("Urdu and Polish"),
            "schedules": st.lists(_HOURS, max_size=3),
            "phones": st.lists(_PHONE, max_size=3),
            "attributes": st.lists(_TERM, max_size=3),
            "contacts": st.just([{"name": "Jo", "email": "jo", "phones": [{"number": "0113 496 0126"}]}]),
            "cost_options": st.just([{"option": "each", "amount": "2.50", "valid_from": "2027-01-01"}]),
            "service_areas": st.lists(st.sampled_from([{"name": "Leeds"}, {"name": "England"}, {"uri": "x"}])),
            "service_at_locations": st.lists(st.one_of(_PLACE, st.just({"description": "In the van"})), max_size=3),
            "organization": st.sampled_from([ORGANISATION, {"id": "o"}, None]),
        },
    ),
)


@given(_SERVICE)
@settings(max_examples=60)
def test_whatever_was_read_is_said_as_hsds_and_read_back_to_the_same(record: dict[str, Any]) -> None:
    told = said(mapped(record))
    assert list(amiss("contents", told)) == []
    mapper = Mapper(uuid4(), "GB", "Europe/London")
    ((again, problems),) = mapper.map(told)
    assert problems == []
    assert dict(mapper.losses) == {}
    assert said(again) == told


def test_what_hsds_can_say_is_the_same_row_again() -> None:
    first = mapped(
        service(interpretation_services="Urdu", contacts=[{"name": "Jo"}], service_areas=[{"name": "Leeds"}])
    )
    again = mapped(said(first))
    own = {"id", "feed_id", "source_id", "organisation_id", "location_id", "service_id", "record", "digest"}
    for before, after in zip(
        (first.service, first.organisation or {}, *first.locations, *first.listings),
        (again.service, again.organisation or {}, *again.locations, *again.listings),
        strict=True,
    ):
        assert _bare(after, own) == _bare(before, own)


def _bare(value: Any, own: set[str]) -> Any:
    if isinstance(value, dict):
        return {k: _bare(v, own) for k, v in value.items() if k not in own}
    return [_bare(v, own) for v in value] if isinstance(value, list) else value


def test_what_is_exported_is_imported_to_the_same_services(database_url: str, tmp_path: Path) -> None:
    feed = [service(n, name=f"Debt & “Rent” {n}") for n in range(1, 5)]
    with opened(database_url) as line:
        import_file(line.store, written(tmp_path, feed), NOON)
        import_file(line.store, written(tmp_path, feed[:3]), NOON + timedelta(days=1))
        with line.store.work(NOON) as work:
            out = io.StringIO()
            assert export(work, out) == 3
            page = json.loads(out.getvalue())
        assert (page["total_items"], page["empty"], len(page["contents"])) == (3, False, 3)
        assert list(amiss("contents", page["contents"])) == []
        again = import_file(line.store, written(tmp_path, page, "copy.json"), NOON)
        assert (again.services, again.problems, again.losses) == (3, [], {})
        told = "SELECT name, needs, phones->0->>'number' AS number FROM directory_services WHERE retired_at IS NULL"
        every = [tuple(row) for row in rows(line, f"{told} ORDER BY name, feed_id")]
    assert every[0::2] == every[1::2]
    assert len(every) == 6


def test_what_staff_have_put_right_is_what_is_exported_and_the_source_is_kept(
    database_url: str, tmp_path: Path
) -> None:
    with opened(database_url) as line:
        here = {"phones": [{"number": "0113 496 0125"}], "schedules": [{"freq": "WEEKLY", "byday": "SU"}]}
        at = {"service_at_locations": [{**place(), **here}]}
        import_file(line.store, written(tmp_path, [service(1, **at), service(2), service(3)]), NOON)
        ids = {r.name: r.id for r in rows(line, "SELECT id, name FROM directory_services")}
        with line.store.work(NOON) as work:
            sue = new_id()
            work.add(Person, id=sue, name=work.vault.seal("Sue", "people.name"), zone="Europe/London")
            mended = {"about": "By appointment only", "phone": "0113 496 0199", "hours": "WE 10:00-12:00", "note": ""}
            keeping.correct(work, ids["Debt Advice 1"], sue, **mended)
            keeping.withhold(work, ids["Debt Advice 2"], sue)
            out = io.StringIO()
            assert export(work, out) == 2
        first, third = sorted(json.loads(out.getvalue())["contents"], key=lambda told: str(told["name"]))
        assert [phone["number"] for phone in first["phones"]] == ["+441134960199"]
        assert [(t["byday"], t["opens_at"]) for t in first["schedules"]] == [("WE", "10:00")]
        assert first["description"] == "By appointment only"
        # A number or hours of one place would be believed before those.
        assert not any({"phones", "schedules"} & one.keys() for one in first["service_at_locations"])
        assert (third["name"], third["description"]) == ("Debt Advice 3", "Help with debt, bailiffs and arrears")
        kept = rows(line, "SELECT record->>'description' AS about FROM directory_services WHERE name = 'Debt Advice 1'")
        assert kept[0].about == "Help with debt, bailiffs and arrears"
