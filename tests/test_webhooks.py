"""The phone network's door: whatever is posted, the answer is in order, and nothing that was said is lost."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from itertools import count, product
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import webhooks
import wsgi
from checkin.bootstrap import Line
from checkin.conversation.effects import Stream
from checkin.outbox import owe
from tests.parts import NOON, loads, opened, person, rows, value
from workers.queues import Bell

TOWN = "people:\n  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}\n"
ANN, LINE = "+447700900101", "+441632960000"
ACCOUNT = "AC" + "5" * 32


TOKEN = "a-token-for-tests"


class Twilio:
    """Twilio, as it posts to us: signed over the address as it was given it, and the form."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self._sids = count(1)

    def posts(self, path: str, form: dict[str, str], token: str = TOKEN, **headers: str) -> TestResponse:
        """Post a signed form."""
        payload = f"https://line.example.org{path}" + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.digest(token.encode(), payload.encode(), hashlib.sha1)).decode()
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signature, **headers})

    def texts(self, **form: str) -> TestResponse:
        """A text comes in."""
        sid = f"SM{next(self._sids):032}"
        whole = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": ANN, "To": LINE, "Body": "hello", "NumMedia": "0"}
        return self.posts("/twilio/sms", {k: v for k, v in (whole | form).items() if v != "absent"})

    def rings(self, **form: str) -> TestResponse:
        """Somebody rings."""
        sid = f"CA{next(self._sids):032}"
        whole = {"CallSid": sid, "AccountSid": ACCOUNT, "From": ANN, "To": LINE, "CallStatus": "ringing"}
        return self.posts("/twilio/voice", {k: v for k, v in (whole | form).items() if v != "absent"})


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """The line's store, beside the web process."""
    with opened(database_url, TWILIO_AUTH_TOKEN_SECONDARY="the-next-token") as found:
        loads(found, TOWN)
        yield found


@pytest.fixture
def twilio(line: Line, monkeypatch: pytest.MonkeyPatch) -> Twilio:
    """Twilio, and the whole web process, put together around a line whose connections end with the test."""
    monkeypatch.setattr(wsgi, "open_line", lambda _environment: line)
    return Twilio(wsgi.create_app({}))


def said(answer: TestResponse) -> str:
    """What the sender or caller hears; the answer must be TwiML that can be read."""
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    return " ".join(ET.fromstring(answer.data).itertext())  # noqa: S314  # our own answer


def inbound(line: Line) -> int:
    """How many texts and calls came in."""
    return int(value(line, "SELECT count(*) FROM messages WHERE direction = 'in'"))


def words(line: Line) -> list[str]:
    """What stands on cases."""
    with line.store.work(NOON) as work:
        sealed = work.conn.exec_driver_sql(
            "SELECT words FROM case_events WHERE words IS NOT NULL ORDER BY id"
        ).scalars()
        return [work.vault.open(w, "case_events.words") for w in sealed]


def bodies(line: Line) -> list[str]:
    """What came in."""
    with line.store.work(NOON) as work:
        sealed = work.conn.exec_driver_sql("SELECT body FROM messages WHERE direction = 'in' ORDER BY id").scalars()
        return [work.vault.open(w, "messages.body") for w in sealed]


# --- who may ---

PATHS = ["/twilio/doctor", "/twilio/doctor/call",
    "/twilio/sms", "/twilio/sms/status", "/twilio/voice", "/twilio/voice/out", "/twilio/voice/key",
    "/twilio/voice/status", "/twilio/relay/call", "/twilio/relay/whisper", "/twilio/relay/accept",
    "/twilio/relay/machine", "/twilio/relay/over", "/twilio/relay/instead", "/twilio/through/call",
    "/twilio/through/over"]  # fmt: skip


def test_every_address_of_the_door_is_among_those_tried(line: Line) -> None:
    rules = webhooks.create_app(line, Bell(line.settings.redis_url)).url_map.iter_rules()
    assert {rule.rule for rule in rules if rule.rule.startswith("/twilio")} == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_but_twilio_is_let_in(twilio: Twilio, line: Line, path: str) -> None:
    form = {"MessageSid": "SM1", "CallSid": "CA1", "From": ANN, "Body": "1"}
    assert twilio.client.post(path, data=form).status_code == 403
    assert twilio.client.post(path, data=form, headers={"X-Twilio-Signature": "é"}).status_code == 403
    assert twilio.posts(path, form, token="somebody else's").status_code == 403
    assert twilio.posts(path + "?m=1", form).status_code != 403
    assert inbound(line) == 0 or path in {"/twilio/sms", "/twilio/voice"}


