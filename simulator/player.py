"""Plays documents on calls, and what every verb and every event needs for that: to speak, to wait, to ask, to end."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urljoin

from simulator.call_events import Event, Fetch, LegEnded, LegReady, Stopped, TimedOut
from simulator.calls import Call, Dialling, Heard, Play, Status, Wait, Waiting
from simulator.exchange import Exchange
from simulator.grammar import SCHEMA
from simulator.progress import Progress
from simulator.recordings import Recording
from simulator.twiml import TwimlError, Verb, read_voice
from simulator.wire import new_sid

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."

CHARACTERS_PER_SECOND = 13.0

WHISPERED = frozenset({"Say", "Play", "Pause", "Gather", "Hangup"})
"""All that a dialled phone may be played before it is connected."""

Start = Callable[["Player", Call, Verb], Fetch | None]
"""Begins a verb that has a module to itself."""


class Player:
    """Every call and recording there is, and what is done to a call. Every method runs under the network's lock.

    `verbs` begin what is more than speaking, `post` lets something happen to a call once its turn comes.
    """

    def __init__(self, net: Exchange, verbs: Mapping[str, Start], post: Callable[[Call, Event], None]) -> None:
        self.net, self.post, self._verbs = net, post, verbs
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self.progress = Progress(net, self.recordings)

    # Documents

    def play_text(self, call: Call, twiml: str) -> Fetch | None:
        """Plays a document given as text. Relative URLs in it have nothing to start from."""
        try:
            verbs = read_voice(twiml.encode())
        except TwimlError as error:
            self.net.report(error.code, "", error.reason, call.sid)
            self.fail(call)
            return None
        call.play, call.fetched = Play(deque(verbs), ""), True
        return self.run(call)

    def run(self, call: Call) -> Fetch | None:
        """Plays verbs until the call waits, needs a document, or ends."""
        while not call.over:
            if not call.play.verbs:
                self._end_of_document(call)
                return None
            verb = call.play.verbs.popleft()
            if call.whisper and verb.name not in WHISPERED:
                self.net.report(SCHEMA, call.play.url, f"<{verb.name}> in what a dialled phone hears first", call.sid)
                self.fail(call)
                return None
            if verb.name in self._verbs:
                return self._verbs[verb.name](self, call, verb)
            match verb.name:
                case "Say" | "Play" | "Pause":
                    seconds = self.speak(call, verb)
                    if seconds:
                        self.wait(call, Wait(Waiting.SPEECH), seconds)
                        return None
                case "Redirect":
                    return self.ask(call, verb.text, verb.get("method", "POST"))
                case _:
                    self.end(call, Status.COMPLETED)
        return None

    def _end_of_document(self, call: Call) -> None:
        if call.whisper:
            call.whisper = False
            self.offer(call)
        else:
            self.end(call, Status.COMPLETED)

    def speak(self, call: Call, verb: Verb) -> float:
        """Lets the phone hear a verb; how many seconds it takes, 0 while the clock is frozen."""
        if verb.name == "Pause":
            length = verb.number("length", 1)
            self.hear(call, "line", "pause", f"{length} s")
            return 0.0 if self.net.instant else float(length)
        said = verb.name == "Say"
        text = verb.text if said or verb.text else f"keys {verb.get('digits')}"
        language = verb.get("language") if said else ""
        self.hear(call, "line", verb.name.lower(), text, voice=verb.get("voice"), language=language)
        if self.net.instant:
            return 0.0
        return max(1, verb.number("loop", 1)) * (len(text) / CHARACTERS_PER_SECOND if said else 3.0)

    def ask(
        self,
        call: Call,
        reference: str,
        method: str = "POST",
        extra: Iterable[tuple[str, str]] = (),
        *,
        discard: bool = False,
    ) -> Fetch | None:
        """A Fetch of a URL, relative to the present document; empty means that document again."""
        url = urljoin(call.play.url, reference) if reference else call.play.url
        if not url.startswith(("http://", "https://")):
            self.net.report(11100, reference, "the URL is relative, and there is nothing it could start from", call.sid)
            if not discard:
                self.fail(call)
            return None
        return Fetch(url, method.upper(), tuple(extra), discard)

    # What is heard, and what is waited for

    def hear(self, call: Call, who: str, kind: str, text: str = "", *, voice: str = "", language: str = "") -> None:
        """Puts something on the line."""
        call.heard.append(Heard(self.net.clock.now(), who, kind, text, voice, language))
        self.net.touch()

    def wait(self, call: Call, wait: Wait, seconds: float | None = None) -> None:
        """The call waits, for so many seconds of the rehearsal's time, or for ever."""
        self.stop_waiting(call)
        call.wait = wait
        if seconds is not None:
            about = f"call with {call.phone}: {wait.kind}"
            wait.timer = self.net.timers.after(seconds, lambda: self.post(call, TimedOut(wait)), about)
            wait.until = wait.timer.due
        self.net.touch()

    def stop_waiting(self, call: Call) -> None:
        """Whatever the call waited for no longer matters."""
        if call.wait is not None and call.wait.timer is not None:
            call.wait.timer.cancel()
        call.wait = None

    def keep(self, call: Call, words: str, source: str = "RecordVerb") -> Recording:
        """Puts a recording of these words where the REST API finds it."""
        seconds = max(1, round(len(words) / CHARACTERS_PER_SECOND))
        now = self.net.clock.now()
        recording = Recording(new_sid("RE"), call.account_sid, call.sid, words, seconds, now, source)
        self.recordings[recording.sid] = recording
        return recording

    # How a call stands to the others, and to its end

    def connect(self, call: Call) -> None:
        """The call is in progress from now on."""
        if call.answered is not None:
            return
        call.answered = self.net.clock.now()
        call.move(Status.IN_PROGRESS, call.answered)
        self.progress.tell(call, "answered", Status.IN_PROGRESS.value)
        call.limit = self.net.timers.after(
            call.time_limit, lambda: self.post(call, Stopped()), f"call with {call.phone}: time limit"
        )

    def offer(self, call: Call) -> None:
        """A dialled phone waits to be connected, and the call that dialled it hears so."""
        self.wait(call, Wait(Waiting.BRIDGE))
        self._tell_parent(call, LegReady(call.sid))

    def _tell_parent(self, call: Call, event: LegReady | LegEnded) -> None:
        if call.parent is not None:
            self.post(self.calls[call.parent], event)

    def legs(self, dial: Dialling, *, beside: str = "") -> list[Call]:
        """The legs of a <Dial> that are not over, but for one."""
        legs = [self.calls[leg] for leg in dial.legs if leg != beside]
        return [leg for leg in legs if not leg.over]

    def release(self, call: Call) -> None:
        """Lets every leg of the call's <Dial> go, if it has one."""
        dial, call.dial = call.dial, None
        for leg in [] if dial is None else self.legs(dial):
            self.post(leg, Stopped())

    def fail(self, call: Call) -> None:
        """What a caller hears when the line has no usable answer."""
        self.connect(call)
        self.hear(call, "line", "say", APPLICATION_ERROR)
        self.end(call, Status.COMPLETED)

    def end(self, call: Call, status: Status) -> None:
        """The call is over, and everybody concerned is told."""
        if call.over:
            return
        self.stop_waiting(call)
        if call.limit is not None:
            call.limit.cancel()
        unheard_of = call.status is Status.QUEUED and status is Status.CANCELED
        call.ended = self.net.clock.now()
        call.move(status, call.ended)
        self.hear(call, "line", "note", f"call ended: {status}")
        if not unheard_of:
            self.progress.tell(call, "completed", status.value)
        self.progress.close(call)
        self.release(call)
        self._tell_parent(call, LegEnded(call.sid))
