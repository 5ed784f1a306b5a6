"""The promises of the house: each test fails when its promise is broken."""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import sqlalchemy as sa

from tests.stories.town import LINE, Phone, Town, stuck

FORM = {"MessageSid": "SM" + "1" * 32, "AccountSid": "AC" + "5" * 32, "From": "+447700900101", "To": LINE, "Body": "1",
    "FromState": ""}  # fmt: skip


def signed(town: Town, path: str, form: dict[str, str], token: str | None = None) -> dict[str, str]:
    """Return the header Twilio would send: HMAC-SHA1 over the address and the sorted form, blanks included."""
    secret = token or town.environment["TWILIO_AUTH_TOKEN"]
    payload = town.url + path + "".join(f"{k}{form[k]}" for k in sorted(form))
    return {
        "X-Twilio-Signature": base64.b64encode(hmac.digest(secret.encode(), payload.encode(), hashlib.sha1)).decode()
    }


def post(town: Town, form: dict[str, str], path: str = "/twilio/sms") -> requests.Response:
    """Post as Twilio does."""
    return requests.post(town.url + path, data=form, headers=signed(town, path, form), timeout=20)


def inbound(town: Town) -> int:
    """How many texts have been stored."""
    return int(town.scalar("SELECT count(*) FROM messages WHERE direction = 'in'"))


# --- 1: signatures ---


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/sms/status", "/twilio/voice", "/twilio/voice/key"])
def test_no_signature_or_a_wrong_one_leaves_no_trace_but_a_count(town: Town, path: str) -> None:
    counted = refused(town)
    assert requests.post(town.url + path, data=FORM, timeout=20).status_code == 403
    wrong = signed(town, path, FORM, token="somebody else's")
    assert requests.post(town.url + path, data=FORM, headers=wrong, timeout=20).status_code == 403
    changed = {**FORM, "Body": "2"}
    assert requests.post(town.url + path, data=changed, headers=signed(town, path, FORM), timeout=20).status_code == 403
    assert inbound(town) == 0
    assert town.scalar("SELECT count(*) FROM phones") == 6
    assert refused(town) == counted + 3


def refused(town: Town) -> float:
    """What /metrics says of refused webhooks."""
    lines = requests.get(f"{town.url}/metrics", timeout=20).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("checkin_webhooks_refused_total "))


def test_an_odd_address_is_checked_as_it_was_signed(town: Town) -> None:
    """Frameworks decode %2F and é; what Twilio signed is the address as it was configured."""
    path = "/twilio/sms?at=caf%C3%A9%2F1&q=it%27s"
    assert post(town, FORM, path).status_code == 200


# --- 2: once ---


