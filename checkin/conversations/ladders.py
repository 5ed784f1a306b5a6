"""Answers kept, ladders climbed and settled: what a turn does to the check-in it is about."""

from datetime import timedelta
from uuid import UUID

from checkin import buddies, checkins, duties, escalations, meetings, pairing, timers
from checkin.conversation.events import Exhausted, Settled
from checkin.conversation.state import Thread
from checkin.conversations import pairs
from checkin.conversations.speaking import Speaking

_SPANS = {
    "half_hour": timedelta(minutes=30),
    "hour": timedelta(hours=1),
    "safety_hour": timedelta(hours=1),
    "day": timedelta(days=1),
    # Asked at five, asked once more before the evening is over.
    "duty_reminder": timedelta(minutes=150),
}


def record(turn: Speaking, answer: str, thread: Thread | None) -> None:
    """Keep what was answered, where the thread's topic keeps it."""
    if thread is None:
        return
    if thread.topic in duties.TOPICS:
        key = duties.record(turn.work, thread.topic, UUID(thread.subject), turn.member.id, answer)
        if key is not None:
            turn.tell(key, thread)
    elif thread.topic in meetings.TOPICS:
        meetings.record(turn.work, UUID(thread.subject), turn.member.id, answer)
    elif thread.topic == "handling":
        escalations.answered(turn.work, UUID(thread.subject), turn.member.id, answer)
    elif thread.topic == "buddy_report":
        buddies.record(turn.work, UUID(thread.subject), answer)
        if answer == "cannot":
            buddies.ask_cover(turn.work, UUID(thread.subject))
    elif thread.topic in pairing.PROPOSALS:
        pairs.answer(turn, answer, thread)
    elif thread.topic in pairing.AFTERCARE:
        pairing.answered(turn.work, UUID(thread.subject), answer, turn.words)
    elif thread.topic == "checkin":
        turn.recorded = answer


def settle(turn: Speaking, how: str, thread: Thread | None) -> None:
    """Settle the check-in that a thread is about."""
    if thread is None:
        return
    settled = checkins.settle(turn.work, UUID(thread.subject), how, answer=turn.recorded, by=turn.member.id)
    turn.recorded = None
    if settled and how == "ok" and thread.topic == "reach_out":
        # Before the case about their silence, if there is one, is closed: the answer belongs to it.
        pairing.debrief(turn.work, turn.member.id, UUID(thread.subject))
    if settled and settled.unconfirmed and how == "ok":
        escalations.answered_late(turn.work, settled.person_id)


def climb(turn: Speaking, thread: Thread | None) -> None:
    """Go to the next rung of the check-in that a thread is about; of somebody else's, under their own lock."""
    if thread is None:
        return
    if thread.topic != "checkin":
        whose = checkins.member_of(turn.work, UUID(thread.subject))
        if whose is not None:
            subject = UUID(thread.subject)
            timers.set_timer(turn.work, "climb", turn.work.now, person_id=whose, topic="checkin", subject=subject)
        return
    ladder = turn.find_ladder(thread)
    if ladder is None or ladder.status != "open":
        return
    if not ladder.rungs:
        # Somebody began to say how they are, unasked, and left it. That is contact, not a missed check-in.
        checkins.settle(turn.work, ladder.id, "contact", answer=None, by=turn.member.id)
        turn.then.append(Settled("checkin", thread.subject))
        return
    turn.ladder = checkins.climb(turn.work, ladder)
    if turn.ladder.here is None:
        turn.then.append(Exhausted())
    else:
        due = turn.work.now + turn.ladder.wait()
        timers.set_silence(turn.work, turn.member.id, due, turn.member.state.turn)


def span(turn: Speaking, span: str, thread: Thread | None) -> timedelta:
    """Return how long a named span is for this person."""
    if span in _SPANS:
        return _SPANS[span]
    if span == "until_meeting" and thread is not None:
        return max(meetings.find(turn.work, UUID(thread.subject)).starts - turn.work.now, timedelta())
    ladder = turn.find_ladder(thread) if thread else None
    if ladder is None:
        return _SPANS["day"]
    return ladder.wait() if span == "gap" else checkins.gap(span, ladder.gaps)
