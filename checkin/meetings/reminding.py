"""What has come due of meetings: reminders, headcounts, and telling that one is cancelled."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import logs, outbox, timers, wording
from checkin.conversation.effects import Stream
from checkin.meetings.coming import facilitators_of, find
from checkin.meetings.series import Lead, Series, Told, read_lead
from checkin.store.ids import new_id
from checkin.store.models import Meeting, Occurrence, Person, Rsvp
from checkin.store.work import Work

_log = logs.get("meetings")

# A reminder that the line is later than this with is left out: the next one is soon enough.
TOO_LATE = timedelta(hours=12)


def claim(work: Work) -> bool:
    """Do what has come due of one series, and set when something is due again; False when nothing is due."""
    row = work.conn.execute(
        select(
            Meeting.id, Meeting.group_id, Meeting.rule, Meeting.starts, Meeting.zone, Meeting.reminders,
            Meeting.next_due_at,
        )
        .where(Meeting.next_due_at <= work.now)
        .order_by(Meeting.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()  # fmt: skip
    if row is None or row.next_due_at is None:
        return False
    series = Series(row.rule, row.starts, ZoneInfo(row.zone), _leads(row.reminders))
    late = work.now - row.next_due_at > TOO_LATE
    # After a long standstill the line does not go through all that it missed.
    again = series.told_after(work.now - TOO_LATE if late else row.next_due_at)
    work.conn.execute(update(Meeting).where(Meeting.id == row.id).values(next_due_at=again))
    if late:
        _log.warning("reminder_left_out", why="too_late", meeting=str(row.id))
        return True
    for told in series.told_at(row.next_due_at):
        if told.starts > work.now:
            _tell(work, row.id, row.group_id, told)
    return True


def _leads(written: Sequence[str]) -> tuple[Lead, ...]:
    return tuple(read_lead(one) for one in written)


def _tell(work: Work, meeting_id: UUID, group_id: UUID, told: Told) -> None:
    occurrence_id = _occurrence(work, meeting_id, told.starts)
    if find(work, occurrence_id).status == "cancelled":
        tell_cancelled(work, occurrence_id)
    elif told.days_before is None:
        _tell_headcount(work, occurrence_id)
    else:
        _remind(work, group_id, occurrence_id, told.days_before)


def _occurrence(work: Work, meeting_id: UUID, starts: datetime, status: str = "planned") -> UUID:
    """Return the id of one meeting of a series, making its row when there is none yet."""
    found: UUID = work.conn.execute(
        insert(Occurrence)
        .values(id=new_id(), meeting_id=meeting_id, day=starts.date(), starts_at=starts, status=status)
        .on_conflict_do_update(index_elements=["meeting_id", "day"], set_={"starts_at": starts})
        .returning(Occurrence.id)
    ).scalar_one()
    return found


# Whoever runs the group hears who is coming instead; whoever said that they can't, is not asked again.
_WHO = """
    FROM memberships m JOIN people p ON p.id = m.person_id
    LEFT JOIN rsvps r ON r.occurrence_id = :occurrence AND r.person_id = p.id
    WHERE m.group_id = :group AND m.role <> 'facilitator' AND p.status = 'active' AND 'reminders' = ANY(p.streams)
    AND (p.paused_until IS NULL OR p.paused_until <= :now) AND r.answer IS DISTINCT FROM 'no'
"""
_REMIND = text(
    "INSERT INTO reminders (occurrence_id, person_id, days_before, at) "  # our own words
    f"SELECT :occurrence, p.id, :days, :now {_WHO} ON CONFLICT DO NOTHING RETURNING person_id"
)


def _remind(work: Work, group_id: UUID, occurrence_id: UUID, days: int) -> None:
    """The question goes into each member's own conversation, under their own lock."""
    values = {"occurrence": occurrence_id, "group": group_id, "days": days, "now": work.now}
    for person_id in work.conn.scalars(_REMIND, values).all():
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="meeting", subject=occurrence_id)


def _tell_headcount(work: Work, occurrence_id: UUID) -> None:
    occurrence = find(work, occurrence_id)
    counted = work.conn.execute(
        select(
            func.count().filter(Rsvp.answer == "yes").label("yes"),
            func.count().filter(Rsvp.answer == "no").label("no"),
            func.coalesce(func.sum(Rsvp.messages), 0).label("messages"),
        ).where(Rsvp.occurrence_id == occurrence_id)
    ).one()
    values = {"group": occurrence.group, **{name: str(number) for name, number in counted._asdict().items()}}
    for person_id in facilitators_of(work, occurrence):
        language = work.conn.execute(select(Person.language).where(Person.id == person_id)).scalar_one()
        outbox.owe(
            work,
            person_id,
            "text",
            Stream.BUDDY,
            "meeting.headcount",
            values | {"when": wording.day_and_time(occurrence.starts, language)},
            subject=occurrence_id,
            expires_at=occurrence.starts,
            dedupe=f"headcount:{occurrence_id}:{person_id}",
        )


def set_cancelled(work: Work, meeting_id: UUID, series: Series, days: Collection[date]) -> None:
    """Cancel the meetings of a series on these days, and no others that are still to come.

    Whoever would have heard of one by now is told at once; of one further off, when they would have been reminded.
    """
    for day in days:
        starts = next(series.after(datetime.combine(day, datetime.min.time(), series.zone)), None)
        if starts is None or starts.date() != day or starts <= work.now:
            continue
        occurrence_id = _occurrence(work, meeting_id, starts)
        changed = _change(work, Occurrence.id == occurrence_id, was="planned", now="cancelled")
        if changed:
            outbox.withdraw(work, occurrence_id, "not_relevant")
            if series.reminded_by(starts, work.now):
                tell_cancelled(work, occurrence_id)
    # What the file no longer cancels takes place again.
    _change(work, Occurrence.meeting_id == meeting_id, Occurrence.day.not_in(days), was="cancelled", now="planned")


def _change(work: Work, *which: Any, was: str, now: str) -> int:
    mine = (*which, Occurrence.status == was, Occurrence.starts_at > work.now)
    return work.conn.execute(update(Occurrence).where(*mine).values(status=now)).rowcount


_TOLD = text(
    "SELECT p.id, p.language, p.prefers, m.role FROM memberships m JOIN people p ON p.id = m.person_id "
    "WHERE m.group_id = :group AND p.status = 'active' AND (m.role <> 'member' OR 'reminders' = ANY(p.streams))"
)


def tell_cancelled(work: Work, occurrence_id: UUID) -> None:
    """Tell everybody in the group, once, and close the question whether they come."""
    occurrence = find(work, occurrence_id)
    for person_id, language, prefers, _ in work.conn.execute(_TOLD, {"group": occurrence.group_id}).all():
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic="meeting", subject=occurrence_id)
        outbox.owe(
            work,
            person_id,
            prefers,
            Stream.NOTICE,
            "meeting.cancelled",
            {"group": occurrence.group, "when": wording.day_and_time(occurrence.starts, language)},
            subject=occurrence_id,
            expires_at=occurrence.starts,
            dedupe=f"cancelled:{occurrence_id}:{person_id}",
        )
