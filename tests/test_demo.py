"""The demo's supervision: who starts, who answers, who died and what is said about it."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from checkin.bootstrap import open_line
from checkin.demo import environment
from checkin.demo.network import Network
from checkin.demo.phones import DemoPhone, stored_phones
from checkin.demo.supervisor import Supervisor, answer, interruptible, refuse_taken
from checkin.load import load_file
from checkin.services import ServiceFailed, Services, processes
from checkin.store.vault import CannotOpen
from checkin.store.work import Store

ROOT = Path(__file__).parent.parent

ANSWERS = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""

SAYS_WHEN_IT_ENDS = """
import pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
pathlib.Path(sys.argv[1] + ".up").touch()
signal.sigwait([signal.SIGTERM])
with open("ended", "a") as file:
    file.write(sys.argv[1] + " ")
"""


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def python(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def test_a_child_is_waited_for_and_stopped(tmp_path: Path, free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}/"
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        supervisor.start("page", python(ANSWERS, free_port), os.environ)
        supervisor.wait_for(url)
        supervisor.check()
        pid = int((tmp_path / "logs" / "page.pid").read_text().split()[0])
    assert not psutil.pid_exists(pid)
    assert answer(url) == (0, b"")


def test_children_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        for name in ("first", "second", "third"):
            supervisor.start(name, python(SAYS_WHEN_IT_ENDS, name), os.environ)
        wait_until(lambda: len(list(tmp_path.glob("*.up"))) == 3)
    assert (tmp_path / "ended").read_text() == "third second first "


def test_a_child_that_dies_is_named_with_the_last_15_lines_of_its_log(tmp_path: Path) -> None:
    program = "import sys; [print('line', n) for n in range(40)]; sys.exit('no such table')"
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        supervisor.start("bystander", ["sleep", "60"], os.environ)
        supervisor.start("worker", python(program), os.environ)
        with pytest.raises(ServiceFailed) as caught:
            watch(supervisor)
    said = str(caught.value)
    assert said.startswith("The worker process ended with exit code 1. The end of ")
    assert said.endswith("line 39\nno such table")
    assert len(said.splitlines()) == 16


def test_a_child_that_is_killed_is_told_apart(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        supervisor.start("clock", python("import os; os.kill(os.getpid(), 9)"), os.environ)
        with pytest.raises(ServiceFailed, match=r"^The clock process was killed by SIGKILL\. It left nothing in "):
            watch(supervisor)


def test_a_child_of_somebody_else_is_watched_and_left_running(tmp_path: Path) -> None:
    database = processes.start("postgres", ["sleep", "60"], folder=tmp_path / "pg")
    try:
        with Supervisor(tmp_path / "logs", cwd=tmp_path, also=[database]) as supervisor:
            supervisor.check()
        assert database.alive
        with Supervisor(tmp_path / "logs", cwd=tmp_path, also=[database]) as supervisor:
            database.process.kill()
            with pytest.raises(ServiceFailed, match=r"^The postgres process was killed by SIGKILL"):
                watch(supervisor)
    finally:
        database.stop()


def test_a_full_disk_is_called_by_its_name(tmp_path: Path) -> None:
    program = "import errno, os; raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))"
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        supervisor.start("web", python(program), os.environ)
        with pytest.raises(ServiceFailed, match=r"^The web process ended with exit code 1\. The disk is full\.$"):
            watch(supervisor)


def test_a_child_that_never_answers_is_named(tmp_path: Path, free_port: int) -> None:
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        supervisor.start("web", python("import time; print('thinking', flush=True); time.sleep(60)"), os.environ)
        wait_until(lambda: bool((tmp_path / "logs" / "web.log").read_text()))
        with pytest.raises(ServiceFailed, match=r"(?s)^The web process does not answer at .* after 0 s\. .*thinking"):
            supervisor.wait_for(f"http://127.0.0.1:{free_port}/", seconds=0.1)


def test_what_a_killed_demo_left_behind_is_ended_first(tmp_path: Path) -> None:
    left = Supervisor(tmp_path / "logs", cwd=tmp_path)
    left.start("web", ["sleep", "60"], os.environ)
    pid = int((tmp_path / "logs" / "web.pid").read_text().split()[0])
    with Supervisor(tmp_path / "logs", cwd=tmp_path):
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    with pytest.raises(ServiceFailed, match="SIGINT"):
        left.check()


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceFailed, match=rf"^Port {port}, for the phones, is taken .* `make demo PORT=\d+`\.$"):
            refuse_taken({port: "the phones"})
    refuse_taken({port: "the phones"})


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_kill_and_a_closed_terminal_all_stop_it_once(name: signal.Signals) -> None:
    before = signal.getsignal(name)
    cleaned_up = []

    def work() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), name)
                time.sleep(10)
            finally:
                os.kill(os.getpid(), name)  # an impatient second time, while stopping
                cleaned_up.append(True)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert cleaned_up
    assert signal.getsignal(name) is before


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "demo.env"
    made, new = environment.kept(path)
    again, new_again = environment.kept(path)
    assert (new, new_again) == (True, False)
    assert made == again
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_real_lines_settings_never_reach_the_demo(tmp_path: Path) -> None:
    own, _ = environment.kept(tmp_path / "demo.env")
    outer = {
        "TWILIO_AUTH_TOKEN": "real",
        "TWILIO_API_KEY": "real",
        "CHECKIN_HEARTBEAT_URL": "http://real",
        "HOME": "/x",
    }
    children = environment.for_children(outer, own, Services("postgresql://db/x", "redis://r/0"), port=8000)
    assert "real" not in "".join(children.values())
    assert children["HOME"] == "/x"
    assert (children["TWILIO_API_URL"], children["PUBLIC_URL"]) == ("http://127.0.0.1:8000", "http://127.0.0.1:8001")


@pytest.fixture
def network(tmp_path: Path, free_port: int) -> Iterator[Network]:
    """The real simulator, its clock a day ahead."""
    start = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with Supervisor(tmp_path / "logs", cwd=ROOT) as supervisor:
        supervisor.start(
            "simulator", [sys.executable, "-m", "simulator", "--port", str(free_port), "--start", start], os.environ
        )
        supervisor.wait_for(f"http://127.0.0.1:{free_port}/sim/clock")
        yield Network(f"http://127.0.0.1:{free_port}")


def test_the_simulators_clock_is_read(network: Network) -> None:
    ahead = network.now() - datetime.now(UTC)
    assert timedelta(hours=23) < ahead < timedelta(hours=25)


SHARED = """
people:
  - {ref: ann, name: Ann, phones: 0113 496 0001}
  - {ref: ben, name: Ben, phones: 07700 900002}
  - {ref: cyd, name: Cyd, phones: 0113 496 0001}
