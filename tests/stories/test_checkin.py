"""A check-in, from the question to the all-clear."""

from tests.stories.town import Phone, Town


def test_ann_is_asked_and_is_well(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("Hello Ann", "How are you today?", "1 good")
    ann.texts("1").hears("Good to hear from you, Ann")
    clock.moves_to("18:00")
    ann.hears_nothing()


def test_a_missed_check_in_climbs_to_a_case_and_everybody_hears_the_end(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered a check-in", "It may be nothing")
    clock.moves_to("11:50")
    assert clock.scalar("SELECT reason FROM cases WHERE status = 'open'") == "nobody_confirmed"
    ann.texts("sorry just up, im fine ta").hears("Good to hear from you")
    ben.hears("All clear: Ann has been in touch")
    assert clock.scalar("SELECT status FROM cases") == "closed"


def test_a_text_back_inside_the_gap_ends_it(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:20")
    ann.texts("grand ta").hears("Good to hear from you")
    clock.moves_to("17:00")
    ben.hears_nothing()


def test_the_buddy_has_been_in_touch(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().is_busy()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered")
    ben.texts("1").hears("Nobody else needs to be asked")
    clock.moves_to("18:00")
    ben.hears("How did it go?")
    assert clock.scalar("SELECT count(*) FROM cases") == 0


def test_no_is_not_all_right_and_silence_after_it_is_for_a_person(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("not good").hears("A person will read this", "Would you like somebody to ring you?")
    assert clock.scalar("SELECT severity FROM cases") == "amber"
    clock.moves_to("12:00")
    ann.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM case_events WHERE detail LIKE '%silent_after_low'") == 1


def test_an_answer_nobody_could_read_is_asked_for_once_and_then_a_person_comes(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("What vine in gym bay").hears("Sorry, I didn't follow", "1 good")
    ann.texts("wardrobe seven kettle lamp").hears("I've asked a person to read")
    assert clock.scalar("SELECT reason FROM cases") == "unread_twice"
