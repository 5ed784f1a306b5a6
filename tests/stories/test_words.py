"""Words heard at every step, and people the line does not know."""

from tests.stories.town import LINE, Phone, Town


def test_please_stop_is_confirmed_once_and_then_it_is_quiet(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("please stop txting me").hears("You won't get any more of these messages")
    clock.moves_to("Thu 12:00")
    ben.hears("Ann isn't using messages here just now")
    ann.hears_nothing()
    ann.texts("START").hears("Welcome back")
    clock.moves_to("Fri 10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Good to hear")


def test_next_says_when_and_where(ann: Phone) -> None:
    ann.texts("next").hears("Leeds group", "Thursday 14 January, 19:00", "Friends Meeting House")


def test_next_in_mid_question_leaves_the_question_open(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("NEXT").hears("Leeds group")
    ann.texts("2").hears("Would you like somebody to ring you?")
    ann.texts("no ta").hears("You can text here any time")


def test_a_pause_is_kept_and_ends_softly(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("pause 1 week").hears("No messages until Monday 18 January")
    clock.moves_to("Sun 20:00")
    ben.hears("Have you been in touch with Ann")
    ann.hears_nothing()
    clock.moves_to("Mon 09:30")
    ann.hears("your pause is over")
    clock.moves_to("Mon 10:00")
    ann.hears("How are you today?")
    ann.texts("BACK").hears("Welcome back, Ann")


def test_hello_is_answered_with_hello_and_asks_for_nobody(ann: Phone, clock: Town) -> None:
    ann.texts("Hiya!").hears("Hello Ann")
    ann.texts("hello").hears("Hello Ann")
    assert clock.scalar("SELECT count(*) FROM cases") == 0
    assert clock.scalar("SELECT count(*) FROM messages WHERE unread") == 0
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("good morning").hears("Hello Ann", "How are you")
    ann.texts("1").hears("Good to hear")


def test_back_after_stop_does_not_say_that_messages_are_on_again(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("please stop txting me").hears("You won't get any more of these messages")
    ann.texts("BACK").hears("Messages are stopped", "START")
    clock.moves_to("09:30")
    ben.hears("Ann isn't using messages here just now")


def test_call_me_is_a_task_for_a_person(ann: Phone, clock: Town) -> None:
    ann.texts("ring me please").hears("I've asked for somebody to ring you")
    assert clock.scalar("SELECT reason FROM cases WHERE severity = 'task'") == "call_me"


def test_words_for_the_buddy_are_passed_on_without_numbers(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("BUDDY fancy a walk on Sunday?").hears("I'll pass that on to Ben in the morning")
    ben.hears_nothing()  # Eight in the morning is too early for it.
    clock.moves_to("09:00")
    ben.hears("Ann says: fancy a walk on Sunday?")
    ben.texts("buddy yes 2pm").hears("passed that on to Ann")
    ann.hears("Ben says: yes 2pm")


def test_the_buddys_week(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("pause 2 weeks").hears("No messages until")
    clock.moves_to("Sun 17:00")
    ben.hears("Have you been in touch with Ann this week?", "1 yes, all well")
    ben.texts("yes but im worried about her").hears("what worries you")
    ben.texts("she does not open the curtains").hears("I've passed that on")
    assert clock.scalar("SELECT p.ref FROM cases c JOIN people p ON p.id = c.person_id") == "ann"
    assert clock.scalar("SELECT answer FROM reports") == "worried"


def test_a_stranger_is_answered_once_a_day_and_shown_to_staff(town: Town) -> None:
    stranger = town.phone("+447700900199", "Somebody")
    stranger.texts("hello is that the group").hears("doesn't know you yet", "999")
    stranger.texts("hello?").hears_nothing()
    assert town.scalar("SELECT count(*) FROM case_events") == 2
    town.moves(hours=25)
    stranger.texts("hello").hears("doesn't know you yet")
    town.phone("+447700900101", "Ann").hears("How are you today?")
    for number, name in (("+447700900111", "Ben"),):
        phone = town.phone(number, name)
        if town.scalar("SELECT count(*) FROM alerts"):
            phone.hears("Ann hasn't answered")


def test_danger_from_a_stranger_pages_too(town: Town, sue: Phone) -> None:
    stranger = town.phone("+447700900199", "Somebody")
    stranger.texts("i am going to kill myself").hears("999")
    sue.hears("needs a person now")


def test_odd_texts_are_handled(ann: Phone, town: Town) -> None:
    ann.texts("").hears("a person will read this")
    ann.texts("\u202e\u0007\x01 مرحبا").hears("I still can't follow")
    ann.texts("\u2603" * 10)
    town.control("POST", f"phones/{ann.number}/text", {"body": "", "media": 1})
    ann.texts("la " * 533)
    town.settles()
    assert town.scalar("SELECT count(*) FROM messages WHERE direction = 'in'") == 5
    assert town.scalar("SELECT count(*) FROM messages WHERE direction = 'in' AND unread") == 5
    while town.next_text(ann.number):
        pass


def test_a_caller_id_that_is_no_number_is_kept_and_not_answered(town: Town) -> None:
    town.phone("60777", "A short code").texts("your parcel is here").hears_nothing()
    assert town.scalar("SELECT count(*) FROM cases") == 1
    assert LINE


def test_a_new_number_is_checked_by_a_person_first(ann: Phone, town: Town) -> None:
    ann.texts("ive got a new number its 07700 900188").hears("passed that to a person")
    assert town.scalar("SELECT reason FROM cases") == "new_number"
    assert town.scalar("SELECT count(*) FROM person_phones WHERE suspended_at IS NOT NULL") == 0


def test_a_machine_that_answers_is_not_answered(ann: Phone, town: Town) -> None:
    ann.texts("I'm driving right now - I'll get back to you later").hears_nothing()
    assert town.scalar("SELECT unread FROM messages WHERE direction = 'in'")


def test_well_unasked_is_good_to_hear_and_not_well_is_read_by_a_person(ann: Phone, town: Town) -> None:
    ann.texts("im fine today thanks").hears("Good to hear from you")
    assert town.scalar("SELECT count(*) FROM cases") == 0
    ann.texts("not good at all today").hears("A person will read it")
    assert town.scalar("SELECT severity FROM cases") == "amber"


def test_sleep_puts_off_for_two_hours(ann: Phone, clock: Town) -> None:
    clock.moves_to("09:00")
    ann.texts("SLEEP").hears("No messages until Monday 11 January, 11:00")
    clock.moves_to("11:00")
    ann.hears("your pause is over")
    clock.moves_to("20:00")
    ann.hears_nothing()


def test_somebody_with_a_landline_hears_the_all_clear_by_telephone(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().is_busy()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered")
    clock.phone(ben.number, "Ben", kind="landline")
    ann.texts("1").hears("Good to hear")
    ben.is_rung().answers().is_not_told("Ann").presses("1").is_told("All clear", "Ann has been in touch").hangs_up()
