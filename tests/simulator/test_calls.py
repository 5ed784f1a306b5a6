"""Calls: what the line is told, how a phone is rung, what TwiML does to a caller, and what a machine says."""

import threading
from typing import Any

import pytest
from flask import Response
from twilio.base.exceptions import TwilioRestException

from simulator.call_events import HungUp
from simulator.documents import Target
from tests.simulator.conftest import ACCOUNT, ANN, BEN, LINE, Sdk, Sim
from tests.simulator.standin import Seen, StandIn, twiml

EVENTS = ["initiated", "ringing", "answered", "completed"]


def said(call: Any) -> list[str]:
    return [heard["text"] for heard in call["heard"] if heard["kind"] == "say"]


def call_out(sim: Sim, line: StandIn, client: Sdk, **order: Any) -> str:
    order.setdefault("url", f"{line.url}/out")
    made = client.calls.create(
        **{"to": ANN, "from_": LINE, "status_callback": f"{line.url}/told", "status_callback_event": EVENTS, **order}
    )
    sim.settle()
    return str(made.sid)


def told(line: StandIn) -> list[str]:
    return [seen.form["CallStatus"] for seen in line.at("/told")]


# In


def test_what_the_first_request_of_a_call_says(sim: Sim, line: StandIn) -> None:
    call = sim.ring(ANN)
    form = line.at("/twilio/voice")[0].form
    geography = {
        f"{who}{what}": "GB" if what == "Country" else ""
        for who in ("From", "To", "Caller", "Called")
        for what in ("City", "State", "Zip", "Country")
    }
    assert form == {
        "CallSid": call["call_sid"],
        "AccountSid": ACCOUNT,
        "From": ANN,
        "Caller": ANN,
        "To": LINE,
        "Called": LINE,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        **geography,
    }


def test_an_empty_document_answers_and_hangs_up(sim: Sim, line: StandIn) -> None:
    assert sim.ring(ANN)["status"] == "completed"
    sim.settle()
    ended = line.at("/twilio/voice/status")[0].form
    assert (ended["CallStatus"], ended["SequenceNumber"], ended["CallbackSource"]) == (
        "completed",
        "0",
        "call-progress-events",
    )
    assert (ended["CallDuration"], ended["Duration"]) == ("0", "0")


def test_a_call_lasts_as_long_as_the_clock_says(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml('<Gather timeout="600"/>')
    call = sim.ring(ANN)
    sim.advance(61)
    sim.act(call, "hangup")
    sim.settle()
    ended = line.at("/twilio/voice/status")[0].form
    assert (ended["CallDuration"], ended["Duration"]) == ("61", "2")


@pytest.mark.parametrize(("attributes", "status"), [("", "no-answer"), (' reason="busy"', "busy")])
def test_a_rejected_call_is_never_answered(sim: Sim, line: StandIn, attributes: str, status: str) -> None:
    line.replies["/twilio/voice"] = twiml(f"<Reject{attributes}/>")
    call = sim.ring(ANN)
    assert (call["status"], call["answered"]) == (status, None)


def test_a_pause_before_anything_else_lets_it_ring(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml('<Pause length="6"/><Say>Hello.</Say>')
    call = sim.ring(ANN)
    assert call["status"] == "ringing"
    sim.advance(6)
    assert said(sim.of(ANN)["calls"][0]) == ["Hello."]


def test_who_hangs_up_while_it_rings_was_never_answered(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml('<Pause length="6"/><Say>Hello.</Say>')
    call = sim.act(sim.ring(ANN), "hangup")
    assert (call["status"], call["answered"], said(call)) == ("no-answer", None, [])
    sim.settle()
    assert line.at("/twilio/voice/status")[0].form["CallStatus"] == "no-answer"


def test_somebody_may_hide_their_number(sim: Sim, line: StandIn) -> None:
    sim.ring(ANN, caller_id="anonymous")
    assert line.at("/twilio/voice")[0].form["From"] == "anonymous"
    assert len(sim.of(ANN)["calls"]) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("", 500), 11200),
        (Response("<Response><Say>Hi</Response>", mimetype="text/xml"), 12100),
        (Response("no", mimetype="application/json"), 12300),
        (twiml("<Sing>La</Sing>"), 12200),
        (twiml('<Say loudly="true">Hi</Say>'), 12200),
        (twiml("<Say></Say>"), 13520),
        (twiml(f"<Say>{'a' * 5000}</Say>"), 13521),
        (twiml('<Say voice="man">Hi <break/> you</Say>'), 13520),
        (twiml("<Gather><Dial>+447700900102</Dial></Gather>"), 13320),
        (twiml("<Gather input=\"['dtmf', 'speech']\"/>"), 13326),
        (twiml('<Gather finishOnKey="ab"/>'), 13310),
        (twiml('<Gather numDigits="0"/>'), 13314),
        (twiml('<Gather timeout="soon"/>'), 13313),
        (twiml('<Gather speechTimeout="never"/>'), 13327),
        (twiml('<Gather method="PUT"/>'), 13312),
        (twiml("<Redirect></Redirect>"), 11100),
        (twiml("<Enqueue>support</Enqueue>"), 12200),
        (twiml("<Say>Hi</Say>stray words"), 12200),
        (twiml(f"<!--{'x' * 65_536}-->"), 11750),
    ],
)
def test_an_unusable_answer_is_an_application_error(sim: Sim, line: StandIn, answer: Response, code: int) -> None:
    line.replies["/twilio/voice"] = answer
    call = sim.ring(ANN)
    assert call["status"] == "completed"
    assert "application error" in said(call)[-1]
    assert sim.codes() == [code]


