"""Words passed on between the two of a pair: nobody sees a number, and everybody hears the truth."""

from collections.abc import Iterator

import pytest

from tests.stories.conftest import HARBOUR
from tests.stories.test_promises import post
from tests.stories.town import LINE, OTHER, OWN, Phone, Town

# Nobody is asked anything on these days, so that every text is about the words.
QUIET = HARBOUR.replace(',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}', "").replace(
    ', report: {days: sun, at: "17:00"}', ""
)
SAM = "  - {ref: sam, name: Sam, phones: 07700 900112, streams: [buddy]}\ngroups:"


@pytest.fixture
def harbour(town: Town) -> Iterator[Town]:
    """The town at ten in the morning, without check-ins."""
    town.begin(QUIET).moves_to("10:00")
    yield town
    town.settles()
    town.everything_was_heard()


def with_sam(town: Town, member: str = "ann", buddy: str = "sam", rank: int = 2) -> Phone:
    """Sam is somebody's second buddy, or somebody else whom Ben looks out for."""
    pair = f"  - {{ref: with-sam, member: {member}, buddy: {buddy}, rank: {rank}}}\nrota:"
    town.loads(QUIET.replace("groups:", SAM, 1).replace("rota:", pair, 1))
    return town.phone("+447700900112", "Sam")


