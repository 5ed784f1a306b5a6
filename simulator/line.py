"""The customer's side of the network: the account, its numbers, its Messaging Service, and where their webhooks go."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from simulator.documents import Target
from simulator.phones import Kind, likely_kind
from simulator.segments import smart_encode
from simulator.wire import new_sid


@dataclass(slots=True)
class Number:
    """One of the line's own numbers and its webhooks."""

    number: str
    created: datetime
    sid: str = field(default_factory=lambda: new_sid("PN"))
    friendly_name: str = ""
    sms: Target = field(default_factory=Target)
    sms_fallback: Target = field(default_factory=Target)
    voice: Target = field(default_factory=Target)
    voice_fallback: Target = field(default_factory=Target)
    status_callback: Target = field(default_factory=Target)
    sms_application: str = ""
    voice_application: str = ""
    """TwiML applications: kept, not followed."""

    @property
    def texts(self) -> bool:
        """Whether texts can be sent from it: UK landline numbers cannot."""
        return likely_kind(self.number) is Kind.MOBILE


@dataclass(slots=True)
class Service:
    """The Messaging Service that all of the line's numbers are in, when it has one."""

    sid: str
    created: datetime
    friendly_name: str = "The line"
    inbound: Target = field(default_factory=Target)
    fallback: Target = field(default_factory=Target)
    status_callback: str = ""
    use_inbound_webhook_on_number: bool = True
    smart_encoding: bool = False
    advanced_opt_out: bool = False
    senders: dict[str, str] = field(default_factory=dict)
    """The number each phone has been written to from: it stays the same."""


@dataclass(slots=True)
class Line:
    """The account. `secrets` maps each user name that may use the REST API to its password."""

    account_sid: str
    auth_token: str
    app_url: str
    public_url: str
    numbers: dict[str, Number]
    service: Service | None = None
    secrets: dict[str, str] = field(default_factory=dict)

    def route(self, url: str) -> str:
        """Where a public URL is really served: at `app_url`, as behind a proxy; any other URL is left as it is."""
        if self.public_url == self.app_url or not (url + "/").startswith(self.public_url.rstrip("/") + "/"):
            return url
        app = urlsplit(self.app_url)
        return urlunsplit(urlsplit(url)._replace(scheme=app.scheme, netloc=app.netloc))

    def number_with_sid(self, sid: str) -> Number | None:
        """One of our numbers by its PN sid."""
        return next((number for number in self.numbers.values() if number.sid == sid), None)

    def opt_out_scope(self, number: str) -> str:
        """What an opt-out sent to this number blocks: the whole service when the number is in one."""
        return self.service.sid if self.service is not None else number

    def choose_sender(self, to: str) -> str:
        """The service's number for this phone: the one it was written to from before, else the least used."""
        numbers = [number.number for number in self.numbers.values() if number.texts]
        if self.service is None or not numbers:
            return next(iter(self.numbers), "")
        used = list(self.service.senders.values())
        return self.service.senders.setdefault(to, min(numbers, key=used.count))

    def encoded(self, body: str) -> str:
        """The body as it goes out: with smart encoding where the service has it."""
        return smart_encode(body) if self.service is not None and self.service.smart_encoding else body


def connected(number: str, url: str, created: datetime) -> Number:
    """A number whose webhooks point at the line's fixed paths under `url`; at nothing when `url` is empty."""
    if not url:
        return Number(number, created)
    base = url.rstrip("/")
    return Number(
        number,
        created,
        sms=Target(f"{base}/twilio/sms"),
        voice=Target(f"{base}/twilio/voice"),
        status_callback=Target(f"{base}/twilio/voice/status"),
    )
