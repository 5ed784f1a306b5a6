"""Tips: offered, read by staff, heard by others; never with a name or a number."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from checkin import people, timers, tips
from checkin.bootstrap import Line
from checkin.conversation.replies import Tip, tip_in
from checkin.errors import BadInput
from tests.parts import NOON, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: sue, name: Sue, phones: 07700 900131}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with a member and somebody who moderates."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def offered(line: Line, words: str) -> UUID:
    """Offer a tip; return its id."""
    with line.store.work(NOON) as work:
        tips.offer(work, person(line, "ann"), words)
    found: UUID = value(line, "SELECT id FROM tips WHERE status = 'waiting' ORDER BY id DESC")
    return found


def approved(line: Line, words: str, topics: str) -> UUID:
    """Offer a tip and let others hear it."""
    tip = offered(line, words)
    with line.store.work(NOON) as work:
        tips.approve(work, tip, person(line, "sue"), words, topics)
    return tip


_MINUTES = count(1)


def heard(line: Line, asked: str) -> str | None:
    """What Ann hears, a minute later each time."""
    with line.store.work(NOON + timedelta(minutes=next(_MINUTES))) as work:
        return tips.hear(work, person(line, "ann"), asked)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("TIP go for a short walk every day", Tip(offered=True, asked=False, words="go for a short walk every day")),
        ("tip: a Bath before bed", Tip(offered=True, asked=False, words="a Bath before bed")),
        ("Tip that tea helps", Tip(offered=True, asked=False, words="tea helps")),
        ("TIPS sleep", Tip(offered=False, asked=True, words="sleep")),
        ("tips on sleeping better", Tip(offered=False, asked=True, words="sleeping better")),
        ("tip on sleep", Tip(offered=False, asked=True, words="sleep")),
        ("tip sleep", Tip(offered=False, asked=True, words="sleep")),
        ("TIPS", Tip(offered=False, asked=True, words="")),
        ("tip", Tip(offered=False, asked=False, words="")),
        ("", Tip(offered=False, asked=False, words="")),
    ],
)
def test_what_tip_and_tips_mean(text: str, meant: Tip) -> None:
    assert tip_in(text) == meant


@pytest.mark.parametrize(
    ("words", "without", "taken"),
    [
        ("Ring 07700 900123 for a chat", "Ring … for a chat", ("a number to ring",)),
        ("ask Brenda at the baths", "ask Brenda at the baths", ()),
        ("see www.example.org or me@example.org", "see … or …", ("a link or an e-mail address",)),
        ("the swings in LS6 2AB", "the swings in …", ("a postcode",)),
        ("a walk at 10 in the morning", "a walk at 10 in the morning", ()),
    ],
)
def test_what_could_tell_who_it_is_is_taken_out(words: str, without: str, taken: tuple[str, ...]) -> None:
    found = tips.stripped(words)
    if "Brenda" not in words:
        assert (found.words, found.taken) == (without, taken)
    else:
        assert (found.words, found.taken) == ("ask … at the baths", ("a name",))


def test_a_tip_is_heard_only_when_somebody_has_read_it(line: Line) -> None:
    tip = offered(line, "A bath before bed")
    assert heard(line, "sleep") is None
    with line.store.work(NOON) as work:
        assert [(w.id, w.words) for w in tips.waiting(work)] == [(tip, "A bath before bed")]
        tips.approve(work, tip, person(line, "sue"), "A warm bath before bed", "sleep, Night")
        assert tips.waiting(work) == []
    assert heard(line, "how to sleep") == "A warm bath before bed"
    assert rows(line, "SELECT action, subject FROM audit") == [("tip_approved", f"tip {tip}")]
    assert b"bath" not in value(line, "SELECT words FROM tips")


def test_never_the_same_twice_in_a_row(line: Line) -> None:
    approved(line, "A bath before bed", "sleep")
    assert heard(line, "sleep") == "A bath before bed"
    assert heard(line, "sleep") is None
    approved(line, "No screens after nine", "sleep")
    assert [heard(line, "sleep") for _ in range(2)] == ["No screens after nine", "A bath before bed"]
    assert heard(line, "food") is None
    assert heard(line, "") == "No screens after nine"


def test_a_declined_tip_is_never_heard(line: Line) -> None:
    tip = offered(line, "Sell everything")
    with line.store.work(NOON) as work:
        tips.decline(work, tip, person(line, "sue"))
    assert heard(line, "") is None
    assert rows(line, "SELECT action FROM audit") == [("tip_declined",)]


@pytest.mark.parametrize(
    ("words", "topics", "why"),
    [
        (" ", "sleep", "Write the words"),
        ("x" * (tips.LONGEST + 1), "sleep", "Shorten the tip to 240 characters; it has 241."),
        ("A bath", " , ", "Name at least one topic"),
    ],
)
def test_a_tip_nobody_could_hear_is_not_approved(line: Line, words: str, topics: str, why: str) -> None:
    tip = offered(line, "A bath")
    with pytest.raises(BadInput, match=why), line.store.work(NOON) as work:
        tips.approve(work, tip, person(line, "sue"), words, topics)
    assert value(line, "SELECT status FROM tips") == "waiting"


def test_two_moderators_decide_once(line: Line) -> None:
    tip = approved(line, "A bath", "sleep")
    with pytest.raises(BadInput, match="already"), line.store.work(NOON) as work:
        tips.decline(work, tip, person(line, "sue"))
    assert value(line, "SELECT count(*) FROM audit") == 1


def test_a_tip_that_is_not_right_is_kept_back_until_somebody_has_looked(line: Line) -> None:
    tip = approved(line, "Take twice the dose", "sleep")
    assert heard(line, "sleep") == "Take twice the dose"
    with line.store.work(NOON) as work:
        assert tips.report(work, person(line, "ann"))
        assert not tips.report(work, person(line, "ann")), "it is kept back already"
        assert [(w.id, w.topics, w.reported_at) for w in tips.waiting(work)] == [(tip, ("sleep",), NOON)]
        assert not tips.report(work, person(line, "sue")), "she has heard none"
    assert heard(line, "sleep") is None
    with line.store.work(NOON) as work:
        tips.decline(work, tip, person(line, "sue"))
        assert tips.waiting(work) == []


def test_a_weekly_tip_is_never_one_that_was_heard(line: Line) -> None:
    for words in ("Open the window", "Ring a friend"):
        approved(line, words, "home")
    loads(line, TOWN.replace("streams: [checkins]", "streams: [checkins, tips]"))
    said = []
    for week in range(4):
        with line.store.work(NOON + timedelta(days=7 * week)) as work:
            due = timers.claim(work)
            assert due is not None
            assert (due.kind, due.topic, due.person_id) == ("open", "weekly_tip", person(line, "ann"))
            member = people.lock(work, person(line, "ann"))
            assert member is not None
            tips.this_week(work, member)
        said.append(value(line, "SELECT count(*) FROM messages WHERE wording = 'tip.weekly'"))
    # Ann wrote both herself: her own words are no news to her.
    assert said == [0, 0, 0, 0]
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE tips SET person_id = NULL")
    for week, owed in ((4, 1), (5, 2), (6, 2)):
        with line.store.work(NOON + timedelta(days=7 * week)) as work:
            assert timers.claim(work)
            member = people.lock(work, person(line, "ann"))
            assert member is not None
            tips.this_week(work, member)
        assert value(line, "SELECT count(*) FROM messages WHERE wording = 'tip.weekly'") == owed
