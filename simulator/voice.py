"""Every call there is, who may touch it, and how its events are carried out: one at a time for each call."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator import documents
from simulator.call_events import Begun, Event, Fetch, HungUp, Stopped
from simulator.callbacks import Lane
from simulator.calls import SIP, Call, Detection, Direction, Status
from simulator.documents import Document, NoDocumentError, Target
from simulator.engine import Engine
from simulator.faults import Fault
from simulator.recording import Recording
from simulator.signature import Product
from simulator.webhook import Request
from simulator.wire import new_sid, rfc2822

if TYPE_CHECKING:
    from simulator.network import Network

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

    def __init__(self, network: "Network") -> None:
        self.net = network
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self._actors: dict[str, _Actor] = {}
        self._lanes: dict[str, Lane] = {}
        self._engine = Engine(self)
        self._next_start: datetime | None = None

    # Calls begin

    def create(self, order: CallOrder) -> Call:
        """Accepts an outbound call; it starts when its turn comes."""
        net = self.net
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
        net = self.net
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
        net = self.net
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

    def engaged(self, phone: str, beside: Call) -> bool:
        """Whether somebody at this phone is already talking, on any call but this one."""
        return any(
            call.phone == phone and not call.over and call is not beside and call.answered is not None
            for call in self.calls.values()
        )

    # Events: one at a time for each call

    def post(self, call: Call, event: Event) -> None:
        """Lets something happen to a call, in the background."""
        if self._enlist(call, event):
            self.net.courier.send(f"run {call.sid}", lambda: self._drain(call))

    def act(self, call: Call, event: Event) -> None:
        """Lets something happen to a call, and returns when it and everything it led to has been carried out."""
        if self._enlist(call, event):
            self._drain(call)
        self.settle(call)

    def settle(self, call: Call) -> None:
        """Waits until this call, the one it came from and those dialled from it are all at rest."""
        with self.net.lock:
            self.net.lock.wait_for(lambda: not self._busy(call), SETTLE_SECONDS)

    def quiet(self) -> bool:
        """True when no call is in the middle of anything."""
        with self.net.lock:
            return not any(actor.running for actor in self._actors.values())

    def _busy(self, call: Call) -> bool:
        root = call.parent or call.sid
        family = [root, *(other.sid for other in self.calls.values() if other.parent == root)]
        return any(actor.running for sid in family if (actor := self._actors.get(sid)) is not None)

    def _enlist(self, call: Call, event: Event) -> bool:
        """Puts the event into the call's inbox; True when nobody is at work on the call, and the asker must be."""
        with self.net.lock:
            actor = self._actors.setdefault(call.sid, _Actor(deque()))
            actor.inbox.append(event)
            if actor.running:
                return False
            actor.running = True
            return True

    def _drain(self, call: Call) -> None:
        actor = self._actors[call.sid]
        while True:
            with self.net.lock:
                if not actor.inbox:
                    actor.running = False
                    self.net.touch()
                    return
                fetch = self._engine.handle(call, actor.inbox.popleft())
            while fetch is not None:
                document = self._fetch(call, fetch)
                with self.net.lock:
                    # Whoever hung up while the line was thinking must not hear, or dial, what it then said.
                    gone = any(isinstance(event, HungUp | Stopped) for event in actor.inbox)
                    fetch = None if gone else self._engine.resume(call, fetch, document)

    def _fetch(self, call: Call, fetch: Fetch) -> Document | None:
        net = self.net
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

    # Progress

    def lane(self, call: Call) -> Lane:
        """Where this call's status callbacks go."""
        if call.sid not in self._lanes:
            self._lanes[call.sid] = Lane(self.net, call.sid, f"{call.sid} {call.phone}")
        return self._lanes[call.sid]

    def progress(self, call: Call, event: str, status: str) -> None:
        """Tells the line of "initiated", "ringing", "answered" or "completed", if it asked to be told."""
        if not call.callback.url or event not in call.callback_events:
            return
        told = [
            *call.parameters(status),
            ("Timestamp", rfc2822(self.net.clock.now()) or ""),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(call.sequence)),
        ]
        call.sequence += 1
        if event == "completed":
            seconds = call.seconds()
            told += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
            if call.status is not Status.COMPLETED:
                told.append(("SipResponseCode", SIP[call.status]))
            told += self._recorded(call)
        if call.answered_by:
            told.append(("AnsweredBy", call.answered_by))
        self.lane(call).tell(Request(call.callback.url, call.callback.method, told, Product.VOICE))

    def _recorded(self, call: Call) -> list[tuple[str, str]]:
        recording = next((one for one in self.recordings.values() if one.call_sid == call.sid), None)
        if recording is None:
            return []
        return [
            ("RecordingUrl", self.net.api_url + recording.uri),
            ("RecordingSid", recording.sid),
            ("RecordingDuration", str(recording.seconds)),
        ]
