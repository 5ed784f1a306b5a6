"""The line started as a charity would on a machine without systemd: honcho, one file of settings, and a text."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from checkin.demo.handsets import Handsets
from checkin.demo.network import Network
from checkin.demo.phones import DemoPhone
from checkin.demo.play import SMALL, free_ports
from tests.parts import environment

ROOT = Path(__file__).parent.parent
ANN = "+447700900101"
PATIENCE = 90.0


@contextmanager
def running(*command: str, log: Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and end it kindly at the end."""
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> dict[str, object]:
    """Wait until an address answers 200, and return its JSON."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            found = requests.get(url, timeout=5)
            if found.ok:
                return dict(found.json())
        except requests.RequestException:
            pass  # it does not listen yet
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer:\n{log.read_text()}")


@pytest.mark.timeout(300)
def test_honcho_starts_the_line_and_it_answers_a_text(empty_database_url: str, redis_url: str, tmp_path: Path) -> None:
    port = free_ports()
    network, line = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    # As a platform gives it.
    address = empty_database_url.replace("postgresql+psycopg://", "postgres://")
    settings = environment(address, REDIS_URL=redis_url, PUBLIC_URL=line, TWILIO_API_URL=network, WEB_CONCURRENCY="1")
    file = tmp_path / "line.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    ours = ("CHECKIN_", "TWILIO_", "RQ_", "DATABASE_", "REDIS_", "PUBLIC_", "PORT", "HOST", "PROMETHEUS_")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environ |= {"PATH": f"{Path(sys.executable).parent}:{environ['PATH']}", "PYTHONPATH": str(ROOT)}
    honcho = [str(shutil.which("honcho", path=environ["PATH"])), "-e", str(file)]
    for command in (["checkin", "db", "upgrade"], ["checkin", "load", str(SMALL)]):
        done = subprocess.run([*honcho, "run", *command], cwd=ROOT, env=environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    sid, token = settings["TWILIO_ACCOUNT_SID"], settings["TWILIO_AUTH_TOKEN"]
    simulator = [sys.executable, "-m", "simulator", "--port", str(port), "--app-url", line, "--account-sid", sid,
        "--auth-token", token, "--number", settings["TWILIO_NUMBER"]]  # fmt: skip
    log = tmp_path / "honcho.log"
    with (
        running(*simulator, log=tmp_path / "simulator.log", environ=environ),
        running(*honcho, "start", "-p", str(port + 1), "web", "worker", "clock", log=log, environ=environ) as process,
    ):
        assert answers(f"{line}/readyz", process, log)["ready"] is True
        phones = Handsets(Network(network), line)
        phones.network.place(DemoPhone(ANN, "Ann", "mobile"))
        phones.text(ANN, "next")
        heard: list[str] = []
        end = time.monotonic() + PATIENCE
        # Time runs here as it does in the world: an answer is on its way for a moment.
        while not heard and time.monotonic() < end:
            heard = [news.words for news in phones.news() if news.number == ANN]
            time.sleep(0.1)
        assert any("Leeds group meets next" in words for words in heard), (heard, log.read_text())
        assert all(f"{name}.1" in log.read_text() for name in ("web", "worker", "clock"))
    # Stopped kindly, it stops: nobody has to look for processes left behind.
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{line}/healthz", timeout=5)
    assert json.dumps(settings["CHECKIN_KEYS"]) not in log.read_text()
