"""Plays a call: what each event does to it, verb by verb. Where a document is needed it says so with a `Fetch`."""

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import dialling, gathering, recording, ringing
from simulator.call_events import (
    Answered,
    Begun,
    Event,
    Fetch,
    HungUp,
    LegEnded,
    LegReady,
    Pressed,
    Redirected,
    Refused,
    Silent,
    Spoke,
    Stopped,
    TimedOut,
)
from simulator.calls import Call, Direction, Heard, Play, Status, Wait, Waiting
from simulator.documents import Document
from simulator.grammar import SCHEMA
from simulator.twiml import TwimlError, Verb, read_voice

if TYPE_CHECKING:
    from simulator.voice import Voice

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
REDIRECT_LIMIT = 20
"""Documents a call may fetch one after another without waiting for anything."""

CHARACTERS_PER_SECOND = 13.0

WHISPERED = frozenset({"Say", "Play", "Pause", "Gather", "Hangup"})
"""All that a dialled phone may be played before it is connected."""


class Engine:
    """Moves one call at a time. Every method runs under the network's lock."""

    def __init__(self, voice: "Voice") -> None:
        self.voice = voice
        self.net = voice.net

    # Events

    def handle(self, call: Call, event: Event) -> Fetch | None:  # noqa: C901 - a closed set, a line each
        """What the event does; a Fetch when the line must be asked before anything else can happen."""
        call.redirects = 0
        if call.over:
            return None
        match event:
            case Begun():
                return ringing.begin(self, call)
            case Answered(machine):
                return ringing.answer(self, call, machine=machine)
            case Refused(status):
                self.end(call, status)
                return None
            case HungUp() | Stopped():
                return self._stop(call, event)
            case Redirected():
                return self._redirect(call, event)
            case Pressed(keys):
                return self._pressed(call, keys)
            case Spoke():
                return self._spoke(call, event)
            case Silent():
                return None if call.wait is None else self._time_out(call, call.wait)
            case TimedOut(wait):
                return self._time_out(call, wait) if call.wait is wait else None
            case LegReady(sid):
                return dialling.leg_ready(self, call, sid)
            case LegEnded(sid):
                return dialling.leg_ended(self, call, sid)

    def resume(self, call: Call, fetch: Fetch, document: Document | None) -> Fetch | None:
        """Goes on with a document that has come, or with None when none did."""
        if fetch.discard or call.over:
            return None
        call.redirects += 1
        if document is not None and call.redirects > REDIRECT_LIMIT:
            self.net.report(11215, fetch.url, f"more than {REDIRECT_LIMIT} documents in a row", call.sid)
            document = None
        if document is None:
            self.fail(call)
            return None
        call.play = Play(deque(document.verbs), document.url, document.method)
        first, call.fetched = not call.fetched, True
        if first and call.direction is Direction.INBOUND:
            if document.verbs and document.verbs[0].name == "Reject":
                busy = document.verbs[0].get("reason") == "busy"
                self.end(call, Status.BUSY if busy else Status.NO_ANSWER)
                return None
            ringing.connect(self, call)
        return self.run(call)

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

    # Verbs

    def run(self, call: Call) -> Fetch | None:
        """Plays verbs until the call waits, needs a document, or ends."""
        while not call.over:
            if not call.play.verbs:
                return self._end_of_document(call)
            verb = call.play.verbs.popleft()
            if call.whisper and verb.name not in WHISPERED:
                self.net.report(SCHEMA, call.play.url, f"<{verb.name}> in what a dialled phone hears first", call.sid)
                self.fail(call)
                return None
            match verb.name:
                case "Say" | "Play" | "Pause":
                    seconds = self.speak(call, verb)
                    if seconds:
                        self.wait(call, Wait(Waiting.SPEECH), seconds)
                        return None
                case "Gather":
                    gathering.start(self, call, verb)
                    return None
                case "Record":
                    recording.start(self, call, verb)
                    return None
                case "Dial":
                    return dialling.start(self, call, verb)
                case "Redirect":
                    return self.ask(call, verb.text, verb.get("method", "POST"))
                case _:
                    self.end(call, Status.COMPLETED)
        return None

    def _end_of_document(self, call: Call) -> Fetch | None:
        if call.whisper and call.parent is not None:
            call.whisper = False
            self.voice.post(self.voice.calls[call.parent], LegReady(call.sid))
            self.wait(call, Wait(Waiting.BRIDGE))
        else:
            self.end(call, Status.COMPLETED)
        return None

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

    # What verbs and events share

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
            wait.timer = self.net.timers.after(seconds, lambda: self.voice.post(call, TimedOut(wait)), about)
            wait.until = wait.timer.due
        self.net.touch()

    def stop_waiting(self, call: Call) -> None:
        """Whatever the call waited for no longer matters."""
        if call.wait is not None and call.wait.timer is not None:
            call.wait.timer.cancel()
        call.wait = None

    def fail(self, call: Call) -> None:
        """What a caller hears when the line has no usable answer."""
        ringing.connect(self, call)
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
            self.voice.progress(call, "completed", status.value)
        self.voice.lane(call).close()
        if call.dial is not None:
            dialling.release(self, call, call.dial)
        if call.parent is not None:
            self.voice.post(self.voice.calls[call.parent], LegEnded(call.sid))

    # Events that depend on what the call waits for

    def _stop(self, call: Call, event: HungUp | Stopped) -> Fetch | None:
        wait, unanswered = call.wait, call.answered is None
        status = event.status if isinstance(event, Stopped) else Status.COMPLETED
        if unanswered and status is Status.COMPLETED:
            status = Status.NO_ANSWER if call.direction is Direction.INBOUND else Status.CANCELED
        dial, recorded = call.dial, wait
        self.end(call, status)
        if isinstance(event, HungUp) and recorded is not None and recorded.verb is not None:
            if recorded.kind is Waiting.GATHER:
                return gathering.hung_up(self, call, recorded)
            if recorded.kind is Waiting.RECORD:
                return recording.hung_up(self, call, recorded)
        return dialling.hung_up(self, call, dial) if dial is not None else None

    def _redirect(self, call: Call, event: Redirected) -> Fetch | None:
        self.stop_waiting(call)
        if call.dial is not None:
            dialling.release(self, call, call.dial)
            call.dial = None
        if event.target.url:
            return self.ask(call, event.target.url, event.target.method)
        return self.play_text(call, event.twiml)

    def _pressed(self, call: Call, keys: str) -> Fetch | None:
        self.hear(call, "phone", "keys", keys)
        match call.wait.kind if call.wait is not None else None:
            case Waiting.GATHER:
                return gathering.pressed(self, call, keys)
            case Waiting.RECORD:
                return recording.pressed(self, call, keys)
            case Waiting.BRIDGE:
                return dialling.pressed(self, call, keys)
            case _:
                return None

    def _spoke(self, call: Call, event: Spoke) -> Fetch | None:
        self.hear(call, "phone", "speech", event.text)
        match call.wait.kind if call.wait is not None else None:
            case Waiting.GATHER:
                return gathering.spoke(self, call, event.text, event.confidence)
            case Waiting.RECORD:
                recording.spoke(self, call, event.text)
            case Waiting.BRIDGE:
                dialling.spoke(self, call, event.text)
        return None

    def _time_out(self, call: Call, wait: Wait) -> Fetch | None:
        match wait.kind:
            case Waiting.RING:
                return ringing.rang_out(self, call)
            case Waiting.DETECTION:
                return ringing.detected(self, call)
            case Waiting.SPEECH:
                self.stop_waiting(call)
                return self.run(call)
            case Waiting.GATHER:
                return gathering.timed_out(self, call)
            case Waiting.RECORD:
                return recording.timed_out(self, call)
            case Waiting.DIAL:
                dialling.give_up(self, call)
                return None
            case Waiting.BRIDGE:
                dialling.part(self, call)
                return None
