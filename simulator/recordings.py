"""A recording as the network keeps it: its REST form, and a short tone to listen to."""

import io
import math
import struct
import wave
from dataclasses import dataclass
from datetime import datetime

from simulator.wire import API_VERSION, rfc2822

RATE = 8000
"""Samples a second: telephone quality."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording. `text` is what was said; `seconds` its length, at least 1."""

    sid: str
    account_sid: str
    call_sid: str
    text: str
    seconds: int
    created: datetime
    source: str = "RecordVerb"

    @property
    def uri(self) -> str:
        """Its path in the REST API, without a suffix."""
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Recordings/{self.sid}"

    def resource(self) -> dict[str, object]:
        """The JSON of the REST API."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "call_sid": self.call_sid,
            "conference_sid": None,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.created),
            "start_time": rfc2822(self.created),
            "duration": str(self.seconds),
            "price": None,
            "price_unit": "USD",
            "status": "completed",
            "channels": 1,
            "source": self.source,
            "error_code": None,
            "uri": f"{self.uri}.json",
            "encryption_details": None,
            "subresource_uris": {},
            "media_url": None,
        }

    def audio(self) -> bytes:
        """A WAV file of the recording's length: a quiet tone, for nobody really spoke."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            one_second = b"".join(
                struct.pack("<h", int(900 * math.sin(2 * math.pi * 330 * n / RATE))) for n in range(RATE)
            )
            out.writeframes(one_second * self.seconds)
        return buffer.getvalue()
