"""Feeds into the directory: what is mapped, what is told, and the traps that real feeds set."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from checkin.bootstrap import Line
from checkin.directory import find, read
from checkin.directory.importing import import_file
from checkin.directory.mapping import Mapped, Mapper, NotAService
from checkin.directory.reading import FeedError
from checkin.directory.report import Report
from tests.directory.feeds import ORGANISATION, pages, place, service, written
from tests.parts import NOON, opened, rows, value

# How ORUK 1.0 has it.
OLDER = {
    "id": "s9",
    "name": "Foodbank",
    "description": "Food parcels",
    "status": "Active",
    "organization": ORGANISATION,
    "contacts": [{"id": "c1", "name": "Desk", "phones": [
        {"id": "p1", "number": "+44 113 496 0123", "language": "English, Polish"},
    ]}],
    "eligibilitys": [{"id": "e1", "eligibility": "Adults", "minimum_age": 18, "maximum_age": 65}],
    "languages": [{"id": "x", "language": "Welsh"}],
    "regular_schedules": [{"id": "r1", "freq": "WEEKLY", "byday": "Monday", "opens_at": "9:30 am", "closes_at": "4pm"}],
    "holiday_schedules": [{"id": "h1", "closed": True, "start_at": "2027-12-25", "end_at": "2027-12-26"}],
    "service_taxonomys": [{"id": "t1", "taxonomy": {"id": "x1", "name": "Food", "vocabulary": "local"}}],
    "service_areas": [{"id": "a1", "service_area": "Leeds"}],
    "service_at_locations": [{
        "id": "sal", "location": {
            "id": "l9", "name": "Church", "latitude": "53.8", "longitude": "-1.5",
            "physical_addresses": [{"id": "a", "address_1": "2 Low Road", "city": "Leeds", "postal_code": "LS1 1AA"}],
            "accessibility_for_disabilities": [{"id": "b", "accessibility": "Ramp, no hearing loop"}],
        },
    }],
}  # fmt: skip


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with an empty directory."""
    with opened(database_url) as found:
        yield found


def mapped(record: object, **more: Any) -> tuple[Mapped, list[str], Counter[str]]:
    """Map one record of one service; return it, its problems and what was lost."""
    mapper = Mapper(uuid4(), "GB", "Europe/London", **more)
    ((found, problems),) = mapper.map(record)
    return found, problems, mapper.losses


def brought(line: Line, folder: Path, feed: object, *, days: int = 0, accept_shrink: bool = False) -> Report:
    """Import a feed that is always the same one, some days from now."""
    return import_file(line.store, written(folder, feed), NOON + timedelta(days=days), accept_shrink=accept_shrink)


def live(line: Line) -> set[str]:
    """Return the services that are not retired, by the source's id."""
    return {row.source_id for row in rows(line, "SELECT source_id FROM directory_services WHERE retired_at IS NULL")}


# --- mapping ---


def test_the_older_profile_is_mapped_to_the_same() -> None:
    found, problems, losses = mapped(OLDER)
    service_row, (location,), (listing,) = found.service, found.locations, found.listings
    assert problems == []
    assert losses == Counter()
    assert (service_row["minimum_age"], service_row["maximum_age"], service_row["eligibility"]) == (18, 65, "Adults")
    assert service_row["phones"][0]["number"] == "+441134960123"
    assert service_row["phones"][0]["languages"] == ["en", "pl"]
    assert service_row["languages"] == ["cy"]
    assert [(h.get("byday"), h.get("opens_at"), h.get("closes_at")) for h in service_row["schedules"]] == [
        ("MO", "09:30", "16:00"), (None, None, None)
    ]  # fmt: skip
    assert service_row["schedules"][1]["closed"] is True
    assert (location["district"], location["access"]) == ("LS1", ["wheelchair"])
    assert {"n:food", "d:LS1", "a:LS", "t:leeds"} <= set(listing["keys"])


def test_what_is_not_mapped_is_counted_by_its_path() -> None:
    wanted = Counter({"wait_wait": 1, "organization.logo": 1, "service_at_locations[].location.transportation": 2})
    more: dict[str, Any] = {"wait_wait": "x", "organization": ORGANISATION | {"logo": "l"}, "empty": None, "none": []}
    places = [place(1, transportation="Bus 1"), place(2, transportation="Bus 2")]
    assert mapped(service(service_at_locations=places, **more))[2] == wanted


def test_what_is_said_twice_is_read_once_and_the_other_is_counted() -> None:
    more: Any = {
        "fees_description": "Free",
        "fees": "None",
        "service_areas": [{"name": "Leeds", "description": "All of it"}],
    }
    assert mapped(service(**more))[2] == Counter({"fees": 1, "service_areas[].description": 1})


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ('"+44 1134 960123"', "+441134960123"),
        ("Tel: 0113 496 0123", "+441134960123"),
        ("0113 496 0123 ext 12", "+441134960123"),
        ("0113 496 0123 / 0113 496 0124", "+441134960123"),
        ("116 123", "116123"),
        (1134960123, "+441134960123"),
        ("n/a", None),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_a_number_is_one_that_can_be_dialled_or_none(written: object, dialled: str | None) -> None:
    found, problems, _ = mapped(service(phones=[{"id": "p", "number": written}]))
    assert [p["number"] for p in found.service["phones"]] == ([dialled] if dialled else [])
    assert bool(problems) == (dialled is None and written is not None)


