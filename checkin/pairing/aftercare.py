"""Asking afterwards: how did the contact go, and, the day after danger, how are you yourself?

Looking out for somebody can be hard, and a volunteer seldom says so unasked. Both questions are put once; nobody has to
answer, and that nobody did is kept as well.
"""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import escalations, timers
from checkin.conversation.effects import Severity
from checkin.store.ids import new_id
from checkin.store.models import Aftercare, CheckIn, Person
from checkin.store.work import Work

TOPICS = ("debrief", "welfare")

# Long enough for a chat to be over, short enough for it to be remembered.
_DEBRIEF_AFTER = timedelta(hours=1)
# The day after, when the morning has begun.
_WELFARE_AT = time(11)


def debrief(work: Work, person_id: UUID, check_in_id: UUID) -> None:
    """Ask whoever has been in touch, a little later and once, how it went."""
    member_id = work.conn.execute(select(CheckIn.person_id).where(CheckIn.id == check_in_id)).scalar_one()
    case_id = escalations.standing_case(work, member_id)
    _ask(
        work, "debrief", work.now + _DEBRIEF_AFTER, person_id,
        {"member_id": member_id, "check_in_id": check_in_id, "case_id": case_id},
    )  # fmt: skip


# Whoever looks out for somebody and has had a part in it: was worried, or was asked to get in touch, of late.
_PART = text(
    """
    SELECT j.buddy_id FROM pairs j WHERE j.member_id = :member AND j.status <> 'ended' AND (
        EXISTS (SELECT FROM reports r WHERE r.pair_id = j.id AND r.answer = 'worried' AND r.at > :lately)
        OR EXISTS (SELECT FROM alerts a JOIN check_ins c ON c.id = a.check_in_id
            WHERE c.person_id = j.member_id AND a.person_id = j.buddy_id AND a.at > :lately))
    UNION SELECT j.buddy_id FROM pairs j WHERE j.buddy_id = :reporter AND j.status <> 'ended'
    """
)
_LATELY = timedelta(days=2)


def after_red(work: Work, case_id: UUID, member_id: UUID, reporter_id: UUID | None) -> None:
    """Have every buddy who had a part in a RED asked the next day how they are: who looks out for `member_id` and was
    worried or asked of late, and `reporter_id`, who heard of it while they looked out for somebody."""
    values = {"member": member_id, "reporter": reporter_id, "lately": work.now - _LATELY}
    for buddy_id in sorted(work.conn.scalars(_PART, values)):
        zone = ZoneInfo(work.conn.execute(select(Person.zone).where(Person.id == buddy_id)).scalar_one())
        tomorrow = work.now.astimezone(zone).date() + timedelta(days=1)
        due_at = datetime.combine(tomorrow, _WELFARE_AT, zone)
        _ask(work, "welfare", due_at, buddy_id, {"member_id": member_id, "case_id": case_id})


def _ask(work: Work, kind: str, due_at: datetime, person_id: UUID, values: dict[str, object]) -> None:
    """Ask somebody once, at a moment (aware), in their own conversation."""
    row = {"id": new_id(), "kind": kind, "person_id": person_id, "at": due_at, **values}
    asked = work.conn.execute(
        insert(Aftercare).values(row).on_conflict_do_nothing().returning(Aftercare.id)
    ).scalar_one_or_none()
    if asked is not None:
        timers.set_timer(work, "open", due_at, person_id=person_id, topic=kind, subject=asked)


def is_open(work: Work, aftercare_id: UUID) -> bool:
    """Tell whether a question has not been answered."""
    mine = select(Aftercare.id).where(Aftercare.id == aftercare_id, Aftercare.answer.is_(None))
    return work.conn.execute(mine).first() is not None


def looked_out_for(work: Work, aftercare_id: UUID) -> UUID | None:
    """Return whom somebody looked out for who is asked about it."""
    return work.conn.execute(select(Aftercare.member_id).where(Aftercare.id == aftercare_id)).scalar()


def answered(work: Work, aftercare_id: UUID, answer: str, words: str) -> None:
    """Keep an answer, "silent" for none, and put it on the case that it belongs to; a debrief that says more than that
    it went well is a task of its own when there is none."""
    row = work.conn.execute(
        update(Aftercare)
        .where(Aftercare.id == aftercare_id, Aftercare.answer.is_(None))
        .values(answer=answer)
        .returning(Aftercare.kind, Aftercare.person_id, Aftercare.member_id, Aftercare.case_id)
    ).first()
    if row is None:
        return
    case_id = row.case_id or escalations.standing_case(work, row.member_id)
    if case_id is not None:
        escalations.note(work, case_id, row.kind, detail=answer, words=words, person_id=row.person_id)
    elif row.kind == "debrief" and answer in {"hard", "words"}:
        escalations.open_case(
            work, Severity.TASK, "debrief", person_id=row.member_id, words=words, detail=f"; {answer}"
        )
