"""Tells the line how calls go, as far as it asked to be told."""

from collections.abc import Mapping

from simulator.callbacks import Lane
from simulator.calls import SIP, Call, Status
from simulator.exchange import Exchange
from simulator.recordings import Recording
from simulator.signature import Product
from simulator.webhook import Request
from simulator.wire import rfc2822


class Progress:
    """The status callbacks of every call. `recordings` is the network's own store, read when a call ends."""

    def __init__(self, net: Exchange, recordings: Mapping[str, Recording]) -> None:
        self._net, self._recordings = net, recordings
        self._lanes: dict[str, Lane] = {}

    def tell(self, call: Call, event: str, status: str) -> None:
        """Tells the line of "initiated", "ringing", "answered" or "completed", if it asked to be told."""
        if not call.callback.url or event not in call.callback_events:
            return
        told = [
            *call.parameters(status),
            ("Timestamp", rfc2822(self._net.clock.now()) or ""),
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
        self._lane(call).tell(Request(call.callback.url, call.callback.method, told, Product.VOICE))

    def close(self, call: Call) -> None:
        """Nothing more will be told of this call."""
        self._lane(call).close()

    def _lane(self, call: Call) -> Lane:
        if call.sid not in self._lanes:
            self._lanes[call.sid] = Lane(self._net, call.sid, f"{call.sid} {call.phone}")
        return self._lanes[call.sid]

    def _recorded(self, call: Call) -> list[tuple[str, str]]:
        recording = next((one for one in self._recordings.values() if one.call_sid == call.sid), None)
        if recording is None:
            return []
        return [
            ("RecordingUrl", self._net.api_url + recording.uri),
            ("RecordingSid", recording.sid),
            ("RecordingDuration", str(recording.seconds)),
        ]
