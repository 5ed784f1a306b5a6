"""A meeting comes up: members are reminded, and need not answer; whoever runs the group hears what they said."""

import pytest

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

THURSDAYS = HARBOUR.replace(",\n         reminders: never}", "}").replace(
    ',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}', "}"
)
MONDAYS = THURSDAYS.replace(
    "contacts: [joy]}", 'contacts: [joy],\n     plan: {days: [mon], at: "10:00", ladder: [text, call, buddy, staff]}}'
)


@pytest.fixture
def group(town: Town) -> Town:
    """The town, whose group wants its members reminded; Ann has no check-ins."""
    return town.loads(THURSDAYS)


def test_ann_is_reminded_and_comes(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("Leeds group meets on Thursday 14 January, 19:00", "Friends Meeting House", "No need to answer")
    ann.texts("yes ill be there").hears("See you there")
    group.moves_to("Wed 16:00")
    ann.hears("Leeds group meets on Thursday 14 January").hears_nothing()
    group.moves_to("Thu 09:00")
    ben.hears("Leeds group, Thursday 14 January, 19:00", "Coming: 1", "Can't: 0", "Messages: 0")
    group.moves_to("Fri 12:00")
    ann.hears_nothing()


def test_silence_means_nothing_at_all(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("No need to answer")
    group.moves_to("Wed 16:00")
    ann.hears("No need to answer")
    group.moves_to("Thu 09:00")
    ben.hears("Coming: 0", "Can't: 0")
    group.moves_to("Thu 20:00")
    ann.hears_nothing()
    assert group.scalar("SELECT count(*) FROM cases") == 0
    assert group.scalar("SELECT (state->>'open')::boolean FROM people WHERE ref = 'ann'") is False


def test_cant_is_fine_and_is_not_asked_again(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("2 can't")
    ann.texts("cant make it sorry").hears("That's fine, Ann")
    group.moves_to("Thu 09:00")
    ben.hears("Can't: 1")
    ann.hears_nothing()
    assert group.scalar("SELECT count(*) FROM cases") == 0


def test_a_no_that_sounds_low_is_seen_by_a_person(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("2 can't")
    ann.texts("no sorry feeling really low today").hears("Thank you for telling me how it is", "A person will read it")
    assert group.scalar("SELECT severity || ' ' || reason FROM cases") == "amber low_beside_rsvp"
    ben.hears_nothing()


def test_a_question_goes_to_whoever_runs_the_group(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("3 a question")
    ann.texts("3").hears("What would you like to ask?")
    ann.texts("will there be a lift").hears("passed that on to Ben")
    ben.hears("Ann, about Leeds group: will there be a lift")
    assert group.scalar("SELECT severity || reason FROM cases") == "taskfor_facilitator"


def test_free_words_go_to_whoever_runs_the_group_and_the_question_stands(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("3 a question")
    ann.texts("is there a bus").hears("passed that on to Ben")
    ben.hears("is there a bus")
    ann.texts("NEXT").hears("Leeds group meets next on Thursday 14 January")
    ann.texts("1").hears("See you there")
    group.moves_to("Wed 16:00")
    ann.hears("Leeds group")
    group.moves_to("Thu 09:00")
    ben.hears("Coming: 1", "Messages: 1")


def test_a_check_in_goes_first_and_the_meeting_is_told_as_news(town: Town, ann: Phone, clock: Town) -> None:
    town.loads(MONDAYS)
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.hears("Leeds group meets on Thursday 14 January")
    ann.is_rung().is_busy()
    ann.texts("1").hears("Good to hear from you").hears_nothing()


def test_somebody_who_is_rung_is_rung_about_meetings_too(bill: Phone, clock: Town) -> None:
    clock.loads(THURSDAYS.replace("prefers: call, streams: [checkins]", "prefers: call, streams: [reminders]"))
    clock.moves_to("10:30")
    clock.phone("+447700900101", "Ann").hears("Leeds group")
    bill.is_rung().answers().is_not_told("Leeds").presses("1").is_told("Leeds group meets on", "If you are coming")
    bill.presses("2").is_told("You are welcome any other time").hangs_up()
    assert clock.scalar("SELECT answer FROM rsvps") == "no"


def test_a_meeting_that_is_off_is_told_and_next_skips_it(ann: Phone, ben: Phone, group: Town) -> None:
    group.moves_to("10:30")
    ann.hears("Leeds group")
    group.loads(THURSDAYS.replace("House}", "House, cancelled: 2027-01-14}"))
    group.settles()
    ann.hears("does not meet on Thursday 14 January")
    ben.hears("does not meet on Thursday 14 January")
    ann.texts("next").hears("Thursday 21 January")
    group.moves_to("Fri 09:00")
    ann.hears_nothing()
