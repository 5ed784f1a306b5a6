"""Whatever fails: a RED case is with somebody, or everybody was tried by every medium and an alarm stands.

The carrier fails, hangs and forgets; a worker dies with pages in its hands, before or after the carrier has them; the
clock jumps; people decline, accept and fall silent, and their phones are off. Redis has no part in it: what it carries
only makes the next tick come sooner, and here every tick comes as late as it may.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checkin import delivery, escalations
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity
from checkin.conversations import due, texts
from checkin.conversations.texts import Text
from checkin.delivery import Word
from checkin.dispatch import Dispatcher
from checkin.errors import CarrierError
from checkin.gateways import Fault
from checkin.lanes import Lane
from checkin.outbox import BULK, NORMAL, URGENT
from tests.parts import NOON, TIMED_OUT, Carrier, claimed, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132, safe_to_call: no}
  - {ref: lin, name: Lin, phones: 0113 496 0133}
  - {ref: ted, name: Ted, phones: 07700 900134}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440}
  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440, rank: 2}
  - {ref: third, person: ted, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440, rank: 3}
staff:
  - {person: lin, email: lin@example.org, role: coordinator}
"""
PHONES = {"sue": "+447700900131", "omar": "+447700900132"}
# By which media each of those who could come can be paged. Ted has lost his telephone.
REACHED_BY = {("sue", "text"), ("sue", "call"), ("omar", "text"), ("lin", "call")}
URGENTLY = Lane("urgent", (URGENT, NORMAL, BULK), ("text", "call"), None, 100)
TABLES = "messages, delivery_events, timers, cases, case_events, alerts, codes, call_turns"
_DOWN = CarrierError("The carrier is down.", code=20503)


