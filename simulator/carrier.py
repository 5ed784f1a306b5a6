"""Carries a text to a phone: step by step through its statuses, each told to the line."""

from collections import deque
from dataclasses import dataclass

from simulator.callbacks import Lane
from simulator.exchange import Exchange
from simulator.faults import Fault
from simulator.messages import Message, Status
from simulator.phones import Kind, Phone
from simulator.signature import Product
from simulator.webhook import Request

DELAYS = {Status.QUEUED: 0.2, Status.SENT: 0.6, Status.DELIVERED: 1.2, Status.UNDELIVERED: 1.6, Status.FAILED: 0.6}
"""Seconds each step takes while the clock runs; while it is frozen, none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to a text on its way. `arrives`: the phone has it now, though no receipt will say so."""

    status: Status
    error_code: int | None = None
    arrives: bool = False


def journey_of(message: Message, phone: Phone, *, blocked: bool) -> deque[Step]:
    """What will happen to a text for this phone, as things are now."""
    steps = deque([Step(Status.QUEUED)] if message.status in {Status.ACCEPTED, Status.SCHEDULED} else [])
    if blocked:
        steps.append(Step(Status.FAILED, 21610))
    elif phone.kind is Kind.LANDLINE:
        steps += [Step(Status.SENT), Step(Status.UNDELIVERED, 30006)]
    elif phone.kind is Kind.UNREACHABLE:
        steps += [Step(Status.SENT), Step(Status.UNDELIVERED, 30003)]
    else:
        outcome, _, code = phone.behaviour.texts.partition(":")
        steps += {
            "deliver": [Step(Status.SENT), Step(Status.DELIVERED)],
            "sent-only": [Step(Status.SENT, arrives=True)],
            "silent": [],
            "undelivered": [Step(Status.SENT), Step(Status.UNDELIVERED, int(code or 0))],
            "failed": [Step(Status.FAILED, int(code or 0))],
        }[outcome]
    return steps


class Carrier:
    """Moves texts along."""

    def __init__(self, net: Exchange) -> None:
        self._net = net

    def take(self, message: Message) -> None:
        """Takes a text on. Returns at once, but for callbacks that are to come before the response."""
        net = self._net
        with net.lock:
            phone = net.phone(message.to)
            scope = net.line.opt_out_scope(message.sender) if message.service_sid is None else message.service_sid
            blocked = net.opt_outs.blocks(scope, message.to) and not message.confirmation
            steps = journey_of(message, phone, blocked=blocked)
        about = f"{message.sid} {message.to}"
        if net.faults.draw(Fault.CALLBACK_BEFORE_RESPONSE, about) is not None:
            while steps:
                told = self._advance(message, steps)
                if told is not None:
                    net.tell(told, message.sid)
        else:
            self._plan(message, steps, Lane(net, message.sid, about))

    def _plan(self, message: Message, steps: deque[Step], lane: Lane) -> None:
        if not steps or message.status is Status.CANCELED:
            lane.close()
            return
        delay = 0.0 if self._net.instant else DELAYS[steps[0].status]
        about = f"text to {message.to}: {steps[0].status}"
        self._net.timers.after(delay, lambda: self._step(message, steps, lane), about)

    def _step(self, message: Message, steps: deque[Step], lane: Lane) -> None:
        told = self._advance(message, steps)
        if told is not None:
            lane.tell(told)
        # Behind the callback in the same queue, so that the next step waits until this one has been told.
        self._net.courier.send(message.sid, lambda: self._plan(message, steps, lane))

    def _advance(self, message: Message, steps: deque[Step]) -> Request | None:
        """Carries out one step, and gives what the line is to be told of it, if it wants to be told."""
        net = self._net
        with net.lock:
            step = steps.popleft()
            if step.status is Status.QUEUED and not message.sender:
                message.sender = net.line.choose_sender(message.to)
            message.move(step.status, net.clock.now(), step.error_code)
            if step.arrives:
                message.arrived = net.clock.now()
            net.touch()
            if not message.status_callback:
                return None
            return Request(message.status_callback, message.callback_method, message.callback(), Product.TEXT)
