"""Duties ahead: asking about them the day before, hearing nothing, and finding what nobody has.

A shift knows when it is looked at next (`shifts.next_due_at`), and so does a duty: a tick costs what is due. What is
asked is unique by shift, time and person, so that a look too many asks nobody twice.
"""

from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import escalations, meetings, outbox, recurrence, rota, timers
from checkin.conversation.effects import Severity
from checkin.duties.asking import facilitators, lapse, offer_next, over, stands, to_staff
from checkin.duties.rows import OPEN, lock
from checkin.rota.policy import Occurrence, holders, occurrences
from checkin.rota.words import from_to
from checkin.store.ids import new_id
from checkin.store.models import Duty as Stored
from checkin.store.models import Hole, Meeting, Offer, Pair, Person
from checkin.store.models import Shift as StoredShift
from checkin.store.work import Work

# From the question to the coordinator, who hears when two questions have met silence.
SILENT_AFTER = timedelta(hours=4)
# A hole is told of this long before it begins, and again, more severely, when it is near.
HOLE_AHEAD = timedelta(hours=48)
HOLE_NEAR = timedelta(hours=12)
# Far enough to see where a hole ends.
_LOOK = timedelta(days=14)
_ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)
_DAY_BEFORE = timedelta(days=2)
# What the weekly digest looks at, and how many holes it names.
_DIGEST, _TOLD = timedelta(days=28), 6


