"""Reads what the REST API is asked to send, and refuses what Twilio would refuse, with Twilio's codes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from simulator import magic
from simulator.exchange import Exchange
from simulator.phones import Kind
from simulator.segments import smart_encode
from simulator.wire import RestError, is_e164

MAX_BODY = 1600
ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


@dataclass(frozen=True, slots=True)
class Order:
    """A text the REST API was asked for, as it was asked, already known to be sound."""

    to: str
    sender: str
    service_sid: str | None
    body: str
    media: tuple[str, ...] = ()
    status_callback: str = ""
    send_at: datetime | None = None
    validity: int = 36_000


def read_order(net: Exchange, form: Mapping[str, str], media: Sequence[str]) -> Order:
    """The text that form parameters ask for. Raises RestError as Twilio does for what it will not accept."""
    to, sender, service_sid = form.get("To", ""), form.get("From", ""), form.get("MessagingServiceSid") or None
    if not to:
        raise RestError(21604, "A 'To' phone number is required.")
    if not sender and service_sid is None:
        raise RestError(21603, "A 'From' or 'MessagingServiceSid' parameter is required to send a message.")
    body = form.get("Body", "")
    if not body and not media:
        raise RestError(21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise RestError(21617, "The concatenated message body exceeds the 1600 character limit")
    if len(media) > 10:
        raise RestError(21623, "Number of media files exceeds allowed limit")
    magic.check_text(sender, to)
    if not is_e164(to) or to == sender:
        raise RestError(21211, f"The 'To' number {to} is not a valid phone number.")
    _check_sender(net, sender, service_sid, to)
    callback = form.get("StatusCallback", "")
    if callback:
        _check_callback(callback)
    smart = form.get("SmartEncoded") == "true"
    return Order(
        to=to,
        sender=sender,
        service_sid=service_sid,
        body=smart_encode(body) if smart else net.line.encoded(body) if service_sid else body,
        media=tuple(media),
        status_callback=callback,
        send_at=_send_at(net, form, service_sid),
        validity=_validity(form.get("ValidityPeriod", "36000")),
    )


def _check_sender(net: Exchange, sender: str, service_sid: str | None, to: str) -> None:
    line = net.line
    if service_sid is not None and (line.service is None or line.service.sid != service_sid):
        raise RestError(21705, "The Messaging Service is invalid")
    if not sender:
        if not line.numbers:
            raise RestError(21704, "The Messaging Service contains no phone numbers")
        return
    if not (is_e164(sender) or ALPHANUMERIC.fullmatch(sender)):
        raise RestError(21212, f"The 'From' number {sender} is not a valid phone number.")
    ours = line.numbers.get(sender)
    if sender != magic.WORKING_SENDER and is_e164(sender) and (ours is None or not ours.texts):
        raise RestError(
            21606,
            f"The 'From' phone number provided ({sender}) is not a valid message-capable Twilio phone number "
            "for this destination.",
        )
    if service_sid is None:
        if net.phone(to).kind is Kind.LANDLINE:
            raise RestError(21614, f"To number: {to}, is not a mobile number")
        if net.opt_outs.blocks(line.opt_out_scope(sender), to):
            raise RestError(21610, "Attempt to send to unsubscribed recipient")


def _check_callback(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "_" in parts.hostname or len(url) > 4000:
        raise RestError(21609, f"The 'StatusCallback' URL {url[:80]} is not a valid URL.")


def _validity(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 36_000:
        raise RestError(21624, "The validity period is a number of seconds from 1 to 36000.")
    return int(text)


def _send_at(net: Exchange, form: Mapping[str, str], service_sid: str | None) -> datetime | None:
    send_at, kind = form.get("SendAt"), form.get("ScheduleType")
    if send_at is None and kind is None:
        return None
    if send_at is None or kind != "fixed":
        raise RestError(35111, "'SendAt' and ScheduleType 'fixed' are needed together.")
    if service_sid is None:
        raise RestError(35118, "MessagingServiceSid is required to schedule a message")
    try:
        when = datetime.strptime(send_at, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as error:
        raise RestError(35114, "'SendAt' is not an ISO 8601 time in UTC.") from error
    ahead = (when - net.clock.now()).total_seconds()
    if not 300 < ahead <= 35 * 86_400:
        raise RestError(35114, "'SendAt' must be more than 300 seconds and at most 35 days ahead.")
    return when
