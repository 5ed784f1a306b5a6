"""Faults on request: each is seen from the other side, through Twilio's own SDK or the line's webhooks."""

from concurrent.futures import ThreadPoolExecutor
from json import JSONDecodeError

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from simulator.faults import Fault
from simulator.page import FAULTS
from tests.simulator.conftest import ANN, BEN, LINE, Sdk, Sim
from tests.simulator.standin import Seen, StandIn


def send(client: Sdk, line: StandIn, to: str = ANN) -> str:
    sent = client.messages.create(to=to, from_=LINE, body="Hi", status_callback=f"{line.url}/told")
    return str(sent.sid)


def told(line: StandIn) -> list[str]:
    return [seen.form["MessageStatus"] for seen in line.at("/told")]


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503), (401, 20003)])
def test_an_error_for_the_next_so_many_requests(sim: Sim, line: StandIn, client: Sdk, status: int, code: int) -> None:
    sim.post("/sim/faults", fault="rest-status", status=status, times=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as raised:
            send(client, line)
        assert (raised.value.status, raised.value.code) == (status, code)
    assert send(client, line)
    sim.settle()
    assert len(sim.of(ANN)["texts"]) == 1


def test_a_page_of_html_where_json_should_be(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="rest-html", status=200)
    with pytest.raises(JSONDecodeError):
        send(client, line)
    sim.post("/sim/faults", fault="rest-html", status=502)
    with pytest.raises((TwilioRestException, JSONDecodeError)):
        send(client, line)
    assert sim.of(ANN)["texts"] == []


def test_a_hang_and_a_reset_do_nothing(sim: Sim, line: StandIn, hasty: Sdk) -> None:
    sim.post("/sim/faults", fault="rest-hang", seconds=3)
    with pytest.raises(requests.Timeout):
        send(hasty, line)
    sim.post("/sim/faults", fault="rest-reset")
    with pytest.raises(requests.ConnectionError):
        send(hasty, line)
    assert sim.of(ANN)["texts"] == []


def test_what_was_accepted_exists_though_the_answer_never_came(sim: Sim, line: StandIn, hasty: Sdk) -> None:
    sim.post("/sim/faults", fault="rest-accept-then-hang", seconds=3)
    with pytest.raises(requests.Timeout):
        send(hasty, line)
    sim.post("/sim/faults", fault="rest-accept-then-reset")
    with pytest.raises(requests.ConnectionError):
        send(hasty, line)
    sim.settle()
    assert len(hasty.messages.list(to=ANN)) == 2
    assert sorted(told(line)) == ["delivered", "delivered", "sent", "sent"]


def test_callbacks_in_the_opposite_order(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-shuffle")
    send(client, line)
    sim.settle()
    assert told(line) == ["delivered", "sent"]


def test_callbacks_twice(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-duplicate")
    send(client, line)
    sim.settle()
    assert told(line) == ["sent", "sent", "delivered", "delivered"]


def test_callbacks_that_do_not_come(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-drop")
    sid = send(client, line)
    sim.settle()
    assert told(line) == []
    assert client.messages(sid).fetch().status == "delivered"


def test_callbacks_that_come_late(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-delay", seconds=600)
    send(client, line)
    sim.settle()
    assert told(line) == []
    sim.advance(601)
    sim.settle()
    assert sorted(told(line)) == ["delivered", "sent"]


def test_callbacks_before_the_response(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-before-response")
    events: list[str] = []

    def note(seen: Seen) -> str:
        events.append(seen.form["MessageStatus"])
        return ""

    line.replies["/told"] = note
    send(client, line)
    events.append("answered")
    sim.settle()
    assert events == ["sent", "delivered", "answered"]


def test_a_calls_callbacks_misbehave_too(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="busy")
    sim.post("/sim/faults", fault="callback-shuffle")
    events = ["initiated", "ringing", "answered", "completed"]
    told_at, url = f"{line.url}/told", f"{line.url}/out"
    client.calls.create(to=ANN, from_=LINE, url=url, status_callback=told_at, status_callback_event=events)
    sim.settle()
    assert [seen.form["SequenceNumber"] for seen in line.at("/told")] == ["2", "1", "0"]
    sim.post("/sim/faults", fault="callback-before-response")
    client.calls.create(to=ANN, from_=LINE, url=url, status_callback=told_at)
    assert len(line.at("/told")) == 4


def test_a_fault_can_be_for_one_phone_or_one_kind_of_request(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-drop", only=BEN)
    sim.post("/sim/faults", fault="rest-status", only="/Calls")
    send(client, line)
    sim.settle()
    assert told(line) == ["sent", "delivered"]
    with pytest.raises(TwilioRestException):
        client.calls.create(to=ANN, from_=LINE, url=f"{line.url}/out")


def test_chance_strikes_again_and_again_but_not_always(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.post("/sim/faults", fault="callback-drop", chance=0.5)
    for _ in range(30):
        send(client, line)
    sim.settle()
    assert 0 < len(told(line)) < 60
    assert len(sim.get("/sim/faults")["faults"]) == 1


def test_too_many_requests_at_once(sim: Sim, client: Sdk) -> None:
    sim.post("/sim/settings", rest_concurrency=2)
    sim.post("/sim/faults", fault="rest-hang", seconds=2, times=2)

    def attempt(_turn: int) -> int:
        try:
            client.messages.list(limit=1)
        except TwilioRestException as error:
            return error.status
        except requests.ConnectionError:
            return 0
        except Exception as error:  # noqa: BLE001 - the SDK raises a bare error of its own for pages
            return int(error.args[1].status_code)
        return 200

    with ThreadPoolExecutor(4) as pool:
        hung = [pool.submit(attempt, turn) for turn in range(2)]
        sim.network.wait_until(lambda: sim.network.faults.listed() == [], 5)
        assert attempt(3) == 429
        assert [future.result() for future in hung] == [0, 0]
    assert attempt(4) == 200


def test_faults_are_listed_and_disarmed(sim: Sim) -> None:
    first = sim.post("/sim/faults", fault="rest-reset", times=None)["faults"][0]
    sim.post("/sim/faults", fault="callback-drop")
    assert sim.delete(f"/sim/faults/{first['id']}") == 200
    assert [fault["fault"] for fault in sim.get("/sim/faults")["faults"]] == ["callback-drop"]
    sim.delete("/sim/faults")
    assert sim.get("/sim/faults")["faults"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fault": "rain"},
        {"fault": "rest-reset", "times": 0},
        {"fault": "rest-reset", "chance": 2},
        {"fault": "rest-status", "status": "many"},
        {"fault": "rest-hang", "seconds": -1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sim: Sim, body: dict[str, object]) -> None:
    assert sim.post("/sim/faults", 400, **body)["error"]


def test_a_webhook_that_hangs_in_a_call_goes_to_the_fallback(sim: Sim, line: StandIn) -> None:
    sim.post("/sim/faults", fault="webhook-timeout", seconds=0.2, only=ANN)

    def slow(_seen: Seen) -> str:
        sim.network.closing.wait(1)
        return ""

    line.replies["/twilio/voice"] = slow
    call = sim.ring(ANN)
    assert "application error" in call["heard"][-2]["text"]


def test_the_page_has_words_for_every_fault() -> None:
    assert set(FAULTS) == set(Fault)
