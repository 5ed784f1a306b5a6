"""A duty whose person cannot: asking the stand-ins one at a time until somebody has it, or a coordinator must."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, buddies, escalations, gate, meetings, outbox, people, rota, timers
from checkin.conversation.effects import Severity
from checkin.duties.rows import Duty, Status, lock, person, tell
from checkin.rota.policy import away_until
from checkin.rota.words import from_to
from checkin.store.ids import new_id
from checkin.store.models import Duty as Stored
from checkin.store.models import Meeting as Series
from checkin.store.models import Membership, Offer, Override, Person, Shift, Staff
from checkin.store.work import Work

# How long a stand-in is given before the next is asked; less when the duty is near, never less than the least.
OFFER_WAIT = timedelta(hours=2)
_LEAST_WAIT = timedelta(minutes=10)
# A swap that somebody has proposed is not pressing; it is off when it has not been agreed by then.
SWAP_WAIT = timedelta(days=1)


TOPICS = ("duty", "swap", "cover")


def record(work: Work, topic: str, duty_id: UUID, person_id: UUID, word: str) -> str | None:
    """Take an answer ("yes" or "no") to a question about a duty; return what is to be said, where the topic cannot know
    it."""
    if topic == "cover":
        return answer_cover(work, duty_id, person_id, word)
    (answer if topic == "duty" else answer_swap)(work, duty_id, person_id, word)
    return None


def still_asks(work: Work, topic: str, duty_id: UUID, person_id: UUID) -> bool:
    """Tell whether a question about a duty still stands when its turn to be put has come."""
    duty = lock(work, duty_id)
    if duty is None or duty.starts <= work.now:
        return False
    if topic != "cover":
        return (
            duty.person_id == person_id and duty.status in {"duty": ("asked", "silent"), "swap": ("proposed",)}[topic]
        )
    offer = select(Offer.answer).where(Offer.duty_id == duty_id, Offer.person_id == person_id)
    return duty.status == "offered" and work.conn.execute(offer).scalar_one_or_none() is None


def answer(work: Work, duty_id: UUID, person_id: UUID, word: str) -> None:
    """Somebody has said "yes" or "no" to a duty of theirs. A no begins to ask the stand-ins."""
    duty = lock(work, duty_id)
    if duty is None or duty.person_id != person_id or duty.status not in {"asked", "silent"}:
        return
    if word == "yes":
        _move(work, duty, "confirmed", None)
    else:
        offer_next(work, duty)


def answer_swap(work: Work, duty_id: UUID, person_id: UUID, word: str) -> None:
    """Whose duty it is has said whether somebody else may take it over. Then that somebody is asked."""
    duty = lock(work, duty_id)
    if duty is None or duty.person_id != person_id or duty.status != "proposed":
        return
    if word == "yes":
        offer_next(work, duty)
    else:
        lapse(work, duty)


def answer_cover(work: Work, duty_id: UUID, person_id: UUID, word: str) -> str | None:
    """A stand-in has said "yes" or "no". Returns the sentence that is true for them now, or None after a no."""
    duty = lock(work, duty_id)
    if duty is None:
        return "cover.gone" if word == "yes" else None
    work.conn.execute(update(Offer).where(Offer.duty_id == duty_id, Offer.person_id == person_id).values(answer=word))
    # A late yes is as good as any while nobody has it, and it has not begun.
    standing = duty.status in {"offered", "nobody"} and work.now < duty.starts
    if word == "yes":
        if standing:
            _cover(work, duty, person_id)
        return "cover.yours" if standing or duty.covered_by == person_id else "cover.gone"
    if duty.status == "offered" and not _waiting_for(work, duty):
        offer_next(work, duty)
    return None


def offer_next(work: Work, duty: Duty) -> None:
    """Ask the next stand-in who could; when there is none, a coordinator hears."""
    if not stands(work, duty):
        over(work, duty)
        return
    for candidate in _candidates(work, duty):
        deadline = _deadline(work, duty, candidate)
        if deadline is None:
            continue
        work.conn.execute(
            insert(Offer).values(duty_id=duty.id, person_id=candidate, at=work.now).on_conflict_do_nothing()
        )
        timers.set_timer(work, "open", work.now, person_id=candidate, topic="cover", subject=duty.id)
        _move(work, duty, "offered", deadline)
        return
    _nobody(work, duty)


def _candidates(work: Work, duty: Duty) -> list[UUID]:
    """Return who could be asked and has not been, in order: nobody who is away then, or on call already."""
    asked = set(work.conn.scalars(select(Offer.person_id).where(Offer.duty_id == duty.id)))
    if duty.wanted is not None:
        return [duty.wanted] if duty.wanted not in asked else []
    if duty.kind == "week":
        return [p for p in buddies.others_for(work, duty.subject) if p not in asked | {duty.person_id}]
    if duty.kind == "meeting":
        group = work.conn.execute(select(Series.group_id).where(Series.id == duty.subject)).scalar_one()
        return [p for p in _of_group(work, group, "cover") if p not in asked | {duty.person_id}]
    found = rota.read(work)
    busy = {held.person for span in rota.spans(found, duty.starts, duty.ends) for held in span.held}
    moments = (duty.starts, duty.ends - timedelta(microseconds=1))
    return [
        stand_in
        for stand_in in found.stand_ins
        if stand_in not in asked | busy | {duty.person_id}
        and all(away_until(found, stand_in, moment) is None for moment in moments)
    ]


def facilitators(work: Work, group_id: UUID) -> list[UUID]:
    """Return who runs a group's meetings and is not away just now."""
    return _of_group(work, group_id, "facilitator")


