"""Joining, by telephone: asked once, and nothing before the yes."""

import pytest

from tests.stories.conftest import BILL, HARBOUR
from tests.stories.town import Phone, Town

CODED = HARBOUR.replace("name: Leeds group\n", "name: Leeds group\n    join: LEEDS7\n")
INVITED = "people:\n  - {ref: eve, name: Eve, phones: 07700 900151, status: invited, streams: [checkins, reminders]}\n"
LANDLINE = (
    "people:\n  - {ref: gus, name: Gus, phones: 0113 496 0151, prefers: call, status: invited, streams: [checkins]}\n"
)


@pytest.fixture
def town(town: Town) -> Town:
    """A town whose Leeds group can be joined by its code."""
    return town.loads(CODED)


@pytest.fixture
def fran(town: Town) -> Phone:
    """Somebody the line does not know."""
    return town.phone("+447700900161", "Fran")


def test_a_stranger_joins_says_their_name_and_how_they_may_be_reached(fran: Phone, ben: Phone, town: Town) -> None:
    fran.texts("Join leeds-7 please").hears("This is Harbour Line", "Leeds group", "reminders of meetings", "STOP")
    assert town.scalar("SELECT count(*) FROM consents WHERE wording LIKE 'joining%'") == 0
    fran.texts("yes please").hears("you're in", "What first name")
    fran.texts("Hi my name is Fran").hears("May I text and ring you")
    fran.texts("1").hears("Does anybody else use or read this phone?")
    fran.texts("yes my husband").hears("may I leave a word?")
    fran.texts("2").hears("When may I text or ring?")
    fran.texts("3").hears("that's all")
    assert town.scalar("SELECT reason FROM cases") == "joined"
    profile = town.scalar(
        "SELECT concat_ws(' ', status, streams, safe_to_text, safe_to_call, shared_phone, discreet, voicemail, "
        "safe_from, safe_to) FROM people WHERE ref IS NULL"
    )
    assert profile == "active {caring,checkins,reminders} t t t t neutral 12:00:00 17:00:00"
    ledger = "SELECT count(*) FROM consents WHERE change = 'given' AND how = 'text' AND wording LIKE 'joining.ask en %'"
    assert town.scalar(ledger) == 3
    ben.hears_nothing()
    town.moves_to("09:00")
    ben.hears("somebody new has joined Leeds group")
    fran.texts("next").hears("Thursday 14 January")
    # The file is loaded again, and Fran, who is not in it, stays.
    town.loads(CODED)
    fran.texts("next please").hears("Thursday 14 January")


def test_a_stranger_who_says_no_hears_nothing_more(fran: Phone, town: Town) -> None:
    fran.texts("JOIN LEEDS7").hears("Would you like to get")
    fran.texts("no thanks").hears("Nothing more will be sent")
    assert town.scalar("SELECT status FROM people WHERE ref IS NULL") == "ended"
    assert town.scalar("SELECT count(*) FROM consents WHERE change = 'withdrawn'") == 3
    assert town.scalar("SELECT reason FROM cases") == "said_no_to_joining"
    fran.texts("hello again").hears("doesn't know you yet")


def test_a_stranger_who_stops_instead_of_answering_is_left_alone(fran: Phone, town: Town) -> None:
    fran.texts("JOIN LEEDS7").hears("Would you like to get")
    fran.texts("please leave me alone").hears("any more of these messages")
    assert town.scalar("SELECT status FROM people WHERE ref IS NULL") == "ended"


def test_a_wrong_code_has_one_more_try_and_then_a_person(fran: Phone, town: Town) -> None:
    fran.texts("JOIN").hears("text its code")
    fran.texts("LEDES 7").hears("I don't know that one")
    fran.texts("it says HARBOUR9").hears("A person will look")
    assert town.scalar("SELECT reason FROM cases") == "wrong_code"
    fran.texts("join LEDES 8").hears("I don't know that one")
    fran.texts("sorry its leeds 7").hears("Would you like to get")
    fran.texts("1").hears("What first name")
    assert town.scalar("SELECT count(*) FROM case_events WHERE detail LIKE '%was_here_before%'") == 1


def test_somebody_invited_is_asked_once_and_once_more(town: Town) -> None:
    eve = town.phone("+447700900151", "Eve")
    town.loads(INVITED)
    eve.hears_nothing()  # Eight in the morning is too early to be asked.
    town.moves_to("09:00")
    eve.hears("This is Harbour Line", "questions how you are, reminders of meetings?")
    town.phone("+447700900101", "Ann").texts("pause 1 week").hears("No messages")
    town.moves_to("Tue 09:00")
    eve.hears("Only asking once more")
    town.loads(INVITED)
    town.moves_to("Thu 12:00")
    eve.hears_nothing()
    assert town.scalar("SELECT status FROM people WHERE ref = 'eve'") == "ended"
    assert town.scalar("SELECT reason FROM cases c JOIN people p ON p.id = c.person_id WHERE ref = 'eve'") == (
        "joining_unanswered"
    )


