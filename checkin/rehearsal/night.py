"""Playing a night: moving time from one thing due to the next, and doing at the telephones what their owners do."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from checkin.demo.handsets import Handsets
from checkin.rehearsal.cast import MEMBER, OTHERS, Cast
from checkin.rehearsal.outcome import Line, heard, said
from checkin.rehearsal.scenario import Happening, Manner, Scenario

# How long one ring takes, and how a phone in each state behaves by itself.
_RING = timedelta(seconds=6)
_BEHAVIOUR = {
    "awake": {"calls": "ring", "texts": "deliver"},
    "asleep": {"calls": "no-answer", "texts": "deliver"},
    "off": {"calls": "no-answer", "texts": "undelivered:30003"},
    "busy": {"calls": "busy", "texts": "deliver"},
}
# The line asks something where it says so; news is not answered.
_ASKS = ("Reply 1", "reply 1")
_LONGEST_STEP = timedelta(minutes=30)


@dataclass(slots=True)
class Night:
    """A night that is being played. `kill` and `start` end and begin a process by name; `tell` hears every line of what
    happens."""

    scenario: Scenario
    cast: Cast
    handsets: Handsets
    kill: Callable[[str], None]
    start: Callable[[str], None]
    tell: Callable[[Line], None]
    _manners: dict[str, Manner] = field(default_factory=dict)
    _planned: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _seen: set[str] = field(default_factory=set)
    _down: set[str] = field(default_factory=set)

    def play(self) -> None:
        """Play from beginning to end."""
        for who, manner in self.scenario.phones:
            self._become(who, manner)
        for happening in self.scenario.happenings:
            self._plan(happening.at, lambda it=happening: self._happens(it))  # type: ignore[misc]  # bound now
        now = self.handsets.now()
        while now < self.scenario.ends:
            self._move(self._next(now))
            now = self.handsets.now()
            while self._planned and self._planned[0][0] <= now:
                heapq.heappop(self._planned)[2]()
                self._settle()
                self._look()
            self._look()

    def _plan(self, at: datetime, deed: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (at, next(self._order), deed))

    def _next(self, now: datetime) -> datetime:
        """Return the next moment at which anything is due, at the line, in the network, or at a phone."""
        due = [self.scenario.ends, now + _LONGEST_STEP]
        due += [self._planned[0][0]] if self._planned else []
        line = None if self._down else self.handsets.next_due()
        due += [line] if line is not None else []
        due += [datetime.fromisoformat(each["due"]) for each in self._state()["pending"]]
        return max(min(due), now + timedelta(milliseconds=1))

    def _move(self, to: datetime) -> None:
        self.handsets.network.ask("POST", "/sim/clock", {"to": to.isoformat()})
        self._settle()
        self._look()

    def _settle(self) -> None:
        # With a process gone what is due stays due: that is the point of it.
        if not self._down:
            self.handsets.settle()

    def _state(self) -> dict[str, Any]:
        return self.handsets.network.ask("GET", "/sim/state")

    def _happens(self, it: Happening) -> None:
        if it.kill:
            self.kill(it.kill)
            self._down.add(it.kill)
            self.tell(Line(self.handsets.now(), "", f"The {it.kill} process is killed (-9)."))
        elif it.start:
            self.start(it.start)
            self._down.discard(it.start)
            self.tell(Line(self.handsets.now(), "", f"The {it.start} process is started again."))
        elif it.texts:
            self.handsets.network.ask("POST", f"/sim/phones/{self.cast.number(it.who)}/text", {"body": it.texts})
        elif it.becomes is not None:
            self._become(it.who, it.becomes)

    def _become(self, who: str, manner: Manner) -> None:
        named = [n for name, _ in self.scenario.phones if name not in {OTHERS, MEMBER} for n in self.cast.numbers(name)]
        for number in self.cast.others(named) if who == OTHERS else self.cast.numbers(who):
            self._manners[number] = manner
            self.handsets.network.ask("POST", f"/sim/phones/{number}/behaviour", _BEHAVIOUR[manner.state])

    def _look(self) -> None:
        """See what has reached the phones since the last look, and have their owners do what they do."""
        for phone in self._state()["phones"]:
            number = str(phone["number"])
            for text in phone["texts"]:
                self._text(number, text)
            for call in phone["calls"]:
                self._call(number, call)

    def _once(self, mark: str) -> bool:
        new = mark not in self._seen
        self._seen.add(mark)
        return new

    def _text(self, number: str, text: dict[str, Any]) -> None:
        reached = text["arrived"] is not None
        if (reached or text["status"] in {"undelivered", "failed"}) and self._once(f"{text['sid']} {reached}"):
            self.tell(said(self.cast.name(number), text))
            manner = self._manners.get(number, Manner())
            asks = text["direction"] == "in" and any(sign in text["body"] for sign in _ASKS)
            if reached and asks and manner.state == "awake" and manner.reads is not None:
                at = datetime.fromisoformat(text["arrived"]) + timedelta(minutes=manner.reads)
                self._plan(at, lambda: self._reply(number, text["sid"], manner.replies))

    def _reply(self, number: str, sid: str, words: str) -> None:
        """Answer a text, unless a newer one has come: nobody answers what has been overtaken."""
        texts = self.handsets.network.ask("GET", f"/sim/phones/{number}")["texts"]
        if [t["sid"] for t in texts if t["direction"] == "in" and t["arrived"] is not None][-1] == sid:
            self._ask(f"/sim/phones/{number}/text", {"body": words})

    def _call(self, number: str, call: dict[str, Any]) -> None:
        for line in heard(self.cast.name(number), call):
            if self._once(f"{call['sid']} {line.what}"):
                self.tell(line)
        waits = (call["waiting"] or {}).get("for")
        manner = self._manners.get(number, Manner())
        if waits == "ring" and manner.rings is not None and manner.state == "awake" and self._once(f"{call['sid']} ?"):
            at = datetime.fromisoformat(call["at"]) + _RING * manner.rings
            self._plan(at, lambda: self._answer(number, call["sid"], manner.keys))

    def _answer(self, number: str, sid: str, keys: str) -> None:
        if not self._waits(number, sid, "ring"):
            return
        self._ask(f"/sim/calls/{sid}/answer", {})
        for key in keys:
            self._settle()
            if not self._waits(number, sid, "gather"):
                return
            self._look()
            self._ask(f"/sim/calls/{sid}/press", {"digits": key})
        self._settle()
        if self._waits(number, sid, "gather"):
            self._ask(f"/sim/calls/{sid}/hangup", {})

    def _waits(self, number: str, sid: str, what: str) -> bool:
        calls = self.handsets.network.ask("GET", f"/sim/phones/{number}")["calls"]
        return any(call["sid"] == sid and (call["waiting"] or {}).get("for") == what for call in calls)

    def _ask(self, path: str, body: dict[str, str]) -> None:
        self.handsets.network.ask("POST", path, body)
