"""One case: its timeline, and whom it is about, with what must be known before anybody gets in touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from checkin import escalations, rota
from checkin.casebook.opening import name, opened
from checkin.store.models import Person
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in international form (or a caller id), the kind of line, and whether it is out of use for now."""

    number: str
    line: str
    suspended: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """How somebody may be reached without harm. Hours are on the clock of `zone`; None: no hours were named."""

    name: str
    language: str
    zone: str
    area: str | None
    status: str
    prefers: str
    discreet: bool
    safe_to_text: bool
    safe_to_call: bool
    safe_hours: tuple[time, time] | None
    shared_phone: bool
    voicemail: str
    has_pin: bool
    missed_call_ok: bool
    text_relay: bool
    text_blocked: bool
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline: `who` did `kind`, or had it done to them."""

    id: int
    at: datetime
    kind: str
    who: str | None
    detail: str
    words: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a case can be handed to."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case and all that is known about whom it is about. `profile` is None for somebody the line does not know.

    `mark` (see `mark`) is how it stood when it was read; `earlier` counts events before those in `events`. Whom it can
    be handed to and which others are about the same telephone is read only for whoever has it.
    """

    id: UUID
    number: int
    severity: str
    reason: str
    status: str
    opened_at: datetime
    person_id: UUID | None
    phone_id: UUID | None
    taken_by: UUID | None
    taker: str | None
    taken_at: datetime | None
    close_asked_by: UUID | None
    asker: str | None
    closer: str | None
    closed_at: datetime | None
    alarm_at: datetime | None
    arrived_at: datetime | None
    snoozed_until: datetime | None
    next_at: datetime | None
    """When the line itself does something about it next, as `Waiting` has it: until then whoever has it is left alone.
    """
    offered: str | None
    colleagues: Sequence[Colleague]
    related: Sequence[int]
    profile: Profile | None
    phones: Sequence[Phone]
    events: Sequence[Event]
    earlier: int
    mark: str


PROFILE = (
    "p.name AS member, p.language, p.zone, p.area, p.status AS member_status, p.prefers, p.discreet, p.safe_to_text, "
    "p.safe_to_call, p.safe_from, p.safe_to, p.shared_phone, p.voicemail, p.text_blocked, p.paused_until, "
    "p.pin IS NOT NULL AS has_pin, p.missed_call_ok, p.text_relay"
)
_CASE = text(
    f"""
    SELECT k.*, t.name AS taker, a.name AS asker, c.name AS closer, o.name AS offered, {PROFILE},
           (SELECT min(d.due_at) FROM timers d WHERE d.kind = 'page' AND d.subject = k.id) AS next_at
    FROM cases k LEFT JOIN people p ON p.id = k.person_id LEFT JOIN people t ON t.id = k.taken_by
    LEFT JOIN people a ON a.id = k.close_asked_by LEFT JOIN people c ON c.id = k.closed_by
    LEFT JOIN people o ON o.id = k.offered_to
    WHERE k.number = :number
    """  # noqa: S608  # our own words
)
_EVENTS = text(
    """
    SELECT e.id, e.at, e.kind, e.detail, e.private, e.words, p.name, count(*) OVER () AS total
    FROM case_events e LEFT JOIN people p ON p.id = e.person_id
    WHERE e.case_id = :case ORDER BY e.id DESC LIMIT :most
    """
)
# A stranger's case has the phone itself; a member's, all of theirs in the order they are tried.
_PHONES = text(
    """
    SELECT f.number, f.line, pp.suspended_at, pp.rank FROM person_phones pp JOIN phones f ON f.id = pp.phone_id
    WHERE pp.person_id = :person
    UNION ALL SELECT f.number, f.line, NULL, 1 FROM phones f WHERE f.id = :phone AND CAST(:person AS uuid) IS NULL
    ORDER BY rank
    """
)
_MARK = text(
    """
    SELECT concat_ws('.',
        k.severity, k.status, (SELECT count(*) FROM case_events e WHERE e.case_id = k.id),
        (SELECT extract(epoch FROM max(m.at)) FROM every_message m
         WHERE m.person_id = k.person_id AND m.direction = 'in'))
    FROM cases k WHERE k.number = :number
    """
)


