"""A moment has come: a timer, a plan, a buddy's week. Each in a transaction of its own, but for plans and silences, of
which thousands come at one moment."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from checkin import (
    buddies,
    caring,
    checkins,
    duties,
    escalations,
    logs,
    meetings,
    outcomes,
    pairing,
    people,
    plans,
    timers,
    tips,
)
from checkin.conversation.events import Event, Missed, Opened, Settled, Silent, Unreached
from checkin.conversation.state import Thread
from checkin.conversations import shared, silences, standing
from checkin.conversations.turn import Turn
from checkin.escalations import promised_calls
from checkin.people import Member
from checkin.plans import DuePlan
from checkin.store.work import Store, Work
from checkin.timers import Due

_log = logs.get("due")

# So many plans or silences share a transaction, and with it the time for which their people's own texts wait.
_LOT = 100


def fire_timers(store: Store, now: datetime, *, most: int) -> int:
    """Fire up to `most` timers that are due; return how many. One that fails is put off, and holds up no other."""
    done = 0
    while done < most and (kind := _fire_one(store, now)) is not None:
        done += 1
        if kind == "silence":
            done += _fire_silences(store, now, min(_LOT, most - done))
    return done


def all_that_has(store: Store, now: datetime, *, most: int, most_plans: int) -> int:
    """Do up to `most` of each thing whose time has come, and open up to `most_plans` check-ins; return how many things
    were done. Timers come last: what is opened may leave some for other people, which fire at once."""
    done = ask_plans(store, now, most=most_plans)
    for deed in (ask_buddies, remind_meetings, ask_outcomes, ask_duties, say_kind_words, fire_timers):
        done += deed(store, now, most=most)
    return done


def ask_plans(store: Store, now: datetime, *, most: int) -> int:
    """Open up to `most` check-ins whose plans are due; return how many plans were moved on."""
    done = 0
    while done < most and (some := _ask_some(store, now, min(_LOT, most - done))):
        done += some
    return done


def ask_buddies(store: Store, now: datetime, *, most: int) -> int:
    """Ask up to `most` buddies whose week is due, and remind staff of as many pairs to look at; return how many."""
    return _claims(store, now, most, buddies.claim_report, pairing.claim_review)


def remind_meetings(store: Store, now: datetime, *, most: int) -> int:
    """Tell members and facilitators of up to `most` series of meetings what has come due; return how many."""

    def one() -> bool:
        with store.work(now) as work:
            return meetings.claim(work)

    return _repeat(one, most)


def ask_duties(store: Store, now: datetime, *, most: int) -> int:
    """Ask about up to `most` shifts, meetings and weeks, and go on with as many duties, whose time has come; return how
    many."""
    return _claims(store, now, most, duties.claim_shift, duties.claim_meeting, duties.claim_week, duties.claim_duty)


def say_kind_words(store: Store, now: datetime, *, most: int) -> int:
    """Say up to `most` kind words that are due; return how many were said or left for a better time."""
    return _claims(store, now, most, caring.claim)


def ask_outcomes(store: Store, now: datetime, *, most: int) -> int:
    """Ask up to `most` questions about how it goes that are due; return how many."""

    def one() -> bool:
        with store.work(now) as work:
            return outcomes.claim(work)

    return _repeat(one, most)


def _claims(store: Store, now: datetime, most: int, *claims: Callable[[Work], bool]) -> int:
    """Do up to `most` of what each of these claims, each in a transaction of its own; return how many."""

    def one(claim: Callable[[Work], bool]) -> bool:
        with store.work(now) as work:
            return claim(work)

    return sum(_repeat(partial(one, claim), most) for claim in claims)


def _repeat(one: Callable[[], bool], most: int) -> int:
    done = 0
    while done < most and one():
        done += 1
    return done


def _fire_silences(store: Store, now: datetime, most: int) -> int:
    """Where one has fallen silent, a lot may have: fire up to `most` silences together; when that fails, one after
    another, so that the broken one is found."""
    try:
        with store.work(now) as work:
            return silences.fire(work, most)
    except Exception:  # noqa: BLE001  # which one it was is found below, and what it raised is told there
        _log.exception("silences_failed")
    return _repeat(lambda: _fire_one(store, now) is not None, most)


def _fire_one(store: Store, now: datetime) -> timers.Kind | None:
    """Fire the timer whose turn it is, and return its kind; None when none is due."""
    due: Due | None = None
    try:
        with store.work(now) as work:
            due = timers.claim(work)
            if due is not None:
                with logs.following(due.trace):
                    _log.info("timer_fired", kind=due.kind, topic=due.topic, timer=str(due.id))
                    _fire(work, due)
    except Exception:
        if due is None:
            raise
        with logs.following(due.trace):
            _log.exception("timer_failed", kind=due.kind, timer=str(due.id))
        with store.work(now) as work:
            timers.delay(work, due.id)
    return due.kind if due else None


def _fire(work: Work, due: Due) -> None:
    if due.topic == "who" and due.subject is not None:
        shared.nobody_said(work, due.subject)
        return
    if due.kind == "page":
        if due.subject is None:
            return
        if due.topic == "unreached":
            escalations.go_on(work, due.subject)
        else:
            escalations.fire(work, due.subject, due.turn or 0)
        return
    if due.subject is not None and (matter := _NOBODYS.get(due.topic or "")) is not None:
        matter(work, due.subject)
        return
    member = people.lock(work, due.person_id) if due.person_id else None
    if member is not None:
        _fire_for(work, due, member)


def _fire_for(work: Work, due: Due, member: Member) -> None:
    """Do what has come due in somebody's own conversation."""
    turn = Turn(work, member)
    if due.kind == "climb":
        turn.climb_for(str(due.subject), due.turn)
    elif due.kind == "unpause":
        if member.paused_until is not None and member.paused_until <= work.now:
            turn.unpause()
    elif due.topic == "rest_over":
        turn.rest_is_over()
    elif due.topic == "call_me" and due.subject is not None:
        promised_calls.look_again(work, due.subject, member.id)
    elif due.topic == "weekly_tip":
        tips.this_week(work, member)
    elif (due.kind, due.topic) == ("open", "meeting") and standing.has_said_yes(work, due.subject, member):
        turn.tell("meeting.news", Thread("meeting", "asked", str(due.subject)))
    elif (event := _event(work, due, member)) is not None:
        turn.advance(event)


