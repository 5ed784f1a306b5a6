"""The machine: `advance(state, event) -> (state, effects)`. Small, total, and the only code that moves a conversation.

Theory of operation
-------------------
A reply is offered, in this order, to

1. danger: RED opens the safety topic before anything else is looked at, AMBER opens a case and then counts as
   FLAGGED, never as yes or good;
2. the step of the open question (`Step.hears`), which may give a local meaning to a reading, but not to the words in
   `everywhere.RESERVED`;
3. `everywhere.WORDS`: the words that mean the same at every step;
4. "sorry, I did not follow", once; at the second unread reply in a row a person is brought in.

Whatever happens, at most one question is open afterwards, and each open question has a silence timer.
"""

from dataclasses import replace

from checkin.conversation import agenda, everywhere
from checkin.conversation.agenda import Rule
from checkin.conversation.effects import (
    Ask,
    Climb,
    Effect,
    Escalate,
    InTouch,
    Severity,
    Tell,
    Wait,
)
from checkin.conversation.events import Checked, Event, Exhausted, Opened, Replied, Settled, Silent, Unreached
from checkin.conversation.replies import Kind
from checkin.conversation.risk import Level
from checkin.conversation.state import Conversation, Thread
from checkin.conversation.topic import AGAIN, END, STAY, Go, Heard, Step, heard
from checkin.conversation.topics import TOPICS

Outcome = tuple[Conversation, tuple[Effect, ...]]


def advance(state: Conversation, event: Event) -> Outcome:
    """Return the next state and the orders to carry out, in order.

    The two always belong together: the shell stores the one and carries out the other in the same transaction.
    """
    match event:
        case Replied():
            return _replied(state, event)
        case Opened(topic=topic, subject=subject, asked_for=asked_for):
            return _open(state, Thread(topic, TOPICS[topic].opens_at, subject), asked_for=asked_for)
        case Checked(result=result):
            go = _step(state.current).checked.get(result) if state.current else None
            return (state, ()) if go is None else _go(state, go)
        case Silent(turn=turn):
            if turn != state.turn or state.current is None:
                return state, ()
            return _go(state, _step(state.current).silence.go)
        case Unreached(subject=subject, why=why):
            if state.current is None or state.current.subject != subject:
                return state, ()
            go = _step(state.current).unreached.get(why)
            return (state, ()) if go is None else _go(state, go)
        case Exhausted():
            go = _step(state.current).exhausted if state.current else None
            return (state, ()) if go is None else _go(state, go)
        case Settled(topic=topic, subject=subject):
            return _settled(state, topic, subject)


def open_step(state: Conversation) -> Step | None:
    """Return the step of the open question, or None when nothing is under way."""
    return _step(state.current) if state.current else None


def _step(thread: Thread) -> Step:
    return TOPICS[thread.topic].steps[thread.step]


def _replied(state: Conversation, event: Replied) -> Outcome:
    if event.risk is Level.RED:
        held = _HELD_BACK if _for_buddy(state, event.reading.kind) else ()
        state, effects = _danger(state)
        effects += held
        # END may be a farewell, and is an opt-out all the same: both are heard.
        stops = event.reading.kind is Kind.STOP and event.reading.value != "pair"
        return state, (*everywhere.STOPS, *effects) if stops else effects
    kind = event.reading.kind
    special = everywhere.BY_VALUE.get((kind, str(event.reading.value).partition(":")[0]))
    if event.risk is Level.AMBER:
        flagged: tuple[Effect, ...] = (Escalate(Severity.AMBER, "words"),)
        if kind in _ACTS_EVEN_IF_FLAGGED:
            if kind is Kind.STOP:
                state, effects = _stop(state, event)
            else:
                state, effects = _word(state, kind, special or everywhere.WORDS[kind])
            return replace(state, unread=0), flagged + effects
        # What they look for is looked for all the same, beside the person who reads it.
        looked = everywhere.WORDS[kind].effects if kind in _LOOKED_FOR and special is None else ()
        return _flagged(state, flagged + (_HELD_BACK if kind is Kind.BUDDY else ()) + looked)
    if kind is Kind.STOP:
        return _stop(replace(state, unread=0), event)
    if special is not None:
        return _word(state, kind, special)
    if (topic := everywhere.ASKED_FOR.get(event.reading)) is not None and not _in_safety(state):
        return _open(replace(state, unread=0), Thread(topic, TOPICS[topic].opens_at, ""), asked_for=True)
    if state.current is not None:
        go = _hears(_step(state.current), event) if kind not in everywhere.RESERVED else None
        if go is not None:
            return _go(replace(state, unread=0), go)
    elsewhere = everywhere.WORDS.get(kind) or (everywhere.UNASKED.get(kind) if state.current is None else None)
    if elsewhere is None and event.greeting:
        return _go(replace(state, unread=0), everywhere.GREETED)
    return _unread(state) if elsewhere is None else _word(state, kind, elsewhere)


