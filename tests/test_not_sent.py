"""Whatever was not sent is kept with its reason: by person, newest first, and counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from checkin import casebook, outbox
from checkin.bootstrap import Line
from checkin.casebook import NotSent
from checkin.conversation.effects import Stream
from checkin.conversations import due
from checkin.errors import CarrierError
from checkin.gate import Dropped, Held, Medium
from checkin.gateways import Fault
from checkin.plans import LeftOut
from console import words
from console.times import Times
from tests.parts import NOON, Carrier, loads, opened, person, value
from tests.test_outbox import send

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders],
     plan: {days: every day, at: "12:00", ladder: [text, staff]}}
"""
NIGHT = NOON.replace(hour=23)
NINE = datetime(2027, 1, 12, 9, tzinfo=UTC)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows Ann, whose plan is due at noon."""
    with opened(database_url) as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


def owe(
    line: Line, stream: Stream = Stream.REMINDERS, now: datetime = NOON, key: str = "back.done", by: Medium = "text"
) -> None:
    """Owe Ann something."""
    with line.store.work(now) as work:
        outbox.owe(work, person(line, "ann"), by, stream, key, {"name": "x"})


def change(line: Line, so: str) -> None:
    """Change something about Ann."""
    with line.store.work(NOON) as work:
        work.conn.execute(text(f"UPDATE people SET {so} WHERE ref = 'ann'"))  # noqa: S608  # written below


def unsent(line: Line, **page: int) -> tuple[list[NotSent], int]:
    """Read why something was not sent to Ann."""
    with line.store.work(NOON) as work:
        found, total = casebook.why_not_sent(work, person(line, "ann"), **page)
        return list(found), total


def test_each_way_of_not_being_sent_is_kept_newest_first_and_counted(line: Line) -> None:
    carrier = Carrier(faults={30003: Fault.BLOCKED})
    change(line, "paused_until = '2027-01-11 12:30+00'")
    assert due.ask_plans(line.store, NOON, most=1) == 1
    owe(line, now=NOON + timedelta(minutes=1))
    send(line, carrier, NOON + timedelta(minutes=1))
    carrier.trouble["+447700900101"] = CarrierError("Refused.", code=30003)
    # A text that the carrier refuses would be rung instead.
    owe(line, Stream.SERVICE, now=NOON + timedelta(minutes=2), by="call")
    send(line, carrier, NOON + timedelta(minutes=2))
    carrier.trouble.clear()
    owe(line, now=NIGHT)
    for minutes in (0, 1):
        send(line, carrier, NIGHT + timedelta(minutes=minutes))
    found, total = unsent(line)
    assert [(one.outcome, one.why, one.stream, one.code) for one in found] == [
        ("held", "hours", "reminders", None),
        ("failed", "blocked", "service", 30003),
        ("dropped", "paused", "reminders", None),
        ("left_out", "paused", "checkins", None),
    ]
    assert (total, found[0].until, found[0].times) == (4, NINE, 1)
    assert [one.outcome for one in unsent(line, skip=1, most=2)[0]] == ["failed", "dropped"]
    # What was held back has been, whatever became of it in the morning.
    send(line, carrier, NINE)
    assert carrier.took
    assert unsent(line) == (found, 4)
    with line.store.work(NINE) as work:
        counted = casebook.not_sent_counts(work)
    assert counted == {("dropped", "paused"): 1, ("failed", "blocked"): 1, ("held", "hours"): 1,
        ("left_out", "paused"): 1}  # fmt: skip


def test_being_asked_for_again_and_again_is_one_line(line: Line) -> None:
    owe(line, now=NIGHT)
    for _ in range(3):
        send(line, Carrier(), NIGHT)
        with line.store.work(NIGHT) as work:
            work.conn.execute(text("UPDATE messages SET due_at = :now"), {"now": NIGHT})
    assert [(one.why, one.times) for one in unsent(line)[0]] == [("hours", 3)]


@pytest.mark.parametrize(
    ("so", "days", "why"),
    [("status = 'suspended'", 0, "not_active"), ("streams = '{}'", 0, "no_consent"),
     ("paused_until = '2027-02-01'", 0, "paused"), ("language = 'en'", 1.6, "too_late")],
)  # fmt: skip
def test_a_check_in_that_is_left_out_is_no_answer(line: Line, so: str, days: float, why: LeftOut) -> None:
    change(line, so)
    due.ask_plans(line.store, NOON + timedelta(days=days), most=1)
    assert [(one.outcome, one.why) for one in unsent(line)[0]] == [("left_out", why)]
    assert value(line, "SELECT status || '/' || how FROM check_ins WHERE answer IS NULL") == "settled/left_out"
    with pytest.raises(IntegrityError, match="no_answer"), line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE check_ins SET answer = 'good'"))


def test_while_one_is_open_the_next_is_left_out(line: Line) -> None:
    for day in range(2):
        due.ask_plans(line.store, NOON + timedelta(days=day), most=1)
    assert [one.why for one in unsent(line)[0]] == ["still_open"]


def test_what_cannot_be_said_is_dropped_but_danger_goes_in_english(line: Line) -> None:
    change(line, "language = 'eo'")
    carrier = Carrier()
    owe(line)
    owe(line, Stream.SAFETY, key="safety.amber")
    send(line, carrier)
    assert [one.why for one in unsent(line)[0]] == ["not_sayable"]
    assert len(carrier.took) == 1


def test_outside_the_simulator_nothing_goes_to_a_number_of_fiction(database_url: str) -> None:
    with opened(database_url, TWILIO_API_URL="") as line:
        loads(line, TOWN, now=NOON - timedelta(hours=1))
        owe(line, Stream.SAFETY, key="safety.amber")
        carrier = Carrier()
        send(line, carrier)
        assert carrier.took == []
        assert [one.why for one in unsent(line)[0]] == ["fictional_number"]


def test_every_reason_is_said_in_a_sentence() -> None:
    times = Times(NOON, ZoneInfo("Europe/London"))
    for why in (*get_args(Dropped), *get_args(Held), *get_args(LeftOut)):
        said = words.not_sent(NotSent(NOON, "dropped", why, "text", "checkins", None, None, 1), times)
        assert said == f"Check-in by text not sent: {words.WHY_NOT[why]}."
    held = NotSent(NOON, "held", "hours", "call", "reminders", None, NINE, 2)
    assert words.not_sent(held, times) == (
        "Reminder by telephone held back until Tue 12 Jan, 09:00: "
        "it is outside the hours in which they may be disturbed."
    )
    failed = NotSent(NOON, "failed", "blocked", "text", "notice", 30004, None, 1)
    assert words.not_sent(failed, times).endswith("refuse the line (carrier code 30004).")
    left = NotSent(NOON, "left_out", "paused", None, "checkins", None, None, 1)
    assert words.not_sent(left, times) == "Check-in left out: they have paused messages."
