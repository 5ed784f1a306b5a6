"""`python -m simulator`: starts, says where it is, stops when told, and says in one sentence what it cannot do."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

SERVICE = "MG" + "b2" * 16


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "simulator", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        yield process, found.group()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_it_starts_serves_and_stops() -> None:
    start = ("--frozen", "--start", "2026-06-01T12:00:00Z")
    with running(*start, "--messaging-service", SERVICE, "--advanced-opt-out", "--opt-out-words", "stop") as (_, url):
        state = requests.get(f"{url}/sim/state", timeout=10).json()
        page = requests.get(url, timeout=10)
    assert state["now"] == "2026-06-01T12:00:00.000000+00:00"
    assert (state["frozen"], state["line"]["messaging_service"]) == (True, SERVICE)
    assert state["settings"]["opt_out_words"] == ["HELP", "START", "STOP", "UNSTOP"]
    assert "script-src" not in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_an_unconnected_number_has_no_webhooks_and_a_key_may_ask() -> None:
    account = "AC" + "a1" * 16
    with running("--unconnected", "--account-sid", account, "--api-key", "SKkey:secret") as (_, url):
        path = f"{url}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"
        (number,) = requests.get(path, auth=("SKkey", "secret"), timeout=10).json()["incoming_phone_numbers"]
    assert (number["sms_url"], number["voice_url"]) == ("", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--number", "07700900000"), "full international form"),
        (("--app-url", "line.example.org"), "not an http or https address"),
        (("--start", "teatime"), "not a time"),
        (("--timezone", "Atlantis/Sunken"), "not a time zone"),
        (("--advanced-opt-out",), "needs --messaging-service"),
    ],
)
def test_an_option_that_makes_no_sense_is_one_sentence_and_2(options: tuple[str, ...], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_one_sentence_and_1() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        command = [sys.executable, "-m", "simulator", "--port", str(held.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
