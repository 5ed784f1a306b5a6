"""Small feeds of our own, and a web server on this machine that behaves as badly as it is told to."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ORGANISATION = {
    "id": "o1",
    "name": "Harbour Advice",
    "description": "Advice by the harbour",
    "website": "https://harbour.example",
}


def place(number: int = 1, **more: object) -> dict[str, Any]:
    """Return a service at a location in Leeds."""
    location = {
        "id": f"l{number}",
        "location_type": "physical",
        "name": "Hall",
        "latitude": 53.82,
        "longitude": -1.57,
        "addresses": [
            {"id": "a1", "address_1": "1 High Street", "city": "Leeds", "postal_code": "LS6 2AA", "country": "GB"}
        ],
        **more,
    }
    return {"id": f"sal{number}", "location": location}


def service(number: int = 1, **more: object) -> dict[str, Any]:
    """Return a whole service as HSDS 3.1 has it."""
    return {
        "id": f"s{number}",
        "name": f"Debt Advice {number}",
        "description": "Help with debt, bailiffs and arrears",
        "status": "active",
        "organization": ORGANISATION,
        "phones": [{"id": "p1", "number": "0113 496 0123", "type": "voice"}],
        "schedules": [
            {"id": "t1", "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00:00", "closes_at": "17:00:00"}
        ],
        "service_at_locations": [place()],
        **more,
    }


def pages(contents: list[Any], number: int = 1, of: int = 1) -> dict[str, Any]:
    """Return a page of a list."""
    return {"total_pages": of, "page_number": number, "last_page": number == of, "contents": contents}


def written(folder: Path, feed: object, name: str = "feed.json") -> Path:
    """Write a feed to a file; a text is written as it is."""
    file = folder / name
    file.write_text(feed if isinstance(feed, str) else json.dumps(feed), encoding="utf-8", errors="surrogatepass")
    return file


Answer = Callable[[BaseHTTPRequestHandler], None]


def says(body: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer with a body of JSON, or of bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(raw)

    return answer


def moved(to: str) -> Answer:
    """Return a redirect."""
    return says(b"", 302, Location=to)


def drips(request: BaseHTTPRequestHandler) -> None:
    """Send a letter now and then, for ever."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"[")
        request.wfile.flush()
        time.sleep(0.02)


def drips_headers(request: BaseHTTPRequestHandler) -> None:
    """Begin an answer, and never come to what it says."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
    while True:
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.02)


@contextmanager
def dripping_handshake() -> Iterator[tuple[str, threading.Event]]:
    """A server that begins a TLS handshake and sends the rest of it a letter now and then; its address, and whether it
    has been let go on to the end."""
    ended, stopped = threading.Event(), threading.Event()

    def drip(listening: socket.socket) -> None:
        talking, _ = listening.accept()
        with talking, suppress(OSError):
            talking.recv(4096)
            # A record of the handshake that says it is four thousand letters long.
            talking.sendall(b"\x16\x03\x03\x10\x00")
            for _ in range(400):
                talking.sendall(b"\x02")
                if stopped.wait(0.02):
                    return
            ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}/feed", ended
        finally:
            stopped.set()
            thread.join()


def breaks_off(request: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(b'[{"id": "s1"')


class Server:
    """Answers by path, with its query; `asked` is what was asked for, with the headers that came."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers)))
                try:
                    outer.answers.get(self.path, says({}, 404))(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's own name
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve meanwhile."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@contextmanager
def serving(answers: dict[str, Answer]) -> Iterator[Server]:
    """A server that gives these answers."""
    with Server(answers).running() as server:
        yield server