# What comes due in nobody's conversation.
_NOBODYS: Mapping[str, Callable[[Work, UUID], None]] = {"proposal": pairing.come_due, "pair": pairing.make}


def _event(work: Work, due: Due, member: Member) -> Event | None:
    """Return what a timer means for the conversation, or None when it has been overtaken."""
    subject = str(due.subject) if due.subject else ""
    match due.kind:
        case "silence":
            return Silent(due.turn or 0)
        case "settled":
            return Settled(due.topic or "", subject)
        case "open":
            return (
                Opened(due.topic or "", subject) if standing.still_open(work, due.topic, due.subject, member) else None
            )
        case _:
            return None


def missed_call(work: Work, person_id: UUID, check_in_id: UUID, why: Missed, rung: int | None) -> None:
    """A call about a check-in, owed for this rung of its ladder, reached nobody."""
    member = people.lock(work, person_id)
    ladder = checkins.find(work, check_in_id)
    # A callback may come long after the ladder has gone on.
    if member is None or ladder is None or ladder.rung != rung:
        return
    turn = Turn(work, member)
    turn.ladder = ladder
    turn.advance(Unreached(str(check_in_id), why))


def _ask_some(store: Store, now: datetime, most: int) -> int:
    """Open a lot of plans together; when that fails, one after another, so that the broken one is found."""
    try:
        with store.work(now) as work:
            return _open_plans(work, plans.claim(work, most))
    except Exception:
        if most == 1:
            raise
        _log.exception("plans_failed")
    done = 0
    while done < most and _ask_one(store, now):
        done += 1
    return done


def _ask_one(store: Store, now: datetime) -> bool:
    due: list[DuePlan] = []
    try:
        with store.work(now) as work:
            due = plans.claim(work, 1)
            _open_plans(work, due)
    except Exception:
        if not due:
            raise
        _log.exception("plan_failed", plan=str(due[0].id))
        with store.work(now) as work:
            plans.put_off(work, due[0])
    return bool(due)


def _open_plans(work: Work, due: Sequence[DuePlan]) -> int:
    known = plans.known(work, [plan.member.id for plan in due]) if due else {}
    to_ask = []
    for plan in due:
        plans.move_on(work, plan)
        about = known[plan.member.id]
        reason = plans.why_not(plan, about, work.now)
        afterwards = plans.asked_afterwards(plan, about, work.settings.quiet_hours)
        if reason is None:
            to_ask.append((plan, about))
        elif reason == "appointment" and afterwards is not None:
            plans.put_off(work, plan, afterwards)
        else:
            _log.info("check_in_left_out", why=reason, plan=str(plan.id))
            plans.leave_out(work, plan, reason)
    for plan, ladder in plans.start(work, to_ask):
        if ladder is None:
            # The last one's ladder is still being climbed: that is the same question.
            _log.info("check_in_left_out", why="still_open", plan=str(plan.id))
            plans.leave_out(work, plan, "still_open")
        else:
            Turn(work, plan.member, ladder=ladder).advance(Opened("checkin", str(ladder.id)))
    return len(due)
