"""Logs: a constant event name and fields. Never a person's words, name or number.

What a text or call sets off is followed by its trace: every line about it carries the same id, in whichever process it
is written. It is made at a door and kept with what is owed and what is still to come (`messages.trace`,
`timers.trace`): a line of the web process, the page that a worker sends and what the carrier tells of it are found
together. It is made of the carrier's own random id, so that a repeated request has the same, and says nothing of
anybody.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID, uuid5

import structlog

_TRACE = "trace"
_OURS = UUID("6b0c5a52-8f0e-4a43-9d5e-2f1f6f1f7c11")


def configure(*, plain: bool = False) -> None:
    """Send logs to standard error, as JSON lines, or as plain text for a person at a terminal."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger whose lines carry `room=name`."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(room=name))


def trace_of(sid: str) -> UUID:
    """Return the trace of a text or call by the carrier's id of it: the same for every request about it."""
    return uuid5(_OURS, sid)


def follow(trace: UUID | None) -> None:
    """Let every line of this thread carry `trace` from now on; None: none. For doors, which let go at the end."""
    structlog.contextvars.unbind_contextvars(_TRACE)
    if trace is not None:
        structlog.contextvars.bind_contextvars(**{_TRACE: str(trace)})


@contextmanager
def following(trace: UUID) -> Iterator[None]:
    """Let every line of this thread until the end carry `trace`, and what is owed meanwhile be kept with it."""
    with structlog.contextvars.bound_contextvars(**{_TRACE: str(trace)}):
        yield


def trace() -> UUID | None:
    """Return what this thread follows just now."""
    found = structlog.contextvars.get_contextvars().get(_TRACE)
    return UUID(found) if found else None
