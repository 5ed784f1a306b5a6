"""The demo's processes: started one after another, each when the one before it answers, stopped in reverse order."""

import http.client
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

from checkin.services import ServiceFailed
from checkin.services.processes import Child, end_leftover, kill_group, start

_LINES = 15
_POLL_SECONDS = 0.2


class Supervisor:
    """Children in a folder of logs. Stops them all when left, the last started first."""

    def __init__(self, folder: Path, *, cwd: Path, also: Sequence[Child] = ()) -> None:
        """`also` are children of somebody else, who stops them, that are watched with ours."""
        self._folder, self._cwd, self._also = folder, cwd, also
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        """End what a killed demo left behind, so that it does not hold our ports."""
        for note in self._folder.glob("*.pid"):
            end_leftover(note)
        return self

    def __exit__(self, *_: object) -> None:
        while self._children:
            self._children.pop().stop()

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a child under `name`. It runs from the checkout and sees `env` and nothing else."""
        self._children.append(start(name, argv, folder=self._folder, env=env, cwd=self._cwd))

    def kill(self, name: str) -> None:
        """End a child as a power cut would, its own children with it, and watch it no more."""
        child = next(child for child in self._children if child.name == name)
        self._children.remove(child)
        kill_group(child.process.pid)
        child.process.wait()
        child.note.unlink(missing_ok=True)

    def wait_for(self, url: str, *, seconds: float = 120.0) -> None:
        """Wait until a GET of `url` is answered with 200. Raises ServiceFailed when a child dies or time runs out."""
        self.wait_until(lambda: answer(url)[0] == http.HTTPStatus.OK, f"does not answer at {url}", seconds=seconds)

    def wait_until(self, happens: Callable[[], bool], otherwise: str, *, seconds: float = 120.0) -> None:
        """Wait until something `happens`. Raises ServiceFailed when a child dies; when time runs out it says what the
        child started last does `otherwise`."""
        until = time.monotonic() + seconds
        while not happens():
            self.check()
            if time.monotonic() > until:
                last = self._children[-1]
                raise ServiceFailed(
                    f"The {last.name} process {otherwise} after {seconds:.0f} s. {self._evidence(last)}"
                )
            time.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """Raise ServiceFailed when a child has ended; it names the child and quotes the end of its log."""
        for child in (*self._also, *self._children):
            if not child.alive:
                code = child.process.returncode
                how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
                raise ServiceFailed(f"The {child.name} process {how}. {self._evidence(child)}")

    def _evidence(self, child: Child) -> str:
        words = child.last_words(_LINES)
        if "No space left on device" in words:
            return "The disk is full."
        return f"The end of {child.log}:\n{words}" if words else f"It left nothing in {child.log}."


def answer(url: str) -> tuple[int, bytes]:
    """Status and body of a GET of `url` ("http://127.0.0.1:8000/healthz"); status 0 when there is none in 5 s."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", f"/{path}")
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def refuse_taken(ports: Mapping[int, str]) -> None:
    """Raise ServiceFailed when another program listens on one of the `ports`, which are named by their use."""
    for port, use in ports.items():
        with socket.socket() as probe:
            # Otherwise a port that we ourselves left a minute ago would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as problem:
                other = port + 100 if port < 65000 else port - 100
                raise ServiceFailed(
                    f"Port {port}, for {use}, is taken by another program: "
                    f"choose another with `make demo PORT={other}`."
                ) from problem


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C, `kill` and a closed terminal all end the inside, once: stopping must not be stopped."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for name in wanted:
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(name, stop) for name in wanted}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
