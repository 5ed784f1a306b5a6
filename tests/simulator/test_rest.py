"""The REST API apart from sending: who may ask, lists and their pages, what can be changed, the shape of a refusal."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator.conftest import ACCOUNT, ANN, BEN, LINE, NOON, SECOND, SERVICE, TOKEN, Sdk, Sim, ToSimulator
from tests.simulator.standin import StandIn, twiml

SERVED = pytest.mark.parametrize("with_service", [True], indirect=True)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "0" * 32, TOKEN), (ACCOUNT, "")])
def test_nobody_is_let_in_without_the_right_password(sim: Sim, auth: tuple[str, str] | None) -> None:
    answer = sim._session.get(sim.url + MESSAGES, auth=auth, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


def test_an_api_key_is_as_good(sim: Sim) -> None:
    sim.network.line.secrets["SK" + "c3" * 16] = "its-secret"
    http = ToSimulator(sim.url)
    client: Sdk = Client("SK" + "c3" * 16, "its-secret", account_sid=ACCOUNT, http_client=http)
    assert client.api.accounts(ACCOUNT).fetch().status == "active"
    http.close()


@pytest.mark.parametrize(
    "path",
    [
        "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM00000000000000000000000000000000.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Calls/CA00000000000000000000000000000000.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE00000000000000000000000000000000.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/PN00000000000000000000000000000000.json",
        f"/2010-04-01/Accounts/{ACCOUNT}/Nothing.json",
        "/v1/Services/MG00000000000000000000000000000000",
    ],
)
def test_what_is_not_there_is_20404(sim: Sim, path: str) -> None:
    answer = sim._session.get(sim.url + path, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_texts_are_listed_newest_first_page_by_page(sim: Sim, client: Sdk) -> None:
    for n in range(5):
        client.messages.create(to=ANN, from_=LINE, body=f"number {n}")
        sim.advance(60)
    assert [message.body for message in client.messages.list(page_size=2)] == [f"number {n}" for n in (4, 3, 2, 1, 0)]
    page = client.messages.page(page_size=2)
    assert page.next_page_url is not None
    assert [message.body for message in page.next_page()] == ["number 2", "number 1"]
    assert [message.body for message in client.messages.list(limit=1)] == ["number 4"]


def test_texts_are_found_by_number_and_time(sim: Sim, client: Sdk) -> None:
    client.messages.create(to=ANN, from_=LINE, body="first")
    sim.settle()
    sim.advance(86_400)
    client.messages.create(to=BEN, from_=SECOND, body="second")
    sim.settle()

    def found(**filters: object) -> list[str]:
        return sorted(message.body for message in client.messages.list(**filters))

    assert found(to=ANN) == ["first"]
    assert found(from_=SECOND) == ["second"]
    assert found(to=ANN, from_=SECOND) == []
    assert found(date_sent=NOON.date()) == ["first"]
    assert found(date_sent_after=NOON + timedelta(hours=1)) == ["second"]
    assert found(date_sent_before=NOON + timedelta(hours=1)) == ["first"]
    sim.text(ANN, "hello")
    assert [message.direction for message in client.messages.list(to=LINE)] == ["inbound"]


def test_a_text_can_be_emptied_and_deleted(sim: Sim, client: Sdk) -> None:
    sent = client.messages.create(to=ANN, from_=LINE, body="private")
    sim.settle()
    assert client.messages(sent.sid).update(body="").body == ""
    assert client.messages(sent.sid).delete()
    with pytest.raises(TwilioRestException) as raised:
        client.messages(sent.sid).fetch()
    assert raised.value.code == 20404


def test_a_text_on_its_way_cannot_be_emptied_or_deleted(sim: Sim, client: Sdk) -> None:
    sim.phone(ANN, "Ann", texts="silent")
    sent = client.messages.create(to=ANN, from_=LINE, body="private")
    for deed in (lambda: client.messages(sent.sid).update(body=""), client.messages(sent.sid).delete):
        with pytest.raises(TwilioRestException) as raised:
            deed()
        assert raised.value.code == 20009


def test_calls_are_found_by_number_status_and_time(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.phone(ANN, "Ann", calls="busy")
    client.calls.create(to=ANN, from_=LINE, url=f"{line.url}/out")
    client.calls.create(to=BEN, from_=LINE, url=f"{line.url}/out")
    sim.settle()
    assert [call.to for call in client.calls.list(status="busy")] == [ANN]
    assert [call.to for call in client.calls.list(to=BEN)] == [BEN]
    assert client.calls.list(start_time_after=NOON + timedelta(days=1)) == []
    ringing, busy = (client.calls.list(status=status)[0] for status in ("ringing", "busy"))
    assert client.calls(busy.sid).delete()
    with pytest.raises(TwilioRestException):
        client.calls(ringing.sid).delete()


def test_a_numbers_webhooks_are_read_and_set(sim: Sim, line: StandIn, client: Sdk) -> None:
    (number,) = client.incoming_phone_numbers.list(phone_number=LINE)
    assert (number.sms_url, number.voice_url) == (f"{line.url}/twilio/sms", f"{line.url}/twilio/voice")
    assert number.capabilities["sms"] is True
    number.update(sms_url=f"{line.url}/elsewhere", sms_fallback_url=f"{line.url}/fallback", friendly_name="Check-in")
    sim.text(ANN, "hello")
    assert len(line.at("/elsewhere")) == 1
    again = client.incoming_phone_numbers(number.sid).fetch()
    assert (again.friendly_name, again.sms_fallback_url) == ("Check-in", f"{line.url}/fallback")


@SERVED
def test_a_services_webhook_can_replace_its_numbers(sim: Sim, line: StandIn, client: Sdk) -> None:
    service = client.messaging.v1.services(SERVICE).fetch()
    assert service.use_inbound_webhook_on_number is True
    service.update(inbound_request_url=f"{line.url}/service", use_inbound_webhook_on_number=False)
    sim.text(ANN, "hello")
    assert len(line.at("/service")) == 1
    numbers = client.messaging.v1.services(SERVICE).phone_numbers.list()
    assert [number.phone_number for number in numbers] == [LINE, SECOND]


@SERVED
def test_a_services_smart_encoding_and_status_callback_hold_for_its_texts(sim: Sim, line: StandIn, client: Sdk) -> None:
    client.messaging.v1.services(SERVICE).update(smart_encoding=True, status_callback=f"{line.url}/service/told")
    sent = client.messages.create(to=ANN, messaging_service_sid=SERVICE, body="I’m fine")
    sim.settle()
    assert sent.body == "I'm fine"
    assert len(line.at("/service/told")) == 3


def test_a_recording_can_be_deleted(sim: Sim, line: StandIn, client: Sdk) -> None:
    line.replies["/twilio/voice"] = twiml('<Record action="/recorded"/>')
    call = sim.ring(ANN)
    sim.act(call, "say", text="hello")
    sim.act(call, "hangup")
    sid = line.at("/recorded")[0].form["RecordingSid"]
    assert client.recordings(sid).fetch().call_sid == call["sid"]
    assert client.recordings(sid).delete()
    with pytest.raises(TwilioRestException):
        client.recordings(sid).fetch()


def test_a_bad_page_or_date_is_a_400(sim: Sim) -> None:
    sim.text(ANN, "hello")
    for query in ("PageSize=many", "DateSent=yesterday"):
        answer = sim._session.get(f"{sim.url}{MESSAGES}?{query}", auth=(ACCOUNT, TOKEN), timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
