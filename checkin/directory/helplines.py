"""Helplines: those that come with the line, and what an organisation has checked, changed or added.

A row stands in the place of the entry that came with its ref, so that taking a row away, or losing all of them, brings
back what came: the emergency numbers and crisis lines of a country cannot be emptied. What is given to members:

* an emergency number or a crisis line always, checked or not: in the worst hour a likely number is better than none;
* any other entry only once an admin has checked it, and never from the day its check expires.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit
from checkin.conversation.needs import NEEDS
from checkin.directory.hours import always
from checkin.directory.model import Hours
from checkin.directory.numbers import read_number, shown
from checkin.errors import BadInput
from checkin.store.models import Helpline as Stored
from checkin.store.work import Work

_FILE = Path(__file__).parent / "starter.toml"
# How long a check holds, unless whoever checked says otherwise.
_HOLDS = timedelta(days=365)
# Staff hear so many days before a check expires, and on the day itself.
WARNED_AT = (30, 7, 0)

_ZONES = MappingProxyType({
    "GB": "Europe/London", "IE": "Europe/Dublin", "US": "America/New_York", "AU": "Australia/Sydney",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """One helpline; `number` and `text_number` are E.164 or short. Days are the organisation's."""

    ref: str
    kind: Literal["emergency", "crisis", "helpline"]
    country: str
    name: str
    about: str
    needs: tuple[str, ...]
    number: str | None = None
    text_number: str | None = None
    text_words: str | None = None
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    schedules: tuple[Hours, ...] = ()
    zone: str = "Europe/London"
    checked_on: date | None = None
    checked_by: UUID | None = None
    expires_on: date | None = None
    warned: int | None = None
    withdrawn_at: datetime | None = None

    @property
    def protected(self) -> bool:
        """Tell whether it may never be emptied, withdrawn or kept back."""
        return self.kind != "helpline"

    def may_be_sent(self, today: date) -> bool:
        """Tell whether members may be given it."""
        return self.protected or (self.withdrawn_at is None and self.verified(today))

    def verified(self, today: date) -> bool:
        """Tell whether somebody's check of it still holds."""
        return self.checked_on is not None and self.expires_on is not None and today < self.expires_on

    def status(self, today: date) -> Literal["withdrawn", "unverified", "expired", "checked"]:
        """Return what staff are told of it."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.checked_on is None:
            return "unverified"
        return "checked" if self.verified(today) else "expired"

    @property
    def number_shown(self) -> str | None:
        """The number as people of its country write it."""
        return shown(self.number, self.country) if self.number else None


def today(work: Work) -> date:
    """Return the organisation's day."""
    return work.now.astimezone(work.settings.zone).date()


def standing(work: Work, country: str | None = None) -> list[Helpline]:
    """Return every helpline of a country (the organisation's, when none is named), withdrawn ones too, by ref."""
    country = country or work.settings.country
    rows = work.conn.execute(select(Stored.__table__).where(Stored.country == country)).mappings()
    own = {row["ref"]: _read(row) for row in rows}
    found = {ref: h for ref, h in starter().items() if h.country == country} | own
    return [found[ref] for ref in sorted(found)]


def find(work: Work, ref: str) -> Helpline:
    """Return one helpline. Raises BadInput when there is none."""
    row = work.conn.execute(select(Stored.__table__).where(Stored.ref == ref)).mappings().one_or_none()
    found = _read(row) if row else starter().get(ref)
    if found is None:
        raise BadInput(f"There is no helpline {ref!r}.")
    return found


def check(work: Work, ref: str, by: UUID | None, *, holds: timedelta = _HOLDS, how: str = "console") -> Helpline:
    """Note that `by` has rung it today and that it is as it says; the check expires after `holds`."""
    day = today(work)
    if holds < timedelta(days=1):
        raise BadInput("A check has to hold for a day at least.")
    found = replace(
        find(work, ref), checked_on=day, checked_by=by, expires_on=day + holds, warned=None, withdrawn_at=None
    )
    _store(work, found, "check_helpline", by, how)
    return found


def put(work: Work, helpline: Helpline, by: UUID | None, *, how: str = "console") -> Helpline:
    """Store a new or changed helpline; changed is unchecked until it is ticked again. Raises BadInput, one sentence."""
    found = replace(_sound(helpline), checked_on=None, checked_by=None, expires_on=None, warned=None, withdrawn_at=None)
    before = starter().get(found.ref) or _stored(work, found.ref)
    if before is not None and before.protected and (not found.protected or found.country != before.country):
        raise BadInput(f"{before.name} is an emergency or crisis entry of {before.country} and has to stay one.")
    _store(work, found, "change_helpline", by, how)
    return found


def withdraw(work: Work, ref: str, by: UUID | None, *, how: str = "console") -> Helpline:
    """Give it to nobody any more. Raises BadInput for an emergency number or a crisis line."""
    found = find(work, ref)
    if found.protected:
        raise BadInput(f"{found.name} is an emergency or crisis entry: it can be corrected, not withdrawn.")
    found = replace(found, withdrawn_at=work.now)
    _store(work, found, "withdraw_helpline", by, how)
    return found


