"""What a request leaves in the log: one line, by which whatever follows from it can be found (see `checkin.logs`)."""

import re
import time

from flask import Blueprint, Response, g, request

from checkin import logs
from checkin.store.work import as_uuid
from webhooks.metrics import SECONDS

_log = logs.get("webhooks")

_SID = re.compile("[A-Z]{2}[0-9a-f]{32}")
_WORD = re.compile("[a-z-]{1,20}")


def leave(door: Blueprint) -> None:
    """Have every request that has passed the door's checks followed, and logged when it has been answered."""

    def begin() -> None:
        g.begun = time.monotonic()
        # Only the line itself writes addresses with a trace, and they are signed.
        logs.follow(as_uuid(request.args.get("trace", "")) or logs.trace_of(_sid()))

    def end(answer: Response) -> Response:
        if "begun" in g:
            known = {"sid": _known(_SID, _sid()), "word": _known(_WORD, _says()), "about": as_uuid(_about())}
            told = {name: str(value) for name, value in known.items() if value}
            took = time.monotonic() - g.begun
            SECONDS.labels(request.path).observe(took)
            _log.info("answered", path=request.path, status=answer.status_code, ms=round(took * 1000), **told)
        return answer

    def let_go(_: BaseException | None) -> None:
        logs.follow(None)

    door.before_request(begin)
    door.after_request(end)
    door.teardown_request(let_go)


def _sid() -> str:
    return request.form.get("MessageSid") or request.form.get("CallSid", "")


def _says() -> str:
    return request.form.get("MessageStatus") or request.form.get("CallStatus", "")


def _about() -> str:
    return request.args.get("m", "")


def _known(pattern: re.Pattern[str], text: str) -> str | None:
    """Return what the carrier named when it has the form of a name: anything may be posted."""
    return text if pattern.fullmatch(text) else None
