"""The shortest way through each part: a text in, a text out, a call in, a call out, and the clock."""

from twilio.request_validator import RequestValidator

from tests.simulator.conftest import ANN, LINE, TOKEN, Sdk, Sim
from tests.simulator.standin import StandIn, twiml


def test_a_text_in_is_signed_and_its_reply_arrives(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml("<Message>Thank you, Ann.</Message>")
    result = sim.text(ANN, "hello")
    assert result["webhook_status"] == 200
    assert [reply["body"] for reply in result["replies"]] == ["Thank you, Ann."]
    sim.settle()
    seen = line.at("/twilio/sms")[0]
    assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])
    assert [(text["direction"], text["body"], text["status"]) for text in sim.of(ANN)["texts"]] == [
        ("out", "hello", "received"),
        ("in", "Thank you, Ann.", "delivered"),
    ]


def test_a_text_out_is_told_of_in_order(sim: Sim, line: StandIn, client: Sdk) -> None:
    sent = client.messages.create(to=ANN, from_=LINE, body="Hi", status_callback=f"{line.url}/twilio/sms/status?m=7")
    assert sent.status == "queued"
    sim.settle()
    told = line.at("/twilio/sms/status")
    assert [seen.form["MessageStatus"] for seen in told] == ["sent", "delivered"]
    assert all(RequestValidator(TOKEN).validate(s.url, s.form, s.headers["X-Twilio-Signature"]) for s in told)
    assert client.messages(sent.sid).fetch().status == "delivered"


def test_a_call_in_is_a_conversation(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml(
        '<Gather action="voice/menu" numDigits="1"><Say>Press 1 if you are well.</Say></Gather><Hangup/>'
    )
    line.replies["/twilio/voice/menu"] = twiml("<Say>Thank you. Goodbye.</Say><Hangup/>")
    call = sim.ring(ANN)
    assert call["waiting"]["for"] == "gather"
    call = sim.act(call, "press", digits="1")
    assert call["status"] == "completed"
    assert [heard["text"] for heard in call["heard"] if heard["kind"] == "say"] == [
        "Press 1 if you are well.",
        "Thank you. Goodbye.",
    ]
    assert line.at("/twilio/voice/menu")[0].form["Digits"] == "1"


def test_a_call_out_rings_until_it_is_answered(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/twilio/voice/hello"] = twiml("<Say>Hello Ann.</Say>")
    events = ["initiated", "ringing", "answered", "completed"]
    made = client.calls.create(
        to=ANN,
        from_=LINE,
        url=f"{line.url}/twilio/voice/hello",
        status_callback=f"{line.url}/twilio/voice/status?m=9",
        status_callback_event=events,
    )
    assert made.status == "queued"
    sim.settle()
    call = sim.get(f"/sim/calls/{made.sid}")
    assert call["waiting"]["for"] == "ring"
    assert sim.act(call, "answer")["status"] == "completed"
    sim.settle()
    told = [(s.form["SequenceNumber"], s.form["CallStatus"]) for s in line.at("/twilio/voice/status")]
    assert told == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]


def test_a_phone_nobody_answers_rings_out_on_the_rehearsals_clock(sim: Sim, line: StandIn, client: Sdk) -> None:
    made = client.calls.create(to=ANN, from_=LINE, url=f"{line.url}/x", timeout=20)
    sim.settle()
    sim.advance(24)
    assert client.calls(made.sid).fetch().status == "ringing"
    sim.advance(2)
    assert client.calls(made.sid).fetch().status == "no-answer"


def test_the_frozen_clock_moves_only_when_it_is_moved(sim: Sim) -> None:
    assert sim.get("/sim/clock")["now"] == "2026-06-01T12:00:00.000000+00:00"
    sim.advance(90)
    assert sim.get("/sim/clock")["now"] == "2026-06-01T12:01:30.000000+00:00"