def test_words_go_both_ways_by_first_name(harbour: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("BUDDY fancy a walk on Sunday?").hears("I've passed that on to Ben")
    ben.hears("Ann says: fancy a walk on Sunday?", "start with BUDDY")
    ben.texts("buddy yes 2pm").hears("passed that on to Ann")
    ann.hears("Ben says: yes 2pm")
    assert harbour.scalar("SELECT count(*) FROM messages WHERE unread") == 0


def test_buddy_alone_asks_for_the_words_and_silence_means_nothing(harbour: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("BUDDY").hears("What shall I pass on?")
    ann.texts("yes").hears("passed that on to Ben")
    ben.hears("Ann says: yes")
    ann.texts("buddy").hears("What shall I pass on?")
    ann.texts("NEXT").hears("Leeds group")
    ann.texts("see you there").hears("passed that on to Ben")
    ben.hears("Ann says: see you there")
    ann.texts("buddy").hears("What shall I pass on?")
    harbour.moves(minutes=40)
    ann.hears_nothing()
    assert harbour.scalar("SELECT count(*) FROM cases") == 0
    assert harbour.scalar("SELECT count(*) FROM timers WHERE topic IS DISTINCT FROM 'review'") == 0


@pytest.mark.usefixtures("harbour")
def test_buddy_with_words_at_the_step_is_the_words(ann: Phone, ben: Phone) -> None:
    ann.texts("buddy").hears("What shall I pass on?")
    ann.texts("BUDDY hello there").hears("passed that on to Ben").hears_nothing()
    ben.hears("Ann says: hello there")
    ann.texts("thanks").hears("You're welcome")


def test_danger_is_given_to_a_person_and_not_to_the_buddy(harbour: Town, ann: Phone, ben: Phone, sue: Phone) -> None:
    ann.texts("BUDDY i am going to kill myself").hears("999", "I haven't passed that on")
    sue.hears("needs a person now")
    ben.hears_nothing()
    assert harbour.scalar("SELECT severity FROM cases") == "red"


def test_worrying_words_wait_for_a_person(harbour: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("buddy i cant see the point any more").hears("I haven't passed that on", "a person will read it")
    ann.texts("buddy").hears("What shall I pass on?")
    ann.texts("i feel so hopeless").hears("I haven't passed that on", "a person will read it")
    ben.hears_nothing()
    assert harbour.scalar("SELECT severity FROM cases") == "amber"


def test_a_number_and_a_picture_stay_behind(harbour: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("BUDDY ring me on 07700 900101 or ann@example.org").hears("I left out the number")
    ben.hears("Ann says: ring me on [...] or [...]")
    harbour.control("POST", f"phones/{ann.number}/text", {"body": "BUDDY my cat", "media": 1})
    harbour.settles()
    ann.hears("passed that on to Ben", "can't pass on pictures")
    ben.hears("Ann says: my cat (To")
    harbour.control("POST", f"phones/{ann.number}/text", {"body": "BUDDY", "media": 1})
    harbour.settles()
    ann.hears("can't pass on pictures")
    ann.texts("buddy " + "la " * 300).hears("only the first part")
    ben.hears("la...")


def test_a_buddy_on_a_break_a_safe_hour_and_a_stop_are_each_told_truly(harbour: Town, ann: Phone, ben: Phone) -> None:
    ben.texts("PAUSE 2 weeks").hears("No messages until")
    ann.texts("BUDDY you there?").hears("Ben is having a break", "our team")
    ben.texts("BACK").hears("Welcome back")
    ben.texts("STOP BUDDY").hears("You won't get any more")
    ann.hears("Ben isn't using messages here just now")
    ann.texts("BUDDY hello?").hears("I can't reach Ben just now", "our team")
    ben.texts("BUDDY sorry").hears("switched off", "START")
    assert harbour.scalar("SELECT count(*) FROM cases WHERE reason = 'for_buddy'") == 1
    ben.texts("STOP BUDDY").hears_nothing()
    ann.hears_nothing()


def test_words_wait_for_safe_hours_and_say_only_later(harbour: Town, ann: Phone, ben: Phone) -> None:
    hours = 'phones: 07700 900111, safe_hours: {from: "18:00", to: "19:00"}'
    harbour.loads(QUIET.replace("phones: 07700 900111", hours))
    ann.texts("BUDDY hi").hears("a little later").hears_nothing()
    ben.hears_nothing()
    harbour.moves_to("18:00")
    ben.hears("Ann says: hi")


def test_words_that_could_not_go_after_all(harbour: Town, ann: Phone, ben: Phone) -> None:
    harbour.moves_to("22:00")
    ann.texts("BUDDY good night").hears("in the morning")
    ben.texts("PAUSE 1 week").hears("No messages until")
    harbour.moves_to("09:00")
    ben.hears_nothing()
    ann.hears("couldn't be passed on after all")
    assert harbour.scalar("SELECT reason FROM cases") == "for_buddy"


def test_which_of_two_buddies_is_asked_once(harbour: Town, ann: Phone, ben: Phone) -> None:
    sam = with_sam(harbour)
    ann.texts("BUDDY anyone for tea?").hears("Who is it for? Reply 1 Ben, 2 Sam.")
    ann.texts("2").hears("passed that on to Sam")
    sam.hears("Ann says: anyone for tea?")
    ann.texts("BUDDY at three?").hears("passed that on to Sam")
    sam.hears("Ann says: at three?")
    ann.texts("BUDDY Ben you too?").hears("passed that on to Ben")
    ben.hears("Ann says: you too?")
    ann.texts("BUDDY lovely").hears("Who is it for?")
    ann.texts("ben").hears("passed that on to Ben")
    ben.hears("Ann says: lovely")


def test_a_choice_that_names_nobody_and_silence_go_to_a_person(harbour: Town, ann: Phone, ben: Phone) -> None:
    with_sam(harbour)
    ann.texts("BUDDY hello").hears("Who is it for?")
    ann.texts("5").hears("I can't tell who that is for", "our team")
    ann.texts("BUDDY are you about").hears("Who is it for?")
    harbour.moves(minutes=40)
    ann.hears_nothing()
    assert harbour.scalar("SELECT count(*) FROM case_events WHERE detail LIKE '%for_buddy%'") == 2
    ben.hears_nothing()


def test_a_buddy_answers_whoever_wrote_last(harbour: Town, ann: Phone, ben: Phone) -> None:
    sam = with_sam(harbour, member="sam", buddy="ben", rank=1)
    sam.texts("BUDDY morning Ben").hears("passed that on to Ben")
    ben.hears("Sam says: morning Ben")
    ben.texts("BUDDY morning").hears("passed that on to Sam")
    sam.hears("Ben says: morning")
    ann.hears_nothing()


def test_discreet_words_say_how_to_answer_and_nothing_else(harbour: Town, ann: Phone, ben: Phone) -> None:
    harbour.loads(QUIET.replace("name: Ben,", "name: Ben, discreet: yes,"))
    ann.texts("BUDDY hi").hears("passed that on")
    ben.hears("Ann says: hi (To answer, start with ANSWER.)")
    ben.texts("ANSWER hi you").hears("Passed on to Ann")
    ann.hears("Ben says: hi you")


def test_a_landline_hears_the_words_by_telephone(harbour: Town, ann: Phone, ben: Phone) -> None:
    harbour.phone(ben.number, "Ben", kind="landline")
    ann.texts("BUDDY the bus is late").hears("passed that on to Ben")
    ben.is_rung().answers().is_not_told("bus").presses("1").is_told("Ann says: the bus is late").hangs_up()
    ann.texts("BUDDY five minutes late").hears("passed that on to Ben")
    ben.is_rung().lets_it_ring()
    ann.hears("couldn't be passed on after all")


def test_a_pair_that_ends_tells_both_softly_and_once(harbour: Town, ann: Phone, ben: Phone) -> None:
    harbour.moves_to("22:00")
    ann.texts("BUDDY see you").hears("in the morning")
    for _ in range(2):
        harbour.loads(QUIET.replace("buddy: ben", "buddy: ben, ended: yes"))
        harbour.moves_to("09:30")
    ann.hears("You and Ben are no longer buddies").hears_nothing()
    ben.hears("You and Ann are no longer buddies").hears_nothing()
    ann.texts("BUDDY hello").hears("You don't have a buddy on the line just now")


# --- a number of their own ---

POOL = QUIET + f'numbers: {{pool: ["{OWN}"]}}\n'


@pytest.fixture
def pooled(harbour: Town) -> Town:
    """Ann and Ben have a number of their own."""
    return harbour.loads(POOL)


def test_a_text_to_their_own_number_is_for_the_other(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("fancy a walk?", OWN).hears("passed that on to Ben").last_came_from(OWN)
    ben.hears("Ann says: fancy a walk?").last_came_from(OWN)
    ben.texts("1", OWN).hears("passed that on to Ann")
    ann.hears("Ben says: 1")
    ann.texts("can you help me carry the shelf on Sunday", OWN).hears("passed that on to Ben")
    ben.hears("Ann says: can you help me carry the shelf")
    ann.texts("BUDDY and this").hears("passed that on to Ben").last_came_from(LINE)
    ben.hears("Ann says: and this").last_came_from(OWN)
    assert pooled.scalar("SELECT count(*) FROM cases") == 0


def test_danger_and_the_lines_own_words_come_first_there_too(pooled: Town, ann: Phone, ben: Phone, sue: Phone) -> None:
    ann.texts("CALL ME", OWN).hears("I've asked for somebody to ring you")
    ann.texts("HELP", OWN).hears("Msg").hears("Harbour Line", "A person has been asked to look")
    ann.texts("i am going to kill myself", OWN).hears("999", "I haven't passed that on")
    sue.hears("needs a person now")
    ben.hears_nothing()
    assert pooled.scalar("SELECT severity FROM cases") == "red"


def test_a_stop_to_their_own_number_stops_the_words_and_nothing_else(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.texts("STOP", OWN).hears("unsubscribed")
    ann.hears("buddy").last_came_from(LINE)
    ben.hears("Ann isn't using messages here just now")
    assert pooled.scalar("SELECT streams FROM people WHERE ref = 'ann'") == ["checkins", "reminders"]
    assert pooled.scalar("SELECT text_blocked FROM people WHERE ref = 'ann'") is False
    ben.texts("hello?", OWN).hears("I can't reach Ann just now")


def test_nobody_has_one_number_for_two_people(pooled: Town, ann: Phone, ben: Phone) -> None:
    pair = "  - {ref: with-sam, member: ann, buddy: sam, rank: 2}\nrota:"
    both = POOL.replace("groups:", SAM, 1).replace("rota:", pair, 1)
    pooled.loads(both)
    assert pooled.scalar("SELECT count(*) FROM pair_lines") == 2
    pooled.loads(both.replace(f'"{OWN}"', f'"{OWN}", "{OTHER}"'))
    assert pooled.scalar("SELECT count(DISTINCT number) FROM pair_lines") == 2
    sam = pooled.phone("+447700900112", "Sam")
    ann.texts("hello Sam", OTHER).hears("passed that on to Sam")
    sam.hears("Ann says: hello Sam").last_came_from(OTHER)
    ben.hears_nothing()


def test_the_number_of_a_pair_that_ended_reaches_nobody_else(pooled: Town, ann: Phone, ben: Phone) -> None:
    pooled.loads(POOL.replace("buddy: ben", "buddy: ben, ended: yes"))
    pooled.settles()
    ann.hears("You and Ben are no longer buddies")
    ben.hears("You and Ann are no longer buddies")
    again = "  - {ref: ann-sam, member: ann, buddy: sam}\nrota:"
    ended = POOL.replace("groups:", SAM, 1).replace("buddy: ben", "buddy: ben, ended: yes")
    pooled.loads(ended.replace("rota:", again, 1))
    assert pooled.scalar("SELECT count(*) FROM pair_lines") == 2
    ann.texts("are you there Ben", OWN).hears("can't pass that on any more", "our team")
    assert pooled.scalar("SELECT reason FROM cases") == "for_buddy"


def test_a_number_that_only_the_carrier_knows_to_be_stopped(pooled: Town, ann: Phone, ben: Phone) -> None:
    pooled.control("POST", f"phones/{ben.number}/behaviour", {"texts": "failed:21610"})
    ann.texts("hi", OWN).hears("passed that on to Ben")
    ann.hears("couldn't be passed on after all")
    assert pooled.scalar("SELECT text_blocked FROM people WHERE ref = 'ben'") is False
    assert pooled.scalar("SELECT change FROM consents WHERE how = 'carrier'") == "withdrawn"


# --- by call ---


def talks(town: Town) -> tuple[object, object]:
    """How the last call between two ended, and how long they talked, in seconds."""
    return (
        town.scalar("SELECT outcome FROM relay_calls ORDER BY at DESC LIMIT 1"),
        town.scalar("SELECT seconds FROM relay_calls ORDER BY at DESC LIMIT 1"),
    )


def numbers_shown(town: Town, phone: Phone) -> set[str]:
    """Which numbers a phone has seen."""
    state = town.state_of(phone.number)
    return {call["from"] for call in state["calls"]} | {call["to"] for call in state["calls"]}


def test_ringing_their_own_number_rings_the_other(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.rings(OWN).is_told("Please hold on")
    ben.is_rung().answers().is_told("a call from Ann through Harbour Line", "press 1")
    assert talks(pooled) == ("ringing", 0)
    ben.presses("1")
    pooled.moves(minutes=5)
    ben.hangs_up()
    assert talks(pooled) == ("talked", 300)
    ann.is_told("Goodbye")
    assert ann.number not in numbers_shown(pooled, ben)
    assert ben.number not in numbers_shown(pooled, ann)
    assert pooled.scalar("SELECT count(*) FROM cases") == 0
    ben.rings(OWN)
    ann.is_rung().answers().is_told("a call from Ben").presses("1").hangs_up()


def test_who_does_not_take_it_is_not_connected(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.rings(OWN)
    ben.is_rung().answers().says_nothing()
    ann.is_told("cannot come to the phone").presses("0").is_told("passed that to a person")
    assert talks(pooled) == ("not_taken", 0)
    assert pooled.scalar("SELECT reason FROM cases") == "rang_buddy"
    ann.rings(OWN)
    ben.is_rung().lets_it_ring()
    ann.is_told("cannot come to the phone").says_nothing().is_told("Goodbye")
    ann.rings(OWN)
    ben.is_rung().answers().presses("5")
    ann.is_told("cannot come to the phone").hangs_up()
    assert talks(pooled) == ("not_taken", 0)


def test_an_answering_machine_is_hung_up_on(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.rings(OWN)
    ben.is_rung().lets_voicemail_answer()
    pooled.settles()
    ann.is_told("cannot come to the phone").presses("1").is_told("passed that on to Ben")
    ben.hears("Ann says: I would like a word")
    assert talks(pooled) == ("not_taken", 0)


def test_a_discreet_or_shared_phone_hears_no_name(pooled: Town, ann: Phone, ben: Phone) -> None:
    pooled.loads(POOL.replace("name: Ben,", "name: Ben, discreet: yes,"))
    ann.rings(OWN)
    ben.is_rung().answers().is_told("a call for somebody here").is_not_told("Ann").is_not_told("Harbour").presses("1")
    ben.hangs_up()
    assert talks(pooled)[0] == "talked"


def test_nobody_is_rung_who_may_not_be(pooled: Town, ann: Phone, ben: Phone) -> None:
    ben.texts("PAUSE 2 weeks").hears("No messages until")
    ann.rings(OWN).is_told("cannot come to the phone").is_not_told("pause").hangs_up()
    ben.texts("BACK").hears("Welcome back")
    pooled.moves_to("21:00")
    ann.rings(OWN).is_told("cannot come to the phone").hangs_up()
    pooled.moves_to("10:00")
    ann.texts("STOP BUDDY").hears("buddy")
    ben.hears("Ann isn't using messages here")
    ann.rings(OWN).is_told("cannot come to the phone").hangs_up()
    ben.rings(OWN).is_told("cannot come to the phone").hangs_up()
    assert pooled.scalar("SELECT count(*) FROM relay_calls") == 0


def test_the_menu_rings_the_buddy_and_asks_which_of_several(harbour: Town, ann: Phone, ben: Phone) -> None:
    ann.rings().presses("8").presses("4")
    ben.is_rung().answers().presses("1").hangs_up()
    sam = with_sam(harbour)
    ann.rings().presses("8").presses("4").is_told("For Ben, press 1", "For Sam, press 2").presses("2")
    sam.is_rung().answers().is_told("a call from Ann").presses("1").hangs_up()
    assert numbers_shown(harbour, sam) == {LINE, sam.number}
    ann.rings().presses("8").presses("4").presses("7").is_told("cannot come to the phone").hangs_up()


def test_the_caller_who_hangs_up_stops_the_ringing(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.rings(OWN)
    ben.is_rung()
    ann.hangs_up()
    assert talks(pooled) == ("not_taken", 0)


def test_a_step_that_is_asked_for_twice_is_answered_the_same(pooled: Town, ann: Phone, ben: Phone) -> None:
    ann.rings(OWN)
    call = pooled.scalar("SELECT message_id FROM relay_calls")
    path = f"/twilio/relay/whisper?m={call}"
    form = {"CallSid": "CA" + "9" * 32, "From": OWN, "To": ben.number, "CallStatus": "in-progress"}
    first, second = (post(pooled, form, path).content for _ in range(2))
    assert first == second
    assert b"Ann" in first
    ben.is_rung().is_busy()
    ann.hangs_up()
