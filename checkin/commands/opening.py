"""The line, opened for one command."""

import os

import click

from checkin import bootstrap


def open_here() -> bootstrap.Line:
    """Return the line of the environment; its connections are closed with the command. Raises BadSetting."""
    line = bootstrap.open_line(os.environ, plain_logs=True)
    click.get_current_context().call_on_close(line.store.engine.dispose)
    return line
