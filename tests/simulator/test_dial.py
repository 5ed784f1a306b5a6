"""<Dial> and <Record>: two people connected through the line, and words left behind."""

import wave
from io import BytesIO
from typing import Any

import pytest

from tests.simulator.conftest import ACCOUNT, ANN, BEN, LINE, TOKEN, Sdk, Sim
from tests.simulator.standin import StandIn, twiml

WHISPER = '<Gather numDigits="1" action="/whisper/key"><Say>Ann is asking for you. Press 1.</Say></Gather><Hangup/>'


def dial(sim: Sim, line: StandIn, attributes: str = "", number: str = "", inner: str = BEN) -> Any:
    noun = f"<Number {number}>{inner}</Number>"
    line.replies["/twilio/voice"] = twiml(
        f'<Dial action="/dialled" callerId="{LINE}" {attributes}>{noun}</Dial><Say>Next.</Say>'
    )
    return sim.ring(ANN)


def leg(sim: Sim, number: str = BEN) -> Any:
    return sim.of(number)["calls"][-1]


def result(line: StandIn) -> dict[str, str]:
    return {k: v for k, v in line.at("/dialled")[-1].form.items() if k.startswith("Dial") or k == "CallStatus"}


def notes(call: Any) -> list[str]:
    return [heard["text"] for heard in call["heard"] if heard["kind"] == "note"]


def test_two_people_are_connected_under_the_lines_number(sim: Sim, line: StandIn) -> None:
    call = dial(sim, line)
    assert call["waiting"]["for"] == "dial"
    assert (leg(sim)["from"], leg(sim)["parent"]) == (LINE, call["sid"])
    sim.act(leg(sim), "answer")
    assert "connected to Ann" in notes(leg(sim))
    assert "connected to Ben" in notes(sim.get(f"/sim/calls/{call['sid']}"))
    sim.act(call, "say", text="hello Ben")
    assert [(heard["who"], heard["text"]) for heard in leg(sim)["heard"] if heard["kind"] == "speech"] == [
        ("other", "hello Ben")
    ]
    sim.advance(30)
    sim.act(leg(sim), "hangup")
    assert result(line) == {
        "CallStatus": "in-progress",
        "DialCallStatus": "completed",
        "DialCallSid": leg(sim)["sid"],
        "DialCallDuration": "30",
        "DialBridged": "true",
    }


def test_a_whisper_is_heard_first_and_a_key_accepts(sim: Sim, line: StandIn) -> None:
    line.replies["/whisper"] = twiml(WHISPER)
    line.replies["/whisper/key"] = twiml("")
    call = dial(sim, line, number='url="/whisper"')
    sim.act(leg(sim), "answer")
    assert line.at("/whisper")[0].form["ParentCallSid"] == call["sid"]
    assert line.at("/whisper")[0].form["Direction"] == "outbound-dial"
    assert sim.get(f"/sim/calls/{call['sid']}")["waiting"]["for"] == "dial"
    sim.act(leg(sim), "press", digits="1")
    assert sim.get(f"/sim/calls/{call['sid']}")["waiting"]["for"] == "bridge"


@pytest.mark.parametrize("deed", ["silence", "hangup"])
def test_a_whisper_turned_down_is_completed_and_not_bridged(sim: Sim, line: StandIn, deed: str) -> None:
    line.replies["/whisper"] = twiml(WHISPER)
    dial(sim, line, number='url="/whisper"')
    sim.act(leg(sim), "answer")
    sim.act(leg(sim), deed)
    assert (result(line)["DialCallStatus"], result(line)["DialBridged"]) == ("completed", "false")


def test_a_whisper_may_not_dial_on(sim: Sim, line: StandIn) -> None:
    line.replies["/whisper"] = twiml(f"<Dial>{ANN}</Dial>")
    dial(sim, line, number='url="/whisper"')
    sim.act(leg(sim), "answer")
    assert 12200 in sim.codes()
    assert result(line)["DialBridged"] == "false"


def test_voicemail_picking_up_counts_as_completed(sim: Sim, line: StandIn) -> None:
    sim.phone(BEN, "Ben", calls="voicemail")
    dial(sim, line)
    sim.act(leg(sim), "hangup")
    assert (result(line)["DialCallStatus"], result(line)["DialBridged"]) == ("completed", "true")


