"""Serves a network over HTTP on this machine: Twilio's REST API, the control API and the page of phones."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from simulator import control, page, rest, rest_account, rest_calls, rest_messages
from simulator.network import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"


class Handler(WSGIRequestHandler):
    """Keeps connections open between requests, and says nothing of each."""

    protocol_version = "HTTP/1.1"
    # Head and body of an answer are two small writes; without this the second waits for an acknowledgement.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A rehearsal polls the clock many times a second; nobody wants to read that."""


def create_app(network: Network, *, console_url: str = "") -> Flask:
    """The web application around a network."""
    app = Flask(__name__)
    app.extensions["network"] = network
    app.config["CONSOLE_URL"] = console_url
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask types the provider by its base class
    for blueprint in (rest_messages.api, rest_calls.api, rest_account.api, control.api, page.pages):
        app.register_blueprint(blueprint)
    rest.register_fallbacks(app)
    app.wsgi_app = _dropping(app.wsgi_app)  # type: ignore[method-assign,assignment] # Flask's own way to wrap itself
    return app


def _dropping(inner: "WSGIApplication") -> "WSGIApplication":
    def outer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = inner(environ, start_response)
        if environ.get(rest.DROP):
            # The server takes this for a client that went away, and closes the connection unanswered.
            raise ConnectionResetError
        return answer

    return outer


class Server:
    """A network being served. `port` 0 takes any that is free; `url` says where it came to be."""

    def __init__(self, network: Network, port: int = 0, *, console_url: str = "") -> None:
        self.network = network
        self._server = make_server(
            HOST, port, create_app(network, console_url=console_url), threaded=True, request_handler=Handler
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined] # of ThreadingMixIn, which threaded=True gives
        self.url = network.public_url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(target=self.serve, name="simulator-server", daemon=True)

    def serve(self) -> None:
        """Serves until `close`, in the calling thread."""
        self._server.serve_forever(poll_interval=0.1)

    def start(self) -> None:
        """Serves in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stops serving, and ends the network."""
        self.network.close()
        self._server.shutdown()
        self._server.server_close()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
