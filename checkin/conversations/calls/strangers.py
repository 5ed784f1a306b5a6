"""Callers the line does not know: they are told what it is, and can leave word that they would like to be rung back."""

from uuid import UUID

from sqlalchemy import select

from checkin import escalations
from checkin.conversation.effects import Severity
from checkin.conversations.calls.spoken import Given, Place, Spoken
from checkin.conversations.sentences import render
from checkin.store.models import Message
from checkin.store.work import Work


def _say(work: Work, key: str) -> str:
    return render(work, key, "en", "voice", {})


def greet(work: Work, call: UUID, *, patient: bool, tries: int = 0) -> Spoken:
    """Say what this is, and what can be done."""
    first = (_say(work, "stranger"),) if tries == 0 else ()
    prompt = (_say(work, "voice.stranger_menu"),)
    return Spoken(call, "en", Place("stranger", tries), first, prompt, patient=patient)


def press(work: Work, call: UUID, place: Place, given: Given, *, most: int) -> Spoken:
    """A stranger pressed a key, or nothing."""
    if given.keys != "0":
        if place.tries >= most:
            return Spoken(call, "en", Place("end"), (_say(work, "voice.goodbye"),))
        return greet(work, call, patient=False, tries=place.tries + 1)
    phone_id = work.conn.execute(select(Message.phone_id).where(Message.id == call)).scalar_one_or_none()
    escalations.open_case(work, Severity.TASK, "stranger_wants_call", person_id=None, phone_id=phone_id)
    return Spoken(call, "en", Place("end"), (_say(work, "passed_on"), _say(work, "voice.goodbye")))
