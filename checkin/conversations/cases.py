"""A person is brought in: what a turn does to cases."""

from uuid import UUID

from checkin import buddies, checkins, escalations, pairing
from checkin.conversation.effects import Accept, Decline, Severity
from checkin.conversation.state import Thread
from checkin.conversations.speaking import Speaking
from checkin.escalations import promised_calls


def _about(turn: Speaking, reason: str, thread: Thread | None) -> UUID:
    """Return whom a case is about: worry voiced by a buddy is about the person they look out for."""
    if reason != "buddy_worried" or thread is None:
        return turn.member.id
    find = _WHOSE.get(thread.topic, checkins.member_of)
    return find(turn.work, UUID(thread.subject)) or turn.member.id


_WHOSE = {"buddy_report": buddies.member_of, "debrief": pairing.looked_out_for}
# What a buddy is asked about somebody they look out for.
_ABOUT_ANOTHER = frozenset({"buddy_report", "reach_out", "debrief"})


def escalate(turn: Speaking, severity: Severity, reason: str, thread: Thread | None) -> None:
    """Open a case, or add to the one that stands."""
    about = _about(turn, reason, thread)
    source = f", said by {turn.member.name}" if about != turn.member.id else ""
    case_id = escalations.open_case(
        turn.work,
        severity,
        reason,
        person_id=about,
        phone_id=turn.phone_id,
        words=turn.words,
        detail="".join(f"; {w}" for w in turn.why)
        + (promised_calls.when(turn.work, about) if reason == "call_me" else "")
        + source,
    )
    if severity is Severity.RED:
        reporter = turn.member.id if thread is not None and thread.topic in _ABOUT_ANOTHER else None
        pairing.after_red(turn.work, case_id, about, reporter)
    if reason == "call_me":
        promised_calls.remember(turn.work, case_id, about)
    if reason == "nobody_confirmed" and thread is not None:
        # Whoever opens the case sees at once who has been asked already.
        for at, person_id in checkins.alerted(turn.work, UUID(thread.subject)):
            escalations.note(turn.work, case_id, "asked", person_id=person_id, at=at)


def note(turn: Speaking, thread: Thread | None) -> None:
    """Put the words on the case that stands."""
    about = _about(turn, "buddy_worried" if thread and thread.step == "worried" else "", thread)
    case_id = escalations.standing_case(turn.work, about)
    if case_id is None and thread and thread.topic == "staff_reply":
        # The case that they answer has been closed since.
        escalations.open_case(turn.work, Severity.TASK, "answered_staff", person_id=about, words=turn.words)
    elif case_id is None:
        escalations.open_case(turn.work, Severity.AMBER, "words", person_id=about, words=turn.words)
    else:
        escalations.note(turn.work, case_id, "said", words=turn.words, person_id=turn.member.id)


def answer_page(turn: Speaking, effect: Accept | Decline, thread: Thread | None) -> None:
    """Let somebody take the case that they were paged for, or say that they cannot."""
    if thread is None:
        return
    case_id = UUID(thread.subject)
    if isinstance(effect, Decline):
        escalations.decline(turn.work, case_id, turn.member.id)
        return
    case = escalations.find(turn.work, case_id)
    if case.status == "open" or case.offered_to == turn.member.id:
        escalations.take(turn.work, case_id, turn.member.id)
        turn.tell("page.accepted", thread)
    else:
        turn.tell("page.gone", thread)
