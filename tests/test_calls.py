"""Calls, key by key and word by word: every step of every topic, every odd key, and an end to everything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkin import checkins, outbox, people, through
from checkin.bootstrap import Line
from checkin.conversation.effects import Stream
from checkin.conversation.events import Opened, Settled
from checkin.conversation.replies import read_keys
from checkin.conversation.state import Conversation, Thread
from checkin.conversation.topic import Heard, Step, heard
from checkin.conversation.topics import TOPICS
from checkin.conversations import calls, results
from checkin.conversations.calls.keys import MOST_STEPS, MOST_STEPS_BY_RELAY
from checkin.conversations.turn import Turn
from checkin.directory import helplines
from checkin.store.ids import new_id
from checkin.store.models import StaffReply
from checkin.wording import LANGUAGES, sentences
from tests.handset import Handset
from tests.parts import NOON, claimed, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, buddy]}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: pia, name: Pia, phones: 07700 900102, pin: 4711}
  - {ref: rob, name: Rob, phones: 18002 0113 496 0103}
  - {ref: cat, name: Cat, phones: 0113 496 0104, shared_phone: yes}
  - {ref: dai, name: Dai, phones: 0113 496 0105}
  - {ref: eve, name: Eve, phones: 0113 496 0105}
  - {ref: flo, name: Flo, phones: 0113 496 0106, pin: 1111}
  - {ref: gus, name: Gus, phones: 0113 496 0106, pin: 2222}
  - {ref: sue, name: Sue, phones: 07700 900131}
groups:
  - {ref: g, name: Leeds group, members: [ann],
     meetings: [{ref: m, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2027-01-07 19:30, venue: "10482 High Street"}]}
pairs: [{ref: p, member: ann, buddy: ben}]
rota: [{ref: r, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}]
"""
ANN, BEN, PIA, ROB = "+447700900101", "+447700900111", "+447700900102", "+441134960103"
CAT, DAI, FLO = "+441134960104", "+441134960105", "+441134960106"


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on which speech is heard."""
    with opened(database_url, CHECKIN_SPEECH="yes") as found:
        loads(found, TOWN)
        yield found


@pytest.fixture
def ann(line: Line) -> Handset:
    """A member's phone."""
    return Handset(line, ANN)


def asked_how_she_is(line: Line, ref: str = "ann") -> UUID:
    """Ask somebody how they are, by text; the id of the check-in."""
    with line.store.work(NOON) as work:
        member = people.lock(work, person(line, ref))
        assert member
        check_in = checkins.start(work, member.id)
        assert check_in
        Turn(work, member).advance(Opened("checkin", str(check_in)))
    return check_in


def answer(line: Line) -> str | None:
    """What the newest check-in was answered with."""
    found: str | None = value(line, "SELECT answer FROM check_ins ORDER BY id DESC LIMIT 1")
    return found


def cases(line: Line) -> list[tuple[str, str]]:
    """Severity and reason of every case, oldest first."""
    return [(row.severity, row.reason) for row in rows(line, "SELECT severity, reason FROM cases ORDER BY number")]


# --- every step of every topic is spoken, and names its keys ---

STEPS = [(t.name, name) for t in TOPICS.values() for name in t.steps]
KEYS = {key: Heard(key) for key in "1234567"}


def spoken_key(step: Step) -> str | None:
    """The wording key of how a step is put in a call."""
    return step.aloud or step.ask


def named_by_text(topic: str, language: str) -> set[str]:
    """What was found is read on a screen and heard in calls, at the same steps: the numbers that its texts name."""
    if topic != "found":
        return set()
    put = [sentences(language)[key] for key in ("found.list", "found.details", "found.group", "found.offer")]
    return {number for one in put for number in re.findall(r"\b\d\b", one.text)}


