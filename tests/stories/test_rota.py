"""A shift is coming up: who is asked, who stands in, and who hears of it."""

from datetime import date

import pytest

from checkin import duties
from tests.stories.town import Phone, Town

ROTA = """
people:
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
  - {ref: lin, name: Lin, phones: 07700 900133}
  - {ref: fay, name: Fay, phones: 07700 900134, language: cy}
  - {ref: ann, name: Ann, phones: 07700 900101}
rota:
  - {ref: days, person: sue, rule: "FREQ=WEEKLY;BYDAY=MO,WE,TH,FR,SA,SU", starts: 2026-01-01 08:00, ask: no}
  - {ref: nights, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 20:00, minutes: 720}
  - {ref: tuesdays, person: omar, rule: FREQ=WEEKLY;BYDAY=TU, starts: 2026-01-06 08:00, minutes: 720}
stand_ins: [lin, fay]
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
"""


@pytest.fixture
def town(built_town: Town) -> Town:
    """A Monday; Omar has the Tuesday, Lin and Fay stand in, Sue sees to the rota."""
    return built_town.begin(ROTA)


@pytest.fixture(autouse=True)
def everything_is_told(town: Town) -> object:
    """At the end everything that anybody heard must have been told."""
    yield
    town.settles()
    town.everything_was_heard()


@pytest.fixture
def lin(town: Town) -> Phone:
    """The first to stand in."""
    return town.phone("+447700900133", "Lin")


@pytest.fixture
def fay(town: Town) -> Phone:
    """The second, who reads Welsh."""
    return town.phone("+447700900134", "Fay")


def test_a_yes_is_all_it_takes(omar: Phone, lin: Phone, clock: Town) -> None:
    clock.moves_to("16:59")
    omar.hears_nothing()
    clock.moves_to("17:00")
    omar.hears("Hello Omar, it's Harbour Line", "on call, Tuesday 12 January, 08:00 to 20:00", "1 yes, 2 I can't")
    omar.texts("yes thats fine").hears("Thank you, Omar")
    clock.moves_to("Tue 12:00")
    omar.hears_nothing()
    lin.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM cases") == 0
    clock.moves_to("Mon 17:00")
    omar.hears("Tuesday 19 January").texts("1").hears("Thank you")


def test_a_no_is_offered_in_order_and_the_first_yes_has_it(
    omar: Phone, lin: Phone, fay: Phone, sue: Phone, clock: Town
) -> None:
    clock.moves_to("17:00")
    omar.hears("Your turn is coming up").texts("sorry cant do it").hears("That's all right", "who can step in")
    lin.hears("Could you step in for Omar?", "Tuesday 12 January, 08:00 to 20:00")
    fay.hears_nothing()
    lin.texts("2").hears("Thank you for saying")
    fay.hears("Allech chi gymryd lle Omar?", "12 Ionawr")
    fay.texts("1").hears("Diolch, Fay", "Chi sydd", "Mae Omar yn gwybod")
    omar.hears("Fay steps in for you")
    sue.hears("Fay steps in for Omar")
    clock.moves_to("Tue 09:00")
    ann = clock.phone("+447700900101", "Ann")
    ann.texts("i want to kill myself").hears("This is an automatic message")
    fay.hears("Atebwch 1").is_rung().lets_it_ring()
    omar.hears_nothing()
    fay.texts("1").hears("Ann")
    ann.hears_nothing()


def test_silence_at_a_stand_ins_is_not_waited_for_and_a_late_yes_hears_the_truth(
    omar: Phone, lin: Phone, fay: Phone, sue: Phone, clock: Town
) -> None:
    clock.moves_to("17:00")
    omar.hears("Your turn").texts("2").hears("That's all right")
    lin.hears("Could you step in")
    clock.moves_to("18:59")
    fay.hears_nothing()
    clock.moves_to("19:00")
    fay.hears("Allech chi").texts("ydw").hears("Chi sydd")
    lin.hears("Somebody has stepped in")
    omar.hears("Fay steps in for you")
    sue.hears("Fay steps in for Omar")


