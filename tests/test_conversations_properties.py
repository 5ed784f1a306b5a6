"""Whatever a few people do to the whole line, in whatever order: nothing breaks, nothing waits for ever.

Through the phone network's door and with a real database: texts, calls key by key, hang-ups, silences, answering
machines, time that passes and topics that open, for people with their own phones and two who share one. What
`tests/conversation` shows of the core alone is shown here of the core, the shell and the store together.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

import webhooks
from checkin import timers
from checkin.bootstrap import Line
from checkin.conversation.topics import TOPICS
from checkin.conversations import due
from checkin.dispatch import Dispatcher
from checkin.store.models import Base
from tests.parts import Carrier, loads, opened
from tests.test_webhooks import ACCOUNT, LINE, Twilio

# A Monday in winter, at nine in the morning.
MORNING = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy], voicemail: full, contacts: [joy],
     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, facilitator, contacts, staff]}}
  - {ref: bill, name: Bill, phones: 0113 496 0102, prefers: call, language: pl, streams: [checkins, reminders],
     plan: {days: [mon, wed, fri], at: "11:00", ladder: [call, call, staff]}}
  - {ref: carol, name: Carol, phones: 07700 900103, shared_phone: yes, discreet: yes, streams: [checkins, buddy],
     plan: {days: [tue, thu], at: "10:30", ladder: [text, buddy, staff]}}
  - {ref: dan, name: Dan, phones: 07700 900103, shared_phone: yes, language: cy, streams: [checkins, reminders],
     plan: {days: every day, at: "12:00", ladder: [text, staff]}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy, reminders]}
  - {ref: joy, name: Joy, phones: 07700 900141}
  - {ref: sue, name: Sue, phones: 07700 900131}
groups:
  - {ref: leeds, name: Leeds group, members: [ann, bill, dan], facilitators: [ben],
     meetings: [{ref: thu, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-01-08 19:00, venue: Friends Meeting House}]}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}
  - {ref: carol-ben, member: carol, buddy: ben, report: {days: wed, at: "17:00"}}
rota:
  - {ref: always, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}
"""
PHONES = ("+447700900101", "+441134960102", "+447700900103", "+447700900111", "+447700900131", "+447700900199")
WORDS = st.text(max_size=30) | st.sampled_from([
    "1", "2", "3", "4", "5", "yes", "no", "ok", "maybe", "help", "more", "back", "repeat", "?", "next", "STOP", "START",
    "END", "nie", "🙂", "Carol", "Dan", "tips", "buddy", "urgent",
    "not good", "stop checkins", "pause 2 weeks", "in hospital", "call me", "who is this", "wrong number",
    "new number 07700 900444", "language cymraeg", "po polsku", "buddy hello", "join abc", "find food leeds",
    "group leeds", "tip rest", "is there a bus", "cant make it", "i want to die", "took all my tablets",
    "he hit me again cant talk", "feeling a burden", "im worried", "qwrt plm", "\x00\x07", "x" * 1700, "źle się czuję",
    "dim yn dda",
])  # fmt: skip
KEYS = st.sampled_from(["", "", "1", "2", "3", "4", "9", "0", "#", "*", "7"])
PHONE = st.sampled_from(PHONES)
SPANS = st.sampled_from([1, 15, 31, 61, 180, 480, 1440, 1440, 4320, 11520]).map(lambda m: timedelta(minutes=m))
# Opened together with what it is about, in one transaction: there is no such topic about anything else.
ONLY_OF_ITS_OWN = {"staff_reply"}
# However much comes due at one moment, it is done after so many rounds; and everybody falls silent after so many moves.
ROUNDS, MOVES = 60, 60
_NO_LINK = re.compile(r"^/twilio/")


def rounds_of_the_clock() -> Sequence[Callable[..., int]]:
    """Everything that the clock asks the line to do: whatever in `due` does up to so many at a moment."""
    found = [f for _, f in inspect.getmembers(due, inspect.isfunction) if "most" in inspect.signature(f).parameters]
    asked = [f for f in found if not f.__name__.startswith("_") and f.__module__ == due.__name__]
    asked = [f for f in asked if f.__name__ != due.all_that_has.__name__]
    assert due.fire_timers in asked
    return asked


