"""Somebody is in danger, and a person comes."""

import pytest

from checkin import escalations
from checkin.conversation.agenda import STOPPABLE
from checkin.errors import BadInput
from tests.stories.town import Phone, Town


def test_red_pages_who_is_on_call_and_details_follow_acceptance(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts("i want to end it all tonight").hears("our people on call are being told now", "999", "116 123")
    sue.hears("case 1 needs a person now", "Reply 1 or", "to take it")
    sue.texts("1").hears("Case 1 is yours", "Ann", "i want to end it all tonight")
    assert clock.scalar("SELECT status FROM cases") == "taken"
    clock.moves(minutes=19)
    ann.hears_nothing()


def test_not_accepted_in_time_goes_on_until_everybody_has_been_paged(
    ann: Phone, sue: Phone, omar: Phone, clock: Town
) -> None:
    ann.texts("took all my tablets").hears("999")
    sue.hears("needs a person now")
    clock.moves(minutes=5)
    omar.hears("needs a person now").is_rung().lets_it_ring()
    sue.hears("needs a person now").is_rung().lets_it_ring()
    kinds = "SELECT count(*) FROM case_events WHERE kind = 'alarm'"
    assert clock.scalar(kinds) == 1
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")
    sue.texts("1").hears("Case 1 has been taken by Omar")
    assert clock.scalar("SELECT count(*) FROM cases") == 1


def test_a_pass_goes_to_the_next_at_once(ann: Phone, sue: Phone, omar: Phone) -> None:
    ann.texts("i am going to kill myself").hears("999")
    sue.hears("needs a person now")
    sue.texts("2").hears("The next person is being asked")
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


def test_danger_during_a_check_in_stops_the_ladder_and_is_not_asked_again(
    ann: Phone, ben: Phone, sue: Phone, clock: Town
) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered")
    ann.texts("everyone would be better off without me").hears("999")
    ben.hears("a person is looking after it")
    sue.hears("needs a person now")
    sue.texts("1").hears("is yours")
    clock.moves(minutes=21)
    sue.hears("have you reached them")
    sue.texts("1").hears("That is on case 1")
    clock.moves_to("16:00")
    ann.hears_nothing()


def test_what_is_said_afterwards_goes_on_the_case(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts("im going to end my life").hears("999")
    sue.hears("needs a person now")
    ann.texts("i am in the kitchen")
    assert clock.scalar("SELECT count(*) FROM case_events WHERE kind = 'said'") == 1
    sue.texts("1").hears("is yours", "kitchen")


def test_red_is_closed_by_two_people_and_everyone_alerted_hears_it(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts("i want to die").hears("999")
    sue.hears("needs a person now")
    sue.texts("1").hears("is yours")
    case = clock.scalar("SELECT id FROM cases")
    who = {ref: clock.scalar("SELECT id FROM people WHERE ref = :ref", ref=ref) for ref in ("sue", "omar")}
    store, now = clock.line.store, clock.now()
    with store.work(now) as work:
        assert not escalations.close(work, case, who["sue"], "Rang her; her sister is with her.")
    with pytest.raises(BadInput), store.work(now) as work:
        escalations.close(work, case, who["sue"], "")
    with store.work(now) as work:
        assert not escalations.close(work, case, who["sue"], "Still with her sister.")
    with store.work(now) as work:
        assert escalations.close(work, case, who["omar"], "Read it, agreed.")
    clock.settles()
    sue.hears("All clear: case 1 is closed")


def test_abuse_is_answered_without_detail(ann: Phone, sue: Phone) -> None:
    ann.texts("he hit me again cant talk").hears("Got your message.")
    sue.hears("needs a person now")


def test_stop_words_that_may_be_distress_stop_and_reach_a_person(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts("END").hears("unsubscribed")
    sue.hears("needs a person now")
    assert clock.scalar("SELECT text_blocked FROM people WHERE ref = 'ann'")
    assert clock.scalar("SELECT count(*) FROM cases WHERE severity = 'red'") == 1
    assert clock.scalar("SELECT count(*) FROM consents WHERE change = 'withdrawn'") == len(STOPPABLE)


def test_whoever_has_the_case_hears_that_more_was_said(ann: Phone, sue: Phone) -> None:
    ann.texts("i want to end my life").hears("999")
    sue.hears("needs a person now")
    sue.texts("1").hears("is yours")
    ann.texts("i am going to kill myself now").hears("999")
    sue.hears("They have said more about case 1").is_rung().answers().presses("1").is_told("said more about case")
    sue.hangs_up()
