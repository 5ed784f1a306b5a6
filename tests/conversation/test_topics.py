"""Every table, enumerated: a forgotten answer, silence, sentence or way out fails here."""

from itertools import product

from checkin.conversation.agenda import RANK, Rule, rule
from checkin.conversation.effects import Ask, Tell
from checkin.conversation.events import Checked, Event, Exhausted, Opened, Replied, Settled, Silent, Unreached
from checkin.conversation.everywhere import RESERVED, WORDS
from checkin.conversation.machine import advance, open_step
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.risk import Level
from checkin.conversation.state import Conversation, Thread, from_json, to_json
from checkin.conversation.topic import AGAIN, END, STAY, Go, Heard, Step, heard
from checkin.conversation.topics import TOPICS
from checkin.wording import sentences
from tests.rows import each

STEPS = [(t.name, name) for t in TOPICS.values() for name in t.steps]
READINGS = [
    *(Reading(kind) for kind in Kind),
    *(Reading(Kind.NUMBER, n) for n in (1, 2, 3, 4, 7)),
    *(Reading(Kind.CHOICE, c) for c in ("worried", "cannot", "something")),
]
EVENTS: list[Event] = [
    *(Replied(reading, level) for reading, level in product(READINGS, Level)),
    Silent(7),
    Silent(3),
    Exhausted(),
    *(Checked(result) for result in ("wrong", "named", "nameless", "something else")),
    *(Unreached("here", why) for why in ("busy", "no_answer", "voicemail", "failed")),
    Settled("checkin", "here"),
    *(Opened(topic, "new") for topic in TOPICS),
    *(Opened(topic, "new", asked_for=True) for topic in TOPICS),
]


def gos(step: Step) -> list[Go]:
    """Everything a step can lead to."""
    return [
        *step.hears.values(),
        step.silence.go,
        *step.unreached.values(),
        *step.checked.values(),
        *([step.exhausted] if step.exhausted else []),
    ]


def at(topic: str, step: str) -> Conversation:
    """A conversation standing at a step, with something waiting behind it."""
    waiting = (Thread("buddy_report", "asked", "other"),)
    return Conversation(Thread(topic, step, "here"), waiting, turn=7)


@each(STEPS)
def test_every_go_leads_somewhere_that_exists(topic: str, step: str) -> None:
    steps = TOPICS[topic].steps
    assert step not in {END, STAY, AGAIN}, "a step of this name could not be gone to"
    for go in gos(steps[step]):
        assert go.to in {END, STAY, AGAIN, *steps}


@each(TOPICS)
def test_every_step_can_be_reached(topic: str) -> None:
    table = TOPICS[topic]
    reached, new = set(), {table.opens_at}
    while new:
        reached |= new
        new = {go.to for s in new for go in gos(table.steps[s]) if go.to in table.steps} - reached
    assert reached == set(table.steps)


@each(STEPS)
def test_no_step_waits_for_ever(topic: str, step: str) -> None:
    """Silence, repeated, comes to an end (a ladder's silence climbs, and its end is `exhausted`)."""
    state = at(topic, step)
    for _ in range(20):
        if state.current is None or state.current.subject != "here":
            return
        climbing = state.current.topic == "checkin" and state.current.step == "asked"
        state, _ = advance(state, Exhausted() if climbing else Silent(state.turn))
    raise AssertionError(f"{topic}.{step} is still waiting")


@each((*step, reading) for step, reading in product(STEPS, READINGS))
def test_every_step_answers_every_reading(topic: str, step: str, reading: Reading) -> None:
    """Something is said, asked or ordered, and afterwards there is one question at most, with a silence of its own."""
    after, effects = advance(at(topic, step), Replied(reading))
    assert effects
    assert sum(isinstance(e, Ask) for e in effects) <= 1
    asked = [i for i, e in enumerate(effects) if isinstance(e, Ask)]
    told = [i for i, e in enumerate(effects) if isinstance(e, Tell)]
    assert not asked or not told or max(told) < asked[0]
    if after.current is not None:
        assert any(type(e).__name__ in {"Wait", "Climb"} for e in effects)


def test_no_table_gives_a_reserved_word_another_meaning() -> None:
    for topic, step in STEPS:
        for kind in RESERVED:
            assert heard(Reading(kind)) is Heard.UNCLEAR
        assert Heard.CALL_ME not in TOPICS[topic].steps[step].hears or Kind.CALL_ME not in RESERVED


def test_every_kind_of_reply_has_a_meaning_everywhere_or_at_a_step() -> None:
    local = {Kind.YES, Kind.NO, Kind.MAYBE, Kind.NUMBER, Kind.CHOICE, Kind.UNCLEAR}
    assert set(Kind) == set(WORDS) | local