def test_an_invitation_that_is_accepted_stays_so_when_the_file_is_loaded_again(town: Town) -> None:
    eve = town.phone("+447700900151", "Eve")
    town.loads(INVITED)
    town.moves_to("09:00")
    eve.hears("Would you like to get")
    eve.texts("Yes").hears("you're in", "May I text and ring")
    eve.texts("skip").hears("Does anybody else")
    town.loads(INVITED)
    assert town.scalar("SELECT status || streams::text FROM people WHERE ref = 'eve'") == "active{checkins,reminders}"
    assert not town.scalar("SELECT safe_to_call FROM people WHERE ref = 'eve'")
    eve.texts("no").hears("may I leave a word?")
    eve.texts("1").hears("When may I")
    eve.texts("1").hears("that's all")
    assert not town.scalar("SELECT discreet FROM people WHERE ref = 'eve'")


def test_somebody_with_a_landline_is_asked_by_telephone_and_answers_by_key(town: Town) -> None:
    town.loads(BILL)
    gus = town.phone("+441134960151", "Gus", kind="landline")
    town.loads(LANDLINE)
    town.moves_to("09:00")
    gus.is_rung().answers().presses("1").is_told("This is Harbour Line", "Would you like to get").presses("1")
    gus.is_told("Thank you, you are in", "May I text and ring you").presses("3").is_told("Does anybody else")
    gus.presses("2").is_told("may I leave a word").presses("1").is_told("When may I").presses("2")
    gus.is_told("Thank you, that is all").hangs_up()
    assert town.scalar("SELECT how FROM consents WHERE change = 'given' ORDER BY id DESC LIMIT 1") == "voice"
    town.phone("+441134960102", "Bill", kind="landline")


def test_a_member_who_joins_again_or_another_group(ann: Phone, town: Town) -> None:
    ann.texts("JOIN LEEDS7").hears("in that group already")
    town.loads(CODED.replace("groups:\n", "groups:\n  - {ref: york, name: York group, join: YORK22}\n"))
    ann.texts("JOIN YORK22").hears("that group now as well")
    assert town.scalar("SELECT count(*) FROM memberships m JOIN people p ON p.id = m.person_id WHERE ref = 'ann'") == 2


def test_a_shared_telephone_exposes_nobody_and_a_person_decides(ann: Phone, town: Town) -> None:
    town.loads("people:\n  - {ref: abe, name: Abe, phones: 07700 900101, shared_phone: yes, streams: [reminders]}\n")
    ann.texts("JOIN LEEDS7").hears("Which of you")
    ann.texts("2")
    said = town.next_text(ann.number)
    assert said
    assert "Ann" not in said
    assert "Leeds" not in said
    assert town.scalar("SELECT count(*) FROM cases WHERE reason = 'wants_to_join'") == 1


def test_danger_goes_before_joining(fran: Phone, sue: Phone, town: Town) -> None:
    fran.texts("JOIN LEEDS7 i am going to kill myself").hears("999")
    sue.hears("needs a person now")
    assert town.scalar("SELECT count(*) FROM people WHERE ref IS NULL") == 0


def test_the_number_is_asked_about_again_after_eight_weeks(town: Town) -> None:
    eve = town.phone("+447700900151", "Eve")
    town.loads(INVITED.replace("status: invited, ", ""))
    with town.line.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM plans")
        connection.exec_driver_sql("UPDATE pairs SET next_due_at = NULL, review_due_at = NULL")
        connection.exec_driver_sql(
            "DELETE FROM timers WHERE person_id NOT IN (SELECT id FROM people WHERE ref = 'eve')"
        )
    town.moves(weeks=8, hours=2)
    eve.hears("Is this still a good number")
    eve.texts("3").hears("May I text and ring you")
    eve.texts("2").hears("Does anybody else")
    eve.texts("2").hears("leave a word")
    eve.texts("1").hears("When may I")
    eve.texts("1").hears("good to know")
    town.moves(weeks=8, hours=2)
    eve.hears("Is this still a good number")
    eve.texts("no").hears("won't text here until a person has looked")
    assert town.scalar("SELECT reason FROM cases") == "number_not_good"
    assert not town.scalar("SELECT safe_to_text FROM people WHERE ref = 'eve'")


def test_a_language_is_chosen_from_a_menu_and_the_open_question_comes_again_in_it(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("LANGUAGE").hears("1 English, 2 Cymraeg, 3 Polski")
    ann.texts("3").hears("Odtad piszemy po polsku", "Jak dzis samopoczucie")
    ann.texts("1").hears("Milo to slyszec")
    ann.texts("CYMRAEG").hears("Gymraeg")
    ann.texts("LANGUAGE").hears("Pa iaith?")
    ann.texts("English").hears("From now on I'll write to you in English")
    ann.texts("language").hears("What shall I write in?")
    ann.texts("4").hears("asked our team")
    assert clock.scalar("SELECT reason FROM cases") == "language"
