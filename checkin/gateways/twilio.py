"""Twilio: the one room, with its door `webhooks/`, that knows how Twilio speaks.

Facts and codes: Twilio's error dictionary and API description as of 2026; what a code means for us is our judgement.
"""

import http.client
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import urllib3
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.message import MessageInstance

from checkin import logs
from checkin.errors import BadSetting, CarrierError
from checkin.gateways import Fault, Machines, Receipt
from checkin.settings import Settings

_log = logs.get("twilio")

# How far along a message is. Statuses may come in any order and before our own request has returned; only a higher
# rank is believed. One that Twilio invents tomorrow ranks below everything: kept and shown, believed of nothing.
TEXT_RANK: Mapping[str, int] = {
    "accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3,
    "delivered": 4, "undelivered": 4, "failed": 4, "canceled": 4, "read": 5,
}  # fmt: skip
CALL_RANK: Mapping[str, int] = {
    "queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3,
    "completed": 4, "busy": 4, "no-answer": 4, "failed": 4, "canceled": 4,
}  # fmt: skip
UNKNOWN_RANK = -1
# How a text ends that did not arrive; Twilio names a code with it, or not.
NOT_ARRIVED = frozenset({"failed", "undelivered"})

_FAULTS: Mapping[Fault, tuple[int, ...]] = {
    Fault.UNSUBSCRIBED: (21610,),
    Fault.NOT_MOBILE: (21614, 30006),
    Fault.UNREACHABLE: (30003,),
    Fault.NO_SUCH_NUMBER: (21211, 21214, 21217, 30005, 13223, 13224, 63003, 63024, 63033),
    Fault.BLOCKED: (30004, 21612, 21216, 13225),
    Fault.TOMORROW: (30023, 30025, 30026, 30027),
    Fault.CONFIG: (
        20003, 20404, 21212, 21213, 21210, 21215, 21219, 21408, 21606, 21607, 21608, 21601, 21659, 21660, 21661,
        21703, 21704, 21705, 30002, 30010, 30018, 30024, 30032, 30033, 30034, 30035, 10004, 13214, 13227, 63007,
        63016, 63032,
    ),
    Fault.FILTERED: (30007,),
    Fault.BUG: (
        11100, 21201, 21205, 21220, 21602, 21603, 21604, 21609, 21617, 21619, 21620, 21624, 21658, 30009, 30019,
        *range(35111, 35127),
    ),
    Fault.TRANSIENT: (
        20429, 20500, 20503, 21611, 22005, 30001, 30008, 30017, 30020, 30021, 30022, 30036, 30410, 30450, 30500,
        63009, 63010, 63012, 63017, 63018,
    ),
}  # fmt: skip
# What is said of channels that we do not use, unless the table says otherwise.
_CHANNELS = range(63001, 63042)
_FAULT_OF: Mapping[int, Fault] = {
    **dict.fromkeys(_CHANNELS, Fault.CONFIG),
    **{code: fault for fault, codes in _FAULTS.items() for code in codes},
}


