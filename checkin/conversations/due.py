"""A moment has come: a timer, a plan, a buddy's week. One at a time, each in a transaction of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from checkin import buddies, checkins, escalations, logs, meetings, people, timers
from checkin.conversation.events import Event, Missed, Opened, Settled, Silent, Unreached
from checkin.conversation.state import Thread
from checkin.conversations.turn import Turn
from checkin.people import Member
from checkin.store.models import Case, CheckIn, Pair
from checkin.store.work import Store, Work
from checkin.timers import Due

_log = logs.get("due")

# A check-in that the line is later than this with is left out: the person is asked at the next one instead.
_TOO_LATE = timedelta(hours=12)


def fire_timers(store: Store, now: datetime, *, most: int) -> int:
    """Fire up to `most` timers that are due; return how many. One that fails is put off, and holds up no other."""
    return _repeat(lambda: _fire_one(store, now), most)


def ask_plans(store: Store, now: datetime, *, most: int) -> int:
    """Open up to `most` check-ins whose plans are due; return how many plans were moved on."""
    return _repeat(lambda: _ask_one(store, now), most)


def ask_buddies(store: Store, now: datetime, *, most: int) -> int:
    """Ask up to `most` buddies whose week is due; return how many."""

    def one() -> bool:
        with store.work(now) as work:
            return buddies.claim_report(work)

    return _repeat(one, most)


def remind_meetings(store: Store, now: datetime, *, most: int) -> int:
    """Tell members and facilitators of up to `most` series of meetings what has come due; return how many."""

    def one() -> bool:
        with store.work(now) as work:
            return meetings.claim(work)

    return _repeat(one, most)


def _repeat(one: Callable[[], bool], most: int) -> int:
    done = 0
    while done < most and one():
        done += 1
    return done


def _fire_one(store: Store, now: datetime) -> bool:
    due: Due | None = None
    try:
        with store.work(now) as work:
            due = timers.claim(work)
            if due is not None:
                _fire(work, due)
    except Exception:
        if due is None:
            raise
        _log.exception("timer_failed", kind=due.kind, timer=str(due.id))
        with store.work(now) as work:
            timers.delay(work, due.id)
    return due is not None


def _fire(work: Work, due: Due) -> None:
    if due.kind == "page":
        if due.subject is not None:
            escalations.page_again(work, due.subject, due.turn or 0)
        return
    member = people.lock(work, due.person_id) if due.person_id else None
    if member is None:
        return
    turn = Turn(work, member)
    if due.kind == "climb":
        turn.climb_for(str(due.subject))
    elif due.kind == "unpause":
        if member.paused_until is not None and member.paused_until <= work.now:
            turn.unpause()
    elif (due.kind, due.topic) == ("open", "meeting") and _has_said_yes(work, due, member):
        turn.tell("meeting.news", Thread("meeting", "asked", str(due.subject)))
    elif (event := _event(work, due, member)) is not None:
        turn.advance(event)


def _has_said_yes(work: Work, due: Due, member: Member) -> bool:
    """Tell whether somebody is coming already: they are told once more, and asked nothing."""
    return due.subject is not None and meetings.is_coming(work, due.subject, member.id)


def _event(work: Work, due: Due, member: Member) -> Event | None:
    """Return what a timer means for the conversation, or None when it has been overtaken."""
    subject = str(due.subject) if due.subject else ""
    match due.kind:
        case "silence":
            return Silent(due.turn or 0)
        case "settled":
            return Settled(due.topic or "", subject)
        case "open":
            return Opened(due.topic or "", subject) if _still_open(work, due.topic, due.subject, member) else None
        case _:
            return None


def _still_open(work: Work, topic: str | None, subject: UUID | None, member: Member) -> bool:
    match topic:
        case "page":
            return work.conn.execute(select(Case.status).where(Case.id == subject)).scalar_one_or_none() == "open"
        case "reach_out":
            status = work.conn.execute(select(CheckIn.status).where(CheckIn.id == subject)).scalar_one_or_none()
            return status in {"open", "unconfirmed"}
        case "buddy_report":
            status = work.conn.execute(select(Pair.status).where(Pair.id == subject)).scalar_one_or_none()
            return status == "active" and member.status == "active"
        case "meeting":
            return subject is not None and member.status == "active" and meetings.stands(work, subject)
        case _:
            return False


def missed_call(work: Work, person_id: UUID, check_in_id: UUID, why: Missed) -> None:
    """A call about a check-in reached nobody."""
    member = people.lock(work, person_id)
    ladder = checkins.find(work, check_in_id)
    # A callback may come long after the ladder has gone on to somebody else.
    if member is None or ladder is None or ladder.here not in {"call", "second_number"}:
        return
    turn = Turn(work, member)
    turn.ladder = ladder
    turn.advance(Unreached(str(check_in_id), why))


def _ask_one(store: Store, now: datetime) -> bool:
    with store.work(now) as work:
        plan = checkins.claim_plan(work)
        if plan is None:
            return False
        member = people.lock(work, plan.person_id)
        if member is None:
            return True
        checkins.move_on(work, plan, member.zone)
        reason = _why_not(work, member, plan.due_at)
        if reason is not None:
            _log.info("check_in_left_out", why=reason, plan=str(plan.id))
            return True
        check_in_id = checkins.start(work, member.id, plan.id, plan.due_at, plan.ladder)
        if check_in_id is None:
            # The last one's ladder is still being climbed: that is the same question.
            _log.info("check_in_left_out", why="still_open", plan=str(plan.id))
            return True
        Turn(work, member).advance(Opened("checkin", str(check_in_id)))
        return True


def _why_not(work: Work, member: Member, due_at: datetime) -> str | None:
    if member.status != "active":
        return "not_active"
    if "checkins" not in member.streams:
        return "no_consent"
    if member.paused_until is not None and work.now < member.paused_until:
        return "paused"
    if escalations.has_red(work, member.id):
        # People are with them; a machine asking "how are you" would be the wrong voice.
        return "red_case"
    return "too_late" if work.now - due_at > _TOO_LATE else None
