"""Pairs under the bonnet: what may be proposed, what is kept of a no, and what the store will not hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from checkin import buddies, pairing
from checkin.bootstrap import Line
from checkin.conversation.replies import takes_break
from checkin.errors import BadInput
from checkin.pairing import Ask, matching
from tests.parts import NOON, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, area: Leeds, streams: [buddy], language: pl}
  - {ref: ben, name: Ben, phones: 07700 900111, area: Leeds, streams: [buddy], speaks: [pl]}
  - {ref: cleo, name: Cleo, phones: 07700 900112, streams: [buddy], prefers: call}
  - {ref: dee, name: Dee, phones: 07700 900113, status: suspended}
groups:
  - {ref: leeds, name: Leeds Circle, members: [ann, ben, cleo, dee]}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on which a buddy looks out for two people at most, and nobody for anybody yet."""
    with opened(database_url, CHECKIN_BUDDY_MOST="2") as found:
        loads(found, TOWN)
        yield found


def proposed(line: Line, member: str = "ann", buddy: str = "ben", **more: object) -> UUID:
    """Propose two to each other."""
    with line.store.work(NOON) as work:
        ask = Ask(person(line, member), person(line, buddy))
        return pairing.propose(work, None, replace(ask, **more))  # type: ignore[arg-type]  # fields by name


def answered(line: Line, proposal: UUID, **words: str) -> None:
    """Have some of the two answer, and what follows from it happen."""
    for topic, word in words.items():
        with line.store.work(NOON) as work:
            pairing.answer(work, topic, proposal, word)
    with line.store.work(NOON) as work:
        pairing.make(work, proposal)


def test_two_yeses_at_one_moment_make_one_pair(line: Line) -> None:
    proposal = proposed(line)
    answered(line, proposal, buddy_offer="yes", buddy_wanted="yes")
    with line.store.work(NOON) as work:
        pairing.make(work, proposal)
    assert value(line, "SELECT count(*) FROM pairs") == 1
    assert value(line, "SELECT count(*) FROM messages WHERE wording LIKE 'pairing.met%'") == 2


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"buddy": "ann"}, "their own buddy"),
        ({"buddy": "dee"}, "must be active"),
        ({"review_on": date(2027, 1, 11)}, "on a day to come"),
    ],
)
def test_what_cannot_be_proposed_is_said(line: Line, more: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        proposed(line, **more)  # type: ignore[arg-type]  # some of its names
    assert value(line, "SELECT count(*) FROM proposals") == 0


def test_nobody_is_asked_twice_or_given_a_second_buddy_of_one_rank(line: Line) -> None:
    proposal = proposed(line)
    with pytest.raises(BadInput, match="being asked"):
        proposed(line, buddy="cleo")
    answered(line, proposal, buddy_offer="yes", buddy_wanted="yes")
    with pytest.raises(BadInput, match="buddy already"):
        proposed(line, rank=2)
    with pytest.raises(BadInput, match="of that rank"):
        proposed(line, buddy="cleo")
    proposed(line, buddy="cleo", rank=2)


def test_a_no_leaves_no_trace_of_who_said_it(line: Line) -> None:
    proposal = proposed(line)
    answered(line, proposal, buddy_offer="yes", buddy_wanted="no")
    assert rows(line, "SELECT status, member_said, buddy_said FROM proposals") == [("off", None, None)]
    with pytest.raises(IntegrityError, match="nobody_declined"), line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE proposals SET buddy_said = false"))


def test_whoever_has_left_before_it_is_made_is_in_no_pair(line: Line) -> None:
    proposal = proposed(line)
    with line.store.work(NOON) as work:
        for topic in pairing.PROPOSALS:
            pairing.answer(work, topic, proposal, "yes")
        work.conn.execute(text("UPDATE people SET status = 'ended' WHERE ref = 'ben'"))
        pairing.make(work, proposal)
    assert value(line, "SELECT count(*) FROM pairs") == 0
    assert value(line, "SELECT status FROM proposals") == "off"


def test_a_pair_goes_on_when_its_handover_cannot_be(line: Line) -> None:
    answered(line, proposed(line), buddy_offer="yes", buddy_wanted="yes")
    pair = value(line, "SELECT id FROM pairs")
    with line.store.work(NOON) as work:
        ask = Ask(person(line, "ann"), person(line, "cleo"))
        proposal = pairing.hand_over(work, None, pair, ask)
        for topic in pairing.PROPOSALS:
            pairing.answer(work, topic, proposal, "yes")
        work.conn.execute(text("UPDATE people SET status = 'ended' WHERE ref = 'cleo'"))
        pairing.make(work, proposal)
    assert rows(line, "SELECT id, status FROM pairs") == [(pair, "active")]


def test_the_store_itself_gives_nobody_two_people_at_one_place(line: Line) -> None:
    for member in ("ann", "cleo"):
        answered(line, proposed(line, member), buddy_offer="yes", buddy_wanted="yes")
    assert rows(line, "SELECT place FROM pairs ORDER BY place") == [(1,), (2,)]
    with line.store.work(NOON) as work:
        assert buddies.free_place(work, person(line, "ben")) is None
    third = "INSERT INTO pairs (id, member_id, buddy_id) SELECT gen_random_uuid(), d.id, b.id FROM people d, people b "
    with pytest.raises(IntegrityError, match="uq_pairs_place"), line.store.work(NOON) as work:
        work.conn.execute(text(third + "WHERE d.ref = 'dee' AND b.ref = 'ben'"))
    with pytest.raises(BadInput, match="more than 2 people"):
        loads(line, TOWN + "pairs:\n  - {member: dee, buddy: ben}\n")


def test_suggestions_have_reasons_and_those_who_cannot_come_last(line: Line) -> None:
    with line.store.work(NOON) as work:
        found = {one.name: one for one in matching.suggest(work, person(line, "ann"))}
    assert list(found) == ["Ben", "Cleo"]
    assert {code for code, _ in found["Ben"].reasons} == {"speaks", "group", "near", "same_way", "free"}
    assert {code for code, _ in found["Cleo"].against} == {"speaks", "same_way"}


def test_a_review_is_a_task_once_and_moves_on(line: Line) -> None:
    answered(line, proposed(line), buddy_offer="yes", buddy_wanted="yes")
    with line.store.work(NOON) as work:
        assert not pairing.claim_review(work)
    with line.store.work(NOON + pairing.FIRST_REVIEW + timedelta(days=1)) as work:
        assert pairing.claim_review(work)
        assert not pairing.claim_review(work)
    assert value(line, "SELECT reason FROM cases") == "pair_review"


@pytest.mark.parametrize(
    ("is_one", "words"),
    [
        (True, "BREAK"),
        (True, "I need a rest"),
        (True, "seibiant"),
        (False, "pause for the rest of the week"),
        (False, "need a break from texts"),
        (False, "on holiday"),
    ],
)
def test_a_break_is_told_from_a_pause_of_everything(*, is_one: bool, words: str) -> None:
    assert takes_break(words) is is_one
