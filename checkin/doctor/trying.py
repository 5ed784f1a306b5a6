"""A real text and a real call, to somebody who asked for them: the only proof that the line reaches a handset.

Nothing of it is stored, and the number comes from nowhere but the command: no member can be meant by mistake.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from checkin import wording
from checkin.doctor.found import Found, Level, Patient, problem, warning
from checkin.errors import BadInput
from checkin.phone import is_fictional, parse

Way = Literal["text", "call"]
CALL_PATH = "/twilio/doctor/call"
_PATIENCE = 180.0
_BETWEEN = 2.0
# How each ends, and whether that is well.
_ENDS: Mapping[Way, Mapping[str, Found]] = {
    "text": {
        "delivered": Found(Level.OK, "The text was delivered."),
        "read": Found(Level.OK, "The text was delivered."),
        "undelivered": problem("The text was not delivered."),
        "failed": problem("The text failed."),
        "canceled": problem("The text was cancelled at Twilio."),
    },
    "call": {
        "completed": Found(Level.OK, "The call was answered, by you or by a machine."),
        "busy": warning("The number was engaged.", "try again"),
        "no-answer": warning("It rang, and nobody answered.", "try again, and answer"),
        "failed": problem("The call failed."),
        "canceled": problem("The call was cancelled at Twilio."),
    },
}


def number_of(patient: Patient, typed: str) -> str:
    """Return a typed number in E.164. Raises BadInput for one that is none, the line's own, or kept for fiction."""
    number = parse(typed, patient.settings.country)
    if is_fictional(number) and not patient.settings.simulated:
        raise BadInput(f"{number} is kept for film and fiction: nobody is there. Give your own.")
    if number == patient.settings.number:
        raise BadInput(f"{number} is the line's own number. Give your own.")
    return number


def attempt(
    patient: Patient, way: Way, number: str, *, pause: Callable[[float], None] = time.sleep
) -> Iterator[str | Found]:
    """Text or ring `number`; yield each status as it is known, and at the end what is to be made of it.

    Raises CarrierError when Twilio refuses.
    """
    account = patient.account
    if way == "text":
        body = wording.say("doctor.trial", "en", "text", {"line": patient.settings.name})
        sid = account.text(number, body)
    else:
        sid = account.ring(number, CALL_PATH)
    seen, waited = "", 0.0
    while waited < _PATIENCE:
        status, code = account.status(sid)
        if status != seen:
            yield status
            seen = status
        if (end := _ENDS[way].get(status)) is not None:
            why = f"{end.sentence[:-1]}: Twilio's code is {code}." if code else end.sentence
            yield Found(end.level, why, f"https://www.twilio.com/docs/errors/{code}" if code else end.mend)
            return
        pause(_BETWEEN)
        waited += _BETWEEN
    yield warning(f"After {_PATIENCE / 60:.0f} minutes it is still {seen}.", "look it up in Twilio's log")
