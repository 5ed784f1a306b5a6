"""Somebody of the staff writes to a member from a case, and the answer comes back onto it."""

import pytest

from checkin import answers, escalations
from checkin.errors import BadInput
from tests.stories.town import Phone, Town


def writes(town: Town, words: str) -> None:
    """Sue takes the open case and writes to whom it is about, as the console does."""
    with town.line.store.work(town.now()) as work:
        case = work.conn.exec_driver_sql("SELECT id FROM cases WHERE status <> 'closed'").scalar_one()
        sue = work.conn.exec_driver_sql("SELECT id FROM people WHERE ref = 'sue'").scalar_one()
        escalations.take(work, case, sue)
        answers.send(work, case, sue, words)
    town.settles()


def test_the_answer_comes_onto_the_case(ann: Phone, clock: Town) -> None:
    clock.moves_to("09:00")
    ann.texts("ring me please").hears("asked for somebody to ring you")
    writes(clock, "Is four o'clock any good?")
    ann.hears("Sue from Harbour Line: Is four o'clock any good?")
    ann.texts("yes 4 is fine").hears("Thank you. Sue can read that")
    ann.texts("wardrobe seven kettle lamp").hears("Sue can read that")
    assert clock.scalar("SELECT count(*) FROM case_events WHERE kind = 'said'") == 2
    assert clock.scalar("SELECT count(*) FROM case_events WHERE kind = 'wrote'") == 1


def test_a_check_in_goes_first_and_then_the_line_listens_again(ann: Phone, clock: Town) -> None:
    clock.moves_to("09:30")
    ann.texts("ring me please").hears("asked for somebody to ring you")
    writes(clock, "Is four o'clock any good?")
    ann.hears("Is four o'clock any good?")
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Good to hear from you").hears_nothing()
    ann.texts("four is good").hears("Sue can read that")


def test_in_mid_check_in_it_is_said_at_once(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("CALL ME").hears("asked for somebody to ring you")
    writes(clock, "I will ring at four.")
    ann.hears("Sue from Harbour Line: I will ring at four.")


def test_it_waits_for_the_morning(ann: Phone, clock: Town) -> None:
    ann.texts("ring me please").hears("asked for somebody to ring you")
    writes(clock, "Is four o'clock any good?")
    ann.hears_nothing()
    clock.moves_to("09:00")
    ann.hears("Is four o'clock any good?")
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Good to hear")


def test_whoever_stopped_is_not_written_to(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("09:00")
    ann.texts("ring me please").hears("asked for somebody to ring you")
    ann.texts("please stop texting me").hears("won't get any more")
    ben.hears("Ann isn't using messages here just now")
    with pytest.raises(BadInput, match="stopped texts"):
        writes(clock, "Is four o'clock any good?")
    ann.hears_nothing()
