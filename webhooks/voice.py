"""Calls: `/twilio/voice` when somebody rings, `/twilio/voice/out` when somebody we rang picks up,
`/twilio/voice/key` for each key pressed, word said, or neither, `/twilio/voice/status` at the end.

Where a call stands travels in the signed addresses: which call, which prompt, how often it was put, which step.
"""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError
from twilio.twiml.voice_response import VoiceResponse

from checkin import delivery, logs
from checkin.bootstrap import Bell, Line
from checkin.conversation.events import Missed
from checkin.conversations import calls
from checkin.conversations.calls import Given, Place, Spoken
from checkin.gateways.twilio import CALL_RANK, UNKNOWN_RANK
from checkin.store.work import RepeatedError, Work, as_uuid, is_away
from webhooks.answers import EMPTY, or_503, ring, twiml, whole
from webhooks.metrics import DELIVERY
from webhooks.speech import document

_log = logs.get("voice")

_MISSED: dict[str, Missed] = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed"}
_MOST_SECONDS = 24 * 3600


def add_rules(door: Blueprint, line: Line, bell: Bell) -> None:
    """Add the rules for calls."""

    @or_503
    def ring_in() -> Response:
        sid, caller, to = (request.form.get(name, "") for name in ("CallSid", "From", "To"))
        if not sid or not caller:
            return Response(status=400)
        return step_of(line, bell, sid, 0, lambda work: calls.ring_in(work, sid, caller, to))

    @or_503
    def picked_up() -> Response:
        sid, message = request.form.get("CallSid", ""), as_uuid(request.args.get("m", ""))
        if not sid or message is None:
            return Response(status=400)
        answered_by = request.form.get("AnsweredBy", "")
        return step_of(line, bell, sid, 0, lambda work: calls.picked_up(work, message, answered_by))

    @or_503
    def key() -> Response:
        sid, message = request.form.get("CallSid", ""), as_uuid(request.args.get("m", ""))
        place, given = _place(), _given()
        if not sid or message is None or place is None:
            return Response(status=400)
        if request.form.get("CallStatus") == "completed" and not given.keys and not given.words:
            # They hung up at the prompt: there is nobody left to answer.
            with line.store.work(line.clock()) as work:
                calls.over(work, sid, None)
            ring(bell, work)
            return twiml(str(VoiceResponse()))
        return _pressed(line, bell, sid, message, place, given)

    @or_503
    def status() -> Response:
        return _hear_status(line, bell)

    door.add_url_rule("/voice", view_func=ring_in, methods=["POST"])
    door.add_url_rule("/voice/out", view_func=picked_up, methods=["POST"])
    door.add_url_rule("/voice/key", view_func=key, methods=["POST"])
    door.add_url_rule("/voice/status", "voice_status", status, methods=["POST"])


def _hear_status(line: Line, bell: Bell) -> Response:
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
    if new:
        DELIVERY.labels("call", call_status if call_status in CALL_RANK else "other", 0).inc()
    if new and word.rank == CALL_RANK["completed"]:
        # In a transaction of its own: it takes the person's lock, which comes before a message's.
        with line.store.work(now) as work:
            _over(work, sid, message, call_status)
    ring(bell, work)
    return Response(status=204)


def _pressed(line: Line, bell: Bell, sid: str, call: UUID, place: Place, given: Given) -> Response:
    """Have a key or words handled; whatever goes wrong on the way, a person is brought in."""
    step = request.args.get("n", 1, type=int)
    try:
        return step_of(line, bell, sid, step, lambda work: calls.press(work, call, place, given, sid=sid, step=step))
    except Exception as error:
        if isinstance(error, DBAPIError) and is_away(error):
            raise
        _log.exception("key_failed", sid=sid)
        with line.store.work(line.clock()) as work:
            calls.keep(work, call, given)
        ring(bell, work)
        # The carrier asks the fallback, which names the crisis numbers.
        return Response(EMPTY, status=500, mimetype="text/xml")


def _over(work: Work, sid: str, message: UUID | None, call_status: str) -> None:
    if message is None:
        calls.over(work, sid, _lasted(call_status))
        return
    machine = request.form.get("AnsweredBy", "").startswith(("machine", "fax"))
    missed: Missed = "voicemail" if machine else _MISSED.get(call_status, "no_answer")
    delivery.call_over(work, message, missed)


def _place() -> Place | None:
    """Return where the call stands, as the address of the request has it."""
    at = next((at for at in calls.AT if at == request.args.get("at") and at != "end"), None)
    if at is None:
        return None
    tries = request.args.get("t", 0, type=int)
    return Place(at, tries, request.args.get("q", ""), request.args.get("z") == "1")


def _given() -> Given:
    confidence = request.form.get("Confidence", type=float)
    return Given(request.form.get("Digits", ""), request.form.get("SpeechResult", ""), confidence)


def _lasted(call_status: str) -> timedelta:
    """Return how long a call lasted. One that was never answered lasted no time; one of unknown length was long."""
    seconds = request.form.get("CallDuration", type=whole(_MOST_SECONDS))
    if seconds is None:
        seconds = _MOST_SECONDS if call_status == "completed" else 0
    return timedelta(seconds=seconds)


def step_of(line: Line, bell: Bell, sid: str, step: int, handle: calls.Step) -> Response:
    """Answer one step of a call once; a repeat of the request gets the same answer again, byte for byte."""
    now = line.clock()
    with line.store.work(now) as work:
        said: Spoken | None = calls.answered_before(work, sid, step)
    if said is None:
        try:
            with line.store.work(now) as work:
                said = handle(work)
                calls.keep_answer(work, sid, step, said)
            ring(bell, work)
        except RepeatedError:
            with line.store.work(now) as work:
                said = calls.answered_before(work, sid, step)
    return twiml(document(said, step + 1) if said else str(VoiceResponse()))
