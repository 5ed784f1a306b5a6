"""Joining, as the shell does it: what each order of the topic looks up or changes, and what follows from it."""

from dataclasses import dataclass, replace
from uuid import UUID

from checkin import escalations, joining, people, phrases, tips, wording
from checkin.conversation.effects import Join, Severity, Stream
from checkin.conversation.events import Checked, Event, Opened, Settled
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.state import Thread
from checkin.people import Member
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, by whom and how; `thread` is what it was said to."""

    member: Member
    reading: Reading | None
    words: str
    how: str
    thread: Thread | None
    phone_id: UUID | None


@dataclass(frozen=True, slots=True)
class Next:
    """What follows: the person as they are now, what has happened to the conversation, a sentence to say."""

    member: Member
    events: tuple[Event, ...] = ()
    say: str | None = None


def carry_out(work: Work, order: Join, heard: Heard) -> Next:
    """Carry out one order of joining."""
    match order.deed:
        case "find":
            return _find(work, heard)
        case "admit":
            return _admit(work, heard)
        case "decline":
            return _decline(work, heard)
        case "name":
            return _name(work, heard)


def _find(work: Work, heard: Heard) -> Next:
    at_code = heard.thread is not None and heard.thread.topic == "join_code"
    code = heard.reading.value if heard.reading and heard.reading.kind is Kind.JOIN else None
    if heard.thread is not None and heard.thread.topic == "safety":
        return _for_a_person(work, heard)
    if code is None and not at_code:
        return Next(heard.member, (Opened("join_code", "", asked_for=True),))
    group_id = joining.find_group(work, filter(None, (str(code or ""), heard.words)))
    if group_id is None:
        opened = () if at_code else (Opened("join_code", "", asked_for=True),)
        return Next(heard.member, (*opened, Checked("wrong")))
    closed: tuple[Event, ...] = (Settled("join_code", ""),) if at_code else ()
    match joining.standing(work, heard.member, group_id):
        case "for_a_person":
            return replace(_for_a_person(work, heard), events=closed)
        case "belongs":
            return Next(heard.member, closed, "joining.already")
        case "elsewhere":
            joining.belong(work, heard.member, group_id)
            _task(work, heard, "joined")
            return Next(heard.member, closed, "joining.added")
        case "new":
            return Next(heard.member, (*closed, Opened("joining", str(group_id), asked_for=True)))


def _for_a_person(work: Work, heard: Heard) -> Next:
    _task(work, heard, "wants_to_join")
    return Next(heard.member, say="passed_on")


def _admit(work: Work, heard: Heard) -> Next:
    member = heard.member
    streams = tuple(Stream(s) for s in joining.asked_to(work, member.id))
    _write(work, heard, streams, given=True)
    joining.admit(work, member, _group(heard))
    if joining.was_here_before(work, member):
        _task(work, heard, "was_here_before")
    member = replace(member, status="active", streams=member.streams | {s.value for s in streams})
    return Next(member, (Checked("named" if member.name else "nameless"),))


def _decline(work: Work, heard: Heard) -> Next:
    """A no is kept; silence is no decision and leaves no line in the ledger. Either way nothing more is sent."""
    member = heard.member
    if member.status != "invited":
        return Next(member)
    if heard.words and heard.thread is not None and heard.thread.topic == "joining":
        _write(work, heard, tuple(Stream(s) for s in joining.asked_to(work, member.id)), given=False)
    people.set_status(work, member.id, "ended")
    return Next(replace(member, status="ended"))


def _name(work: Work, heard: Heard) -> Next:
    # By telephone only a key was heard.
    name = joining.name_in(heard.words) if heard.how == "text" else None
    if name is None:
        _task(work, heard, "name_needed")
        return Next(heard.member)
    people.keep_name(work, heard.member.id, name)
    return Next(replace(heard.member, name=name))


def _write(work: Work, heard: Heard, streams: tuple[Stream, ...], *, given: bool) -> None:
    people.consent(
        work,
        heard.member.id,
        streams,
        given=given,
        how=heard.how,
        words=heard.words,
        wording=wording.version("joining.ask", heard.member.language, phrases.current(work)),
    )
    if given and Stream.TIPS in streams:
        tips.weekly_from_now(work, heard.member.id)


def _group(heard: Heard) -> UUID | None:
    return UUID(heard.thread.subject) if heard.thread and heard.thread.subject else None


def _task(work: Work, heard: Heard, reason: str) -> None:
    escalations.open_case(
        work, Severity.TASK, reason, person_id=heard.member.id, phone_id=heard.phone_id, words=heard.words
    )
