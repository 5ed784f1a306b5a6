"""Twilio's magic numbers: what its test credentials answer for +1 500 555 00xx, kept true here for every account."""

from simulator.wire import RestError

_PREFIX = "+1500555"

_TEXT_TO = {
    "0001": (21211, "The 'To' number +15005550001 is not a valid phone number."),
    "0002": (21612, "The 'To' phone number: +15005550002, is not currently reachable via SMS."),
    "0003": (21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number."),
    "0004": (21610, "Attempt to send to unsubscribed recipient"),
    "0009": (21614, "To number: +15005550009, is not a mobile number"),
}
_TEXT_FROM = {
    "0001": (21212, "The 'From' number +15005550001 is not a valid phone number."),
    "0007": (21606, "The 'From' phone number provided (+15005550007) is not a valid message-capable number."),
    "0008": (21611, "This 'From' number has exceeded the maximum number of queued messages"),
}
_CALL_TO = {
    "0001": (21217, "Phone number does not appear to be valid"),
    "0002": (21214, "'To' phone number cannot be reached"),
    "0003": (21215, "Account not authorized to call +15005550003."),
    "0004": (21216, "Call blocked by Twilio blocklist"),
}
_CALL_FROM = {"0001": (21212, "Invalid From Number (caller ID): +15005550001")}

WORKING_SENDER = _PREFIX + "0006"
"""The one magic number that may be sent and called from."""


def check_text(sender: str, to: str) -> None:
    """Raises the RestError that the magic numbers stand for, if one of them is used for a text."""
    _check(_TEXT_FROM, sender)
    _check(_TEXT_TO, to)


def check_call(sender: str, to: str) -> None:
    """Raises the RestError that the magic numbers stand for, if one of them is used for a call."""
    _check(_CALL_FROM, sender)
    _check(_CALL_TO, to)


def _check(table: dict[str, tuple[int, str]], number: str) -> None:
    if number.startswith(_PREFIX) and (refusal := table.get(number.removeprefix(_PREFIX))) is not None:
        raise RestError(*refusal)
