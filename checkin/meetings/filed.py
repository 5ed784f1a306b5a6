"""Which meetings of a series an organisation file has off. What staff have changed by hand stays as they have it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from checkin.meetings.changing import Cancel, Restore, carry_out, worked_out
from checkin.meetings.held import Occurrence, look_up
from checkin.store.models import Occurrence as Stored
from checkin.store.work import Work


def set_cancelled(work: Work, meeting_id: UUID, days: Collection[date]) -> None:
    """Cancel the meetings of a series on these days, and no others that are still to come, as far as a file may.

    Whoever would have heard of one by now is told at once; of one further off, when they would have been reminded.
    """
    for day in sorted(days):
        _cancel(work, meeting_id, day)
    off = select(Stored.day).where(
        Stored.meeting_id == meeting_id, Stored.status == "cancelled", Stored.starts_at > work.now
    )
    for day in set(work.conn.scalars(off)) - set(days):
        _restore(work, meeting_id, day)


def _cancel(work: Work, meeting_id: UUID, day: date) -> None:
    found = look_up(work, meeting_id, day, lock=True)
    if found is None:
        return
    kept, occurrence = found
    if occurrence.status == "planned" and occurrence.starts > work.now and not _by_hand(work, occurrence):
        at_once = kept.series.reminded_by(occurrence.starts, work.now)
        carry_out(work, kept, worked_out(work, kept, occurrence, Cancel()), None, at_once=at_once)


def _restore(work: Work, meeting_id: UUID, day: date) -> None:
    found = look_up(work, meeting_id, day, lock=True)
    # Off because the series is at another time now, it stays off.
    if found is not None and found[0].series.on(day) is not None and not _by_hand(work, found[1]):
        kept, occurrence = found
        carry_out(work, kept, worked_out(work, kept, occurrence, Restore()), None)


def _by_hand(work: Work, occurrence: Occurrence) -> bool:
    return bool(work.conn.execute(select(Stored.by_hand).where(Stored.id == occurrence.id)).scalar())
