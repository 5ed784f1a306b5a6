"""Texts in both directions: what the webhooks carry, how a text travels, and how a carrier hears STOP first."""

import time
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator.optout import DEFAULT_WORDS, OptOut
from tests.simulator.conftest import ACCOUNT, ANN, BEN, LANDLINE, LINE, NOON, SECOND, SERVICE, Sdk, Sim
from tests.simulator.standin import Seen, StandIn, twiml

SERVED = pytest.mark.parametrize("with_service", [True], indirect=True)


def refused(client: Sdk, **order: object) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(**order)
    return int(raised.value.code or 0), raised.value.status


# In


def test_what_an_inbound_text_says(sim: Sim, line: StandIn) -> None:
    result = sim.text(ANN, "hello")
    form = line.at("/twilio/sms")[0].form
    sid = result["message_sid"]
    assert sid.startswith("SM")
    assert len(sid) == 34
    assert form == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": ANN,
        "To": LINE,
        "Body": "hello",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "FromCity": "",
        "FromState": "",
        "FromZip": "",
        "FromCountry": "GB",
        "ToCity": "",
        "ToState": "",
        "ToZip": "",
        "ToCountry": "GB",
    }


@SERVED
def test_a_messaging_service_names_itself(sim: Sim, line: StandIn) -> None:
    sim.text(ANN, "hello")
    assert line.at("/twilio/sms")[0].form["MessagingServiceSid"] == SERVICE


def test_a_picture_without_words_has_no_body(sim: Sim, line: StandIn) -> None:
    result = sim.text(ANN, "", media=2)
    form = line.at("/twilio/sms")[0].form
    assert result["message_sid"].startswith("MM")
    assert "Body" not in form
    assert form["NumMedia"] == "2"
    assert form["MediaContentType1"] == "image/png"
    picture = sim._session.get(form["MediaUrl0"], timeout=5)
    assert picture.content.startswith(b"\x89PNG")


def test_an_empty_text_has_an_empty_body(sim: Sim, line: StandIn) -> None:
    sim.text(ANN, "")
    assert line.at("/twilio/sms")[0].form["Body"] == ""


def test_a_short_code_or_a_name_may_write(sim: Sim, line: StandIn) -> None:
    sim.phone("60777")
    sim.text("60777", "You have won")
    form = line.at("/twilio/sms")[0].form
    assert (form["From"], form["FromCountry"]) == ("60777", "")


def test_words_arrive_as_they_were_written(sim: Sim, line: StandIn) -> None:
    words = "  café & crème=? \u200f\u05e9\u05dc\u05d5\u05dd 👍\nsecond line "
    sim.text(ANN, words)
    assert line.at("/twilio/sms")[0].form["Body"] == words