def _word(state: Conversation, kind: Kind, go: Go) -> Outcome:
    """A word that is heard everywhere. It may answer the open question as well."""
    besides = _step(state.current).answered_by.get(kind) if state.current else None
    if besides is not None:
        go = Go(besides.to, besides.effects + go.effects)
    return _go(replace(state, unread=0), go)


def _hears(step: Step, event: Replied) -> Go | None:
    found = heard(event.reading)
    low = step.hears.get(Heard.LOW) if event.low else None
    return low or step.hears.get(found)


# Beside worrying words these still do what they say; any other reading of such a text is only FLAGGED.
_ACTS_EVEN_IF_FLAGGED = frozenset({Kind.STOP, Kind.URGENT, Kind.CALL_ME, Kind.HELP, Kind.WRONG_NUMBER})
_LOOKED_FOR = frozenset({Kind.FIND, Kind.GROUP})


def _in_safety(state: Conversation) -> bool:
    return state.current is not None and state.current.topic == "safety"


def _stop(state: Conversation, event: Replied) -> Outcome:
    """Stop a stream, or all: nothing that waits and belongs to it is asked any more, open or on the agenda."""
    stream, current = str(event.reading.value or "all"), state.current
    go = everywhere.BY_VALUE.get((Kind.STOP, stream), everywhere.WORDS[Kind.STOP])
    if event.farewell and (current is None or agenda.STREAM[current.topic] not in everywhere.CAN_BE_CANCELLED):
        go = everywhere.FAREWELL
    if current is not None and agenda.stopped_by(current.topic, stream):
        go = replace(go, to=END)
    waiting = tuple(t for t in state.agenda if not agenda.stopped_by(t.topic, stream))
    return _go(replace(state, agenda=waiting), go)


# Danger in words for a buddy: a person reads them. A buddy is a friend, and is not handed that alone; and whoever wrote
# them hears that they did not go.
_HELD_BACK: tuple[Effect, ...] = (Tell("relay.held"),)


def _for_buddy(state: Conversation, kind: Kind) -> bool:
    return kind is Kind.BUDDY or (state.current is not None and state.current.topic in {"relay", "relay_which"})


def _danger(state: Conversation) -> Outcome:
    """RED: whatever was open has been answered by this. The safety topic opens, or hears one more alarm."""
    waiting = agenda.without_answered(state.agenda)
    if state.current is not None and _in_safety(state):
        return replace(state, agenda=waiting, turn=state.turn + 1, unread=0), (
            InTouch("stand_down"),
            Escalate(Severity.RED, "words"),
            Tell("safety.red"),
            Wait(_step(state.current).silence.after),
        )
    current = state.current if state.current and agenda.without_answered((state.current,)) else None
    calm = replace(state, current=current, agenda=waiting, unread=0)
    state, effects = _open(calm, Thread("safety", TOPICS["safety"].opens_at, ""))
    return state, (InTouch("stand_down"), *effects)


def _flagged(state: Conversation, effects: tuple[Effect, ...]) -> Outcome:
    go = _step(state.current).hears.get(Heard.FLAGGED) if state.current else None
    if go is None:
        return _go(replace(state, unread=0), Go(STAY, (*effects, Tell("safety.amber"))))
    return _go(replace(state, unread=0), replace(go, effects=effects + go.effects))


