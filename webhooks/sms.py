"""Texts: `/twilio/sms`, and what became of ours: `/twilio/sms/status`."""

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError
from twilio.twiml.messaging_response import MessagingResponse

from checkin import delivery, logs
from checkin.bootstrap import Bell, Line
from checkin.conversations import texts
from checkin.conversations.texts import Text
from checkin.gateways.twilio import NOT_ARRIVED, TEXT_RANK, UNKNOWN_RANK
from checkin.store.work import RepeatedError, as_uuid, is_away
from webhooks.answers import EMPTY, or_503, ring, sayable, twiml, whole
from webhooks.metrics import DELIVERY

_log = logs.get("sms")


def add_rules(door: Blueprint, line: Line, bell: Bell) -> None:
    """Add the rules for texts."""

    @or_503
    def sms() -> Response:
        text = Text(
            sid=request.form.get("MessageSid", ""),
            sender=request.form.get("From", ""),
            to=request.form.get("To", ""),
            body=request.form.get("Body", ""),
            media=request.form.get("NumMedia", 0, type=int),
            carrier_did=request.form.get("OptOutType"),
        )
        if not text.sid or not text.sender:
            return Response(status=400)
        return _answer(_hear(line, bell, text))

    @or_503
    def status() -> Response:
        sid, text_status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
        if not sid or not text_status:
            return Response(status=400)
        code = request.form.get("ErrorCode", type=whole(2**62))
        word = delivery.Word(
            sid=sid,
            status=text_status,
            rank=TEXT_RANK.get(text_status, UNKNOWN_RANK),
            code=code,
            fault=line.gateway.fault(code or 0) if code or text_status in NOT_ARRIVED else None,
        )
        with line.store.work(line.clock()) as work:
            new = delivery.hear_status(work, as_uuid(request.args.get("m", "")), word)
        if new:
            DELIVERY.labels("text", text_status if text_status in TEXT_RANK else "other", code or 0).inc()
        ring(bell, work)
        return Response(status=204)

    door.add_url_rule("/sms", view_func=sms, methods=["POST"])
    door.add_url_rule("/sms/status", "sms_status", status, methods=["POST"])


def _hear(line: Line, bell: Bell, text: Text) -> str:
    """Have a text handled once; whatever goes wrong on the way, what was said is kept and a person is brought in."""
    now = line.clock()
    try:
        try:
            with line.store.work(now) as work:
                answer = texts.hear(work, text)
        except RepeatedError:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            _log.exception("text_failed", sid=text.sid)
            with line.store.work(now) as work:
                answer = texts.keep(work, text)
    except RepeatedError:
        with line.store.work(now) as work:
            return texts.again(work, text.sid)
    ring(bell, work)
    return answer


def _answer(said: str) -> Response:
    if not said:
        return twiml(EMPTY)
    document = MessagingResponse()
    document.message(sayable(said)[:1600])
    return twiml(str(document))
