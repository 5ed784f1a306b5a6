"""Bad luck, with real processes: nothing is lost, nothing is sent twice, and what happened can be seen."""

import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from tests.stories.conftest import HARBOUR
from tests.stories.test_promises import leased, sent_once, texts_to, to_ten, wait_until
from tests.stories.town import ROOT, Phone, Town, stuck

# Everybody is asked at ten.
AT_TEN = HARBOUR.replace(
    "{ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}",
    "{ref: ben, name: Ben, phones: 07700 900111, streams: [checkins, buddy],\n"
    '     plan: {days: every day, at: "10:00", ladder: [text, staff]}}',
).replace(
    "{ref: joy, name: Joy, phones: 07700 900141, streams: [buddy]}",
    "{ref: joy, name: Joy, phones: 07700 900141, streams: [checkins, buddy],\n"
    '     plan: {days: every day, at: "10:00", ladder: [text, staff]}}',
)


def test_killed_before_the_lease_was_committed(ann: Phone, clock: Town) -> None:
    with stuck(clock, "owed", "leased"):
        to_ten(clock)
        wait_until(lambda: clock.scalar("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        clock.kill_worker()
        assert clock.scalar("SELECT status FROM messages WHERE direction = 'out'") == "owed"
        assert texts_to(clock, ann) == 0
    sent_once(ann, clock)


def everybody_was_asked_once(clock: Town, *phones: Phone) -> None:
    """Each of these phones has heard the question, and no more."""
    for phone in phones:
        phone.hears("How are you today?").hears_nothing()
    asked = "SELECT count(*), count(DISTINCT person_id) FROM messages WHERE direction = 'out' AND status = 'sent'"
    with clock.line.store.engine.connect() as connection:
        assert tuple(connection.execute(sa.text(asked)).one()) == (len(phones), len(phones))


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the server is not ours to crash")
def test_postgresql_restarted_in_the_middle_of_a_lot(ann: Phone, ben: Phone, clock: Town) -> None:
    """One of its processes is killed: the server throws everybody out, recovers from its log and starts anew."""
    joy = clock.loads(AT_TEN).phone("+447700900141", "Joy")
    clock.control("POST", "faults", {"fault": "callback-drop", "times": 3})
    clock.control("POST", "faults", {"fault": "rest-accept-then-hang", "seconds": 2, "times": 3})
    to_ten(clock)
    wait_until(lambda: leased(clock))
    lot = clock.scalar("SELECT count(*) FROM messages WHERE status = 'leased'")
    with clock.line.store.engine.connect() as connection:
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGKILL)
        connection.invalidate()
    clock.line.store.engine.dispose()
    wait_until(lambda: _is_up(clock))
    if not clock.worker.running:
        clock.worker.start()
    # The carrier took these. Who was not in the lot yet is asked when the clock ticks again.
    wait_until(lambda: sum(texts_to(clock, phone) for phone in (ann, ben, joy)) >= lot)
    clock.settles()
    clock.moves(minutes=4)
    everybody_was_asked_once(clock, ann, ben, joy)


def _is_up(clock: Town) -> bool:
    try:
        return bool(clock.scalar("SELECT 1"))
    except sa.exc.DBAPIError:
        clock.line.store.engine.dispose()
        return False


def test_redis_flushed_with_a_tick_and_its_jobs_in_it(ann: Phone, ben: Phone, clock: Town) -> None:
    joy = clock.loads(AT_TEN).phone("+447700900141", "Joy")
    clock.settles()
    clock.worker.kill()
    clock.control("POST", "clock", {"to": clock.now().replace(hour=10, minute=0).isoformat()})
    clock.tick()
    clock.redis.flushall()
    clock.worker.start()
    clock.settles()
    everybody_was_asked_once(clock, ann, ben, joy)


def test_the_clock_process_started_twice_asks_everybody_once(ann: Phone, ben: Phone, clock: Town) -> None:
    """The real schedule, in two real processes; it ticks by the machine's clock."""
    joy = clock.loads(AT_TEN).phone("+447700900141", "Joy")
    clock.settles()
    clock.control("POST", "clock", {"to": clock.now().replace(hour=10, minute=0).isoformat()})
    command = [sys.executable, "-m", "rq.cli", "cron", "--logging-level", "WARNING", "workers.schedule"]
    clocks = [subprocess.Popen(command, env=clock.environment, cwd=ROOT) for _ in range(2)]
    try:
        wait_until(lambda: sum(texts_to(clock, phone) for phone in (ann, ben, joy)) == 3)
        # Long enough for each to tick twice more.
        time.sleep(11)
        assert [process.poll() for process in clocks] == [None, None]
    finally:
        for process in clocks:
            process.kill()
            process.wait()
    clock.settles()
    everybody_was_asked_once(clock, ann, ben, joy)


# What the carrier may do with one request; our own patience is three seconds.
CARRIER: dict[str, dict[str, object]] = {
    "HTML for an answer": {"fault": "rest-html", "status": 200},
    "HTML of a proxy": {"fault": "rest-html", "status": 502},
    "nothing": {"fault": "rest-reset"},
    "nothing, slowly": {"fault": "rest-hang", "seconds": 5},
    "takes it and never says so": {"fault": "rest-accept-then-hang", "seconds": 5},
}


@pytest.mark.parametrize("how", CARRIER)
@pytest.mark.parametrize("callbacks", ["come", "never"])
def test_whatever_the_carrier_answers_the_text_comes_once(ann: Phone, clock: Town, how: str, callbacks: str) -> None:
    if callbacks == "never":
        clock.control("POST", "faults", {"fault": "callback-drop", "times": 2})
    clock.control("POST", "faults", {**CARRIER[how], "only": "POST"})
    clock.moves_to("10:00")
    clock.moves(minutes=3)
    ann.hears("How are you today?").hears_nothing()
    assert clock.scalar("SELECT status FROM messages WHERE direction = 'out'") == "sent"


def test_without_any_callback_the_text_stands_as_the_carrier_left_it(ann: Phone, clock: Town) -> None:
    clock.control("POST", "faults", {"fault": "callback-drop"})
    clock.moves_to("10:00")
    clock.moves(minutes=5)
    ann.hears("How are you today?").hears_nothing()
    assert clock.scalar("SELECT status || ' ' || carrier_status FROM messages WHERE direction = 'out'") == "sent queued"