class Http(HttpClient):
    """Twilio's requests over one pool of kept connections, with a time limit, optionally to another host.

    The SDK's own client has no time limit by default and loses Retry-After.
    """

    def __init__(self, *, seconds: float, connections: int, api_url: str | None) -> None:
        # The SDK would log request bodies, which are people's words; `request` below logs nothing.
        super().__init__(logger=logging.getLogger(__name__), is_async=False, timeout=seconds)
        # Nothing is tried again down here: whether a send may be repeated is not for a connection pool to say.
        self._pool = urllib3.PoolManager(maxsize=connections, block=True, retries=False)
        self._timeout = urllib3.Timeout(connect=min(seconds, 5), read=seconds)
        self._host = urlsplit(api_url) if api_url else None
        self._authorization: dict[tuple[str, str], str] = {}
        self.dated = ""
        """The Date of the newest answer, as the carrier wrote it."""

    @classmethod
    def of(cls, settings: Settings, *, connections: int) -> Self:
        """Return what makes requests within `settings.carrier_seconds`."""
        return cls(seconds=settings.carrier_seconds, connections=connections, api_url=settings.twilio_api_url)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the SDK's signature; ours is fixed
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> Response:
        if self._host is not None:
            parts = urlsplit(uri)
            uri = parts._replace(scheme=self._host.scheme, netloc=self._host.netloc).geturl()
        if params:
            uri = f"{uri}?{urlencode(params, doseq=True)}"
        sent = dict(headers or {})
        if auth is not None:
            if auth not in self._authorization:
                basic = urllib3.make_headers(basic_auth=f"{auth[0]}:{auth[1]}")
                self._authorization[auth] = basic["authorization"]
            sent["Authorization"] = self._authorization[auth]
        body = None
        if data is not None:
            body = urlencode(data, doseq=True).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._pool.request(method, uri, body=body, headers=sent, timeout=self._timeout, redirect=False)
        self.dated = answer.headers.get("Date", "")
        if answer.status == http.client.TOO_MANY_REQUESTS:
            raise CarrierError("The carrier is busy.", code=20429, retry_after=_seconds(answer.headers))
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def client_of(settings: Settings, http_client: Http) -> Client:
    """Return Twilio's own client for the account, with the API key where there is one."""
    user, secret = settings.api_key or (settings.account_sid, settings.auth_tokens[0])
    return Client(user, secret, settings.account_sid, http_client=http_client)


_DETECTION: Mapping[Machines, str | object] = {
    "hang_up": "Enable",
    "leave_word": "DetectMessageEnd",
    "ignore": values.unset,
}


class TwilioGateway:
    """Twilio's REST API, through Twilio's own SDK."""

    def __init__(self, settings: Settings, *, connections: int) -> None:
        """Make a gateway whose requests end within `settings.carrier_seconds`; nothing is sent yet."""
        self._settings = settings
        self._answers_at = f"{settings.public_url}/twilio"
        client = client_of(settings, Http.of(settings, connections=connections))
        self._messages = client.api.v2010.account.messages
        self._calls = client.api.v2010.account.calls

    def text(self, message_id: UUID, to: str, body: str, *, sender: str | None = None) -> Receipt:
        """Send a text. Raises CarrierError."""
        service = self._settings.messaging_service_sid
        by_service = {"messaging_service_sid": service} if service and not sender else None
        try:
            sent = self._messages.create(
                to=to,
                body=body,
                status_callback=f"{self._answers_at}/sms/status?{_about(message_id)}",
                # A reminder that waited for hours in the carrier's queue is worth less than none.
                validity_period=4 * 3600,
                **(by_service or {"from_": sender or self._settings.number or ""}),
            )
        except Exception as error:
            raise translated(error) from error
        return _text_receipt(sent)

    def call(
        self, message_id: UUID, to: str, *, ring_seconds: int, machines: Machines, sender: str | None = None
    ) -> Receipt:
        """Ring somebody. Raises CarrierError."""
        caller_id = sender or self._settings.number
        if not caller_id:
            raise CarrierError("TWILIO_NUMBER is not set, and calls need it.", code=21213)
        try:
            made = self._calls.create(
                to=to,
                from_=caller_id,
                url=f"{self._answers_at}/voice/out?{_about(message_id)}",
                status_callback=f"{self._answers_at}/voice/status?{_about(message_id)}",
                timeout=ring_seconds,
                machine_detection=_DETECTION[machines],
            )
        except Exception as error:
            raise translated(error) from error
        return _call_receipt(made)

    def hang_up(self, sid: str) -> None:
        """End a call that is under way, ours or a leg of one. Raises CarrierError."""
        try:
            self._calls(sid).update(status="completed")
        except Exception as error:
            raise translated(error) from error

    def find_text(self, to: str, body: str, since: datetime) -> Receipt | None:
        """Look in Twilio's list for a text sent since a moment (aware). Raises CarrierError.

        Not filtered by DateSent: a text that Twilio has queued has none yet.
        """
        try:
            found = self._messages.list(to=to, limit=50, page_size=50)
        except Exception as error:
            raise translated(error) from error
        for message in found:
            if message.body == body and _since(message.date_created, since):
                return _text_receipt(message)
        return None

    def find_call(self, to: str, since: datetime) -> Receipt | None:
        """Look in Twilio's list for a call made since a moment (aware). Raises CarrierError."""
        try:
            found = self._calls.list(to=to, limit=20, page_size=20)
        except Exception as error:
            raise translated(error) from error
        for call in found:
            if call.direction != "inbound" and _since(call.date_created, since):
                return _call_receipt(call)
        return None

    def fault(self, code: int) -> Fault:
        """Return what one of Twilio's error codes means; one that is not in the table is TRANSIENT."""
        return _FAULT_OF.get(code, Fault.TRANSIENT)