@pytest.mark.parametrize(("topic", "name"), STEPS)
def test_every_step_that_waits_for_an_answer_is_put_in_a_call_and_names_its_keys(topic: str, name: str) -> None:
    step = TOPICS[topic].steps[name]
    anything = step.hears.get(Heard.UNCLEAR)
    counts = {key for key, heard_as in KEYS.items() if step.hears.get(heard_as, anything) != anything}
    wording = spoken_key(step)
    assert (wording is not None) or not counts, "keys count, and nobody is told of them"
    for language in LANGUAGES if wording else ():
        spoken = sentences(language)[wording or ""].voice
        named = set(re.findall(r"\b\d\b", spoken)) - {"0", "9"}
        if "{list_spoken}" in spoken:
            # The list that is filled in numbers its entries, three at a time.
            named |= {str(place) for place in range(1, results.AT_ONCE + 1)}
        for offer, key in (("{offer_spoken}", "found.offer"), ("{send_spoken}", "found.send")):
            # Filled in where somebody can be put through, or texted.
            if offer in spoken:
                named |= set(re.findall(r"\b\d\b", sentences(language)[key].voice))
        # Which numbers count in a question of the organisation's own is filled in; where all keys are the same, any
        # may be named. What was found has numbers that only its texts name.
        must = counts - named_by_text(topic, language)
        filled_in = "{least}" in spoken or "{choices_spoken}" in spoken
        assert must <= named <= counts or filled_in or not counts, language


@pytest.mark.parametrize(("topic", "name"), STEPS)
def test_every_key_that_is_named_is_read(topic: str, name: str) -> None:
    step = TOPICS[topic].steps[name]
    wording = spoken_key(step)
    for key in re.findall(r"\b\d\b", sentences("en")[wording].voice) if wording else []:
        if key not in {"0", "9"}:
            assert heard(read_keys(key, step.asked)) in step.hears


# --- the walk: every step by every key ---


# What there is in the store of what a topic can be about.
THERE_IS = """
INSERT INTO occurrences (id, meeting_id, day, starts_at)
    SELECT gen_random_uuid(), id, '2027-01-14', '2027-01-14 19:30Z' FROM meetings;
INSERT INTO duties (id, kind, subject, starts, ends, person_id, wanted)
    SELECT gen_random_uuid(), 'shift', id, '2027-01-12', '2027-01-13', person_id, person_id FROM shifts;
INSERT INTO outcome_questions (id, ref, ask, least, most, low, rule, starts, zone)
    VALUES (gen_random_uuid(), 'q', '{"en": "How?", "cy": "Sut?", "pl": "Jak?"}', 1, 5, 2, 'FREQ=DAILY', now(), 'UTC');
INSERT INTO outcomes (id, question_id, person_id, asked_at)
    SELECT gen_random_uuid(), q.id, p.id, now() FROM outcome_questions q, people p WHERE p.ref = 'ann';
INSERT INTO proposals (id, member_id, buddy_id, rank, review_on, proposed_at, due_at)
    SELECT gen_random_uuid(), member_id, buddy_id, 7, '2027-03-01', '2027-01-11', '2027-01-15' FROM pairs LIMIT 1;
INSERT INTO check_ins (id, person_id, due_at, ladder, status, settled_at)
    SELECT gen_random_uuid(), member_id, '2027-01-10', '{}', 'settled', '2027-01-10' FROM pairs LIMIT 1;
INSERT INTO aftercare (id, kind, person_id, member_id, check_in_id, at)
    SELECT gen_random_uuid(), 'debrief', j.buddy_id, j.member_id, c.id, now() FROM pairs j, check_ins c LIMIT 1;
INSERT INTO trials (id, person_id, group_id, at)
    SELECT gen_random_uuid(), p.id, g.id, now() FROM people p, groups g WHERE p.ref = 'ann';
"""
ABOUT = {
    "checkin": "check_ins", "reach_out": "check_ins", "buddy_report": "pairs", "relay": "pairs", "page": "cases",
    "handling": "cases", "meeting": "occurrences", "duty": "duties", "cover": "duties", "swap": "duties",
    "outcome": "outcomes", "joining": "groups", "buddy_offer": "proposals", "buddy_wanted": "proposals",
    "parting": "pairs", "debrief": "aftercare", "welfare": "aftercare", "relay_which": "messages",
    "staff_reply": "staff_replies", "moved": "occurrences", "helped": "through_calls", "hello": "trials",
    "suited": "trials", "found": "searches",
}  # fmt: skip


def staff_have_written(line: Line, by: str) -> None:
    """There is a text of staff's from some case."""
    case_id = value(line, "SELECT id FROM cases LIMIT 1")
    with line.store.work(NOON) as work:
        words = work.vault.seal("How was it?", "staff_replies.words")
        work.add(StaffReply, id=new_id(), case_id=case_id, staff_id=person(line, by), at=NOON, words=words)


