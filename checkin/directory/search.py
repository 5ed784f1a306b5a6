"""Finding help: services of the directory and helplines in one explained order.

    query = search.read(work, "debt LS6", Known(age=34))
    for found in search.find(work, query, now): ...

The store narrows (one index of needs and places, at most `_CANDIDATES` of the nearest), `ranking` decides. What is not
active, retired or kept back is never among the candidates.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin.conversation.names import is_called, read_name
from checkin.conversation.needs import read_needs
from checkin.directory import helplines, names, places
from checkin.directory.helplines import Helpline
from checkin.directory.model import Found, Hours, Known, Near, Phone, Place, Query
from checkin.directory.ranking import Candidate, fresh, ranked, weigh
from checkin.store.work import Work, as_uuid

# Enough for many times MORE; hours are worked out for each.
_CANDIDATES = 60
# Squares to look at around somebody: about 25 km.
_AROUND = 2

_COLUMNS = (
    "l.id, l.service_id, s.name, o.name, coalesce(c.about, s.description), s.needs, coalesce(c.phones, l.phones || "
    "s.phones || coalesce(p.phones, '[]') || coalesce(o.phones, '[]')), CASE WHEN c.schedules IS NOT NULL "
    "THEN c.schedules WHEN l.schedules <> '[]' THEN l.schedules WHEN s.schedules <> '[]' THEN s.schedules "
    "ELSE coalesce(p.schedules, '[]') END, f.zone, coalesce(p.town, p.address, p.name), "
    "s.languages, p.access, s.eligibility, s.minimum_age, s.maximum_age, s.assured_on, s.alert"
)
_FROM = (
    "JOIN directory_services s ON s.id = l.service_id JOIN directory_feeds f ON f.id = s.feed_id "
    "LEFT JOIN directory_organisations o ON o.id = s.organisation_id "
    "LEFT JOIN directory_locations p ON p.id = l.location_id "
    "LEFT JOIN directory_corrections c ON c.service_id = s.id"
)
_GIVEN = "c.withheld_at IS NULL"
# What cannot be measured is taken to be so far away (km): its tier's place among the measured.
_TIER = (
    "CASE WHEN keys && %(here)s THEN 0 WHEN keys && %(squares)s THEN 1 WHEN keys && %(area)s THEN 2 "
    "WHEN keys @> '{w}' THEN 3 ELSE 4 END"
)
_KM = (
    "CASE WHEN latitude IS NOT NULL AND %(latitude)s::float8 IS NOT NULL THEN 111.2 * sqrt((latitude - "
    "%(latitude)s::float8) ^ 2 + ((longitude - %(longitude)s::float8) * %(shrink)s::float8) ^ 2) END"
)
# The tier compares many keys, so it is worked out for those that are taken, not for all that are measured.
_NEAREST = (
    f"WITH n AS MATERIALIZED (SELECT * FROM directory_listings WHERE keys @> %(need)s AND keys && %(anywhere)s "
    f"ORDER BY coalesce({_KM}, (ARRAY[3, 10, 18, 25, 90])[{_TIER} + 1]), id LIMIT %(most)s), "
    f"l AS MATERIALIZED (SELECT *, {_TIER} AS tier, {_KM} AS km FROM n) "
    f"SELECT {_COLUMNS}, l.tier, l.km FROM l {_FROM} WHERE {_GIVEN}"
)
_ANY = (
    "WITH l AS MATERIALIZED (SELECT *, CASE WHEN keys @> '{w}' THEN 3 ELSE 4 END AS tier, NULL::float8 AS km "
    f"FROM directory_listings WHERE keys @> %(need)s LIMIT %(most)s) SELECT {_COLUMNS}, l.tier, l.km FROM l {_FROM} "
    f"WHERE {_GIVEN}"
)
_BY_NAME = (
    "WITH l AS MATERIALIZED (SELECT l.*, 4 AS tier, NULL::float8 AS km FROM directory_services n "
    "JOIN directory_listings l ON l.service_id = n.id AND l.keys <> '{{}}' WHERE {} LIMIT %(most)s) "
    f"SELECT {_COLUMNS}, l.tier, l.km FROM l {_FROM} WHERE {_GIVEN}"
)
_CALLED = (
    f"WITH l AS MATERIALIZED (SELECT *, {_TIER} AS tier, {_KM} AS km FROM directory_listings "
    "WHERE service_id = ANY(%(ids)s) AND keys <> '{}' ORDER BY tier, km, id LIMIT %(most)s) "
    f"SELECT {_COLUMNS}, l.tier, l.km FROM l {_FROM} WHERE {_GIVEN}"
)
_NOWHERE: Mapping[str, Any] = {
    "here": [], "area": [], "squares": [], "latitude": None, "longitude": None, "shrink": 1.0,
}  # fmt: skip
_ONE = (
    f"SELECT {_COLUMNS}, 4, NULL FROM directory_listings l {_FROM} WHERE l.id = %(id)s AND s.retired_at IS NULL "
    f"AND s.status = 'active' AND {_GIVEN}"
)
_MORE = (
    "SELECT concat_ws(', ', p.address, p.town, p.postcode), s.url, s.email, s.application, s.fees, s.alert "
    f"FROM directory_listings l {_FROM} WHERE l.id = %(id)s"
)
_NEAR: Mapping[int, Near] = {0: "here", 1: "near", 2: "area", 3: "anywhere", 4: "elsewhere"}


@dataclass(frozen=True, slots=True)
class Details:
    """All there is to tell of one thing that was found."""

    found: Found
    address: str | None
    url: str | None
    email: str | None
    application: str | None
    fees: str | None
    notice: str | None
    schedules: tuple[Hours, ...]


def read(work: Work | None, text: str, known: Known = Known()) -> Query:  # noqa: B008  # a frozen value
    """Return what a text looks for: its need, the place it names, else the area that is `known`. Without a store (None)
    only places that need none are known."""
    needs = read_needs(text)
    place = places.named(work, text, {word for why in needs.why for word in why.split()})
    if place is None and known.area:
        place = places.named(work, known.area)
    rest, called = " ".join(needs.rest), read_name(text, places.folded(place.shown).split() if place else ())
    found = Query(need=needs.first, plainly=needs.plainly, also=needs.found[1:], words=rest)
    return replace(found, called=called, place=place, known=known)


def find(work: Work, query: Query, now: datetime, *, start: int = 0, most: int = 3) -> list[Found]:
    """Return up to `most` of what may help, the best first, leaving out the first `start`; [] for nothing. What was
    asked for by its name comes first, but in a crisis."""
    candidates = _lines(work, query) + (_services(work, query) if query.need else _by_name(work, query))
    named = ranked(_called(work, query), query, now) if query.called and not _crisis(query) else []
    keys = {found.key for found in named}
    return [*named, *(found for found in ranked(candidates, query, now) if found.key not in keys)][start : start + most]


def details(work: Work, key: str, now: datetime, known: Known = Known()) -> Details | None:  # noqa: B008  # frozen
    """Return all about what was found under this key; None when it may not be given any more."""
    kind, _, name = key.partition(":")
    query = Query(need=None, known=replace(known, age=None))
    if kind == "helpline":
        line = next((h for h in helplines.standing(work) if h.ref == name), None)
        if line is None or not line.may_be_sent(helplines.today(work)):
            return None
        found = weigh(_of_line(work, line), query, now)
        return Details(found, None, None, None, None, None, None, line.schedules) if found else None
    listing = as_uuid(name)
    rows = work.rows(_ONE, {"id": listing}) if listing else []
    found = weigh(_of_row(work, rows[0]), query, now) if rows else None
    if found is None:
        return None
    address, url, email, application, fees, notice = (value or None for value in work.rows(_MORE, {"id": listing})[0])
    return Details(found, address, url, email, application, fees, notice, tuple(rows[0][7]))


def _lines(work: Work, query: Query) -> list[Candidate]:
    """Return the helplines for this need that members may be given; in a crisis those of the whole country."""
    day, region = helplines.today(work), query.known.region
    return [
        _of_line(work, h)
        for h in helplines.given(helplines.standing(work), day)
        if query.need in h.needs
        and (not h.regions or region in h.regions)
        and (h.kind != "emergency" or _crisis(query))
    ]


def _crisis(query: Query) -> bool:
    return query.need == "crisis"


def _of_line(work: Work, h: Helpline) -> Candidate:
    phones: list[Phone] = []
    if h.number:
        phones.append(Phone(number=h.number, shown=h.number_shown or h.number, kind="voice"))
    if h.text_number:
        phones.append(Phone(number=h.text_number, shown=h.text_number, kind="text"))
    return Candidate(
        key=f"helpline:{h.ref}",
        kind=h.kind,
        name=h.name,
        organisation=None,
        about=h.about,
        needs=h.needs,
        phones=phones,
        text_words=h.text_words,
        schedules=h.schedules,
        zone=ZoneInfo(h.zone),
        languages=h.languages,
        minimum_age=h.minimum_age,
        maximum_age=h.maximum_age,
        vouched=h.verified(helplines.today(work)),
    )


def _services(work: Work, query: Query) -> list[Candidate]:
    # Whoever is in crisis is helped by mental health services as well, behind the lines for it.
    need = [f"n:{'mental-health' if query.need == 'crisis' else query.need}"]
    if query.place is None:
        rows = work.rows(_ANY, {"need": [*need, "w"], "most": _CANDIDATES})
        if len(rows) < _CANDIDATES // 3:
            rows += work.rows(_ANY, {"need": need, "most": _CANDIDATES})
    else:
        rows = _nearest(work, need, query.place)
    return _once(work, rows)


def _nearest(work: Work, need: list[str], place: Place) -> list[tuple[Any, ...]]:
    """Return what is nearest. Where help is thick on the ground that is known before all within 25 km is measured: when
    as much as is wanted lies nearer than the edge of the four squares around the place."""
    asked = {"need": need, "most": _CANDIDATES, **_around(place)}
    if place.latitude is not None and place.longitude is not None:
        block, edge = places.block(place.latitude, place.longitude)
        rows = work.rows(_NEAREST, asked | {"anywhere": [*asked["here"], *block]})
        if len(rows) == _CANDIDATES and all((row[-1] or 0) <= edge for row in rows):
            return rows
    return work.rows(_NEAREST, asked)


def _around(place: Place) -> dict[str, Any]:
    here = [f"d:{place.key}"] if place.kind == "district" else [f"t:{place.key}"]
    area = [f"a:{places.area_of(place.key)}"] if place.kind == "district" else []
    square: list[str] = []
    if place.latitude is not None and place.longitude is not None:
        square = places.squares(place.latitude, place.longitude, _AROUND)
    return {
        "here": here,
        "area": area,
        "squares": square,
        "anywhere": [*here, *area, *square, "w"],
        "latitude": place.latitude,
        "longitude": place.longitude,
        "shrink": math.cos(math.radians(place.latitude or 0)),
    }


def _by_name(work: Work, query: Query) -> list[Candidate]:
    """Return services whose name is what was asked for: "andys man club". Misspelt ones where PostgreSQL can tell."""
    if not query.words.strip():
        return []
    values = {"words": query.words, "most": _CANDIDATES}
    rows = work.rows(_BY_NAME.format("n.words @@ plainto_tsquery('english', %(words)s)"), values)
    if not rows and places.has_trigrams(work):
        rows = work.rows(_BY_NAME.format("n.name %% %(words)s"), values)
    return _once(work, rows)


def _called(work: Work, query: Query) -> list[Candidate]:
    """Return what is called as somebody wrote it, each service at the nearest of its places."""
    called = query.called
    if called is None:
        return []
    given = helplines.given(helplines.standing(work), helplines.today(work))
    lines = [_of_line(work, h) for h in given if h.kind != "emergency" and is_called(called, h.name)]
    ids = names.services(work, called)
    if not ids:
        return lines
    around = _around(query.place) if query.place else _NOWHERE
    return lines + _once(work, work.rows(_CALLED, {"ids": ids, "most": _CANDIDATES, **around}))


def _once(work: Work, rows: Sequence[tuple[Any, ...]]) -> list[Candidate]:
    """One candidate a service, at the nearest of its places."""
    nearest: dict[UUID, tuple[Any, ...]] = {}
    for row in rows:
        had = nearest.get(row[1])
        if had is None or (row[-2], row[-1] or 0) < (had[-2], had[-1] or 0):
            nearest[row[1]] = row
    return [_of_row(work, row) for row in nearest.values()]


def _of_row(work: Work, row: Sequence[Any]) -> Candidate:
    (listing, _, name, organisation, about, needs, phones, schedules, zone, where, languages, access, eligibility,
     minimum, maximum, assured, notice, tier, km) = row  # fmt: skip
    return Candidate(
        key=f"service:{listing}",
        kind="service",
        name=name,
        organisation=organisation,
        about=about or "",
        needs=tuple(needs),
        phones=phones,
        schedules=schedules,
        zone=ZoneInfo(zone),
        where=where,
        near=_NEAR[tier],
        km=km,
        languages=tuple(languages),
        access=tuple(access or ()),
        eligibility=eligibility,
        minimum_age=minimum,
        maximum_age=maximum,
        vouched=fresh(assured, helplines.today(work)),
        notice=notice,
    )
