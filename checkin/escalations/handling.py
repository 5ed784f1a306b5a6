"""A case in somebody's hands: a sign of life now and then, help arrived, offered to another, given back, laid aside.

Whoever has taken a RED case and falls silent is asked twice; then the case is open again and others are paged. That
clock is the case's own: it needs nobody's conversation to be free.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from checkin import outbox, people, timers
from checkin.conversation.effects import Severity, Stream
from checkin.errors import BadInput
from checkin.escalations import codes, deadlines
from checkin.escalations.paging import Ways, asked_last, cannot, page, page_next, ways, withdraw
from checkin.escalations.policies import policy
from checkin.escalations.timeline import Open, change, find, note
from checkin.store.work import Work

# What is laid aside until the person writes comes back after this long at the latest.
LONGEST_REST = timedelta(days=14)
_OFFER_RED = timedelta(minutes=5)
_OFFER = timedelta(hours=1)
_CHECKS = 2


def watch(work: Work, case: Open) -> None:
    """Set the clock of a case that has just been taken."""
    if case.severity == "red":
        _next_look(work, case, work.now + _check_wait(work))


def look(work: Work, case: Open) -> None:
    """The clock of a taken case has run down. Its row is locked."""
    if case.offered_to is not None:
        _offer_lapsed(work, case)
    elif case.severity == "red":
        _ask_or_reopen(work, case)
    elif case.snoozed_until is not None:
        _wake(work, case, "its time had come")


def _ask_or_reopen(work: Work, case: Open) -> None:
    if case.checks == 0:
        if case.arrived_at is not None:
            return
        due = (case.alive_at or work.now) + _check_wait(work)
        if work.now < due:
            _next_look(work, case, due)
            return
    if case.checks >= _CHECKS:
        give_back(work, case, "silent")
        return
    change(work, case.id, checks=case.checks + 1)
    note(work, case.id, "checked", person_id=case.taken_by)
    timers.set_timer(work, "open", work.now, person_id=case.taken_by, topic="handling", subject=case.id)
    _next_look(work, case, work.now + _check_wait(work) / 2)


_ALIVE = text(
    "UPDATE cases SET alive_at = :now, checks = 0 WHERE taken_by = :person AND status = 'taken' AND severity = 'red'"
)


def sign_of_life(work: Work, person_id: UUID) -> None:
    """Whoever has taken cases is there: by a text, a key or a page of the console."""
    work.conn.execute(_ALIVE, {"now": work.now, "person": person_id})


def said_more(work: Work, case: Open) -> None:
    """New words of danger on a case that somebody has: they are told at once and asked for a sign of life."""
    if case.taken_by is None:
        return
    for medium in ways(work, [case.taken_by], "both").get(case.taken_by, ()):
        values = {"case": str(case.number)}
        outbox.owe(work, case.taken_by, medium, Stream.SAFETY, "page.more", values, subject=case.id)
    change(work, case.id, checks=_CHECKS, arrived_at=None)
    _next_look(work, case, work.now + _check_wait(work) / 2)


def arrived(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Whoever has a case says that help has arrived, or the person is safe. Raises BadInput when it is not theirs."""
    case = _theirs(work, case_id, person_id)
    note(work, case.id, "arrived", person_id=person_id)
    change(work, case.id, arrived_at=work.now, alive_at=work.now, checks=0)
    _settle_question(work, case)


def answered(work: Work, case_id: UUID, person_id: UUID, answer: str) -> None:
    """Keep what was answered to "have you reached them?": arrived, trying or hand_back. A stale answer does nothing."""
    case = find(work, case_id)
    if case.status != "taken" or case.taken_by != person_id:
        return
    if answer == "arrived":
        arrived(work, case_id, person_id)
    elif answer == "trying":
        note(work, case.id, "trying", person_id=person_id)
        sign_of_life(work, person_id)
    else:
        note(work, case.id, "declined", person_id=person_id)
        give_back(work, case, "handed_back")


def hand_over(work: Work, case_id: UUID, person_id: UUID, to: UUID | None, words: str) -> None:
    """Offer a case to somebody, or (None) give it back for whoever comes, with a note.

    It stays with whoever has it until the other has accepted. Raises BadInput with one sentence.
    """
    case = _theirs(work, case_id, person_id)
    if not words.strip():
        raise BadInput("Write a note: what has been done, and what is still to do.")
    if to == person_id:
        raise BadInput(f"You have case {case.number} already.")
    if to is None:
        note(work, case.id, "declined", person_id=person_id, words=words)
        give_back(work, case, "handed_back")
        return
    found = ways(work, [to], "both")
    if not found:
        raise BadInput(f"{people.first_name(work, to)} has no telephone that can be reached.")
    note(work, case.id, "offered", person_id=to, words=words, detail=people.first_name(work, person_id))
    change(work, case.id, offered_to=to)
    red = case.severity == "red"
    media: Ways = found if red else {to: found[to][:1]}
    page(work, case, media, codes.draw(work, case.id))
    _next_look(work, case, work.now + (_OFFER_RED if red else _OFFER))


