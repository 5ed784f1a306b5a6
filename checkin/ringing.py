"""Staff ring a member from a case, through the line: their own telephone first, then the member's.

Neither sees the other's number. Nothing is said before a key shows that it is they who answered; the member takes the
call with a key too, so that no machine hears anything. What staff should think of first is asked for here and shown to
them, and they may ring all the same: a case can be a matter of life. How it ends is a line of the case's timeline.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from checkin import escalations, gate, outbox, outlook, people
from checkin.conversation.effects import Stream
from checkin.errors import BadInput
from checkin.gate import Drop, Send, may
from checkin.store.models import Case, Message
from checkin.store.work import Work

# What whoever of the staff hears when they have pressed a key: the second when somebody else may pick up.
_SAYS, _SAYS_WITH_CARE = "ring.staff", "ring.staff_care"
WORDINGS = frozenset({_SAYS, _SAYS_WITH_CARE})
# Whoever pressed it sits at the page and waits.
_GOOD_FOR = timedelta(minutes=3)
_LONGEST = timedelta(hours=1)
# A call of this carrier rank or above is over (`Message.carrier_rank`).
_OVER = 4

End = Literal["talked", "not_taken", "not_rung"]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be known before somebody is rung: why they cannot be (`refused`, "": they can), whether somebody else
    may pick up or must not know (`private`), whether it is marked not safe, and until when they are not to be disturbed
    (aware; None: they may be)."""

    refused: str
    private: bool
    unsafe: bool
    quiet_until: datetime | None

    @property
    def asks_care(self) -> bool:
        """Tell whether staff must say that they have thought of it."""
        return self.unsafe or self.quiet_until is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that somebody of the staff asked for: who, from which case, and whom they ring; None when they no longer
    have that case, or whom it was about is gone."""

    case_id: UUID
    staff_id: UUID
    person_id: UUID | None


def prospect(work: Work, person_id: UUID) -> Prospect:
    """Return what is to be known before somebody is rung just now."""
    person = outlook.reach(work, person_id, "call")
    # Danger passes every rule but those that no number, and nobody there, cannot pass.
    never = may(outlook.request(work, person, person["number"], medium="call", stream=Stream.SAFETY))
    hours = (person["safe_from"], person["safe_to"]) if person["safe_from"] and person["safe_to"] else None
    opens = gate.opens_at(work.now, hours, work.settings.quiet_hours, ZoneInfo(person["zone"]))
    paused = person["paused_until"]
    return Prospect(
        refused="There is no number in use for them." if isinstance(never, Drop) else "",
        private=person["discreet"] or person["shared_phone"],
        unsafe=not person["safe_to_call"],
        quiet_until=max(filter(None, (opens if opens > work.now else None, paused)), default=None),
    )


def ask(work: Work, case_id: UUID, staff_id: UUID, *, sure: bool) -> None:
    """Ring somebody of the staff, and then whom their case is about; `sure`: they have thought of what asks for care.

    Raises BadInput with one sentence when nobody is rung.
    """
    case = escalations.find(work, case_id)
    if case.status != "taken" or case.taken_by != staff_id:
        raise BadInput(f"Take case {case.number} before you ring anybody about it.")
    if case.person_id is None:
        raise BadInput("Nothing is known of this person: ring the number, and take care who answers.")
    if case.person_id == staff_id:
        raise BadInput("This case is about you: you cannot ring yourself.")
    if not work.settings.number:
        raise BadInput("The line has no number of its own to ring from.")
    mine = outlook.reach(work, staff_id, "call")
    if not isinstance(may(outlook.request(work, mine, mine["number"], medium="call", stream=Stream.SERVICE)), Send):
        raise BadInput("The line cannot ring your own telephone: no number of yours is in use and marked safe to ring.")
    if _under_way(work, case_id):
        raise BadInput("A call about this case is being put through already.")
    ahead = prospect(work, case.person_id)
    if ahead.refused:
        raise BadInput(ahead.refused)
    if ahead.asks_care and not sure:
        raise BadInput("Read how they may be reached, and tick that you will ring all the same.")
    values = {"member": people.first_name(work, case.person_id), "case": str(case.number)}
    key = _SAYS_WITH_CARE if ahead.private else _SAYS
    outbox.owe(work, staff_id, "call", Stream.SERVICE, key, values, subject=case_id, expires_at=work.now + _GOOD_FOR)
    escalations.note(work, case_id, "rang", person_id=staff_id)


def _under_way(work: Work, case_id: UUID) -> bool:
    waits = Message.status.in_(("owed", "leased", "unknown"))
    goes_on = (Message.status == "sent") & (Message.carrier_rank < _OVER) & (Message.at > work.now - _LONGEST)
    found = select(Message.id).where(Message.subject == case_id, Message.wording.in_(WORDINGS), or_(waits, goes_on))
    return work.conn.execute(found.limit(1)).first() is not None


def asked(work: Work, call: UUID) -> Asked | None:
    """Return what a call of the line's to staff is for; None when it is for something else."""
    row = work.conn.execute(
        select(Case.id, Message.person_id.label("staff_id"), Case.status, Case.taken_by, Case.person_id)
        .join(Message, Message.subject == Case.id)
        .where(Message.id == call, Message.wording.in_(WORDINGS))
    ).first()
    if row is None or row.staff_id is None:
        return None
    theirs = row.status == "taken" and row.taken_by == row.staff_id
    return Asked(row.id, row.staff_id, row.person_id if theirs else None)


def ended(work: Work, case_id: UUID, staff_id: UUID, end: End, detail: str = "") -> None:
    """Put on a case how a call from it ended. `detail`: for how many seconds they talked, or why nobody was rung."""
    escalations.note(work, case_id, end, person_id=staff_id, detail=detail)
    if end == "talked":
        escalations.sign_of_life(work, staff_id)
