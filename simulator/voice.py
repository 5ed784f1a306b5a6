"""Every call there is, who may touch it, and how its events are carried out: one at a time for each call."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator import documents, engine
from simulator.call_events import Begun, Event, Fetch, HungUp, Stopped
from simulator.calls import Call, Detection, Direction
from simulator.documents import Document, NoDocumentError, Target
from simulator.exchange import Exchange
from simulator.faults import Fault
from simulator.player import Player
from simulator.signature import Product
from simulator.webhook import Request
from simulator.wire import new_sid

SETTLE_SECONDS = 40.0
"""Real seconds a driver waits at most for what it did to be answered."""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call the REST API was asked for, already known to be sound."""

    to: str
    sender: str
    target: Target
    twiml: str
    fallback: Target
    callback: Target
    callback_events: frozenset[str]
    timeout: int
    time_limit: int
    detection: Detection
    number_sid: str | None


@dataclass(slots=True)
class _Actor:
    """A call's events still to be carried out, and whether somebody is at it."""

    inbox: deque[Event]
    running: bool = False


class Voice:
    """The voice side of the network."""

    def __init__(self, net: Exchange) -> None:
        self._net = net
        self._player = Player(net, engine.VERBS, self.post)
        self.calls, self.recordings = self._player.calls, self._player.recordings
        self._actors: dict[str, _Actor] = {}
        self._next_start: datetime | None = None

    # Calls begin

    def create(self, order: CallOrder) -> Call:
        """Accepts an outbound call; it starts when its turn comes."""
        net = self._net
        call = Call(
            sid=new_sid("CA"),
            account_sid=net.line.account_sid,
            sender=order.sender,
            to=order.to,
            direction=Direction.API,
            phone=order.to,
            created=net.clock.now(),
            target=order.target,
            fallback=order.fallback,
            twiml=order.twiml,
            callback=order.callback,
            callback_events=order.callback_events,
            timeout=order.timeout,
            time_limit=order.time_limit,
            detection=order.detection,
            number_sid=order.number_sid,
        )
        with net.lock:
            self.calls[call.sid] = call
            net.touch()
        return call

    def start(self, call: Call) -> None:
        """Starts an accepted call, or lets it queue where calls per second are limited."""
        net = self._net
        with net.lock:
            now = net.clock.now()
            begin = now if self._next_start is None else max(now, self._next_start)
            if net.settings.calls_per_second:
                self._next_start = begin + timedelta(seconds=1 / net.settings.calls_per_second)
        if begin <= now:
            self.post(call, Begun())
        else:
            wait = (begin - now).total_seconds()
            net.timers.after(wait, lambda: self.post(call, Begun()), f"queued call to {call.to}")

    def ring(self, phone: str, to: str, caller_id: str = "") -> Call:
        """A phone rings one of our numbers. `caller_id` is what it shows instead of its number ("anonymous").

        Raises KeyError when the number is not ours.
        """
        net = self._net
        with net.lock:
            number = net.line.numbers[to]
            call = Call(
                sid=new_sid("CA"),
                account_sid=net.line.account_sid,
                sender=caller_id or phone,
                to=to,
                direction=Direction.INBOUND,
                phone=phone,
                created=net.clock.now(),
                target=number.voice,
                fallback=number.voice_fallback,
                callback=number.status_callback,
                number_sid=number.sid,
            )
            self.calls[call.sid] = call
        self.act(call, Begun())
        return call

    # Events: one at a time for each call

    def post(self, call: Call, event: Event) -> None:
        """Lets something happen to a call, in the background."""
        if self._enlist(call, event):
            self._net.courier.send(f"run {call.sid}", lambda: self._drain(call))

    def act(self, call: Call, event: Event) -> None:
        """Lets something happen to a call, and returns when it and everything it led to has been carried out."""
        if self._enlist(call, event):
            self._drain(call)
        self.settle(call)

    def settle(self, call: Call) -> None:
        """Waits until this call, the one it came from and those dialled from it are all at rest."""
        with self._net.lock:
            self._net.lock.wait_for(lambda: not self._busy(call), SETTLE_SECONDS)

    def quiet(self) -> bool:
        """True when no call is in the middle of anything."""
        with self._net.lock:
            return not any(actor.running for actor in self._actors.values())

    def _busy(self, call: Call) -> bool:
        root = call.parent or call.sid
        family = [root, *(other.sid for other in self.calls.values() if other.parent == root)]
        return any(actor.running for sid in family if (actor := self._actors.get(sid)) is not None)

    def _enlist(self, call: Call, event: Event) -> bool:
        """Puts the event into the call's inbox; True when nobody is at work on the call, and the asker must be."""
        with self._net.lock:
            actor = self._actors.setdefault(call.sid, _Actor(deque()))
            actor.inbox.append(event)
            if actor.running:
                return False
            actor.running = True
            return True

    def _drain(self, call: Call) -> None:
        actor = self._actors[call.sid]
        while True:
            with self._net.lock:
                if not actor.inbox:
                    actor.running = False
                    self._net.touch()
                    return
                fetch = engine.handle(self._player, call, actor.inbox.popleft())
            while fetch is not None:
                document = self._fetch(call, fetch)
                with self._net.lock:
                    # Whoever hung up while the line was thinking must not hear, or dial, what it then said.
                    gone = any(isinstance(event, HungUp | Stopped) for event in actor.inbox)
                    fetch = None if gone else engine.resume(self._player, call, fetch, document)

    def _fetch(self, call: Call, fetch: Fetch) -> Document | None:
        net = self._net
        late = net.faults.draw(Fault.WEBHOOK_TIMEOUT, call.phone)
        parameters = [*call.parameters(), *fetch.extra]
        try:
            return documents.get(
                net.webhooks,
                Request(fetch.url, fetch.method, parameters, Product.VOICE, call.jar),
                Target() if fetch.discard else call.fallback,
                lambda code, url, reason: net.report(code, url, reason, call.sid),
                timeout=None if late is None else late.seconds,
            )
        except NoDocumentError:
            return None