def test_it_is_posted_or_refused(twilio: Twilio, line: Line) -> None:
    for path, method in product(PATHS, ("GET", "PUT", "DELETE", "PATCH")):
        assert twilio.client.open(path, method=method).status_code == 405, f"{method} {path}"
    assert inbound(line) == 0


def test_the_next_token_is_good_while_tokens_are_rotated(twilio: Twilio) -> None:
    form = {"MessageSid": "SM1", "From": ANN, "Body": "hello"}
    assert twilio.posts("/twilio/sms", form, token="the-next-token").status_code == 200


def test_what_a_proxy_says_of_host_and_scheme_changes_nothing(twilio: Twilio) -> None:
    form = {"MessageSid": "SM1", "From": ANN, "Body": "hello"}
    headers = {"Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "http"}
    assert twilio.posts("/twilio/sms", form, **headers).status_code == 200


def test_a_body_that_is_too_large_is_refused(twilio: Twilio, line: Line) -> None:
    for path in PATHS:
        assert twilio.posts(path, {"MessageSid": "SM1", "From": ANN, "Body": "x" * 300_000}).status_code == 413, path
    assert inbound(line) == 0


def test_more_fields_than_any_webhook_has_are_refused(twilio: Twilio) -> None:
    assert twilio.posts("/twilio/sms", {f"Field{i}": "" for i in range(2000)}).status_code in {400, 413}


# --- texts ---


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
@pytest.mark.parametrize("how", ["absent", ""])
def test_a_text_without_what_it_needs_is_a_bad_request(twilio: Twilio, line: Line, missing: str, how: str) -> None:
    assert twilio.texts(**{missing: how}).status_code == 400
    assert inbound(line) == 0


@pytest.mark.parametrize("body", ["absent", "", "   ", "\n"])
def test_a_text_that_says_nothing_is_kept_and_answered(twilio: Twilio, line: Line, body: str) -> None:
    assert said(twilio.texts(Body=body))
    assert bodies(line) == [""]


@pytest.mark.parametrize(("media", "kept"), [("1", "[1 picture]"), ("3", "[3 pictures]"), ("many", ""), ("-1", None)])
def test_a_picture_without_words_is_seen_by_a_person(twilio: Twilio, line: Line, media: str, kept: str | None) -> None:
    assert said(twilio.texts(Body="absent", NumMedia=media))
    assert inbound(line) == 1
    assert kept is None or bodies(line) == [kept]
    assert value(line, "SELECT unread FROM messages")


LONG = "the heron is back. " * 84
ODD = {
    "1,600 characters": LONG + "1234",
    "more than Twilio sends": "x" * 20_000,
    "control characters": "a\x00\x01\x0b\x1f\x7fb",
    "emoji": "💚👩‍👩‍👧" * 100,
    "half an emoji": "\ufffd\ufffe",
    "right to left": "\u202eשלום عليكم",
    "markup": "<Response><Message>you & me</Message></Response> ]]> &#0;",
    "percent and braces": "{name} %s %(x)s {0} {{",
    "only signs": "?!.,;",
    "many lines": "\r\n" * 800,
}


@pytest.mark.parametrize("what", ODD)
def test_whatever_is_texted_is_kept_and_answered_in_good_xml(twilio: Twilio, line: Line, what: str) -> None:
    answer = twilio.texts(Body=ODD[what])
    assert len(said(answer)) <= 1600
    assert b"\x00" not in answer.data
    assert bodies(line) == [ODD[what].strip()]


@pytest.mark.parametrize("what", ODD)
def test_whatever_is_said_of_danger_is_answered_and_kept(twilio: Twilio, line: Line, what: str) -> None:
    assert "999" in said(twilio.texts(Body=f"i am going to kill myself tonight. {ODD[what][:1500]}"))
    assert value(line, "SELECT severity FROM cases") == "red"
    assert words(line)[0].startswith("i am going to kill myself tonight.")


@pytest.mark.parametrize("body", ["BUDDY a\x0bb\x00c", "NEXT\x01", "HELP \ufffe"])
def test_control_characters_reach_nobody_in_an_answer(twilio: Twilio, body: str) -> None:
    said(twilio.texts(Body=body))


@pytest.mark.parametrize("sender", ["384387", "HARBOUR", "anonymous", "+266696687", "whatsapp:+447700900101", "x\x00y"])
def test_a_sender_that_is_no_number_is_kept_and_not_answered_to(twilio: Twilio, line: Line, sender: str) -> None:
    answer = said(twilio.texts(From=sender))
    assert inbound(line) == 1
    assert not answer or sender.startswith("+")
    assert value(line, "SELECT reason FROM cases") == "stranger"


def test_a_stranger_is_answered_once_a_day_at_most(twilio: Twilio, line: Line) -> None:
    answers = [said(twilio.texts(From="+447700900177")) for _ in range(3)]
    assert [bool(answer) for answer in answers] == [True, False, False]
    assert value(line, "SELECT count(*) FROM cases") == 1
    assert "999" in said(twilio.texts(From="+447700900177", Body="i took all my tablets"))


def test_a_text_that_comes_again_gets_the_same_answer_and_acts_once(twilio: Twilio, line: Line) -> None:
    answers = {twilio.texts(MessageSid="SM" + "7" * 32, Body="HELP").data for _ in range(3)}
    assert len(answers) == 1
    assert inbound(line) == 1


# --- what became of ours ---


def sent(line: Line) -> str:
    """A text of ours; its id."""
    with line.store.work(NOON) as work:
        owe(work, person(line, "ann"), "text", Stream.SERVICE, "thanks", {})
        work.flush()
        work.conn.exec_driver_sql("UPDATE messages SET status = 'sent', sid = 'SM9', sent_at = now()")
    return str(value(line, "SELECT id FROM messages"))


STATUS = "/twilio/sms/status"


def test_a_status_is_recorded(twilio: Twilio, line: Line) -> None:
    message = sent(line)
    form = {"MessageSid": "SM9", "MessageStatus": "delivered"}
    for _ in range(2):
        assert twilio.posts(f"{STATUS}?m={message}", form).status_code == 204
    assert rows(line, "SELECT status, carrier_status FROM messages") == [("sent", "delivered")]
    assert value(line, "SELECT count(*) FROM delivery_events") == 1


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
def test_a_status_without_what_it_needs_is_a_bad_request(twilio: Twilio, line: Line, missing: str) -> None:
    message = sent(line)
    form = {"MessageSid": "SM9", "MessageStatus": "delivered", missing: ""}
    assert twilio.posts(f"{STATUS}?m={message}", form).status_code == 400
    assert rows(line, "SELECT sid, carrier_status FROM messages") == [("SM9", None)]


GARBAGE = ["", "?m=", "?m=1", "?m=%00", "?m=%F0%9F%92%9A", f"?m={uuid4()}", "?m=a&m=b", "?x=y", "?m=" + "9" * 5000]


def test_a_status_of_a_message_we_do_not_know_harms_nothing(twilio: Twilio, line: Line) -> None:
    sent(line)
    form = {"MessageSid": "SM8", "MessageStatus": "failed", "ErrorCode": "30005"}
    for query in GARBAGE:
        assert twilio.posts(STATUS + query, form).status_code == 204, query
    assert rows(line, "SELECT status, carrier_status FROM messages") == [("sent", None)]
    assert value(line, "SELECT count(*) FROM cases") == 0


def test_a_status_or_code_that_nobody_knows_is_kept(twilio: Twilio, line: Line) -> None:
    message = sent(line)
    odd = [*product(["teleported", "x" * 5000], ["", "banana", "-1", "99999999999", "9" * 30]), ("delivered", "9" * 30)]
    for i, (state, code) in enumerate(odd):
        form = {"MessageSid": f"SM{i}", "MessageStatus": state, "ErrorCode": code}
        assert twilio.posts(f"{STATUS}?m={message}", form).status_code == 204
    assert [state for (state,) in rows(line, "SELECT status FROM delivery_events ORDER BY id")] == [s for s, _ in odd]
    assert 99_999_999_999 in [code for (code,) in rows(line, "SELECT code FROM delivery_events")]


# --- calls ---


@pytest.mark.parametrize("missing", ["CallSid", "From"])
def test_a_call_without_what_it_needs_is_a_bad_request(twilio: Twilio, line: Line, missing: str) -> None:
    assert twilio.rings(**{missing: "absent"}).status_code == 400
    assert inbound(line) == 0


def test_a_caller_who_hides_is_heard_all_the_same(twilio: Twilio) -> None:
    for caller in ("anonymous", "+266696687", "Restricted", "384387", "sip:x@example.org", "💚"):
        assert "does not know this number" in said(twilio.rings(From=caller))


OUT = [f"?m={uuid4()}", "?m=", "", "?m=banana"]


def test_an_answered_call_that_we_never_made_is_said_nothing(twilio: Twilio) -> None:
    for query in OUT:
        answer = twilio.posts(f"/twilio/voice/out{query}", {"CallSid": "CA1", "AnsweredBy": "human"})
        assert answer.status_code == 400 or not said(answer).strip()


KEYS_AT = ["", "?m=1&at=menu", f"?m={uuid4()}&at=everywhere", f"?m={uuid4()}", "?at=menu&t=1&n=1"]


def test_a_key_pressed_nowhere_is_a_bad_request(twilio: Twilio) -> None:
    for query in KEYS_AT:
        assert twilio.posts(f"/twilio/voice/key{query}", {"CallSid": "CA1", "Digits": "1"}).status_code == 400, query


@pytest.mark.parametrize("digits", ["", "1", "#", "*", "99999999", "x", "💚", "\x00"])
def test_whatever_is_pressed_is_answered_in_good_xml(twilio: Twilio, line: Line, digits: str) -> None:
    twilio.rings(CallSid="CA7")
    call = value(line, "SELECT id FROM messages WHERE medium = 'call'")
    for i, numbers in enumerate(["t=0&n=1", "t=banana&n=banana", "t=-5&n=-5", "t=99999999999999999999&n=1"]):
        form = {"CallSid": f"CA{i}", "Digits": digits}
        said(twilio.posts(f"/twilio/voice/key?m={call}&at=menu&{numbers}", form))


def test_a_caller_who_hung_up_is_not_answered(twilio: Twilio, line: Line) -> None:
    twilio.rings(CallSid="CA7")
    call = value(line, "SELECT id FROM messages WHERE medium = 'call'")
    form = {"CallSid": "CA7", "CallStatus": "completed"}
    assert said(twilio.posts(f"/twilio/voice/key?m={call}&at=menu&t=0&n=1", form)) == ""


def test_the_end_of_a_call_we_do_not_know_harms_nothing(twilio: Twilio, line: Line) -> None:
    sent(line)
    for query, state in product(GARBAGE, ["completed", "no-answer", "levitating"]):
        form = {"CallSid": "CA8", "CallStatus": state, "SequenceNumber": "3"}
        assert twilio.posts(f"/twilio/voice/status{query}", form).status_code == 204, query
    assert rows(line, "SELECT status, carrier_status FROM messages") == [("sent", None)]


@pytest.mark.parametrize("missing", ["CallSid", "CallStatus"])
def test_the_end_of_a_call_without_what_it_needs_is_a_bad_request(twilio: Twilio, missing: str) -> None:
    form = {"CallSid": "CA8", "CallStatus": "completed", missing: ""}
    assert twilio.posts("/twilio/voice/status", form).status_code == 400


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999"])
def test_a_sequence_number_of_any_size_is_no_trouble(twilio: Twilio, line: Line, number: str) -> None:
    form = {"CallSid": "CA8", "CallStatus": "ringing", "SequenceNumber": number}
    assert twilio.posts("/twilio/voice/status", form).status_code == 204
    assert value(line, "SELECT count(*) FROM delivery_events") == 1


def test_there_is_a_page_to_look_at_when_all_else_is_away() -> None:
    for file in (Path(__file__).parent.parent / "deploy" / "fallback").glob("*.xml"):
        assert ET.parse(file).getroot().tag == "Response"  # noqa: S314  # our own file
