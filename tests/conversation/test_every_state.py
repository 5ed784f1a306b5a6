"""Every state that a conversation can be in, times everything that can happen there: no chance, no state left out.

A new topic is covered by being in `TOPICS`. What `test_machine_properties` looks for in long conversations drawn by lot
is looked for here in each single step, with nothing or one other thing on the agenda.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from checkin.conversation.agenda import RANK, Rule, rule
from checkin.conversation.effects import Ask, Climb, Effect, Escalate, InTouch, Note, Settle, Severity, Wait
from checkin.conversation.events import Event, Exhausted, Missed, Opened, Replied, Settled, Silent, Unreached
from checkin.conversation.machine import advance, open_step
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.risk import Level
from checkin.conversation.state import Conversation, Thread
from checkin.conversation.topic import Heard
from checkin.conversation.topics import TOPICS

THREADS = tuple(Thread(topic.name, step, topic.name) for topic in TOPICS.values() for step in topic.steps)
# What the machine or a table tells apart in a reading's value.
VALUES: dict[Kind, tuple[str | int | None, ...]] = {
    Kind.NUMBER: (0, 1, 2, 3, 4, 5, 9, 42),
    Kind.CHOICE: ("worried", "cannot", "anything"),
    Kind.STOP: ("all", "checkins", "reminders", "buddy", "caring", "tips", None),
    Kind.START: (None, "checkins", "buddy"),
    Kind.WRONG_NUMBER: (None, "new", "not known"),
    Kind.UNCLEAR: (None, "auto"),
    Kind.TIP: ("anything", "report"),
}
READINGS = tuple(Reading(kind, value) for kind in Kind for value in VALUES.get(kind, (None,)))
MISSES: tuple[Missed, ...] = ("busy", "no_answer", "voicemail", "failed")
# Longer than any conversation takes to die down by itself.
LONGEST = 100


def states() -> Iterator[Conversation]:
    """Nothing open; or one thing open, with nothing or one thing waiting, as the machine keeps an agenda."""
    yield Conversation(turn=7)
    for current, unread in product(THREADS, (0, 1)):
        yield Conversation(current, (), 7, unread)
        yield from (Conversation(current, (thread,), 7, unread) for thread in THREADS if _waits(thread, current))
        # Of some things there can be several at once, each about somebody else.
        if rule(current.topic, current.topic) is Rule.QUEUE:
            yield Conversation(current, (replace(current, subject="a third"),), 7, unread)


def _waits(thread: Thread, current: Thread) -> bool:
    """Tell whether a thread can wait behind another: what goes before the open question would be open in its place."""
    return RANK[thread.topic] > RANK[current.topic]


def events(state: Conversation) -> Iterator[Event]:
    """Everything that can happen in a state."""
    for reading, risk in product(READINGS, Level):
        yield Replied(reading, risk)
    yield Replied(Reading(Kind.STOP, "all"), farewell=True)
    yield from (Replied(Reading(kind), low=True) for kind in (Kind.NO, Kind.UNCLEAR, Kind.QUESTION))
    yield from (Opened(name, subject) for name in TOPICS if name != "safety" for subject in (name, "another"))
    yield from (Settled(name, name) for name in TOPICS)
    yield from (Silent(state.turn), Silent(state.turn - 1), Exhausted())
    if state.current is not None:
        yield from (Unreached(state.current.subject, why) for why in MISSES)
    yield Unreached("somebody else's", "no_answer")


@cache
def _dies_down(thread: Thread | None, agenda: tuple[Thread, ...], unread: int) -> bool:
    """Tell whether a state comes to an end when nobody says anything any more."""
    state = Conversation(thread, agenda, 1, unread)
    for _ in range(LONGEST):
        if state.current is None:
            return not state.agenda
        climbs = any(
            isinstance(e, Climb) for e in TOPICS[state.current.topic].steps[state.current.step].silence.go.effects
        )
        after, _ = advance(state, Silent(state.turn))
        # The shell says when a ladder has come to its end.
        state = advance(after, Exhausted())[0] if climbs and after.current == state.current else after
    return False


def wrong(before: Conversation, event: Event, after: Conversation, effects: tuple[Effect, ...]) -> str | None:
    """Return what is wrong with a step, if anything is."""
    asked = [i for i, e in enumerate(effects) if isinstance(e, Ask)]
    if len(asked) > 1 or any(not isinstance(e, Wait) for i in asked for e in effects[i + 1 :]):
        return "two questions, or something said after the question"
    if asked and open_step(after) is None:
        return "a question that nothing listens for"
    if after.turn < before.turn:
        return "a turn used twice"
    if (
        after.current is not None
        and after.turn != before.turn
        and not any(isinstance(e, Wait | Climb) for e in effects)
    ):
        return "an open question that waits for ever"
    if after.current is None and after.agenda:
        return "something waits that nothing brings up"
    waiting = [(t.topic, t.subject) for t in (after.current, *after.agenda) if t is not None]
    if len(waiting) != len(set(waiting)):
        return "the same thing twice"
    if not _dies_down(after.current, after.agenda, after.unread):
        return "a state with no way on"
    return _unheard(event, effects) if isinstance(event, Replied) else None


def _unheard(event: Replied, effects: tuple[Effect, ...]) -> str | None:
    severities = {e.severity for e in effects if isinstance(e, Escalate)}
    if event.risk is Level.RED and Severity.RED not in severities:
        return "danger that wakes nobody"
    if event.risk is Level.AMBER and not severities & {Severity.AMBER, Severity.RED}:
        return "worry that nobody hears of"
    reassured = any(isinstance(e, Settle | InTouch) and e.how == "ok" for e in effects)
    if reassured and (event.risk or event.reading.kind in _NEVER_FINE):
        return "trouble taken for an all-clear"
    if event.reading.kind in _BRINGS_SOMEBODY and not severities and not any(isinstance(e, Note) for e in effects):
        return "somebody asked for, and nobody told"
    return None


_NEVER_FINE = frozenset({Kind.STOP, Kind.CALL_ME, Kind.HELP, Kind.URGENT, Kind.UNCLEAR, Kind.WRONG_NUMBER})
_BRINGS_SOMEBODY = frozenset({Kind.HELP, Kind.URGENT})


@pytest.mark.parametrize("topic", ["", *TOPICS])
def test_whatever_happens_wherever(topic: str) -> None:
    found: dict[str, tuple[Conversation, Event, Conversation, tuple[Effect, ...]]] = {}
    for state in states():
        if (state.current.topic if state.current else "") != topic:
            continue
        for event in events(state):
            after, effects = advance(state, event)
            if (why := wrong(state, event, after, effects)) is not None:
                found.setdefault(why, (state, event, after, effects))
    assert found == {}


def test_two_in_a_row_that_nobody_can_read_bring_somebody() -> None:
    for state in states():
        once, first = advance(state, Replied(Reading(Kind.UNCLEAR)))
        twice, second = advance(once, Replied(Reading(Kind.UNCLEAR)))
        told = any(isinstance(e, Escalate | Note) for e in (*first, *second))
        # Where any words will do (for a buddy, or what somebody is looking for) nothing has gone unread.
        assert told or listens_to_anything(state) or listens_to_anything(once), (state, twice)


def listens_to_anything(state: Conversation) -> bool:
    """Tell whether the open question takes whatever is said."""
    step = open_step(state)
    return step is not None and Heard.UNCLEAR in step.hears
