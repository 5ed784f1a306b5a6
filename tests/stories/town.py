"""A town for a story: the line's processes, a phone network, phones with people, and a clock that is moved by hand."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from typing import Any, Self
from zoneinfo import ZoneInfo

import redis
import requests
import sqlalchemy as sa
from rq import Queue
from rq.registry import StartedJobRegistry

from checkin import auditor, tips
from checkin.bootstrap import Line, open_line
from checkin.load import load_file
from checkin.store.models import Base
from checkin.store.vault import new_key
from tests.stories import leaks

ROOT = Path(__file__).parent.parent.parent
LONDON = ZoneInfo("Europe/London")
LINE = "+447700900000"
# Two further numbers of the line's, for pairs that have one of their own.
OWN, OTHER = "+447700900001", "+447700900002"
# A Monday in winter, far from any clock change.
MORNING = datetime(2027, 1, 11, 8, 0, tzinfo=LONDON)
# A shared machine may stall for long; only a story that fails waits for all of it.
_PATIENCE = 60.0


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Process:
    """One of the line's processes, started as the Procfile starts it."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command], env=self._environment, cwd=ROOT, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it kindly."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Town:
    """The whole line on this machine, for one story after another."""

    def __init__(self, stack: ExitStack, database_url: str, redis_url: str, logs: Path) -> None:
        web, simulator = free_port(), free_port()
        self.url, self.network = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_"))},
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "RQ_REDIS_URL": redis_url,
            "PUBLIC_URL": self.url,
            "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
            "TWILIO_AUTH_TOKEN": "a-token-for-stories",
            "TWILIO_NUMBER": LINE,
            "TWILIO_API_URL": self.network,
            "CHECKIN_KEYS": new_key(),
            "CHECKIN_SECRET": "a-secret-for-stories",
            "CHECKIN_NAME": "Harbour Line",
            "CHECKIN_CLOCK_URL": f"{self.network}/sim/clock",
            "CHECKIN_CARRIER_SECONDS": "3",
            "CHECKIN_SPEECH": "yes",
            "CHECKIN_SECOND_FACTOR": "none",
            "HOST": "127.0.0.1",
            "PORT": str(web),
            "WEB_CONCURRENCY": "2",
            "PYTHONUNBUFFERED": "1",
        }
        self.logs = logs
        self._processes: dict[str, Process] = {}
        self.http = stack.enter_context(requests.Session())
        # Everything is on this machine: looking for proxies would take as long as asking does.
        self.http.trust_env = False
        self.simulator = self._start(stack, "simulator", self._simulator(simulator))
        self._wait_for(f"{self.network}/sim/clock")
        self.web = self._start(
            stack, "web", ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning", "wsgi:app"]
        )
        self.worker = self._start(stack, "worker", ["rq.cli", "worker", "--worker-class", "workers.starting.Worker",
            "--quiet", "urgent", "clock", "normal", "bulk"])  # fmt: skip
        self._wait_for(f"{self.url}/healthz")
        self.line: Line = open_line(self.environment)
        stack.callback(self.line.store.engine.dispose)
        self.redis = stack.enter_context(redis.Redis.from_url(redis_url))
        self._unheard: dict[str, int] = {}
        self._listed: set[str] = set()
        self.said: list[str] = []
        self._logged: dict[str, int] = {}

    def _simulator(self, port: int) -> list[str]:
        environment = self.environment
        return ["simulator", "--port", str(port), "--app-url", self.url, "--frozen",
            *(f"--number={number}" for number in (LINE, OWN, OTHER)),
            "--account-sid", environment["TWILIO_ACCOUNT_SID"], "--auth-token", environment["TWILIO_AUTH_TOKEN"],
            "--start", MORNING.isoformat()]  # fmt: skip

    def _start(self, stack: ExitStack, name: str, command: list[str]) -> Process:
        process = Process(command, self.environment, self.logs / f"{name}.log")
        stack.callback(process.stop)
        self._processes[name] = process
        return process

    def _wait_for(self, url: str) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self.everything_runs()
            try:
                if self.http.get(url, timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(f"{url} did not come up; see {self.logs}")

    def everything_runs(self) -> None:
        """Fail when one of the processes has ended, with the last lines it wrote."""
        for name, process in self._processes.items():
            written = self._log(name).splitlines()
            assert process.running, f"{name} has ended:\n" + "\n".join(written[-15:])

    # --- a clean slate ---

    def begin(self, organisation: str, start: datetime = MORNING) -> Self:
        """Forget every story before, load an organisation (YAML), and set the clock: to MORNING, a Monday 08:00."""
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with self.line.store.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
        self.redis.flushdb()
        self.control("POST", "reset", {"start": start.isoformat()})
        self._unheard.clear()
        self.said.clear()
        self._logged = {name: len(self._log(name)) for name in ("web", "worker")}
        return self.loads(organisation)

    def loads(self, organisation: str) -> Self:
        """Load an organisation file (YAML)."""
        file = self.logs / "organisation.yaml"
        file.write_text(organisation, encoding="utf-8")
        with self.line.store.work(self.now()) as work:
            load_file(work, file)
        return self

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the simulator for something."""
        answer = self.http.request(method, f"{self.network}/sim/{path}", json=body or {}, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    # --- time ---

    def now(self) -> datetime:
        """What the clock says."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def moves_to(self, when: str) -> None:
        """Move the clock to the next "16:00" (or "Tue 16:00"), stopping at every moment at which something is due."""
        *day, clock_time = when.split()
        hour, minute = clock_time.split(":")
        now = self.now().astimezone(LONDON)
        target = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        while target <= now or (day and f"{target:%a}" != day[0]):
            target += timedelta(days=1)
        self._move(target.astimezone(UTC))

    def moves(self, **span: float) -> None:
        """Move the clock on by a span (`minutes=30`), stopping at every moment at which something is due."""
        self._move(self.now() + timedelta(**span))

    def _move(self, target: datetime) -> None:
        self.settles()
        while True:
            due = self.next_due_at()
            step = target if due is None or due > target else max(due, self.now())
            self.control("POST", "clock", {"to": step.isoformat()})
            self.settles()
            if step >= target:
                return

    def next_due_at(self) -> datetime | None:
        """When something is due next, as the line says."""
        text = self.http.get(f"{self.url}/readyz", timeout=10).json()["next_due_at"]
        return datetime.fromisoformat(text) if text else None

    def settles(self) -> None:
        """Let everything that is due now happen: jobs run, texts arrive, callbacks come back."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self.control("GET", "quiet?wait=5")
            due = self.next_due_at()
            if not self._jobs() and (due is None or due > self.now()) and self.control("GET", "quiet")["quiet"]:
                return
            if not self._jobs():
                self.tick()
            time.sleep(0.01)
        raise AssertionError(f"something stays due at {self.next_due_at()}; see {self.logs}")

    def tick(self) -> None:
        """Do what the clock process does."""
        for job in ("tick", "reconcile"):
            Queue("clock", connection=self.redis).enqueue(f"workers.jobs.{job}", result_ttl=0)

    def looks_ahead(self) -> None:
        """Let the line look for holes in the rota, as its clock has it do now and then."""
        Queue("clock", connection=self.redis).enqueue("workers.jobs.look_ahead", result_ttl=0)
        self.settles()

    def _jobs(self) -> int:
        queues = [Queue(name, connection=self.redis) for name in ("urgent", "clock", "normal", "bulk")]
        return sum(len(q) + StartedJobRegistry(queue=q).count for q in queues)

    def approves_tips(self, topics: str) -> None:
        """Let Sue read every tip that waits, and let others hear it."""
        with self.line.store.work(self.now()) as work:
            sue = work.conn.execute(sa.text("SELECT id FROM people WHERE ref = 'sue'")).scalar_one()
            for tip in tips.waiting(work):
                tips.approve(work, tip.id, sue, tip.without.words, topics)

    # --- bad luck ---

    def kill_worker(self) -> None:
        """End the worker as a power cut would. RQ strikes its jobs off once their time is up; we do not wait."""
        self.worker.kill()
        for name in ("urgent", "clock", "normal", "bulk"):
            self.redis.delete(StartedJobRegistry(name, connection=self.redis).key)

    def redis_away(self) -> None:
        """Cut everybody's connection to Redis but ours, and let nobody back in."""
        self.redis.execute_command("ACL", "SETUSER", "default", "off")
        self.redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def redis_back(self) -> None:
        """Let everybody in again; a worker that gave up is started again, as a supervisor would."""
        self.redis.execute_command("ACL", "SETUSER", "default", "on")
        if not self.worker.running:
            self.worker.start()

    # --- people ---

    def phone(self, number: str, name: str, kind: str = "mobile", *, listed: bool = False) -> "Phone":
        """Put a phone into somebody's hand; a `listed` one is a service's, whose number is for everybody to see."""
        self._listed |= {number} if listed else set()
        self.control("POST", "phones", {"number": number, "name": name, "kind": kind})
        return Phone(self, number, name)

    def state_of(self, number: str) -> dict[str, Any]:
        """Everything about one phone."""
        phones = self.control("GET", "state")["phones"]
        return next((p for p in phones if p["number"] == number), {"texts": [], "calls": []})

    def everything_was_heard(self) -> None:
        """Fail when any phone has a text or a call that the story did not tell of."""
        for phone in self.control("GET", "state")["phones"]:
            arrived = arrived_texts(phone)
            told = self._unheard.get(phone["number"], 0)
            assert told >= len(arrived), f"{phone['name']} also heard {arrived[told:]}"
            assert not ringing_calls(phone), f"{phone['name']}'s phone is still ringing"

    def nothing_lies_open(self) -> None:
        """Fail when a number, a name, somebody's words or a secret lies in the open where the line keeps or writes."""
        numbers = (p["number"] for p in self.control("GET", "state")["phones"] if p["number"] not in self._listed)
        secrets = [self.environment[n] for n in ("CHECKIN_SECRET", "TWILIO_AUTH_TOKEN")]
        hidden = leaks.telling(numbers, self.said, [*secrets, self.environment["CHECKIN_KEYS"].partition(":")[2]])
        logged = self.written()
        logged["/metrics"] = self.http.get(f"{self.url}/metrics", timeout=10).text
        found = [f"{word!r} in {name}" for name, text in logged.items() for word in hidden if word in text]
        named = leaks.names(self.line.store.engine, self.line.store.vault)
        logged["Redis"] = leaks.all_of(self.redis)
        found += [f"{name!r} in {where}" for where, text in logged.items() for name in named.findall(text)]
        found += leaks.in_tables(self.line.store.engine, hidden) + leaks.in_redis(self.redis, hidden)
        assert not found, "\n".join(found)
        leaks.opens(self.line.store.engine, self.line.store.vault)

    def written(self) -> dict[str, str]:
        """Return what the line's processes have written in this story, by their names."""
        return {name: self._log(name)[since:] for name, since in self._logged.items()}

    def _log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8")

    def everything_happened(self) -> None:
        """Fail when the auditor finds that something should have happened in this story and did not."""
        with self.line.store.work(self.now()) as work:
            found = auditor.look(work)
        assert not found, f"the auditor found {found}"

    def next_text(self, number: str) -> str | None:
        """Return the next text that arrived at a phone and was not told of yet."""
        arrived = arrived_texts(self.state_of(number))
        told = self._unheard.get(number, 0)
        if told >= len(arrived):
            return None
        self._unheard[number] = told + 1
        return arrived[told]

    def scalar(self, statement: str, **values: object) -> Any:
        """Return one value from the database."""
        with self.line.store.engine.connect() as connection:
            return connection.execute(sa.text(statement), values).scalar()


def arrived_texts(phone: dict[str, Any]) -> list[str]:
    """Return the texts that came to a phone, oldest first."""
    return [t["body"] for t in phone["texts"] if t["direction"] == "in" and t.get("arrived", True)]


def ringing_calls(phone: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the calls that ring at a phone just now."""
    return [c for c in phone["calls"] if (c["waiting"] or {}).get("for") == "ring"]


class Phone:
    """Somebody with a telephone."""

    def __init__(self, town: Town, number: str, name: str) -> None:
        self._town, self.number, self.name = town, number, name
        self._call: str | None = None
        self._last = ""

    # --- texting ---

    def texts(self, body: str, to: str = LINE) -> Self:
        """Text the line (or another number of its), and let everything happen that follows."""
        self._town.said.append(body)
        self._town.control("POST", f"phones/{self.number}/text", {"body": body, "to": to})
        self._town.settles()
        return self

    def hears(self, *words: str) -> Self:
        """The next text at this phone holds all of these words."""
        text = self._town.next_text(self.number)
        assert text is not None, f"{self.name} heard nothing, not {words}"
        for word in words:
            assert word in text, f"{self.name} heard {text!r}, not {word!r}"
        self._last = text
        return self

    def last_came_from(self, number: str) -> Self:
        """The text that came last was sent from this number."""
        came = [t for t in self._town.state_of(self.number)["texts"] if t["direction"] == "in"]
        assert came[-1]["from"] == number, f"{self.name} heard it from {came[-1]['from']}: {came}"
        return self

    def code(self) -> str:
        """The short code of a case in the text that was told of last."""
        found = re.search(r"\b[1-9]\d{3}\b", self._last)
        assert found, f"{self.name} heard {self._last!r}, without a code"
        return found[0]

    def hears_nothing(self) -> Self:
        """No text has come that was not told of."""
        text = self._town.next_text(self.number)
        assert text is None, f"{self.name} heard {text!r}"
        return self

    # --- calls ---

    def rings(self, to: str = LINE) -> Self:
        """Ring the line (or another number of its)."""
        self._call = self._town.control("POST", f"phones/{self.number}/ring", {"to": to})["call_sid"]
        self._town.settles()
        return self

    def is_rung(self) -> Self:
        """The phone is ringing."""
        ringing = ringing_calls(self._town.state_of(self.number))
        assert ringing, f"{self.name}'s phone does not ring"
        self._call = ringing[-1]["sid"]
        return self

    def sees(self, number: str) -> Self:
        """The call comes from this number, as far as can be seen."""
        (call,) = [c for c in self._town.state_of(self.number)["calls"] if c["sid"] == self._call]
        assert call["from"] == number, f"{self.name} sees {call['from']}"
        return self

    def answers(self) -> Self:
        """Pick up."""
        return self._deed("answer")

    def lets_it_ring(self) -> Self:
        """Do not pick up."""
        return self._deed("silence")

    def is_busy(self) -> Self:
        """Be on the phone already."""
        return self._deed("busy")

    def lets_voicemail_answer(self) -> Self:
        """Let the answering machine pick up."""
        return self._deed("voicemail")

    def presses(self, digits: str) -> Self:
        """Press keys."""
        return self._deed("press", {"digits": digits})

    def says(self, words: str, confidence: float | None = 0.9) -> Self:
        """Speak into the phone; `confidence` is how sure the carrier's recogniser is of it."""
        return self._deed("say", {"text": words, "confidence": confidence})

    def says_nothing(self) -> Self:
        """Let the prompt run out."""
        return self._deed("silence")

    def hangs_up(self) -> Self:
        """End the call."""
        return self._deed("hangup")

    def is_told(self, *words: str) -> Self:
        """What the call has said so far holds all of these words."""
        said = self.call_said()
        for word in words:
            assert word in said, f"{self.name} was told {said!r}, not {word!r}"
        return self

    def is_not_told(self, word: str) -> Self:
        """The call has not said this."""
        assert word not in self.call_said(), f"{self.name} was told {word!r}"
        return self

    def call_said(self) -> str:
        """Everything that the call has said so far."""
        heard = self._town.control("GET", f"calls/{self._call}")["heard"]
        return " ".join(h.get("text") or "" for h in heard)

    def _deed(self, deed: str, body: dict[str, Any] | None = None) -> Self:
        assert self._call, f"{self.name} is not on the phone"
        self._town.control("POST", f"calls/{self._call}/{deed}", body)
        self._town.settles()
        return self


@contextmanager
def built(database_url: str, redis_url: str, logs: Path) -> Iterator[Town]:
    """A town with everything running; stopped at the end."""
    with ExitStack() as stack:
        yield Town(stack, database_url, redis_url, logs)


@contextmanager
def stuck(town: Town, before: str, after: str) -> Iterator[None]:
    """Let whoever moves a message from one status to another hang there, inside the transaction, until it is thrown
    out: "owed" to "leased" is the lease, "leased" to "sent" the record of a send."""
    run = town.line.store.engine.begin
    with run() as connection:
        connection.execute(sa.text(
            "CREATE FUNCTION stick() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'"
        ))  # fmt: skip
        connection.execute(sa.text(
            "CREATE TRIGGER stick BEFORE UPDATE ON messages FOR EACH ROW "
            f"WHEN (OLD.status = '{before}' AND NEW.status = '{after}') EXECUTE FUNCTION stick()"
        ))  # fmt: skip
    try:
        yield
    finally:
        with run() as connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            )
        with run() as connection:
            connection.execute(sa.text("DROP TRIGGER stick ON messages"))
            connection.execute(sa.text("DROP FUNCTION stick"))
