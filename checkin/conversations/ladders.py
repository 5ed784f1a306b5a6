"""Answers kept, ladders climbed and settled: what a turn does to the check-in it is about."""

from datetime import datetime, timedelta
from uuid import UUID

from checkin import (
    buddies,
    checkins,
    duties,
    escalations,
    meetings,
    outages,
    pairing,
    rungs,
    through,
    timers,
    trying,
)
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
    elif thread.topic in {"helped", "suited"}:
        _came_of(turn, answer, thread)
    elif thread.topic == "checkin":
        turn.recorded = answer


def _came_of(turn: Speaking, answer: str, thread: Thread) -> None:
    """Keep what came of something that was found for them."""
    if thread.topic == "helped":
        through.helped(turn.work, UUID(thread.subject), answer)
    else:
        trying.answered(turn.work, UUID(thread.subject), turn.member, answer)


def settle(turn: Speaking, how: str, thread: Thread | None) -> None:
    """Settle the check-in that a thread is about."""
    if thread is None:
        return
    debrief = how == "ok" and thread.topic == "reach_out"
    if _settle(turn, UUID(thread.subject), how, turn.recorded, debrief=debrief):
        turn.recorded = None


def in_touch(turn: Speaking, how: str) -> None:
    """Settle every check-in of this person's own that nobody has confirmed: they have been heard from."""
    for check_in_id in checkins.unsettled_of(turn.work, turn.member.id):
        _settle(turn, check_in_id, how, None)


def _settle(turn: Speaking, check_in_id: UUID, how: str, answer: str | None, *, debrief: bool = False) -> bool:
    settled = checkins.settle(turn.work, check_in_id, how, answer=answer, by=turn.member.id)
    if settled and debrief:
        # Before the case about their silence, if there is one, is closed: the answer belongs to it.
        pairing.debrief(turn.work, turn.member.id, check_in_id)
    if settled and settled.unconfirmed and how in {"ok", "contact"}:
        escalations.answered_late(turn.work, settled.person_id, well=how == "ok")
    return settled is not None


def hold(turn: Speaking, thread: Thread | None) -> None:
    """Let somebody else's ladder wait for this person, who will try."""
    if thread is not None:
        checkins.hold(turn.work, UUID(thread.subject))


def climb(turn: Speaking, thread: Thread | None) -> None:
    """Go to the next rung of the check-in that a thread is about; of somebody else's, under their own lock."""
    if thread is None:
        return
    if thread.topic != "checkin":
        checkins.pass_on(turn.work, UUID(thread.subject), turn.member.id)
        return
    ladder = turn.find_ladder(thread)
    if ladder is None or ladder.status != "open":
        # Somebody has seen to it, and the question was only left standing.
        turn.then.append(Settled("checkin", thread.subject))
        return
    how = _over(turn, ladder)
    if how is not None:
        checkins.settle(turn.work, ladder.id, how, answer=None, by=turn.member.id)
        turn.then.append(Settled("checkin", thread.subject))
        return
    until = _waits_until(turn, ladder)
    if until is None:
        turn.ladder = checkins.climb(turn.work, ladder, turn.member.name)
        if ladder.asks_member and not turn.ladder.asks_member:
            outages.missed(turn.work, ladder.id, turn.member.id)
        if turn.ladder.here is None:
            turn.then.append(Exhausted())
            return
        until = turn.work.now + turn.ladder.wait()
    timers.set_silence(turn.work, turn.member.id, until, turn.member.state.turn)


def _over(turn: Speaking, ladder: rungs.Ladder) -> str | None:
    """Tell how a ladder ends instead of being climbed, or None: pauses are looked at before anybody is asked."""
    if not ladder.rungs:
        # Somebody began to say how they are, unasked, and left it. That is contact, not a missed check-in.
        return "contact"
    member, now = turn.member, turn.work.now
    paused = member.paused_until is not None and now < member.paused_until
    return "away" if paused or member.status != "active" or "checkins" not in member.streams else None


def _waits_until(turn: Speaking, ladder: rungs.Ladder) -> datetime | None:
    """Return until when nobody else is asked: somebody is trying, or the member has an appointment just now."""
    later = [
        moment for moment in (ladder.held_until, ladder.busy_until) if moment is not None and moment > turn.work.now
    ]
    return max(later, default=None)


def span(turn: Speaking, span: str, thread: Thread | None) -> timedelta:
    """Return how long a named span is for this person."""
    if span in _SPANS:
        return _SPANS[span]
    if span == "until_meeting" and thread is not None:
        return max(meetings.find(turn.work, UUID(thread.subject)).starts - turn.work.now, timedelta())
    ladder = turn.find_ladder(thread) if thread else None
    if ladder is None:
        return _SPANS["day"]
    return ladder.wait() if span == "gap" else rungs.gap(span, ladder.gaps)
