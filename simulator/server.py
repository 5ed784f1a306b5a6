"""Serves a network over HTTP on this machine: Twilio's REST API, the control API and the page of phones."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from simulator import control, control_phones, page, rest, rest_account, rest_calls, rest_messages
from simulator.httpd import HOST, DroppedError, HttpServer
from simulator.network import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_app(network: Network, *, console_url: str = "", zone: str = "Europe/London") -> Flask:
    """The web application around a network. The page shows times in `zone`, and links to `console_url` if given."""
    app = Flask(__name__)
    app.extensions["network"] = network
    app.config["PAGE"] = {"console_url": console_url, "zone": zone}
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask types the provider by its base class
    for blueprint in (rest_messages.api, rest_calls.api, rest_account.api, control.api, control_phones.api, page.pages):
        app.register_blueprint(blueprint)
    rest.register_fallbacks(app)
    return app


def _dropping(inner: "WSGIApplication") -> "WSGIApplication":
    """Drops the connections of requests that are marked so. It stands outside Flask, which would answer an error."""

    def outer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = inner(environ, start_response)
        if environ.get(rest.DROP):
            raise DroppedError
        return answer

    return outer


class Server:
    """A network being served. `port` 0 takes any that is free; `url` says where it came to be. Raises OSError."""

    def __init__(self, network: Network, port: int = 0, *, console_url: str = "", zone: str = "Europe/London") -> None:
        self.network = network
        self._server = HttpServer(_dropping(create_app(network, console_url=console_url, zone=zone).wsgi_app), port)
        self.url = network.api_url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="simulator-server", daemon=True
        )

    def start(self) -> None:
        """Serves in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stops serving, and ends the network."""
        self.network.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(timeout=5)
        self._server.server_close()