@pytest.mark.parametrize("nothing", [None, [], {}, [None], ""])
def test_no_phones_at_all_are_no_problem(nothing: object) -> None:
    assert mapped(service(phones=nothing, schedules=nothing, languages=nothing, contacts=nothing))[1] == []


@pytest.mark.parametrize(
    ("written", "zone"),
    [(None, "Europe/London"), (0, "Europe/London"), (1, "Europe/London"), ("1", "Europe/London"), (3, "Etc/GMT-3"),
     ("UTC+3", "Etc/GMT-3"), ("Europe/Warsaw", "Europe/Warsaw"), ("Mars", "Europe/London")],
)  # fmt: skip
def test_a_zone_is_a_name_a_number_or_home(written: object, zone: str) -> None:
    hours = {"freq": "DAILY", "opens_at": "09:00", "closes_at": "10:00", "timezone": written}
    found, problems, _ = mapped(service(schedules=[hours]))
    assert found.service["schedules"][0]["zone"] == zone
    assert bool(problems) == (written == "Mars")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"minimum_age": "ten"}, "minimum_age: 'ten' is not a number"),
        ({"maximum_age": 900}, "maximum_age: '900' is not an age"),
        ({"assured_date": "soon"}, "assured_date: 'soon' is not a date"),
        ({"description": ["a"]}, "description: \"['a']\" is not a text"),
        ({"status": "asleep"}, "status: 'asleep' is not a status"),
        ({"phones": "none"}, "phones: 'none' is not an object"),
        ({"languages": [{"name": "Martian"}]}, "languages[].name: 'Martian' is not a language"),
        (
            {"phones": [{"number": "0113 496 0123", "extension": "ask for Jo"}]},
            "phones[].extension: 'ask for Jo' is not an extension",
        ),
        (
            {"service_at_locations": [place(addresses=[{"city": "Leeds", "country": "Narnia"}])]},
            "service_at_locations[].location.addresses[].country: 'Narnia' is not the code of a country",
        ),
        ({"schedules": [{"freq": "OFTEN"}]}, "schedules[].freq: 'OFTEN' is not how often something comes round"),
        ({"schedules": [{"byday": "XX"}]}, "schedules[].byday: 'XX' is not a day of the week"),
        ({"schedules": [{"opens_at": "25:99"}]}, "schedules[].opens_at: '25:99' is not a time of day"),
        (
            {"service_at_locations": [place(latitude=100, longitude=101)]},
            "service_at_locations[].location.latitude: '100, 101' is not a place on earth",
        ),
    ],
)
def test_a_field_of_the_wrong_kind_is_told_and_the_rest_is_read(more: dict[str, Any], why: str) -> None:
    found, problems, _ = mapped(service(**more))
    assert problems == [why]
    assert found.service["name"] == "Debt Advice 1"


@pytest.mark.parametrize("record", [None, 7, "x", [], {}, {"id": "s"}, {"name": "s"}, {"id": "t", "taxonomy": "x"}])
def test_what_is_no_service_is_refused(record: object) -> None:
    with pytest.raises(NotAService):
        list(Mapper(uuid4(), "GB", "Europe/London").map(record))


def test_a_record_without_end_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(NotAService, match="nested"):
        list(Mapper(uuid4(), "GB", "Europe/London").map(service(extra=deep)))


def test_hostile_text_is_made_harmless() -> None:
    hostile = (
        "Debt\u202e\u0000\u0007 <script>alert(1)</script><b>help</b> &lt;img src=x onerror=y&gt; \ud800 &amp; more"
    )
    found = mapped(service(name=hostile, description=f"{hostile}\n\nsecond"))[0].service
    assert found["name"] == "Debt help & more"
    assert found["description"] == "Debt help & more\nsecond"
    assert "\u0000" not in str(found["record"])
    assert "\u202e" not in str(found["record"])


def test_an_organisation_and_a_service_at_a_location_are_services_too() -> None:
    mapper = Mapper(uuid4(), "GB", "Europe/London")
    bare = {k: v for k, v in service().items() if k not in {"organization", "service_at_locations"}}
    ((by_organisation, _),) = mapper.map({**ORGANISATION, "services": [bare]})
    assert by_organisation.organisation is not None
    ((at_location, _),) = mapper.map({**place(), "service": bare})
    assert [row["town"] for row in at_location.locations] == ["Leeds"]


def test_who_is_not_active_is_kept_and_not_to_be_found() -> None:
    for status in ("inactive", "defunct", "temporarily closed"):
        assert mapped(service(status=status))[0].listings[0]["keys"] == []


