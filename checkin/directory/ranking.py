"""Why one service stands before another. Pure: candidates in, an explained order out.

Points, the same for everybody, so that staff can be told why: see `_POINTS`. What certainly does not fit (an age that
is refused) is left out; what may not fit stays, lower down.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from checkin.directory.hours import when_open
from checkin.directory.model import Found, Hours, Known, Near, Open, Phone, Query

_POINTS: Mapping[str, int] = {
    "is for this before all": 15,
    "is open now": 20,
    "opens today": 8,
    "no hours are given": 4,
    "cannot be rung or texted": -40,
    "is here": 30,
    "serves the area": 12,
    "serves everywhere": 14,
    "is somewhere else": -20,
    "speaks their language": 30,
    "is for their age": 5,
    "meets what they need to get in": 12,
    "was vouched for": 4,
    "has a notice": -6,
}
_FRESH = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One service at one place, or a helpline, as it comes out of the store."""

    key: str
    kind: Any
    name: str
    organisation: str | None
    about: str
    needs: tuple[str, ...]
    phones: Sequence[Phone]
    text_words: str | None = None
    schedules: Sequence[Hours] = ()
    zone: ZoneInfo
    where: str | None = None
    near: Near = "anywhere"
    km: float | None = None
    languages: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    eligibility: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    vouched: bool = False
    notice: str | None = None


def ranked(candidates: Iterable[Candidate], query: Query, now: datetime) -> list[Found]:
    """Return what may help, the best first. In a crisis emergency numbers and crisis lines stand before everything."""
    found = [f for c in candidates if (f := weigh(c, query, now)) is not None]
    first = {"emergency": 0, "crisis": 1} if query.need == "crisis" else {}
    return sorted(found, key=lambda f: (first.get(f.kind, 2), -f.score, f.name.casefold(), f.key))


def weigh(candidate: Candidate, query: Query, now: datetime) -> Found | None:
    """Return a candidate with its points; None when it is certainly not for them."""
    known, c = query.known, candidate
    if known.age is not None and not _for_age(c, known.age):
        return None
    opened = when_open(c.schedules, now, c.zone)
    voice, texted = _best(c.phones, "voice"), _best(c.phones, "text")
    reasons = dict.fromkeys(_reasons(c, query, opened, now, reached=bool(voice or texted)))
    why = [(reason, _POINTS[reason]) for reason in reasons]
    if c.km is not None and c.near in {"here", "near"}:
        why.append((f"is {c.km:.0f} km away" if c.km >= 1 else "is close by", round(30 * math.exp(-c.km / 15))))
    return Found(
        key=c.key,
        kind=c.kind,
        name=c.name,
        organisation=c.organisation,
        about=c.about,
        needs=c.needs,
        phone=voice.get("number") if voice else None,
        phone_shown=voice.get("shown") if voice else None,
        text_to=texted.get("number") if texted else None,
        text_words=c.text_words,
        open=opened,
        where=c.where,
        near=c.near,
        km=None if c.km is None else round(c.km, 1),
        languages=c.languages,
        access=c.access,
        eligibility=tuple(_eligibility(c)),
        verified=c.vouched,
        score=sum(points for _, points in why),
        why=tuple(sorted(why, key=lambda w: -w[1])),
    )


def fresh(assured: date | None, today: date) -> bool:
    """Tell whether a source looked at its entry within two years."""
    return assured is not None and today - assured <= _FRESH


def _reasons(c: Candidate, query: Query, opened: Open, now: datetime, *, reached: bool) -> Iterable[str]:
    if query.need and c.needs[:1] == (query.need,):
        yield "is for this before all"
    if opened.now:
        yield "is open now"
    elif opened.opens and opened.opens.date() == now.astimezone(opened.opens.tzinfo).date():
        yield "opens today"
    elif opened.now is None:
        yield "no hours are given"
    if not reached:
        yield "cannot be rung or texted"
    if c.near == "here" and c.km is None:
        yield "is here"
    elif c.near == "area":
        yield "serves the area"
    elif c.near == "anywhere":
        yield "serves everywhere"
    elif c.near == "elsewhere":
        yield "is somewhere else"
    yield from _fits(c, query.known)
    if c.vouched:
        yield "was vouched for"
    if c.notice:
        yield "has a notice"


def _fits(c: Candidate, known: Known) -> Iterable[str]:
    # English goes without saying; a service that names the language they like best is worth more.
    if known.languages and known.languages[0] != "en" and known.languages[0] in c.languages:
        yield "speaks their language"
    if known.age is not None and (c.minimum_age is not None or c.maximum_age is not None):
        yield "is for their age"
    if known.access and known.access <= set(c.access):
        yield "meets what they need to get in"


def _for_age(c: Candidate, age: int) -> bool:
    return (c.minimum_age is None or age >= c.minimum_age) and (c.maximum_age is None or age <= c.maximum_age)


def _eligibility(c: Candidate) -> Iterable[str]:
    if c.minimum_age and c.maximum_age and c.maximum_age < 100:
        yield f"{c.minimum_age} to {c.maximum_age} years"
    elif c.minimum_age:
        yield f"{c.minimum_age} and over"
    elif c.maximum_age and c.maximum_age < 100:
        yield f"up to {c.maximum_age} years"
    if c.eligibility:
        yield c.eligibility


def _best(phones: Sequence[Phone], kind: str) -> Phone | None:
    """Return the number to give: the first of its kind that can be dialled."""
    return next((p for p in phones if p.get("number") and p.get("kind", "voice") == kind), None)
