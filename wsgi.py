"""The web process put together: the phone network's door and the staff's door on one line."""

import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import console
import webhooks
from checkin.bootstrap import open_line
from workers.queues import Bell


def create_app(environment: Mapping[str, str]) -> Flask:
    """Return the web application for the line that `environment` describes. Raises BadSetting."""
    line = open_line(environment)
    app = Flask("checkin", static_folder=None)
    app.config.update(SECRET_KEY=line.settings.secret, MAX_CONTENT_LENGTH=256 * 1024)
    if line.settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0)  # type: ignore[method-assign]  # Flask's own way
    bell = Bell(line.settings.redis_url)
    webhooks.register(app, line, bell)
    console.register(app, line, bell)
    return app


def __getattr__(name: str) -> Flask:
    """Make `wsgi:app` when a server asks for it, so that importing this module needs no settings."""
    if name != "app":
        raise AttributeError(name)
    app = create_app(os.environ)
    globals()["app"] = app
    return app
