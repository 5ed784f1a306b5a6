"""What the gate is asked about a person: put together in one place, whether something is about to be sent or is only
being promised to somebody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin import wording
from checkin.conversation.effects import Stream
from checkin.gate import Medium, Request, Verdict, may
from checkin.phone import is_fictional
from checkin.store.work import Work


def request(
    work: Work,
    person: Mapping[str, Any],
    number: str | None,
    *,
    medium: Medium,
    stream: Stream,
    key: str | None = None,
    expires_at: datetime | None = None,
    relevant: bool = True,
    on_call: bool = False,
    sent_this_week: int = 0,
) -> Request:
    """Return what the gate looks at. `person` holds the columns of `people` by name, and `suspended_at` of the phone
    with this `number` (None: they have none); `key` names the sentence, where it is known."""
    settings = work.settings
    hours = (person["safe_from"], person["safe_to"])
    cap = person["texts_a_week"] or settings.texts_a_week
    if medium == "call":
        cap = person["calls_a_week"] or settings.calls_a_week
    return Request(
        now=work.now,
        medium=medium,
        stream=stream,
        expires_at=expires_at,
        relevant=relevant,
        sayable=_sayable(person, medium, key),
        number=number,
        fictional=number is not None and is_fictional(number) and not settings.simulated,
        number_suspended=person["suspended_at"] is not None,
        status=person["status"],
        streams=frozenset(person["streams"]),
        text_blocked=person["text_blocked"],
        paused_until=person["paused_until"],
        safe_to_text=person["safe_to_text"],
        safe_to_call=person["safe_to_call"],
        safe_hours=hours if hours[0] and hours[1] else None,
        quiet_hours=settings.quiet_hours,
        zone=ZoneInfo(person["zone"]),
        on_call=on_call,
        sent_this_week=sent_this_week,
        weekly_cap=cap,
    )


def _sayable(person: Mapping[str, Any], medium: Medium, key: str | None) -> bool:
    if person["language"] not in wording.LANGUAGES:
        return False
    return key is None or bool(wording.sentences(person["language"])[key].variant(variant(person, medium)))


def variant(person: Mapping[str, Any], medium: Medium) -> wording.Variant:
    """Return which variant of a sentence somebody is told; `person` as in `request`."""
    if medium == "call":
        return "voice"
    return "discreet" if person["discreet"] else "text"


_PEOPLE = """
    SELECT p.id, p.status, p.language, p.zone, p.streams, p.discreet, p.shared_phone, p.text_blocked, p.paused_until,
           p.safe_to_text, p.safe_to_call, p.safe_from, p.safe_to, p.ring_seconds, p.texts_a_week, p.calls_a_week,
           h.number, h.suspended_at, h.line
    FROM unnest(%(people)s::uuid[], %(media)s::text[]) AS w (id, medium) JOIN people p ON p.id = w.id
    LEFT JOIN LATERAL (
        SELECT f.number, f.line, pp.suspended_at FROM person_phones pp JOIN phones f ON f.id = pp.phone_id
        WHERE pp.person_id = p.id
        ORDER BY pp.suspended_at IS NOT NULL, w.medium = 'text' AND f.line = 'landline', pp.rank LIMIT 1
    ) h ON true
"""
_NAMES = (
    "status", "language", "zone", "streams", "discreet", "shared_phone", "text_blocked", "paused_until",
    "safe_to_text", "safe_to_call", "safe_from", "safe_to", "ring_seconds", "texts_a_week", "calls_a_week",
    "number", "suspended_at", "line",
)  # fmt: skip


def reach_all(work: Work, media: Mapping[UUID, Medium]) -> dict[UUID, Mapping[str, Any]]:
    """Return how people are reached just now, each by their medium: columns of `people` by name, `number` (opened;
    None: none) and the kind of `line` it is."""
    found: dict[UUID, Mapping[str, Any]] = {}
    for person_id, *row in work.rows(_PEOPLE, {"people": list(media), "media": list(media.values())}):
        person = dict(zip(_NAMES, row, strict=True))
        number = work.vault.open(person["number"], "phones.number") if person["number"] else None
        found[person_id] = person | {"number": number}
    return found


def reach(work: Work, person_id: UUID, medium: Medium) -> Mapping[str, Any]:
    """Return how somebody is reached just now; see `reach_all`."""
    return reach_all(work, {person_id: medium})[person_id]


def foresee_all(work: Work, media: Mapping[UUID, Medium], stream: Stream) -> dict[UUID, tuple[Medium, Verdict]]:
    """Return, for each of these people, the medium by which it would go (a text to a landline is a call) and what the
    gate would say just now, so that whoever is promised something hears the truth.

    Only a promise: the gate itself is asked again at the moment of sending.
    """
    found: dict[UUID, tuple[Medium, Verdict]] = {}
    for person_id, person in reach_all(work, media).items():
        medium: Medium = "call" if person["line"] == "landline" else media[person_id]
        found[person_id] = medium, may(request(work, person, person["number"], medium=medium, stream=stream))
    return found


def foresee(work: Work, person_id: UUID, medium: Medium, stream: Stream) -> Verdict:
    """Return what the gate would say just now to one message by this medium."""
    person = reach(work, person_id, medium)
    return may(request(work, person, person["number"], medium=medium, stream=stream))
