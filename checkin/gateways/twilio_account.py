"""What Twilio is set to do with the line's number and its Messaging Service: read, and pointed elsewhere.

`wanted` says where everything has to lead; a number and a service are seen as the parameters that Twilio's API has for
them, so that what was there before can be put back as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from twilio.request_validator import RequestValidator

from checkin.errors import CarrierError
from checkin.gateways.twilio import Http, client_of, translated
from checkin.settings import Settings

Kind = Literal["number", "service"]
# Parameter by parameter: what of each is the line's business.
_URLS: Mapping[Kind, tuple[str, ...]] = {
    "number": (
        "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "voice_url", "voice_method",
        "voice_fallback_url", "voice_fallback_method", "status_callback", "status_callback_method",
        # Where one of these is set, Twilio ignores the addresses above.
        "sms_application_sid", "voice_application_sid", "trunk_sid",
    ),
    "service": (
        "inbound_request_url", "inbound_method", "fallback_url", "fallback_method", "status_callback",
        "use_inbound_webhook_on_number",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connected:
    """A number (`name` in E.164) or a service as Twilio has it; `set_to` leads from parameter to value. `texts` and
    `calls`: what a number can do; a service can what its numbers can."""

    kind: Kind
    sid: str
    name: str
    set_to: Mapping[str, str]
    texts: bool = True
    calls: bool = True


class TwilioAccount:
    """The account, as far as connecting and examining it goes. Every method may raise CarrierError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = Http.of(settings, connections=2)
        self._client = client_of(settings, self._http)

    def number(self, wanted: str) -> Connected | None:
        """Return a number (E.164), or None when the account has no such number."""
        try:
            found = self._client.api.v2010.account.incoming_phone_numbers.list(phone_number=wanted, limit=20)
        except Exception as error:
            raise translated(error) from error
        for one in found:
            if one.phone_number == wanted:
                can: Mapping[str, bool] = _capabilities(one.capabilities)
                return Connected(
                    "number",
                    str(one.sid),
                    wanted,
                    _set_to("number", one),
                    can.get("sms", False),
                    can.get("voice", False),
                )
        return None

    def service(self) -> Connected | None:
        """Return the Messaging Service, or None when the account has no such service."""
        sid = self._settings.messaging_service_sid or ""
        try:
            found = self._client.messaging.v1.services(sid).fetch()
        except Exception as error:
            known = translated(error)
            if known.code == 20404:
                return None
            raise known from error
        return Connected("service", sid, str(found.friendly_name), _set_to("service", found))

    def in_service(self) -> set[str]:
        """Return the Messaging Service's numbers."""
        try:
            found = self._client.messaging.v1.services(self._settings.messaging_service_sid or "").phone_numbers.list()
        except Exception as error:
            raise translated(error) from error
        return {str(one.phone_number) for one in found}

    def change(self, what: Connected, values: Mapping[str, str]) -> None:
        """Set parameters of a number or a service."""
        try:
            if what.kind == "number":
                self._client.api.v2010.account.incoming_phone_numbers(what.sid).update(**values)
            else:
                typed: dict[str, Any] = {n: v == "true" if v in {"true", "false"} else v for n, v in values.items()}
                self._client.messaging.v1.services(what.sid).update(**typed)
        except Exception as error:
            raise translated(error) from error

    def text(self, to: str, body: str) -> str:
        """Text somebody, and return the text's sid. Nothing of it is stored."""
        service = self._settings.messaging_service_sid
        sender = {"messaging_service_sid": service} if service else {"from_": self._settings.number or ""}
        try:
            return str(self._client.api.v2010.account.messages.create(to=to, body=body, **sender).sid)
        except Exception as error:
            raise translated(error) from error

    def ring(self, to: str, path: str) -> str:
        """Ring somebody, who hears what `path` of the line's own address says; return the call's sid."""
        try:
            made = self._client.api.v2010.account.calls.create(
                to=to, from_=self._settings.number or "", url=self._settings.public_url + path, timeout=45
            )
        except Exception as error:
            raise translated(error) from error
        return str(made.sid)

    def status(self, sid: str) -> tuple[str, int]:
        """Return how it stands with a text (SM…) or a call (CA…), in Twilio's words, and an error code (0: none)."""
        account = self._client.api.v2010.account
        try:
            if sid.startswith("CA"):
                return str(account.calls(sid).fetch().status), 0
            text = account.messages(sid).fetch()
        except Exception as error:
            raise translated(error) from error
        return str(text.status), int(text.error_code or 0)

    def clock(self) -> datetime | None:
        """Return what Twilio's clock said with its newest answer, None before there was one."""
        try:
            return parsedate_to_datetime(self._http.dated).astimezone(UTC)
        except ValueError:
            return None

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """Return the signature that Twilio would send with this form to `url`."""
        return str(RequestValidator(self._settings.auth_tokens[0]).compute_signature(url, form))


def wanted(settings: Settings, what: Connected) -> dict[str, str]:
    """Return where each parameter of a number or a service has to lead; fallbacks only where the settings name one."""
    base = f"{settings.public_url}/twilio"
    texts, calls = settings.fallback_sms_url, settings.fallback_voice_url
    if what.kind == "service":
        found = {
            "inbound_request_url": f"{base}/sms",
            "inbound_method": "POST",
            "status_callback": f"{base}/sms/status",
            "use_inbound_webhook_on_number": "false",
        }
        # Static hosts refuse POST, and Twilio posts unless told otherwise.
        return found | ({"fallback_url": texts, "fallback_method": "GET"} if texts else {})
    found = {
        "sms_url": f"{base}/sms",
        "sms_method": "POST",
        "voice_url": f"{base}/voice",
        "voice_method": "POST",
        "status_callback": f"{base}/voice/status",
        "status_callback_method": "POST",
        "sms_application_sid": "",
        "voice_application_sid": "",
        "trunk_sid": "",
    }
    if texts:
        found |= {"sms_fallback_url": texts, "sms_fallback_method": "GET"}
    if calls:
        found |= {"voice_fallback_url": calls, "voice_fallback_method": "GET"}
    return found


def difference(settings: Settings, what: Connected) -> dict[str, tuple[str, str]]:
    """Return (now, wanted) for each parameter that does not lead where it has to; {} when all do."""
    return {
        name: (what.set_to.get(name, ""), value)
        for name, value in wanted(settings, what).items()
        if what.set_to.get(name, "") != value and (value or what.set_to.get(name))
    }


def _set_to(kind: Kind, found: object) -> dict[str, str]:
    return {name: _plain(getattr(found, name, None)) for name in _URLS[kind]}


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _capabilities(found: object) -> dict[str, bool]:
    if isinstance(found, dict):
        return {str(name).lower(): bool(can) for name, can in found.items()}
    return {name: bool(getattr(found, name, False)) for name in ("sms", "voice")}


def connected(account: TwilioAccount, settings: Settings, pool: Sequence[str] = ()) -> list[Connected]:
    """Return what the line is connected by: its number, those of the `pool` for pairs (E.164), and its service. Raises
    CarrierError, in plain words, when one of them is not the account's."""
    found = []
    for wanted_number in filter(None, (settings.number, *pool)):
        number = account.number(wanted_number)
        if number is None:
            raise CarrierError(f"The number {wanted_number} does not belong to this Twilio account.", code=21606)
        found.append(number)
    if settings.messaging_service_sid:
        service = account.service()
        if service is None:
            raise CarrierError(f"This Twilio account has no service {settings.messaging_service_sid}.", code=21704)
        found.append(service)
    return found