class AnyTown(RuleBasedStateMachine):
    """A few people, their phones, and time."""

    line: Line

    def __init__(self) -> None:
        super().__init__()
        line = self.line
        self.now = MORNING
        self.line = Line(line.settings, line.store, lambda: self.now)
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with line.store.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
        loads(self.line, TOWN, self.now)
        self.carrier = Carrier()
        self.dispatcher = Dispatcher(line.store, self.carrier, threads=1)
        self.twilio = Twilio(webhooks.create_app(self.line, Deaf()))
        self.calls: dict[str, tuple[str, str]] = {}
        self.texts = 0
        self.answers: list[tuple[dict[str, str], bytes]] = []
        self.logs = structlog.testing.capture_logs()
        self.entries = self.logs.__enter__()

    def teardown(self) -> None:
        """Everybody falls silent, and then the line does too: every question comes to an end by itself."""
        try:
            self._falls_silent()
        finally:
            self.logs.__exit__(None, None, None)

    # --- texts ---

    @rule(phone=PHONE, words=WORDS)
    def somebody_texts(self, phone: str, words: str) -> None:
        """A text, from somebody known or not."""
        self.texts += 1
        form = {"MessageSid": f"SM{self.texts:032}", "AccountSid": ACCOUNT, "From": phone, "To": LINE, "Body": words}
        self.answers.append((form, self._posts("/twilio/sms", form).data))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def the_network_says_it_again(self, data: st.DataObject) -> None:
        """The same text a second time is answered as the first time, whatever has happened since."""
        form, before = data.draw(st.sampled_from(self.answers))
        assert self._posts("/twilio/sms", form).data == before

    # --- calls ---

    @rule(phone=PHONE)
    def somebody_rings(self, phone: str) -> None:
        """A call to the line; one that was under way at that phone is over."""
        sid = f"CA{uuid4().hex}"
        form = {"CallSid": sid, "AccountSid": ACCOUNT, "From": phone, "To": LINE, "CallStatus": "ringing"}
        self._goes_on(phone, sid, self._posts("/twilio/voice", form))

    @precondition(lambda self: self.calls)
    @rule(keys=KEYS, data=st.data())
    def somebody_presses(self, keys: str, data: st.DataObject) -> None:
        """Keys, or none, on a call that is under way."""
        phone = data.draw(st.sampled_from(sorted(self.calls)))
        sid, action = self.calls[phone]
        self._goes_on(phone, sid, self._posts(action, self._of_call(sid) | {"Digits": keys}))

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def somebody_hangs_up(self, data: st.DataObject) -> None:
        """A call ends in the middle of a question."""
        phone = data.draw(st.sampled_from(sorted(self.calls)))
        sid, action = self.calls.pop(phone)
        self._posts(action, self._of_call(sid) | {"CallStatus": "completed", "Digits": ""})

    @precondition(lambda self: any(medium == "call" for medium, *_ in self.carrier.took))
    @rule(data=st.data(), how=st.sampled_from(["answers", "machine", "busy", "no-answer", "failed"]))
    def a_call_of_ours_is_answered_or_not(self, data: st.DataObject, how: str) -> None:
        """What becomes of one of the line's own calls, also long after."""
        to, message = data.draw(st.sampled_from(self._rung()))
        sid = f"sid-{message}"
        if how in {"answers", "machine"}:
            by = {"AnsweredBy": "machine_start"} if how == "machine" else {"AnsweredBy": "human"}
            self._goes_on(to, sid, self._posts(f"/twilio/voice/out?m={message}", self._of_call(sid) | by))
        if how != "answers":
            status = "completed" if how == "machine" else how
            by = {"AnsweredBy": "machine_start"} if how == "machine" else {}
            self._posts(f"/twilio/voice/status?m={message}", self._of_call(sid) | {"CallStatus": status} | by)

    def _rung(self) -> list[tuple[str, UUID]]:
        found = self._query("SELECT id FROM messages WHERE direction = 'out' AND medium = 'call' AND sid IS NOT NULL "
            "ORDER BY at, id")  # fmt: skip
        numbers = [to for medium, to, _ in self.carrier.took if medium == "call"]
        return [(to, row.id) for to, row in zip(numbers, found, strict=False)]

    def _of_call(self, sid: str) -> dict[str, str]:
        return {"CallSid": sid, "AccountSid": ACCOUNT, "CallStatus": "in-progress", "From": LINE, "To": PHONES[0]}

    def _goes_on(self, phone: str, sid: str, answer: TestResponse) -> None:
        """Keep what the call waits for; a call that waits for nothing is over."""
        document = ET.fromstring(answer.data)  # noqa: S314  # our own answer
        waits = document.find(".//Gather")
        self.calls.pop(phone, None)
        if waits is not None:
            action = waits.get("action", "")
            assert _NO_LINK.match(action)
            self.calls[phone] = (sid, action)

    def _posts(self, path: str, form: dict[str, str]) -> TestResponse:
        answer = self.twilio.posts(path, form)
        assert answer.status_code in {200, 204}, (path, form, answer.status)
        return answer

    # --- time, and what comes with it ---

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        """Nobody does anything for a while. The clock may have been late: all of it comes at once."""
        self.now += span
        self.everything_due_happens()

    @rule(topic=st.sampled_from(sorted(TOPICS.keys() - ONLY_OF_ITS_OWN)), data=st.data())
    def a_topic_opens(self, topic: str, data: st.DataObject) -> None:
        """Any topic for anybody, about something there is or about nothing: at worst nothing comes of it."""
        anybody = [row.id for row in self._query("SELECT id FROM people ORDER BY ref")]
        anything = [row.id for row in self._query("SELECT id FROM pairs UNION ALL SELECT id FROM check_ins UNION ALL "
            "SELECT id FROM cases UNION ALL SELECT id FROM meetings ORDER BY 1")]  # fmt: skip
        person, about = data.draw(st.sampled_from(anybody)), data.draw(st.sampled_from([*anything, uuid4()]))
        with self.line.store.work(self.now) as work:
            timers.set_timer(work, "open", self.now, person_id=person, topic=topic, subject=about)
        self.everything_due_happens()

    def everything_due_happens(self) -> None:
        """Let the clock do its round until nothing is left to do at this moment."""
        for _ in range(ROUNDS):
            done = sum(f(self.line.store, self.now, most=200) for f in rounds_of_the_clock())
            done += sum(self.dispatcher.send(lane, self.now) for lane in self.line.lanes.values())
            if not done:
                return
        pytest.fail("what is due at one moment is never done")

    def _falls_silent(self) -> None:
        self.calls.clear()
        with self.line.store.engine.begin() as connection:
            # Whatever comes round again by itself would go on asking: what it has asked must end.
            for table in Base.metadata.sorted_tables:
                round_again = {c.name: None for c in table.columns if c.name.endswith("due_at") and c.nullable}
                if round_again and table.name != "messages":
                    connection.execute(sa.update(table).values(round_again))
            connection.execute(sa.text("DELETE FROM meetings"))
        for _ in range(MOVES):
            with self.line.store.engine.begin() as connection:
                # A case that nobody takes goes on asking for somebody, as it should; that is about nobody's question.
                connection.execute(sa.text("DELETE FROM timers WHERE person_id IS NULL"))
            soonest = self._query("SELECT min(due_at) AS at FROM timers WHERE kind = 'silence'")[0].at
            if soonest is None:
                break
            self.now = max(self.now, soonest)
            self.everything_due_happens()
        assert self._open() == [], "a question that never ends"

    def _open(self) -> list[tuple[str, Any]]:
        return [(p.ref, p.state["threads"]) for p in self._people() if (p.state or {}).get("open")]

    # --- what must hold ---

    @invariant()
    def nothing_was_swallowed(self) -> None:
        """A fault that the line survived is a fault all the same."""
        assert [e for e in self.entries if e.get("exc_info")] == []
        assert self._query("SELECT reason FROM cases WHERE reason = 'line_failed'") == []

    @invariant()
    def an_open_question_has_its_silence_and_only_it(self) -> None:
        """One timer of this very turn for each open question, and none where nothing is open."""
        silences = self._query("SELECT person_id, turn FROM timers WHERE kind = 'silence'")
        kept = sorted((row.person_id, row.turn) for row in silences)
        people = [(p.id, p.state["turn"]) for p in self._people() if (p.state or {}).get("open")]
        assert kept == sorted(people)

    @invariant()
    def one_question_a_person(self) -> None:
        """What waits, waits behind something, and nothing waits twice."""
        for person in self._people():
            state = person.state or {"open": False, "threads": []}
            threads = [(topic, subject) for topic, _, subject in state["threads"]]
            assert state["open"] or not threads
            assert len(threads) == len(set(threads))

    @invariant()
    def everything_owed_can_be_said(self) -> None:
        """No sentence with a hole was ever on its way out."""
        assert self._query("SELECT wording FROM messages WHERE reason = 'cannot_be_said'") == []

    def _people(self) -> list[Any]:
        return self._query("SELECT id, ref, state FROM people")

    def _query(self, statement: str) -> list[Any]:
        with self.line.store.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)))


class Deaf:
    """A bell that nobody hears: the clock finds the same work in the database."""

    def ring(self, job: str) -> None:
        """Ask for a job."""

    def answers(self) -> bool:
        """Tell whether somebody listens."""
        return True

    def backlog(self) -> dict[str, tuple[int, float, int]]:
        """Nothing waits."""
        return {}


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """The line's store."""
    # A carrier that takes everything at once: nothing here is about its pace.
    with opened(database_url, CHECKIN_TEXTS_A_SECOND="100000", CHECKIN_URGENT_TEXTS_A_SECOND="100000") as found:
        yield found


# Calls are paced, and a shared machine stalls.
@pytest.mark.timeout(900)
def test_whatever_people_do_to_the_line(line: Line) -> None:
    class Here(AnyTown):
        """On this test's own database."""

    Here.line = line
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A day at the telephones is not made shorter by trying it a thousand times.
            phases=[Phase.reuse, Phase.generate],
        ),
    )
