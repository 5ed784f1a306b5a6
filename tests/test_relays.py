"""Words passed on: from which number, to whom, and what an own number hears."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checkin import buddies, outbox, people
from checkin.bootstrap import Line
from checkin.conversation.replies import Asked, Kind, read
from checkin.dispatch import Dispatcher
from checkin.lanes import Lane
from checkin.relays import on_own_line, relay
from tests.parts import NOON, Carrier, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [buddy]}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: sam, name: Sam, phones: 07700 900112, streams: [buddy]}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben}
  - {ref: ann-sam, member: ann, buddy: sam, rank: 2}
numbers: {pool: ["+447700900001"]}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows Ann and her two buddies; the pool has a number for one of the pairs."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def says(line: Line, words: str, ref: str = "ann") -> list[str]:
    """Have somebody's words passed on; return the keys of what they hear."""
    with line.store.work(NOON) as work:
        member = people.lock(work, person(line, ref))
        assert member is not None
        outcome = relay(work, member, words)
        return [key for key, _ in outcome.say] or [str(outcome.ask)]


def test_words_go_out_from_the_pairs_own_number_and_else_from_the_lines(line: Line) -> None:
    assert says(line, "Ben hello") == ["relay.sent"]
    assert says(line, "Sam hello") == ["relay.sent"]
    carrier = Carrier()
    dispatcher = Dispatcher(line.store, carrier, threads=1)
    dispatcher.send(Lane("normal", (outbox.NORMAL,), ("text",), None, 10), NOON)
    dispatcher.close()
    assert {(to, body, sender) for (_, to, body), sender in zip(carrier.took, carrier.senders, strict=True)} == {
        ("+447700900111", "Ann says: hello", "+447700900001"),
        ("+447700900112", "Ann says: hello (To answer, start with BUDDY.)", None),
    }


def test_a_number_means_one_person_and_stays(line: Line) -> None:
    known = rows(line, "SELECT person_id, number, pair_id FROM pair_lines ORDER BY 1")
    assert len(known) == 2
    loads(line, TOWN.replace('"+447700900001"', '"+447700900000", "+447700900001"'))
    assert set(known) < set(rows(line, "SELECT person_id, number, pair_id FROM pair_lines"))
    assert value(line, "SELECT count(DISTINCT (person_id, number)) FROM pair_lines") == 4


def test_two_of_one_name_cannot_be_told_apart_by_it(line: Line) -> None:
    loads(line, TOWN.replace("name: Sam", "name: Ben"))
    assert says(line, "Ben hello") == ["which"]


def test_who_was_talked_with_is_forgotten_after_half_a_day(line: Line) -> None:
    assert says(line, "hello") == ["which"]
    says(line, "Sam hello")
    assert says(line, "and this") == ["relay.sent"]
    with line.store.work(NOON + timedelta(hours=13)) as work:
        assert buddies.talking_with(work, buddies.others_of(work, person(line, "ann"))) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("hello there", Kind.BUDDY),
        ("1", Kind.BUDDY),
        ("yes", Kind.BUDDY),
        ("can you help me with the shelf on Sunday", Kind.BUDDY),
        ("will you ring me when you are home", Kind.BUDDY),
        ("next", Kind.BUDDY),
        ("", Kind.BUDDY),
        ("HELP", Kind.HELP),
        ("call me", Kind.CALL_ME),
        ("URGENT", Kind.URGENT),
        ("PAUSE 2 weeks", Kind.PAUSE),
        ("STOP", Kind.STOP),
        ("please stop texting me", Kind.STOP),
        ("START", Kind.START),
        ("wrong number", Kind.WRONG_NUMBER),
    ],
)
def test_what_a_text_to_a_pairs_own_number_is(body: str, kind: Kind) -> None:
    reading = on_own_line(read(body, Asked.NONE), body)
    assert reading.kind is kind
    if kind is Kind.BUDDY:
        assert reading.value == body
    if kind in {Kind.STOP, Kind.START}:
        assert reading.value == "buddy"
