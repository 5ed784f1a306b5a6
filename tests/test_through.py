"""Put through to a service: how often, which numbers never, what the service sees, and what was said first counts."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import update

from checkin import through
from checkin.bootstrap import Line
from checkin.conversations import calls
from checkin.conversations.calls import through as in_call
from checkin.conversations.relay_calls import End, Through
from checkin.store.models import Person
from tests.parts import NOON, loads, opened, person, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
"""
ANN, LINE, DESK = "+447700900101", "+441632960000", "+441134960123"
_sids = count(1)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that Ann belongs to, which puts her through twice a day."""
    with opened(database_url, CHECKIN_PUT_THROUGH_A_DAY="2") as found:
        loads(found, TOWN)
        yield found


def asks(line: Line, number: str = DESK, hours: float = 0) -> object:
    """Ann asks to be put through; return the id of that, or why not."""
    with line.store.work(NOON + timedelta(hours=hours)) as work:
        return through.ask(work, person(line, "ann"), "service:1", "Money Desk", number)


def test_so_often_a_day_and_no_more(line: Line) -> None:
    assert [type(asks(line, hours=n)) for n in (0, 1)] == [UUID, UUID]
    assert asks(line, hours=2) == "enough"
    assert isinstance(asks(line, hours=24.5), UUID)


@pytest.mark.parametrize(("number", "why"), [("999", "emergency"), ("116123", "short")])
def test_what_their_own_phone_is_better_for_is_not_dialled(line: Line, number: str, why: str) -> None:
    assert asks(line, number) == why
    assert value(line, "SELECT count(*) FROM through_calls") == 0


@pytest.mark.parametrize(("wants", "seen"), [(False, LINE), (True, ANN)])
def test_the_service_sees_the_lines_number_unless_they_want_their_own_to_be_seen_and_is_rung_once(
    line: Line, wants: bool, seen: str
) -> None:
    asked = asks(line)
    assert isinstance(asked, UUID)
    with line.store.work(NOON) as work:
        work.conn.execute(update(Person).values(show_number=wants))
        call = calls.ring_in(work, f"CA{next(_sids)}", ANN).call
    with line.store.work(NOON) as work:
        rung = in_call.begin(work, call, asked)
        assert isinstance(rung, Through)
        assert (rung.number, rung.caller_id) == (DESK, seen)
    with line.store.work(NOON) as work:
        assert isinstance(in_call.begin(work, call, asked), End)


def test_whether_it_helped_is_asked_once_and_what_was_said_first_counts(line: Line) -> None:
    asked = asks(line)
    assert isinstance(asked, UUID)
    with line.store.work(NOON) as work:
        call = through.find(work, asked)
        assert call is not None
        assert not through.still_asks(work, asked)
        through.ended(work, call, "talked", 60, ask_later=True)
    assert value(line, "SELECT count(*) FROM timers WHERE topic = 'helped'") == 1
    with line.store.work(NOON) as work:
        assert through.still_asks(work, asked)
        through.helped(work, asked, "no")
        through.helped(work, asked, "yes")
        assert not through.still_asks(work, asked)
    assert value(line, "SELECT helped FROM through_calls") == "no"
