"""A text as the network keeps it, and as the REST API shows it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulator.segments import Size, measure
from simulator.wire import API_VERSION, iso, rfc2822


class Status(StrEnum):
    """How far a text has come."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


ENDED = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.FAILED, Status.CANCELED, Status.RECEIVED})


class Direction(StrEnum):
    """Twilio's word for who began."""

    INBOUND = "inbound"
    API = "outbound-api"
    REPLY = "outbound-reply"


ERRORS = {
    21610: "Attempt to send to unsubscribed recipient",
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30036: "Validity period expired",
}


@dataclass(slots=True)
class Message:
    """One text. `sender` and `to` are numbers; `sender` is empty until a Messaging Service has chosen one."""

    sid: str
    account_sid: str
    sender: str
    to: str
    body: str
    direction: Direction
    status: Status
    created: datetime
    service_sid: str | None = None
    media: tuple[str, ...] = ()
    status_callback: str = ""
    callback_method: str = "POST"
    updated: datetime | None = None
    sent: datetime | None = None
    error_code: int | None = None
    send_at: datetime | None = None
    validity: int = 36_000
    arrived: datetime | None = None
    """When the phone had it; None while it has not, and for ever when it never does."""
    confirmation: bool = False
    """True for what the carrier itself said, in answer to STOP, START or HELP."""
    history: list[tuple[str, str]] = field(default_factory=list)

    @property
    def size(self) -> Size:
        """Its size as carriers bill it."""
        return measure(self.body)

    @property
    def phone(self) -> str:
        """The number at the far end."""
        return self.sender if self.direction is Direction.INBOUND else self.to

    def move(self, status: Status, now: datetime, error_code: int | None = None) -> None:
        """The text has come to `status`."""
        self.status, self.updated = status, now
        if error_code is not None:
            self.error_code = error_code
        if status is Status.SENT:
            self.sent = now
        if status is Status.DELIVERED:
            self.arrived = now
        self.history.append((status.value, iso(now)))

    def resource(self) -> dict[str, object]:
        """The JSON of the REST API. Everything but `error_code` is a string or null, as Twilio has it."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        unchosen = self.service_sid is not None and not self.sender
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "messaging_service_sid": self.service_sid,
            "from": self.sender or None,
            "to": self.to,
            "body": self.body,
            "status": self.status.value,
            "direction": self.direction.value,
            "num_segments": "0" if unchosen else str(self.size.segments),
            "num_media": str(len(self.media)),
            "price": None,
            "price_unit": "USD",
            "error_code": self.error_code,
            "error_message": ERRORS.get(self.error_code, "Unknown error") if self.error_code else None,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated or self.created),
            "date_sent": rfc2822(self.sent),
            "api_version": API_VERSION,
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }

    def callback(self) -> list[tuple[str, str]]:
        """What a status callback says at this moment."""
        told = [
            ("SmsSid", self.sid),
            ("SmsStatus", self.status.value),
            ("MessageStatus", self.status.value),
            ("To", self.to),
            ("MessageSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.sender),
            ("ApiVersion", API_VERSION),
        ]
        if self.service_sid is not None:
            told.append(("MessagingServiceSid", self.service_sid))
        if self.status in {Status.FAILED, Status.UNDELIVERED}:
            told.append(("ErrorCode", str(self.error_code or 30008)))
        if self.status in {Status.DELIVERED, Status.UNDELIVERED} and self.updated is not None:
            told.append(("RawDlrDoneDate", self.updated.strftime("%y%m%d%H%M")))
        return told
