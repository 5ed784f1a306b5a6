"""Somebody of the staff rings a member from a case: their own telephone first, and neither sees the other's number."""

import pytest

from checkin import escalations, ringing
from checkin.errors import BadInput
from tests.stories.test_relay import QUIET, numbers_shown
from tests.stories.town import LINE, Phone, Town


@pytest.fixture
def desk(town: Town) -> Town:
    """At ten in the morning Ann would like to be rung, and Sue has taken that."""
    town.begin(QUIET).moves_to("10:00")
    town.phone("+447700900101", "Ann").texts("ring me please").hears("asked for somebody to ring you")
    with town.line.store.work(town.now()) as work:
        case, sue = (town.scalar(sql) for sql in ("SELECT id FROM cases", "SELECT id FROM people WHERE ref = 'sue'"))
        escalations.take(work, case, sue)
    return town


def rings(town: Town, *, sure: bool = False) -> None:
    """Sue presses the button on the case's page."""
    with town.line.store.work(town.now()) as work:
        case, sue = (town.scalar(sql) for sql in ("SELECT id FROM cases", "SELECT id FROM people WHERE ref = 'sue'"))
        ringing.ask(work, case, sue, sure=sure)
    town.settles()


def ends(town: Town) -> list[str]:
    """What the case's timeline tells of calls."""
    found = town.scalar(
        "SELECT string_agg(concat_ws(' ', kind, detail), ',' ORDER BY id) FROM case_events "
        "WHERE kind IN ('rang', 'talked', 'not_taken', 'not_rung')"
    )
    return str(found).split(",")


def test_staff_are_rung_first_and_then_the_member(desk: Town, ann: Phone, sue: Phone) -> None:
    rings(desk)
    with pytest.raises(BadInput, match="already"):
        rings(desk)
    sue.is_rung().answers().is_not_told("Ann")
    sue.presses("1").is_told("You asked to ring Ann, about case 1")
    ann.is_rung().answers().is_told("a call from Sue through Harbour Line").presses("1")
    desk.moves(minutes=5)
    ann.hangs_up()
    sue.is_told("Goodbye")
    assert ends(desk) == ["rang", "talked 300"]
    assert numbers_shown(desk, ann) == {LINE, ann.number}
    assert numbers_shown(desk, sue) == {LINE, sue.number}
    rings(desk)
    sue.is_rung().answers().presses("1")
    ann.is_rung().answers().presses("1")
    sue.hangs_up()
    assert ends(desk)[2:] == ["rang", "talked 0"]


def test_nobody_is_rung_when_no_key_shows_that_it_is_staff(desk: Town, ann: Phone, sue: Phone) -> None:
    rings(desk)
    sue.is_rung().lets_it_ring()
    rings(desk)
    sue.is_rung().lets_voicemail_answer()
    rings(desk)
    sue.is_rung().is_busy()
    rings(desk)
    sue.is_rung().answers().is_not_told("Ann").hangs_up()
    missed = ["no_answer", "voicemail", "busy", "no_answer"]
    assert ends(desk) == [told for why in missed for told in ("rang", f"not_rung {why}")]
    assert numbers_shown(desk, ann) == set()
    # Nobody is rung again by itself, and there is no case about Sue.
    desk.moves(hours=2)
    assert desk.scalar("SELECT count(*) FROM cases") == 1


def test_whoever_has_no_longer_the_case_rings_nobody(desk: Town, ann: Phone, sue: Phone) -> None:
    rings(desk)
    with desk.line.store.work(desk.now()) as work:
        work.conn.exec_driver_sql("UPDATE cases SET taken_by = (SELECT id FROM people WHERE ref = 'omar')")
    sue.is_rung().answers().presses("1").is_told("They did not come to the phone")
    assert ends(desk) == ["rang", "not_rung taken"]
    assert numbers_shown(desk, ann) == set()


def test_a_machine_at_the_members_hears_nothing_and_staff_are_told(desk: Town, ann: Phone, sue: Phone) -> None:
    rings(desk)
    sue.is_rung().answers().presses("1")
    ann.is_rung().lets_voicemail_answer()
    desk.settles()
    sue.is_told("They did not come to the phone", "No message was left")
    rings(desk)
    sue.is_rung().answers().presses("1")
    ann.is_rung().answers().presses("5")
    sue.is_told("They did not come to the phone")
    assert ends(desk) == ["rang", "not_taken", "rang", "not_taken"]


def test_on_a_discreet_phone_no_name_is_said_and_staff_are_told_to_take_care(
    desk: Town, ann: Phone, sue: Phone
) -> None:
    desk.loads(QUIET.replace("name: Ann,", "name: Ann, discreet: yes,"))
    rings(desk)
    sue.is_rung().answers().presses("1").is_told("Somebody else may pick up")
    ann.is_rung().answers().is_told("a call for somebody here").is_not_told("Sue").is_not_told("Harbour").presses("1")
    ann.hangs_up()
    assert ends(desk) == ["rang", "talked 0"]


@pytest.mark.parametrize("forbids", ["safe_to_call: no", 'safe_hours: {from: "18:00", to: "19:00"}'])
def test_what_stands_against_it_is_to_be_thought_of_first(desk: Town, ann: Phone, sue: Phone, forbids: str) -> None:
    desk.loads(QUIET.replace("name: Ann,", f"name: Ann, {forbids},"))
    with pytest.raises(BadInput, match="Read how they may be reached"):
        rings(desk)
    rings(desk, sure=True)
    sue.is_rung().answers().presses("1")
    ann.is_rung().answers().presses("1").hangs_up()
    assert ends(desk) == ["rang", "talked 0"]
