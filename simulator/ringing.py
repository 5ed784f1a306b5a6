"""The first part of a call: who is rung, who picks up, and whether it is a machine."""

from simulator.call_events import Answered, Fetch, Refused
from simulator.calls import Call, Direction, Status, Wait, Waiting
from simulator.phones import Kind, OnCall, Phone
from simulator.player import Player
from simulator.signature import Product
from simulator.webhook import Request

RING_BUFFER = 5
"""Seconds the network rings on beyond the time-out it was given."""

PICK_UP_AFTER = {OnCall.ANSWER: 2.0, OnCall.VOICEMAIL: 20.0, OnCall.BUSY: 0.5, OnCall.REJECT: 3.0}
"""Seconds after which a phone does by itself what it is set to; at once while the clock is frozen."""

DETECTION_SECONDS = 4.0


def begin(player: Player, call: Call) -> Fetch | None:
    """An inbound call asks the line what to do; any other rings its phone."""
    net = player.net
    if call.direction is Direction.INBOUND:
        call.move(Status.RINGING, net.clock.now())
        player.hear(call, "line", "ring")
        if not call.target.url:
            net.report(11100, "", "the number has no voice URL", call.sid)
            player.fail(call)
            return None
        return player.ask(call, call.target.url, call.target.method)
    phone = net.phone(call.to)
    call.queue_ms = int((net.clock.now() - call.created).total_seconds() * 1000)
    player.progress.tell(call, "initiated", "initiated")
    if phone.kind is Kind.UNREACHABLE:
        player.end(call, Status.FAILED)
        return None
    engaged = _engaged(player, phone.number, call)
    call.move(Status.RINGING, net.clock.now())
    player.progress.tell(call, "ringing", Status.RINGING.value)
    player.hear(call, "line", "ring")
    return _ring(player, call, phone, engaged=engaged)


def _engaged(player: Player, phone: str, beside: Call) -> bool:
    """Whether somebody at this phone is already talking, on any call but this one."""
    return any(
        call.phone == phone and not call.over and call is not beside and call.answered is not None
        for call in player.calls.values()
    )


def _ring(player: Player, call: Call, phone: Phone, *, engaged: bool) -> Fetch | None:
    net, behaviour = player.net, phone.behaviour
    wait = Wait(Waiting.RING)
    player.wait(call, wait, call.timeout + RING_BUFFER)
    event: Answered | Refused
    if engaged:
        return picked_up(player, call, Refused(Status.BUSY))
    match behaviour.calls:
        case OnCall.RING | OnCall.NO_ANSWER:
            return None
        case OnCall.ANSWER | OnCall.VOICEMAIL:
            event = Answered(machine=behaviour.calls is OnCall.VOICEMAIL)
        case OnCall.BUSY | OnCall.REJECT:
            event = Refused(Status.BUSY)
    if net.instant:
        return picked_up(player, call, event)
    net.timers.after(
        PICK_UP_AFTER[behaviour.calls],
        lambda: player.post(call, event) if call.wait is wait else None,
        f"{phone.number}: {behaviour.calls}",
    )
    return None


def rang_out(player: Player, call: Call) -> Fetch | None:
    """Nobody picked up in time."""
    player.end(call, Status.NO_ANSWER)
    return None


def picked_up(player: Player, call: Call, event: Answered | Refused) -> Fetch | None:
    """A person or a machine picks up, or nobody will."""
    if isinstance(event, Answered):
        return _answer(player, call, machine=event.machine)
    player.end(call, event.status)
    return None


def _answer(player: Player, call: Call, *, machine: bool) -> Fetch | None:
    """Means nothing unless the phone is ringing."""
    if call.wait is None or call.wait.kind is not Waiting.RING:
        return None
    player.stop_waiting(call)
    call.by_machine = machine
    player.connect(call)
    phone = player.net.phone(call.phone)
    if machine:
        player.hear(call, "phone", "speech", phone.behaviour.voicemail_greeting)
    if call.detection.mode and not call.detection.asynchronous and not player.net.instant:
        player.wait(call, Wait(Waiting.DETECTION), DETECTION_SECONDS)
        return None
    return detected(player, call)


def detected(player: Player, call: Call) -> Fetch | None:
    """Detection has made up its mind, or there is none; now the line is asked what to do."""
    player.stop_waiting(call)
    extra: list[tuple[str, str]] = []
    if call.detection.mode:
        call.answered_by = verdict(player, call)
        if call.detection.asynchronous:
            _tell_verdict(player, call)
        else:
            extra = [("AnsweredBy", call.answered_by)]
    if call.direction is Direction.DIAL and not call.target.url:
        player.offer(call)
        return None
    if call.target.url:
        call.whisper = call.direction is Direction.DIAL
        return player.ask(call, call.target.url, call.target.method, extra)
    return player.play_text(call, call.twiml)


def verdict(player: Player, call: Call) -> str:
    """What answering-machine detection makes of whoever picked up."""
    phone = player.net.phone(call.phone)
    if phone.behaviour.answered_by:
        return phone.behaviour.answered_by
    if not call.by_machine:
        return "human"
    return "machine_start" if call.detection.mode == "Enable" else "machine_end_beep"


def _tell_verdict(player: Player, call: Call) -> None:
    """The result of asynchronous detection: four fields, and no numbers."""
    told = [
        ("CallSid", call.sid),
        ("AccountSid", call.account_sid),
        ("AnsweredBy", call.answered_by),
        ("MachineDetectionDuration", str(int(DETECTION_SECONDS * 1000))),
    ]
    target = call.detection.callback
    if not target.url:
        return
    request = Request(target.url, target.method, told, Product.VOICE)
    after = 0.0 if player.net.instant else DETECTION_SECONDS
    player.net.timers.after(after, lambda: player.net.tell_later(request, call.sid), f"detection on {call.phone}")
