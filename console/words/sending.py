"""What became of a text or a call, and why something was not sent."""

from collections.abc import Mapping

from checkin.casebook import NotSent, Said
from console.times import Times

# Why something was not sent, is held back, or failed.
WHY_NOT: Mapping[str, str] = {
    "no_number": "there is no number for it",
    "fictional_number": "the number is one kept for fiction",
    "number_suspended": "the number is out of use until somebody has looked",
    "not_active": "they are not active on the line",
    "not_relevant": "it had been answered or overtaken",
    "too_late": "it was too late for it",
    "not_sayable": "the line has no words for it in their language",
    "stopped": "they stopped texts",
    "not_safe": "it is marked not safe for them",
    "no_consent": "they have not agreed to this kind of message",
    "paused": "they have paused messages",
    "weekly_cap": "they have had as many as one week allows",
    "on_call": "they were on the phone with the line just then",
    "hours": "it is outside the hours in which they may be disturbed",
    "answered": "they were heard from first",
    "taken": "somebody took the case first",
    "pair_ended": "the pair had ended",
    "superseded": "a newer one took its place",
    "restored": "it may have been sent before the line was restored from a backup",
    "not_at_carrier": "the carrier never had it",
    "transient": "the carrier could not take it just then",
    "tomorrow": "the carrier's daily limit was reached",
    "unreachable": "the phone is off or out of reach",
    "unsubscribed": "the carrier holds an opt-out",
    "not_mobile": "the number takes calls only",
    "no_such_number": "there is no such number",
    "blocked": "they or their carrier refuse the line",
    "filtered": "a carrier took the words for spam",
    "landline": "the number takes calls only",
    "by_voice": "texts do not get through, so they are rung",
    "busy": "they were on the phone",
    "no_answer": "nobody answered",
    "voicemail": "a machine answered",
    "config": "the line's account at the carrier is not set up for it",
    "bug": "the line asked the carrier for something impossible",
    "cannot_be_said": "the sentence could not be put together",
    "undelivered": "the carrier could not deliver it",
    "failed": "the carrier could not deliver it",
    "red_case": "there was a RED case about them, and people were with them",
    "still_open": "the one before was still open",
    "appointment": "they had an appointment just then",
}

_TEXT_FATES: Mapping[str, str] = {
    "delivered": "Delivered",
    "read": "Delivered and read",
    "undelivered": "Not delivered",
    "failed": "Not delivered",
    "canceled": "Cancelled",
}
_CALL_FATES: Mapping[str, str] = {
    "in-progress": "Being answered now",
    "ringing": "Ringing now",
    "completed": "Answered, but no key was pressed, so nobody may have heard it",
    "busy": "Engaged",
    "no-answer": "No answer",
    "failed": "Could not be put through",
    "canceled": "Cancelled",
}


def fate(said: Said, times: Times) -> str:
    """Return what became of a text or call in one sentence."""
    if said.direction == "in":
        return "Not understood: a person should read it" if said.unread else ""
    why = WHY_NOT.get(said.reason or "", said.reason or "")
    match said.status:
        case "owed" if why and said.due_at:
            return f"Held back until {times.said(said.due_at)}: {why}"
        case "owed":
            return "Waiting to go out"
        case "leased":
            return "Being sent now"
        case "unknown":
            return "May have been sent: the carrier is being asked"
        case "dropped":
            return f"Not sent: {why}"
        case "failed":
            return f"Failed: {why}{_code(said)}"
        case _:
            return _fate_at_carrier(said)


_KINDS: Mapping[str, str] = {
    "checkins": "Check-in",
    "reminders": "Reminder",
    "buddy": "Message about a buddy",
    "caring": "Caring message",
    "contact": "Question about how to reach them",
    "notice": "Notice",
    "service": "Answer to something they began",
    "safety": "Safety message",
}
_BY: Mapping[str | None, str] = {"text": " by text", "call": " by telephone", None: ""}


def not_sent(one: NotSent, times: Times) -> str:
    """Return in one sentence why something was not sent, or not when it was due."""
    what = f"{_KINDS.get(one.stream, one.stream)}{_BY[one.medium]}"
    why = WHY_NOT.get(one.why, one.why)
    match one.outcome:
        case "left_out":
            return f"{what} left out: {why}."
        case "held":
            until = f" until {times.said(one.until)}" if one.until else ""
            return f"{what} held back{until}: {why}."
        case "failed":
            return f"{what} failed: {why}{f' (carrier code {one.code})' if one.code else ''}."
        case _:
            return f"{what} not sent: {why}."


def _fate_at_carrier(said: Said) -> str:
    if said.medium == "call" and said.reached:
        return "Reached: somebody pressed a key"
    fates = _TEXT_FATES if said.medium == "text" else _CALL_FATES
    return f"{fates.get(said.carrier_status or '', 'On its way')}{_code(said)}"


def _code(said: Said) -> str:
    return f" (carrier code {said.carrier_code})" if said.carrier_code else ""


def is_pending(said: Said) -> bool:
    """Tell whether something has yet to be sent, or may have to be."""
    return said.status in {"owed", "leased", "unknown"}


def is_lost(said: Said) -> bool:
    """Tell whether something was never sent, or never arrived."""
    return said.status in {"dropped", "failed"} or said.carrier_status in {"undelivered", "failed"}
