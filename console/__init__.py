"""The staff's door."""

from flask import Flask

from checkin.bootstrap import Bell, Line


def register(app: Flask, line: Line, bell: Bell) -> None:
    """Hang the console into the web process."""
