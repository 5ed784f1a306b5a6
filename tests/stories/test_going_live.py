"""From an empty database and no settings to a text that is answered: as somebody would do it on a bare machine."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyotp
import pytest
import requests

from checkin.bootstrap import open_line
from checkin.directory import helplines
from checkin.settings import file as files
from tests.services import Databases, RedisDatabases
from tests.stories.town import ROOT, Process, free_port

LINE, ANN = "+447700900000", "+447700900101"
ACCOUNT, TOKEN = "AC" + "5" * 32, "a-token-for-stories"
PASSWORD = "four quiet herons wading"
ORGANISATION = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota: [{ref: always, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440}]
"""
# What no rehearsal can have; and the auditor's first round comes within five minutes.
LEFT = {"settings", "auditor"}


class Machine:
    """A bare machine with the code on it, in a folder of its own."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.folder, self.file = folder, folder / "line.env"
        foreign = ("CHECKIN_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL")
        self.bare = {k: v for k, v in os.environ.items() if not k.startswith(foreign)} | {"PYTHONUNBUFFERED": "1"}
        self._stack = stack

    def starts(self, name: str, *command: str, **more: str) -> None:
        """Start a process as systemd would: with what is in the settings file, and nothing else of the line's."""
        process = Process([*command], {**self.bare, **files.read(self.file), **more}, self.folder / f"{name}.log")
        self._stack.callback(process.stop)

    def asks(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `checkin --settings FILE …`, whatever comes of it."""
        return subprocess.run(
            [sys.executable, "-m", "checkin.cli", "--settings", str(self.file), *arguments],
            env=self.bare, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def runs(self, *arguments: str) -> None:
        """Run `checkin --settings FILE …`, which goes well."""
        done = self.asks(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"

    def ticks(self, refs: Sequence[str]) -> None:
        """Tick these helplines as well, as the command does, without a process for each."""
        line = open_line(files.read(self.file))
        with line.store.work(line.clock()) as work:
            for ref in refs:
                helplines.check(work, ref, None)
        line.store.engine.dispose()

    def sets_up(self, **answers: str) -> str:
        """Run `checkin setup`, type in the code that the telephone shows, and return what was on the screen."""
        given = [f"--set={name}={value}" for name, value in answers.items()]
        process = subprocess.Popen(
            [sys.executable, "-m", "checkin.cli", "setup", "--file", str(self.file), *given,
             "--admin-email", "ada@example.org", "--admin-name", "Ada"],
            env={**self.bare, "SETUP_PASSWORD": PASSWORD}, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._stack.callback(process.kill)
        assert process.stdin
        assert process.stdout
        shown = []
        for line in process.stdout:
            shown.append(line)
            if secret := re.match(r"Or type it in: (.*)", line):
                process.stdin.write(pyotp.TOTP(secret[1].replace(" ", "")).now() + "\n")
                process.stdin.flush()
        assert process.wait(60) == 0, "".join(shown)
        process.stdin.close()
        process.stdout.close()
        return "".join(shown)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A bare machine; what was started on it is stopped."""
    with ExitStack() as stack:
        yield Machine(stack, tmp_path)


def _until(url: str, **body: str) -> requests.Response:
    """Ask again until there is an answer."""
    end = time.monotonic() + 60
    while True:
        try:
            return requests.request("POST" if body else "GET", url, json=body or None, timeout=90)
        except requests.ConnectionError:
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.1)


# A dozen processes start one after another: on a machine that is busy that takes minutes.
@pytest.mark.timeout(480)
def test_from_nothing_to_an_answer(machine: Machine, databases: Databases, redis_databases: RedisDatabases) -> None:
    web, port = free_port(), free_port()
    url, network = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{port}"
    machine.starts("network", "simulator", "--port", str(port), "--app-url", url, "--number", LINE, "--unconnected",
        "--account-sid", ACCOUNT, "--auth-token", TOKEN)  # fmt: skip
    _until(f"{network}/sim/clock")
    with databases.empty() as database, redis_databases.clean() as redis:
        answers = {
            "CHECKIN_NAME": "Harbour Line", "CHECKIN_COUNTRY": "GB", "CHECKIN_TIMEZONE": "Europe/London",
            "CHECKIN_QUIET_HOURS": "20:30-09:00", "DATABASE_URL": database, "REDIS_URL": redis, "PUBLIC_URL": url,
            "CHECKIN_BEHIND_PROXY": "no", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": LINE, "TWILIO_API_URL": network, "TWILIO_MESSAGING_SERVICE_SID": "",
            "TWILIO_FALLBACK_SMS_URL": "https://localhost:1/sms.xml",
            "TWILIO_FALLBACK_VOICE_URL": "https://localhost:1/voice.xml", "CHECKIN_HEARTBEAT_URL": "",
        }  # fmt: skip
        shown = machine.sets_up(**answers)
        assert "Ten codes for the day you lose that telephone" in shown
        assert "Samaritans 116 123   not checked yet" in shown
        assert "mend it: `checkin twilio connect`" in shown
        assert machine.file.stat().st_mode & 0o777 == 0o600

        machine.starts("web", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning", "wsgi:app",
            HOST="127.0.0.1", PORT=str(web))  # fmt: skip
        for name in ("one", "two"):
            machine.starts(name, "rq.cli", "worker", "--worker-class", "workers.starting.Worker", "--quiet", "urgent",
                "clock", "normal", "bulk", RQ_REDIS_URL=redis)  # fmt: skip
        machine.starts("clock", "rq.cli", "cron", "--logging-level", "WARNING", "workers.schedule", RQ_REDIS_URL=redis)
        _until(f"{url}/healthz")
        machine.runs("twilio", "connect", "--yes", "--keep", str(machine.folder / "before.json"))
        organisation = machine.folder / "organisation.yaml"
        organisation.write_text(ORGANISATION)
        machine.runs("load", str(organisation))
        machine.runs("backup", str(machine.folder / "line.zip"))
        refs = re.findall(r"helplines check ([\w-]+)\n", shown)
        machine.runs("directory", "helplines", "check", refs[0])
        machine.ticks(refs[1:])

        _until(f"{network}/sim/phones", number=ANN)
        assert "Harbour Line" in _answer(f"{network}/sim/phones/{ANN}/text")
        found = _once_ticking(machine)
        assert {one["check"] for one in found} <= LEFT, found


def _answer(phone: str) -> str:
    """Text the line until it answers: on a busy machine the first text to a cold process may take too long."""
    for _ in range(3):
        told = str(_until(phone, body="who is this").json()["replies"])
        if "Harbour" in told:
            break
    return told


def _once_ticking(machine: Machine) -> list[dict[str, str]]:
    """Ask the doctor until the first tick has been done; return what is not well then."""
    end = time.monotonic() + 60
    while True:
        done = machine.asks("doctor", "--json")
        found = [one for one in json.loads(done.stdout)["found"] if one["level"] != "ok"]
        if done.returncode < 2 or time.monotonic() > end:
            return found
        time.sleep(1)