"""


@contextmanager
def opened(found: Services, secrets: Path) -> Iterator[Store]:
    """The store as the demo opens it."""
    own, _ = environment.kept(secrets)
    line = open_line(environment.for_children({}, own, found, port=8000), pool=1)
    try:
        yield line.store
    finally:
        line.store.engine.dispose()


def test_a_phone_two_people_share_stands_once_on_the_page_with_both_names(
    tmp_path: Path, database_url: str, network: Network
) -> None:
    (tmp_path / "shared.yaml").write_text(SHARED)
    with opened(Services(database_url, "redis://127.0.0.1/0"), tmp_path / "demo.env") as store:
        with store.work(datetime.now(UTC)) as work:
            load_file(work, tmp_path / "shared.yaml")
        found = stored_phones(store)
    assert sorted((phone.number, phone.names) for phone in found) == [
        ("+441134960001", "Ann and Cyd"),
        ("+447700900002", "Ben"),
    ]
    for phone in found:
        network.place(phone)
    with urlopen(f"{network.url}/sim/phones/+441134960001") as answer:  # noqa: S310 - the simulator started above
        shown = json.load(answer)
    assert (shown["name"], shown["kind"]) == ("Ann and Cyd", "landline")


def test_an_organisation_sealed_with_other_keys_is_not_ours(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "shared.yaml").write_text(SHARED)
    found = Services(database_url, "redis://127.0.0.1/0")
    with opened(found, tmp_path / "demo.env") as store, store.work(datetime.now(UTC)) as work:
        load_file(work, tmp_path / "shared.yaml")
    with opened(found, tmp_path / "other.env") as store, pytest.raises(CannotOpen):
        stored_phones(store)


def test_a_simulator_that_refuses_is_quoted(network: Network) -> None:
    with pytest.raises(ServiceFailed, match=r"^The simulator refused /sim/phones: "):
        network.place(DemoPhone(number="", names="Nobody", line="unknown"))


def test_a_simulator_that_is_gone_is_one_sentence(free_port: int) -> None:
    with pytest.raises(ServiceFailed, match=r"^The simulator at .* gave no answer to /sim/clock"):
        Network(f"http://127.0.0.1:{free_port}").now()


def watch(supervisor: Supervisor) -> None:
    while True:
        supervisor.check()
        time.sleep(0.02)


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.02)
