"""Twilio's way of speaking: what goes to it, and what its answers, refusals and silences mean for us."""

import base64
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from checkin.errors import CarrierError
from checkin.gateways import Fault, Gateway, Machines, Receipt
from checkin.gateways.twilio import CALL_RANK, TEXT_RANK, TwilioGateway
from checkin.settings import read_settings
from tests.parts import environment

MESSAGE = UUID(int=7)
TO = "+447700900123"
WORDS = "the heron is back on the pond & more; é 💚"
ACCOUNT = "AC" + "5" * 32


class Twilio:
    """Twilio's REST API as a ten-line server: it answers what the test says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, list[str]], dict[str, str]]] = []
        self.answer: tuple[int, dict[str, str], bytes] | str = "close"
        twilio = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = parse_qs(body, keep_blank_values=True) or parse_qs(urlsplit(self.path).query)
                twilio.requests.append((self.command, urlsplit(self.path).path, form, dict(self.headers)))
                if isinstance(twilio.answer, str):
                    time.sleep(1.5 if twilio.answer == "hang" else 0)
                    self.close_connection = True
                    return
                status, headers, content = twilio.answer
                self.send_response(status)
                for name, text in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name upstream
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answers(self, status: int, content: object, **headers: str) -> None:
        """Answer every request so."""
        raw = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.answer = (status, {name.replace("_", "-"): text for name, text in headers.items()}, raw)


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    """A stand-in for Twilio."""
    found = Twilio()
    yield found
    found.server.shutdown()
    found.server.server_close()


def gateway(twilio: Twilio, **changes: str) -> Gateway:
    """Our way to it."""
    more = {"TWILIO_API_URL": twilio.url, "CHECKIN_CARRIER_SECONDS": "0.5", **changes}
    return TwilioGateway(read_settings(environment("postgresql://h/n", **more)), connections=4)


def text_of(**changes: object) -> dict[str, Any]:
    """What Twilio says of a text."""
    return {"sid": "SM1", "status": "queued", "body": WORDS, "to": TO, "direction": "outbound-api",
        "date_created": format_datetime(datetime.now(UTC)), **changes}  # fmt: skip


# --- what an error code means (Twilio's error dictionary; what follows from it is our judgement) ---

CODES: dict[Fault, list[int]] = {
    # Authentication, permissions, senders and services that are not set up: nothing gets better by trying.
    Fault.CONFIG: [
        20003, 20404, 21212, 21601, 21606, 21607, 21608, 21659, 21660, 21661, 21408, 21703, 21704, 21705, 30002, 30010,
        30018, 30024, 30032, 30033, 30034, 30035, 21210, 21213, 21215, 13227, 21219, 10004, 13214,
        *(code for code in range(63001, 63042) if code not in {63003, 63009, 63010, 63012, 63017, 63018, 63024, 63033}),
    ],
    # What we must never have asked for.
    Fault.BUG: [
        11100, 21609, 21620, 21624, 21658, 21602, 21603, 21604, 21617, 21619, 30019, 30009, 21201, 21205, 21220,
        *range(35111, 35127),
    ],
    Fault.FILTERED: [30007],
    Fault.UNSUBSCRIBED: [21610],
    Fault.NOT_MOBILE: [21614, 30006],
    Fault.NO_SUCH_NUMBER: [21211, 30005, 21214, 21217, 13223, 13224, 63003, 63024, 63033],
    Fault.BLOCKED: [21612, 30004, 21216, 13225],
    Fault.UNREACHABLE: [30003],
    Fault.TOMORROW: [30023, 30025, 30026, 30027],
    # Congestion, queues, Twilio's own trouble, too old: another try is worth it, a few times.
    Fault.TRANSIENT: [
        20429, 20500, 20503, 21611, 30001, 30008, 30017, 30020, 30021, 30022, 30410, 30500, 30450, 30036, 22005,
        63009, 63010, 63012, 63017, 63018,
        # Not in any table of ours, nor of anybody's: tried a few times, and seen.
        0, 1, 12345, 99999999999,
    ],
}  # fmt: skip
FAULT_OF = [(code, fault) for fault, codes in CODES.items() for code in codes]


@pytest.mark.parametrize(("code", "fault"), FAULT_OF)
def test_what_a_code_means(twilio: Twilio, code: int, fault: Fault) -> None:
    assert gateway(twilio).fault(code) is fault


def test_every_class_of_fault_has_a_code_and_no_code_two() -> None:
    assert set(CODES) == set(Fault)
    assert len({code for code, _ in FAULT_OF}) == len(FAULT_OF)


def test_statuses_rank_as_they_follow_each_other() -> None:
    for rank in (TEXT_RANK, CALL_RANK):
        assert min(rank.values()) == 0
    for road in (["accepted", "queued", "sending", "sent", "delivered", "read"], ["queued", "sent", "undelivered"],
                 ["scheduled", "queued", "failed"], ["scheduled", "canceled"]):  # fmt: skip
        ranks = [TEXT_RANK[status] for status in road]
        assert ranks == sorted(set(ranks))
    for end in ("completed", "busy", "no-answer", "failed", "canceled"):
        ranks = [CALL_RANK[status] for status in ("queued", "initiated", "ringing", "in-progress", end)]
        assert ranks == sorted(set(ranks))


# --- what is sent ---


def test_a_text_is_sent_as_twilio_expects_it(twilio: Twilio) -> None:
    twilio.answers(201, text_of())
    assert gateway(twilio).text(MESSAGE, TO, WORDS) == Receipt("SM1", "queued", 1)
    method, path, form, headers = twilio.requests[0]
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form == {
        "To": [TO],
        "From": ["+441632960000"],
        "Body": [WORDS],
        "StatusCallback": [f"https://line.example.org/twilio/sms/status?m={MESSAGE}"],
        "ValidityPeriod": ["14400"],
    }


def test_a_service_takes_the_place_of_the_number(twilio: Twilio) -> None:
    twilio.answers(201, text_of(status="accepted"))
    receipt = gateway(twilio, TWILIO_MESSAGING_SERVICE_SID="MG1").text(MESSAGE, TO, WORDS)
    assert receipt == Receipt("SM1", "accepted", 0)
    assert twilio.requests[0][2]["MessagingServiceSid"] == ["MG1"]
    assert "From" not in twilio.requests[0][2]


@pytest.mark.parametrize(
    ("machines", "detection"), [("leave_word", "DetectMessageEnd"), ("hang_up", "Enable"), ("ignore", None)]
)
def test_a_call_is_made_as_twilio_expects_it(twilio: Twilio, machines: Machines, detection: str | None) -> None:
    twilio.answers(201, {"sid": "CA1", "status": "queued"})
    assert gateway(twilio).call(MESSAGE, TO, ring_seconds=45, machines=machines) == Receipt("CA1", "queued", 0)
    _, path, form, _ = twilio.requests[0]
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert form == {
        "To": [TO],
        "From": ["+441632960000"],
        "Url": [f"https://line.example.org/twilio/voice/out?m={MESSAGE}"],
        "StatusCallback": [f"https://line.example.org/twilio/voice/status?m={MESSAGE}"],
        "Timeout": ["45"],
        **({"MachineDetection": [detection]} if detection else {}),
    }


def test_a_call_without_a_number_of_ours_is_for_a_person_to_mend(twilio: Twilio) -> None:
    service_only = gateway(twilio, TWILIO_MESSAGING_SERVICE_SID="MG1", TWILIO_NUMBER="")
    with pytest.raises(CarrierError) as raised:
        service_only.call(MESSAGE, TO, ring_seconds=40, machines="hang_up")
    assert service_only.fault(raised.value.code) is Fault.CONFIG
    assert not raised.value.ambiguous
    assert twilio.requests == []


@pytest.mark.parametrize(
    ("changes", "login"),
    [({}, f"{ACCOUNT}:a-token-for-tests"), ({"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "s"}, "SK1:s")],
)
def test_we_sign_in_with_the_token_or_the_api_key(twilio: Twilio, changes: dict[str, str], login: str) -> None:
    twilio.answers(201, text_of())
    gateway(twilio, **changes).text(MESSAGE, TO, WORDS)
    _, path, _, headers = twilio.requests[0]
    assert headers["Authorization"] == "Basic " + base64.b64encode(login.encode()).decode()
    assert ACCOUNT in path


def test_a_status_that_twilio_invents_tomorrow_ranks_below_everything(twilio: Twilio) -> None:
    twilio.answers(201, text_of(status="teleporting"))
    receipt = gateway(twilio).text(MESSAGE, TO, WORDS)
    assert (receipt.status, receipt.rank < min(TEXT_RANK.values())) == ("teleporting", True)


# --- refusals and silences ---


def error_of(twilio: Twilio) -> CarrierError:
    """Send a text and a call; return what they raise, which is the same."""
    way = gateway(twilio)
    with pytest.raises(CarrierError) as texted:
        way.text(MESSAGE, TO, WORDS)
    with pytest.raises(CarrierError) as rung:
        way.call(MESSAGE, TO, ring_seconds=40, machines="leave_word")
    assert (texted.value.code, texted.value.ambiguous) == (rung.value.code, rung.value.ambiguous)
    return texted.value


# status, what is answered; the code we go on with, and whether Twilio may have acted all the same
REFUSALS: list[tuple[int, object, int, bool]] = [
    (400, {"code": 21614, "message": "no mobile", "status": 400}, 21614, False),
    (400, {"code": 21610, "message": "unsubscribed", "status": 400, "details": {"a": 1}}, 21610, False),
    (401, {"code": 20003, "message": "Authenticate", "status": 401}, 20003, False),
    (404, {"code": 20404, "message": "not found", "status": 404}, 20404, False),
    (403, {"message": "no code at all", "status": 403}, 403, False),
    (400, {"type": "x", "title": "Bad", "status": 400, "code": 21211, "detail": "as RFC 9457 has it"}, 21211, False),
    (500, {"code": 20500, "message": "oops", "status": 500}, 20500, True),
    (503, {"code": 20503, "message": "away", "status": 503}, 20503, True),
    (502, "<html>Bad Gateway</html>", 502, True),
    (400, "<html>Bad Request</html>", 400, False),
    (201, "<html>hello</html>", 0, True),
    (200, "", 0, True),
    (307, "", 307, False),
]  # fmt: skip


@pytest.mark.parametrize(("status", "content", "code", "ambiguous"), REFUSALS)
def test_what_twilio_answers_instead(twilio: Twilio, status: int, content: object, code: int, ambiguous: bool) -> None:
    twilio.answers(status, content)
    error = error_of(twilio)
    assert (error.code, error.ambiguous) == (code, ambiguous)
    assert len(twilio.requests) == 2, "nothing is sent again down here"


@pytest.mark.parametrize(
    ("headers", "wait"), [({}, None), ({"Retry_After": "3"}, 3.0), ({"Retry_After": "soon"}, None)]
)
def test_busy_is_never_ambiguous_and_says_how_long(twilio: Twilio, headers: dict[str, str], wait: float | None) -> None:
    twilio.answers(429, {"code": 20429, "status": 429}, **headers)
    error = error_of(twilio)
    assert (error.code, error.ambiguous, error.retry_after) == (20429, False, wait)


@pytest.mark.parametrize("trouble", ["hang", "close"])
def test_an_answer_that_does_not_come_may_hide_a_text_that_was_sent(twilio: Twilio, trouble: str) -> None:
    twilio.answer = trouble
    error = error_of(twilio)
    assert error.ambiguous
    assert len(twilio.requests) == 2


def test_nobody_there_is_nobody_who_sent_it(twilio: Twilio) -> None:
    twilio.server.shutdown()
    twilio.server.server_close()
    error = error_of(twilio)
    assert (error.code, error.ambiguous) == (20503, False)


def test_no_error_and_no_log_holds_anybodys_words_or_number(
    twilio: Twilio, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    twilio.answers(201, text_of())
    gateway(twilio).text(MESSAGE, TO, WORDS)
    for status in (400, 500):
        twilio.answers(status, {"code": 21614, "message": f"To number {TO}: {WORDS}", "status": status})
        said.append(str(error_of(twilio)))
    twilio.answer = "close"
    said.append(str(error_of(twilio)))
    written = capfd.readouterr()
    for place in (caplog.text, written.out, written.err, *said):
        assert "heron" not in place
        assert "900123" not in place


# --- looking up ---

SINCE = datetime(2027, 1, 11, 12, 0, 0, 700000, tzinfo=UTC)
AT = format_datetime(SINCE.replace(microsecond=0))
BEFORE = format_datetime(SINCE - timedelta(seconds=2))

TEXTS = [
    ([], None),
    ([text_of(date_created=AT)], "SM1"),
    ([text_of(date_created=AT, date_sent=None, status="sent")], "SM1"),
    ([text_of(date_created=BEFORE)], None),
    ([text_of(body="something else", date_created=AT)], None),
    ([text_of(sid="SM2", body="other", date_created=AT), text_of(date_created=AT)], "SM1"),
]


@pytest.mark.parametrize(("listed", "sid"), TEXTS)
def test_a_text_is_found_on_twilios_list(twilio: Twilio, listed: list[dict[str, Any]], sid: str | None) -> None:
    twilio.answers(200, {"messages": listed, "next_page_uri": None})
    found = gateway(twilio).find_text(TO, WORDS, SINCE)
    assert (found.sid if found else None) == sid
    assert twilio.requests[0][2]["To"] == [TO]


@pytest.mark.parametrize(
    ("call", "sid"),
    [({"direction": "outbound-api", "date_created": AT}, "CA1"), ({"direction": "inbound", "date_created": AT}, None),
     ({"direction": "outbound-api", "date_created": BEFORE}, None), ({"direction": "outbound-api"}, "CA1")],
)  # fmt: skip
def test_a_call_is_found_on_twilios_list(twilio: Twilio, call: dict[str, Any], sid: str | None) -> None:
    twilio.answers(200, {"calls": [{"sid": "CA1", "status": "ringing", **call}], "next_page_uri": None})
    found = gateway(twilio).find_call(TO, SINCE)
    assert (found.sid if found else None) == sid


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_a_list_that_cannot_be_read_is_an_error_and_not_an_empty_list(twilio: Twilio, status: int) -> None:
    twilio.answers(status, "<html></html>")
    way = gateway(twilio)
    with pytest.raises(CarrierError):
        way.find_text(TO, WORDS, SINCE)
    with pytest.raises(CarrierError):
        way.find_call(TO, SINCE)
