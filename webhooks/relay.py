"""Calls between the two of a pair: `/twilio/relay/call` puts one through, `/whisper` and `/accept` are what the other
hears and presses before the two are connected, `/machine` is what detection made of whoever picked up, `/over` is how
it ended, and `/instead` what the caller wants when the other does not come to the phone.
"""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from checkin import logs
from checkin.bootstrap import Bell, Line
from checkin.conversations import relay_calls
from checkin.conversations.relay_calls import Ask, End, Through
from checkin.errors import CarrierError
from checkin.store.work import RepeatedError, Work, as_uuid
from webhooks.answers import onward, or_503, ring, twiml, whole
from webhooks.speech import say

_log = logs.get("relay")

# An answering machine listens on when its greeting is over: little time is left in which it could record.
_ACCEPT_SECONDS = 7
_INSTEAD_SECONDS = 12
_MOST_SECONDS = 24 * 3600

Handle = Callable[[Work, UUID], str]


def add_rules(door: Blueprint, line: Line, bell: Bell) -> None:
    """Add the rules for calls between two."""

    def call(work: Work, call_id: UUID) -> str:
        return document(relay_calls.begin(work, call_id, as_uuid(request.args.get("p", "")), _key()), call_id)

    def whisper(work: Work, call_id: UUID) -> str:
        return document(relay_calls.whisper(work, call_id), call_id)

    def accept(work: Work, call_id: UUID) -> str:
        # An empty document ends the whisper, and the two are connected.
        return str(VoiceResponse()) if relay_calls.taken(work, call_id, _key()) else _hangup()

    def over(work: Work, call_id: UUID) -> str:
        seconds = request.form.get("DialCallDuration", 0, type=whole(_MOST_SECONDS))
        bridged = request.form.get("DialBridged") == "true"
        hung_up = request.form.get("CallStatus") == "completed"
        return document(relay_calls.over(work, call_id, seconds, bridged=bridged, hung_up=hung_up), call_id)

    def instead(work: Work, call_id: UUID) -> str:
        return document(relay_calls.instead(work, call_id, _key()), call_id)

    @or_503
    def machine() -> Response:
        call_id, leg = as_uuid(request.args.get("m", "")), request.form.get("CallSid", "")
        if call_id is None or not leg:
            return Response(status=400)
        if request.form.get("AnsweredBy", "").startswith(("machine", "fax")):
            with line.store.work(line.clock()) as work:
                ringing = relay_calls.is_ringing(work, call_id)
            if ringing:
                _hang_up(line, leg)
        return Response(status=204)

    for name, handle in {"call": call, "whisper": whisper, "accept": accept, "over": over, "instead": instead}.items():
        view = or_503(_once(line, bell, name, handle))
        door.add_url_rule(f"/relay/{name}", f"relay_{name}", view, methods=["POST"])
    door.add_url_rule("/relay/machine", "relay_machine", machine, methods=["POST"])


def _once(line: Line, bell: Bell, name: str, handle: Handle) -> Callable[[], Response]:
    """Answer a step of a call once; a repeat of the request gets the same answer again, byte for byte."""

    def view() -> Response:
        sid, call_id = request.form.get("CallSid", ""), as_uuid(request.args.get("m", ""))
        if not sid or call_id is None:
            return Response(status=400)
        key, now = f"{sid}:relay:{name}:{request.args.get('n', '')[:9]}", line.clock()
        with line.store.work(now) as work:
            said = relay_calls.answered_before(work, key)
        if said is None:
            try:
                with line.store.work(now) as work:
                    said = handle(work, call_id)
                    relay_calls.keep_answer(work, key, said)
                ring(bell, work)
            except RepeatedError:
                with line.store.work(now) as work:
                    said = relay_calls.answered_before(work, key)
        return twiml(said or str(VoiceResponse()))

    return view


def _hang_up(line: Line, leg: str) -> None:
    try:
        line.gateway.hang_up(leg)
    except CarrierError as error:
        # It hangs up by itself when no key is pressed.
        _log.warning("machine_not_hung_up", code=error.code)


def _key() -> str:
    return request.form.get("Digits", "")[:1]


def _hangup() -> str:
    answer = VoiceResponse()
    answer.hangup()
    return str(answer)


def document(said: Through | Ask | End, call_id: UUID) -> str:
    """Return the TwiML for a step; what follows comes to this door."""
    answer = VoiceResponse()
    match said:
        case Through():
            say(answer, said.say, said.language)
            dial = answer.dial(
                caller_id=said.caller_id,
                timeout=said.ring_seconds,
                time_limit=relay_calls.LONGEST_SECONDS,
                action=onward(f"/twilio/relay/over?m={call_id}&n={request.args.get('n', '')[:9]}"),
                method="POST",
            )
            dial.number(
                said.number,
                url=onward(f"/twilio/relay/whisper?m={call_id}"),
                method="POST",
                machine_detection="Enable",
                amd_status_callback=onward(f"/twilio/relay/machine?m={call_id}"),
                amd_status_callback_method="POST",
            )
        case Ask():
            where = "call" if said.at == "which" else said.at
            gather = answer.gather(
                action=onward(f"/twilio/relay/{where}?m={call_id}&n={said.at}"),
                method="POST",
                num_digits=1,
                timeout=_ACCEPT_SECONDS if said.at == "accept" else _INSTEAD_SECONDS,
                finish_on_key="",
                action_on_empty_result=True,
            )
            say(gather, said.say, said.language)
        case End():
            if said.say:
                say(answer, said.say, said.language)
            answer.hangup()
    return str(answer)