def coming_due(work: Work) -> list[tuple[Helpline, int]]:
    """Return the helplines whose check runs out within 30 or 7 days, or has, and that staff were not told of at that
    distance, each with its days left; and note that they are told now."""
    day, found = today(work), []
    for helpline in standing(work):
        if helpline.withdrawn_at is not None or helpline.expires_on is None:
            continue
        left = (helpline.expires_on - day).days
        reached = min((d for d in WARNED_AT if left <= d), default=None)
        if reached is not None and (helpline.warned is None or reached < helpline.warned):
            work.conn.execute(update(Stored).where(Stored.ref == helpline.ref).values(warned=reached))
            found.append((helpline, max(left, 0)))
    return found


@cache
def starter() -> Mapping[str, Helpline]:
    """Return the helplines that come with the line, by ref: nobody has checked any of them."""
    stored = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType({ref: _shipped(ref, dict(row)) for ref, row in stored.items()})


def read_hours(words: str) -> tuple[Hours, ...]:
    """Return hours as staff write them: "always", or "MO,TU 09:00-17:00; SA 10:00-12:00". Raises BadInput."""
    if words.strip().lower() == "always":
        return tuple(always())
    found = []
    for part in filter(None, (p.strip() for p in words.split(";"))):
        days, _, times = part.upper().partition(" ")
        opens, _, closes = times.strip().partition("-")
        try:
            if not set(days.split(",")) <= {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}:
                raise ValueError(days)
            for at in (opens, closes):
                if at != "24:00":
                    datetime.strptime(at, "%H:%M")  # noqa: DTZ007  # a time of day has no zone
        except ValueError as error:
            raise BadInput(f"{part!r} are not hours such as MO,TU 09:00-17:00.") from error
        found.append(Hours(freq="WEEKLY", byday=days, opens_at=opens, closes_at=closes))
    return tuple(found)


def write_hours(schedules: Sequence[Hours]) -> str:
    """Return hours as `read_hours` reads them; lines that it cannot say are left out."""
    if list(schedules) == always():
        return "always"
    weekly = [h for h in schedules if h.get("freq") == "WEEKLY" and h.get("byday")]
    return "; ".join(f"{h['byday']} {h.get('opens_at')}-{h.get('closes_at')}" for h in weekly)


def new_ref(work: Work, name: str) -> str:
    """Return a short name, not taken yet, to file a helpline of the organisation's own under."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    wanted = "-".join(filter(None, plain.split("-")))[:40] or "helpline"
    taken = set(starter()) | set(work.conn.execute(select(Stored.ref)).scalars())
    return next(ref for ref in chain((wanted,), (f"{wanted}-{n}" for n in count(2))) if ref not in taken)


def _shipped(ref: str, row: dict[str, Any]) -> Helpline:
    hours = read_hours(row.pop("hours", ""))
    row |= {k: tuple(row[k]) for k in ("needs", "regions", "languages") if k in row}
    return _sound(Helpline(ref=ref, schedules=hours, zone=_ZONES[row["country"]], **row))


def _sound(helpline: Helpline) -> Helpline:
    """Return it with its numbers as they are dialled. Raises BadInput with one sentence."""
    if not helpline.ref or not helpline.name.strip():
        raise BadInput("A helpline has a short name to file it under, and a name.")
    unknown = [n for n in helpline.needs if n not in NEEDS]
    if unknown or not helpline.needs:
        raise BadInput(f"{unknown[0]!r} is not a need of the list." if unknown else "Say what it is for: a need.")
    if (helpline.minimum_age or 0) > (helpline.maximum_age or math.inf):
        raise BadInput("The youngest it is for cannot be older than the oldest.")
    number = read_number(helpline.number, helpline.country) if helpline.number else None
    text = read_number(helpline.text_number, helpline.country) if helpline.text_number else None
    if (helpline.number and not number) or (helpline.text_number and not text) or not (number or text):
        raise BadInput(f"{helpline.number or helpline.text_number or 'nothing'!r} is not a number to ring or to text.")
    return replace(helpline, number=number, text_number=text)


def _stored(work: Work, ref: str) -> Helpline | None:
    row = work.conn.execute(select(Stored.__table__).where(Stored.ref == ref)).mappings().one_or_none()
    return _read(row) if row else None


def _read(row: RowMapping) -> Helpline:
    lists = {k: tuple(row[k]) for k in ("needs", "regions", "languages", "schedules")}
    return Helpline(**{f.name: lists.get(f.name, row[f.name]) for f in fields(Helpline)})


def _store(work: Work, helpline: Helpline, what: str, by: UUID | None, how: str) -> None:
    row = {f.name: getattr(helpline, f.name) for f in fields(Helpline)}
    for name in ("needs", "regions", "languages", "schedules"):
        row[name] = list(row[name])
    statement = insert(Stored).values(row)
    work.conn.execute(statement.on_conflict_do_update(index_elements=["ref"], set_=row))
    audit.record(work, by, what, f"helpline {helpline.ref}", how)


def given(helplines: Sequence[Helpline], day: date) -> list[Helpline]:
    """Return those that members may be given on this day."""
    return [h for h in helplines if h.may_be_sent(day)]
