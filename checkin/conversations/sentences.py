"""Sentences for one person: what their placeholders stand for, and the line's own."""

from collections import Counter
from uuid import UUID

from checkin import (
    answers,
    buddies,
    checkins,
    duties,
    escalations,
    joining,
    meetings,
    outcomes,
    pairing,
    people,
    wording,
)
from checkin.conversation.agenda import STOPPABLE
from checkin.conversation.state import Thread
from checkin.conversations import results
from checkin.conversations.rendering import render, render_plainly
from checkin.people import Member
from checkin.store.work import Work
from checkin.wording import Variant

__all__ = ["render", "render_plainly", "values"]

# A page is read on a phone: the newest words, cut; the console has all of them.
_WORDS_ON_A_PAGE = 120


def values(work: Work, member: Member, key: str, thread: Thread | None) -> dict[str, str]:
    """Return what a sentence's placeholders stand for in a thread; only what it needs is looked up."""
    if thread is not None and thread.topic in results.TOPICS and key.startswith(results.KEYS):
        return results.values(work, member, key, thread)
    return _values(work, member, key, thread)


def _values(work: Work, member: Member, key: str, thread: Thread | None) -> dict[str, str]:
    needs = wording.placeholders(key)
    found = {"name": member.name} if "name" in needs else {}
    if "streams" in needs:
        on = joining.asked_to(work, member.id) if key.startswith("joining.") else member.streams
        found["streams"] = wording.stream_names([s.value for s in STOPPABLE if s.value in on], member.language)
    if thread is not None and thread.topic == "joining" and "group" in needs:
        found["group"] = joining.group_name(work, thread.subject)
    elif thread is not None and key.startswith("meeting.") and needs & {"group", "when", "venue", "directions"}:
        found |= meetings.values(meetings.find(work, UUID(thread.subject)), key, member.language)
    elif needs & {"group", "when", "venue", "directions"} and (coming := meetings.next_for(work, member)) is not None:
        found |= {"group": coming.group, "when": wording.day_and_time(coming.starts, member.language)}
        found |= {"venue": coming.venue, "directions": coming.directions}
    if "choices" in needs:
        found |= {"choices": _choices(work, member, "text"), "choices_spoken": _choices(work, member, "voice")}
    if "question" in needs and thread is not None:
        asked = outcomes.find(work, UUID(thread.subject), member.language)
        found |= {"question": asked.words, "least": str(asked.least), "most": str(asked.most)}
    if "facilitator" in needs and thread is not None:
        found["facilitator"] = meetings.facilitator_of(work, UUID(thread.subject)) or "?"
    if "code" in needs and thread is not None:
        found["code"] = escalations.newest(work, UUID(thread.subject))
    if thread is not None and thread.topic == "staff_reply":
        answer = answers.find(work, UUID(thread.subject))
        found |= {"sender": answer.sender, "words": answer.words}
    elif thread is not None and thread.topic in duties.TOPICS:
        found |= _about_duty(work, member, UUID(thread.subject))
    elif needs & {"member", "buddy", "case", "words", "link"} and thread is not None and thread.subject:
        found |= _about_others(work, member, thread)
    return found


def _choices(work: Work, member: Member, variant: Variant) -> str:
    """Return those of a person's pairs to choose from: "1 Ann, 2 Sam"."""
    others = buddies.others_of(work, member.id)
    names = Counter(other.name.casefold() for other in others)
    said = []
    for n, other in enumerate(others, start=1):
        own = {"number": str(n), "buddy": other.name}
        key = "relay.choice"
        if names[other.name.casefold()] > 1:
            key, told_by = _apart(other, member)
            own |= told_by
        # Whoever reads along over a shoulder learns no more than from a name.
        seen = "discreet" if variant == "text" and member.discreet else variant
        said.append(render(work, key, member.language, seen, own))
    return (" " if variant == "voice" else ", ").join(said)


def _apart(other: buddies.Other, member: Member) -> tuple[str, dict[str, str]]:
    """Return how one of two who share a first name is told from the other: by what they are to the reader."""
    if other.rank is None:
        return "relay.choice_since", {"when": wording.day(other.since.astimezone(member.zone), member.language)}
    return "relay.choice_first" if other.rank == 1 else "relay.choice_second", {}


def _about_case(work: Work, case_id: UUID) -> dict[str, str]:
    case = escalations.find(work, case_id)
    return {
        "case": str(case.number),
        "member": people.first_name(work, case.person_id) if case.person_id else "?",
        "words": escalations.last_words(work, case_id)[:_WORDS_ON_A_PAGE],
        "link": f"{work.settings.public_url}/cases/{case.number}",
    }


def _about_duty(work: Work, member: Member, duty_id: UUID) -> dict[str, str]:
    duty = duties.lock(work, duty_id)
    if duty is None:
        return {"duty": "?", "member": "?", "taker": "?"}
    taker = duty.covered_by or duty.wanted
    return {
        "duty": duties.said(work, duty, member.language, member.zone, member.variant),
        "member": people.first_name(work, duty.person_id),
        "taker": people.first_name(work, taker) if taker else "?",
    }


def _about_others(work: Work, member: Member, thread: Thread) -> dict[str, str]:
    subject = UUID(thread.subject)
    if thread.topic in {"page", "handling"}:
        return _about_case(work, subject)
    if thread.topic in pairing.PROPOSALS:
        return pairing.names(work, subject)
    if thread.topic == "parting":
        return {"buddy": next((o.name for o in buddies.others_of(work, member.id) if o.pair_id == subject), "?")}
    return _about_member(work, thread) | _span(work, member, thread)


_WHOSE = {"buddy_report": buddies.member_of, "debrief": pairing.looked_out_for}


def _span(work: Work, member: Member, thread: Thread) -> dict[str, str]:
    """Return the time that a buddy is asked about: "this week", or as many weeks as lie between two questions."""
    if thread.topic != "buddy_report":
        return {}
    weeks = buddies.weeks_between(work, UUID(thread.subject))
    key = "buddy_report.week" if weeks == 1 else "buddy_report.weeks"
    # As it is spoken: a text loses its accents only as a whole.
    return {"span": render(work, key, member.language, "voice", {"weeks": str(weeks)})}


def _about_member(work: Work, thread: Thread) -> dict[str, str]:
    whose = _WHOSE.get(thread.topic, checkins.member_of)(work, UUID(thread.subject))
    return {"member": people.first_name(work, whose) if whose else "?"}
