"""What somebody looks for, or offers: help, a group, a tip. What is said is decided here, how it is said elsewhere.

Of a place only the postcode district or the town is used. Where somebody wrote more of it, their words are not handed
on, and are kept without it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from checkin import directory, escalations, missing, signposting, tips, trying
from checkin.conversation.effects import LookUp, Severity
from checkin.conversation.events import Event, Opened
from checkin.conversation.names import is_called
from checkin.conversation.needs import NEEDS
from checkin.conversation.replies import Kind, Reading, tip_in
from checkin.conversations import results
from checkin.conversations.results import Results
from checkin.directory import Found, Known, Place, Query, places
from checkin.directory.model import Hours
from checkin.directory.places import district_of, km
from checkin.people import Member
from checkin.store.models import Person
from checkin.store.work import Work

Sentences = Sequence[tuple[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look-up came to: what is to be said, and what follows in the same conversation. `words`: what was said,
    without more of a place than its district."""

    say: Sentences = ()
    then: tuple[Event, ...] = ()
    words: str | None = None


def look_up(work: Work, member: Member, order: LookUp, reading: Reading | None, words: str, *, aloud: bool) -> Looked:
    """Carry out the order; `aloud`: in a call, where there may be only keys to say it with."""
    # A word of their own in the menu is read as words, not as a command that carries some.
    asked = str((reading.value if reading else None) or (words if order.what == "need" else ""))
    match order.what:
        case "need":
            return _need(work, member, order.about, asked, words)
        case "again":
            return _again(work, member, reading, words)
        case "others":
            return _others(work, member, words)
        case "group":
            return _groups(work, member, asked, words)
        case "another_group":
            return _groups(work, member, "", words, but=trying.tried(work, member.id))
        case "tip":
            return Looked(_tip(work, member, words))
        case "any_tip":
            return Looked(_hear_tip(work, member, "", words))
        case "tip_about":
            return Looked(_hear_tip(work, member, words, words))
        case "offer_tip":
            return Looked(_offer_tip(work, member, words, aloud=aloud))
        case "bad_tip":
            return Looked(_bad_tip(work, member, words))


def _need(work: Work, member: Member, about: str, asked: str, words: str) -> Looked:
    country = work.settings.country
    shown = without_address(words, country)
    known = Known(languages=(member.language,), area=_area(work, member.id))
    # The menu names the need; what was said beside its number names nothing.
    query = Query(need=None, known=known) if about == "other" else directory.read(work, about or asked, known)
    need = query.need or "other"
    fixed = signposting.answer(need)
    if need in signposting.FIXED:
        _person(work, member.id, fixed.severity, "wants_help_finding", shown, f"; looking for: {need}")
        return Looked([(fixed.key, {})], words=shown)
    if need == "groups" or trying.called(work, query.called):
        return _groups(work, member, without_address(asked, country), shown)
    found = _reachable(directory.find(work, query, work.now, most=results.MOST))
    if not found and asked and not about:
        # They may have named a service, in words that mean a need as well: "money desk".
        named = replace(query, need=None, words=asked)
        found = _reachable(directory.find(work, named, work.now, most=results.MOST))
    if not found:
        missing.add(work, need, query.place.shown if query.place and query.place.kind == "district" else None)
        _person(work, member.id, fixed.severity, "wants_help_finding", shown, _looking_for(query, need))
        return Looked([(fixed.key, {})], words=shown)
    place = query.place.shown if query.place else ""
    search = results.keep(work, member.id, Results(need, place, tuple(f.key for f in found)))
    return Looked(then=(Opened("found", str(search), asked_for=True),), words=shown)