def test_a_text_that_comes_twice_acts_once_and_is_answered_the_same(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    answers = {post(clock, FORM).content for _ in range(3)}
    assert len(answers) == 1
    assert b"Good to hear from you" in answers.pop()
    assert inbound(clock) == 1


def test_copies_that_come_at_the_same_moment_act_once(ann: Phone, clock: Town) -> None:
    form, answers = {**FORM, "Body": "not good"}, []
    threads = [threading.Thread(target=lambda: answers.append(post(clock, form).content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert inbound(clock) == 1
    assert ann


def test_a_step_of_a_call_that_is_asked_for_twice_acts_once(ann: Phone, town: Town) -> None:
    ann.rings().presses("3")
    form = {"CallSid": "CA" + "2" * 32, "AccountSid": "AC" + "5" * 32, "From": ann.number, "To": LINE,
        "CallStatus": "ringing"}  # fmt: skip
    first, second = (post(town, form, "/twilio/voice") for _ in range(2))
    assert first.content == second.content
    assert town.scalar("SELECT count(*) FROM messages WHERE medium = 'call'") == 2
    ann.hangs_up()


# --- 3: answered or retried ---


@contextmanager
def database_away(town: Town) -> Iterator[None]:
    """Throw everybody out of the database, and let nobody in."""
    name = town.scalar("SELECT current_database()")
    town.line.store.engine.dispose()
    server = sa.create_engine(
        sa.make_url(town.environment["DATABASE_URL"]).set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        try:
            yield
        finally:
            connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    server.dispose()


def test_without_the_database_the_carrier_is_told_to_try_the_fallback(town: Town) -> None:
    with database_away(town):
        assert post(town, FORM).status_code == 503
        assert requests.get(f"{town.url}/healthz", timeout=20).ok
        ready = requests.get(f"{town.url}/readyz", timeout=20)
        assert ready.status_code == 503
        assert ready.json()["parts"]["database"] is False
    assert post(town, FORM).status_code == 200
    assert inbound(town) == 1


def test_without_redis_texts_are_answered_and_what_is_owed_goes_out_later(ann: Phone, sue: Phone, town: Town) -> None:
    town.redis_away()
    try:
        town.control("POST", f"phones/{ann.number}/text", {"body": "i want to end it all"})
        wait_until(lambda: texts_to(town, ann) == 1)
        ann.hears("999")
        assert town.scalar("SELECT count(*) FROM timers WHERE kind = 'open' AND topic = 'page'") == 1
    finally:
        town.redis_back()
    town.settles()
    sue.hears("needs a person now")


# --- 5: no text lost, none twice ---


def texts_to(town: Town, phone: Phone) -> int:
    """How many texts the carrier took for a phone."""
    return sum(t["direction"] == "in" for t in town.state_of(phone.number)["texts"])


def sent_once(ann: Phone, clock: Town) -> None:
    """After the lease has run out and the carrier has been asked, the text was sent exactly once."""
    clock.worker.start()
    clock.moves(minutes=3)
    ann.hears("How are you today?").hears_nothing()
    assert clock.scalar("SELECT count(*) FROM messages WHERE status = 'sent' AND direction = 'out'") == 1
    assert clock.scalar("SELECT sid FROM messages WHERE direction = 'out'")


def wait_until(true: object, seconds: float = 60) -> None:
    """Wait for a function to say yes."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]  # a plain callable
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def to_ten(clock: Town) -> None:
    """Make it ten o'clock and ring for a tick, without waiting for what follows."""
    clock.settles()
    clock.control("POST", "clock", {"to": clock.now().replace(hour=10, minute=0).isoformat()})
    clock.tick()


def leased(clock: Town) -> bool:
    """Tell whether a worker holds the text."""
    return bool(clock.scalar("SELECT count(*) FROM messages WHERE status = 'leased'"))


def test_killed_with_the_text_in_its_hands_before_the_carrier_has_it(ann: Phone, clock: Town) -> None:
    clock.control("POST", "faults", {"fault": "rest-hang", "seconds": 30})
    to_ten(clock)
    wait_until(lambda: leased(clock))
    clock.kill_worker()
    assert texts_to(clock, ann) == 0
    sent_once(ann, clock)


def test_killed_after_the_carrier_took_it_and_before_its_answer(ann: Phone, clock: Town) -> None:
    clock.control("POST", "faults", {"fault": "callback-drop"})
    clock.control("POST", "faults", {"fault": "rest-accept-then-hang", "seconds": 30})
    to_ten(clock)
    wait_until(lambda: texts_to(clock, ann) == 1)
    clock.kill_worker()
    sent_once(ann, clock)


def test_killed_between_the_carriers_answer_and_our_commit(ann: Phone, clock: Town) -> None:
    clock.control("POST", "faults", {"fault": "callback-drop"})
    with stuck(clock, "leased", "sent"):
        to_ten(clock)
        wait_until(lambda: clock.scalar("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        clock.kill_worker()
        assert texts_to(clock, ann) == 1
    sent_once(ann, clock)


def test_a_time_out_is_looked_up_and_not_repeated(ann: Phone, clock: Town) -> None:
    clock.control("POST", "faults", {"fault": "callback-drop"})
    clock.control("POST", "faults", {"fault": "rest-accept-then-reset"})
    clock.moves_to("10:00")
    clock.moves(minutes=2)
    ann.hears("How are you today?").hears_nothing()
    assert clock.scalar("SELECT status FROM messages WHERE direction = 'out'") == "sent"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_carrier_in_trouble_is_tried_again(ann: Phone, clock: Town, status: int) -> None:
    clock.control("POST", "faults", {"fault": "rest-status", "status": status, "only": "POST"})
    clock.moves_to("10:00")
    clock.moves(minutes=3)
    ann.hears("How are you today?").hears_nothing()


# --- 6: status only moves forward ---


@pytest.mark.parametrize("fault", ["callback-shuffle", "callback-duplicate", "callback-before-response"])
def test_callbacks_in_any_order_end_in_delivered(ann: Phone, clock: Town, fault: str) -> None:
    clock.control("POST", "faults", {"fault": fault})
    clock.moves_to("10:00")
    ann.hears("How are you today?").hears_nothing()
    assert clock.scalar("SELECT carrier_status FROM messages WHERE direction = 'out'") == "delivered"
    assert clock.scalar("SELECT status FROM messages WHERE direction = 'out'") == "sent"


def test_a_landline_is_rung_instead(ann: Phone, clock: Town) -> None:
    clock.phone(ann.number, "Ann", kind="landline")
    clock.moves_to("10:00")
    ann.is_rung().answers().presses("1").is_told("How are you today").presses("1").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "good"


def test_an_opt_out_the_carrier_knows_of_stops_texts_and_tells_staff(ann: Phone, clock: Town) -> None:
    clock.control("POST", f"phones/{ann.number}/behaviour", {"texts": "failed:21610"})
    clock.moves_to("10:00")
    ann.is_rung().answers().presses("1").presses("1").hangs_up()
    assert clock.scalar("SELECT text_blocked FROM people WHERE ref = 'ann'")
    assert clock.scalar("SELECT reason FROM cases") == "carrier_opt_out"


# --- 8: a fault of ours cannot lose the flag ---


def test_danger_is_kept_when_handling_it_fails(ann: Phone, sue: Phone, town: Town) -> None:
    """The conversation's stored state is broken: everything that reads it raises."""
    with town.line.store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE people SET state = '{\"open\": true, \"threads\": 5}' WHERE ref = 'ann'"))
    town.control("POST", f"phones/{ann.number}/text", {"body": "i am going to kill myself"})
    town.settles()
    ann.hears("999")
    sue.hears("needs a person now")
    assert town.scalar("SELECT severity FROM cases") == "red"


# --- 10: sealed ---


def test_numbers_names_and_words_are_sealed_and_in_no_log(ann: Phone, town: Town) -> None:
    ann.texts("the heron is back on the pond").hears("a person will read this")
    with town.line.store.engine.connect() as connection:
        for table in ("people", "phones", "messages", "case_events", "consents"):
            for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(table))):
                whole = repr(tuple(row))
                assert "heron" not in whole
                assert "900101" not in whole
                assert "Ann" not in whole
    for log in ("web", "worker"):
        written = (town.logs / f"{log}.log").read_text(encoding="utf-8")
        assert "heron" not in written
        assert "900101" not in written


# --- 11: a stopped clock shows ---


def test_a_stopped_clock_fails_readyz(town: Town) -> None:
    town.tick()
    town.settles()
    assert requests.get(f"{town.url}/readyz", timeout=20).ok
    town.control("POST", "clock", {"advance": 300})
    answer = requests.get(f"{town.url}/readyz", timeout=20)
    assert answer.status_code == 503
    assert answer.json()["parts"]["clock"] is False
