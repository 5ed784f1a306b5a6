"""<Record>: what a caller leaves, kept as words and played back as a short tone."""

import io
import math
import struct
import wave
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.call_events import Fetch
from simulator.calls import Call, Wait, Waiting
from simulator.signature import Product
from simulator.twiml import Verb
from simulator.webhook import Parameters, Request
from simulator.wire import API_VERSION, new_sid, rfc2822

if TYPE_CHECKING:
    from simulator.engine import Engine

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


def start(engine: "Engine", call: Call, verb: Verb) -> None:
    """Beeps, and listens."""
    if verb.get("playBeep", "true") == "true":
        engine.hear(call, "line", "beep")
    engine.wait(call, Wait(Waiting.RECORD, verb=verb), verb.number("timeout", 5))


def spoke(engine: "Engine", call: Call, text: str) -> None:
    """Keeps what is said, and listens on."""
    wait, verb = _present(call)
    words = f"{wait.spoken} {text}".strip()
    engine.wait(call, Wait(Waiting.RECORD, verb=verb, spoken=words), verb.number("timeout", 5))


def pressed(engine: "Engine", call: Call, keys: str) -> Fetch | None:
    """A key ends the recording, if it is one that may."""
    wait, verb = _present(call)
    ending = verb.get("finishOnKey", "1234567890*#")
    key = next((key for key in keys if key in ending), None)
    return None if key is None else _finish(engine, call, wait, digits=key)


def timed_out(engine: "Engine", call: Call) -> Fetch | None:
    """Silence ends the recording; if nothing at all was said, there is none, and the next verb is played."""
    wait, _ = _present(call)
    if wait.spoken:
        return _finish(engine, call, wait, digits="")
    engine.stop_waiting(call)
    return engine.run(call)


def hung_up(engine: "Engine", call: Call, wait: Wait) -> Fetch | None:
    """The caller hung up while being recorded. The line is told; its answer is not played."""
    return _finish(engine, call, wait, digits="hangup") if wait.spoken else None


def _finish(engine: "Engine", call: Call, wait: Wait, digits: str) -> Fetch | None:
    engine.stop_waiting(call)
    verb = wait.verb
    if verb is None:
        raise AssertionError("a recording without its verb")
    recording = keep(engine, call, wait.spoken)
    url = engine.net.api_url + recording.uri
    told = [("RecordingUrl", url), ("RecordingSid", recording.sid)]
    extra = [*told, ("RecordingDuration", str(recording.seconds)), ("Digits", digits)]
    _report(engine, call, verb, recording, told)
    return engine.ask(call, verb.get("action"), verb.get("method", "POST"), extra, discard=call.over)


def keep(engine: "Engine", call: Call, words: str, source: str = "RecordVerb") -> Recording:
    """Puts a recording of these words where the REST API finds it."""
    net = engine.net
    seconds = max(1, round(len(words) / 13))
    recording = Recording(new_sid("RE"), call.account_sid, call.sid, words, seconds, net.clock.now(), source)
    engine.voice.recordings[recording.sid] = recording
    return recording


def _report(engine: "Engine", call: Call, verb: Verb, recording: Recording, told: Parameters) -> None:
    account = [("AccountSid", call.account_sid), ("CallSid", call.sid)]
    done = [
        *account,
        *told,
        ("RecordingStatus", "completed"),
        ("RecordingDuration", str(recording.seconds)),
        ("RecordingChannels", "1"),
        ("RecordingStartTime", rfc2822(recording.created) or ""),
        ("RecordingSource", recording.source),
        ("ErrorCode", "0"),
    ]
    written = [
        *account,
        *told,
        ("TranscriptionSid", new_sid("TR")),
        ("TranscriptionText", recording.text),
        ("TranscriptionStatus", "completed"),
    ]
    wanted = [("recordingStatusCallback", done)]
    if verb.get("transcribe") == "true" or verb.get("transcribeCallback"):
        wanted.append(("transcribeCallback", written))
    for attribute, parameters in wanted:
        reference = verb.get(attribute)
        fetch = engine.ask(call, reference, discard=True) if reference else None
        if fetch is not None:
            engine.net.tell_later(Request(fetch.url, "POST", parameters, Product.VOICE), call.sid)


def _present(call: Call) -> tuple[Wait, Verb]:
    if call.wait is None or call.wait.verb is None:
        raise AssertionError("a recording is asked of a call that is not recording")
    return call.wait, call.wait.verb
