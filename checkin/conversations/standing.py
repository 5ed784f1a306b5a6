"""Whether what a timer was to open still stands when its moment has come."""

from uuid import UUID

from sqlalchemy import select

from checkin import duties, joining, meetings, outcomes, pairing, through, trying
from checkin.people import Member
from checkin.store.models import Case, CheckIn, Pair
from checkin.store.work import Work


def has_said_yes(work: Work, subject: UUID | None, member: Member) -> bool:
    """Tell whether somebody is coming already: they are told once more, and asked nothing."""
    return subject is not None and meetings.is_coming(work, subject, member.id)


def still_open(work: Work, topic: str | None, subject: UUID | None, member: Member) -> bool:
    """Tell whether a topic about this subject is still to be opened with somebody: it has not been overtaken."""
    if topic in {"helped", "hello", "suited"}:
        return subject is not None and _still_asks(work, topic, subject, member)
    match topic:
        case "page" | "handling":
            case = work.conn.execute(
                select(Case.status, Case.offered_to, Case.taken_by).where(Case.id == subject)
            ).first()
            if topic == "handling":
                return case is not None and case.status == "taken" and case.taken_by == member.id
            return case is not None and (case.status == "open" or case.offered_to == member.id)
        case "reach_out":
            status = work.conn.execute(select(CheckIn.status).where(CheckIn.id == subject)).scalar_one_or_none()
            return status in {"open", "unconfirmed"}
        case "joining":
            return member.status == "invited"
        case "review":
            # Asked again and again, whatever becomes of it this time; not now of somebody who rests or has stopped.
            joining.review_later(work, member.id)
            away = member.paused_until is not None and work.now < member.paused_until
            return member.status == "active" and bool(member.streams) and not away
        case "buddy_report":
            status = work.conn.execute(select(Pair.status).where(Pair.id == subject)).scalar_one_or_none()
            return status == "active" and member.status == "active"
        case "meeting" | "moved":
            return subject is not None and member.status == "active" and meetings.stands(work, subject)
        case "duty" | "cover" | "swap":
            return subject is not None and duties.still_asks(work, topic, subject, member.id)
        case "staff_reply":
            return member.status == "active"
        case "outcome":
            return subject is not None and member.status == "active" and outcomes.is_open(work, subject)
        case _:
            return subject is not None and member.status == "active" and pairing.still_open(work, topic or "", subject)


def _still_asks(work: Work, topic: str, subject: UUID, member: Member) -> bool:
    """Tell whether what came of something that was found is still to be asked about."""
    if topic == "helped":
        return through.still_asks(work, subject)
    return trying.still_asks(work, topic, subject, member)
