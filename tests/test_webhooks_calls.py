"""Calls at the door: webhooks that come twice, late or out of order, speech, and a line that breaks on the way."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from werkzeug.test import TestResponse

import wsgi
from checkin.bootstrap import Line
from checkin.conversations import calls
from tests.parts import loads, opened, value
from tests.test_webhooks import Twilio, said, words
from tests.twiml import problems

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins], missed_call_ok: yes}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota: [{ref: r, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}]
"""
SID = "CA" + "7" * 32


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """The line's store, beside the web process; speech is heard."""
    with opened(database_url, CHECKIN_SPEECH="yes") as found:
        loads(found, TOWN)
        yield found


@pytest.fixture
def twilio(line: Line, monkeypatch: pytest.MonkeyPatch) -> Twilio:
    """Twilio, and the whole web process."""
    monkeypatch.setattr(wsgi, "open_line", lambda _environment: line)
    return Twilio(wsgi.create_app({}))


def onward(answer: TestResponse) -> str:
    """Where the answer to a prompt goes."""
    assert problems(answer.text) == []
    found = re.search(r'action="([^"]+)"', answer.text)
    assert found, answer.text
    return unescape(found[1])


def key(twilio: Twilio, address: str, **form: str) -> TestResponse:
    """A key is pressed, or words said."""
    return twilio.posts(address, {"CallSid": SID, "CallStatus": "in-progress", **form})


def check_ins(line: Line) -> int:
    """How many check-ins there are."""
    return int(value(line, "SELECT count(*) FROM check_ins"))


def test_a_key_that_comes_again_acts_once_and_gets_the_same_answer(twilio: Twilio, line: Line) -> None:
    menu = onward(twilio.rings(CallSid=SID))
    asked = [key(twilio, menu, Digits="1") for _ in range(3)]
    assert len({answer.data for answer in asked}) == 1
    assert "How are you" in said(asked[0])
    assert check_ins(line) == 1
    answers = {key(twilio, onward(asked[0]), Digits="3").data for _ in range(2)}
    assert len(answers) == 1
    assert value(line, "SELECT count(*) FROM case_events WHERE kind IN ('opened', 'joined')") == 1


def test_a_call_that_is_told_of_twice_is_one_call(twilio: Twilio, line: Line) -> None:
    assert len({twilio.rings(CallSid=SID).data for _ in range(2)}) == 1
    assert value(line, "SELECT count(*) FROM messages") == 1


def test_a_key_that_comes_after_the_next_one_changes_nothing(twilio: Twilio, line: Line) -> None:
    menu = onward(twilio.rings(CallSid=SID))
    asked = key(twilio, menu, Digits="1")
    key(twilio, onward(asked), Digits="1")
    assert key(twilio, menu, Digits="7").data == asked.data
    assert value(line, "SELECT answer FROM check_ins") == "good"
    assert value(line, "SELECT count(*) FROM cases") == 0


def test_a_key_after_the_end_of_the_call_still_counts(twilio: Twilio, line: Line) -> None:
    """The end may be told of before the last key: what was pressed was pressed."""
    asked = key(twilio, onward(twilio.rings(CallSid=SID)), Digits="1")
    over = {"CallSid": SID, "CallStatus": "completed", "CallDuration": "40", "SequenceNumber": "0"}
    assert twilio.posts("/twilio/voice/status", over).status_code == 204
    key(twilio, onward(asked), Digits="1", CallStatus="completed")
    assert value(line, "SELECT answer FROM check_ins") == "good"


def test_hanging_up_at_a_prompt_ends_the_call_and_answers_nothing(twilio: Twilio, line: Line) -> None:
    asked = key(twilio, onward(twilio.rings(CallSid=SID)), Digits="1")
    assert said(key(twilio, onward(asked), CallStatus="completed", Digits="")) == ""
    assert value(line, "SELECT carrier_status FROM messages") == "completed"
    assert value(line, "SELECT answer FROM check_ins") is None


@pytest.mark.parametrize(
    ("status", "seconds", "counts"),
    [("completed", "0", True), ("completed", "10", True), ("completed", "11", False), ("completed", "", False),
     ("completed", "soon", False), ("completed", "-1", False), ("no-answer", "", True), ("canceled", "", True)],
)  # fmt: skip
def test_how_long_a_call_was_decides_whether_it_was_missed(
    twilio: Twilio, line: Line, status: str, seconds: str, counts: bool
) -> None:
    asked = key(twilio, onward(twilio.rings(CallSid="CA1")), Digits="1")
    assert "How are you" in said(asked)
    twilio.rings(CallSid=SID)
    over = {"CallSid": SID, "CallStatus": status, "CallDuration": seconds, "SequenceNumber": "0"}
    for _ in range(2):
        assert twilio.posts("/twilio/voice/status", over).status_code == 204
    assert value(line, "SELECT answer FROM check_ins") == ("missed_call" if counts else None)


def test_whoever_counts_missed_calls_is_left_ringing_while_they_are_asked(twilio: Twilio) -> None:
    assert "<Pause" not in twilio.rings(CallSid="CA1").text.partition("<Say")[0]
    key(twilio, onward(twilio.rings(CallSid=SID)), Digits="1")
    assert '<Response><Pause length="6" /><Say' in twilio.rings(CallSid="CA2").text


@pytest.mark.parametrize("confidence", ["0.91", "", "absent", "banana", "nan", "-1"])
def test_words_are_heard_whatever_stands_for_confidence(twilio: Twilio, line: Line, confidence: str) -> None:
    asked = key(twilio, onward(twilio.rings(CallSid=SID)), SpeechResult="One.", Confidence="0.9")
    form = {"SpeechResult": "Not so good.", "Confidence": confidence}
    key(twilio, onward(asked), **{k: v for k, v in form.items() if v != "absent"})
    unsure = confidence in {"nan", "-1"}
    assert value(line, "SELECT answer FROM check_ins") == (None if unsure else "low")


@pytest.mark.parametrize("said_words", ["x" * 20_000, "a\x00b", "<Say>hello</Say>", "💚" * 500, "{name} %s"])
def test_whatever_the_recogniser_writes_is_answered_in_good_xml(twilio: Twilio, said_words: str) -> None:
    menu = onward(twilio.rings(CallSid=SID))
    assert problems(key(twilio, menu, SpeechResult=said_words, Confidence="0.9").text) == []


def test_what_was_said_is_kept_when_the_line_breaks(
    twilio: Twilio, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = onward(twilio.rings(CallSid=SID))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(calls, "press", broken)
        # 500 has the carrier ask the fallback, which names who helps.
        assert key(twilio, menu, SpeechResult="I am going to kill myself", Confidence="0.2").status_code == 500
    assert value(line, "SELECT severity FROM cases") == "red"
    assert value(line, "SELECT reason FROM cases") == "line_failed"
    assert words(line) == ["I am going to kill myself"]
