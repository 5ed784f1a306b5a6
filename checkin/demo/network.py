"""The simulator's control API, as far as the demo needs it: its clock and its phones."""

import http.client
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from checkin.demo.phones import DemoPhone
from checkin.services import ServiceFailed


@dataclass(frozen=True, slots=True)
class Network:
    """A running simulator at `url` ("http://127.0.0.1:8000"). Every method raises ServiceFailed when it refuses."""

    url: str

    def now(self) -> datetime:
        """The rehearsal's present moment, aware and in UTC."""
        return datetime.fromisoformat(str(self._ask("GET", "/sim/clock")["now"])).astimezone(UTC)

    def place(self, phone: DemoPhone) -> None:
        """Put a phone on the page, or change its name."""
        kind = {} if phone.line == "unknown" else {"kind": phone.line}
        self._ask("POST", "/sim/phones", {"number": phone.number, "name": phone.names, **kind})

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, object]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise ServiceFailed(f"The simulator at {self.url} gave no answer to {path}: {problem}.") from problem
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK or not isinstance(said, dict):
            raise ServiceFailed(f"The simulator refused {path}: {said}")
        return said
