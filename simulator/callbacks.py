"""Status callbacks of one text or one call: told in order, unless a fault has them come otherwise."""

from simulator.exchange import Exchange
from simulator.faults import Fault, Rule
from simulator.webhook import Request

MANNERS = (
    Fault.CALLBACK_SHUFFLE,
    Fault.CALLBACK_DUPLICATE,
    Fault.CALLBACK_DROP,
    Fault.CALLBACK_DELAY,
)


class Lane:
    """Takes the callbacks of one resource, one after another. Whether they misbehave is drawn once, for all of them."""

    def __init__(self, net: Exchange, key: str, about: str) -> None:
        self._net, self._key = net, key
        self._kept: list[Request] = []
        drawn = (net.faults.draw(fault, about) for fault in MANNERS)
        self._manner: Rule | None = next((rule for rule in drawn if rule is not None), None)

    def tell(self, request: Request) -> None:
        """Sends one callback, in the background."""
        rule = self._manner
        match None if rule is None else rule.fault:
            case Fault.CALLBACK_DROP:
                pass
            case Fault.CALLBACK_SHUFFLE:
                self._kept.append(request)
            case Fault.CALLBACK_DELAY if rule is not None:
                self._net.timers.after(rule.seconds, lambda: self._send(request), "a late status callback")
            case Fault.CALLBACK_DUPLICATE:
                self._send(request)
                self._send(request)
            case _:
                self._send(request)

    def close(self) -> None:
        """No more will come: what was kept back goes out now, the last first."""
        kept, self._kept = self._kept, []
        for request in reversed(kept):
            self._send(request)

    def _send(self, request: Request) -> None:
        self._net.tell_later(request, self._key)