def case(work: Work, number: int, *, reader: UUID, most: int = 200) -> CaseFile | None:
    """Return a case with its newest `most` events, oldest first, for somebody to read; None when there is none of this
    number."""
    # The mark comes first: what comes in between it and the rest is read now and asked about again, never missed.
    standing = mark(work, number)
    row = work.conn.execute(_CASE, {"number": number}).first()
    if row is None or standing is None:
        return None
    events = work.conn.execute(_EVENTS, {"case": row.id, "most": most}).all()
    return CaseFile(
        id=row.id,
        number=row.number,
        severity=row.severity,
        reason=row.reason,
        status=row.status,
        opened_at=row.opened_at,
        person_id=row.person_id,
        phone_id=row.phone_id,
        taken_by=row.taken_by,
        taker=name(work, row.taker),
        taken_at=row.taken_at,
        close_asked_by=row.close_asked_by,
        asker=name(work, row.asker),
        closer=name(work, row.closer),
        closed_at=row.closed_at,
        alarm_at=row.alarm_at,
        arrived_at=row.arrived_at,
        snoozed_until=row.snoozed_until,
        next_at=row.next_at,
        offered=name(work, row.offered),
        colleagues=_colleagues(work, reader) if row.taken_by == reader else (),
        related=escalations.related(work, row.id) if row.taken_by == reader else (),
        profile=profile(work, row) if row.person_id else None,
        phones=phones(work, row.person_id, row.phone_id),
        events=[_event(work, event) for event in reversed(events)],
        earlier=events[0].total - len(events) if events else 0,
        mark=standing,
    )


def _event(work: Work, row: Row[Any]) -> Event:
    detail = opened(work, row.private, "case_events.private") or row.detail or ""
    return Event(row.id, row.at, row.kind, name(work, row.name), detail, opened(work, row.words, "case_events.words"))


def phones(work: Work, person_id: UUID | None, phone_id: UUID | None = None) -> list[Phone]:
    """Return somebody's numbers in the order they are tried, or a stranger's one."""
    rows = work.conn.execute(_PHONES, {"person": person_id, "phone": phone_id})
    return [Phone(opened(work, f.number, "phones.number"), f.line, f.suspended_at is not None) for f in rows]


def _colleagues(work: Work, reader: UUID) -> list[Colleague]:
    ids = [person_id for person_id in rota.everybody(work) if person_id != reader]
    rows = work.conn.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    found = [Colleague(row.id, opened(work, row.name, "people.name")) for row in rows]
    return sorted(found, key=lambda colleague: colleague.name)


def mark(work: Work, number: int) -> str | None:
    """Return a short text that is another whenever a case has changed or its member has been heard from; None when
    there is no such case."""
    found = work.conn.execute(_MARK, {"number": number}).scalar_one_or_none()
    return None if found is None else str(found)


def profile(work: Work, row: Row[Any]) -> Profile:
    """Return how somebody may be reached, of a row with PROFILE's columns."""
    hours = (row.safe_from, row.safe_to) if row.safe_from and row.safe_to else None
    return Profile(
        name=opened(work, row.member, "people.name"),
        language=row.language,
        zone=row.zone,
        area=row.area,
        status=row.member_status,
        prefers=row.prefers,
        discreet=row.discreet,
        safe_to_text=row.safe_to_text,
        safe_to_call=row.safe_to_call,
        safe_hours=hours,
        shared_phone=row.shared_phone,
        voicemail=row.voicemail,
        has_pin=row.has_pin,
        missed_call_ok=row.missed_call_ok,
        text_relay=row.text_relay,
        text_blocked=row.text_blocked,
        paused_until=row.paused_until,
    )
