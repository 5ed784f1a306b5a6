"""The simulator's control API, as far as the demo needs it: its clock and its phones."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from checkin.demo.phones import DemoPhone
from checkin.services import ServiceFailed

# A deed on a call comes back when everything that follows from it has been done.
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Network:
    """A running simulator at `url` ("http://127.0.0.1:8000"). Every method raises ServiceFailed when it refuses."""

    url: str

    def now(self) -> datetime:
        """The rehearsal's present moment, aware and in UTC."""
        return datetime.fromisoformat(str(self.ask("GET", "/sim/clock")["now"])).astimezone(UTC)

    def place(self, phone: DemoPhone) -> None:
        """Put a phone on the page, or change its name."""
        kind = {} if phone.line == "unknown" else {"kind": phone.line}
        self.ask("POST", "/sim/phones", {"number": phone.number, "name": phone.names, **kind})

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask the control API for something, and return what it answers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_PATIENCE)
        try:
            connection.request(method, path, json.dumps(dict(body or {})), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise ServiceFailed(f"The simulator at {self.url} gave no answer to {path}: {problem}.") from problem
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK or not isinstance(said, dict):
            why = said.get("error", said) if isinstance(said, dict) else said
            raise ServiceFailed(f"The simulator refused {path}: {why}")
        return said
