"""The first part of a call: who is rung, who picks up, and whether it is a machine."""

from typing import TYPE_CHECKING

from simulator.call_events import Answered, Fetch, LegReady, Refused, Stopped
from simulator.calls import Call, Direction, Status, Wait, Waiting
from simulator.phones import Kind, OnCall, Phone
from simulator.signature import Product
from simulator.webhook import Request

if TYPE_CHECKING:
    from simulator.engine import Engine

RING_BUFFER = 5
"""Seconds the network rings on beyond the time-out it was given."""

PICK_UP_AFTER = {OnCall.ANSWER: 2.0, OnCall.VOICEMAIL: 20.0, OnCall.BUSY: 0.5, OnCall.REJECT: 3.0}
"""Seconds after which a phone does by itself what it is set to; at once while the clock is frozen."""

DETECTION_SECONDS = 4.0


def begin(engine: "Engine", call: Call) -> Fetch | None:
    """An inbound call asks the line what to do; any other rings its phone."""
    net = engine.net
    if call.direction is Direction.INBOUND:
        call.move(Status.RINGING, net.clock.now())
        engine.hear(call, "line", "ring")
        if not call.target.url:
            net.report(11100, "", "the number has no voice URL", call.sid)
            engine.fail(call)
            return None
        return engine.ask(call, call.target.url, call.target.method)
    phone = net.phone(call.to)
    call.queue_ms = int((net.clock.now() - call.created).total_seconds() * 1000)
    engine.voice.progress(call, "initiated", "initiated")
    if phone.kind is Kind.UNREACHABLE:
        engine.end(call, Status.FAILED)
        return None
    engaged = engine.voice.engaged(phone.number, call)
    call.move(Status.RINGING, net.clock.now())
    engine.voice.progress(call, "ringing", Status.RINGING.value)
    engine.hear(call, "line", "ring")
    return _ring(engine, call, phone, engaged=engaged)


def _ring(engine: "Engine", call: Call, phone: Phone, *, engaged: bool) -> Fetch | None:
    net, behaviour = engine.net, phone.behaviour
    wait = Wait(Waiting.RING)
    engine.wait(call, wait, call.timeout + RING_BUFFER)
    event: Answered | Refused
    if engaged:
        return engine.handle(call, Refused(Status.BUSY))
    match behaviour.calls:
        case OnCall.RING | OnCall.NO_ANSWER:
            return None
        case OnCall.ANSWER | OnCall.VOICEMAIL:
            event = Answered(machine=behaviour.calls is OnCall.VOICEMAIL)
        case OnCall.BUSY | OnCall.REJECT:
            event = Refused(Status.BUSY)
    if net.instant:
        return engine.handle(call, event)
    net.timers.after(
        PICK_UP_AFTER[behaviour.calls],
        lambda: engine.voice.post(call, event) if call.wait is wait else None,
        f"{phone.number}: {behaviour.calls}",
    )
    return None


def rang_out(engine: "Engine", call: Call) -> Fetch | None:
    """Nobody picked up in time."""
    engine.end(call, Status.NO_ANSWER)
    return None


def connect(engine: "Engine", call: Call) -> None:
    """The call is in progress from now on."""
    if call.answered is not None:
        return
    net = engine.net
    call.answered = net.clock.now()
    call.move(Status.IN_PROGRESS, call.answered)
    engine.voice.progress(call, "answered", Status.IN_PROGRESS.value)
    call.limit = net.timers.after(
        call.time_limit, lambda: engine.voice.post(call, Stopped()), f"call with {call.phone}: time limit"
    )


def answer(engine: "Engine", call: Call, *, machine: bool) -> Fetch | None:
    """A person or a machine picks up. Means nothing unless the phone is ringing."""
    if call.wait is None or call.wait.kind is not Waiting.RING:
        return None
    engine.stop_waiting(call)
    call.by_machine = machine
    connect(engine, call)
    phone = engine.net.phone(call.phone)
    if machine:
        engine.hear(call, "phone", "speech", phone.behaviour.voicemail_greeting)
    if call.detection.mode and not call.detection.asynchronous and not engine.net.instant:
        engine.wait(call, Wait(Waiting.DETECTION), DETECTION_SECONDS)
        return None
    return detected(engine, call)


def detected(engine: "Engine", call: Call) -> Fetch | None:
    """Detection has made up its mind, or there is none; now the line is asked what to do."""
    engine.stop_waiting(call)
    extra: list[tuple[str, str]] = []
    if call.detection.mode:
        call.answered_by = verdict(engine, call)
        if call.detection.asynchronous:
            _tell_verdict(engine, call)
        else:
            extra = [("AnsweredBy", call.answered_by)]
    if call.direction is Direction.DIAL and not call.target.url:
        engine.wait(call, Wait(Waiting.BRIDGE))
        if call.parent is not None:
            engine.voice.post(engine.voice.calls[call.parent], LegReady(call.sid))
        return None
    if call.target.url:
        call.whisper = call.direction is Direction.DIAL
        return engine.ask(call, call.target.url, call.target.method, extra)
    return engine.play_text(call, call.twiml)


def verdict(engine: "Engine", call: Call) -> str:
    """What answering-machine detection makes of whoever picked up."""
    phone = engine.net.phone(call.phone)
    if phone.behaviour.answered_by:
        return phone.behaviour.answered_by
    if not call.by_machine:
        return "human"
    return "machine_start" if call.detection.mode == "Enable" else "machine_end_beep"


def _tell_verdict(engine: "Engine", call: Call) -> None:
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
    after = 0.0 if engine.net.instant else DETECTION_SECONDS
    engine.net.timers.after(after, lambda: engine.net.tell_later(request, call.sid), f"detection on {call.phone}")
