"""Somebody at the keyboard: what they type, and what it does at whose telephone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from checkin.demo.handsets import News
from checkin.demo.phones import DemoPhone
from checkin.demo.story import Story
from checkin.errors import BadInput, CheckinError
from checkin.wording.segments import size

HELP = """\
Type a text and press Enter: it is sent from your phone. Lines that begin with / do something else:
  /ring            ring the line            /answer      pick up your phone
  /press 1         press keys in a call     /say hello   speak in a call
  /silence         say and press nothing    /hangup      end the call
  /busy            be on the phone already  /ignore      let it ring out
  /voicemail       let the machine answer
  /wait 30m        move the clock on (m, h or d), or to a time: /wait 16:00, /wait tue 10:00, /wait next
  /who             who is there, and what time it is
  /as ben          be somebody else
  /help            this
  /quit            the end"""

_SPAN = re.compile(r"(\d{1,4})\s*(m|min|mins|minutes?|h|hours?|d|days?)")
_MOMENT = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun)\w* )?(\d{1,2}):(\d\d)")
_MINUTES = {"m": 1, "h": 60, "d": 1440}

# What can be done with a call: the simulator's word, the story's word, and whether the phone must be ringing.
_DEEDS: Mapping[str, tuple[str, str, Literal["ringing", "talking"]]] = {
    "answer": ("answer", "answers", "ringing"),
    "busy": ("busy", "is_busy", "ringing"),
    "ignore": ("silence", "lets_it_ring", "ringing"),
    "voicemail": ("voicemail", "lets_voicemail_answer", "ringing"),
    "silence": ("silence", "says_nothing", "talking"),
    "hangup": ("hangup", "hangs_up", "talking"),
    "press": ("press", "presses", "talking"),
    "say": ("say", "says", "talking"),
}
_WITH_WORDS = {"press": "digits", "say": "text"}


class Telephones(Protocol):
    """What a session needs of the world (`handsets.Handsets`)."""

    def now(self) -> datetime: ...
    def next_due(self) -> datetime | None: ...
    def text(self, number: str, body: str) -> None: ...
    def ring(self, number: str) -> None: ...
    def act(self, number: str, deed: str, body: dict[str, str] | None = None) -> None: ...
    def on_call(self, number: str) -> Literal["ringing", "talking"] | None: ...
    def move(self, target: datetime) -> None: ...
    def news(self) -> list[News]: ...


@dataclass(slots=True)
class Session:
    """One session: `me` is the number of the phone in hand, `show` prints a line, `story` is what is written down."""

    world: Telephones
    phones: list[DemoPhone]
    me: str
    zone: ZoneInfo
    show: Callable[[str], None]
    story: Story

    def run(self, typed: Iterable[str]) -> None:
        """Do everything that is typed, until /quit or the end. What cannot be done is said, and nothing ends."""
        self._tell()
        for line in typed:
            if not line.strip():
                continue
            if line.strip().lower() in {"/quit", "/exit", "/q"}:
                break
            try:
                self.do(line.strip())
            except CheckinError as problem:
                self.show(f"  {problem}")
        self._let_it_ring_out()

    def do(self, line: str) -> None:
        """Do one thing. Raises BadInput for what nobody can do, ServiceFailed for what does not go just now."""
        if not line.startswith("/"):
            self.story.did(self.me, "texts", line)
            self.world.text(self.me, line)
            self._tell()
            return
        command, _, rest = line[1:].partition(" ")
        command, rest = command.lower(), rest.strip()
        if command in _DEEDS:
            self._deed(command, rest)
        elif command == "ring":
            self.story.did(self.me, "rings")
            self.world.ring(self.me)
        elif command == "wait":
            self._wait(rest)
        elif command == "as":
            self.me = self._named(rest).number
            self.show(f"  You are {self._name(self.me)}.")
        elif command == "who":
            self._who()
        elif command == "help":
            self.show(HELP)
        else:
            raise BadInput(f"There is no /{command}; /help tells what there is.")
        self._tell()

    def _deed(self, command: str, rest: str) -> None:
        deed, told, when = _DEEDS[command]
        if self.world.on_call(self.me) != when:
            raise BadInput(
                "Your phone does not ring." if when == "ringing" else "You are not on the phone: /ring does that."
            )
        if command in _WITH_WORDS and not rest:
            raise BadInput(f"Say what: /{command} {'1' if command == 'press' else 'yes'}")
        if when == "ringing":
            self.story.did(self.me, "is_rung")
        words = (rest,) if command in _WITH_WORDS else ()
        self.story.did(self.me, told, *words)
        self.world.act(self.me, deed, {_WITH_WORDS[command]: rest} if words else None)

    def _wait(self, how: str) -> None:
        now = self.world.now()
        minutes = round((self._when(how, now) - now) / timedelta(minutes=1))
        self.story.moved(minutes)
        self.world.move(now + timedelta(minutes=minutes))
        self.show(f"  It is {self.world.now().astimezone(self.zone):%A %H:%M}.")

    def _when(self, how: str, now: datetime) -> datetime:
        """Return a moment; raises BadInput when the words name none."""
        if how == "next":
            due = self.world.next_due()
            if due is None:
                raise BadInput("Nothing is planned.")
            # A whole minute, so that the story can say it.
            return now + timedelta(minutes=max(1, -(-(due - now) // timedelta(minutes=1))))
        if found := _SPAN.fullmatch(how):
            return now + timedelta(minutes=int(found[1]) * _MINUTES[found[2][0]])
        named = _MOMENT.fullmatch(how.lower())
        if named is None or int(named[2]) > 23 or int(named[3]) > 59:
            raise BadInput("Wait how long? /wait 30m, /wait 2h, /wait 16:00, /wait tue 10:00, /wait next")
        here = now.astimezone(self.zone)
        then = here.replace(hour=int(named[2]), minute=int(named[3]), second=0, microsecond=0)
        while then <= here or (named[1] and f"{then:%a}".lower() != named[1]):
            then += timedelta(days=1)
        return then

    def _let_it_ring_out(self) -> None:
        """Leave no phone ringing: a story ends when everything that was heard has been told."""
        for phone in self.phones:
            while (state := self.world.on_call(phone.number)) is not None:
                self.me = phone.number
                self._deed("ignore" if state == "ringing" else "hangup", "")
                self._tell()

    # --- showing ---

    def _tell(self) -> None:
        """Show what has reached anybody: your own phone first."""
        for news in sorted(self.world.news(), key=lambda n: n.number != self.me):
            match news.kind:
                case "text":
                    self.story.heard(news.number, news.words)
                    cost = size(news.words)
                    self._line(news.number, news.words, f"  [{cost.segments} x {cost.encoding}]")
                case "said":
                    self.story.told(news.number, news.words)
                    self._line(news.number, f"\N{BLACK TELEPHONE} {news.words}")
                case "rings":
                    self._line(news.number, "rings. /answer, /busy, /ignore or /voicemail")
                case "over":
                    self._line(news.number, "the call is over")

    def _line(self, number: str, words: str, after: str = "") -> None:
        mine = number == self.me
        self.show(f"{'  ' if mine else '        '}{self._name(number)}: {words}{after}")

    def _who(self) -> None:
        self.show(f"  It is {self.world.now().astimezone(self.zone):%A %d %B, %H:%M}.")
        for phone in self.phones:
            you = ", you" if phone.number == self.me else ""
            self.show(f"  {phone.names}: {phone.number}, {phone.line}{you}")

    def _name(self, number: str) -> str:
        return next((p.names for p in self.phones if p.number == number), number)

    def _named(self, name: str) -> DemoPhone:
        return named(self.phones, name)


def named(phones: list[DemoPhone], name: str) -> DemoPhone:
    """Return the first phone of somebody with this name, whatever its capitals. Raises BadInput when there is none."""
    for phone in phones:
        if name.lower() in (each.lower() for each in phone.names.split(" and ")):
            return phone
    there = ", ".join(dict.fromkeys(each for phone in phones for each in phone.names.split(" and ")))
    raise BadInput(f"There is nobody called {name!r} here; there are {there}.")
