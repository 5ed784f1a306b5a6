"""What the directory knows, as values: mapped once from whatever a source calls it. Nothing here knows a database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from checkin.conversation.names import Called

# What a place may offer to somebody who needs it, and the words by which sources say so (docs/directory.md).
Access = Literal["wheelchair", "hearing-loop", "sign-language", "toilet", "parking", "home-visits", "remote"]
Kind = Literal["voice", "text", "textphone", "fax"]


class Phone(TypedDict, total=False):
    """A telephone: `number` is E.164, or a short number as it is dialled; `shown` is how people write it."""

    number: str
    shown: str
    kind: Kind
    extension: str
    about: str
    languages: list[str]
    id: str


class Hours(TypedDict, total=False):
    """One line of opening hours: HSDS's schedule with its RRULE-like fields, times as HH:MM on the wall clock of
    `zone` (IANA). `closed` means that these days are exceptions on which nobody is there."""

    id: str
    freq: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    interval: int
    count: int
    wkst: str
    byday: str
    bymonthday: str
    byyearday: str
    byweekno: str
    dtstart: str
    until: str
    valid_from: str
    valid_to: str
    opens_at: str
    closes_at: str
    zone: str
    closed: bool
    description: str
    notes: str
    attending: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the line knows about somebody who looks for help: an unknown fact excludes nothing.

    `languages` are codes ("pl"), the one they like best first; `region` is a nation or state ("Wales").
    """

    age: int | None = None
    languages: tuple[str, ...] = ("en",)
    access: frozenset[Access] = frozenset()
    area: str | None = None
    """Their group's area: where to look when they name no place."""
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that somebody named: `shown` as it is said ("LS6", "Leeds"); degrees, or None when nobody knows."""

    key: str
    kind: Literal["district", "town"]
    shown: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: a need of the list, or `words` that may be a service's name; where; for whom."""

    need: str | None
    plainly: bool = False
    """The need was said in so many words, and not only to be told from how they are put."""
    also: tuple[str, ...] = ()
    """Further needs that were spoken of, the plainest first."""
    words: str = ""
    called: Called | None = None
    place: Place | None = None
    known: Known = Known()


@dataclass(frozen=True, slots=True)
class Open:
    """Whether somebody is there: None when the source gives no hours that still hold. Moments are aware, in the
    service's own zone: `until` is when it closes (None: it never does), `opens` is the next time it opens."""

    now: bool | None = None
    until: datetime | None = None
    opens: datetime | None = None
    always: bool = False


Near = Literal["here", "near", "area", "anywhere", "elsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that may help. `key` names it for `search.details`; numbers are dialled as they stand."""

    key: str
    kind: Literal["emergency", "crisis", "helpline", "service"]
    name: str
    organisation: str | None
    about: str
    needs: tuple[str, ...]
    phone: str | None
    phone_shown: str | None
    text_to: str | None
    """A number to text, and `text_words` what to text there."""
    text_words: str | None
    open: Open
    where: str | None
    """A town or address line; None for a helpline."""
    near: Near
    km: float | None
    languages: tuple[str, ...]
    access: tuple[str, ...]
    eligibility: tuple[str, ...]
    """What is known of whom it is for, a line each."""
    verified: bool
    """A person of this organisation, or the source within the last two years, vouches for it."""
    score: int
    why: tuple[tuple[str, int], ...]
    """The reasons it stands where it stands, with the points that each gave."""

    def as_json(self) -> dict[str, Any]:
        """Return it as machines are told."""
        return {
            "key": self.key,
            "kind": self.kind,
            "name": self.name,
            "organisation": self.organisation,
            "about": self.about,
            "phone": self.phone,
            "phone_shown": self.phone_shown,
            "text_to": self.text_to,
            "text_words": self.text_words,
            "open_now": self.open.now,
            "open_until": self.open.until.isoformat() if self.open.until else None,
            "opens": self.open.opens.isoformat() if self.open.opens else None,
            "where": self.where,
            "near": self.near,
            "km": self.km,
            "languages": list(self.languages),
            "access": list(self.access),
            "eligibility": list(self.eligibility),
            "verified": self.verified,
            "score": self.score,
            "why": [f"{reason} {points:+d}" for reason, points in self.why],
        }
