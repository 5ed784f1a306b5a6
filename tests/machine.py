"""A machine on which somebody takes a line live: a terminal to type at, a file of settings, processes that are started
by honcho or as systemd does it, and people who go on texting all the while."""

import json
import os
import pty
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

import requests
import sqlalchemy as sa

from checkin.bootstrap import Line, open_line
from checkin.settings import file as files
from tests.stories.town import ROOT

PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
PROCESSES = ("web", "worker", "clock")
# A shared machine may stall for long; only a test that fails waits for all of it.
PATIENCE = 180.0
# So systemd hands its open socket to a service: as the third file, with word for whom it is.
_WITH_SOCKET = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execvp(sys.argv[2], sys.argv[2:])
"""
_T = TypeVar("_T")


def until(found: Callable[[], _T], what: str, seen: Callable[[], object] = str) -> _T:
    """Ask again until there is something, and return that; in vain, say what was sought and what was `seen`."""
    end = time.monotonic() + PATIENCE
    while not (told := found()):
        assert time.monotonic() < end, f"in vain: {what}; seen: {seen()!r}"
        time.sleep(0.1)
    return told


class Machine:
    """A bare machine with the code on it. Nothing of a line's settings is there but what is written into `file`."""

    def __init__(self, stack: ExitStack, folder: Path, port: int) -> None:
        self.folder, self.file, self.port = folder, folder / "line.env", port
        self.url = f"http://127.0.0.1:{port}"
        foreign = ("CHECKIN_", "TWILIO_", "RQ_", "DATABASE_", "REDIS_", "PUBLIC_", "PROMETHEUS_", "PORT", "HOST")
        self.bare = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.bare["PATH"] = f"{Path(sys.executable).parent}:{self.bare['PATH']}"
        self.bare |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "WEB_CONCURRENCY": "1"}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._socket: socket.socket | None = None
        stack.callback(self.stops)

    # --- commands ---

    def asks(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `checkin --settings FILE …`, whatever comes of it."""
        return subprocess.run(
            ["checkin", "--settings", str(self.file), *arguments],
            env=self.bare, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def runs(self, *arguments: str) -> str:
        """Run `checkin --settings FILE …`, which goes well; return what it said."""
        done = self.asks(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def ails(self) -> dict[str, str]:
        """Return what the doctor finds: what it says by the name of the check, {} when all is well."""
        done = self.asks("doctor", "--rehearsal", "--json")
        found = {one["check"]: one["sentence"] for one in json.loads(done.stdout)["found"] if one["level"] != "ok"}
        assert (done.returncode == 0) == (not found), done.stdout
        return found

    def changes(self, **settings: str) -> None:
        """Change settings in the file, as with an editor."""
        files.write(self.file, files.read(self.file) | settings)

    # --- processes ---

    def starts(self, name: str, *command: str, settings: Mapping[str, str] | None = None, fd: int = -1) -> None:
        """Start a process with these settings and nothing else of the line's; a web process may be given a socket."""
        words = [sys.executable, "-c", _WITH_SOCKET, str(fd), *command] if fd >= 0 else [*command]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                words, env={**self.bare, **(settings or {})}, cwd=ROOT, stdout=log, stderr=log,
                pass_fds=(fd,) if fd >= 0 else (),
            )  # fmt: skip

    def starts_by_honcho(self) -> None:
        """Start the line as deploy/README.md says where there is no systemd."""
        self.starts("honcho", "honcho", "-e", str(self.file), "start", "-p", str(self.port), "-c", "worker=2",
            "web", "worker", "clock")  # fmt: skip

    def starts_as_units(self) -> None:
        """Start the line as systemd does: the socket first, and it stays open whatever becomes of the web process."""
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=128)
        for name in PROCESSES:
            self._unit(name)

    def restarts(self) -> None:
        """Restart one process after another, as `systemctl restart` does, with the settings as they are now."""
        for name in PROCESSES:
            self._ends(name)
            self._unit(name)

    def reloads(self) -> None:
        """Take up new code, as deploy/README.md says: the web processes are relieved, the others restarted."""
        self._running["web"].send_signal(signal.SIGHUP)
        for name in PROCESSES[1:]:
            self._ends(name)
            self._unit(name)

    def stops(self, *names: str) -> None:
        """Stop everything, or these, kindly; with everything goes the socket."""
        for name in names or [*self._running]:
            self._ends(name)
        if not names and self._socket is not None:
            self._socket.close()

    def _unit(self, name: str) -> None:
        fd = self._socket.fileno() if name == "web" and self._socket else -1
        self.starts(name, *shlex.split(PROCFILE[name]), settings=files.read(self.file), fd=fd)

    def _ends(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        process.wait(60)

    def comes_up(self, url: str) -> None:
        """Wait until an address answers well; what was started must go on running."""
        until(lambda: self._well(url), f"{url}, see {self.folder}")

    def _well(self, url: str) -> bool:
        for name, process in self._running.items():
            assert process.poll() is None, f"{name} has ended:\n{(self.folder / f'{name}.log').read_text()[-3000:]}"
        try:
            return requests.get(url, timeout=10).ok
        except requests.RequestException:
            return False

    @contextmanager
    def line(self, **settings: str) -> Iterator[Line]:
        """Open the line as it is set, to look at what it has stored."""
        line = open_line(files.read(self.file) | settings)
        try:
            yield line
        finally:
            line.store.engine.dispose()

    def rows(self, statement: str, **settings: str) -> list[Any]:
        """Return what a query finds."""
        with self.line(**settings) as line, line.store.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)).all())