@pytest.mark.parametrize(("behaviour", "status"), [("busy", "busy"), ("reject", "busy")])
def test_a_phone_that_refuses(sim: Sim, line: StandIn, behaviour: str, status: str) -> None:
    sim.phone(BEN, "Ben", calls=behaviour)
    dial(sim, line)
    assert result(line)["DialCallStatus"] == status
    assert "DialCallDuration" not in result(line)


def test_nobody_answers_in_time_and_five_seconds_more(sim: Sim, line: StandIn) -> None:
    dial(sim, line, 'timeout="20"')
    sim.advance(24)
    assert line.at("/dialled") == []
    sim.advance(2)
    assert result(line)["DialCallStatus"] == "no-answer"
    assert "DialCallDuration" not in result(line)


def test_the_caller_gives_up(sim: Sim, line: StandIn) -> None:
    call = dial(sim, line)
    sim.act(call, "hangup")
    sim.settle()
    assert leg(sim)["status"] == "canceled"
    assert (result(line)["CallStatus"], result(line)["DialCallStatus"]) == ("completed", "canceled")


def test_without_an_action_the_next_verb_follows(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml(f"<Dial>{BEN}</Dial><Say>Next.</Say>")
    sim.phone(BEN, "Ben", calls="busy")
    assert [heard["text"] for heard in sim.ring(ANN)["heard"] if heard["kind"] == "say"] == ["Next."]


def test_the_first_of_several_to_answer_is_connected_and_the_others_stop_ringing(sim: Sim, line: StandIn) -> None:
    third = "+447700900103"
    line.replies["/twilio/voice"] = twiml(f"<Dial><Number>{BEN}</Number><Number>{third}</Number></Dial>")
    call = sim.ring(ANN)
    sim.act(leg(sim, third), "answer")
    sim.settle()
    assert leg(sim)["status"] == "canceled"
    assert sim.get(f"/sim/calls/{call['sid']}")["waiting"]["for"] == "bridge"


def test_one_after_another_when_that_is_asked_for(sim: Sim, line: StandIn) -> None:
    third = "+447700900103"
    line.replies["/twilio/voice"] = twiml(
        f'<Dial sequential="true"><Number>{BEN}</Number><Number>{third}</Number></Dial>'
    )
    sim.ring(ANN)
    assert leg(sim, third)["status"] == "queued"
    sim.act(leg(sim), "busy")
    sim.settle()
    assert leg(sim, third)["status"] == "ringing"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (f'<Dial callerId="+447700900555" action="/dialled">{BEN}</Dial>', 13214),
        ('<Dial action="/dialled">07700 900102</Dial>', 13223),
        ('<Dial action="/dialled"/>', 13223),
    ],
)
def test_a_dial_that_cannot_be_made_fails_and_the_call_goes_on(
    sim: Sim, line: StandIn, document: str, code: int
) -> None:
    line.replies["/twilio/voice"] = twiml(document)
    sim.ring(ANN)
    assert result(line)["DialCallStatus"] == "failed"
    assert sim.codes() == [code]


def test_a_star_ends_it_when_that_is_asked_for(sim: Sim, line: StandIn) -> None:
    call = dial(sim, line, 'hangupOnStar="true"')
    sim.act(leg(sim), "answer")
    sim.act(call, "press", digits="5")
    assert line.at("/dialled") == []
    sim.act(call, "press", digits="*")
    sim.settle()
    assert result(line)["DialCallStatus"] == "completed"


def test_a_conversation_ends_at_its_time_limit(sim: Sim, line: StandIn) -> None:
    dial(sim, line, 'timeLimit="60"')
    sim.act(leg(sim), "answer")
    sim.advance(61)
    assert result(line)["DialCallDuration"] == "60"


def test_the_dialled_leg_is_told_of_too(sim: Sim, line: StandIn) -> None:
    dial(sim, line, number='statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"')
    sim.act(leg(sim), "answer")
    sim.act(leg(sim), "hangup")
    sim.settle()
    assert [seen.form["CallStatus"] for seen in line.at("/leg")] == ["initiated", "ringing", "in-progress", "completed"]


# Record


def record(sim: Sim, line: StandIn, attributes: str = "") -> Any:
    line.replies["/twilio/voice"] = twiml(f'<Record action="/recorded" {attributes}/><Say>Nothing left.</Say>')
    return sim.ring(ANN)


