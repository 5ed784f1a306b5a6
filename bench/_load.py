"""Load for `bench/webhook.py`: sends requests that were written out before, over kept-alive connections.

    python -m bench._load PORT CONNECTIONS FILE

A process of its own that does as little as it can, because it shares the machine with what it measures. FILE is a
pickled list of whole HTTP requests. Prints one line of JSON: seconds, seconds each request took, answers by status.
"""

import json
import pickle
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


class _Caller:
    """One connection: the request it has sent, and what has come back so far."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.since = 0.0
        self._answer = b""

    def ask(self, request: bytes) -> None:
        self._answer = b""
        self.since = time.perf_counter()
        self.socket.sendall(request)

    def status(self) -> int | None:
        """Read what is there; the status once the whole answer is."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError(f"The server hung up after {self._answer[:200]!r}.")
        self._answer += part
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head[9:12]) if len(body) >= length else None


def send(port: int, connections: int, requests: Iterator[bytes]) -> tuple[float, list[float], Counter[int]]:
    """Send every request, one at a time on each connection; return seconds, seconds each, answers by status."""
    took: list[float] = []
    statuses: Counter[int] = Counter()
    with selectors.DefaultSelector() as selector:
        callers = [_Caller(port) for _ in range(connections)]
        begun = time.perf_counter()
        for caller in callers:
            selector.register(caller.socket, selectors.EVENT_READ, caller)
            caller.ask(next(requests))
        busy = len(callers)
        while busy:
            for key, _ in selector.select():
                caller = key.data
                status = caller.status()
                if status is None:
                    continue
                took.append(time.perf_counter() - caller.since)
                statuses[status] += 1
                request = next(requests, None)
                if request is None:
                    selector.unregister(caller.socket)
                    caller.socket.close()
                    busy -= 1
                else:
                    caller.ask(request)
        seconds = time.perf_counter() - begun
    return seconds, took, statuses


if __name__ == "__main__":
    port, connections, file = sys.argv[1:]
    written = pickle.loads(Path(file).read_bytes())  # noqa: S301  # written by the bench that starts us
    print(json.dumps(send(int(port), int(connections), iter(written))))