def was_put_through(line: Line, ref: str) -> None:
    """Somebody was put through to a service."""
    with line.store.work(NOON) as work:
        assert isinstance(through.ask(work, person(line, ref), "helpline:x", "Money desk", "+441134960177"), UUID)


def has_looked(line: Line, ref: str, step: str) -> None:
    """Somebody has found a helpline and a group, and looks at the one of the two that the step is about."""
    with line.store.work(NOON) as work:
        helpline = next(h for h in helplines.standing(work) if h.may_be_sent(helplines.today(work)))
        keys = (f"helpline:{helpline.ref}", results.group_key(value(line, "SELECT id FROM groups")))
        chosen = "" if step == "list" else keys[step.endswith("_group")]
        results.keep(work, person(line, ref), results.Results("groups", "", keys, chosen=chosen))


def stand_at(line: Line, ref: str, topic: str, step: str) -> None:
    """Put somebody at a step that is about something there is."""
    if topic == "found":
        has_looked(line, ref, step)
    if topic == "helped" and not value(line, "SELECT count(*) FROM through_calls"):
        was_put_through(line, ref)
    if topic in {"checkin", "reach_out"} and not value(line, "SELECT count(*) FROM check_ins"):
        asked_how_she_is(line)
    if topic == "staff_reply" and not value(line, "SELECT count(*) FROM staff_replies"):
        staff_have_written(line, ref)
    subject = value(line, f"SELECT id FROM {ABOUT[topic]} LIMIT 1") if topic in ABOUT else ""  # noqa: S608  # ours
    with line.store.work(NOON) as work:
        state = Conversation(Thread(topic, step, str(subject)), (), turn=7)
        people.keep_state(work, person(line, ref), state)


@pytest.mark.parametrize(("topic", "step"), STEPS)
def test_every_step_is_walked_by_every_key(line: Line, topic: str, step: str) -> None:
    Handset(line, PIA).rings().presses("0")  # There is a case.
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql(THERE_IS)
    for language, key in zip(cycle(LANGUAGES), "1234567890*#", strict=False):
        with line.store.work(NOON) as work:
            people.speak(work, person(line, "ann"), language)
        stand_at(line, "ann", topic, step)
        phone = Handset(line, ANN).rings()
        if phone.at == "human":
            # They have just said that others use this phone.
            phone.presses("1")
        assert phone.at in {"question", "menu"}
        phone.presses(key)
        assert phone.said
        if not phone.over:
            phone.presses("9")
        if not phone.over:
            phone.is_silent()


# What these are about may go while the question stands: something else was looked for, a trial or its group is gone.
MAY_GO = [(topic, step) for topic, step in STEPS if topic in {"found", "helped", "hello", "suited"}]


@pytest.mark.parametrize(("topic", "step"), MAY_GO)
def test_what_is_gone_meanwhile_ends_no_call(line: Line, topic: str, step: str) -> None:
    for key in "1234567":
        with line.store.work(NOON) as work:
            state = Conversation(Thread(topic, step, str(uuid4())), (), turn=7)
            people.keep_state(work, person(line, "ann"), state)
        phone = Handset(line, ANN).rings()
        assert phone.at in {"question", "menu"}
        assert phone.presses(key).said


@pytest.mark.parametrize("step", [step for topic, step in STEPS if topic == "found"])
def test_an_entry_that_is_withdrawn_while_it_is_looked_at_leads_back_to_the_list(line: Line, step: str) -> None:
    for key in "1234567":
        has_looked(line, "ann", step)
        gone = results.Results("groups", "", (f"helpline:{uuid4()}", results.group_key(uuid4())))
        with line.store.work(NOON) as work:
            chosen = "" if step == "list" else gone.keys[step.endswith("_group")]
            search = results.keep(work, person(line, "ann"), replace(gone, chosen=chosen))
            people.keep_state(work, person(line, "ann"), Conversation(Thread("found", step, str(search)), (), turn=7))
        phone = Handset(line, ANN).rings()
        assert phone.at == "question"
        assert phone.presses(key).said


