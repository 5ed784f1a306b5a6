"""The same line by telephone: keys instead of words."""

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
