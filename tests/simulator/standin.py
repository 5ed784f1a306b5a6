"""A small application in the line's place: it answers what a test tells it to, and keeps every request it gets."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

Reply = Response | str | Callable[["Seen"], Response | str]


class Quiet(WSGIRequestHandler):
    """Keeps its mouth shut."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


@dataclass
class Seen:
    """One request as it came: the URL as it was signed, the parameters in order."""

    url: str
    path: str
    method: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.pairs)


def twiml(inner: str) -> Response:
    return Response(f"<Response>{inner}</Response>", mimetype="text/xml")


class StandIn:
    """Answers `replies[path]`, one after another when it is a list; an empty document where nothing is set."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.replies: dict[str, Reply | list[Reply]] = {}
        self.next_due_at: Callable[[], str | None] = lambda: None
        self.lock = threading.Condition()
        app = Flask(__name__)
        app.add_url_rule("/readyz", view_func=lambda: {"next_due_at": self.next_due_at()})
        app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def _answer(self, path: str) -> Response | str:
        raw = request.get_data(as_text=True)
        target = request.environ["RAW_URI"]
        proto = request.headers.get("X-Forwarded-Proto", "http")
        seen = Seen(
            f"{proto}://{request.headers['Host']}{target}",
            f"/{path}",
            request.method,
            parse_qsl(raw or request.query_string.decode(), keep_blank_values=True),
            dict(request.headers),
        )
        with self.lock:
            self.seen.append(seen)
            self.lock.notify_all()
            reply = self.replies.get(f"/{path}", "")
            if isinstance(reply, list):
                reply = reply.pop(0) if reply else ""
        answer = reply(seen) if callable(reply) and not isinstance(reply, Response) else reply
        if isinstance(answer, Response) or answer:
            return answer
        return twiml("")

    def at(self, path: str) -> list[Seen]:
        """What came to a path, in order."""
        with self.lock:
            return [seen for seen in self.seen if seen.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
