"""Fetching feeds from addresses that somebody typed, from servers nobody here runs.

What may go wrong is bounded: how much is read, for how long in all, how many redirects, and whom we connect to. A
server's name is looked up once, every address it has must be a public one, and the connection is made to the address
that was checked, so that a name which answers differently the second time gains nothing.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout

from checkin.directory.reading import FeedError

Resolve = Callable[[str, int], list[str]]

_REDIRECTS = 5
_CHUNK = 65536
_WAIT = 10.0
_MOVED = frozenset({301, 302, 303, 307, 308})
_AGENT = "checkin-line directory import"


def look_up(host: str, port: int) -> list[str]:
    """Return every address of a host. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Version:
    """What a server calls the version it sent (ETag, Last-Modified)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from in the end, its version. `fresh` is false when nothing changed since the version
    that was named; then there is no file."""

    url: str
    version: Version
    fresh: bool


@dataclass(slots=True)
class Fetcher:
    """Fetches for one import. `most` bytes and `seconds` are for all of its requests together; `loopback` lets it
    connect to this machine, for tests and the simulator."""

    most: int
    seconds: float
    loopback: bool = False
    resolve: Resolve = look_up
    clock: Callable[[], float] = time.monotonic
    _ends: float | None = None
    _read: int = 0

    def fetch(self, url: str, file: Path, version: Version = Version()) -> Fetched:
        """Write what stands at `url` to `file`. Raises FeedError."""
        self._ends = self._ends or self.clock() + self.seconds
        secure = False
        for _ in range(_REDIRECTS + 1):
            secure = self._check(url, secure=secure)
            with _Answer(self, url, version) as answer:
                if answer.status in _MOVED and answer.headers.get("location"):
                    url = urljoin(url, answer.headers["location"])
                    continue
                if answer.status == 304:
                    return Fetched(url, version, fresh=False)
                if answer.status != 200:
                    raise FeedError(f"The server answered {answer.status}.")
                if answer.headers.get("content-encoding", "identity").lower() != "identity":
                    raise FeedError("The server packs its answer although it was asked not to.")
                self._save(answer, file)
                return Fetched(
                    url, Version(answer.headers.get("etag"), answer.headers.get("last-modified")), fresh=True
                )
        raise FeedError(f"It redirects more than {_REDIRECTS} times.")

    def left(self) -> float:
        """Return the seconds that are left. Raises FeedError when none are, or as much was read as may be."""
        left = (self._ends or 0) - self.clock()
        if left <= 0:
            raise FeedError(f"It took longer than {self.seconds:g} seconds.")
        if self._read > self.most:
            raise FeedError(f"It is larger than {self.most / 1e6:g} MB.")
        return left

    def address(self, host: str, port: int) -> str:
        """Return the address to connect to. Raises FeedError when the host has none, or one that is not public."""
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise FeedError(f"There is no server {host}.") from error
        for address in found:
            if not self._allowed(address):
                raise FeedError(f"{host} is not on the public internet.")
        if not found:
            raise FeedError(f"There is no server {host}.")
        return found[0]

    def _check(self, url: str, *, secure: bool) -> bool:
        """Return whether an address is https. Raises FeedError for one that is no web address, or less safe than what
        sent us there."""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise FeedError("It is, or redirects to, no web address.")
        if parts.username or parts.password:
            raise FeedError("A password in a web address is not used.")
        if secure and parts.scheme == "http":
            raise FeedError("It redirects from a safe address to one that is not.")
        return parts.scheme == "https"

    def _allowed(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if self.loopback and ip.is_loopback:
            return True
        return ip.is_global and not ip.is_multicast and not ip.is_reserved

    def _save(self, answer: "_Answer", file: Path) -> None:
        with file.open("wb") as out:
            while True:
                # As much as has arrived: a server that drips must not keep us waiting for a whole chunk.
                chunk = answer.read()
                # A line that was cut because the time is over looks like an answer that has come to its end.
                self.left()
                if not chunk:
                    return
                self._read += len(chunk)
                out.write(chunk)


class _Line:
    """A line to a server that can be cut at any moment, by another thread too. What is cut is a copy of the socket:
    a TLS handshake takes the socket itself away, and a server may drip that as well."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = False

    def hold(self, opened: socket.socket) -> socket.socket:
        """Know a socket, and cut it at once where it comes too late."""
        with self._lock:
            self._held.append(opened.dup())
        if self._over:
            self.cut()
        return opened

    def cut(self) -> None:
        """End whatever is under way, and what comes."""
        self._over = True
        with self._lock:
            for held in self._held:
                with suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Close the copies."""
        with self._lock:
            while self._held:
                self._held.pop().close()


class _Held:
    """A connection whose line somebody can cut."""

    def __init__(self, *arguments: Any, line: _Line, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.hold(super()._new_conn())  # type: ignore[misc]  # of the connection that this is mixed into


class _Http(_Held, HTTPConnection):
    """Without TLS."""


class _Https(_Held, HTTPSConnection):
    """With TLS."""


class _Answer:
    """A request to the checked address, under the host's own name, and what came back."""

    def __init__(self, fetcher: Fetcher, url: str, version: Version) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = fetcher.address(host, port)
        left = fetcher.left()
        timeout = Timeout(connect=min(_WAIT, left), read=min(_WAIT, left))
        self._line = _Line()
        self._pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = urllib3.HTTPSConnectionPool(
                address, port, server_hostname=host, assert_hostname=host, timeout=timeout, line=self._line
            )
            self._pool.ConnectionCls = _Https
        else:
            self._pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, line=self._line)
            self._pool.ConnectionCls = _Http
        # A server that drips its handshake or its headers answers before every time-out there is.
        self._ends = threading.Timer(left, self._line.cut)
        self._ends.daemon = True
        self._ends.start()
        name = f"[{host}]" if ":" in host else host
        headers = {
            "Host": f"{name}:{parts.port}" if parts.port else name,
            "User-Agent": _AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        if version.etag:
            headers["If-None-Match"] = version.etag
        if version.last_modified:
            headers["If-Modified-Since"] = version.last_modified
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            self._answer = self._pool.urlopen(
                "GET", path, headers=headers, redirect=False, retries=False, preload_content=False, decode_content=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._close()
            fetcher.left()
            raise FeedError(f"{host} does not answer ({type(error).__name__}).") from error
        self.status = self._answer.status
        self.headers = self._answer.headers

    def read(self) -> bytes:
        """Return what has arrived, b"" at the end. Raises FeedError."""
        try:
            return self._answer.read1(_CHUNK)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise FeedError("The connection broke off in the middle.") from error

    def _close(self) -> None:
        self._ends.cancel()
        self._pool.close()
        self._line.let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._close()
