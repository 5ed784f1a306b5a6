"""Pages: by text and call at once, accepted by either, and nobody is left waiting for whoever cannot answer."""

import re

import pytest

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

# The default policies, and a second person on call by day.
BY_DEFAULT = HARBOUR.partition("policies:")[0].replace(
    "staff:\n",
    "  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}\nstaff:\n",
)
DANGER = "i want to end it all tonight"


@pytest.fixture(autouse=True)
def default_policies(town: Town) -> None:
    """Pages go out as they do when nobody has said otherwise."""
    with town.line.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM policies")
    town.loads(BY_DEFAULT)


def code_of(town: Town, number: int = 1) -> str:
    """The newest code of a case, as the text to whoever was paged had it."""
    query = "SELECT code FROM codes JOIN cases ON cases.id = case_id WHERE number = :n ORDER BY at DESC LIMIT 1"
    code = str(town.scalar(query, n=number))
    assert re.fullmatch(r"[1-9]\d{3}", code)
    return code


def hears_both(phone: Phone, *words: str) -> None:
    """Texts that leave at the same moment arrive in any order."""
    texts = [phone._town.next_text(phone.number) for _ in words]
    assert all(any(word in (text or "") for text in texts) for word in words), texts


def test_a_page_is_a_text_and_a_call_at_once_and_pressing_1_takes_it(ann: Phone, sue: Phone, town: Town) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now")
    sue.is_rung().answers().is_not_told("case").presses("1").is_told("Case 1 needs a person now").is_not_told("Ann")
    sue.presses("1").is_told("Case 1 is yours", "Ann").hangs_up()
    assert town.scalar("SELECT count(*) FROM case_events WHERE kind = 'paged'") == 1
    assert town.scalar("SELECT status FROM cases") == "taken"


def test_a_page_is_taken_by_its_code_and_the_call_then_says_so(ann: Phone, sue: Phone, town: Town) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears(f"1 or {code_of(town)} to take it").is_rung()
    sue.texts("1").hears("Case 1 is yours", DANGER)
    sue.answers().presses("1").is_not_told("needs a person now").hangs_up()


def test_a_page_taken_before_it_could_leave_is_not_sent(ann: Phone, sue: Phone, omar: Phone, clock: Town) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    clock.moves(minutes=5)
    sue.hears("needs a person now").is_rung().lets_it_ring()
    omar.hears("needs a person now").is_rung().answers().presses("1")
    sue.texts("1").hears("Case 1 is yours")
    omar.hears("has been taken by Sue")
    omar.presses("1").is_not_told("is yours").hangs_up()
    clock.moves(minutes=15)
    assert clock.scalar("SELECT count(*) FROM case_events WHERE kind = 'paged'") == 3


def test_an_answering_machine_accepts_nothing_and_hears_nothing(
    ann: Phone, sue: Phone, omar: Phone, clock: Town
) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_voicemail_answer().is_not_told("case").is_not_told("urgent")
    clock.moves(minutes=5)
    sue.hears("needs a person now").is_rung().lets_it_ring()
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


def test_nobody_waits_for_a_phone_that_is_off(ann: Phone, sue: Phone, omar: Phone, town: Town) -> None:
    town.phone(sue.number, "Sue", kind="unreachable")
    ann.texts(DANGER).hears("999")
    town.settles()
    omar.hears("needs a person now").is_rung().answers().presses("1").presses("1").is_told("is yours").hangs_up()
    assert town.scalar("SELECT count(*) FROM case_events WHERE kind = 'unreached'") == 1


def test_a_landline_on_call_is_rung_once_and_never_texted(ann: Phone, town: Town) -> None:
    town.loads(BY_DEFAULT.replace("phones: 07700 900131", "phones: 0113 496 0131"))
    sue = town.phone("+441134960131", "Sue", kind="landline")
    ann.texts(DANGER).hears("999")
    assert town.scalar("SELECT count(*) FROM messages WHERE wording = 'page.ask'") == 1
    sue.is_rung().answers().presses("1").presses("1").is_told("is yours").hangs_up()
    sue.hears_nothing()


def test_who_took_it_and_falls_silent_is_asked_twice_and_then_others_are_paged(
    ann: Phone, sue: Phone, omar: Phone, clock: Town
) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    sue.texts("1").hears("is yours")
    clock.moves(minutes=20)
    sue.hears("have you reached them")
    clock.moves(minutes=10)
    sue.hears("have you reached them")
    clock.moves(minutes=10)
    hears_both(sue, "others are asked now", "needs a person now")
    sue.is_rung().lets_it_ring()
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