def test_who_serves_a_whole_country_is_found_anywhere() -> None:
    found = mapped(service(service_at_locations=[], service_areas=[{"name": "United Kingdom"}]))[0]
    assert "w" in found.listings[0]["keys"]
    local = mapped(service(service_at_locations=[], service_areas=[{"name": "St. Helens"}]))[0]
    assert {"t:st helens"} == {k for k in local.listings[0]["keys"] if not k.startswith("n:")}


# --- into the store ---


@pytest.mark.parametrize("shape", [list, pages, lambda s: {"content": s, "totalPages": 1}, lambda s: {"services": s}])
def test_every_shape_of_a_list_is_read(line: Line, tmp_path: Path, shape: Any) -> None:
    assert brought(line, tmp_path, shape([service(1), service(2)])).services == 2
    assert live(line) == {"s1", "s2"}


def test_a_single_service_is_read_and_found(line: Line, tmp_path: Path) -> None:
    assert brought(line, tmp_path, service()).added == 1
    with line.store.work(NOON) as work:
        (found,) = find(work, read(work, "debt ls6"), NOON)
    assert (found.name, found.phone, found.near) == ("Debt Advice 1", "+441134960123", "here")
    assert found.open.now is True


def test_the_same_again_changes_nothing(line: Line, tmp_path: Path) -> None:
    feed = [service(1), service(2)]
    brought(line, tmp_path, feed)
    again = brought(line, tmp_path, [feed[0], feed[1] | {"name": "Debt Desk"}], days=1)
    assert (again.added, again.changed, again.unchanged, again.retired) == (0, 1, 1, 0)
    assert value(line, "SELECT count(*) FROM directory_listings") == 2


def test_what_has_gone_is_retired_and_comes_back(line: Line, tmp_path: Path) -> None:
    feed = [service(n) for n in range(1, 6)]
    brought(line, tmp_path, feed)
    assert brought(line, tmp_path, feed[:4], days=1).retired == 1
    assert live(line) == {"s1", "s2", "s3", "s4"}
    with line.store.work(NOON) as work:
        assert "Debt Advice 5" not in [f.name for f in find(work, read(work, "debt ls6"), NOON, most=10)]
    assert value(line, "SELECT record->>'name' FROM directory_services WHERE source_id = 's5'") == "Debt Advice 5"
    assert brought(line, tmp_path, feed, days=2).changed == 1
    assert "s5" in live(line)


def test_a_feed_that_shrinks_by_a_third_waits_for_a_person(line: Line, tmp_path: Path) -> None:
    feed = [service(n) for n in range(1, 11)]
    brought(line, tmp_path, feed)
    held = brought(line, tmp_path, feed[:6], days=1)
    assert held.status == "held"
    assert len(live(line)) == 10
    assert value(line, "SELECT reason FROM cases") == "feed_held"
    assert brought(line, tmp_path, feed[:7], days=2).status == "ok"
    assert brought(line, tmp_path, feed[:1], days=3, accept_shrink=True).retired == 6


def test_one_id_on_many_rows_is_one_service(line: Line, tmp_path: Path) -> None:
    report = brought(line, tmp_path, [service(1), service(1), service(1, name="Another")])
    assert (report.services, report.repeated) == (1, 2)
    assert report.problems == [("record 3", "s1", "its id stood before; the first is kept")]
    assert value(line, "SELECT name FROM directory_services") == "Debt Advice 1"


def test_a_bad_record_is_told_with_its_place_and_skipped(line: Line, tmp_path: Path) -> None:
    report = brought(line, tmp_path, [service(1), {"id": "bad"}, "x", service(2)])
    assert (report.services, report.skipped) == (2, 2)
    assert [p[:2] for p in report.problems] == [("record 2", "bad"), ("record 3", "")]


@pytest.mark.parametrize(
    ("feed", "why"),
    [
        ('[{"id": "s1", "name": "x"}, {"id": ', "breaks off"),
        ("<!doctype html><p>Moved", "web page"),
        ("", "empty"),
        ("PK\x03\x04", "ZIP"),
        ("hello", "not JSON"),
        ("{", "breaks off"),
        ('{"contents": [{"id": "s1"]', "breaks off"),
    ],
)
def test_a_feed_that_breaks_off_changes_nothing(line: Line, tmp_path: Path, feed: str, why: str) -> None:
    brought(line, tmp_path, [service(1)])
    with pytest.raises(FeedError, match=why):
        brought(line, tmp_path, feed, days=1)
    assert live(line) == {"s1"}


def test_two_feeds_may_use_the_same_ids(line: Line, tmp_path: Path) -> None:
    for name in ("north.json", "south.json"):
        import_file(line.store, written(tmp_path, [service(1, name=name)], name), NOON)
    assert value(line, "SELECT count(*) FROM directory_services WHERE retired_at IS NULL") == 2
