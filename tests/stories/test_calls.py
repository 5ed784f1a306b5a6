"""The same line by telephone: keys instead of words."""

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town


def test_a_member_is_rung_and_says_how_they_are(bill: Phone, clock: Town) -> None:
    clock.moves_to("11:00")
    bill.is_rung().answers().is_told("If you can talk now, please press 1").is_not_told("Bill")
    bill.presses("1").is_told("Hello Bill", "How are you today")
    bill.presses("1").is_told("good to hear from you")
    bill.hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins WHERE status = 'settled'") == "good"


def test_nine_repeats_and_nought_is_a_person(bill: Phone, clock: Town) -> None:
    clock.moves_to("11:00")
    bill.is_rung().answers().presses("1").presses("9").presses("0").is_told("A person has been asked to ring you")
    bill.presses("3").is_told("A person will hear about this")
    bill.hangs_up()
    assert clock.scalar("SELECT severity FROM cases") == "amber"


def test_silence_on_the_line_is_not_all_right(bill: Phone, clock: Town) -> None:
    clock.moves_to("11:00")
    bill.is_rung().answers().presses("1").says_nothing().says_nothing().says_nothing().is_told("I did not hear a key")
    assert clock.scalar("SELECT answer FROM check_ins") is None
    clock.moves_to("12:30")
    assert clock.scalar("SELECT reason FROM cases") == "nobody_confirmed"