@dataclass
class Night:
    """One night: a line, a carrier, a clock, and people who do what the story says."""

    line: Line
    carrier: Carrier = field(default_factory=Carrier)
    now: datetime = NOON
    sids: Iterator[int] = field(default_factory=count)
    said: int = 0

    def begin(self) -> None:
        """Forget the night before; Ann is in danger."""
        with self.line.store.work(self.now) as work:
            work.conn.exec_driver_sql(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
            work.conn.exec_driver_sql("UPDATE people SET state = NULL, text_blocked = false")
            work.conn.exec_driver_sql("UPDATE phones SET line = 'mobile' WHERE line = 'unknown'")
        self.more_words()

    # --- what may happen ---

    def passes(self, minutes: int, *, tick: int = 1) -> None:
        """Time goes by, and the clock ticks every `tick` minutes."""
        for _ in range(0, minutes, tick):
            self.now += timedelta(minutes=tick)
            self.tick()

    def jumps(self, hours: int) -> None:
        """The machine stands still for hours."""
        self.now += timedelta(hours=hours)
        self.tick()

    def tick(self) -> None:
        """Fire what is due and send what is owed; while somebody has the case, nobody is paged."""
        due.fire_timers(self.line.store, self.now, most=100)
        before, taken = self.pages_taken(), self.taken()
        dispatcher = Dispatcher(self.line.store, self.carrier, threads=2)
        try:
            dispatcher.reconcile(self.now)
            dispatcher.send(URGENTLY, self.now)
        finally:
            dispatcher.close()
        assert not taken or self.pages_taken() == before, "paged after it had been accepted"
        due.fire_timers(self.line.store, self.now, most=100)

    def more_words(self) -> None:
        """Ann says something more."""
        with self.line.store.work(self.now) as work:
            ann = person(self.line, "ann")
            escalations.open_case(work, Severity.RED, "words", person_id=ann, words=f"words {self.said}")
        self.said += 1

    def carrier_is(self, how: str) -> None:
        """The carrier is well, down, or does not answer."""
        trouble = {"down": _DOWN, "hangs": TIMED_OUT}.get(how)
        numbers = ("+447700900131", "+447700900132", "+441134960133")
        self.carrier.trouble = dict.fromkeys(numbers, trouble) if trouble else {}

    def worker_dies(self, *, sent: bool) -> None:
        """A worker is killed with what it has claimed in its hands, before or after the carrier took it."""
        with self.line.store.work(self.now) as work:
            mine = claimed(work, classes=URGENTLY.classes, media=URGENTLY.media, batch=100)
            numbers = {m.id: work.vault.open(m.person["number"], "phones.number") for m in mine if m.person["number"]}
            relevant = {m.id for m in mine if m.person["relevant"] is not False}
        if sent and not self.carrier.trouble:
            for message in mine:
                if message.id in numbers and message.id in relevant:
                    self.carrier.took.append((message.medium, numbers[message.id], message.wording))

    def texts(self, ref: str, body: str) -> None:
        """Somebody texts the line."""
        with self.line.store.work(self.now) as work:
            texts.hear(work, Text(sid=f"SM{next(self.sids)}", sender=PHONES[ref], body=body))

    def bad_news(self, ref: str) -> None:
        """The carrier says that the last thing sent to somebody did not arrive."""
        found = rows(
            self.line,
            "SELECT m.id, m.sid, m.medium FROM messages m JOIN people p ON p.id = m.person_id "
            "WHERE p.ref = :ref AND m.status = 'sent' AND m.direction = 'out' ORDER BY m.id DESC LIMIT 1",
            ref=ref,
        )
        for message, sid, medium in found:
            with self.line.store.work(self.now) as work:
                if medium == "text":
                    word = Word(sid, "undelivered", 4, 30003, Fault.UNREACHABLE)
                    delivery.hear_status(work, message, word)
                else:
                    delivery.call_over(work, message, "no_answer")

    # --- how it stands ---

    def taken(self) -> bool:
        """Tell whether somebody has the case."""
        return bool(value(self.line, "SELECT status = 'taken' FROM cases WHERE number = 1"))

    def pages_taken(self) -> int:
        """How many pages the carrier has taken. That somebody else has it may be said by a call as well."""
        return int(value(self.line, "SELECT count(*) FROM messages WHERE wording = 'page.ask' AND sid IS NOT NULL"))


STEPS = st.one_of(
    st.tuples(st.just("passes"), st.integers(1, 12)),
    st.tuples(st.just("jumps"), st.integers(1, 9)),
    st.tuples(st.just("carrier_is"), st.sampled_from(["well", "down", "hangs"])),
    st.tuples(st.just("worker_dies"), st.booleans()),
    st.tuples(st.just("texts"), st.sampled_from(sorted(PHONES)), st.sampled_from(["1", "2", "no", "hello", "3"])),
    st.tuples(st.just("bad_news"), st.sampled_from([*PHONES, "lin"])),
    st.tuples(st.just("more_words")),
)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with two on call who can be reached, one who cannot, and a coordinator with a landline."""
    with opened(database_url) as found:
        loads(found, TOWN)
        with found.store.work(NOON) as work:
            work.conn.exec_driver_sql("DELETE FROM person_phones USING people WHERE ref = 'ted' AND id = person_id")
        yield found


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=12))
def test_a_red_case_is_with_somebody_or_everybody_was_tried_and_an_alarm_stands(
    line: Line, steps: list[tuple[object, ...]]
) -> None:
    night = Night(line)
    night.begin()
    for name, *arguments in steps:
        if name == "worker_dies":
            night.worker_dies(sent=bool(arguments[0]))
        else:
            getattr(night, str(name))(*arguments)
    # In the end the carrier is well again, and nobody stirs any more.
    night.carrier_is("well")
    night.carrier.took.clear()
    night.passes(120, tick=5)
    if value(line, "SELECT status = 'taken' AND arrived_at IS NOT NULL FROM cases WHERE number = 1"):
        return  # Whoever has it has said that help is there: nobody asks any more.
    assert not night.taken(), "whoever took it has been silent for longer than they are given"
    tried = {(ref, medium) for ref, medium in rows(line, TRIED)}
    assert tried >= REACHED_BY
    assert value(line, "SELECT alarm_at IS NOT NULL AND status = 'open' FROM cases WHERE number = 1")
    words = {
        found
        for (found,) in rows(
            line,
            "SELECT count(*) FROM case_events e JOIN cases c ON c.id = e.case_id "
            "WHERE c.number = 1 AND e.kind IN ('opened', 'joined')",
        )
    }
    assert words == {night.said}
    assert value(line, "SELECT count(*) FROM cases WHERE severity = 'red'") == 1
    # And whoever comes at last has it.
    night.texts(
        "sue",
        str(
            value(
                line,
                "SELECT code FROM codes JOIN cases ON cases.id = case_id WHERE number = 1 ORDER BY at DESC LIMIT 1",
            )
        ),
    )
    assert night.taken()
    assert value(line, "SELECT alarm_at FROM cases WHERE number = 1") is None


TRIED = """
SELECT DISTINCT p.ref, m.medium FROM messages m JOIN people p ON p.id = m.person_id
WHERE m.wording = 'page.ask' AND m.status = 'sent'
"""


def test_the_carrier_of_these_nights_can_fail(line: Line) -> None:
    """The faults are real ones: with the carrier down nobody is reached, and the pages are owed."""
    night = Night(line)
    night.begin()
    night.carrier_is("down")
    night.passes(20)
    assert night.pages_taken() == 0
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'page.ask' AND status = 'owed'") > 0
    assert value(line, "SELECT alarm_at IS NOT NULL FROM cases WHERE number = 1")
