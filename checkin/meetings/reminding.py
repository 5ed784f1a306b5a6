"""What has come due of meetings: reminders, headcounts, and that one is off of which nobody was to hear before."""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from checkin import logs, outbox, timers, wording
from checkin.conversation.effects import Stream
from checkin.meetings import telling
from checkin.meetings.changing import make_row
from checkin.meetings.coming import facilitators_of, headcount
from checkin.meetings.held import Kept, Occurrence, look_up, series_where
from checkin.meetings.series import Told
from checkin.store.models import Meeting, Person
from checkin.store.models import Occurrence as Stored
from checkin.store.work import Work

_log = logs.get("meetings")

# A reminder that the line is later than this with is left out: the next one is soon enough.
TOO_LATE = timedelta(hours=12)


def claim(work: Work) -> bool:
    """Do what has come due of one series, or of one meeting that was moved, and set when something is due again; False
    when nothing is due."""
    return _claim_series(work) or _claim_moved(work)


def _claim_series(work: Work) -> bool:
    row = work.conn.execute(
        select(Meeting.id, Meeting.next_due_at)
        .where(Meeting.next_due_at <= work.now)
        .order_by(Meeting.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None or row.next_due_at is None:
        return False
    (kept,) = series_where(work, Meeting.id == row.id)
    late = work.now - row.next_due_at > TOO_LATE
    # After a long standstill the line does not go through all that it missed.
    again = kept.series.told_after(work.now - TOO_LATE if late else row.next_due_at)
    work.conn.execute(update(Meeting).where(Meeting.id == row.id).values(next_due_at=again))
    if late:
        _log.warning("reminder_left_out", why="too_late", meeting=str(row.id))
        _leave_out(work, kept, row.next_due_at)
        return True
    for told in kept.series.told_at(row.next_due_at):
        if told.starts > work.now:
            _tell_of_planned(work, kept, told)
    return True


# More than a fortnight of a daily meeting's reminders is a line that was never there.
_MOST_LEFT_OUT = 30


def _leave_out(work: Work, kept: Kept, since: datetime) -> None:
    """Keep what nobody was reminded of while the line stood still: each reminder is a message that was not sent."""
    due: datetime | None = since
    for _ in range(_MOST_LEFT_OUT):
        if due is None or due > work.now - TOO_LATE:
            return
        for told in kept.series.told_at(due):
            found = look_up(work, kept.id, told.starts.date())
            occurrence = found[1] if found else kept.planned(told.starts)
            if told.days_before is not None and occurrence.status == "planned" and not occurrence.moved:
                occurrence = make_row(work, occurrence, starts=told.starts)
                values = {"occurrence": occurrence.id, "group": occurrence.group_id, "runs": occurrence.runs}
                work.conn.execute(_LEFT_OUT, {**values, "days": told.days_before, "now": work.now, "due": due})
        due = kept.series.told_after(due)


def _tell_of_planned(work: Work, kept: Kept, told: Told) -> None:
    found = look_up(work, kept.id, told.starts.date())
    occurrence = found[1] if found else kept.planned(told.starts)
    # One that was moved has reminders of its own.
    if not occurrence.moved:
        _tell(work, make_row(work, occurrence, starts=told.starts), told)


def _claim_moved(work: Work) -> bool:
    row = work.conn.execute(
        select(Stored.id, Stored.meeting_id, Stored.day, Stored.next_due_at)
        .where(Stored.next_due_at <= work.now)
        .order_by(Stored.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return False
    found = look_up(work, row.meeting_id, row.day)
    if found is None:
        return False
    kept, occurrence = found
    told = kept.series.told_of(occurrence.starts)
    again = min((one.at for one in told if one.at > work.now), default=None)
    work.conn.execute(update(Stored).where(Stored.id == row.id).values(next_due_at=again))
    for one in told:
        if max(row.next_due_at, work.now - TOO_LATE) <= one.at <= work.now < occurrence.starts:
            _tell(work, occurrence, one)
    return True


def _tell(work: Work, occurrence: Occurrence, told: Told) -> None:
    if occurrence.status == "cancelled":
        # Whoever has heard it at once does not hear it again.
        telling.tell(work, occurrence, telling.hearers(work, occurrence, "cancelled"))
    elif told.days_before is None:
        _tell_headcount(work, occurrence)
    else:
        _remind(work, occurrence, told.days_before)


# Whoever runs the group hears who is coming instead; whoever said that they can't, is not asked again.
_WHO = """
    FROM memberships m JOIN people p ON p.id = m.person_id
    LEFT JOIN rsvps r ON r.occurrence_id = :occurrence AND r.person_id = p.id
    WHERE m.group_id = :group AND m.role <> 'facilitator' AND p.id IS DISTINCT FROM :runs
    AND p.status = 'active' AND 'reminders' = ANY(p.streams)
    AND (p.paused_until IS NULL OR p.paused_until <= :now) AND r.answer IS DISTINCT FROM 'no'
"""
_REMIND = text(
    "INSERT INTO reminders (occurrence_id, person_id, days_before, at) "  # our own words
    f"SELECT :occurrence, p.id, :days, :now {_WHO} ON CONFLICT DO NOTHING RETURNING person_id"
)

_LEFT_OUT = text(
    "INSERT INTO messages (id, at, direction, medium, person_id, status, reason, class, stream, wording, subject, "
    "due_at, dedupe) SELECT gen_random_uuid(), :now, 'out', p.prefers, p.id, 'dropped', 'too_late', 2, 'reminders', "
    "'meeting.ask', CAST(:occurrence AS uuid), :due, concat('late:', :occurrence, ':', p.id, ':', :days) "
    f"{_WHO} ON CONFLICT (dedupe) DO NOTHING"
)


def _remind(work: Work, occurrence: Occurrence, days: int) -> None:
    """The question goes into each member's own conversation, under their own lock."""
    values = {"occurrence": occurrence.id, "group": occurrence.group_id, "runs": occurrence.runs}
    for person_id in work.conn.scalars(_REMIND, {**values, "days": days, "now": work.now}).all():
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="meeting", subject=occurrence.id)


def _tell_headcount(work: Work, occurrence: Occurrence) -> None:
    said = headcount(work, occurrence.id)
    values = {"group": occurrence.group, "yes": str(said.yes), "no": str(said.no), "messages": str(said.messages)}
    for person_id in facilitators_of(work, occurrence):
        language = work.conn.execute(select(Person.language).where(Person.id == person_id)).scalar_one()
        outbox.owe(
            work,
            person_id,
            "text",
            Stream.BUDDY,
            "meeting.headcount",
            values | {"when": wording.day_and_time(occurrence.starts, language)},
            subject=occurrence.id,
            expires_at=occurrence.starts,
            dedupe=f"headcount:{occurrence.id}:{person_id}:{occurrence.version}",
        )
