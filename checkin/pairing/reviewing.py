"""Staff look with both of a pair at how it goes: some weeks after it began, and then every few months."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select, update

from checkin import audit, escalations, people
from checkin.conversation.effects import Severity
from checkin.errors import BadInput
from checkin.store.models import Pair
from checkin.store.work import Work

# Befriending schemes support a volunteer every six weeks and review with the member every three months.
FIRST_REVIEW = timedelta(weeks=6)
_LATER = timedelta(weeks=13)
_AT = time(9)


def review_at(work: Work, *, on: date | None = None, first: bool = False) -> datetime:
    """Return when a review comes up as a task (aware): in the morning of a day, on the line's own clock."""
    day = on or (work.now + (FIRST_REVIEW if first else _LATER)).astimezone(work.settings.zone).date()
    return datetime.combine(day, _AT, work.settings.zone)


def claim_review(work: Work) -> bool:
    """Make a task of one review that is due, and set when the next one is; False when none is due."""
    row = work.conn.execute(
        select(Pair.id, Pair.member_id, Pair.buddy_id)
        .where(Pair.review_due_at <= work.now, Pair.status != "ended")
        .order_by(Pair.review_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return False
    work.conn.execute(update(Pair).where(Pair.id == row.id).values(review_due_at=review_at(work)))
    two = f"{people.first_name(work, row.member_id)} and {people.first_name(work, row.buddy_id)}"
    escalations.open_case(work, Severity.TASK, "pair_review", person_id=row.member_id, words=two)
    return True


def put_review(work: Work, actor: UUID | None, pair_id: UUID, on: date) -> None:
    """Move a pair's next review to a day. Raises BadInput when the pair has ended or the day is not to come."""
    if on <= work.now.astimezone(work.settings.zone).date():
        raise BadInput("The review must be on a day to come.")
    changed = work.conn.execute(
        update(Pair).where(Pair.id == pair_id, Pair.status != "ended").values(review_due_at=review_at(work, on=on))
    )
    if not changed.rowcount:
        raise BadInput("That pair has ended.")
    audit.record(work, actor, "pair_review_moved", f"pair {pair_id}", on.isoformat())
