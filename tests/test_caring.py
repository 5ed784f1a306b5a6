"""Kind words: how they taper, whom they reach, and what they stay away from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from checkin import caring, casebook, claims, outbox
from checkin.bootstrap import Line
from checkin.conversation.replies import bereaved
from checkin.conversations import due
from tests.parts import NOON, loads, opened, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [caring]}
  - {ref: bill, name: Bill, phones: 0113 496 0102, streams: [caring]}
  - {ref: cleo, name: Cleo, phones: 0113 496 0103, prefers: call, streams: [caring]}
  - {ref: dee, name: Dee, phones: 07700 900104, streams: [checkins]}
groups:
  - {ref: leeds, name: Leeds Circle, members: [ann, cleo]}
"""
RED = (
    "INSERT INTO cases (id, person_id, severity, reason, opened_at) "
    "SELECT gen_random_uuid(), id, 'red', 'words', :now FROM people WHERE ref = 'ann'"
)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with three people who agreed to kind words, and one who did not."""
    with opened(database_url, CHECKIN_CARING_WEEKS="2,6,10", CHECKIN_CARING_THEN_WEEKS="26") as found:
        loads(found, TOWN)
        yield found


def said(line: Line, until: datetime) -> list[tuple[str, str, str]]:
    """Let time pass to a moment; return whom kind words were owed, by which medium, and which, in order."""
    now = NOON
    while now < until:
        now += timedelta(days=1)
        due.say_kind_words(line.store, now, most=50)
    found = rows(
        line,
        "SELECT p.ref, m.medium, m.wording FROM messages m JOIN people p ON p.id = m.person_id "
        "WHERE m.status = 'owed' ORDER BY m.at, p.ref",
    )
    return [tuple(row) for row in found]


def test_they_taper() -> None:
    gaps = [caring.gap(sent, (2, 6, 10, 16), 26) for sent in range(6)]
    assert list(accumulate(gaps)) == [2, 6, 10, 16, 42, 68]
    london = ZoneInfo("Europe/London")
    assert caring.due(datetime(2027, 3, 20, 23, 30, tzinfo=UTC), 2, london).astimezone(london).hour == 11


def test_nobody_hears_the_same_twice_in_a_row_and_only_by_the_way_they_chose(line: Line) -> None:
    found = said(line, NOON + timedelta(weeks=40))
    assert {(ref, medium) for ref, medium, _ in found} == {("ann", "text"), ("cleo", "call")}
    ann = [key for ref, _, key in found if ref == "ann"]
    assert len(ann) == 4
    assert all(a != b for a, b in pairwise(ann))
    assert {row.stream for row in rows(line, "SELECT stream FROM messages")} == {"caring"}


def test_who_has_a_landline_and_did_not_choose_calls_hears_none_and_staff_see_it(line: Line) -> None:
    said(line, NOON + timedelta(weeks=3))
    with line.store.work(NOON + timedelta(weeks=3)) as work:
        bill = work.rows("SELECT id FROM people WHERE ref = 'bill'", {})[0][0]
        (one,), total = casebook.why_not_sent(work, bill)
        counted = casebook.not_sent_counts(work, timedelta(weeks=3))
    assert (one.outcome, one.why, one.medium, one.stream, total) == ("dropped", "landline", "text", "caring", 1)
    assert counted == {("dropped", "landline"): 1}


@pytest.mark.parametrize(
    ("what", "back"),
    [
        ("UPDATE people SET paused_until = '2027-02-10' WHERE ref = 'ann'", 5),
        ("UPDATE caring SET held_until = '2027-03-01' FROM people WHERE ref = 'ann' AND id = person_id", 7),
        (RED.replace(":now", "'2027-01-20'"), 99),
        ("UPDATE people SET streams = '{}' WHERE ref = 'ann'", 99),
    ],
)
def test_they_stay_away_from_hard_times(line: Line, what: str, back: int) -> None:
    with line.store.work(NOON) as work:
        work.conn.execute(text(what))
    weeks = min(back, 20)
    found = [ref for ref, _, _ in said(line, NOON + timedelta(weeks=weeks))]
    assert "ann" not in found
    again = [ref for ref, _, _ in said(line, NOON + timedelta(weeks=weeks + 3))]
    assert ("ann" in again) is (back < 99)


def test_what_is_owed_when_danger_comes_is_not_sent(line: Line) -> None:
    now = NOON + timedelta(weeks=3)
    due.say_kind_words(line.store, now, most=50)
    with line.store.work(now) as work:
        work.conn.execute(text(RED), {"now": now})
    with line.store.work(now) as work:
        found = claims.claim(work, outbox.BULK, {"text": 9, "call": 9})
        relevant = {work.vault.open(c.person["name"], "people.name"): c.person["relevant"] for c in found}
    assert relevant == {"Ann": False, "Cleo": True}


def test_a_stop_ends_them_and_a_start_goes_on_with_the_next(line: Line) -> None:
    ann = value(line, "SELECT id FROM people WHERE ref = 'ann'")
    said(line, NOON + timedelta(weeks=3))
    with line.store.work(NOON) as work:
        caring.stop(work, ann)
    assert value(line, "SELECT next_due_at FROM caring WHERE person_id = :ann", ann=ann) is None
    with line.store.work(NOON) as work:
        caring.begin(work, ann)
    assert value(line, "SELECT sent FROM caring WHERE person_id = :ann", ann=ann) == 1
    assert value(line, "SELECT next_due_at FROM caring WHERE person_id = :ann", ann=ann) is not None


@pytest.mark.parametrize(
    ("said_so", "words"),
    [
        (True, "my mum passed away, please pause"),
        (True, "pause til friday, funeral"),
        (True, "pause, mae nain wedi marw"),
        (True, "pauza, pogrzeb taty"),
        (False, "pause, my phone battery is dead"),
        (False, "on holiday til 14th"),
    ],
)
def test_a_loss_is_heard_in_a_pause(*, said_so: bool, words: str) -> None:
    assert bereaved(words) is said_so