def _about(message_id: UUID) -> str:
    """Return what an address that the carrier asks for says: which message, and what set it off."""
    trace = logs.trace()
    return f"m={message_id}&trace={trace}" if trace else f"m={message_id}"


def _since(made: datetime | None, since: datetime) -> bool:
    # Twilio's dates have whole seconds.
    return made is None or made.replace(tzinfo=made.tzinfo or UTC) >= since.replace(microsecond=0)


def _text_receipt(message: MessageInstance) -> Receipt:
    _need_sid(message.sid)
    status = str(message.status)
    code = int(message.error_code or 0) if status in NOT_ARRIVED else None
    return Receipt(str(message.sid), status, TEXT_RANK.get(status, UNKNOWN_RANK), code)


def _need_sid(sid: str | None) -> None:
    if not sid:
        # The SDK takes an empty answer for a success.
        raise CarrierError("Twilio's answer was empty.", ambiguous=True)


def _call_receipt(call: CallInstance) -> Receipt:
    _need_sid(call.sid)
    status = str(call.status)
    return Receipt(str(call.sid), status, CALL_RANK.get(status, UNKNOWN_RANK))


def _code_in(answer: Response) -> int | None:
    try:
        return int(json.loads(answer.text)["code"])
    except (ValueError, KeyError, TypeError):
        return None


def translated(error: Exception) -> CarrierError:
    """Return what went wrong in the line's own terms; above all, whether Twilio may have acted all the same."""
    match error:
        case CarrierError():
            return error
        # The second is what the SDK makes of an answer in the form of RFC 9457.
        case TwilioRestException(status=status, code=code) | TwilioServiceException(status=status, code=code):
            if status >= http.client.INTERNAL_SERVER_ERROR:
                return CarrierError(f"Twilio answered {status}.", code=int(code or status), ambiguous=True)
            return CarrierError(f"Twilio refused with {code}.", code=int(code or status))
        # What the SDK makes of a list that is refused: the answer itself, beside a sentence.
        case TwilioException(args=(_, Response(status_code=status) as answer)) if (
            status < http.client.INTERNAL_SERVER_ERROR
        ):
            return translated(TwilioRestException(status, "", code=_code_in(answer)))
        case urllib3.exceptions.NewConnectionError() | urllib3.exceptions.ConnectTimeoutError():
            return CarrierError("Twilio could not be reached.", code=20503)
        case urllib3.exceptions.LocationValueError() | BadSetting():
            return CarrierError("The carrier's address is malformed.", code=11100)
        case urllib3.exceptions.HTTPError() | TwilioException() | ValueError():
            # A time-out, a broken connection, or an answer that is no JSON: it may have been sent.
            return CarrierError(f"Twilio's answer did not arrive ({type(error).__name__}).", ambiguous=True)
        case _:
            _log.error("carrier_error_unknown", kind=type(error).__name__)
            return CarrierError(f"Unexpected: {type(error).__name__}.", ambiguous=True)
