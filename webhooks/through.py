"""Calls put through to services: `/twilio/through/call` rings the service, `/twilio/through/over` is how it ended, and
takes the caller back into their call with the line."""

from uuid import UUID

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from checkin.bootstrap import Bell, Line
from checkin.conversations import relay_calls
from checkin.conversations.calls import through
from checkin.conversations.relay_calls import End, Through
from checkin.store.work import RepeatedError, Work, as_uuid
from checkin.through import Outcome
from webhooks.answers import onward, or_503, ring, twiml, whole
from webhooks.speech import say
from webhooks.voice import step_of

_OUTCOMES: dict[str, Outcome] = {"completed": "talked", "answered": "talked", "busy": "busy", "no-answer": "no_answer"}
_MOST_SECONDS = 24 * 3600
_MOST_STEPS = 9999


def add_rules(door: Blueprint, line: Line, bell: Bell) -> None:
    """Add the rules for calls that are put through."""

    @or_503
    def call() -> Response:
        sid, call_id, through_id = _which()
        if not sid or call_id is None or through_id is None:
            return Response(status=400)
        key, now = f"{sid}:through:{through_id}", line.clock()
        with line.store.work(now) as work:
            said = relay_calls.answered_before(work, key)
        if said is None:
            try:
                with line.store.work(now) as work:
                    said = _document(through.begin(work, call_id, through_id), call_id, through_id, work)
                    relay_calls.keep_answer(work, key, said)
                ring(bell, work)
            except RepeatedError:
                with line.store.work(now) as work:
                    said = relay_calls.answered_before(work, key)
        return twiml(said or str(VoiceResponse()))

    @or_503
    def over() -> Response:
        sid, call_id, through_id = _which()
        if not sid or call_id is None or through_id is None:
            return Response(status=400)
        seconds = request.form.get("DialCallDuration", 0, type=whole(_MOST_SECONDS))
        outcome = _OUTCOMES.get(request.form.get("DialCallStatus", ""), "failed")
        hung_up = request.form.get("CallStatus") == "completed"
        return step_of(
            line,
            bell,
            sid,
            _step(),
            lambda work: through.over(work, call_id, through_id, outcome, seconds, hung_up=hung_up),
        )

    door.add_url_rule("/through/call", "through_call", call, methods=["POST"])
    door.add_url_rule("/through/over", "through_over", over, methods=["POST"])


def _which() -> tuple[str, UUID | None, UUID | None]:
    return request.form.get("CallSid", ""), as_uuid(request.args.get("m", "")), as_uuid(request.args.get("s", ""))


def _step() -> int:
    return request.args.get("n", 1, type=whole(_MOST_STEPS))


def _document(said: Through | End, call_id: UUID, through_id: UUID, work: Work) -> str:
    answer = VoiceResponse()
    if said.say:
        say(answer, said.say, said.language)
    if isinstance(said, End):
        answer.hangup()
        return str(answer)
    dial = answer.dial(
        caller_id=said.caller_id,
        timeout=said.ring_seconds,
        time_limit=work.settings.put_through_minutes * 60,
        action=onward(f"/twilio/through/over?m={call_id}&s={through_id}&n={_step()}"),
        method="POST",
    )
    dial.number(said.number)
    return str(answer)