def test_words_are_left_and_a_key_ends_them(sim: Sim, line: StandIn) -> None:
    call = record(sim, line, 'recordingStatusCallback="/status" transcribe="true" transcribeCallback="/words"')
    assert [heard["kind"] for heard in call["heard"]] == ["ring", "beep"]
    sim.act(call, "say", text="Please ring me back")
    sim.act(call, "press", digits="#")
    form = line.at("/recorded")[0].form
    assert (form["Digits"], form["RecordingDuration"]) == ("#", "1")
    sim.settle()
    status = line.at("/status")[0].form
    assert (status["RecordingStatus"], status["RecordingSource"]) == ("completed", "RecordVerb")
    assert line.at("/words")[0].form["TranscriptionText"] == "Please ring me back"
    sound = sim._session.get(form["RecordingUrl"] + ".wav", auth=(ACCOUNT, TOKEN), timeout=5)
    with wave.open(BytesIO(sound.content)) as recording:
        assert recording.getnframes() == recording.getframerate()
    assert sim._session.get(form["RecordingUrl"] + ".wav", timeout=5).status_code == 401
    assert sim._session.get(form["RecordingUrl"] + ".json", auth=(ACCOUNT, TOKEN), timeout=5).json()["channels"] == 1


def test_silence_after_words_ends_them_too(sim: Sim, line: StandIn) -> None:
    call = record(sim, line)
    sim.act(call, "say", text="Hello")
    sim.act(call, "silence")
    assert line.at("/recorded")[0].form["Digits"] == ""


def test_silence_from_the_start_leaves_no_recording(sim: Sim, line: StandIn) -> None:
    call = sim.act(record(sim, line, 'playBeep="false"'), "silence")
    assert line.at("/recorded") == []
    assert [heard["text"] for heard in call["heard"] if heard["kind"] == "say"] == ["Nothing left."]


def test_hanging_up_leaves_what_was_said(sim: Sim, line: StandIn) -> None:
    call = record(sim, line)
    sim.act(call, "say", text="Hello")
    sim.act(call, "hangup")
    form = line.at("/recorded")[0].form
    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
    sim.settle()
    assert line.at("/twilio/voice/status")[0].form["CallStatus"] == "completed"


def test_a_recorded_conversation_can_be_fetched(sim: Sim, line: StandIn) -> None:
    dial(sim, line, 'record="record-from-answer"')
    sim.act(leg(sim), "answer")
    sim.act(leg(sim), "hangup")
    form = line.at("/dialled")[0].form
    assert sim._session.get(form["RecordingUrl"], auth=(ACCOUNT, TOKEN), timeout=5).status_code == 200


def test_the_caller_hangs_up_on_a_conversation(sim: Sim, line: StandIn) -> None:
    call = dial(sim, line)
    sim.act(leg(sim), "answer")
    sim.act(leg(sim), "say", text="hello Ann")
    heard = sim.get(f"/sim/calls/{call['sid']}")["heard"]
    assert [one["text"] for one in heard if one["who"] == "other"] == ["hello Ann"]
    sim.act(call, "hangup")
    sim.settle()
    assert leg(sim)["status"] == "completed"
    assert (result(line)["CallStatus"], result(line)["DialCallStatus"]) == ("completed", "completed")


def test_the_line_ends_a_dial_by_sending_the_call_elsewhere(sim: Sim, line: StandIn, client: Sdk) -> None:
    call = dial(sim, line)
    client.calls(call["sid"]).update(twiml="<Response><Say>Never mind.</Say></Response>")
    sim.settle()
    assert leg(sim)["status"] == "canceled"
    assert line.at("/dialled") == []


def test_every_phone_of_a_dial_can_be_given_up_at_once(sim: Sim, line: StandIn) -> None:
    call = dial(sim, line)
    sim.act(call, "silence")
    sim.settle()
    assert result(line)["DialCallStatus"] == "no-answer"


def test_detection_on_a_dialled_phone_is_told_on_the_side(sim: Sim, line: StandIn) -> None:
    sim.phone(BEN, "Ben", calls="voicemail")
    dial(sim, line, number='machineDetection="Enable" amdStatusCallback="/amd"')
    sim.settle()
    assert line.at("/amd")[0].form["AnsweredBy"] == "machine_start"