def _unread(state: Conversation) -> Outcome:
    if state.unread >= 1:
        go = Go(STAY, (Tell("person_coming"), Escalate(Severity.AMBER, "unread_twice")))
        return _go(replace(state, unread=0), go)
    step = open_step(state)
    state = replace(state, unread=state.unread + 1)
    if step is None or step.ask is None:
        return _go(state, Go(STAY, (Tell("not_understood"), Escalate(Severity.TASK, "unread"))))
    return _go(state, Go(AGAIN, (Tell("sorry"),)))


def _go(state: Conversation, go: Go) -> Outcome:
    """Follow one `Go`. Every effect of it is ordered; then what it leads to."""
    turn = state.turn + 1
    current = state.current
    if current is None or go.to == STAY:
        # Nothing is asked anew, but the timer belongs to the turn: set it again so that silence still means something.
        again = (Wait(_step(current).silence.after),) if current and not _waits(go.effects) else ()
        return replace(state, turn=turn), go.effects + again
    if go.to == END:
        return _next(replace(state, current=None, turn=turn), go.effects)
    step_name = current.step if go.to == AGAIN else go.to
    thread = replace(current, step=step_name)
    return replace(state, current=thread, turn=turn), go.effects + _ask(thread, again=go.to == AGAIN)


def _waits(effects: tuple[Effect, ...]) -> bool:
    """Climbing sets its own wait: the gap of the rung it came to."""
    return any(isinstance(e, Wait | Climb) for e in effects)


def _ask(thread: Thread, *, again: bool = False) -> tuple[Effect, ...]:
    step = _step(thread)
    wait = Wait(step.silence.after)
    key = step.again if again and step.again else step.ask
    return (wait,) if key is None else (Ask(key), wait)


def _open(state: Conversation, thread: Thread, *, asked_for: bool = False) -> Outcome:
    topic = TOPICS[thread.topic]
    if state.current is None:
        return replace(state, current=thread, turn=state.turn + 1), topic.on_open + _ask(thread)
    if (state.current.topic, state.current.subject) == (thread.topic, thread.subject):
        return replace(state, turn=state.turn + 1), _ask(state.current)
    first = asked_for and state.current.topic not in {"safety", thread.topic}
    match Rule.INTERRUPT if first else agenda.rule(thread.topic, state.current.topic):
        case Rule.QUEUE:
            # Nothing of the open question changes, not even its timer.
            return replace(state, agenda=agenda.insert(state.agenda, thread)), ()
        case Rule.NEWS:
            # The same: only something is said.
            return state, topic.news
        case Rule.REPLACE:
            waiting = state.agenda
        case Rule.INTERRUPT:
            waiting = agenda.set_aside(state.agenda, state.current)
    # It may have been waiting for its turn when it opened anew.
    waiting = agenda.without(waiting, thread)
    return replace(state, current=thread, agenda=waiting, turn=state.turn + 1), topic.on_open + _ask(thread)


def _next(state: Conversation, effects: tuple[Effect, ...]) -> Outcome:
    """Bring up what waits on the agenda, if anything does."""
    if not state.agenda:
        return state, effects
    thread, waiting = state.agenda[0], state.agenda[1:]
    # A thread that was interrupted has opened before: its question is put again, its opening is not repeated.
    fresh = thread.step == TOPICS[thread.topic].opens_at
    opening = TOPICS[thread.topic].on_open if fresh else ()
    return replace(state, current=thread, agenda=waiting), effects + opening + _ask(thread)


def _settled(state: Conversation, topic: str, subject: str) -> Outcome:
    waiting = tuple(t for t in state.agenda if (t.topic, t.subject) != (topic, subject))
    state = replace(state, agenda=waiting)
    if state.current is None or (state.current.topic, state.current.subject) != (topic, subject):
        return state, ()
    return _next(replace(state, current=None, turn=state.turn + 1), ())
