"""People: a PIN is checked, cannot be guessed, and is nowhere to be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from checkin import people
from checkin.bootstrap import Line
from tests.parts import NOON, loads, opened, person, value

ANN = "people: [{ref: ann, name: Ann, pin: 0417}, {ref: bill, name: Bill}]"


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows Ann, who has a PIN, and Bill, who has none."""
    with opened(database_url) as found:
        loads(found, ANN)
        yield found


def tries(line: Line, digits: str, ref: str = "ann", now: datetime = NOON) -> bool:
    """Try a PIN in a transaction of its own."""
    with line.store.work(now) as work:
        return people.check_pin(work, person(line, ref), digits)


def test_a_pin_is_known_by_its_digits_and_its_noughts(line: Line) -> None:
    assert tries(line, "0417")
    assert not any(tries(line, wrong) for wrong in ("417", "04170", "", "٠٤١٧"))


def test_who_has_no_pin_has_none_that_could_be_given(line: Line) -> None:
    assert not any(tries(line, digits, "bill") for digits in ("", "0000", "0417"))


def test_a_pin_cannot_be_guessed_by_trying_on(line: Line) -> None:
    for i in range(people.PIN_TRIES):
        assert not tries(line, f"9{i:03}")
    assert not tries(line, "0417")
    assert not tries(line, "0417", now=NOON + timedelta(minutes=59))
    assert tries(line, "0417", now=NOON + timedelta(minutes=60))


def test_a_right_try_forgets_the_wrong_ones(line: Line) -> None:
    for _ in range(3):
        assert not any(tries(line, "9999") for _ in range(people.PIN_TRIES - 1))
        assert tries(line, "0417")


def test_a_pin_is_sealed(line: Line) -> None:
    assert b"0417" not in bytes(value(line, "SELECT pin FROM people WHERE ref = 'ann'"))


def test_a_file_that_says_nothing_leaves_the_pin_and_none_takes_it_away(line: Line) -> None:
    loads(line, "people: [{ref: ann, name: Ann}]")
    assert tries(line, "0417")
    loads(line, "people: [{ref: ann, name: Ann, pin: 123456}]")
    assert tries(line, "123456")
    loads(line, "people: [{ref: ann, name: Ann, pin: none}]")
    assert not tries(line, "123456")
