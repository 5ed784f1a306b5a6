"""A text from a number the line does not know: stored, read for danger, shown to staff, and answered.

Finding a group is the front door: who asks for one, or for help, is told what there is at once, a few times a day from
one number. Anything else is answered once a day. A person reads all of it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from checkin import directory, escalations, missing, people, signposting, trying
from checkin.conversation.effects import Severity
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.risk import Level, Risk
from checkin.conversations import allowance, finding, results, safe_reply
from checkin.conversations.rendering import cut, render
from checkin.directory import Details
from checkin.phone import is_e164
from checkin.store.models import Message, Phone
from checkin.store.work import Work
from checkin.trying import Visit

_EVERY = timedelta(days=1)
# What somebody looks for in a day is found in so many texts; a machine, or a joke, would go on.
_MOST_FOUND = 5
_AS = results.Reader("en", "text")


def hear(work: Work, number: str, words: str, risk: Risk, reading: Reading, *, silent: bool) -> str:
    """Return what is answered to somebody, "" for nothing; `silent`: they are not to be answered."""
    phone_id = people.phone_for(work, number)
    severity = {Level.RED: Severity.RED, Level.AMBER: Severity.AMBER}.get(risk.level, Severity.TASK)
    escalations.open_case(
        work,
        severity,
        "words" if risk.level else "stranger",
        person_id=None,
        phone_id=phone_id,
        words=words,
        detail="".join(f"; {w}" for w in risk.why),
    )
    # A caller id that is no number (a short code, a company's name) cannot take an answer.
    if silent or not is_e164(number):
        return ""
    red = risk.level is Level.RED
    looks = not risk.level and reading.kind in {Kind.FIND, Kind.GROUP} and _may_look(work, phone_id)
    found = _found(work, reading) if looks else ""
    due = bool(found) or red or _first_today(work, phone_id)
    if not due or not allowance.take(work, danger=red):
        return ""
    key = "safety.endangered" if safe_reply.watched(risk.why) else "stranger"
    if red:
        key = safe_reply.red(work, risk.why, person_id=None, phone_id=phone_id)
    return found or render(work, key, "en", "discreet", {})


def _found(work: Work, reading: Reading) -> str:
    """Return what there is, in one text; "" for nothing."""
    asked = finding.without_address(str(reading.value or ""), work.settings.country)
    groups = reading.kind is Kind.GROUP
    query = directory.read(work, asked)
    if query.need in signposting.FIXED:
        return render(work, signposting.answer(query.need).key, "en", "discreet", {})
    groups = groups or query.need == "groups" or bool(trying.called(work, query.called))
    own = finding.own_groups(work, query, asked, None) if groups else []
    found = (
        finding.of_groups(work, query, asked) if groups else directory.find(work, query, work.now, most=results.MOST)
    )
    theirs = [] if own else [f.key for f in found if f.phone]
    need = "groups" if groups else query.need
    if not (own or theirs) or need is None:
        if need is not None and asked:
            missing.add(work, need, query.place.shown if query.place and query.place.kind == "district" else None)
        return ""
    return _in_one_text(work, (*own, *theirs))


def _in_one_text(work: Work, keys: Sequence[str]) -> str:
    """Return a text with the first of some entries: without numbers, since nobody can ask on by one, but with the codes
    by which groups are joined."""
    entries = [entry for key in keys[: results.AT_ONCE] if (entry := results.still(work, _AS, key)) is not None]
    codes = any(isinstance(entry, Visit) and entry.join_code for entry in entries)
    key = "stranger.groups" if codes else "stranger.found"
    listed = results.in_room(work, _AS, key, lambda room: [_line(work, entry, room) for entry in entries])
    return render(work, key, _AS.language, _AS.variant, {"list": listed})


def _line(work: Work, entry: Details | Visit, room: int) -> str:
    if not isinstance(entry, Visit):
        return results.line(work, _AS, "-", entry, _AS.variant, room)
    said = {"group": cut(entry.group, room), "when": results.meets(work, _AS, entry, _AS.variant, room)}
    code = {"code": entry.join_code} if entry.join_code else {}
    return render(work, "stranger.group_code" if code else "stranger.group", _AS.language, _AS.variant, said | code)


def _may_look(work: Work, phone_id: UUID) -> bool:
    """Tell whether a number has had fewer answers in a day than anybody needs."""
    had = select(func.count()).where(
        Message.phone_id == phone_id, Message.answer.is_not(None), Message.at > work.now - _EVERY
    )
    return work.conn.execute(had).scalar_one() < _MOST_FOUND


def _first_today(work: Work, phone_id: UUID) -> bool:
    updated = work.conn.execute(
        update(Phone)
        .where(Phone.id == phone_id, (Phone.last_answered_at.is_(None)) | (Phone.last_answered_at <= work.now - _EVERY))
        .values(last_answered_at=work.now)
    )
    return updated.rowcount == 1
