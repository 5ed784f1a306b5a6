"""Calls: `/twilio/voice` when somebody rings, `/twilio/voice/out` when somebody we rang picks up,
`/twilio/voice/key` for each key pressed (or not), `/twilio/voice/status` at the end.

Where a call stands travels in the signed addresses: which call, which prompt, how often it was put, which step.
"""

from collections.abc import Callable

from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from checkin import delivery
from checkin.bootstrap import Bell, Line
from checkin.conversation.events import Missed
from checkin.conversations import calls
from checkin.conversations.calls import At, Spoken
from checkin.gateways.twilio import CALL_RANK, UNKNOWN_RANK
from checkin.store.work import RepeatedError, Work, as_uuid
from webhooks.answers import or_503, ring, sayable, twiml, whole

# Slow typing, poor hearing, an operator in between: keys are waited for.
_KEY_SECONDS = 12
_VOICES = {
    "en": {"voice": "Polly.Amy", "language": "en-GB"},
    "cy": {"voice": "Polly.Gwyneth", "language": "cy-GB"},
    "pl": {"voice": "Polly.Ewa", "language": "pl-PL"},
}
_ATS: dict[str, At] = {"human": "human", "question": "question", "menu": "menu", "stranger": "stranger"}
_MISSED: dict[str, Missed] = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed"}


def add_rules(door: Blueprint, line: Line, bell: Bell) -> None:
    """Add the rules for calls."""

    @or_503
    def ring_in() -> Response:
        sid, caller = request.form.get("CallSid", ""), request.form.get("From", "")
        if not sid or not caller:
            return Response(status=400)
        return _step(line, bell, sid, 0, lambda work: calls.ring_in(work, sid, caller))

    @or_503
    def picked_up() -> Response:
        sid, message = request.form.get("CallSid", ""), as_uuid(request.args.get("m", ""))
        if not sid or message is None:
            return Response(status=400)
        machine = request.form.get("AnsweredBy", "").startswith(("machine", "fax"))
        return _step(line, bell, sid, 0, lambda work: calls.picked_up(work, message, machine=machine))

    @or_503
    def key() -> Response:
        sid, message = request.form.get("CallSid", ""), as_uuid(request.args.get("m", ""))
        at = _ATS.get(request.args.get("at", ""))
        if not sid or message is None or at is None:
            return Response(status=400)
        tries, step = request.args.get("t", 0, type=int), request.args.get("n", 1, type=int)
        keys = request.form.get("Digits", "")
        if request.form.get("CallStatus") == "completed" and not keys:
            # They hung up at the prompt: there is nobody left to answer.
            return twiml(str(VoiceResponse()))
        return _step(line, bell, sid, step, lambda work: calls.press(work, message, at, keys, tries))

    @or_503
    def status() -> Response:
        sid, call_status = request.form.get("CallSid", ""), request.form.get("CallStatus", "")
        if not sid or not call_status:
            return Response(status=400)
        message = as_uuid(request.args.get("m", ""))
        word = delivery.Word(
            sid=sid,
            status=call_status,
            rank=CALL_RANK.get(call_status, UNKNOWN_RANK),
            sequence=request.form.get("SequenceNumber", type=whole(2**15 - 1)),
        )
        now = line.clock()
        with line.store.work(now) as work:
            new = delivery.hear_status(work, message, word)
        if new and message is not None and word.rank == CALL_RANK["completed"]:
            machine = request.form.get("AnsweredBy", "").startswith(("machine", "fax"))
            missed: Missed = "voicemail" if machine else _MISSED.get(call_status, "no_answer")
            # In a transaction of its own: it takes the person's lock, which comes before a message's.
            with line.store.work(now) as work:
                delivery.call_over(work, message, missed)
        ring(bell, work)
        return Response(status=204)

    door.add_url_rule("/voice", view_func=ring_in, methods=["POST"])
    door.add_url_rule("/voice/out", view_func=picked_up, methods=["POST"])
    door.add_url_rule("/voice/key", view_func=key, methods=["POST"])
    door.add_url_rule("/voice/status", "voice_status", status, methods=["POST"])


def _step(line: Line, bell: Bell, sid: str, step: int, handle: Callable[[Work], Spoken]) -> Response:
    """Answer one step of a call once; a repeat of the request gets the same answer again, byte for byte."""
    key, now = f"{sid}:{step}", line.clock()
    with line.store.work(now) as work:
        before = calls.answered_before(work, key)
    if before is None:
        try:
            with line.store.work(now) as work:
                before = _document(handle(work), step + 1)
                calls.keep_answer(work, key, before)
            ring(bell, work)
        except RepeatedError:
            with line.store.work(now) as work:
                before = calls.answered_before(work, key)
    return twiml(before or str(VoiceResponse()))


def _document(spoken: Spoken, next_step: int) -> str:
    document, voice = VoiceResponse(), _VOICES[spoken.language]
    for sentence in spoken.say:
        document.say(sayable(sentence), **voice)
        document.pause(length=1)
    if spoken.at == "end":
        document.hangup()
        return str(document)
    address = f"/twilio/voice/key?m={spoken.call}&at={spoken.at}&t={spoken.tries}&n={next_step}"
    gather = document.gather(
        action=address,
        method="POST",
        num_digits=1,
        timeout=_KEY_SECONDS,
        # # and * are keys like any other: pressing one must not look like silence.
        finish_on_key="",
        # Silence is an answer too: it comes to us and not to the end of the document.
        action_on_empty_result=True,
    )
    for sentence in spoken.prompt:
        gather.say(sayable(sentence), **voice)
        gather.pause(length=1)
    return str(document)
