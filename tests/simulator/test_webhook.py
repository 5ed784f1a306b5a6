"""How the network asks the line: what it waits for, what it tries again, what it makes of an answer."""

import socket
import time
from collections.abc import Iterator

import pytest
from flask import Response
from twilio.request_validator import RequestValidator

from simulator.documents import Target
from simulator.webhook import Manners, manners
from tests.simulator.conftest import ANN, LINE, TOKEN, Sim
from tests.simulator.standin import Seen, StandIn, twiml


def point(sim: Sim, sms: str, fallback: str = "") -> None:
    number = sim.network.line.numbers[LINE]
    number.sms, number.sms_fallback = Target(sms), Target(fallback)


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_a_fragment_changes_manners_within_their_limits() -> None:
    url, wanted = manners("https://h/p?q=1#ct=2000&rt=3000&tt=4000&rc=3&rp=5xx,rt", Manners())
    assert url == "https://h/p?q=1"
    assert wanted == Manners(2.0, 3.0, 4.0, 3, frozenset({"5xx", "rt"}))
    assert manners("https://h/p#ct=99&rt=15001&rc=6&rp=often", Manners())[1] == Manners()


def test_every_header_twilio_sends_is_there(sim: Sim, line: StandIn) -> None:
    sim.text(ANN, "hello")
    headers = line.at("/twilio/sms")[0].headers
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert headers["Accept"] == "*/*"
    assert headers["X-Home-Region"] == "us1"
    assert headers["Cache-Control"] == "max-age=259200"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["I-Twilio-Idempotency-Token"]
    sim.ring(ANN)
    voice = line.at("/twilio/voice")[0].headers
    assert voice["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"


def test_a_5xx_is_not_tried_again(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = Response("down", 503)
    assert sim.text(ANN, "hello")["webhook_status"] == 503
    assert len(line.at("/twilio/sms")) == 1
    assert sim.codes() == [11200]


def test_a_5xx_is_tried_again_when_the_fragment_says_so_with_the_same_token(sim: Sim, line: StandIn) -> None:
    point(sim, f"{line.url}/twilio/sms#rc=2&rp=5xx")
    line.replies["/twilio/sms"] = [Response("", 503), Response("", 500), twiml("<Message>There.</Message>")]
    result = sim.text(ANN, "hello")
    assert [reply["body"] for reply in result["replies"]] == ["There."]
    seen = line.at("/twilio/sms")
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in seen}) == 1
    assert [request.url for request in seen] == [f"{line.url}/twilio/sms"] * 3
    assert all(RequestValidator(TOKEN).validate(s.url, s.form, s.headers["X-Twilio-Signature"]) for s in seen)


def test_two_texts_never_share_a_token(sim: Sim, line: StandIn) -> None:
    sim.text(ANN, "one")
    sim.text(ANN, "two")
    first, second = line.at("/twilio/sms")
    assert first.headers["I-Twilio-Idempotency-Token"] != second.headers["I-Twilio-Idempotency-Token"]


def test_when_nobody_listens_the_fallback_is_told_why(sim: Sim, line: StandIn, nobody: str) -> None:
    point(sim, f"{nobody}/twilio/sms", f"{line.url}/fallback")
    line.replies["/fallback"] = twiml("<Message>We are having trouble.</Message>")
    result = sim.text(ANN, "hello")
    assert [reply["body"] for reply in result["replies"]] == ["We are having trouble."]
    told = line.at("/fallback")[0].form
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11205", f"{nobody}/twilio/sms")
    assert told["Body"] == "hello"


def test_an_answer_that_comes_too_late_counts_for_nothing(sim: Sim, line: StandIn) -> None:
    def slow(_seen: Seen) -> Response:
        time.sleep(1)
        return twiml("<Message>Late.</Message>")

    line.replies["/twilio/sms"] = slow
    line.replies["/fallback"] = twiml("<Message>In time.</Message>")
    point(sim, f"{line.url}/twilio/sms", f"{line.url}/fallback")
    sim.post("/sim/faults", fault="webhook-timeout", seconds=0.2)
    assert [reply["body"] for reply in sim.text(ANN, "hello")["replies"]] == ["In time."]
    assert line.at("/fallback")[0].form["ErrorCode"] == "11200"


