"""What the door answers: TwiML, and what becomes of a request when the line itself is in trouble."""

import re
from collections.abc import Callable
from functools import wraps

from flask import Response
from sqlalchemy.exc import DBAPIError

from checkin import logs
from checkin.bootstrap import Bell
from checkin.store.work import Work, is_away

_log = logs.get("webhooks")


# What XML cannot hold; the SDK would write it out all the same, and Twilio would refuse the whole answer.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sayable(text: str) -> str:
    """Return a text as TwiML can hold it: people's own words may be in it, with anything in them."""
    return _NOT_XML.sub("", text)


def whole(most: int) -> Callable[[str], int]:
    """Return a reader of numbers for `request.form.get(type=...)`: what is none, or larger than a column holds, counts
    as not given."""

    def read(text: str) -> int:
        if not 0 <= (number := int(text)) <= most:
            raise ValueError(text)
        return number

    return read


def twiml(document: str) -> Response:
    """Return a TwiML answer. Always with a type: a plain body would be texted to the sender."""
    return Response(document, mimetype="text/xml")


def onward(address: str) -> str:
    """Return an address (one with a query) for what follows in this call, which carries what the logs follow."""
    trace = logs.trace()
    return f"{address}&trace={trace}" if trace else address


EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'


def ring(bell: Bell, work: Work) -> None:
    """After a commit: have the workers see at once to what it left for them."""
    for job in work.wake:
        bell.ring(job)


def or_503(view: Callable[..., Response]) -> Callable[..., Response]:
    """When the database cannot be reached, say so: Twilio then asks the fallback, which names the crisis numbers."""

    @wraps(view)
    def guarded(**arguments: str) -> Response:
        try:
            try:
                return view(**arguments)
            except DBAPIError as error:
                # A pooled connection may have died while nobody used it; the pool is fresh after the first failure.
                # To do the same again is harmless: what was committed all the same is known by its sid.
                if not is_away(error):
                    raise
                return view(**arguments)
        except DBAPIError as error:
            if not is_away(error):
                raise
            _log.error("database_away", kind=type(error.orig).__name__)
            return Response(EMPTY, status=503, mimetype="text/xml", headers={"Retry-After": "5"})

    return guarded
