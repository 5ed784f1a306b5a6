"""Put through to a service: to which numbers, how often; how it ended, and whether it helped.

What the service sees is the line's number, unless somebody has asked that it be their own. Nothing is recorded.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import phonenumbers
from sqlalchemy import func, select, update

from checkin import timers
from checkin.store.ids import new_id
from checkin.store.models import ThroughCall
from checkin.store.work import Work

Refused = Literal["emergency", "short", "enough"]
Outcome = Literal["ringing", "talked", "busy", "no_answer", "failed"]

_DAY = timedelta(days=1)
# Long enough to be over, and soon enough to be remembered.
_ASKED_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody was, or is to be, put through to a service."""

    id: UUID
    person_id: UUID
    key: str
    name: str
    number: str
    outcome: str
    helped: str | None


def refused(number: str | None, country: str) -> Refused | None:
    """Return why nobody is put through to a number: in an emergency their own telephone is quicker, sure to work, and
    shows where they are; a short number answers only in the network that it belongs to. None: they may be."""
    if number is None:
        return "short"
    if phonenumbers.is_emergency_number(number, country):
        return "emergency"
    return None if number.startswith("+") else "short"


def ask(work: Work, person_id: UUID, key: str, name: str, number: str) -> UUID | Refused:
    """Note that somebody asks to be put through; return the id of that, or why not."""
    why = refused(number, work.settings.country)
    if why is not None:
        return why
    today = select(func.count()).where(ThroughCall.person_id == person_id, ThroughCall.at > work.now - _DAY)
    if work.conn.execute(today).scalar_one() >= work.settings.put_through_a_day:
        return "enough"
    call_id = new_id()
    service = work.vault.seal_json({"key": key, "name": name, "number": number}, "through_calls.service")
    work.add(ThroughCall, id=call_id, person_id=person_id, at=work.now, service=service)
    return call_id


def find(work: Work, call_id: UUID) -> Call | None:
    """Return who was put through to what; None when that is gone."""
    row = work.conn.execute(
        select(ThroughCall.person_id, ThroughCall.service, ThroughCall.outcome, ThroughCall.helped).where(
            ThroughCall.id == call_id
        )
    ).first()
    service = work.vault.open_json(row.service, "through_calls.service") if row else None
    if row is None or service is None:
        return None
    return Call(call_id, row.person_id, service["key"], service["name"], service["number"], row.outcome, row.helped)


def ended(work: Work, call: Call, outcome: Outcome, seconds: int = 0, *, ask_later: bool = False) -> None:
    """Keep how it ended; with `ask_later` whoever talked is asked, once, whether it helped."""
    values = {"outcome": outcome, "seconds": seconds}
    work.conn.execute(update(ThroughCall).where(ThroughCall.id == call.id).values(**values))
    if ask_later and outcome == "talked":
        due = work.now + _ASKED_AFTER
        timers.set_timer(work, "open", due, person_id=call.person_id, topic="helped", subject=call.id)


def still_asks(work: Work, call_id: UUID) -> bool:
    """Tell whether it is still to be asked whether a call helped."""
    call = find(work, call_id)
    return call is not None and call.outcome == "talked" and call.helped is None


def helped(work: Work, call_id: UUID, answer: str) -> None:
    """Keep whether it helped: "yes", "no" or "maybe"; what was said first counts."""
    mine = ThroughCall.id == call_id, ThroughCall.helped.is_(None)
    work.conn.execute(update(ThroughCall).where(*mine).values(helped=answer, answered_at=work.now))
