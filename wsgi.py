"""The web process put together: the phone network's door and the staff's door on one line."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import console
import webhooks
from checkin.bootstrap import Line, open_line, start_line
from workers.queues import Bell

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_app(environment: Mapping[str, str]) -> Flask:
    """Return the web application for the line that `environment` describes. Raises BadSetting."""
    return serve(open_line(environment))


def serve(line: Line) -> Flask:
    """Return the web application for an opened line."""
    bell = Bell(line.settings.redis_url)
    app = Flask("checkin", static_folder=None)
    app.config.update(SECRET_KEY=line.settings.secret, MAX_CONTENT_LENGTH=256 * 1024)
    console.register(app, line, bell)
    doors = _join(webhooks.create_app(line, bell).wsgi_app, app.wsgi_app)
    # Flask's own way to put something before an application.
    app.wsgi_app = ProxyFix(doors, x_for=1, x_proto=0) if line.settings.behind_proxy else doors  # type: ignore[assignment,method-assign]
    return app


def _join(phones: "WSGIApplication", staff: "WSGIApplication") -> "WSGIApplication":
    """Return one application of the two doors, told apart by path."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        door = phones if environ["PATH_INFO"].startswith(webhooks.PATHS) else staff
        return door(environ, start_response)

    return answer


def __getattr__(name: str) -> Flask:
    """Make `wsgi:app` when a server asks for it, so that importing this module needs no settings."""
    if name != "app":
        raise AttributeError(name)
    app = serve(start_line(os.environ))
    globals()["app"] = app
    return app