def test_a_reply_can_go_elsewhere_and_be_told_of(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml(
        f'<Message to="{BEN}" from="{SECOND}" action="/told?x=1"><Body>For Ben</Body></Message><Message>Lost</Message>'
    )
    result = sim.text(ANN, "hello")
    sim.settle()
    assert [reply["body"] for reply in result["replies"]] == ["For Ben"]
    assert [text["from"] for text in sim.of(BEN)["texts"]] == [SECOND]
    assert [seen.form["MessageStatus"] for seen in line.at("/told")] == ["sent", "delivered"]


def test_a_redirect_asks_again_and_nothing_after_it_is_reached(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml("<Redirect>sms/again</Redirect><Message>Never</Message>")
    line.replies["/twilio/sms/again"] = twiml("<Message>Yes</Message>")
    assert [reply["body"] for reply in sim.text(ANN, "hello")["replies"]] == ["Yes"]
    line.replies["/twilio/sms/again"] = twiml("<Redirect>again</Redirect>")
    sim.text(ANN, "hello")
    assert sim.codes() == [11215]


def test_a_text_to_a_number_that_is_not_ours_is_refused(sim: Sim) -> None:
    assert "not a number of the line" in sim.post(f"/sim/phones/{ANN}/text", 400, body="hi", to=BEN)["error"]


# Out


def test_from_a_number_the_first_callback_is_sent(sim: Sim, line: StandIn, client: Sdk) -> None:
    sent = client.messages.create(to=ANN, from_=LINE, body="Hi", status_callback=f"{line.url}/told?m=7")
    assert (sent.status, sent.num_segments, sent.from_, sent.messaging_service_sid) == ("queued", "1", LINE, None)
    assert sent.price is None
    sim.settle()
    first, last = line.at("/told")
    assert first.url.endswith("/told?m=7")
    assert first.form == {
        "MessageSid": sent.sid,
        "SmsSid": sent.sid,
        "MessageStatus": "sent",
        "SmsStatus": "sent",
        "To": ANN,
        "From": LINE,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    }
    assert last.form["MessageStatus"] == "delivered"
    assert last.form["RawDlrDoneDate"] == "2606011200"
    assert sim.of(ANN)["texts"][0]["arrived"]


@SERVED
def test_from_a_service_it_is_accepted_and_then_given_a_sender(sim: Sim, line: StandIn, client: Sdk) -> None:
    order = {"messaging_service_sid": SERVICE, "body": "Hi", "status_callback": f"{line.url}/told"}
    sent = client.messages.create(to=ANN, **order)
    assert (sent.status, sent.num_segments, sent.from_) == ("accepted", "0", None)
    sim.settle()
    told = [(seen.form["MessageStatus"], seen.form["From"]) for seen in line.at("/told")]
    assert told == [("queued", LINE), ("sent", LINE), ("delivered", LINE)]
    assert all(seen.form["MessagingServiceSid"] == SERVICE for seen in line.at("/told"))
    assert client.messages(sent.sid).fetch().num_segments == "1"
    client.messages.create(to=BEN, **order)
    client.messages.create(to=ANN, **order)
    sim.settle()
    assert [text["from"] for text in sim.of(ANN)["texts"]] == [LINE, LINE]
    assert [text["from"] for text in sim.of(BEN)["texts"]] == [SECOND]


@pytest.mark.parametrize(
    ("behaviour", "callbacks", "arrived"),
    [
        ("deliver", [("sent", None), ("delivered", None)], True),
        ("sent-only", [("sent", None)], True),
        ("silent", [], False),
        ("undelivered:30003", [("sent", None), ("undelivered", "30003")], False),
        ("undelivered:30005", [("sent", None), ("undelivered", "30005")], False),
        ("undelivered:30006", [("sent", None), ("undelivered", "30006")], False),
        ("failed:30007", [("failed", "30007")], False),
        ("failed:30008", [("failed", "30008")], False),
    ],
)
def test_what_becomes_of_a_text_is_up_to_the_phone(
    sim: Sim,
    line: StandIn,
    client: Sdk,
    behaviour: str,
    callbacks: list[tuple[str, str | None]],
    arrived: bool,
) -> None:
    sim.phone(ANN, "Ann", texts=behaviour)
    sent = client.messages.create(to=ANN, from_=LINE, body="Hi", status_callback=f"{line.url}/told")
    sim.settle()
    assert [(s.form["MessageStatus"], s.form.get("ErrorCode")) for s in line.at("/told")] == callbacks
    assert bool(sim.of(ANN)["texts"][0]["arrived"]) is arrived
    code = callbacks[-1][1] if callbacks else None
    assert client.messages(sent.sid).fetch().error_code == (None if code is None else int(code))


@SERVED
def test_a_landline_is_refused_to_a_number_and_undelivered_from_a_service(sim: Sim, line: StandIn, client: Sdk) -> None:
    assert refused(client, to=LANDLINE, from_=LINE, body="Hi") == (21614, 400)
    client.messages.create(to=LANDLINE, messaging_service_sid=SERVICE, body="Hi", status_callback=f"{line.url}/t")
    sim.settle()
    assert line.at("/t")[-1].form["ErrorCode"] == "30006"


def test_a_phone_nobody_expected_shows_itself(sim: Sim, client: Sdk) -> None:
    client.messages.create(to="+447700900777", from_=LINE, body="Hi")
    strangers = [phone["number"] for phone in sim.get("/sim/state")["phones"] if phone["stranger"]]
    assert strangers == ["+447700900777"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"from_": LINE, "body": "Hi"}, 21604),
        ({"to": ANN, "body": "Hi"}, 21603),
        ({"to": ANN, "from_": LINE}, 21602),
        ({"to": ANN, "from_": LINE, "body": "a" * 1601}, 21617),
        ({"to": "banana", "from_": LINE, "body": "Hi"}, 21211),
        ({"to": "07700900101", "from_": LINE, "body": "Hi"}, 21211),
        ({"to": "+4477009001", "from_": LINE, "body": "Hi"}, 21211),
        ({"to": LINE, "from_": LINE, "body": "Hi"}, 21211),
        ({"to": ANN, "from_": "07700 900000", "body": "Hi"}, 21212),
        ({"to": ANN, "from_": BEN, "body": "Hi"}, 21606),
        ({"to": ANN, "messaging_service_sid": SERVICE, "body": "Hi"}, 21705),
        ({"to": ANN, "from_": LINE, "media_url": ["https://h/p.png"] * 11}, 21623),
        ({"to": ANN, "from_": LINE, "body": "Hi", "status_callback": "https://under_score.example.org/x"}, 21609),
        ({"to": ANN, "from_": LINE, "body": "Hi", "status_callback": "nowhere"}, 21609),
        ({"to": ANN, "from_": LINE, "body": "Hi", "validity_period": 36_001}, 21624),
        ({"to": ANN, "from_": LINE, "body": "Hi", "validity_period": 0}, 21624),
        ({"to": ANN, "from_": LINE, "body": "Hi", "schedule_type": "fixed"}, 35111),
        ({"to": "+15005550001", "from_": LINE, "body": "Hi"}, 21211),
        ({"to": "+15005550002", "from_": LINE, "body": "Hi"}, 21612),
        ({"to": "+15005550003", "from_": LINE, "body": "Hi"}, 21408),
        ({"to": "+15005550004", "from_": LINE, "body": "Hi"}, 21610),
        ({"to": "+15005550009", "from_": LINE, "body": "Hi"}, 21614),
        ({"to": ANN, "from_": "+15005550001", "body": "Hi"}, 21212),
        ({"to": ANN, "from_": "+15005550007", "body": "Hi"}, 21606),
        ({"to": ANN, "from_": "+15005550008", "body": "Hi"}, 21611),
    ],
)
def test_what_twilio_refuses_is_refused(sim: Sim, client: Sdk, order: dict[str, object], code: int) -> None:
    assert refused(client, **{"to": None, **order}) == (code, 400)
    assert sim.of(ANN)["texts"] == []


