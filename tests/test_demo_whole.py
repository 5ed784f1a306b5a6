"""`make demo` as a newcomer meets it: it starts, it answers a text, it stops, and it remembers."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

ROOT = Path(__file__).parent.parent
ANN = "+447700900101"
PROGRAM = """
import sys
from pathlib import Path
from checkin import demo
sys.exit(demo.run(port=int(sys.argv[1]), root=Path(sys.argv[2])))
"""


class Demo:
    """A running demo: its process, what it has said so far, and its phones."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path, port: int) -> None:
        self.process, self._said, self._port = process, said, port

    @property
    def said(self) -> str:
        return self._said.read_text()

    def up(self) -> bool:
        assert self.process.poll() is None, self.said
        return "The check-in line is running" in self.said

    def ask(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self._port}{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            found = json.load(answer)
        assert isinstance(found, dict)
        return found

    def ends(self) -> int:
        return self.process.wait(60)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter; pytest's own are closed when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="checkin-demo-", dir="/tmp") as found:
        Path(found).chmod(0o755)
        yield Path(found)


@pytest.fixture
def port() -> int:
    """A free port followed by a free port."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            found: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", found + 1))
            except (OSError, OverflowError):
                continue
            return found


@contextmanager
def demo(folder: Path, port: int) -> Iterator[Demo]:
    outer = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(port), str(folder / "root")],
            cwd=ROOT, env=outer, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        yield Demo(process, folder / "said", port)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)
    assert children_of(folder) == []


def children_of(folder: Path) -> list[str]:
    """What runs of those that the demo noted in its folder."""
    return [note.name for note in folder.rglob("*.pid") if psutil.pid_exists(int(note.read_text().split()[0]))]


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_it_starts_answers_a_text_stops_on_ctrl_c_and_remembers(folder: Path, port: int) -> None:
    with demo(folder, port) as running:
        wait_until(running.up)
        assert running.ask(f"/sim/phones/{ANN}")["name"] == "Ann"
        assert running.ask(f"/sim/phones/{ANN}/text", {"body": "help"})["replies"]
        moved = running.ask("/sim/clock", {"advance": 3 * 86400})["now"]
        wait_until(lambda: (folder / "root" / "demo.clock").read_text() >= str(moved))
        running.process.send_signal(signal.SIGINT)
        assert running.ends() == 0
        assert "Stopped. What you did is kept" in running.said
    with demo(folder, port) as running:
        wait_until(running.up)
        assert str(running.ask("/sim/clock")["now"]) >= str(moved)
        assert running.ask(f"/sim/phones/{ANN}")["name"] == "Ann"


def test_a_process_that_dies_takes_the_rest_with_it_and_is_named(folder: Path, port: int) -> None:
    with demo(folder, port) as running:
        wait_until(running.up)
        worker = int((folder / "root" / "logs" / "worker.pid").read_text().split()[0])
        os.kill(worker, signal.SIGKILL)
        assert running.ends() == 1
        assert "The worker process was killed by SIGKILL." in running.said


def test_a_taken_port_is_said_and_nothing_stays(folder: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + 1))
        other.listen()
        with demo(folder, port) as running:
            assert running.ends() == 1
            assert f"Port {port + 1}, for the line and its console, is taken" in running.said
            assert "Traceback" not in running.said
