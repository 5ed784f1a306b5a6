"""What somebody looks for, or offers: help, a group, a tip. What is said is decided here, how it is said elsewhere."""

from collections.abc import Mapping
from uuid import UUID

from checkin import escalations, meetings, signposting, tips, wording
from checkin.conversation.effects import LookUp, Severity
from checkin.conversation.replies import Reading, tip_in
from checkin.people import Member
from checkin.store.work import Work

Sentences = list[tuple[str, Mapping[str, str]]]


def look_up(work: Work, member: Member, order: LookUp, reading: Reading | None, words: str) -> Sentences:
    """Carry out the order; return what is to be said: wording keys, with what their own placeholders stand for."""
    # A word of their own in the menu is read as words, not as a command that carries some.
    asked = str((reading.value if reading else None) or (words if order.what == "need" else ""))
    match order.what:
        case "need":
            return _need(work, member, order.about or signposting.need_of(asked), words)
        case "group":
            return _group(work, member, asked, words)
        case "tip":
            return _tip(work, member, words)
        case "bad_tip":
            return _bad_tip(work, member, words)


def _need(work: Work, member: Member, need: str, words: str) -> Sentences:
    if need == "groups":
        return _group(work, member, "", words)
    found = signposting.answer(need)
    _person(work, member.id, found.severity, "wants_help_finding", words, f"; looking for: {need}")
    return [(found.key, {})]


def _group(work: Work, member: Member, place: str, words: str) -> Sentences:
    found = meetings.near(work, member.id, place)
    if not found:
        _person(work, member.id, Severity.TASK, "wants_a_group", words)
        return [("group.none", {})]
    said: Sentences = []
    for one in found:
        when = wording.day_and_time(one.starts, member.language)
        said.append(("group.found", {"group": one.group, "when": when, "venue": one.venue}))
    return [*said, ("group.how", {})]


def _tip(work: Work, member: Member, words: str) -> Sentences:
    tip = tip_in(words)
    if tip.offered:
        tips.offer(work, member.id, tip.words)
        _person(work, member.id, Severity.TASK, "tip", words)
        return [("tip.thanks", {})]
    if tip.asked:
        found = tips.hear(work, member.id, tip.words)
        if found is not None:
            return [("tip.one", {"words": found})]
        _person(work, member.id, Severity.TASK, "wants_a_tip", words)
        return [("tip.none", {})]
    return [("tip.how", {})]


def _bad_tip(work: Work, member: Member, words: str) -> Sentences:
    kept_back = tips.report(work, member.id)
    _person(work, member.id, Severity.TASK, "bad_tip", words)
    return [("tip.reported" if kept_back else "passed_on", {})]


def _person(work: Work, person_id: UUID, severity: Severity, reason: str, words: str, detail: str = "") -> None:
    """Nobody is left with an answer alone."""
    escalations.open_case(work, severity, reason, person_id=person_id, words=words, detail=detail)
