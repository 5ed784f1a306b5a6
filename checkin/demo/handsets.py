"""What people do with their telephones in the simulator, and what has reached them since they last looked."""

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from checkin.demo.network import Network
from checkin.demo.supervisor import answer
from checkin.services import ServiceFailed

Kind = Literal["text", "rings", "said", "over"]
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class News:
    """Something that reached a phone: a text, a ring, what a call said, or (no words) the end of a call."""

    number: str
    kind: Kind
    words: str = ""


@dataclass(slots=True)
class Handsets:
    """The phones of a running simulator, and the line at `line` ("http://127.0.0.1:8001") behind them.

    Every method raises ServiceFailed when the simulator refuses; the message says why.
    """

    network: Network
    line: str
    _texts: dict[str, int] = field(default_factory=dict)
    _rung: set[str] = field(default_factory=set)
    _heard: dict[str, int] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        """The rehearsal's present moment, in UTC."""
        return self.network.now()

    def text(self, number: str, body: str) -> None:
        """Text the line from a phone, and let everything happen that follows."""
        self.network.ask("POST", f"/sim/phones/{number}/text", {"body": body})
        self._settle()

    def ring(self, number: str) -> None:
        """Ring the line from a phone."""
        self.network.ask("POST", f"/sim/phones/{number}/ring")
        self._settle()

    def act(self, number: str, deed: str, body: dict[str, str] | None = None) -> None:
        """Do something with the call that is at a phone: answer, busy, voicemail, silence, press, say or hangup."""
        calls = [call for call in self._phone(number)["calls"] if call["waiting"] is not None]
        if not calls:
            raise ServiceFailed("There is no call at this phone just now.")
        self.network.ask("POST", f"/sim/calls/{calls[-1]['sid']}/{deed}", body)
        self._settle()

    def on_call(self, number: str) -> Literal["ringing", "talking"] | None:
        """How it stands with the call at a phone; None when there is none."""
        waits = [call["waiting"] for call in self._phone(number)["calls"] if call["waiting"] is not None]
        return None if not waits else "ringing" if waits[-1]["for"] == "ring" else "talking"

    def move(self, target: datetime) -> None:
        """Move the clock to a moment, stopping at every one on the way at which something is due."""
        self._settle()
        while True:
            due = self.next_due()
            step = target if due is None or due > target else max(due, self.now())
            self.network.ask("POST", "/sim/clock", {"to": step.isoformat()})
            self._settle()
            if step >= target:
                return

    def next_due(self) -> datetime | None:
        """When the line has something to do next; None when nothing is planned."""
        status, body = answer(f"{self.line}/readyz")
        if status == 0:
            raise ServiceFailed("The line does not answer.")
        told = json.loads(body)["next_due_at"]
        return datetime.fromisoformat(told) if told else None

    def settle(self) -> None:
        """Let everything that is due now happen."""
        self._settle()

    def _settle(self) -> None:
        """Let everything that is due now happen. Twice in a row nothing must be left: a job may lie between."""
        until = time.monotonic() + _PATIENCE
        calm = 0
        while calm < 2:
            if time.monotonic() > until:
                raise ServiceFailed("The line does not come to rest: something stays due.")
            due = self.next_due()
            at_rest = bool(self.network.ask("GET", "/sim/quiet?wait=5")["quiet"])
            calm = calm + 1 if at_rest and (due is None or due > self.now()) else 0
            time.sleep(0.05)

    def news(self) -> list[News]:
        """What has reached any phone since this was asked before, phone by phone."""
        found = []
        for phone in self._state()["phones"]:
            number = str(phone["number"])
            arrived = [t["body"] for t in phone["texts"] if t["direction"] == "in" and t["arrived"]]
            found += [News(number, "text", body) for body in arrived[self._texts.get(number, 0) :]]
            self._texts[number] = len(arrived)
            for call in phone["calls"]:
                found += self._news_of(number, call)
        return found

    def _news_of(self, number: str, call: dict[str, Any]) -> list[News]:
        sid, found = call["sid"], []
        if (call["waiting"] or {}).get("for") == "ring" and sid not in self._rung:
            self._rung.add(sid)
            found.append(News(number, "rings"))
        heard = call["heard"][self._heard.get(sid, 0) :]
        self._heard[sid] = len(call["heard"])
        found += [
            News(number, "said", told["text"]) for told in heard if (told["who"], told["kind"]) == ("line", "say")
        ]
        if call["ended"] is not None and sid not in self._over:
            self._over.add(sid)
            found.append(News(number, "over"))
        return found

    def _phone(self, number: str) -> dict[str, Any]:
        return self.network.ask("GET", f"/sim/phones/{number}")

    def _state(self) -> dict[str, Any]:
        return self.network.ask("GET", "/sim/state")