def test_still_trying_is_a_sign_of_life_and_help_that_has_come_is_kept(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    sue.texts("1").hears("is yours")
    clock.moves(minutes=20)
    sue.hears("have you reached them").texts("2").hears("ask again later")
    clock.moves(minutes=20)
    sue.hears("have you reached them").texts("1").hears("That is on case 1")
    clock.moves(hours=3)
    assert clock.scalar("SELECT arrived_at IS NOT NULL AND status = 'taken' FROM cases")


def test_who_needs_somebody_else_is_believed_at_once(ann: Phone, sue: Phone, omar: Phone, clock: Town) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    sue.texts("1").hears("is yours")
    clock.moves(minutes=20)
    sue.hears("have you reached them").texts("3").hears("next person is being asked")
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


def test_more_danger_and_no_sign_of_whoever_has_it_opens_the_case_again(
    ann: Phone, sue: Phone, omar: Phone, clock: Town
) -> None:
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    sue.texts("1").hears("is yours")
    ann.texts("i am going to kill myself now").hears("999")
    sue.hears("They have said more").is_rung().lets_it_ring()
    clock.moves(minutes=10)
    hears_both(sue, "others are asked now", "needs a person now")
    sue.is_rung().lets_it_ring()
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


# --- staff by text ---


@pytest.fixture
def paged(ann: Phone, sue: Phone, town: Town) -> str:
    """Ann is in danger, and Sue has been paged; the case's code."""
    ann.texts(DANGER).hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    return code_of(town)


@pytest.mark.parametrize("written", ["OK {}", "{}", "ok {}.", "Okay #{}", "  {} "])
def test_a_case_is_taken_by_its_code_in_many_ways_of_writing_it(
    paged: str, sue: Phone, town: Town, written: str
) -> None:
    sue.texts(written.format(paged)).hears("Case 1 is yours", "Ann", DANGER)
    assert town.scalar("SELECT status FROM cases") == "taken"


def test_a_whole_night_by_text_alone(paged: str, ann: Phone, sue: Phone, omar: Phone, clock: Town) -> None:
    sue.texts("cases").hears("1 RED", "OK and the code")
    sue.texts(f"more {paged}").hears("Nobody has case 1 just now")
    sue.texts(f"ok {paged}").hears("Case 1 is yours")
    ann.texts("i am in the kitchen")
    sue.texts(f"MORE {paged}").hears(DANGER, "kitchen")
    sue.texts(f"note {paged} rang her, she wants to kill herself, her sister is on the way").hears("Your note is on")
    clock.moves(minutes=20)
    sue.hears("have you reached them")
    sue.texts(f"HELP ARRIVED {paged}").hears("That is on case 1")
    sue.texts(f"close {paged}").hears("Write a few words")
    sue.texts(f"close {paged} Her sister is with her.").hears("until a second person has agreed")
    omar.hears("Sue asks to close case 1")
    omar.texts(f"more {paged}").hears(DANGER)
    omar.texts(f"close {paged} Read it, agreed.").hears("Case 1 is closed")
    sue.hears("All clear")
    assert clock.scalar("SELECT count(*) FROM cases") == 1
    assert clock.scalar("SELECT count(*) FROM audit WHERE action = 'read_case'") == 2


def test_a_case_is_passed_to_somebody_by_name_who_must_take_it(paged: str, sue: Phone, omar: Phone) -> None:
    sue.texts(paged).hears("is yours")
    sue.texts(f"pass {paged} nobody").hears("I do not know whom you mean")
    sue.texts(f"pass {paged} omar").hears("stays yours until they have taken it")
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("Case 1 is yours")
    sue.hears("has been taken by Omar")
    omar.texts(f"pass {paged}").hears("next person is being asked")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    sue.texts("1").hears("is yours")
    omar.hears("has been taken by Sue")


def test_what_comes_too_late_is_answered_truthfully_and_changes_nothing(
    paged: str, sue: Phone, omar: Phone, town: Town
) -> None:
    omar.texts(f"OK {paged}").hears("is yours")
    sue.hears("has been taken by Omar")
    events = "SELECT count(*) FROM case_events"
    before = town.scalar(events)
    for late in ("1", "2", "yes", "no", f"ok {paged}", f"pass {paged}", f"close {paged} done"):
        sue.texts(late).hears("Case 1 has been taken by Omar")
    sue.texts(f"more {paged}").hears("has been taken by Omar")
    wrong = "1111" if paged != "1111" else "2222"
    sue.texts(f"ok {wrong}").hears("no case by that code")
    assert town.scalar(events) == before
    assert town.scalar("SELECT count(*) FROM cases") == 1
    omar.texts(f"ok {paged}").hears("is yours")
    omar.texts(f"close {paged} She is well.").hears("second person")
    sue.hears("Omar asks to close")
    sue.texts(f"close {paged} Agreed.").hears("is closed")
    omar.hears("All clear")
    for late in ("1", "2", f"ok {paged}"):
        # The same text again at once would be a thumb's.
        town.moves(minutes=2)
        sue.texts(late).hears("Case 1 is closed")
    assert town.scalar("SELECT count(*) FROM cases") == 1


def test_a_stranger_or_a_member_with_the_right_code_takes_nothing(
    paged: str, ben: Phone, sue: Phone, town: Town
) -> None:
    stranger = town.phone("+447700900177", "Somebody")
    stranger.texts(f"OK {paged}").hears("doesn't know you yet")
    ben.texts(f"OK {paged}").hears("Good to hear from you")
    assert town.scalar("SELECT status FROM cases WHERE number = 1") == "open"
    sue.texts(paged).hears("is yours")


def test_with_two_pages_open_a_bare_answer_asks_which(paged: str, ben: Phone, sue: Phone, town: Town) -> None:
    ben.texts("i want to die").hears("999")
    sue.hears("needs a person now").is_rung().lets_it_ring()
    second = code_of(town, 2)
    for bare in ("1", "yes", "2"):
        sue.texts(bare).hears("More than one waits for you", f"1: {paged}", f"2: {second}")
    sue.texts(second).hears("Case 2 is yours")
    sue.texts("1").hears("Case 1 is yours", DANGER)


def test_words_of_a_case_are_not_texted_to_a_phone_that_others_read(paged: str, sue: Phone, town: Town) -> None:
    town.loads(BY_DEFAULT.replace("name: Sue, phones: 07700 900131", "name: Sue, phones: 07700 900131, discreet: yes"))
    sue.texts(paged).hears("Number 1 is yours")
    sue.texts(f"more {paged}").hears("/cases/1")


def test_danger_in_a_text_of_staff_that_is_no_note_is_danger(paged: str, sue: Phone, omar: Phone, town: Town) -> None:
    sue.texts(f"{paged} i want to die").hears("999")
    assert town.scalar("SELECT count(*) FROM cases WHERE severity = 'red'") == 2
    omar.hears_nothing()
    sue.hears("needs a person now").is_rung().lets_it_ring()


# --- staff by telephone ---


@pytest.mark.usefixtures("paged")
def test_staff_who_ring_hear_what_waits_and_take_it_by_a_key(sue: Phone, omar: Phone, town: Town) -> None:
    omar.rings().is_told("Hello Omar", "Case 1, red", "Nobody has it").is_not_told("Ann")
    omar.presses("2").is_told("Take it first").is_not_told("end it all")
    omar.presses("1").is_told("Case 1 is yours")
    sue.hears("has been taken by Omar")
    omar.presses("2").is_told("only to those who have a pin").is_not_told("end it all")
    omar.presses("1").is_told("It stays yours until it is closed").presses("5").is_told("To say how you are").hangs_up()
    assert town.scalar("SELECT arrived_at IS NOT NULL FROM cases")


def test_staff_with_a_pin_hear_the_words_and_pass_a_case_on(paged: str, sue: Phone, omar: Phone, town: Town) -> None:
    town.loads(BY_DEFAULT.replace("name: Sue, phones: 07700 900131", 'name: Sue, phones: 07700 900131, pin: "4711"'))
    sue.texts(paged).hears("is yours")
    sue.rings().is_not_told("Case").presses("4711#").is_told("Case 1, red", "is yours")
    sue.presses("2").is_told("Ann", DANGER)
    sue.presses("3").is_told("next person is being asked").hangs_up()
    omar.hears("needs a person now").is_rung().lets_it_ring()
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")


def test_members_who_ring_hear_nothing_of_cases(paged: str, ben: Phone, sue: Phone) -> None:
    ben.rings().is_told("To say how you are").is_not_told("Case").hangs_up()
    sue.texts(paged).hears("is yours")
