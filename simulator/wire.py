"""The shapes Twilio's wire has: identifiers, dates, and the errors its REST API answers with."""

import email.utils
import re
import uuid
from datetime import UTC, datetime, tzinfo

API_VERSION = "2010-04-01"
E164 = re.compile(r"\+[1-9]\d{6,14}")


def new_sid(prefix: str) -> str:
    """A fresh identifier: two letters and 32 hexadecimal digits."""
    return prefix + uuid.uuid4().hex


def rfc2822(when: datetime | None) -> str | None:
    """`Thu, 24 Aug 2023 05:01:45 +0000`, the form of every date in the 2010 API."""
    return None if when is None else email.utils.format_datetime(when.astimezone(UTC).replace(microsecond=0))


def iso(when: datetime) -> str:
    """ISO 8601 in UTC with microseconds, as the control API gives it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def parse_iso(text: str, zone: tzinfo = UTC) -> datetime:
    """A moment in UTC from ISO 8601; one that names no zone is in `zone`. Raises ValueError."""
    when = datetime.fromisoformat(text)
    return (when.replace(tzinfo=zone) if when.tzinfo is None else when).astimezone(UTC)


def is_e164(number: str) -> bool:
    """Whether this is a full international number; for the UK, of a length that exists."""
    if not E164.fullmatch(number):
        return False
    return not number.startswith("+44") or len(number) in {12, 13}


class RestError(Exception):
    """The REST API refuses. `code` is Twilio's own, `status` HTTP's."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(message)

    def body(self) -> dict[str, object]:
        """The JSON Twilio sends with it."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
