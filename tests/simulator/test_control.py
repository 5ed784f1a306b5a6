"""The control API's own edges: phones come and go, mistakes get a sentence, and a reset forgets."""

import json
import threading

import pytest
from twilio.request_validator import RequestValidator

from simulator.clock import Clock
from simulator.network import Network
from simulator.server import Server
from tests.simulator.conftest import ANN, LANDLINE, NOON, TOKEN, Sim, make_line
from tests.simulator.standin import StandIn, twiml


def test_a_phone_is_added_changed_and_taken_away(sim: Sim) -> None:
    sim.phone("+447700900109", "Eve", calls="voicemail")
    sim.post("/sim/phones", number="+447700900109", name="Eve B.")
    phone = sim.of("+447700900109")
    assert (phone["name"], phone["kind"], phone["behaviour"]["calls"]) == ("Eve B.", "mobile", "voicemail")
    assert sim.delete("/sim/phones/+447700900109") == 204
    assert sim.delete("/sim/phones/+447700900109") == 404


def test_a_geographic_number_is_a_landline(sim: Sim) -> None:
    assert sim.post("/sim/phones", number=LANDLINE, name="Carys")["kind"] == "landline"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sim/phones", {}, 400),
        ("/sim/phones", {"number": ANN, "kind": "fax"}, 400),
        (f"/sim/phones/{ANN}/behaviour", {"calls": "explode"}, 400),
        (f"/sim/phones/{ANN}/behaviour", {"texts": "undelivered:3"}, 400),
        (f"/sim/phones/{ANN}/behaviour", {"answered_by": "ghost"}, 400),
        (f"/sim/phones/{ANN}/behaviour", {"colour": "red"}, 400),
        ("/sim/phones/+447700900999/text", {"body": "hi"}, 404),
        (f"/sim/phones/{ANN}/text", {"body": 7}, 400),
        ("/sim/calls/CA1/answer", {}, 404),
        ("/sim/settings", {"advanced_opt_out": True}, 400),
        ("/sim/nothing", {}, 404),
    ],
)
def test_a_mistake_gets_a_sentence(sim: Sim, path: str, body: dict[str, object], status: int) -> None:
    answer = sim._session.post(sim.url + path, json=body, timeout=5)
    assert answer.status_code == status
    if path != "/sim/nothing":
        assert answer.json()["error"]


def test_what_cannot_be_done_at_a_phone_now_is_refused(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml("<Gather/>")
    call = sim.ring(ANN)
    path = f"/sim/calls/{call['sid']}"
    assert "not ringing" in sim.post(f"{path}/answer", 409)["error"]
    assert "digits" in sim.post(f"{path}/press", 400, digits="A")["error"]
    assert "nobody can" in sim.post(f"{path}/sing", 404)["error"]
    sim.act(call, "hangup")
    assert "over" in sim.post(f"{path}/hangup", 409)["error"]


def test_state_shows_what_is_pending(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml('<Gather timeout="7"/>')
    sim.ring(ANN)
    pending = [entry["due"] for entry in sim.get("/sim/state")["pending"]]
    assert pending[0] == "2026-06-01T12:00:07.000000+00:00"


def test_a_reset_forgets_everything_but_the_line_and_the_time(sim: Sim) -> None:
    sim.text(ANN, "STOP")
    sim.advance(60)
    state = sim.post("/sim/reset")
    assert (state["phones"], state["opted_out"], state["pending"]) == ([], [], [])
    assert state["now"] == "2026-06-01T12:01:00.000000+00:00"


def test_a_reset_can_begin_at_another_time(sim: Sim) -> None:
    assert sim.post("/sim/reset", start="2026-01-05T08:00", zone="Europe/London")["now"].startswith("2026-01-05T08:00")


def test_events_say_when_something_changes(sim: Sim) -> None:
    with sim._session.get(f"{sim.url}/sim/events", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(chunk_size=1)

        def version() -> int:
            data = next(text for text in lines if text.startswith(b"data: "))
            return int(json.loads(data[6:])["version"])

        first = version()
        threading.Thread(target=sim.network.touch).start()
        assert version() > first


def test_a_line_behind_another_name_is_signed_by_that_name(line: StandIn) -> None:
    public = "https://line.example.org"
    network = Network(make_line(line.url, public_url=public), clock=Clock(start=NOON, frozen=True))
    server = Server(network)
    server.start()
    driver = Sim(server)
    driver.phone(ANN, "Ann")
    driver.text(ANN, "hello")
    driver.close()
    server.close()
    seen = line.at("/twilio/sms")[0]
    assert seen.url == f"{public}/twilio/sms"
    assert RequestValidator(TOKEN).validate(seen.url, seen.form, seen.headers["X-Twilio-Signature"])


def test_another_sites_page_may_not_drive_the_phones(sim: Sim) -> None:
    for origin, status in (("https://elsewhere.example.org", 403), (sim.url, 200)):
        answer = sim._session.post(f"{sim.url}/sim/reset", headers={"Origin": origin}, timeout=5)
        assert answer.status_code == status


def test_a_timer_that_breaks_does_not_stop_time(sim: Sim, caplog: pytest.LogCaptureFixture) -> None:
    rung: list[int] = []

    def breaks() -> None:
        raise RuntimeError("on purpose")

    sim.network.timers.after(5, breaks, "a broken one")
    sim.network.timers.after(6, lambda: rung.append(1))
    sim.advance(10)
    assert rung == [1]
    assert "a broken one" in caplog.text
