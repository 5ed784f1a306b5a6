"""Beyond one machine: two web, four worker and two clock processes on hosts of their own, one of each killed with -9
while texts go out and come in. Nothing is lost and nothing is doubled, by the database and by the phone network."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy import make_url
from twilio.request_validator import RequestValidator

from checkin.bootstrap import Line, open_line
from checkin.load import load_file
from checkin.store.vault import new_key
from tests.services import Databases, RedisDatabases
from tests.stories.hosts import Host, Place, Switchboard, hosts, why_not
from tests.stories.test_promises import wait_until
from tests.stories.town import LINE, MORNING, Process, free_port

WEBS, WORKERS, CLOCKS = ("web1", "web2"), ("worker1", "worker2", "worker3", "worker4"), ("clock1", "clock2")
KILLED = ("web1", "worker1", "clock1")
TOKEN, ACCOUNT = "a-token-for-stories", "AC" + "5" * 32
# So many are asked at ten, and so many others text meanwhile.
ASKED = [f"+447700900{n:03}" for n in range(200, 250)]
TEXTERS = [f"+447700900{n:03}" for n in range(300, 360)]
_SECONDS = 60
_PORT = 8000


@dataclass(frozen=True, slots=True)
class Net:
    """What runs where: `url` is the balancer before both webs, `network` the phone network."""

    hosts: dict[str, Host]
    line: Line
    url: str
    network: str

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the phone network for something."""
        answer = requests.request(method, f"{self.network}/sim/{path}", json=body or {}, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def scalar(self, statement: str) -> Any:
        """Return one value from the database."""
        with self.line.store.engine.connect() as connection:
            return connection.execute(sa.text(statement)).scalar()

    def arrived(self) -> dict[str, int]:
        """Return how many texts the phone network took for each of those who are asked."""
        phones = {p["number"]: p["texts"] for p in self.control("GET", "state")["phones"]}
        return {n: sum(t["direction"] == "in" for t in phones.get(n, [])) for n in ASKED}


def _organisation() -> str:
    lines = ["people:"]
    for number in ASKED:
        lines.append(f'  - {{ref: a{number[-3:]}, name: Ann, phones: "{number}", streams: [checkins],')
        lines.append('     plan: {days: every day, at: "10:00", ladder: [text, staff]}}')
    lines += [f'  - {{ref: b{n[-3:]}, name: Bill, phones: "{n}", streams: [checkins]}}' for n in TEXTERS]
    return "\n".join(lines)


@pytest.fixture
def net(databases: Databases, redis_databases: RedisDatabases, tmp_path: Path) -> Iterator[Net]:
    """Eight hosts, each with one process of the line, and a phone network; at eight in the morning."""
    if reason := why_not():
        pytest.skip(reason)
    with ExitStack() as stack:
        database = stack.enter_context(databases.clean())
        redis = stack.enter_context(redis_databases.clean())
        found = stack.enter_context(hosts([*WEBS, *WORKERS, *CLOCKS]))
        board = Switchboard()
        stack.callback(board.close)
        balancer, simulator = free_port(), free_port()
        board.connects(["127.0.0.1"], balancer, *((found[web].address, _PORT) for web in WEBS))
        gateways = [host.gateway for host in found.values()]
        servers: dict[str, Place] = {"DATABASE_URL": _postgres(database), "REDIS_URL": _redis(redis)}
        ports = {name: free_port() for name in servers}
        for name, place in servers.items():
            board.connects(gateways, ports[name], place)
        board.connects(gateways, simulator, ("127.0.0.1", simulator))
        here = _environment(database, redis, f"http://127.0.0.1:{balancer}", f"http://127.0.0.1:{simulator}")
        network = Process(_phone_network(simulator, balancer), here, tmp_path / "simulator.log")
        stack.callback(network.stop)
        wait_until(lambda: _answers(f"http://127.0.0.1:{simulator}/sim/clock"))
        line = open_line(here)
        stack.callback(line.store.engine.dispose)
        file = tmp_path / "organisation.yaml"
        file.write_text(_organisation(), encoding="utf-8")
        with line.store.work(MORNING.astimezone(UTC)) as work:
            load_file(work, file)
        for name, host in found.items():
            there = here | {
                "DATABASE_URL": _moved(database, host.gateway, ports["DATABASE_URL"]),
                "REDIS_URL": _moved(redis, host.gateway, ports["REDIS_URL"]),
                "RQ_REDIS_URL": _moved(redis, host.gateway, ports["REDIS_URL"]),
                "TWILIO_API_URL": f"http://{host.gateway}:{simulator}",
                "CHECKIN_CLOCK_URL": f"http://{host.gateway}:{simulator}/sim/clock",
                "HOST": host.address,
            }
            host.runs(_command(name), there, tmp_path / f"{name}.log")
        for web in WEBS:
            wait_until(lambda web=web: _answers(f"http://{found[web].address}:{_PORT}/healthz"), 120)
        yield Net(found, line, f"http://127.0.0.1:{balancer}", f"http://127.0.0.1:{simulator}")


def _command(name: str) -> list[str]:
    if name in WEBS:
        return ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning", "wsgi:app"]
    if name in WORKERS:
        queues = ["urgent", "clock", "normal", "bulk"]
        return ["rq.cli", "worker", "--worker-class", "workers.starting.Worker", "--quiet", *queues]
    return ["rq.cli", "cron", "--logging-level", "WARNING", "workers.schedule"]


def _environment(database: str, redis: str, url: str, network: str) -> dict[str, str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_"))}
    return outside | {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "PUBLIC_URL": url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": LINE,
        "TWILIO_API_URL": network,
        "CHECKIN_KEYS": new_key(),
        "CHECKIN_SECRET": "a-secret-for-stories",
        "CHECKIN_CLOCK_URL": f"{network}/sim/clock",
        # Slow enough to be killed in the middle of it.
        "CHECKIN_TEXTS_A_SECOND": "4",
        "CHECKIN_CARRIER_SECONDS": "3",
        "PORT": str(_PORT),
        "WEB_CONCURRENCY": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _phone_network(port: int, balancer: int) -> list[str]:
    return ["simulator", "--port", str(port), "--app-url", f"http://127.0.0.1:{balancer}", "--frozen",
            f"--number={LINE}", "--account-sid", ACCOUNT, "--auth-token", TOKEN,
            "--start", MORNING.isoformat()]  # fmt: skip


def _postgres(url: str) -> Place:
    """Return where PostgreSQL listens: the embedded one has a socket and no port."""
    made = make_url(url)
    folder = made.query.get("host")
    port = made.port or int(str(made.query.get("port", 5432)))
    return f"{folder}/.s.PGSQL.{port}" if folder else (made.host or "127.0.0.1", port)


def _redis(url: str) -> Place:
    made = make_url(url)
    return made.host or "127.0.0.1", made.port or 6379


def _moved(url: str, host: str, port: int) -> str:
    """Return the same address as it is reached from a host."""
    return make_url(url).set(host=host, port=port, query={}).render_as_string(hide_password=False)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def text_in(net: Net, sender: str, number: int) -> str:
    """Text the line as the carrier does: signed, and again, with the same sid, when nobody answers."""
    form = {"MessageSid": f"SM{number:032}", "AccountSid": ACCOUNT, "From": sender, "To": LINE, "Body": "next",
            "NumMedia": "0", "NumSegments": "1"}  # fmt: skip
    url = f"{net.url}/twilio/sms"
    signed = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        try:
            answer = requests.post(url, data=form, headers=signed, timeout=10)
        except requests.RequestException:
            time.sleep(0.1)
            continue
        if answer.ok:
            return answer.text
        time.sleep(0.1)
    raise AssertionError("nobody answered")


# The hosts' own addresses (`hosts.py`) beside this machine's.
@pytest.mark.allow_hosts(["127.0.0.1", "198.18.0.0/16"])
def test_one_of_each_killed_under_load_loses_nothing_and_doubles_nothing(net: Net) -> None:
    with ThreadPoolExecutor(4) as pool:
        net.control("POST", "clock", {"to": MORNING.replace(hour=10, minute=0).isoformat()})
        wait_until(lambda: sum(net.arrived().values()) >= 3, _SECONDS)
        coming = [pool.submit(text_in, net, sender, number) for number, sender in enumerate(TEXTERS)]
        wait_until(lambda: sum(one.done() for one in coming) >= 3, _SECONDS)
        before = sum(net.arrived().values())
        assert before < len(ASKED), "everything had gone out before anybody was killed"
        for name in KILLED:
            net.hosts[name].kill()
        answers = [one.result() for one in coming]
    wait_until(lambda: net.scalar("SELECT count(*) FROM check_ins") == len(ASKED), _SECONDS)
    wait_until(lambda: not net.scalar("SELECT count(*) FROM messages WHERE status = 'owed'"), _SECONDS)
    # What the killed worker held is looked up at the carrier when its lease is over.
    now = datetime.fromisoformat(net.control("GET", "clock")["now"])
    net.control("POST", "clock", {"to": (now + timedelta(minutes=4)).isoformat()})
    unsettled = "SELECT count(*) FROM messages WHERE status IN ('owed', 'leased', 'unknown')"
    wait_until(lambda: not net.scalar(unsettled), _SECONDS)

    assert {name for name, host in net.hosts.items() if not host.running} == set(KILLED)
    assert net.arrived() == dict.fromkeys(ASKED, 1)
    asked = "SELECT count(*) FROM messages WHERE wording = 'checkin.ask' AND status = 'sent'"
    for what in ("count(*)", "count(DISTINCT person_id)", "count(DISTINCT sid)"):
        assert net.scalar(asked.replace("count(*)", what)) == len(ASKED), what
    stored = "SELECT count(*) FROM messages WHERE direction = 'in'"
    assert net.scalar(stored) == len(TEXTERS)
    assert net.scalar(stored.replace("count(*)", "count(DISTINCT person_id)")) == len(TEXTERS)
    assert all("<Message>" in answer for answer in answers)
    assert text_in(net, TEXTERS[7], 7) == answers[7], "a repeat hears the same, from whichever web is left"