def _again(work: Work, member: Member, reading: Reading | None, words: str) -> Looked:
    """Something was said to a list: another thing that is looked for, somewhere else to look for it, or nothing of the
    kind; a question, and the second time it is nothing, is for a person."""
    query, before = directory.read(work, words), results.last(work, member.id)
    if before is not None and before.need in NEEDS and query.place is not None and not query.plainly:
        return _need(work, member, "", f"{before.need} {words}", words)
    if query.need is not None:
        return _need(work, member, "", words, words)
    if reading is not None and reading.kind is Kind.QUESTION:
        _person(work, member.id, Severity.TASK, "question", words)
        return Looked([("passed_on", {})])
    if before is None or before.puzzled:
        _person(work, member.id, Severity.TASK, "wants_help_finding", words)
        return Looked([("found.person", {})])
    results.keep_puzzled(work, member.id, before)
    return Looked([("found.how", {})])


def _reachable(found: Sequence[Found]) -> list[Found]:
    """Return those that can be rung or texted: an address alone is no help to who holds a telephone."""
    return [one for one in found if one.phone or one.text_to]


def _looking_for(query: Query, need: str) -> str:
    return f"; looking for: {need}" + (f"; near: {query.place.shown}" if query.place else "")


def _others(work: Work, member: Member, words: str) -> Looked:
    """What they were put through to did not help: the next of what was found then, or a person."""
    before = results.last(work, member.id)
    rest = before.keys[1:] if before and not before.chosen else ()
    if before is not None and before.chosen in before.keys:
        rest = tuple(key for key in before.keys if key != before.chosen)
    if before is None or not rest:
        _person(work, member.id, Severity.TASK, "did_not_help", words)
        return Looked([("found.person", {})])
    search = results.keep(work, member.id, Results(before.need, before.place, rest))
    return Looked(then=(Opened("found", str(search), asked_for=True),))


def _groups(work: Work, member: Member, asked: str, words: str, *, but: Sequence[UUID] = ()) -> Looked:
    """List our own groups first, then those of the directory."""
    country = work.settings.country
    shown, area = without_address(words, country), _area(work, member.id)
    # A district is a place in the directory, and may be written on a group of ours.
    wanted = without_address(asked, country)
    query = directory.read(work, wanted, Known(languages=(member.language,), area=area))
    own = own_groups(work, query, wanted, area, but=but)
    keys = (*own, *(f.key for f in of_groups(work, query, wanted)))[: results.MOST]
    if not keys:
        missing.add(work, "groups", query.place.shown if query.place and query.place.kind == "district" else None)
        _person(work, member.id, Severity.TASK, "wants_a_group", shown)
        return Looked([("group.none", {})], words=shown)
    search = results.keep(work, member.id, Results("groups", query.place.shown if query.place else "", keys))
    return Looked(then=(Opened("found", str(search), asked_for=True),), words=shown)


# What says no more than that a group is looked for.
_ANY_GROUP = frozenset({"groups", "loneliness"})
_GROUPS_LOOKED_AT = 60
# As far as somebody goes for an evening.
_NOT_FAR_KM = 15


def own_groups(work: Work, query: Query, asked: str, area: str | None, *, but: Sequence[UUID] = ()) -> list[str]:
    """Return the keys of our own groups that fit, the soonest first; for a place that none of them names, those not far
    from it, the nearest first."""
    found = trying.groups(work, asked, area, but=but)
    if not found and query.place is not None and not query.plainly and query.called is None:
        found = [g for g in _near(work, query.place) if g not in but]
    return [results.group_key(g) for g in found]


def _near(work: Work, place: Place) -> list[UUID]:
    far = {g: km(place, named) for g, area in trying.areas(work) if (named := places.named(work, area)) is not None}
    near = {g: away for g, away in far.items() if away is not None and away <= _NOT_FAR_KM}
    return sorted(near, key=lambda g: near[g])


def of_groups(work: Work, query: Query, asked: str) -> Sequence[Found]:
    """Return groups of the directory for what was asked about: those that are for it as well, where it is a need of its
    own, and whatever is called so; on a day, where one was named."""
    return _on(work, _reachable(_groups_about(work, query)), trying.days_in(asked))


