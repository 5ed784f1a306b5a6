"""The clock's bad luck: it is late by an hour or a day, or set forward or back. Nobody is lost, and nobody flooded."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from checkin import auditor, casebook, health
from checkin.bootstrap import Line
from tests.parts import NOON, Carrier, loads, opened, rows, tick, value

ANN, BEN, SUE = "+447700900101", "+447700900111", "+447700900131"
# A Monday: Ann is asked at noon every day, and her three groups meet tomorrow evening.
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy],
     plan: {days: every day, at: "12:00", ladder: [text, buddy, staff]}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900131}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben, report: {days: mon, at: "17:00"}}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
groups:
""" + "".join(
    f"""
  - ref: g{n}
    name: Group {n}
    members: [ann]
    facilitators: [ben]
    meetings:
      - {{ref: m{n}, rule: FREQ=WEEKLY;BYDAY=TU, starts: 2026-01-06 2{n}:00, venue: The library}}
"""
    for n in range(3)
)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that was well until an hour before noon."""
    fast = {"CHECKIN_TEXTS_A_WEEK": "50", "CHECKIN_TEXTS_A_SECOND": "100000", "CHECKIN_CALLS_A_SECOND": "100000"}
    with opened(database_url, CHECKIN_DUTY_TIME="10:00", **fast) as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that takes everything."""
    return Carrier()


def ticks(line: Line, carrier: Carrier, now: datetime) -> None:
    """A few ticks at one moment: nothing is left for the next."""
    for _ in range(3):
        with line.store.work(now) as work:
            health.beat(work, "clock")
        tick(line, carrier, now)


def heard(carrier: Carrier) -> Counter[str]:
    """How many messages each number has had."""
    return Counter(to for _, to, _ in carrier.took)


def test_a_tick_that_is_an_hour_late_asks_once_and_the_ladder_goes_on(line: Line, carrier: Carrier) -> None:
    ticks(line, carrier, NOON + timedelta(hours=1))
    assert heard(carrier) == {ANN: 1}
    # Her half hour begins when she was asked, not when she should have been.
    ticks(line, carrier, NOON + timedelta(minutes=89))
    assert heard(carrier)[BEN] == 0
    ticks(line, carrier, NOON + timedelta(minutes=90))
    assert heard(carrier)[BEN] == 1


def test_a_tick_that_is_a_day_late_drops_and_counts_what_is_stale_and_floods_nobody(
    line: Line, carrier: Carrier
) -> None:
    late = NOON + timedelta(hours=27)
    ticks(line, carrier, late)
    with line.store.work(late) as work:
        counted = casebook.not_sent_counts(work, timedelta(days=2))
    # Of the two check-ins that were due one is a day old; so are the reminders of three meetings. The other is asked.
    assert heard(carrier)[ANN] == 1
    assert counted == {("left_out", "too_late"): 1, ("dropped", "too_late"): 3}
    assert value(line, "SELECT min(next_due_at) FROM plans") > late
    ticks(line, carrier, late + timedelta(hours=1))
    with line.store.work(late + timedelta(hours=1)) as work:
        assert auditor.look(work) == {}


def test_a_ladder_that_a_day_of_standstill_interrupted_goes_on_and_ends_with_staff(
    line: Line, carrier: Carrier
) -> None:
    ticks(line, carrier, NOON)
    assert heard(carrier) == {ANN: 1}
    carrier.took.clear()
    for hours in (20, 21, 22, 23):
        ticks(line, carrier, NOON + timedelta(hours=hours))
    assert value(line, "SELECT status FROM check_ins ORDER BY due_at LIMIT 1") == "unconfirmed"
    assert "amber: nobody_confirmed" in {d for (d,) in rows(line, "SELECT detail FROM case_events")}
    assert heard(carrier)[ANN] <= 2, carrier.took
    assert sum("get in touch" in what for _, to, what in carrier.took if to == BEN) == 1, carrier.took


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=-2), timedelta(hours=3), timedelta(days=2)])
def test_a_clock_that_was_set_forward_or_back_asks_nobody_twice_and_loses_nobody(
    line: Line, carrier: Carrier, jump: timedelta
) -> None:
    ticks(line, carrier, NOON)
    ticks(line, carrier, NOON + timedelta(minutes=1) + jump)
    # It is noticed and put right.
    for minutes in (2, 3, 29):
        ticks(line, carrier, NOON + timedelta(minutes=minutes))
    asked = "SELECT count(*) FROM check_ins WHERE due_at = :noon AND how IS DISTINCT FROM 'left_out'"
    assert value(line, asked, noon=NOON) == 1
    questions = "SELECT count(*) FROM messages m JOIN check_ins c ON c.id = m.subject WHERE c.due_at = :noon "
    assert value(line, questions + "AND m.wording = 'checkin.ask' AND m.status = 'sent'", noon=NOON) == 1
    for hours in (1, 2, 3, 4, 22, 23):
        ticks(line, carrier, NOON + timedelta(hours=hours))
    if jump > timedelta(days=1):
        # What was set while the clock was days ahead waits until then. That can be seen.
        with line.store.work(NOON + timedelta(hours=20)) as work:
            assert auditor.look(work).keys() == {"ladder_stands_still"}
        for hours in (49, 50, 51, 52):
            ticks(line, carrier, NOON + timedelta(hours=hours))
    status = value(line, "SELECT status FROM check_ins WHERE due_at = :noon", noon=NOON)
    assert status == "unconfirmed", "the ladder was climbed to its end all the same"


def test_a_pace_that_was_kept_before_the_clock_was_set_back_holds_up_nobody(line: Line, carrier: Carrier) -> None:
    with line.store.work(NOON) as work:
        for name in ("texts", "calls", "urgent"):
            statement = "INSERT INTO paces VALUES (%s, clock_timestamp() + interval '3 hours')"
            work.conn.exec_driver_sql(statement, (name,))
    ticks(line, carrier, NOON)
    assert heard(carrier) == {ANN: 1}


def test_a_clock_that_was_set_back_does_not_hide_that_nothing_ticks(line: Line) -> None:
    later = NOON + timedelta(hours=3)
    with line.store.work(later) as work:
        health.beat(work, "clock")
    with line.store.work(NOON) as work:
        assert not health.ready(health.waiting(work), NOON)["clock"], "what ticked three hours from now is no sign"
    with line.store.work(NOON) as work:
        health.beat(work, "clock")
    with line.store.work(NOON) as work:
        assert health.ready(health.waiting(work), NOON)["clock"]