def test_the_magic_sender_works(sim: Sim, client: Sdk) -> None:
    assert client.messages.create(to=ANN, from_="+15005550006", body="Hi").status == "queued"
    sim.settle()


def test_the_carrier_makes_quotes_plain_when_asked_to(sim: Sim, client: Sdk) -> None:
    sent = client.messages.create(to=ANN, from_=LINE, body="I’m fine…", smart_encoded=True)
    assert (sent.body, sent.num_segments) == ("I'm fine...", "1")
    sim.settle()


@SERVED
def test_a_scheduled_text_waits_and_can_be_called_off(sim: Sim, client: Sdk) -> None:
    order = {"messaging_service_sid": SERVICE, "body": "Later", "schedule_type": "fixed"}
    kept = client.messages.create(to=ANN, send_at=NOON + timedelta(hours=1), **order)
    dropped = client.messages.create(to=BEN, send_at=NOON + timedelta(hours=1), **order)
    assert kept.status == "scheduled"
    assert client.messages(dropped.sid).update(status="canceled").status == "canceled"
    sim.advance(3599)
    assert client.messages(kept.sid).fetch().status == "scheduled"
    sim.advance(2)
    assert client.messages(kept.sid).fetch().status == "delivered"
    assert client.messages(dropped.sid).fetch().status == "canceled"
    with pytest.raises(TwilioRestException) as raised:
        client.messages(kept.sid).update(status="canceled")
    assert raised.value.code == 30409
    assert refused(client, to=ANN, send_at=NOON + timedelta(seconds=299), **order) == (35114, 400)
    assert refused(client, to=ANN, send_at=NOON + timedelta(days=36), **order) == (35114, 400)
    assert refused(client, to=ANN, from_=LINE, body="x", schedule_type="fixed", send_at=NOON) == (35118, 400)


# What the carrier hears first


