"""What is done with a case somebody has: ring whom it is about, hand it over, help has come, lay it aside, make two
one, open it again."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import request

from checkin import escalations, ringing
from checkin.casebook import CaseFile
from checkin.errors import BadInput
from checkin.store.work import Work, as_uuid
from console.desk import me

LONGEST_NOTE = 4000

# What an action says when it is done; it raises BadInput with one sentence when it cannot be.
Action = Callable[[Work, CaseFile], str]


def typed() -> str:
    """Return the note of the form. Raises BadInput when it is too long."""
    found = request.form.get("words", "").replace("\r\n", "\n").strip()
    if len(found) > LONGEST_NOTE:
        raise BadInput(f"Shorten the note to {LONGEST_NOTE:,} characters; it has {len(found):,}.")
    return found


def _ring(work: Work, case: CaseFile) -> str:
    ringing.ask(work, case.id, me().person_id, sure=bool(request.form.get("sure")))
    return "Your own telephone rings in a moment. Press 1 there, and they are rung."


def _hand_over(work: Work, case: CaseFile) -> str:
    to, named = as_uuid(request.form.get("to", "")), request.form.get("to", "")
    if named != "anybody" and to not in {colleague.id for colleague in case.colleagues}:
        raise BadInput("Choose who is to take it.")
    escalations.hand_over(work, case.id, me().person_id, to, typed())
    if to is None:
        return "Case {number} is open again, and the next person is being asked."
    return "They have been asked. Case {number} stays yours until they have taken it."


def _arrived(work: Work, case: CaseFile) -> str:
    escalations.arrived(work, case.id, me().person_id)
    return "Kept: help has come. Case {number} stays yours until it is closed."


def _snooze(work: Work, case: CaseFile) -> str:
    if request.form.get("rests") == "reply":
        escalations.snooze(work, case.id, me().person_id, None)
        return "Case {number} is laid aside. It comes back when they are heard from, or in two weeks."
    try:
        until = datetime.fromisoformat(request.form.get("until", "").strip()).replace(tzinfo=work.settings.zone)
    except ValueError as error:
        raise BadInput("Choose a day and a time, or lay it aside until they are heard from.") from error
    escalations.snooze(work, case.id, me().person_id, until)
    return "Case {number} is laid aside. It comes back by itself."


def _merge(work: Work, case: CaseFile) -> str:
    number = request.form.get("number", "")
    if not number.isdecimal():
        raise BadInput("Choose the case that is to be part of this one.")
    escalations.merge(work, case.id, int(number[:9]), me().person_id)
    return f"Case {number[:9]} is part of case {{number}} now."


def _reopen(work: Work, case: CaseFile) -> str:
    escalations.reopen(work, case.id, me().person_id, typed())
    return "Case {number} is open again. Whoever had it is told."


ACTIONS: Mapping[str, Action] = {
    "ring": _ring,
    "hand_over": _hand_over,
    "arrived": _arrived,
    "snooze": _snooze,
    "merge": _merge,
    "reopen": _reopen,
}
