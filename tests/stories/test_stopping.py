"""Stopping, by telephone: one confirmation, and nothing that cannot arrive."""

from checkin.conversation.agenda import STOPPABLE
from tests.stories.town import Phone, Town


def test_stop_is_the_carriers_to_confirm_and_a_second_one_is_silent(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("STOP").hears("successfully been unsubscribed")
    ann.texts("stop all of these now").hears_nothing()
    clock.moves_to("Tue 12:00")
    ann.hears_nothing()
    ben.hears("isn't using messages here")
    assert clock.scalar("SELECT count(*) FROM consents WHERE change = 'withdrawn'") == 2 * len(STOPPABLE)
    ann.texts("START").hears("re-subscribed").hears("Welcome back")
    clock.moves_to("Wed 10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Good to hear")


def test_stopping_check_ins_leaves_words_from_the_buddy(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("stop checkins please").hears("any more: questions how you are", "still get: reminders of meetings")
    clock.moves_to("Tue 12:00")
    ann.hears_nothing()
    ben.texts("BUDDY tea on Friday?").hears("passed that on")
    ann.hears("Ben says: tea on Friday?")
    ann.texts("START CHECKINS").hears("You'll get these again: questions how you are")
    clock.moves_to("Wed 10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Good to hear")


def test_cancel_in_answer_to_how_are_you_is_for_a_person_and_no_all_clear(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered")
    ann.texts("CANCEL").hears("successfully been unsubscribed")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "amber may_be_farewell"
    both = f"{clock.next_text(ben.number)} {clock.next_text(ben.number)}"
    assert "About Ann: a person is looking after it now" in both
    assert "isn't using messages here" in both
    clock.moves_to("12:00")
    ann.hears_nothing()


def test_a_refusal_on_sending_stops_texts_and_brings_a_person_once(ann: Phone, ben: Phone, clock: Town) -> None:
    # The carrier heard a STOP that never reached us.
    clock.control("POST", f"phones/{ann.number}/text", {"body": "STOP"})
    clock.settles()
    ann.hears("successfully been unsubscribed")
    with clock.line.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET text_blocked = false, streams = '{checkins}'")
        connection.exec_driver_sql("TRUNCATE cases CASCADE")
    clock.moves_to("10:00")
    ben.hears("isn't using messages here")
    assert clock.scalar("SELECT reason FROM cases") == "carrier_opt_out"
    assert clock.scalar("SELECT count(*) FROM people WHERE text_blocked") == 1
    ann.is_rung().answers().presses("1").presses("1").is_told("It is good to hear from you").hangs_up()


def test_the_same_text_twenty_times_is_answered_once_and_staff_hear_of_it_once(ann: Phone, clock: Town) -> None:
    for _ in range(20):
        clock.control("POST", f"phones/{ann.number}/text", {"body": "who is this"})
    clock.settles()
    ann.hears("This is Harbour Line").hears_nothing()
    assert clock.scalar("SELECT count(*) FROM case_events WHERE detail LIKE '%same_text_again%'") == 1
    assert clock.scalar("SELECT count(*) FROM messages WHERE direction = 'in'") == 20
