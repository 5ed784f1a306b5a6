"""<Record>: what a caller leaves, kept as words."""

from simulator.call_events import Fetch
from simulator.calls import Call, Wait, Waiting
from simulator.player import Player
from simulator.recordings import Recording
from simulator.signature import Product
from simulator.twiml import Verb
from simulator.webhook import Parameters, Request
from simulator.wire import new_sid, rfc2822


def start(player: Player, call: Call, verb: Verb) -> None:
    """Beeps, and listens."""
    if verb.get("playBeep", "true") == "true":
        player.hear(call, "line", "beep")
    player.wait(call, Wait(Waiting.RECORD, verb=verb), verb.number("timeout", 5))


def spoke(player: Player, call: Call, text: str) -> None:
    """Keeps what is said, and listens on."""
    wait, verb = _present(call)
    words = f"{wait.spoken} {text}".strip()
    player.wait(call, Wait(Waiting.RECORD, verb=verb, spoken=words), verb.number("timeout", 5))


def pressed(player: Player, call: Call, keys: str) -> Fetch | None:
    """A key ends the recording, if it is one that may."""
    wait, verb = _present(call)
    ending = verb.get("finishOnKey", "1234567890*#")
    key = next((key for key in keys if key in ending), None)
    return None if key is None else _finish(player, call, wait, digits=key)


def timed_out(player: Player, call: Call) -> Fetch | None:
    """Silence ends the recording; if nothing at all was said, there is none, and the next verb is played."""
    wait, _ = _present(call)
    if wait.spoken:
        return _finish(player, call, wait, digits="")
    player.stop_waiting(call)
    return player.run(call)


def hung_up(player: Player, call: Call, wait: Wait) -> Fetch | None:
    """The caller hung up while being recorded. The line is told; its answer is not played."""
    return _finish(player, call, wait, digits="hangup") if wait.spoken else None


def _finish(player: Player, call: Call, wait: Wait, digits: str) -> Fetch | None:
    player.stop_waiting(call)
    verb = wait.verb
    if verb is None:
        raise AssertionError("a recording without its verb")
    recording = player.keep(call, wait.spoken)
    url = player.net.api_url + recording.uri
    told = [("RecordingUrl", url), ("RecordingSid", recording.sid)]
    extra = [*told, ("RecordingDuration", str(recording.seconds)), ("Digits", digits)]
    _report(player, call, verb, recording, told)
    return player.ask(call, verb.get("action"), verb.get("method", "POST"), extra, discard=call.over)


def _report(player: Player, call: Call, verb: Verb, recording: Recording, told: Parameters) -> None:
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
        fetch = player.ask(call, reference, discard=True) if reference else None
        if fetch is not None:
            player.net.tell_later(Request(fetch.url, "POST", parameters, Product.VOICE), call.sid)


def _present(call: Call) -> tuple[Wait, Verb]:
    if call.wait is None or call.wait.verb is None:
        raise AssertionError("a recording is asked of a call that is not recording")
    return call.wait, call.wait.verb