def test_the_fallback_of_a_number_takes_over(sim: Sim, line: StandIn) -> None:
    sim.network.line.numbers[LINE].voice_fallback = Target(f"{line.url}/fallback")
    line.replies["/twilio/voice"] = Response("", 503)
    line.replies["/fallback"] = twiml("<Say>Please ring again later.</Say>")
    assert said(sim.ring(ANN)) == ["Please ring again later."]
    form = line.at("/fallback")[0].form
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", f"{line.url}/twilio/voice")


def test_plain_words_are_read_out_and_sound_is_played(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = [
        Response("Just words.", mimetype="text/plain"),
        Response("<Response><Say>TwiML after all</Say></Response>", mimetype="text/plain"),
        Response(b"RIFF", mimetype="audio/x-wav"),
    ]
    assert said(sim.ring(ANN)) == ["Just words."]
    assert said(sim.ring(ANN)) == ["TwiML after all"]
    assert [heard["kind"] for heard in sim.ring(ANN)["heard"]] == ["ring", "play", "note"]


def test_redirects_end_somewhere(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml("<Redirect>/twilio/voice</Redirect>")
    call = sim.ring(ANN)
    assert call["status"] == "completed"
    assert 11215 in sim.codes()


def test_relative_urls_start_from_the_document_they_are_in(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml('<Redirect method="GET">deeper/one?x=1</Redirect>')
    line.replies["/twilio/deeper/one"] = twiml("<Redirect>two</Redirect>")
    line.replies["/twilio/deeper/two"] = twiml("<Redirect>/three</Redirect>")
    sim.ring(ANN)
    assert line.at("/twilio/deeper/one")[0].method == "GET"
    assert len(line.at("/three")) == 1


def test_cookies_last_for_one_call(sim: Sim, line: StandIn) -> None:
    def cookie(_seen: Seen) -> Response:
        answer = twiml("<Redirect>/next</Redirect>")
        answer.set_cookie("step", "1")
        return answer

    line.replies["/twilio/voice"] = cookie
    sim.ring(ANN)
    sim.ring(ANN)
    assert [seen.headers.get("Cookie") for seen in line.at("/next")] == ["step=1", "step=1"]
    assert [seen.headers.get("Cookie") for seen in line.at("/twilio/voice")] == [None, None]


def test_what_is_said_is_heard_without_its_marks(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml(
        '<Say voice="Polly.Amy" language="en-GB">Ring <say-as interpret-as="digits">116 123</say-as><break time="1s"/>'
        '<emphasis>any</emphasis> time, <sub alias="doctor">Dr</sub> Jones.</Say>'
        '<Pause length="3"/><Play digits="1w2"/>'
    )
    heard = sim.ring(ANN)["heard"]
    assert heard[1]["text"] == "Ring 1 1 6 1 2 3 … any time, doctor Jones."
    assert (heard[1]["voice"], heard[1]["language"]) == ("Polly.Amy", "en-GB")
    assert [(one["kind"], one["text"]) for one in heard[2:4]] == [("pause", "3 s"), ("play", "keys 1w2")]


# Gather


def gather(sim: Sim, line: StandIn, attributes: str = "", after: str = "<Say>Nothing heard.</Say>") -> Any:
    line.replies["/twilio/voice"] = twiml(f'<Gather action="/got" {attributes}><Say>Please.</Say></Gather>{after}')
    return sim.ring(ANN)


def got(line: StandIn) -> list[dict[str, str]]:
    keep = ("Digits", "SpeechResult", "Confidence", "CallStatus")
    return [{key: value for key, value in seen.form.items() if key in keep} for seen in line.at("/got")]


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ('numDigits="1"', "1", "1"),
        ('numDigits="4"', "12345", "1234"),
        ("", "12#", "12"),
        ('finishOnKey="*"', "1#2*", "1#2"),
        ('finishOnKey="" numDigits="3"', "1#*", "1#*"),
    ],
)
def test_keys_end_a_gather(sim: Sim, line: StandIn, attributes: str, keys: str, digits: str) -> None:
    call = gather(sim, line, attributes)
    sim.act(call, "press", digits=keys)
    assert got(line) == [{"Digits": digits, "CallStatus": "in-progress"}]


def test_keys_without_an_end_wait_for_more_and_then_count(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line, 'timeout="4"')
    call = sim.act(call, "press", digits="1")
    assert call["waiting"]["typed"] == "1"
    sim.advance(3)
    sim.act(call, "press", digits="2")
    sim.advance(3)
    assert got(line) == []
    sim.advance(2)
    assert got(line) == [{"Digits": "12", "CallStatus": "in-progress"}]


def test_silence_goes_on_to_the_next_verb_and_asks_nobody(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line)
    call = sim.act(call, "silence")
    assert said(call) == ["Please.", "Nothing heard."]
    assert got(line) == []


@pytest.mark.parametrize("deed", [("silence", {}), ("press", {"digits": "#"})])
def test_an_empty_result_is_sent_when_it_is_wanted(sim: Sim, line: StandIn, deed: tuple[str, dict[str, str]]) -> None:
    call = gather(sim, line, 'actionOnEmptyResult="true"')
    sim.act(call, deed[0], **deed[1])
    assert got(line) == [{"Digits": "", "CallStatus": "in-progress"}]


def test_only_the_end_key_is_as_good_as_nothing(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line)
    assert said(sim.act(call, "press", digits="#"))[-1] == "Nothing heard."


def test_words_come_out_tidied_and_with_a_confidence(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line, 'input="dtmf speech" language="en-GB" partialResultCallback="/partial"')
    sim.act(call, "say", text="yes I'm okay", confidence=0.75)
    assert got(line) == [{"SpeechResult": "Yes I'm okay.", "Confidence": "0.7500000", "CallStatus": "in-progress"}]
    sim.settle()
    assert line.at("/partial")[0].form["UnstableSpeechResult"] == "yes i'm okay"


def test_confidence_may_be_missing(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line, 'input="speech"')
    sim.act(call, "say", text="No!", confidence=None)
    assert got(line) == [{"SpeechResult": "No!", "CallStatus": "in-progress"}]


def test_what_is_not_listened_for_is_not_heard(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line)
    assert sim.act(call, "say", text="hello")["waiting"]["for"] == "gather"
    sim.act(call, "hangup")
    call = gather(sim, line, 'input="speech"')
    assert sim.act(call, "press", digits="1")["waiting"]["typed"] == ""
    assert got(line) == []


def test_the_first_kind_of_input_wins(sim: Sim, line: StandIn) -> None:
    call = gather(sim, line, 'input="dtmf speech"')
    sim.act(call, "press", digits="1")
    sim.act(call, "say", text="two")
    sim.act(call, "press", digits="#")
    assert got(line) == [{"Digits": "1", "CallStatus": "in-progress"}]


def test_hanging_up_with_keys_typed_is_told_and_its_answer_is_not_played(sim: Sim, line: StandIn) -> None:
    line.replies["/got"] = twiml("<Say>Never heard.</Say>")
    call = gather(sim, line)
    sim.act(call, "press", digits="56")
    call = sim.act(call, "hangup")
    assert got(line) == [{"Digits": "56", "CallStatus": "completed"}]
    assert said(call) == ["Please."]


def test_a_gather_without_an_action_comes_back_to_its_own_document(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = [twiml("<Gather numDigits='1'/>"), twiml("<Say>Round again.</Say>")]
    call = sim.ring(ANN)
    assert said(sim.act(call, "press", digits="1")) == ["Round again."]


def test_who_hangs_up_while_the_line_is_thinking_hears_no_more(sim: Sim, line: StandIn) -> None:
    thinking, may_answer = threading.Event(), threading.Event()

    def slow(_seen: Seen) -> Response:
        thinking.set()
        may_answer.wait(10)
        return twiml(f"<Dial>{BEN}</Dial>")

    line.replies["/got"] = slow
    call = gather(sim, line, 'numDigits="1"')
    press = threading.Thread(target=lambda: sim.act(call, "press", digits="1"))
    press.start()
    thinking.wait(10)
    hang = threading.Thread(target=lambda: sim.server.network.voice.act(sim.network.voice.calls[call["sid"]], HungUp()))
    hang.start()
    sim.network.wait_until(lambda: bool(sim.network.voice._actors[call["sid"]].inbox), 10)
    may_answer.set()
    press.join()
    hang.join()
    assert sim.get(f"/sim/calls/{call['sid']}")["status"] == "completed"
    assert sim.of(BEN)["calls"] == []


# Out


def test_an_outbound_call_is_told_step_by_step(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/out"] = twiml("<Gather/>")
    sid = call_out(sim, line, client)
    assert client.calls(sid).fetch().status == "ringing"
    call = sim.act(sim.get(f"/sim/calls/{sid}"), "answer")
    first = line.at("/out")[0].form
    assert (first["CallStatus"], first["Direction"]) == ("in-progress", "outbound-api")
    assert "AnsweredBy" not in first
    sim.act(call, "hangup")
    sim.settle()
    assert told(line) == ["initiated", "ringing", "in-progress", "completed"]
    assert [seen.form["SequenceNumber"] for seen in line.at("/told")] == ["0", "1", "2", "3"]
    assert "CallDuration" not in line.at("/told")[2].form


@pytest.mark.parametrize(
    ("behaviour", "status", "sip"),
    [("busy", "busy", "486"), ("reject", "busy", "486"), ("no-answer", "no-answer", "487")],
)
def test_a_phone_can_refuse_by_itself(
    sim: Sim, line: StandIn, client: Sdk, behaviour: str, status: str, sip: str
) -> None:
    sim.phone(ANN, "Ann", calls=behaviour)
    call_out(sim, line, client, timeout=10)
    sim.advance(16)
    sim.settle()
    assert told(line) == ["initiated", "ringing", status]
    assert line.at("/told")[-1].form["SipResponseCode"] == sip
    assert line.at("/out") == []


def test_an_unreachable_phone_fails_without_ringing(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/phones", number=ANN, kind="unreachable")
    call_out(sim, line, client)
    assert told(line) == ["initiated", "failed"]


def test_an_engaged_phone_is_busy(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/twilio/voice"] = twiml('<Gather timeout="600"/>')
    sim.ring(ANN)
    call_out(sim, line, client)
    assert told(line)[-1] == "busy"


@pytest.mark.parametrize(("deed", "status"), [("busy", "busy"), ("decline", "busy"), ("silence", "no-answer")])
def test_somebody_can_refuse_at_the_phone(sim: Sim, line: StandIn, client: Sdk, deed: str, status: str) -> None:
    sid = call_out(sim, line, client)
    assert sim.act({"sid": sid}, deed)["status"] == status


def test_only_what_was_asked_for_is_told(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="answer")
    call_out(sim, line, client, status_callback_event=None)
    assert told(line) == ["completed"]


def test_a_document_can_come_with_the_call(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="answer")
    sid = call_out(sim, line, client, url=None, twiml="<Response><Say>Hello.</Say></Response>")
    assert said(sim.get(f"/sim/calls/{sid}")) == ["Hello."]
    sid = call_out(sim, line, client, url=None, twiml="<Response><Redirect>/relative</Redirect></Response>")
    assert "application error" in said(sim.get(f"/sim/calls/{sid}"))[-1]
    assert sim.codes() == [11100]


@pytest.mark.parametrize(
    ("mode", "behaviour", "answered_by"),
    [
        ("Enable", {"calls": "answer"}, "human"),
        ("Enable", {"calls": "voicemail"}, "machine_start"),
        ("DetectMessageEnd", {"calls": "voicemail"}, "machine_end_beep"),
        ("Enable", {"calls": "answer", "answered_by": "unknown"}, "unknown"),
        ("Enable", {"calls": "answer", "answered_by": "fax"}, "fax"),
    ],
)
def test_detection_says_who_answered_before_the_line_is_asked(
    sim: Sim, line: StandIn, client: Sdk, mode: str, behaviour: dict[str, str], answered_by: str
) -> None:
    sim.phone(ANN, "Ann", **behaviour)
    sid = call_out(sim, line, client, machine_detection=mode)
    assert line.at("/out")[0].form["AnsweredBy"] == answered_by
    assert line.at("/told")[-1].form["AnsweredBy"] == answered_by
    assert client.calls(sid).fetch().answered_by == answered_by


def test_detection_on_the_side_tells_four_things_and_no_numbers(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="voicemail")
    line.replies["/out"] = twiml("<Gather/>")
    sid = call_out(
        sim,
        line,
        client,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{line.url}/amd",
    )
    assert "AnsweredBy" not in line.at("/out")[0].form
    assert line.at("/amd")[0].form == {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "AnsweredBy": "machine_start",
        "MachineDetectionDuration": "4000",
    }


def test_voicemail_hears_it_all_and_says_nothing(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="voicemail", voicemail_greeting="Ann is out.")
    line.replies["/out"] = twiml("<Gather timeout='3'><Say>Press 1.</Say></Gather><Say>Goodbye.</Say>")
    sid = call_out(sim, line, client)
    sim.advance(4)
    call = sim.get(f"/sim/calls/{sid}")
    assert (call["status"], call["machine"]) == ("completed", True)
    assert [heard["text"] for heard in call["heard"] if heard["who"] == "phone"] == ["Ann is out."]
    assert said(call) == ["Press 1.", "Goodbye."]


def test_a_queued_call_that_is_called_off_is_never_told_of(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/settings", calls_per_second=1)
    call_out(sim, line, client, to=BEN)
    sid = call_out(sim, line, client)
    line.seen.clear()
    assert client.calls(sid).fetch().status == "queued"
    client.calls(sid).update(status="canceled")
    sim.settle()
    assert client.calls(sid).fetch().status == "canceled"
    sim.advance(5)
    assert told(line) == []


def test_calls_start_one_a_second_and_know_how_long_they_queued(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/settings", calls_per_second=1)
    numbers = [f"+44770090020{n}" for n in range(3)]
    made = [call_out(sim, line, client, to=number) for number in numbers]
    statuses = [client.calls(sid).fetch().status for sid in made]
    assert statuses == ["ringing", "queued", "queued"]
    sim.advance(1)
    assert client.calls(made[1]).fetch().status == "ringing"
    sim.advance(1)
    third = client.calls(made[2]).fetch()
    assert (third.status, third.queue_time) == ("ringing", "2000")


def test_a_ringing_call_can_be_called_off_and_a_live_one_hung_up(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/out"] = twiml("<Gather/>")
    sid = call_out(sim, line, client)
    client.calls(sid).update(status="canceled")
    sim.settle()
    assert told(line)[-1] == "canceled"
    sid = call_out(sim, line, client)
    sim.act({"sid": sid}, "answer")
    with pytest.raises(TwilioRestException) as raised:
        client.calls(sid).update(status="canceled")
    assert raised.value.code == 21220
    client.calls(sid).update(status="completed")
    sim.settle()
    assert client.calls(sid).fetch().status == "completed"
    with pytest.raises(TwilioRestException) as raised:
        client.calls(sid).update(twiml="<Response/>")
    assert raised.value.code == 21220


def test_a_live_call_can_be_sent_elsewhere(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/out"] = twiml("<Gather/>")
    line.replies["/elsewhere"] = twiml("<Say>Now here.</Say><Gather/>")
    sid = call_out(sim, line, client)
    sim.act({"sid": sid}, "answer")
    client.calls(sid).update(url=f"{line.url}/elsewhere")
    sim.settle()
    assert said(sim.get(f"/sim/calls/{sid}")) == ["Now here."]
    client.calls(sid).update(twiml="<Response><Say>The end.</Say></Response>")
    sim.settle()
    assert client.calls(sid).fetch().status == "completed"


def test_a_call_ends_at_its_time_limit(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/out"] = twiml('<Gather timeout="900"/>')
    sid = call_out(sim, line, client, time_limit=60)
    sim.act({"sid": sid}, "answer")
    sim.advance(61)
    assert client.calls(sid).fetch().duration == "60"


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"to": "banana"}, 21211),
        ({"from_": "banana"}, 21212),
        ({"from_": BEN}, 21210),
        ({"url": None}, 21205),
        ({"url": "nowhere"}, 21205),
        ({"status_callback": "nowhere"}, 21205),
        ({"timeout": 601}, 21208),
        ({"status_callback_event": ["sometimes"]}, 21626),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": "+15005550001"}, 21212),
    ],
)
def test_what_twilio_refuses_is_refused(
    sim: Sim, line: StandIn, client: Sdk, order: dict[str, object], code: int
) -> None:
    with pytest.raises(TwilioRestException) as raised:
        client.calls.create(**{"to": ANN, "from_": LINE, "url": f"{line.url}/out", **order})
    assert (raised.value.code, raised.value.status) == (code, 400)
    assert sim.of(ANN)["calls"] == []


# While the clock runs


def test_what_is_said_takes_as_long_as_it_takes_to_say(sim: Sim, line: StandIn) -> None:
    sim.post("/sim/clock", frozen=False)
    line.replies["/twilio/voice"] = twiml(f"<Say>{'word ' * 260}</Say><Pause length='30'/><Hangup/>")
    call = sim.ring(ANN)
    assert call["waiting"]["for"] == "speech"
    sim.advance(99)
    assert [heard["kind"] for heard in sim.get(f"/sim/calls/{call['sid']}")["heard"]] == ["ring", "say"]
    sim.advance(5)
    assert sim.get(f"/sim/calls/{call['sid']}")["heard"][-1]["kind"] == "pause"
    assert sim.act(call, "silence")["status"] == "completed"


def test_a_key_interrupts_what_is_said_inside_a_gather_and_nothing_before_it(sim: Sim, line: StandIn) -> None:
    sim.post("/sim/clock", frozen=False)
    line.replies["/twilio/voice"] = twiml(
        f'<Say>{"word " * 100}</Say><Gather numDigits="1" action="/got"><Say>{"word " * 100}</Say></Gather>'
    )
    call = sim.ring(ANN)
    sim.act(call, "press", digits="1")
    assert got(line) == []
    sim.advance(45)
    sim.act(call, "press", digits="2")
    assert got(line) == [{"Digits": "2", "CallStatus": "in-progress"}]


@pytest.mark.parametrize(
    ("behaviour", "rings", "status"),
    [("answer", 5, "in-progress"), ("voicemail", 15, "ringing"), ("voicemail", 25, "in-progress"), ("busy", 2, "busy")],
)
def test_a_phone_takes_its_time(
    sim: Sim, line: StandIn, client: Sdk, behaviour: str, rings: float, status: str
) -> None:
    sim.post("/sim/clock", frozen=False)
    sim.phone(ANN, "Ann", calls=behaviour)
    line.replies["/out"] = twiml('<Gather timeout="600"/>')
    sid = call_out(sim, line, client)
    sim.advance(rings)
    assert client.calls(sid).fetch().status == status


def test_a_phone_that_rings_too_short_never_reaches_its_voicemail(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/clock", frozen=False)
    sim.phone(ANN, "Ann", calls="voicemail")
    sid = call_out(sim, line, client, timeout=10)
    sim.advance(60)
    assert client.calls(sid).fetch().status == "no-answer"


def test_detection_holds_the_call_up(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/clock", frozen=False)
    sid = call_out(sim, line, client, machine_detection="Enable")
    assert sim.act({"sid": sid}, "answer")["waiting"]["for"] == "detection"
    assert line.at("/out") == []
    sim.advance(5)
    assert line.at("/out")[0].form["AnsweredBy"] == "human"


# Numbers that lead nowhere


def test_a_number_without_a_voice_url_says_so(sim: Sim) -> None:
    sim.network.line.numbers[LINE].voice = Target()
    assert "application error" in said(sim.ring(ANN))[-1]
    assert sim.codes() == [11100]


def test_a_document_that_comes_with_the_call_is_checked_too(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="answer")
    sid = call_out(sim, line, client, url=None, twiml="<Response><Sing/></Response>")
    assert "application error" in said(sim.get(f"/sim/calls/{sid}"))[-1]
    assert sim.codes() == [12200]