def test_a_machine_that_answers_is_no_answer(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_voicemail_answer().is_told("nothing urgent").is_not_told("Harbour")
    clock.moves_to("10:50")
    ben.hears("Ann hasn't answered")
    ben.texts("1").hears("Nobody else needs to be asked")


def test_ringing_the_line_answers_the_question_that_was_texted(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().is_told("Hello Ann", "How are you today").presses("2").is_told("Would you like somebody to ring you")
    ann.presses("2").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "so_so"
    clock.moves_to("16:00")
    ann.hears_nothing()


def test_a_caller_hears_a_menu_and_can_say_how_they_are(ann: Phone, town: Town) -> None:
    ann.rings().is_told("To say how you are, press 1", "For a person, press 0")
    ann.presses("2").is_told("Leeds group", "Friends Meeting House")
    ann.presses("1").is_told("How are you today").presses("1").is_told("good to hear from you").hangs_up()
    assert town.scalar("SELECT answer FROM check_ins") == "good"


def test_a_caller_asks_for_a_person(ann: Phone, town: Town) -> None:
    ann.rings().presses("0").is_told("A person has been asked to ring you").hangs_up()
    assert town.scalar("SELECT reason FROM cases") == "asked_for_help"


def test_hanging_up_in_mid_question_leaves_it_open(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().is_told("How are you today").hangs_up()
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:50")
    ben.hears("Ann hasn't answered")
    ann.texts("2").hears("Would you like")
    ben.hears("All clear")


def test_a_stranger_who_rings_can_ask_for_a_person(town: Town) -> None:
    stranger = town.phone("+441134960177", "Somebody", kind="landline")
    stranger.rings().is_told("does not know this number").presses("0").is_told("passed that to a person")
    assert town.scalar("SELECT reason FROM cases") == "stranger_wants_call"


# --- said again, a person, the menu ---


def test_what_was_said_can_be_heard_again_with_its_numbers_one_by_one(ann: Phone, sue: Phone, town: Town) -> None:
    ann.rings().presses("2").is_told("Leeds group meets next on Thursday", "7 in the evening")
    ann.presses("9").presses("*").presses("#")
    assert ann.call_said().count("Leeds group meets next") == 4
    ann.hangs_up()
    sue.hears_nothing()
    assert town.scalar("SELECT count(*) FROM cases") == 0


def test_nought_is_a_person_and_nought_again_is_one_now(ann: Phone, sue: Phone, town: Town) -> None:
    ann.rings().presses("0").is_told("asked to ring you", "press 0 again").presses("0").is_told("being told now")
    assert town.scalar("SELECT severity FROM cases") == "red"
    sue.hears("needs a person now")
    ann.hangs_up()


def test_the_buddy_hears_that_a_word_would_be_welcome(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("09:30")
    ann.rings().presses("8").presses("4").is_told("Please hold on")
    ben.is_rung().is_busy()
    ann.is_told("cannot come to the phone").presses("1").is_told("passed that on to Ben")
    ben.hears("Ann", "would like a word with you")


def test_a_call_that_is_let_lie_ends_by_itself(ann: Phone, town: Town) -> None:
    ann.rings().says_nothing().says_nothing().says_nothing().is_told("Goodbye")
    assert town.scalar("SELECT count(*) FROM cases") == 0


# --- from text to call and back ---


def test_a_question_of_a_call_is_answered_by_text(bill: Phone, town: Town, clock: Town) -> None:
    """Bill's landline rings; he says two, and hangs up before the next question; he answers that from his mobile."""
    town.loads(HARBOUR.replace("phones: 0113 496 0102", "phones: [0113 496 0102, 07700 900109]"))
    mobile = town.phone("+447700900109", "Bill's mobile")
    bill.rings().presses("1").is_told("How are you today").presses("2").is_told("somebody to ring you").hangs_up()
    mobile.texts("yes please").hears("asked for somebody to ring you")
    assert clock.scalar("SELECT answer FROM check_ins") == "call"


def test_ringing_back_after_a_missed_call_brings_the_open_question_first(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    ann.rings().is_told("Hello Ann", "How are you today").presses("1").is_told("good to hear from you").hangs_up()
    clock.moves_to("16:00")
    ann.hears_nothing()


def test_nobody_is_rung_who_is_on_the_phone_with_the_line(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves(minutes=29, seconds=55)
    ann.rings().is_told("How are you today")
    clock.moves(seconds=8)
    assert clock.scalar("SELECT reason FROM messages WHERE medium = 'call' AND direction = 'out'") == "on_call"
    ann.presses("1").is_told("good to hear from you").hangs_up()
    clock.moves_to("11:00")
    assert clock.scalar("SELECT count(*) FROM messages WHERE medium = 'call' AND status = 'sent'") == 0


def test_a_question_that_is_answered_by_text_during_the_call_is_not_asked_twice(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().is_told("How are you today")
    ann.texts("1").hears("Good to hear from you")
    ann.presses("3").is_told("answered already").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "good"
    assert clock.scalar("SELECT count(*) FROM cases") == 0


# --- doors ---


def test_a_pin_comes_before_anything_private(ann: Phone, town: Town, clock: Town) -> None:
    town.loads(HARBOUR.replace("voicemail: neutral", "pin: 4711"))
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().answers().presses("1").is_told("secret number").is_not_told("Ann").is_not_told("Harbour")
    ann.presses("1234#").is_told("try once more").presses("4711#").is_told("Hello Ann", "How are you today")
    ann.presses("1").is_told("good to hear from you").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "good"


def test_who_does_not_know_the_pin_is_let_go_softly_and_the_ladder_goes_on(
    ann: Phone, ben: Phone, town: Town, clock: Town
) -> None:
    town.loads(HARBOUR.replace("voicemail: neutral", "pin: 4711"))
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().answers().presses("1").presses("1111#").presses("2222#").presses("3333#").is_told("That is all right")
    ann.is_not_told("Ann")
    assert clock.scalar("SELECT reason FROM cases") == "pin_wrong"
    clock.moves_to("10:50")
    ben.hears("Ann hasn't answered")
    ben.texts("1").hears("Nobody else needs to be asked")


def test_two_who_share_a_landline_are_told_apart_before_anything_is_said(bill: Phone, town: Town) -> None:
    town.loads(HARBOUR.replace("phones: 07700 900111", "phones: 0113 496 0102"))
    bill.rings().is_told("If you are Ben", "If you are Bill").is_not_told("Hello").is_not_told("Harbour")
    bill.presses("2" if "If you are Bill, press 2" in bill.call_said() else "1").is_told("Hello Bill").hangs_up()


# --- speech ---


def test_somebody_says_how_they_are(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().is_told("own words").says("not so good today").is_told("sorry it is hard")
    ann.says("yes please").is_told("asked for somebody to ring you").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "call"


def test_danger_that_is_said_is_heard(ann: Phone, sue: Phone, town: Town) -> None:
    ann.rings().says("I am going to kill myself tonight").is_told("9 9 9", "automatic voice")
    assert town.scalar("SELECT severity FROM cases") == "red"
    sue.hears("needs a person now")
    ann.hangs_up()


def test_what_the_recogniser_guessed_is_no_fine(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().says("fine", confidence=0.2).is_told("did not follow").presses("3").is_told("sorry it is hard")
    ann.presses("2").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "low"


def test_a_code_word_brings_somebody_and_nobody_beside_them_knows(ann: Phone, sue: Phone, town: Town) -> None:
    town.loads(HARBOUR.replace("voicemail: neutral", "code_word: Aunt Mabel"))
    ann.rings().says("oh hello, tell Aunt Mabel I am fine").is_told("Thank you", "Goodbye").is_not_told("9 9 9")
    sue.hears("needs a person now")
    ann.texts("love to aunt mabel").hears("Got your message.")
    assert town.scalar("SELECT count(*) FROM cases WHERE severity = 'red'") == 1


# --- a missed call that counts ---

MISSED = HARBOUR.replace("voicemail: neutral", "voicemail: neutral, missed_call_ok: yes")


def test_ringing_and_hanging_up_before_it_is_answered_says_all_is_well(ann: Phone, town: Town, clock: Town) -> None:
    town.loads(MISSED)
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings().hangs_up()
    ann.hears("noted that all is well")
    assert clock.scalar("SELECT answer FROM check_ins") == "missed_call"
    clock.moves_to("16:00")
    ann.hears_nothing()


def test_staying_on_the_line_is_answered_and_hanging_up_then_says_nothing(
    ann: Phone, ben: Phone, town: Town, clock: Town
) -> None:
    town.loads(MISSED)
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.rings()
    clock.moves(seconds=6)
    ann.is_told("How are you today")
    clock.moves(seconds=11)
    ann.hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") is None
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:50")
    ben.hears("Ann hasn't answered")
    ben.texts("1").hears("Nobody else needs to be asked")
