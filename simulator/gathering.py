"""<Gather>: what a caller keys or says, and what is sent when they do neither."""

from simulator.call_events import Fetch
from simulator.calls import Call, Wait, Waiting
from simulator.player import Player
from simulator.signature import Product
from simulator.twiml import Verb
from simulator.webhook import Request


def start(player: Player, call: Call, verb: Verb) -> None:
    """Says what is nested, listening already, and then waits. A key interrupts what is being said."""
    seconds = sum(player.speak(call, child) for child in verb.children)
    player.wait(call, Wait(Waiting.GATHER, verb=verb), seconds + verb.number("timeout", 5))


def listens_for(verb: Verb, kind: str) -> bool:
    """Whether the gather takes "dtmf" or "speech"."""
    return kind in verb.get("input", "dtmf").split()


def pressed(player: Player, call: Call, keys: str) -> Fetch | None:
    """Takes keys one by one; those after the one that ends the gather are lost, as on a real line."""
    wait, verb = _present(call)
    if not listens_for(verb, "dtmf"):
        return None
    finish, most = verb.get("finishOnKey", "#"), verb.number("numDigits", 0)
    for key in keys:
        if key == finish:
            return _result(player, call, wait)
        wait.typed += key
        if most and len(wait.typed) >= most:
            return _result(player, call, wait)
    player.wait(call, Wait(Waiting.GATHER, verb=verb, typed=wait.typed), verb.number("timeout", 5))
    return None


def spoke(player: Player, call: Call, text: str, confidence: float | None) -> Fetch | None:
    """Takes words, unless keys came first or the gather takes none. They come out tidied, as recognisers do."""
    wait, verb = _present(call)
    if not listens_for(verb, "speech") or wait.typed:
        return None
    heard = text.strip()
    heard = heard[:1].upper() + heard[1:]
    if heard and heard[-1] not in ".?!":
        heard += "."
    _partial(player, call, verb, heard)
    extra = [("SpeechResult", heard)]
    if confidence is not None:
        extra.append(("Confidence", f"{confidence:.7f}"))
    extra.append(("Language", verb.get("language", "en-US")))
    player.stop_waiting(call)
    return player.ask(call, verb.get("action"), verb.get("method", "POST"), extra)


def timed_out(player: Player, call: Call) -> Fetch | None:
    """The caller has been silent long enough: what was keyed counts; nothing at all means the next verb."""
    wait, _ = _present(call)
    return _result(player, call, wait)


def hung_up(player: Player, call: Call, wait: Wait) -> Fetch | None:
    """The caller hung up while being listened to. The line is told what was keyed; its answer is not played."""
    verb = wait.verb
    if verb is None or not (wait.typed or verb.get("actionOnEmptyResult") == "true"):
        return None
    digits = [("Digits", wait.typed)]
    return player.ask(call, verb.get("action"), verb.get("method", "POST"), digits, discard=True)


def _result(player: Player, call: Call, wait: Wait) -> Fetch | None:
    player.stop_waiting(call)
    verb = wait.verb
    if verb is None or not (wait.typed or verb.get("actionOnEmptyResult") == "true"):
        return player.run(call)
    return player.ask(call, verb.get("action"), verb.get("method", "POST"), [("Digits", wait.typed)])


def _present(call: Call) -> tuple[Wait, Verb]:
    if call.wait is None or call.wait.verb is None:
        raise AssertionError("a gather is asked of a call that is not gathering")
    return call.wait, call.wait.verb


def _partial(player: Player, call: Call, verb: Verb, heard: str) -> None:
    reference = verb.get("partialResultCallback")
    if not reference:
        return
    fetch = player.ask(call, reference, verb.get("partialResultCallbackMethod", "POST"), discard=True)
    if fetch is None:
        return
    told = [
        *call.parameters(),
        ("SequenceNumber", "0"),
        ("UnstableSpeechResult", heard.rstrip(".").lower()),
        ("StableSpeechResult", ""),
        ("Stability", "0.5"),
    ]
    request = Request(fetch.url, fetch.method, told, Product.VOICE, call.jar)
    player.net.tell_later(request, call.sid)