def _groups_about(work: Work, query: Query) -> list[Found]:
    said = (query.need, *query.also) if query.plainly else ()
    about = next((need for need in said if need not in {None, *_ANY_GROUP}), None)
    found = directory.find(work, replace(query, need="groups"), work.now, most=_GROUPS_LOOKED_AT)
    if query.called is not None and (named := [one for one in found if is_called(query.called, _names(one))]):
        return named + [one for one in found if one not in named and about in {None, *one.needs}]
    # What nobody knows, be it a place, a pastime or a slip, is not answered with whatever is near.
    return [] if query.called and query.called.nothing_else else [f for f in found if about in {None, *f.needs}]


_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _on(work: Work, found: Sequence[Found], days: Collection[int]) -> Sequence[Found]:
    """Return those that are open on one of these days of the week, as their hours say; all, where no day was named."""
    if not days:
        return found
    codes = [_DAYS[day] for day in days]
    told = [(one, directory.details(work, one.key, work.now)) for one in found[: results.MOST]]
    return [one for one, all_of_it in told if all_of_it and any(_is_on(h, codes) for h in all_of_it.schedules)]


def _is_on(hours: Hours, codes: Collection[str]) -> bool:
    return not hours.get("closed") and (
        hours.get("freq") == "DAILY" or any(code in hours.get("byday", "") for code in codes)
    )


def _names(found: Found) -> str:
    return f"{found.name} {found.organisation or ''}"


def _area(work: Work, person_id: UUID) -> str | None:
    return work.conn.execute(select(Person.area).where(Person.id == person_id)).scalar_one()


# A house number with its street, in the words that most streets are called by.
_STREET = re.compile(
    r"\b(?:flat \w+,? )?\d+[a-z]?,?\s+(?:[A-Za-z'’]+\s+){0,3}?(?:road|rd|street|st|lane|ln|avenue|ave|close|drive|dr"
    r"|crescent|terrace|place|court|gardens|grove|way|walk|hill|square|row|mews|view|rise|green)\b[.,]?",
    re.IGNORECASE,
)
_FULL = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*\d[A-Z]{2}\b", re.IGNORECASE)


def without_address(words: str, country: str) -> str:
    """Return words with a full postcode cut to its district, and without a street and its number."""

    def district(found: re.Match[str]) -> str:
        return district_of(found[0], country) or ""

    cut = _FULL.sub(district, _STREET.sub("", words)) if country == "GB" else _STREET.sub("", words)
    return words if cut == words else " ".join(cut.split())


def _tip(work: Work, member: Member, words: str) -> Sentences:
    tip = tip_in(words)
    if tip.offered:
        tips.offer(work, member.id, tip.words)
        _person(work, member.id, Severity.TASK, "tip", words)
        return [("tip.thanks", {})]
    return _hear_tip(work, member, tip.words, words) if tip.asked else [("tip.how", {})]


def _hear_tip(work: Work, member: Member, about: str, words: str) -> Sentences:
    found = tips.hear(work, member.id, about)
    if found is not None:
        return [("tip.one", {"words": found})]
    _person(work, member.id, Severity.TASK, "wants_a_tip", words)
    return [("tip.none", {})]


def _offer_tip(work: Work, member: Member, words: str, *, aloud: bool) -> Sentences:
    if aloud:
        # With keys alone nobody can say it: somebody rings, and takes it down.
        _person(work, member.id, Severity.TASK, "tip_by_phone", words)
    return [("tip.offer", {})]


def _bad_tip(work: Work, member: Member, words: str) -> Sentences:
    kept_back = tips.report(work, member.id)
    _person(work, member.id, Severity.TASK, "bad_tip", words)
    return [("tip.reported" if kept_back else "passed_on", {})]


def _person(work: Work, person_id: UUID, severity: Severity, reason: str, words: str, detail: str = "") -> None:
    """Nobody is left with an answer alone."""
    escalations.open_case(work, severity, reason, person_id=person_id, words=words, detail=detail)