def test_when_the_fallback_fails_too_nothing_more_happens(sim: Sim, line: StandIn) -> None:
    point(sim, f"{line.url}/twilio/sms", f"{line.url}/fallback")
    line.replies["/twilio/sms"] = line.replies["/fallback"] = Response("", 500)
    assert sim.text(ANN, "hello")["replies"] == []
    assert sim.codes() == [11200, 11200]


def test_redirects_are_followed_and_not_for_ever(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = Response("", 307, {"Location": "/moved"})
    line.replies["/moved"] = twiml("<Message>Found.</Message>")
    assert sim.text(ANN, "hello")["replies"][0]["body"] == "Found."
    assert line.at("/moved")[0].form["Body"] == "hello"
    line.replies["/moved"] = Response("", 307, {"Location": "/moved"})
    sim.text(ANN, "hello")
    assert sim.codes() == [11215]
    assert len(line.at("/moved")) == 1 + 10


def test_a_get_webhook_carries_everything_in_its_query(sim: Sim, line: StandIn) -> None:
    sim.network.line.numbers[LINE].sms = Target(f"{line.url}/twilio/sms?x=1", "GET")
    sim.text(ANN, "what’s on?")
    seen = line.at("/twilio/sms")[0]
    assert seen.method == "GET"
    assert seen.form["Body"] == "what’s on?"
    assert seen.form["x"] == "1"
    assert RequestValidator(TOKEN).validate(seen.url, {}, seen.headers["X-Twilio-Signature"])


def test_a_password_in_the_url_is_used_and_not_signed(sim: Sim, line: StandIn) -> None:
    point(sim, line.url.replace("http://", "http://ann:s3cret@") + "/twilio/sms")
    sim.text(ANN, "hello")
    seen = line.at("/twilio/sms")[0]
    assert seen.headers["Authorization"].startswith("Basic ")
    assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])


def test_cookies_belong_to_a_pair_of_numbers_for_four_hours(sim: Sim, line: StandIn) -> None:
    def cookie(_seen: Seen) -> Response:
        answer = twiml("")
        answer.set_cookie("turn", "1")
        return answer

    line.replies["/twilio/sms"] = cookie
    sim.text(ANN, "one")
    sim.text(ANN, "two")
    sim.advance(4 * 3600 + 1)
    sim.text(ANN, "three")
    sent = [seen.headers.get("Cookie") for seen in line.at("/twilio/sms")]
    assert sent == [None, "turn=1", None]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("<Response><Message>Hi</Response>", mimetype="text/xml"), 12100),
        (Response(" \n<Response/>", mimetype="text/xml"), 12100),
        (Response("<Answer/>", mimetype="text/xml"), 12102),
        (twiml("<Say>Hi</Say>"), 14110),
        (twiml('<Message colour="red">Hi</Message>'), 12200),
        (twiml("Hi"), 12200),
        (twiml("<Message>Hi</Message>" * 11), 14109),
        (Response("<Response>" + " " * 65_536 + "</Response>", mimetype="text/xml"), 11750),
        (Response('{"message": "Hi"}', mimetype="application/json"), 12300),
        (twiml("<Message></Message>"), 14103),
        (twiml(f"<Message>{'a' * 1601}</Message>"), 21617),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_with_twilios_code(
    sim: Sim, line: StandIn, answer: Response, code: int
) -> None:
    line.replies["/twilio/sms"] = answer
    assert sim.text(ANN, "hello")["replies"] == []
    assert sim.codes() == [code]


def test_plain_text_goes_to_the_phone_as_it_is(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = Response("Traceback, oh dear", mimetype="text/plain")
    assert [reply["body"] for reply in sim.text(ANN, "hello")["replies"]] == ["Traceback, oh dear"]


@pytest.mark.parametrize("answer", [Response("", 204), Response("", mimetype="text/xml"), twiml("")])
def test_an_empty_answer_is_no_reply(sim: Sim, line: StandIn, answer: Response) -> None:
    line.replies["/twilio/sms"] = answer
    assert sim.text(ANN, "hello")["replies"] == []
    assert sim.codes() == []


def test_one_text_can_reach_the_line_twice(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml("<Message>Once.</Message>")
    sim.post("/sim/faults", fault="webhook-duplicate")
    assert len(sim.text(ANN, "hello")["replies"]) == 1
    first, second = line.at("/twilio/sms")
    assert first.form == second.form