KEYS_AND_WORDS = st.one_of(
    st.sampled_from([*"1234567890*#", "", "4711", "1111", "x", "\x00", "99"]),
    st.sampled_from(["yes", "I am fine", "not good", "I want to die", "stop", ".", "eight", "please ring me", "tak"]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.sampled_from([ANN, BEN, PIA, ROB, CAT, DAI, FLO, "+447700900199"]),
    language=st.sampled_from(LANGUAGES),
    given=st.lists(KEYS_AND_WORDS, max_size=12),
)
def test_whatever_comes_is_answered_and_every_call_ends(
    line: Line, number: str, language: str, given: list[str]
) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET language = %s", (language,))
    phone = Handset(line, number).rings()
    for one in given:
        if phone.over:
            return
        phone = phone.says(one, 0.5) if len(one) > 1 and not one.isdigit() else phone.presses(one)
    for _ in range(MOST_STEPS_BY_RELAY + 1):
        if phone.over:
            return
        phone.is_silent()
    pytest.fail("the call does not end")


def test_a_call_in_which_keys_are_pressed_for_ever_ends(ann: Handset) -> None:
    ann.rings()
    pressed = 0
    while not ann.over:
        ann.presses("9")
        pressed += 1
    assert pressed == MOST_STEPS
    assert ann.said.endswith("Goodbye.")


# --- 9, 0, * and # ---


@pytest.mark.parametrize("key", "9*#")
def test_all_of_it_is_said_again(ann: Handset, key: str) -> None:
    said = ann.rings().presses("2").said
    assert "Leeds group meets next on Thursday the 14th of January, 7 30 in the evening" in said
    assert "1 0 4 8 2 High Street" in said
    assert ann.presses(key, key).said == said


@pytest.mark.parametrize("key", "9*#")
def test_hearing_it_again_is_no_answer(line: Line, ann: Handset, key: str) -> None:
    asked_how_she_is(line)
    assert "press 4" in ann.rings().presses(key, key, key).said
    assert ann.at == "question"
    assert answer(line) is None
    assert cases(line) == []


def test_a_person_is_asked_for_and_then_at_once(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    assert "press 0 again" in ann.rings().presses("0").said
    assert cases(line) == [("task", "asked_for_help")]
    assert "being told now" in ann.presses("0").said
    assert cases(line) == [("red", "urgent")]
    assert "good to hear from you" in ann.presses("1").said
    assert answer(line) == "good"


def test_a_key_that_means_nothing_is_asked_again_and_then_a_person_comes(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    assert "did not follow" in ann.rings().presses("7").said
    assert "asked a person" in ann.presses("6").said
    assert cases(line) == [("amber", "unread_twice")]
    assert answer(line) is None


# --- the menu ---

MENU = {
    "2": ("meets next", []),
    "3": ("asked for somebody to ring you", [("task", "call_me")]),
    "4": ("One moment", []),
    "5": ("For money, press 1", []),
    "6": ("no messages until Monday the 25th of January", []),
    "7": ("being told now", [("red", "urgent")]),
}


@pytest.mark.parametrize("key", MENU)
def test_a_choice_does_what_it_says(line: Line, ann: Handset, key: str) -> None:
    said, opened_cases = MENU[key]
    assert said in ann.rings().presses("8", key).said
    assert cases(line) == opened_cases


def test_a_choice_is_the_same_on_both_pages(ann: Handset) -> None:
    assert "meets next" in ann.rings().presses("8", "2").said
    assert "being told now" in ann.presses("7").said


def test_the_pages_are_turned_and_short_enough_to_remember(ann: Handset) -> None:
    first = ann.rings().said
    second = ann.presses("8").said
    assert ann.presses("8").said == first.removeprefix("Hello Ann. This is Harbour Line. ")
    for page in (first, second):
        assert len(set(re.findall(r"press (\d)", page)) - {"9"}) <= 6


def test_a_pause_is_ended_by_the_key_that_began_it(line: Line, ann: Handset) -> None:
    ann.rings().presses("6")
    assert "To end your pause, press 6" in ann.presses("8").said
    assert "Welcome back" in ann.presses("6").said
    assert value(line, "SELECT paused_until FROM people WHERE ref = 'ann'") is None


def test_how_somebody_is_can_be_said_unasked(line: Line, ann: Handset) -> None:
    assert "How are you today" in ann.rings().presses("1").said
    ann.presses("3", "2")
    assert answer(line) == "low"
    assert cases(line) == [("amber", "not_good")]


# --- what changes meanwhile ---


def test_a_key_for_a_question_that_was_settled_meanwhile_answers_nothing_else(line: Line) -> None:
    check_in = asked_how_she_is(line)
    stand_at(line, "ben", "reach_out", "asked")
    ben = Handset(line, BEN).rings()
    assert "Could you get in touch" in ben.said
    with line.store.work(NOON) as work:
        member = people.lock(work, person(line, "ben"))
        assert member
        Turn(work, member).advance(Opened("buddy_report", str(value(line, "SELECT id FROM pairs"))))
    with line.store.work(NOON) as work:
        member = people.lock(work, person(line, "ben"))
        assert member
        Turn(work, member).advance(Settled("reach_out", str(check_in)))
    ben.presses("1")
    assert "answered already" in ben.said
    assert "Have you been in touch with Ann this week" in ben.said
    assert value(line, "SELECT count(*) FROM reports") == 0
    assert answer(line) is None
    ben.presses("1")
    assert value(line, "SELECT answer FROM reports") == "well"


def test_a_call_into_a_conversation_that_closed_meanwhile_goes_on_with_the_menu(line: Line, ann: Handset) -> None:
    check_in = asked_how_she_is(line)
    ann.rings()
    with line.store.work(NOON) as work:
        member = people.lock(work, person(line, "ann"))
        assert member
        Turn(work, member).advance(Settled("checkin", str(check_in)))
    assert "answered already" in ann.presses("3").said
    assert ann.at == "menu"
    assert cases(line) == []


# --- silence ---


def test_silence_is_asked_twice_more_and_then_let_go(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    assert "press 1" in ann.rings().is_silent(2).said
    assert "did not hear a key" in ann.is_silent().said
    assert ann.over
    assert answer(line) is None


def test_silence_does_not_repeat_what_has_been_heard(ann: Handset) -> None:
    ann.rings().presses("2")
    assert "Leeds group" not in ann.is_silent().said


def test_through_an_operator_silence_never_ends_a_call(line: Line) -> None:
    rob = Handset(line, ROB).rings()
    assert rob.heard
    assert rob.heard.patient
    rob.is_silent(MOST_STEPS_BY_RELAY - 1)
    assert not rob.over
    rob = rob.is_silent()
    assert rob.over
    assert cases(line) == [("task", "long_call")]


@pytest.mark.parametrize("caller", ["18001 0113 496 0103", "1800101134960103", "18002+441134960103", ROB])
def test_a_caller_through_the_relay_service_is_known(line: Line, caller: str) -> None:
    assert "Hello Rob" in Handset(line, caller).rings().said


def test_a_stranger_through_the_relay_service_is_given_time(line: Line) -> None:
    heard = Handset(line, "18001 0113 496 0199").rings().heard
    assert heard
    assert heard.patient


@pytest.mark.parametrize("detected", ["machine_start", "fax", "human", "unknown", ""])
def test_the_tones_of_a_text_phone_are_no_machine(line: Line, detected: str) -> None:
    assert Handset(line, ROB).is_rung(person(line, "rob"), detected).at == "human"


# --- machines ---


@pytest.mark.parametrize("flag", ["none", "neutral", "full"])
@pytest.mark.parametrize(
    "detected",
    ["human", "unknown", "", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"],
)
def test_a_machine_is_told_what_its_owner_allows(line: Line, flag: str, detected: str) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET voicemail = %s", (flag,))
    phone = Handset(line, ANN).is_rung(person(line, "ann"), detected)
    assert value(line, "SELECT reached FROM messages") is False
    if not detected.startswith(("machine", "fax")):
        assert phone.at == "human"
        assert "Ann" not in phone.said
        return
    assert phone.over
    told = {"neutral": "nothing urgent", "full": "Hello Ann. This is Harbour Line"}.get(flag, "")
    assert (told in phone.said) if detected != "fax" else not phone.said
    assert told or not phone.said


def test_a_machine_never_hears_of_a_page(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET voicemail = 'full'")
    phone = Handset(line, ANN)
    phone.is_rung(person(line, "sue"), "human")
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE messages SET stream = 'safety'")
    call = value(line, "SELECT id FROM messages")
    with line.store.work(NOON) as work:
        assert calls.picked_up(work, call, "machine_end_beep").say == ()


# --- doors ---


def test_nothing_is_said_before_the_pin(line: Line) -> None:
    pia = Handset(line, PIA).rings()
    assert pia.at == "pin"
    assert not re.search("Pia|Harbour|Samaritans", pia.said)
    assert "Hello Pia" in pia.presses("4711").said


def test_a_call_of_ours_asks_for_a_key_and_then_the_pin(line: Line) -> None:
    pia = Handset(line, PIA).is_rung(person(line, "pia"))
    assert "Pia" not in pia.said
    assert pia.presses("1").at == "pin"
    assert value(line, "SELECT reached FROM messages") is False
    assert "Hello Pia" in pia.presses("4711").said
    assert value(line, "SELECT reached FROM messages") is True


def test_three_wrong_pins_are_a_soft_end_and_a_task(line: Line) -> None:
    pia = Handset(line, PIA).rings().presses("1234", "471")
    assert "try once more" in pia.said
    pia.presses("99999")
    assert pia.over
    assert "That is all right" in pia.said
    assert cases(line) == [("task", "pin_wrong")]


def test_nothing_keyed_is_no_wrong_pin(line: Line) -> None:
    pia = Handset(line, PIA).rings().is_silent(2).presses("1234").is_silent(2).presses("4712", "4711")
    assert "Hello Pia" in pia.said


def test_a_person_comes_without_a_pin_and_nothing_is_given_away(line: Line) -> None:
    pia = Handset(line, PIA).rings().presses("0")
    assert cases(line) == [("task", "asked_for_help")]
    assert pia.at == "pin"
    assert not re.search("Pia|Harbour|Samaritans", pia.said)
    assert not re.search("Pia|Harbour|Samaritans", pia.presses("0").said)
    assert cases(line) == [("red", "urgent")]


def test_people_who_share_a_phone_are_told_apart(line: Line) -> None:
    asked_how_she_is(line, "eve")
    phone = Handset(line, DAI).rings()
    assert phone.at == "who"
    assert "If you are Dai, press 1. If you are Eve, press 2" in phone.said
    assert "How are you" not in phone.said
    assert "Hello Eve" in phone.presses("2").said
    phone.presses("1")
    assert answer(line) == "good"


def test_who_is_discreet_is_not_named_to_others_on_the_phone(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET discreet = true WHERE ref = 'dai'")
    phone = Handset(line, DAI).rings()
    assert phone.at == "who"
    assert "If you are Eve, press 1" in phone.said
    assert "Dai" not in phone.said
    assert "does not know" in phone.presses("8").said


def test_a_discreet_person_with_a_pin_is_known_by_it(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET discreet = true WHERE ref IN ('dai', 'eve')")
    assert "does not know" in Handset(line, DAI).rings().said
    loads(line, TOWN.replace("{ref: dai, name: Dai,", "{ref: dai, name: Dai, discreet: yes, pin: 3141,"))
    phone = Handset(line, DAI).rings().presses("8")
    assert phone.at == "pin"
    assert "Hello Dai" in phone.presses("3141").said


def test_somebody_else_on_a_shared_phone_is_a_stranger(line: Line) -> None:
    phone = Handset(line, DAI).rings().presses("8")
    assert "does not know" in phone.said
    assert phone.presses("0").over
    assert cases(line) == [("task", "stranger_wants_call")]


def test_where_everybody_has_a_pin_nobodys_name_is_said_to_another(line: Line) -> None:
    phone = Handset(line, FLO).rings()
    assert phone.at == "pin"
    assert not re.search("Flo|Gus", phone.said)
    assert "Hello Gus" in phone.presses("2222").said
    assert "Hello Flo" in Handset(line, FLO).rings().presses("1111").said
    assert Handset(line, FLO).rings().presses("0001", "0002", "0003").over
    assert cases(line) == [("task", "pin_wrong")]
    assert value(line, "SELECT person_id FROM cases") is None


def test_one_persons_right_pin_is_no_wrong_try_of_anothers(line: Line) -> None:
    for _ in range(people.PIN_TRIES + 1):
        assert "Hello Gus" in Handset(line, FLO).rings().presses("2222").said
    assert "Hello Flo" in Handset(line, FLO).rings().presses("1111").said


def test_whoever_answers_a_shared_phone_is_asked_whether_it_is_them(line: Line) -> None:
    phone = Handset(line, CAT).is_rung(person(line, "cat"))
    assert "Cat" not in phone.said
    assert "If you are Cat, press 1" in phone.presses("1").said
    assert phone.presses("8").over
    assert value(line, "SELECT reached FROM messages") is False
    phone = Handset(line, DAI).is_rung(person(line, "dai"))
    assert "Eve" not in phone.presses("1").said
    assert "Hello Dai" in phone.presses("1").said


# --- speech ---


def test_words_are_heard_as_by_text(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    assert "in your own words" in ann.rings().said
    assert "sorry it is hard" in ann.says("not so good today").said
    assert answer(line) == "low"


@pytest.mark.parametrize(("words", "found"), [("One.", "good"), ("two", "so_so"), ("Three.", "low"), ("for", "call")])
def test_a_number_that_is_said_is_a_key(line: Line, ann: Handset, words: str, found: str) -> None:
    asked_how_she_is(line)
    ann.rings().says(words)
    assert answer(line) == found


def test_numbers_that_are_said_work_in_the_menu_too(ann: Handset) -> None:
    assert "To find help" in ann.rings().says("Eight.").said
    assert "meets next" in ann.says("two").said
    assert "A person has been asked" in ann.says("zero").said


def test_danger_in_what_is_said_is_answered_at_once_with_who_helps(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    said = ann.rings().says("I'm fine, I am going to kill myself tonight", 0.1).said
    assert "9 9 9" in said
    assert "automatic voice" in said
    assert cases(line) == [("red", "words")]
    assert answer(line) is None


@pytest.mark.parametrize("words", ["I'm fine", "good", "yes", "one"])
def test_what_was_not_heard_clearly_is_asked_again_and_never_fine(line: Line, ann: Handset, words: str) -> None:
    asked_how_she_is(line)
    assert "did not follow" in ann.rings().says(words, 0.2).said
    assert answer(line) is None
    assert cases(line) == []
    ann.says(words, 0.2)
    assert answer(line) is None
    assert cases(line) == [("amber", "unread_twice")]


def test_a_recogniser_that_gives_no_confidence_is_believed(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    ann.rings().says("Good.", None)
    assert answer(line) == "good"


@pytest.mark.parametrize("words", ["", ".", " ... ", "?"])
def test_speech_without_words_is_silence(line: Line, ann: Handset, words: str) -> None:
    asked_how_she_is(line)
    ann.rings().says(words).says(words).says(words)
    assert ann.over
    assert cases(line) == []


def test_keys_pressed_during_speech_count_and_the_words_are_still_read_for_danger(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    ann.rings().says("hang on a minute", keys="2")
    assert answer(line) == "so_so"
    Handset(line, BEN).rings().says("I want to kill myself", keys="3")
    assert ("red", "words") in cases(line)


def test_again_can_be_said(ann: Handset) -> None:
    said = ann.rings().presses("2").said
    assert ann.says("say that again please").said == said


def test_noise_in_the_menu_is_no_matter_for_a_person(line: Line, ann: Handset) -> None:
    assert "did not follow" in ann.rings().says("the telly is on", 0.3).said
    assert ann.says("and it is loud", 0.3).is_silent().over
    assert cases(line) == []


def test_words_are_not_listened_for_in_welsh_nor_at_doors(line: Line) -> None:
    assert Handset(line, ANN).rings().heard.listens  # type: ignore[union-attr]  # they have just heard something
    with line.store.work(NOON) as work:
        people.speak(work, person(line, "ann"), "cy")
    heard = [Handset(line, number).rings().heard for number in (ANN, PIA, DAI, CAT)]
    assert not any(one.listens for one in heard if one)


def test_words_are_not_listened_for_unless_it_is_set(database_url: str) -> None:
    with opened(database_url) as quiet:
        loads(quiet, TOWN)
        heard = Handset(quiet, ANN).rings().heard
    assert heard
    assert not heard.listens
    assert "own words" not in " ".join(heard.prompt)


# --- the code word ---

CODE = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins], code_word: Aunt Mabel}
"""


@pytest.mark.parametrize("words", ["tell aunt mabel I said hello", "AUNT MABEL!", "fine thanks, Aunt   Mabel."])
def test_a_code_word_brings_help_and_sounds_like_any_call(line: Line, ann: Handset, words: str) -> None:
    loads(line, CODE)
    asked_how_she_is(line)
    said = ann.rings().says(words).said
    assert said == "Thank you. Thank you. Goodbye."
    assert ann.over
    assert cases(line) == [("red", "words")]
    assert answer(line) is None
    assert "tell" not in Handset(line, ANN).rings().said


def test_part_of_a_code_word_is_not_the_code_word(line: Line, ann: Handset) -> None:
    loads(line, CODE)
    ann.rings().says("my aunt mabelle is here")
    assert ("red", "words") not in cases(line)


def test_a_code_word_is_sealed(line: Line) -> None:
    loads(line, CODE)
    assert b"Mabel" not in bytes(value(line, "SELECT code_word FROM people WHERE ref = 'ann'"))


# --- missed calls ---

MISSED = TOWN.replace("{ref: ann, name: Ann,", "{ref: ann, name: Ann, missed_call_ok: yes,").replace(
    "shared_phone: yes", "shared_phone: yes, missed_call_ok: yes"
)


def test_ringing_and_hanging_up_says_i_am_ok(line: Line, ann: Handset) -> None:
    loads(line, MISSED)
    asked_how_she_is(line)
    ann.rings()
    assert ann.heard
    assert ann.heard.rings > 0
    ann.hangs_up(after=10)
    assert rows(line, "SELECT status, how, answer FROM check_ins") == [("settled", "ok", "missed_call")]
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'missed_call.ok'") == 1
    ann.hangs_up(after=10)
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'missed_call.ok'") == 1


def test_hanging_up_later_or_after_a_key_does_not(line: Line, ann: Handset) -> None:
    loads(line, MISSED)
    asked_how_she_is(line)
    ann.rings().hangs_up(after=11)
    ann.rings().presses("9").hangs_up(after=5)
    assert answer(line) is None


def test_nor_when_they_did_not_choose_it_or_nothing_is_asked(line: Line, ann: Handset) -> None:
    asked_how_she_is(line)
    ann.rings().hangs_up(after=1)
    assert answer(line) is None
    loads(line, MISSED)
    Handset(line, "+447700900199").rings().hangs_up(after=1)
    assert answer(line) is None


@pytest.mark.parametrize("ref", ["cat", "dai", "pia"])
def test_nor_on_a_shared_phone_nor_with_a_pin(line: Line, ref: str) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET missed_call_ok = true")
    asked_how_she_is(line, ref)
    Handset(line, {"cat": CAT, "dai": DAI, "pia": PIA}[ref]).rings().hangs_up(after=1)
    assert answer(line) is None


def test_a_missed_call_is_no_answer_once_somebody_said_they_are_not_well(line: Line, ann: Handset) -> None:
    loads(line, MISSED)
    asked_how_she_is(line)
    ann.rings().presses("3").hangs_up()
    ann.rings().hangs_up(after=1)
    assert answer(line) == "low"


def test_the_next_question_comes_up_after_a_missed_call(line: Line, ann: Handset) -> None:
    loads(line, MISSED)
    asked_how_she_is(line)
    stand_at(line, "ann", "page", "asked")
    with line.store.work(NOON) as work:
        check_in = value(line, "SELECT id FROM check_ins")
        waiting = (Thread("checkin", "asked", str(check_in)),)
        state = Conversation(Thread("buddy_report", "asked", str(uuid4())), waiting, turn=9)
        people.keep_state(work, person(line, "ann"), state)
    ann.rings().hangs_up(after=1)
    assert answer(line) == "missed_call"
    assert "checkin" not in str(value(line, "SELECT state FROM people WHERE ref = 'ann'"))


def test_whoever_is_on_the_phone_with_the_line_is_not_rung(line: Line, ann: Handset) -> None:
    ann.rings()
    assert owed_and_on_call(line, NOON) == [True]
    ann.hangs_up()
    assert owed_and_on_call(line, NOON + timedelta(minutes=1)) == [False]


def owed_and_on_call(line: Line, now: datetime) -> list[bool]:
    """Owe Ann a call; whether whoever claims it is told that she is on the phone already."""
    with line.store.work(now) as work:
        outbox.owe(work, person(line, "ann"), "call", Stream.SERVICE, "thanks", {"name": "Ann"})
    with line.store.work(now) as work:
        return [m.person["on_call"] for m in claimed(work, classes=[0, 1, 2], media=["call"], batch=5)]