class Terminal:
    """Somebody who types at a terminal: `shown` is all that has been on it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [*command], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, cwd=ROOT, env=environ
        )
        os.close(theirs)
        self.shown, self._told = "", 0

    def waits_for(self, question: str) -> None:
        """Read until it asks this, and nothing comes after."""
        until(lambda: self._asked(question), question, lambda: self.shown[self._told :])

    def types(self, question: str, answer: str) -> None:
        """Wait for a question, and type the answer."""
        self.waits_for(question)
        self._told = len(self.shown)
        os.write(self._ours, f"{answer}\n".encode())

    def ends(self) -> int:
        """Read until it has ended, and return its exit code."""
        until(lambda: not self._reads(), "an end")
        os.close(self._ours)
        return self._process.wait(60)

    def _asked(self, question: str) -> bool:
        self._reads()
        new = self.shown[self._told :]
        # A hidden answer that is typed before the last sign of its question would be thrown away.
        return question in new and new.endswith(": ")

    def _reads(self) -> bool:
        """Take in what has been written; False when there will be no more."""
        if select.select([self._ours], [], [], 0.1)[0]:
            try:
                self.shown += os.read(self._ours, 65536).decode("utf-8", "replace")
            except OSError:  # what Linux says when the other side is closed
                return False
        return True


@dataclass(frozen=True, slots=True)
class Sent:
    """A numbered text that somebody sent, what they heard, and when by our own watch."""

    number: int
    sender: str
    sid: str
    heard: tuple[str, ...]
    began: float
    ended: float


class Stream:
    """People who text "BUDDY news 12" again and again, each waiting for the answer: every text has a number."""

    def __init__(self, network: str, pause: float) -> None:
        self._network, self._pause, self._numbers, self._over = network, pause, count(1), Event()
        self.sent: list[Sent] = []
        self._threads: dict[str, tuple[Thread, Event]] = {}

    def joins(self, sender: str) -> None:
        """One more begins to text."""
        over = Event()
        thread = Thread(target=self._texts, args=(sender, over), daemon=True)
        self._threads[sender] = (thread, over)
        thread.start()

    def ends(self, *senders: str) -> None:
        """These, or all, stop texting, when what they texted last has been answered."""
        ending = [self._threads.pop(sender) for sender in senders or [*self._threads]]
        for _, over in ending:
            over.set()
        for thread, _ in ending:
            thread.join()

    @contextmanager
    def goes_on(self) -> Iterator[None]:
        """While something is done, everybody is answered; and once more afterwards."""
        began = time.monotonic()
        yield
        done = time.monotonic()
        for since, what in ((began, "during it"), (done, "after it")):
            until(partial(self._everybody_since, since), f"an answer to everybody {what}")

    def text(self, sender: str, body: str) -> tuple[str, tuple[str, ...]]:
        """Text the line once; return the text's sid and what came back."""
        url = f"{self._network}/sim/phones/{sender}/text"
        told = requests.post(url, json={"body": body}, timeout=PATIENCE).json()
        return told["message_sid"], tuple(reply["body"] for reply in told["replies"])

    def _everybody_since(self, moment: float) -> bool:
        return {one.sender for one in [*self.sent] if one.began > moment} >= {*self._threads}

    def _texts(self, sender: str, over: Event) -> None:
        while not over.wait(self._pause):
            number, began = next(self._numbers), time.monotonic()
            sid, heard = self.text(sender, f"BUDDY news {number}")
            self.sent.append(Sent(number, sender, sid, heard, began, time.monotonic()))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def static_host(folder: Path) -> Iterator[str]:
    """A host somewhere else that serves files: its address, under another name than the line's own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