def decline(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Somebody who was paged cannot: page the next at once, unless others were asked at the same time or since."""
    case = find(work, case_id)
    if case.status == "taken" and case.offered_to == person_id:
        _offer_lapsed(work, case)
    if case.status != "open":
        return
    note(work, case_id, "declined", person_id=person_id)
    if case.severity == "red" and case.alarm_at is None and asked_last(work, case) <= cannot(work, case):
        timers.drop(work, "page", case_id)
        page_next(work, case)


def _offer_lapsed(work: Work, case: Open) -> None:
    note(work, case.id, "offer_lapsed", person_id=case.offered_to)
    end_offer(work, case)
    if case.taken_by is not None:
        _tell(work, case, case.taken_by, "page.not_handed")
    watch(work, case)


def end_offer(work: Work, case: Open) -> None:
    """Whoever a case was offered to is asked no more."""
    change(work, case.id, offered_to=None)
    withdraw(work, case.id)
    timers.set_timer(work, "settled", work.now, person_id=case.offered_to, topic="page", subject=case.id)


def give_back(work: Work, case: Open, why: str) -> None:
    """Open a case again and, when it is RED, page on; `why`: silent or handed_back. Whoever had it is told."""
    if case.offered_to is not None:
        end_offer(work, case)
    before = case.taken_by
    change(
        work, case.id, status="open", taken_by=None, taken_at=None, close_asked_by=None, checks=0, snoozed_until=None
    )
    note(work, case.id, "reopened", person_id=before, detail=why)
    timers.drop(work, "page", case.id)
    _settle_question(work, case)
    if before is not None and why == "silent":
        _tell(work, case, before, "page.reopened")
    if case.severity == "red":
        page_next(work, find(work, case.id))
    else:
        deadlines.begin(work, case.id, Severity(case.severity))


def reopen(work: Work, case_id: UUID, person_id: UUID, words: str) -> Open:
    """Let staff open a case again that somebody else has and cannot see to. Raises BadInput with one sentence."""
    case = find(work, case_id)
    if case.status != "taken":
        raise BadInput(f"Case {case.number} is {'closed' if case.status == 'closed' else 'open already'}.")
    if not words.strip():
        raise BadInput("Write a note: why somebody else is needed.")
    note(work, case.id, "noted", person_id=person_id, words=words)
    give_back(work, case, "silent" if case.taken_by != person_id else "handed_back")
    return case


def snooze(work: Work, case_id: UUID, person_id: UUID, until: datetime | None) -> None:
    """Lay a case aside until a moment (aware), or until the person is heard from (None). RED never rests.

    Raises BadInput with one sentence.
    """
    case = _theirs(work, case_id, person_id)
    if case.severity == "red":
        raise BadInput("A RED case is never laid aside.")
    if until is not None and not work.now < until <= work.now + LONGEST_REST:
        raise BadInput(f"Choose a time in the next {LONGEST_REST.days} days.")
    change(work, case.id, snoozed_until=until or work.now + LONGEST_REST)
    note(work, case.id, "snoozed", person_id=person_id, detail="" if until else "reply")
    _next_look(work, case, until or work.now + LONGEST_REST)


def heard_from(work: Work, case: Open) -> None:
    """Somebody whose case was laid aside has been heard from."""
    if case.snoozed_until is not None:
        _wake(work, case, "they were heard from")


def _wake(work: Work, case: Open, why: str) -> None:
    change(work, case.id, snoozed_until=None)
    timers.drop(work, "page", case.id)
    note(work, case.id, "woke", detail=why)
    if case.taken_by is not None:
        _tell(work, case, case.taken_by, "page.woke")


def _theirs(work: Work, case_id: UUID, person_id: UUID) -> Open:
    case = find(work, case_id)
    if case.status == "closed":
        raise BadInput(f"Case {case.number} is closed.")
    if case.taken_by != person_id:
        raise BadInput(f"Only who has case {case.number} can do that.")
    return case


def _tell(work: Work, case: Open, person_id: UUID, key: str) -> None:
    values = {"case": str(case.number), "code": codes.newest(work, case.id)}
    outbox.owe(work, person_id, "text", Stream.SAFETY, key, values, subject=case.id)


def _settle_question(work: Work, case: Open) -> None:
    timers.set_timer(work, "settled", work.now, person_id=case.taken_by, topic="handling", subject=case.id)


def _check_wait(work: Work) -> timedelta:
    return timedelta(minutes=policy(work, Severity.RED).check)


def _next_look(work: Work, case: Open, at: datetime) -> None:
    timers.drop(work, "page", case.id)
    timers.set_timer(work, "page", at, subject=case.id, turn=case.page_round)