def test_every_sentence_that_is_ordered_exists() -> None:
    ordered = {
        e.key
        for t in TOPICS.values()
        for s in t.steps.values()
        for go in gos(s)
        for e in go.effects
        if isinstance(e, Tell)
    }
    ordered |= {s.ask for t in TOPICS.values() for s in t.steps.values() if s.ask}
    ordered |= {s.again for t in TOPICS.values() for s in t.steps.values() if s.again}
    ordered |= {e.key for t in TOPICS.values() for e in t.on_open if isinstance(e, Tell)}
    ordered |= {e.key for go in WORDS.values() for e in go.effects if isinstance(e, Tell)}
    assert ordered <= set(sentences("en"))


def test_what_opens_during_what_is_settled_for_every_pair() -> None:
    assert set(RANK) == set(TOPICS)
    for arriving, under_way in product(TOPICS, TOPICS):
        assert isinstance(rule(arriving, under_way), Rule)
        if arriving != "safety":
            assert rule(arriving, "safety") in {Rule.QUEUE, Rule.NEWS}
            assert rule(arriving, under_way) is not Rule.NEWS or TOPICS[arriving].news
        else:
            assert rule(arriving, under_way) is not Rule.QUEUE


def test_every_two_topics_do_what_their_rule_says() -> None:
    """For each pair: one question is open afterwards, nothing is lost that has to be asked, and both come to an end."""
    for arriving, under_way in product(TOPICS, TOPICS):
        before = Conversation(Thread(under_way, TOPICS[under_way].opens_at, "old"), (), turn=3)
        after, effects = advance(before, Opened(arriving, "new"))
        waiting = {(t.topic, t.subject) for t in after.agenda}
        match rule(arriving, under_way):
            case Rule.INTERRUPT:
                assert after.current == Thread(arriving, TOPICS[arriving].opens_at, "new")
                assert waiting == ({(under_way, "old")} if under_way not in {"meeting", "moved"} else set())
            case Rule.QUEUE:
                assert after.current == before.current
                assert waiting == {(arriving, "new")}
                assert effects == ()
            case Rule.REPLACE:
                assert after.current is not None
                assert (after.current.subject, waiting) == ("new", set())
            case Rule.NEWS:
                assert (after, effects) == (before, TOPICS[arriving].news)


def test_nothing_waits_for_days_behind_what_nobody_has_to_answer() -> None:
    said_once = {"moved", "meeting", "staff_reply"}
    for arriving in set(TOPICS) - said_once:
        for said in said_once:
            assert rule(arriving, said) is Rule.INTERRUPT


def test_what_staff_wrote_is_said_once_and_listened_for_afterwards() -> None:
    state, _ = advance(Conversation(), Opened("staff_reply", "r"))
    state, _ = advance(state, Opened("checkin", "c"))
    state, effects = advance(state, Replied(Reading(Kind.NUMBER, 1)))
    assert state.current == Thread("staff_reply", "listening", "r")
    assert not any(isinstance(e, Ask) for e in effects)


@each(READINGS)
def test_worrying_words_are_never_a_reassurance(reading: Reading) -> None:
    for topic, step in STEPS:
        for level in (Level.AMBER, Level.RED):
            _, effects = advance(at(topic, step), Replied(reading, level))
            assert any(type(e).__name__ == "Escalate" for e in effects)
            assert not any(type(e).__name__ == "Settle" and getattr(e, "how", "") == "ok" for e in effects)


def test_danger_goes_first_and_ends_the_question() -> None:
    state, effects = advance(at("checkin", "asked"), Replied(Reading(Kind.YES), Level.RED))
    assert state.current == Thread("safety", "listening", "")
    assert all(t.topic != "checkin" for t in state.agenda)
    assert effects


def test_a_stale_timer_does_nothing() -> None:
    state = at("checkin", "asked")
    assert advance(state, Silent(state.turn - 1)) == (state, ())


def test_a_question_that_waited_is_put_when_its_turn_comes() -> None:
    state, _ = advance(Conversation(), Opened("checkin", "c"))
    state, effects = advance(state, Opened("buddy_report", "b"))
    assert effects == ()
    state, effects = advance(state, Replied(Reading(Kind.NUMBER, 1)))
    assert state.current == Thread("buddy_report", "asked", "b")
    assert Ask("buddy_report.ask") in effects


def test_a_state_survives_being_stored() -> None:
    for topic, step in STEPS:
        assert from_json(to_json(at(topic, step))) == at(topic, step)
    assert from_json(None) == Conversation()
    queued = Conversation(None, (Thread("checkin", "asked", "x"),), 3, 1)
    assert from_json(to_json(queued)) == queued


@each(EVENTS)
def test_nothing_that_happens_raises_or_leaves_two_questions(event: Event) -> None:
    for topic, step in STEPS:
        after, effects = advance(at(topic, step), event)
        assert sum(isinstance(e, Ask) for e in effects) <= 1
        assert after.turn >= 7
        if after.current is not None:
            assert open_step(after) is not None
    advance(Conversation(), event)
