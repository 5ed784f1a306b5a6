"""Logs: a constant event name and fields. Never a person's words, name or number, not even out of an exception.

What a text or call sets off is followed by its trace: every line about it carries the same id, in whichever process it
is written. It is made at a door and kept with what is owed and what is still to come (`messages.trace`,
`timers.trace`): a line of the web process, the page that a worker sends and what the carrier tells of it are found
together. It is made of the carrier's own random id, so that a repeated request has the same, and says nothing of
anybody.
"""

import io
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO, cast
from uuid import UUID, uuid5

import structlog

_TRACE = "trace"
_OURS = UUID("6b0c5a52-8f0e-4a43-9d5e-2f1f6f1f7c11")


def configure(*, plain: bool = False) -> None:
    """Send logs to standard error, as JSON lines, or as plain text for a person at a terminal, who is told only what
    wants them."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if plain else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    _take_in_libraries(renderer)


class _StandardError(io.TextIOBase):
    """Standard error as it is when something is said: a logger is made once, and may outlive its stream."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _without_words(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say of an exception what kind it is and where it came from, with its causes, and nothing of its message: what
    could not be understood, stored or sent stands in there, and that is what somebody wrote."""
    error = event.pop("exc_info", None)
    if error:
        # A library hands in what `sys.exc_info` returns, we ourselves nothing but "yes".
        raised = (
            error[1] if isinstance(error, tuple) else error if isinstance(error, BaseException) else sys.exception()
        )
        event["exception"] = list(_told(raised))
    return event


def _told(error: BaseException | None) -> Iterator[dict[str, object]]:
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        told: dict[str, object] = {"kind": type(error).__name__, "at": where}
        if isinstance(state := getattr(getattr(error, "orig", error), "sqlstate", None), str):
            told["sqlstate"] = state
        yield told
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class _Stderr(logging.Handler):
    """Writes to standard error as it is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")


def _take_in_libraries(renderer: structlog.typing.Processor) -> None:
    """Have what libraries log (Flask does of a page that breaks) written in the same way, without anybody's words."""
    root = logging.getLogger()
    for before in [one for one in root.handlers if isinstance(one, _Stderr)]:
        root.removeHandler(before)
    handler = _Stderr(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _foreign, _without_words, renderer],
        )
    )
    root.addHandler(handler)


def _foreign(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of a library's line about an exception its name alone."""
    if event.get("exc_info"):
        event["event"] = "library_error"
    return event


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