def claim_shift(work: Work) -> bool:
    """Ask about one shift whose time to be asked about has come, and set when it is looked at next; False: none is."""
    shift_id = work.conn.scalars(
        select(StoredShift.id)
        .where(StoredShift.next_due_at <= work.now)
        .order_by(StoredShift.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if shift_id is None:
        return False
    found = rota.read(work)
    shift = next(s for s in found.shifts if s.id == shift_id)
    zone = found.people[shift.person].zone
    for occurrence in occurrences(shift, work.now, work.now + _DAY_BEFORE):
        if occurrence.starts <= work.now or work.now < rota.asked_at(occurrence.starts, zone, work.settings.duty_time):
            continue
        held = holders(found, occurrence)
        _stand_down(work, shift_id, occurrence, {person for person, _, _ in held})
        for person, starts, ends in held:
            _ask(work, "shift", shift_id, person, starts, ends)
    again = rota.next_ask(shift.rule, shift.starts, shift.zone, home=zone, at=work.settings.duty_time, after=work.now)
    work.conn.execute(update(StoredShift).where(StoredShift.id == shift_id).values(next_due_at=again))
    return True


def claim_meeting(work: Work) -> bool:
    """Ask whoever runs one meeting whose time to be asked about has come, and set when the series is looked at next."""
    meeting_id = work.conn.scalars(
        select(Meeting.id)
        .where(Meeting.ask_due_at <= work.now)
        .order_by(Meeting.ask_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if meeting_id is None:
        return False
    (kept,) = meetings.series_where(work, Meeting.id == meeting_id)
    zone, at = kept.series.zone, work.settings.duty_time
    to_come = meetings.coming(work, [kept], work.now)[meeting_id]
    for place, one in enumerate(takewhile(lambda one: one.starts <= work.now + _LOOK, to_come)):
        # Of those that the rule gives, only the next: two of a series are never asked about on the same day.
        if (place == 0 or one.moved) and rota.asked_at(one.starts, zone, at) <= work.now:
            for person in [one.runs] if one.runs else facilitators(work, one.group_id):
                _ask(work, "meeting", meeting_id, person, one.starts, one.ends)
    again = _next_ask(work, kept, at)
    work.conn.execute(update(Meeting).where(Meeting.id == meeting_id).values(ask_due_at=again))
    return True


def _next_ask(work: Work, kept: meetings.Kept, at: time) -> datetime | None:
    """Return when a series is looked at next: a meeting that was moved has a time of its own to be asked about."""
    zone, series = kept.series.zone, kept.series
    planned = rota.next_ask(series.rule, series.starts, zone, home=zone, at=at, after=work.now)
    moved = [
        asked
        for one in meetings.exceptional(work, [kept], work.now).get(kept.id, {}).values()
        if one.moved and one.status == "planned" and (asked := rota.asked_at(one.starts, zone, at)) > work.now
    ]
    return min([*moved, *([planned] if planned else [])], default=None)


# A buddy's week, on their own clock.
_WEEK, _WEEKS_BEGIN = "FREQ=WEEKLY;BYDAY=MO", datetime(2024, 1, 1)  # noqa: DTZ001  # wall-clock time


def next_week_asked(work: Work, zone: ZoneInfo) -> datetime | None:
    """Return when a buddy in `zone` is asked next whether the week that begins then suits them (aware, UTC)."""
    return rota.next_ask(_WEEK, _WEEKS_BEGIN, zone, home=zone, at=work.settings.duty_time, after=work.now)


def claim_week(work: Work) -> bool:
    """Ask one buddy about the week that begins tomorrow, and set when they are asked next; False: none is due."""
    row = work.conn.execute(
        select(Pair.id, Pair.buddy_id, Pair.status, Person.zone)
        .join(Person, Person.id == Pair.buddy_id)
        .where(Pair.ask_due_at <= work.now, Pair.status != "ended")
        .order_by(Pair.ask_due_at)
        .limit(1)
        .with_for_update(of=Pair, skip_locked=True)
    ).first()
    if row is None:
        return False
    zone = ZoneInfo(row.zone)
    starts = recurrence.next_after(_WEEK, _WEEKS_BEGIN, zone, work.now)
    due = starts is not None and rota.asked_at(starts, zone, work.settings.duty_time) <= work.now
    if starts is not None and due and row.status == "active":
        _ask(work, "week", row.id, row.buddy_id, starts, starts + timedelta(days=7))
    work.conn.execute(update(Pair).where(Pair.id == row.id).values(ask_due_at=next_week_asked(work, zone)))
    return True


def _ask(work: Work, kind: str, subject: UUID, person: UUID, starts: datetime, ends: datetime) -> None:
    """Put the question, unless this person has been asked about this time."""
    silent = min(work.now + SILENT_AFTER, starts)
    values = {"status": "asked", "ends": ends, "next_due_at": silent}
    duty_id = work.conn.execute(
        insert(Stored)
        .values(id=new_id(), kind=kind, subject=subject, starts=starts, person_id=person, **values)
        .on_conflict_do_update(
            index_elements=["kind", "subject", "starts", "person_id"],
            set_=values,
            where=Stored.status.in_(("planned", "over")),
        )
        .returning(Stored.id)
    ).scalar_one_or_none()
    if duty_id is not None:
        timers.set_timer(work, "open", work.now, person_id=person, topic="duty", subject=duty_id)
        # Once it has begun there is nothing left to ask.
        timers.set_timer(work, "settled", starts, person_id=person, topic="duty", subject=duty_id)


def _stand_down(work: Work, shift_id: UUID, occurrence: Occurrence, holding: set[UUID]) -> None:
    """Take the question back from whoever does not have the shift any more: staff have changed the rota."""
    gone = work.conn.execute(
        update(Stored)
        .where(
            Stored.kind == "shift",
            Stored.subject == shift_id,
            Stored.starts >= occurrence.starts,
            Stored.starts < occurrence.ends,
            Stored.person_id.not_in(holding),
            Stored.status.in_(OPEN),
        )
        .values(status="over", next_due_at=None)
        .returning(Stored.id, Stored.person_id)
    ).all()
    for duty_id, person_id in gone:
        outbox.withdraw(work, duty_id, "answered")
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic="duty", subject=duty_id)
        for offered in work.conn.scalars(
            select(Offer.person_id).where(Offer.duty_id == duty_id, Offer.answer.is_(None))
        ):
            timers.set_timer(work, "settled", work.now, person_id=offered, topic="cover", subject=duty_id)


def claim_duty(work: Work) -> bool:
    """Go on with one duty whose time has come: nobody has said anything, or a stand-in has not; False: none is due."""
    duty_id = work.conn.scalars(
        select(Stored.id)
        .where(Stored.next_due_at <= work.now)
        .order_by(Stored.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    duty = lock(work, duty_id) if duty_id is not None else None
    if duty is None:
        return False
    if not stands(work, duty):
        over(work, duty)
    elif duty.status == "offered":
        offer_next(work, duty)
    elif duty.status == "proposed":
        lapse(work, duty)
        timers.set_timer(work, "settled", work.now, person_id=duty.person_id, topic="swap", subject=duty.id)
    else:
        # Silence is not a no: the duty stands, and a later answer counts.
        work.conn.execute(update(Stored).where(Stored.id == duty.id).values(status="silent", next_due_at=None))
        to_staff(work, duty, Severity.TASK, "duty_silent", "was asked twice and has not said whether they can")
    return True


def look_ahead(work: Work) -> int:
    """Tell staff of every hole that begins within two days, once, and once more when it is near; return how many."""
    if not rota.everybody(work):
        return 0
    told = 0
    until = work.now + _LOOK
    whole = rota.read(work)
    _digest(work, whole)
    for hole in rota.holes(whole, work.now, until):
        if hole.starts > work.now + HOLE_AHEAD:
            break
        near = hole.starts <= work.now + HOLE_NEAR
        # A hole is known by its end: its beginning moves on with the clock once it has begun.
        new = insert(Hole).values(ends=_ENDLESS if hole.ends == until else hole.ends, near=near, at=work.now)
        nearer = new.on_conflict_do_update(
            index_elements=["ends"], set_={"near": True, "at": work.now}, where=Hole.near.is_(False)
        )
        untold = nearer if near else new.on_conflict_do_nothing()
        if work.conn.execute(untold.returning(Hole.ends)).first() is not None:
            when = from_to(hole.starts, hole.ends, work.settings.zone)
            severity = Severity.AMBER if near else Severity.TASK
            words = f"Nobody is on call: {when}. In that time everybody would be asked at once."
            escalations.open_case(work, severity, "rota_hole", person_id=None, words=words)
            told += 1
    return told


# A row of `heartbeats`: so that of all the rounds of a Monday morning one tells.
_FIRST_OF_WEEK = text(
    "INSERT INTO heartbeats (name, at) VALUES ('rota_digest', :now) "
    "ON CONFLICT (name) DO UPDATE SET at = :now WHERE heartbeats.at < :monday RETURNING name"
)


def _digest(work: Work, whole: rota.Rota) -> None:
    """Tell staff once a week, from Monday at nine, where nobody is on call in the coming four weeks; nothing to tell is
    not told."""
    here = work.now.astimezone(work.settings.zone)
    monday = datetime.combine(here.date() - timedelta(days=here.weekday()), time(9), work.settings.zone)
    if here < monday or work.conn.execute(_FIRST_OF_WEEK, {"now": work.now, "monday": monday}).first() is None:
        return
    holes = rota.holes(whole, work.now, work.now + _DIGEST)
    if holes:
        told = "; ".join(from_to(hole.starts, hole.ends, work.settings.zone) for hole in holes[:_TOLD])
        more = f"; and {len(holes) - _TOLD} more" if len(holes) > _TOLD else ""
        words = f"In the coming four weeks nobody is on call: {told}{more}."
        escalations.open_case(work, Severity.TASK, "rota_digest", person_id=None, words=words)