def _of_group(work: Work, group_id: UUID, role: str) -> list[UUID]:
    here = Person.paused_until.is_(None) | (Person.paused_until <= work.now)
    found = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    mine = found.where(Membership.group_id == group_id, Membership.role == role, Person.status == "active", here)
    return list(work.conn.scalars(mine.order_by(Membership.person_id)))


def stands(work: Work, duty: Duty) -> bool:
    """Tell whether a duty is still one: a meeting may be off, at another time, or somebody else's;
    a pair may have ended."""
    if duty.kind == "week":
        return buddies.stands(work, duty.subject)
    if duty.kind != "meeting":
        return True
    meeting = meetings.beginning(work, duty.subject, duty.starts)
    if meeting is None or meeting.runs is not None:
        return meeting is not None and meeting.runs == duty.person_id
    runs = Membership.group_id == meeting.group_id, Membership.role == "facilitator"
    theirs = select(Membership.role).where(*runs, Membership.person_id == duty.person_id)
    return work.conn.execute(theirs).first() is not None


def over(work: Work, duty: Duty) -> None:
    """Ask nothing more about a duty."""
    outbox.withdraw(work, duty.id, "not_relevant")
    _move(work, duty, "over", None)
    _withdraw_offers(work, duty, besides=None)


def _deadline(work: Work, duty: Duty, candidate: UUID) -> datetime | None:
    """Return until when somebody has time to answer; None when they cannot be asked before the duty begins."""
    to = person(work, candidate)
    hours: tuple[time, time] | None = (to["safe_from"], to["safe_to"]) if to["safe_from"] and to["safe_to"] else None
    asked = gate.opens_at(work.now, hours, work.settings.quiet_hours, ZoneInfo(to["zone"]))
    left = duty.starts - asked
    if to["status"] != "active" or left < _LEAST_WAIT:
        return None
    return asked + max(_LEAST_WAIT, min(SWAP_WAIT if duty.wanted else OFFER_WAIT, left / 2))


