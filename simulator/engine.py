"""Carries a call on: what each event does to it. Where a document is needed it says so with a `Fetch`."""

from collections import deque

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
from simulator.calls import Call, Direction, Play, Status, Wait, Waiting
from simulator.documents import Document
from simulator.player import Player, Start

VERBS: dict[str, Start] = {"Gather": gathering.start, "Record": recording.start, "Dial": dialling.start}
"""What begins each verb that has a module to itself; the player knows the others."""

REDIRECT_LIMIT = 20
"""Documents a call may fetch one after another without waiting for anything."""


def handle(player: Player, call: Call, event: Event) -> Fetch | None:
    """What the event does; a Fetch when the line must be asked before anything else can happen."""
    call.redirects = 0
    if call.over:
        return None
    match event:
        case Begun():
            return ringing.begin(player, call)
        case Answered() | Refused():
            return ringing.picked_up(player, call, event)
        case HungUp() | Stopped():
            return _stop(player, call, event)
        case Redirected():
            return _redirect(player, call, event)
        case Pressed(keys):
            return _pressed(player, call, keys)
        case Spoke():
            return _spoke(player, call, event)
        case Silent():
            return None if call.wait is None else _time_out(player, call, call.wait)
        case TimedOut(wait):
            return _time_out(player, call, wait) if call.wait is wait else None
        case LegReady(sid):
            return dialling.leg_ready(player, call, sid)
        case LegEnded(sid):
            return dialling.leg_ended(player, call, sid)


def resume(player: Player, call: Call, fetch: Fetch, document: Document | None) -> Fetch | None:
    """Goes on with a document that has come, or with None when none did."""
    if fetch.discard or call.over:
        return None
    call.redirects += 1
    if document is not None and call.redirects > REDIRECT_LIMIT:
        player.net.report(11215, fetch.url, f"more than {REDIRECT_LIMIT} documents in a row", call.sid)
        document = None
    if document is None:
        player.fail(call)
        return None
    call.play = Play(deque(document.verbs), document.url, document.method)
    first, call.fetched = not call.fetched, True
    if first and call.direction is Direction.INBOUND:
        if document.verbs and document.verbs[0].name == "Reject":
            busy = document.verbs[0].get("reason") == "busy"
            player.end(call, Status.BUSY if busy else Status.NO_ANSWER)
            return None
        if document.verbs and document.verbs[0].name == "Pause":
            # Twilio picks up after it: whoever hangs up before has not been answered. Also while the clock is frozen,
            # since nothing is heard that could be skipped.
            pause = call.play.verbs.popleft()
            player.wait(call, Wait(Waiting.PICK_UP), pause.number("length", 1))
            return None
        player.connect(call)
    return player.run(call)


def _redirect(player: Player, call: Call, event: Redirected) -> Fetch | None:
    player.stop_waiting(call)
    player.release(call)
    if event.target.url:
        return player.ask(call, event.target.url, event.target.method)
    return player.play_text(call, event.twiml)


# Events that depend on what the call waits for


def _stop(player: Player, call: Call, event: HungUp | Stopped) -> Fetch | None:
    wait, dial, unanswered = call.wait, call.dial, call.answered is None
    status = event.status if isinstance(event, Stopped) else Status.COMPLETED
    if unanswered and status is Status.COMPLETED:
        status = Status.NO_ANSWER if call.direction is Direction.INBOUND else Status.CANCELED
    player.end(call, status)
    if isinstance(event, HungUp) and wait is not None and wait.verb is not None:
        if wait.kind is Waiting.GATHER:
            return gathering.hung_up(player, call, wait)
        if wait.kind is Waiting.RECORD:
            return recording.hung_up(player, call, wait)
    return dialling.hung_up(player, call, dial) if dial is not None else None


def _pressed(player: Player, call: Call, keys: str) -> Fetch | None:
    player.hear(call, "phone", "keys", keys)
    match call.wait.kind if call.wait is not None else None:
        case Waiting.GATHER:
            return gathering.pressed(player, call, keys)
        case Waiting.RECORD:
            return recording.pressed(player, call, keys)
        case Waiting.BRIDGE:
            return dialling.pressed(player, call, keys)
        case _:
            return None


def _spoke(player: Player, call: Call, event: Spoke) -> Fetch | None:
    player.hear(call, "phone", "speech", event.text)
    match call.wait.kind if call.wait is not None else None:
        case Waiting.GATHER:
            return gathering.spoke(player, call, event.text, event.confidence)
        case Waiting.RECORD:
            recording.spoke(player, call, event.text)
        case Waiting.BRIDGE:
            dialling.spoke(player, call, event.text)
    return None


def _time_out(player: Player, call: Call, wait: Wait) -> Fetch | None:
    match wait.kind:
        case Waiting.RING:
            return ringing.rang_out(player, call)
        case Waiting.DETECTION:
            return ringing.detected(player, call)
        case Waiting.PICK_UP:
            player.stop_waiting(call)
            player.connect(call)
            return player.run(call)
        case Waiting.SPEECH:
            player.stop_waiting(call)
            return player.run(call)
        case Waiting.GATHER:
            return gathering.timed_out(player, call)
        case Waiting.RECORD:
            return recording.timed_out(player, call)
        case Waiting.DIAL:
            dialling.give_up(player, call)
            return None
        case Waiting.BRIDGE:
            dialling.part(player, call)
            return None