def test_nobody_can_and_a_person_hears_well_before(omar: Phone, lin: Phone, fay: Phone, clock: Town) -> None:
    clock.moves_to("17:00")
    omar.hears("Your turn").texts("no").hears("That's all right")
    lin.hears("Could you step in").texts("2").hears("Thank you for saying")
    fay.hears("Allech chi").texts("na").hears("Diolch am ddweud")
    omar.hears("Nobody has stepped in yet", "Our team knows")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "amber duty_nobody"


def test_silence_is_asked_once_more_and_then_a_coordinator_hears_and_the_shift_stands(omar: Phone, clock: Town) -> None:
    clock.moves_to("17:00")
    omar.hears("Your turn")
    clock.moves_to("19:30")
    omar.hears("only asking once more")
    clock.moves_to("20:59")
    assert clock.scalar("SELECT count(*) FROM cases") == 0
    clock.moves_to("21:00")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "task duty_silent"
    omar.texts("yes all good").hears("Thank you, Omar")
    assert clock.scalar("SELECT status FROM duties") == "confirmed"


def test_a_hole_is_told_of_once_and_again_when_it_is_near(clock: Town) -> None:
    # Omar is away on Tuesday, and nobody stands in.
    away = "holidays: [{ref: spain, person: omar, from: 2027-01-12 07:00, until: 2027-01-12 21:00}]\n"
    clock.loads(ROTA.replace("stand_ins: [lin, fay]", "stand_ins: []") + away)
    clock.looks_ahead()
    clock.looks_ahead()
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "task rota_hole"
    assert clock.scalar("SELECT count(*) FROM case_events") == 1
    clock.moves_to("19:59")
    clock.looks_ahead()
    assert clock.scalar("SELECT severity FROM cases") == "task"
    clock.moves_to("20:00")
    clock.looks_ahead()
    clock.looks_ahead()
    assert clock.scalar("SELECT severity FROM cases") == "amber"
    # What the weekly digest says of it joins the same case.
    assert clock.scalar("SELECT count(*) FROM case_events WHERE kind = 'joined' AND detail LIKE '%: rota_hole'") == 1


def test_two_swap_by_text_when_both_say_yes(omar: Phone, lin: Phone, sue: Phone, clock: Town) -> None:
    with clock.line.store.work(clock.now()) as work:
        shift = work.conn.exec_driver_sql("SELECT id FROM shifts WHERE ref = 'tuesdays'").scalar_one()
        taker = work.conn.exec_driver_sql("SELECT id FROM people WHERE ref = 'lin'").scalar_one()
        duties.propose_swap(work, None, shift, date(2027, 1, 12), taker)
    clock.settles()
    # Not before nine: it is eight in the morning.
    omar.hears_nothing()
    clock.moves_to("09:00")
    omar.hears("Lin could have this in your place", "Tuesday 12 January").texts("1").hears("I'll ask Lin")
    lin.hears("Could you step in for Omar?").texts("yes").hears("It is yours", "Omar has been told")
    omar.hears("Lin steps in for you")
    sue.hears("Lin steps in for Omar")
    clock.moves_to("17:00")
    lin.hears("Your turn is coming up").texts("1").hears("Thank you, Lin")
    omar.hears_nothing()


def test_whoever_prefers_to_be_rung_answers_with_a_key(omar: Phone, lin: Phone, clock: Town) -> None:
    clock.loads(ROTA.replace("{ref: omar, name: Omar,", "{ref: omar, name: Omar, prefers: call,"))
    clock.moves_to("17:00")
    omar.is_rung().answers().presses("1").is_told(
        "Your turn is coming up", "on call, Tuesday the 12th of January, 8 in the morning"
    )
    omar.presses("2").is_told("That is all right", "who can step in").hangs_up()
    lin.hears("Could you step in for Omar?")
    lin.texts("yes").hears("It is yours")
    clock.phone("+447700900131", "Sue").hears("Lin steps in for Omar")
    omar.hears("Lin steps in for you")
