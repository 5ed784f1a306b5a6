"""Whatever happens to a conversation, in whatever order: what must always hold."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from checkin.conversation.effects import Ask, Climb, Effect, Escalate, InTouch, Join, Note, Settle, Severity, Wait
from checkin.conversation.events import Checked, Event, Exhausted, Missed, Opened, Replied, Settled, Silent, Unreached
from checkin.conversation.machine import advance, open_step
from checkin.conversation.replies import Asked, Kind, Reading, read, read_keys, sounds_low
from checkin.conversation.risk import Level, read_risk
from checkin.conversation.state import Conversation, from_json, to_json
from checkin.conversation.topic import Heard
from checkin.conversation.topics import TOPICS

VALUES = (
    st.none() | st.integers(-1, 9) | st.sampled_from(["worried", "cannot", "all", "checkins", "new", "auto", "x", ""])
)
READINGS = st.builds(Reading, st.sampled_from(Kind), VALUES)
# What people write, in every language of the line, and what nobody writes.
WORDS = st.text(max_size=40) | st.sampled_from([
    "yes", "no", "1", "2", "3", "4", "ok", "im fine", "not good", "stop", "STOP", "END", "start", "help", "urgent",
    "pause", "pause 2 weeks", "back", "call me", "next", "who is this", "wrong number", "buddy hello",
    "find food leeds", "join abc", "group leeds", "tip rest", "more", "repeat", "thanks", "is there a bus",
    "cant make it", "worried about her", "maybe", "qwrt plm", "took all my tablets", "i want to die", "no worries",
    "ie", "nac ydw", "dim yn dda", "stopiwch", "nesaf", "ffoniwch fi", "tak", "nie", "źle się czuję", "pomocy",
    "nie rozumiem", "cymraeg", "polski", "language english",
])  # fmt: skip
SUBJECTS = st.sampled_from(["one", "two", "three"])
MISSES: list[Missed] = ["busy", "no_answer", "voicemail", "failed"]
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Replied, READINGS, st.sampled_from([Level.NONE, Level.NONE, Level.NONE, Level.AMBER, Level.RED])),
    st.builds(Opened, st.sampled_from([t for t in TOPICS if t != "safety"]), SUBJECTS, st.booleans()),
    st.builds(Silent, st.integers(0, 40)),
    st.builds(Unreached, SUBJECTS, st.sampled_from(MISSES)),
    st.just(Exhausted()),
    st.builds(Checked, st.sampled_from(["wrong", "named", "nameless"])),
    st.builds(Settled, st.sampled_from(sorted(TOPICS)), SUBJECTS),
)


def severities(effects: tuple[Effect, ...]) -> set[Severity]:
    """How bad what was ordered is."""
    return {e.severity for e in effects if isinstance(e, Escalate)}


def news(event: Event, effects: tuple[Effect, ...]) -> bool:
    """Tell whether something was only told beside the open question, of which nothing changes."""
    return isinstance(event, Opened) and effects == TOPICS[event.topic].news


class AnyConversation(RuleBasedStateMachine):
    """One person's conversation, and everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Conversation()
        self.effects: tuple[Effect, ...] = ()
        self.turn_before = 0

    def _happens(self, event: Event) -> Conversation:
        before, (self.state, self.effects) = self.state, advance(self.state, event)
        self.turn_before = before.turn
        return before

    @rule(event=EVENTS)
    def something_happens(self, event: Event) -> None:
        """Any event at all."""
        before = self._happens(event)
        assert self.state.turn >= before.turn
        if self.effects and not news(event, self.effects):
            assert self.state.turn > before.turn, "the timers of before are stale when something was ordered"

    @rule(words=WORDS)
    def somebody_writes(self, words: str) -> None:
        """Words, read as the shell reads them: by what was asked."""
        step = open_step(self.state)
        asked = step.asked if step else Asked.NONE
        self._happens(Replied(read(words, asked), read_risk(words).level, low=sounds_low(words)))

    @rule(keys=st.text("0123456789*#", max_size=4))
    def somebody_presses(self, keys: str) -> None:
        """Keys, in the middle of anything."""
        step = open_step(self.state)
        self._happens(Replied(read_keys(keys, step.asked if step else Asked.NONE)))

    @rule(reading=READINGS)
    def danger_is_heard(self, reading: Reading) -> None:
        """RED, in the middle of anything."""
        self._happens(Replied(reading, Level.RED))
        assert Severity.RED in severities(self.effects)
        assert self.state.current is not None
        assert self.state.current.topic == "safety"
        assert not any(t.topic in {"safety", "checkin"} for t in self.state.agenda)

    @rule(reading=READINGS)
    def worry_is_heard(self, reading: Reading) -> None:
        """AMBER reaches a person too, and is never an all-clear."""
        self._happens(Replied(reading, Level.AMBER))
        assert Severity.AMBER in severities(self.effects)
        assert not any(isinstance(e, Settle | InTouch) and e.how not in {"contact", "stand_down"} for e in self.effects)

    @precondition(lambda self: self.state.current is not None)
    @rule()
    def nobody_answers(self) -> None:
        """The open question's silence, which always means something: an order, or that it is over."""
        before = self._happens(Silent(self.state.turn))
        assert self.effects or self.state.current != before.current

    @rule()
    def two_replies_nobody_can_read(self) -> None:
        """Unclear twice in a row: a person comes, unless the step listens to anything anyway."""
        before = self._happens(Replied(Reading(Kind.UNCLEAR)))
        first = self.effects
        between = self._happens(Replied(Reading(Kind.UNCLEAR)))
        # A code that is looked up may be wrong twice: then the look-up brings the person.
        told = any(isinstance(e, Escalate | Note | Join) for e in (*first, *self.effects))
        assert told or any((s := open_step(at)) and Heard.UNCLEAR in s.hears for at in (before, between))

    @invariant()
    def one_question_at_most(self) -> None:
        """One question, put last, with a silence of its own."""
        asked = [i for i, e in enumerate(self.effects) if isinstance(e, Ask)]
        assert len(asked) <= 1
        if asked:
            assert all(isinstance(e, Wait) for e in self.effects[asked[0] + 1 :])
            step = open_step(self.state)
            assert step is not None
            assert any(isinstance(e, Wait | Climb) for e in self.effects)

    @invariant()
    def every_open_question_has_a_silence(self) -> None:
        """Timers of an earlier turn are stale: whoever moves on sets a new one."""
        if self.state.current is not None and self.state.turn != self.turn_before:
            assert any(isinstance(e, Wait | Climb) for e in self.effects)

    @invariant()
    def nothing_waits_twice(self) -> None:
        """The agenda holds each thread once, never the open one, and nothing while no question is open."""
        waiting = [(t.topic, t.subject) for t in self.state.agenda]
        current = self.state.current
        assert len(waiting) == len(set(waiting))
        assert current is None or (current.topic, current.subject) not in waiting
        assert current is not None or not waiting, "something waits and nothing will bring it up"

    @invariant()
    def it_can_be_stored(self) -> None:
        """What is stored is what is read."""
        assert from_json(to_json(self.state)) == self.state

    @invariant()
    def silence_brings_it_to_an_end(self) -> None:
        """A conversation in which nobody says anything any more is over after a while, its agenda too."""
        state = self.state
        for _ in range(60):
            if state.current is None:
                break
            # A ladder's silence climbs, and its end is told by the shell.
            climbing = (state.current.topic, state.current.step) == ("checkin", "asked")
            state, _ = advance(state, Exhausted() if climbing else Silent(state.turn))
        assert (state.current, state.agenda) == (None, ())


TestAnyConversation = AnyConversation.TestCase
TestAnyConversation.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


@given(st.lists(EVENTS, max_size=30))
def test_the_same_events_make_the_same_conversation(events: list[Event]) -> None:
    """No clock, no chance, no memory but the state."""

    def told() -> list[tuple[Conversation, tuple[Effect, ...]]]:
        state, found = Conversation(), []
        for event in events:
            state, effects = advance(state, event)
            found.append((state, effects))
        return found

    assert told() == told()


@given(st.lists(EVENTS, max_size=30), EVENTS)
def test_a_turn_is_never_used_twice(events: list[Event], last: Event) -> None:
    """A timer set before anything was ordered is stale ever after."""
    state = Conversation()
    for event in events:
        state, _ = advance(state, event)
    old = state.turn
    after, effects = advance(state, last)
    if effects and not news(last, effects):
        assert advance(after, Silent(old)) == (after, ())
