"""<Dial>: rings one or more phones, lets each hear its whisper, and connects the first that stays."""

from collections.abc import Iterable
from urllib.parse import urljoin

from simulator.call_events import Begun, Fetch, Stopped
from simulator.calls import Call, Detection, Dialling, Direction, Status, Wait, Waiting
from simulator.documents import Target
from simulator.player import Player
from simulator.twiml import Verb
from simulator.wire import is_e164, new_sid

MOST_NUMBERS = 10


def start(player: Player, call: Call, verb: Verb) -> Fetch | None:
    """Rings every number of the <Dial>. One that cannot be rung makes it fail, and the call goes on."""
    net = player.net
    nouns = [child for child in verb.children if child.name == "Number"]
    nouns = nouns or ([Verb("Number", {}, verb.text)] if verb.text else [])
    caller_id = verb.get("callerId", call.sender)
    problem: tuple[int, str] | None = None
    if caller_id not in {*net.line.numbers, call.sender, call.to}:
        problem = (13214, f"callerId {caller_id} is not ours and not this call's")
    elif not nouns or len(nouns) > MOST_NUMBERS:
        problem = (13223, f"<Dial> has {len(nouns)} numbers; 1 to {MOST_NUMBERS} are possible")
    else:
        bad = next((noun.text for noun in nouns if not is_e164(noun.text.replace(" ", ""))), None)
        problem = None if bad is None else (13223, f"{bad} is not a phone number")
    call.dial = Dialling(verb, [], net.clock.now())
    if problem is not None:
        net.report(problem[0], call.play.url, problem[1], call.sid)
        return _finish(player, call, call.dial, "failed")
    legs = [_leg(player, call, verb, noun, caller_id) for noun in nouns]
    call.dial.legs = [leg.sid for leg in legs]
    for leg in legs:
        player.hear(call, "line", "note", f"ringing {net.phone(leg.to).name}")
    player.wait(call, Wait(Waiting.DIAL, verb=verb))
    for leg in legs[:1] if verb.get("sequential") == "true" else legs:
        player.post(leg, Begun())
    return None


def _leg(player: Player, call: Call, verb: Verb, noun: Verb, caller_id: str) -> Call:
    to = noun.text.replace(" ", "")
    leg = Call(
        sid=new_sid("CA"),
        account_sid=call.account_sid,
        sender=caller_id,
        to=to,
        direction=Direction.DIAL,
        phone=to,
        created=player.net.clock.now(),
        target=_target(call, noun, "url", "method"),
        callback=_target(call, noun, "statusCallback", "statusCallbackMethod"),
        callback_events=frozenset(noun.get("statusCallbackEvent", "completed").split()),
        timeout=verb.number("timeout", 30),
        detection=_detection(call, noun),
        parent=call.sid,
    )
    player.calls[leg.sid] = leg
    return leg


def _detection(call: Call, noun: Verb) -> Detection:
    """On a dialled phone, detection never holds the call up; its result goes to `amdStatusCallback`."""
    callback = _target(call, noun, "amdStatusCallback", "amdStatusCallbackMethod")
    return Detection(noun.get("machineDetection"), asynchronous=True, callback=callback)


def _target(call: Call, noun: Verb, attribute: str, method: str) -> Target:
    reference = noun.get(attribute)
    return Target(urljoin(call.play.url, reference), noun.get(method, "POST").upper()) if reference else Target()


def leg_ready(player: Player, call: Call, sid: str) -> Fetch | None:
    """A phone has answered and heard its whisper: the first one is connected, any other is let go."""
    dial, leg = call.dial, player.calls[sid]
    if dial is None or dial.bridged or leg.over:
        player.post(leg, Stopped())
        return None
    dial.bridged = sid
    for other in player.legs(dial, beside=sid):
        player.post(other, Stopped())
    player.wait(call, Wait(Waiting.BRIDGE, verb=dial.verb), dial.verb.number("timeLimit", 14_400))
    net = player.net
    player.hear(call, "line", "note", f"connected to {net.phone(leg.to).name}")
    player.hear(leg, "line", "note", f"connected to {net.phone(call.phone).name}")
    return None


