"""Hosts of our own: each a network namespace that reaches this machine's servers by one wire, and nothing else.

The addresses are of 198.18.0.0/15, which is kept for such trials (RFC 2544). A namespace has no route but its wire.
"""

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.stories.town import ROOT

# Where something listens: a host and a port, or the path of a socket.
Place = tuple[str, int] | str


def why_not() -> str | None:
    """Return why there can be no namespaces here; None when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need `ip`: apt-get install iproute2"
    tried = subprocess.run(["ip", "netns", "add", f"checkin-{os.getpid()}"], check=False, capture_output=True)
    if tried.returncode:
        return f"this machine refuses network namespaces: {tried.stderr.decode().strip()}"
    _ip("netns", "del", f"checkin-{os.getpid()}")
    return None


class Host:
    """One namespace: `gateway` is our end of its wire, `address` its own. It runs one process."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self._space = name, f"checkin-{os.getpid()}-{number}"
        third, fourth = os.getpid() % 256, 4 * number
        self.gateway, self.address = f"198.18.{third}.{fourth + 1}", f"198.18.{third}.{fourth + 2}"
        wire = (f"ci{os.getpid()}x{number}"[-15:], f"co{os.getpid()}x{number}"[-15:])
        self._process: subprocess.Popen[bytes] | None = None
        _ip("netns", "add", self._space)
        _ip("link", "add", wire[0], "type", "veth", "peer", "name", wire[1], "netns", self._space)
        _ip("addr", "add", f"{self.gateway}/30", "dev", wire[0])
        _ip("link", "set", wire[0], "up")
        _ip("-n", self._space, "addr", "add", f"{self.address}/30", "dev", wire[1])
        _ip("-n", self._space, "link", "set", wire[1], "up")
        _ip("-n", self._space, "link", "set", "lo", "up")

    def runs(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Start a Python module in it."""
        within = ["ip", "netns", "exec", self._space, sys.executable, "-m", *command]
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                within, env=environment, cwd=ROOT, stdout=written, stderr=written, start_new_session=True
            )

    @property
    def running(self) -> bool:
        """Tell whether its process still runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End its process, and those that it started, as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def remove(self) -> None:
        """End it. Its wire goes with it."""
        self.kill()
        _ip("netns", "del", self._space)


@contextmanager
def hosts(names: Sequence[str]) -> Iterator[dict[str, Host]]:
    """Hosts by name, removed at the end."""
    found: dict[str, Host] = {}
    try:
        for number, name in enumerate(names):
            found[name] = Host(name, number)
        yield found
    finally:
        for host in found.values():
            host.remove()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Switchboard:
    """Passes connections on: servers that listen on this machine only are reached from the hosts, and several of a kind
    behind one address, as a load balancer does it: who does not answer is passed over."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def connects(self, addresses: Sequence[str], port: int, *targets: Place) -> None:
        """Pass what comes to these addresses on to one of the targets, in turn."""
        turns = itertools.count()

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            first = next(turns)
            for target in (targets[(first + i) % len(targets)] for i in range(len(targets))):
                with suppress(OSError, asyncio.CancelledError):
                    there, back = await _opened(target)
                    await asyncio.gather(_pumps(reader, back), _pumps(there, writer))
                    return
            writer.close()

        async def listens() -> None:
            self._servers.append(await asyncio.start_server(came, list(addresses), port))

        self._do(listens())

    def close(self) -> None:
        """Let go of everything."""
        self._do(self._let_go())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _let_go(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _opened(target: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, str):
        return await asyncio.open_unix_connection(target)
    return await asyncio.open_connection(*target)


async def _pumps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
    finally:
        writer.close()