def _cover(work: Work, duty: Duty, taker: UUID) -> None:
    """Somebody has it: the rota says so from now on, and everybody concerned is told."""
    outbox.withdraw(work, duty.id, "answered")
    work.conn.execute(
        update(Stored).where(Stored.id == duty.id).values(status="covered", covered_by=taker, next_due_at=None)
    )
    if duty.kind == "shift":
        work.add(
            Override,
            id=new_id(),
            person_id=taker,
            instead_of=duty.person_id,
            shift_id=duty.subject,
            starts=duty.starts,
            ends=duty.ends,
            why="swap" if duty.wanted else "covers",
        )
    if rota.asked_at(duty.starts, ZoneInfo(person(work, taker)["zone"]), work.settings.duty_time) <= work.now:
        _confirm(work, duty, taker)
    names = {"taker": people.first_name(work, taker), "member": people.first_name(work, duty.person_id)}
    tell(work, duty.person_id, "duty.covered", duty, {"taker": names["taker"]})
    for other in _withdraw_offers(work, duty, besides=taker):
        tell(work, other, "cover.settled", duty, {})
    coordinators = work.conn.scalars(select(Staff.person_id).where(Staff.role == "coordinator"))
    for coordinator in sorted(set(coordinators) - {taker, duty.person_id}):
        tell(work, coordinator, "duty.told", duty, names)
    audit.record(work, taker, "duty_covered", f"{duty.kind} {duty.subject}", duty.starts.isoformat())


def look_again(work: Work, shift_id: UUID | None = None) -> None:
    """Have one shift, or all that are asked about, looked at by the next tick: what has changed may change who is
    asked."""
    which = Shift.ask if shift_id is None else Shift.ask & (Shift.id == shift_id)
    work.conn.execute(update(Shift).where(which).values(next_due_at=work.now))


def _confirm(work: Work, duty: Duty, taker: UUID) -> None:
    """Whoever has just said yes to stepping in is not asked once more whether it is all right."""
    said = {"status": "confirmed", "ends": duty.ends, "next_due_at": None}
    mine = {"kind": duty.kind, "subject": duty.subject, "starts": duty.starts, "person_id": taker}
    work.conn.execute(
        insert(Stored).values(id=new_id(), **mine, **said).on_conflict_do_update(index_elements=[*mine], set_=said)
    )


def lapse(work: Work, duty: Duty) -> None:
    """A swap that was only proposed is off: all stays as it was, and the person is asked when the day comes."""
    _move(work, duty, "planned", None)
    if duty.kind == "shift":
        look_again(work, duty.subject)


def _nobody(work: Work, duty: Duty) -> None:
    if duty.wanted is not None:
        # A swap that was only proposed: all stays as it was.
        tell(work, duty.person_id, "swap.stays", duty, {"taker": people.first_name(work, duty.wanted)})
        lapse(work, duty)
        return
    _move(work, duty, "nobody", None)
    tell(work, duty.person_id, "duty.nobody", duty, {})
    to_staff(work, duty, Severity.AMBER, "duty_nobody", "cannot, and nobody has stepped in yet")


def to_staff(work: Work, duty: Duty, severity: Severity, reason: str, what: str) -> None:
    """Open a case about a duty. It is nobody's own case: names are sealed, as words are."""
    name = people.first_name(work, duty.person_id)
    when = from_to(duty.starts, duty.ends, work.settings.zone)
    words = f"{name} {what}: {duty.kind}, {when}."
    escalations.open_case(work, severity, reason, person_id=None, words=words)


def _waiting_for(work: Work, duty: Duty) -> bool:
    """Tell whether somebody was asked whose time has not run out: the last who was, unless they have answered."""
    last = select(Offer.answer).where(Offer.duty_id == duty.id).order_by(Offer.at.desc(), Offer.person_id).limit(1)
    return work.conn.execute(last).scalar_one_or_none() is None


def _withdraw_offers(work: Work, duty: Duty, *, besides: UUID | None) -> list[UUID]:
    """Take back the question from everybody who has not answered it; return them."""
    asked = select(Offer.person_id).where(Offer.duty_id == duty.id, Offer.answer.is_(None))
    found = [p for p in work.conn.scalars(asked.order_by(Offer.at)) if p != besides]
    for person_id in found:
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic="cover", subject=duty.id)
    timers.set_timer(work, "settled", work.now, person_id=duty.person_id, topic="duty", subject=duty.id)
    return found


def _move(work: Work, duty: Duty, status: Status, due: datetime | None) -> None:
    wanted = None if status == "planned" else duty.wanted
    values = {"status": status, "next_due_at": due, "wanted": wanted}
    work.conn.execute(update(Stored).where(Stored.id == duty.id).values(values))