@pytest.mark.parametrize("word", [word for word, kind in DEFAULT_WORDS.items() if kind is OptOut.STOP])
def test_a_word_that_stops_is_confirmed_passed_on_and_final(sim: Sim, line: StandIn, client: Sdk, word: str) -> None:
    result = sim.text(ANN, f" {word.lower()} ")
    assert [(reply["from_carrier"], reply["body"][:26]) for reply in result["replies"]] == [
        (True, "You have successfully been")
    ]
    assert "OptOutType" not in line.at("/twilio/sms")[0].form
    assert refused(client, to=ANN, from_=LINE, body="Hi") == (21610, 400)
    assert client.messages.create(to=ANN, from_=SECOND, body="Another number").status == "queued"
    sim.settle()


def test_a_word_inside_a_sentence_stops_nothing(sim: Sim, client: Sdk) -> None:
    assert sim.text(ANN, "stop please")["replies"] == []
    assert client.messages.create(to=ANN, from_=LINE, body="Hi").status == "queued"
    sim.settle()


def test_a_reply_to_stop_does_not_arrive(sim: Sim, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml('<Message action="/told">Sorry to see you go</Message>')
    sim.text(ANN, "STOP")
    sim.settle()
    arrived = [text["body"] for text in sim.of(ANN)["texts"] if text["direction"] == "in" and text["arrived"]]
    assert [body[:26] for body in arrived] == ["You have successfully been"]
    assert line.at("/told")[-1].form["ErrorCode"] == "21610"
    assert 21610 in sim.codes()


def test_yes_means_nothing_to_the_carrier_unless_the_phone_had_stopped(sim: Sim, client: Sdk) -> None:
    assert sim.text(ANN, "YES")["replies"] == []
    sim.text(ANN, "STOP")
    assert sim.text(ANN, "stop")["replies"] == []
    assert sim.text(ANN, "yes")["replies"][0]["from_carrier"]
    assert client.messages.create(to=ANN, from_=LINE, body="Hi").status == "queued"
    sim.settle()


def test_help_gets_the_carriers_words_too(sim: Sim) -> None:
    assert sim.text(ANN, "help")["replies"][0]["from_carrier"]


@SERVED
def test_in_a_service_a_stop_is_for_all_its_numbers_and_shows_later(sim: Sim, line: StandIn, client: Sdk) -> None:
    sim.text(ANN, "STOP", to=SECOND)
    assert refused(client, to=ANN, from_=LINE, body="Hi") == (21610, 400)
    sent = client.messages.create(to=ANN, messaging_service_sid=SERVICE, body="Hi", status_callback=f"{line.url}/t")
    assert sent.status == "accepted"
    sim.settle()
    assert [(seen.form["MessageStatus"], seen.form.get("ErrorCode")) for seen in line.at("/t")] == [
        ("queued", None),
        ("failed", "21610"),
    ]


@SERVED
def test_advanced_opt_out_says_what_it_heard_and_can_be_pruned(sim: Sim, line: StandIn) -> None:
    sim.post("/sim/settings", advanced_opt_out=True, opt_out_words=["STOP", "HELP"])
    for word in ("END", "YES", "STOP", "START", "help"):
        sim.text(ANN, word)
    heard = [seen.form.get("OptOutType") for seen in line.at("/twilio/sms")]
    assert heard == [None, None, "STOP", "START", "HELP"]


# Time


def test_while_the_clock_runs_a_text_takes_a_moment(sim: Sim, client: Sdk) -> None:
    sim.post("/sim/clock", frozen=False)
    sent = client.messages.create(to=ANN, from_=LINE, body="Hi")
    assert client.messages(sent.sid).fetch().status == "queued"
    sim.advance(10)
    assert client.messages(sent.sid).fetch().status == "delivered"


def test_callbacks_of_one_text_never_overtake_each_other(sim: Sim, line: StandIn, client: Sdk) -> None:
    order: list[str] = []

    def slow_first(seen: Seen) -> str:
        status = seen.form["MessageStatus"]
        order.append(f"{status} came")
        if status == "sent":
            time.sleep(0.3)
        order.append(f"{status} answered")
        return ""

    line.replies["/told"] = slow_first
    client.messages.create(to=ANN, from_=LINE, body="Hi", status_callback=f"{line.url}/told")
    sim.settle()
    assert order == ["sent came", "sent answered", "delivered came", "delivered answered"]