def leg_ended(player: Player, call: Call, sid: str) -> Fetch | None:
    """A leg is over: the next is rung, others are still ringing, or the <Dial> is done."""
    dial = call.dial
    if dial is None:
        return None
    if dial.bridged:
        return _finish(player, call, dial, "completed") if dial.bridged == sid else None
    legs = [player.calls[leg] for leg in dial.legs]
    waiting = next((leg for leg in legs if leg.status is Status.QUEUED), None)
    if waiting is not None and dial.verb.get("sequential") == "true":
        player.post(waiting, Begun())
        return None
    if any(not leg.over for leg in legs):
        return None
    return _finish(player, call, dial, _outcome(legs))


def _outcome(legs: list[Call]) -> str:
    """What <Dial> says when nobody was connected: a whisper that was turned down counts as completed."""
    statuses = {leg.status for leg in legs}
    order = (Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.FAILED, Status.CANCELED)
    return next(status.value for status in order if status in statuses)


def _finish(player: Player, call: Call, dial: Dialling, outcome: str) -> Fetch | None:
    call.dial = None
    player.stop_waiting(call)
    action = dial.verb.get("action")
    if not action:
        return player.run(call)
    return player.ask(call, action, dial.verb.get("method", "POST"), _result(player, call, dial, outcome))


def _result(player: Player, call: Call, dial: Dialling, outcome: str) -> list[tuple[str, str]]:
    answered = [leg for leg in (player.calls[sid] for sid in dial.legs) if leg.answered is not None]
    told = [("DialCallStatus", outcome), ("DialBridged", "true" if dial.bridged else "false")]
    about = dial.bridged or (dial.legs[0] if dial.legs else "")
    if about:
        told.append(("DialCallSid", about))
    if answered:
        leg = next((leg for leg in answered if leg.sid == dial.bridged), answered[0])
        told.append(("DialCallDuration", str(leg.seconds())))
    if dial.bridged and dial.verb.get("record", "do-not-record") != "do-not-record":
        kept = player.keep(call, "(what was said while connected)", "DialVerb")
        told += [("RecordingUrl", player.net.api_url + kept.uri), ("RecordingSid", kept.sid)]
        told.append(("RecordingDuration", str(kept.seconds)))
    return told


def hung_up(player: Player, call: Call, dial: Dialling) -> Fetch | None:
    """The caller is gone. The line is told how the <Dial> ended; its answer is not played."""
    action = dial.verb.get("action")
    if not action:
        return None
    outcome = "completed" if dial.bridged else "canceled"
    result = _result(player, call, dial, outcome)
    return player.ask(call, action, dial.verb.get("method", "POST"), result, discard=True)


def give_up(player: Player, call: Call) -> None:
    """Nobody answers the <Dial>: every phone stops ringing as if its time were up."""
    if call.dial is None:
        return
    for leg in player.legs(call.dial):
        player.post(leg, Stopped(Status.NO_ANSWER))


def part(player: Player, call: Call) -> None:
    """The two are parted: the dialled leg ends, and the call goes on."""
    if call.dial is not None and call.dial.bridged:
        player.post(player.calls[call.dial.bridged], Stopped())


def pressed(player: Player, call: Call, keys: str) -> Fetch | None:
    """Keys during a conversation mean nothing, but for the star where the <Dial> says so."""
    if "*" in keys and call.dial is not None and call.dial.verb.get("hangupOnStar") == "true":
        part(player, call)
    return None


def spoke(player: Player, call: Call, text: str) -> None:
    """What one says, the other hears."""
    for other in _partners(player, call):
        player.hear(other, "other", "speech", text)


def _partners(player: Player, call: Call) -> Iterable[Call]:
    calls = player.calls
    if call.dial is not None and call.dial.bridged:
        yield calls[call.dial.bridged]
    elif call.parent is not None:
        parent = calls[call.parent]
        if parent.dial is not None and parent.dial.bridged == call.sid:
            yield parent
