"""Erasing one person: everything of theirs is gone, but for what the law wants kept, and the receipt says what that is.

A RED case is kept as long as every RED case is (`retention.py`): what was heard and done may have to be shown in court.
All of it moves into one sealed file on the case (`kept_files`), and the case itself says neither who nor what. What
others wrote in words of their own is theirs, and goes in its own time.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, exists, or_, select, text, update

from checkin import people
from checkin.errors import BadInput
from checkin.records.exporting import columns_about
from checkin.register.leaving import cannot_leave
from checkin.store.models import (
    Alert,
    Base,
    Case,
    CaseEvent,
    CheckIn,
    DeliveryEvent,
    KeptFile,
    Message,
    Pair,
    PastMessage,
    Person,
    PersonPhone,
    Phone,
    StaffReply,
    Tip,
    every_message,
)  # fmt: skip
from checkin.store.work import Work

_MESSAGE = every_message.c
_WAITING = ("owed", "leased", "unknown")


@dataclass(frozen=True, slots=True)
class Kept:
    """A RED case that is kept without a name, and until when (aware, UTC)."""

    number: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did: rows removed by table, rows of others from which words were taken, and what is kept.

    `row_stays`: they once closed RED cases of others as staff, and an empty row stays in their place.
    """

    person_id: UUID
    at: datetime
    removed: dict[str, int]
    blanked: int
    kept: tuple[Kept, ...]
    row_stays: bool


def told(receipt: Receipt) -> str:
    """Return a receipt in one line, without a name: for the audit, and for whoever did it."""
    rows = ", ".join(f"{table} {count}" for table, count in sorted(receipt.removed.items()))
    cases = ", ".join(f"case {one.number} until {one.until:%Y-%m-%d}" for one in receipt.kept) or "nothing"
    return f"removed {rows}; words taken from {receipt.blanked} messages to others; kept: {cases}"


def cannot_erase(work: Work, person_id: UUID) -> str | None:
    """Return in one sentence what must be done before somebody can be erased; None when nothing must."""
    row = work.conn.execute(select(Person.status).where(Person.id == person_id)).first()
    if row is None:
        return "There is nobody of this id."
    if row.status != "ended":
        return "They are still on the line: let them leave it first, so that they hear goodbye."
    if first := cannot_leave(work, person_id):
        return first
    standing = select(Case.number).where(Case.person_id == person_id, Case.status != "closed")
    if number := work.conn.execute(standing).scalar():
        return f"Case {number} is open: close it first."
    if work.conn.execute(
        select(Message.id).where(Message.person_id == person_id, Message.status.in_(_WAITING))
    ).first():
        return "Something is still to be sent to them, the goodbye perhaps: wait until it has gone."
    return None


def erase(work: Work, person_id: UUID) -> Receipt:
    """Erase somebody who has left. Raises BadInput when something must be done first, and then changes nothing."""
    member = people.lock(work, person_id)
    if (first := cannot_erase(work, person_id)) is not None or member is None:
        raise BadInput(first or "There is nobody of this id.")
    phones = _phones_of_nobody_else(work, person_id)
    numbers = [work.vault.open(sealed, "phones.number") for sealed in phones.values()]
    blanked = _blank(work, person_id, member.name, numbers)
    kept = _keep_red(work, person_id, list(phones), {"name": member.name, "numbers": numbers, "id": str(person_id)})
    removed = _remove(work, person_id, list(phones))
    stays = _acted_on_red(work, person_id)
    if stays:
        removed |= _empty(work, person_id)
    else:
        work.conn.execute(update(Case).where(Case.taken_by == person_id).values(taken_by=None))
        removed["people"] = work.conn.execute(delete(Person).where(Person.id == person_id)).rowcount
    work.conn.execute(delete(Phone).where(Phone.id.in_(list(phones))))
    return Receipt(person_id, work.now, {k: n for k, n in removed.items() if n}, blanked, kept, stays)


def _phones_of_nobody_else(work: Work, person_id: UUID) -> dict[UUID, bytes]:
    """Return their numbers, sealed, by id: those that nobody else on the line has."""
    mine = select(PersonPhone.phone_id).where(PersonPhone.person_id == person_id)
    others = exists().where(PersonPhone.phone_id == Phone.id, PersonPhone.person_id != person_id)
    rows = work.conn.execute(select(Phone.id, Phone.number).where(Phone.id.in_(mine), ~others))
    return {row.id: row.number for row in rows}


# --- what others heard of them --------------------------------------------------------------------------------------


def _blank(work: Work, person_id: UUID, name: str, numbers: Collection[str]) -> int:
    """Take the words away from what the line said of them to others, and return from how many texts and calls."""
    theirs = [*_words(work, person_id), *numbers]
    about = re.compile("|".join([rf"\b{re.escape(name)}\b" if name else "(?!)", *map(re.escape, filter(None, theirs))]))
    spoilt = []
    for row in work.conn.execute(
        select(_MESSAGE.id, _MESSAGE.body, _MESSAGE.answer, _MESSAGE.arguments, _MESSAGE.direction).where(
            _MESSAGE.person_id.in_(_related(work, person_id)), _MESSAGE.person_id != person_id
        )
    ):
        said = [(row.answer, "messages.answer")]
        if row.direction == "out":
            said += [(row.body, "messages.body"), (row.arguments, "messages.arguments")]
        if any(sealed and about.search(work.vault.open(sealed, column)) for sealed, column in said):
            spoilt.append({"row": row.id, "out": row.direction == "out"})
    for table in ("messages", "past_messages") if spoilt else ():
        work.conn.execute(text(_BLANK.format(table=table)), spoilt)
    _blank_timelines(work, person_id, about)
    return len(spoilt)


_BLANK = (
    "UPDATE {table} SET answer = NULL, arguments = CASE WHEN :out THEN NULL ELSE arguments END, "
    "body = CASE WHEN :out THEN NULL ELSE body END WHERE id = :row"
)


def _words(work: Work, person_id: UUID) -> list[str]:
    """Return what they wrote that is long enough to be told from everybody's: it may have been passed on."""
    texts = (_MESSAGE.person_id == person_id, _MESSAGE.direction == "in", _MESSAGE.body.is_not(None))
    rows = work.conn.execute(select(_MESSAGE.body).where(*texts))
    opened = (work.vault.open(row.body, "messages.body") for row in rows if row.body)
    said = (re.sub(r"^\s*buddy\s+", "", words, flags=re.IGNORECASE) for words in opened)
    return [words for words in said if len(words) >= 8]


def _related(work: Work, person_id: UUID) -> Sequence[UUID]:
    """Return who may have heard of them: the others of their pairs, and whoever was told of a check-in or a case."""
    pairs = select(Pair).where(or_(Pair.member_id == person_id, Pair.buddy_id == person_id))
    rows = work.conn.execute(pairs.with_only_columns(Pair.id, Pair.member_id, Pair.buddy_id)).all()
    subjects = [row.id for row in rows]
    subjects += work.conn.scalars(select(CheckIn.id).where(CheckIn.person_id == person_id)).all()
    subjects += work.conn.scalars(select(Case.id).where(Case.person_id == person_id)).all()
    alerted = select(Alert.person_id).where(or_(Alert.check_in_id.in_(subjects), Alert.case_id.in_(subjects)))
    told = select(_MESSAGE.person_id).where(_MESSAGE.subject.in_(subjects), _MESSAGE.person_id.is_not(None)).distinct()
    found = {*work.conn.scalars(alerted), *work.conn.scalars(told)}
    return list(found | {one for row in rows for one in (row.member_id, row.buddy_id)} - {person_id})


def _blank_timelines(work: Work, person_id: UUID, about: re.Pattern[str]) -> None:
    """Take their name out of the timelines of others: that something was done stays, not by whom."""
    mine = select(Case.id).where(Case.person_id == person_id)
    seen = select(CaseEvent.case_id).where(CaseEvent.person_id == person_id)
    rows = work.conn.execute(
        select(CaseEvent.id, CaseEvent.private).where(
            CaseEvent.case_id.in_(seen), CaseEvent.case_id.not_in(mine), CaseEvent.private.is_not(None)
        )
    )
    for row in rows.all():
        opened = work.vault.open(row.private, "case_events.private")
        if about.search(opened):
            sealed = work.vault.seal(about.sub("…", opened), "case_events.private")
            work.conn.execute(update(CaseEvent).where(CaseEvent.id == row.id).values(private=sealed))


# --- what is kept ---------------------------------------------------------------------------------------------------


def _keep_red(work: Work, person_id: UUID, phones: list[UUID], who: dict[str, Any]) -> tuple[Kept, ...]:
    """Seal each RED case, and what became part of it, into one file, and take who and what away from the case."""
    theirs = or_(Case.person_id == person_id, (Case.person_id.is_(None)) & Case.phone_id.in_(phones))
    rows = work.conn.execute(
        select(Case.id, Case.number, Case.closed_at, Case.merged_into, Case.severity).where(theirs)
    )
    cases = {row.id: row for row in rows}
    wanted = {row.id for row in cases.values() if row.severity == "red"}
    # What a RED case became part of is the rest of its story.
    while more := {cases[i].merged_into for i in wanted if cases[i].merged_into in cases} - wanted:
        wanted |= more
    for case_id in wanted:
        file = {**who, "timeline": _timeline(work, case_id)}
        work.add(KeptFile, case_id=case_id, at=work.now, file=work.vault.seal_json(file, "kept_files.file"))
    kept = list(wanted)
    work.conn.execute(update(CaseEvent).where(CaseEvent.case_id.in_(kept)).values(private=None, words=None))
    work.conn.execute(delete(StaffReply).where(StaffReply.case_id.in_(kept)))
    work.conn.execute(update(Case).where(Case.id.in_(kept)).values(person_id=None, phone_id=None))
    others = [i for i in cases if i not in wanted]
    work.conn.execute(update(Case).where(Case.merged_into.in_(others), Case.id.not_in(others)).values(merged_into=None))
    work.conn.execute(update(Case).where(Case.id.in_(others)).values(merged_into=None))
    work.conn.execute(delete(Case).where(Case.id.in_(others)))
    until = work.settings.keep.red
    return tuple(Kept(cases[i].number, cases[i].closed_at + until) for i in sorted(wanted) if cases[i].closed_at)


def kept(work: Work, number: int) -> dict[str, Any]:
    """Return the sealed file of a RED case whose person was erased: their name, numbers and id, and the timeline.
    Raises BadInput when there is none."""
    sealed = work.conn.execute(
        select(KeptFile.file).join(Case, Case.id == KeptFile.case_id).where(Case.number == number)
    ).scalar()
    if sealed is None:
        raise BadInput(
            f"Nothing is kept of case {number}: it was about nobody who has been erased, or its time is over."
        )
    found: dict[str, Any] = work.vault.open_json(sealed, "kept_files.file")
    return found


def _timeline(work: Work, case_id: UUID) -> list[dict[str, Any]]:
    rows = work.conn.execute(
        select(CaseEvent.at, CaseEvent.kind, CaseEvent.detail, CaseEvent.private, CaseEvent.words, Person.name)
        .outerjoin(Person, Person.id == CaseEvent.person_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.id)
    )
    opened = work.vault.open
    return [
        {
            "at": row.at.isoformat(),
            "kind": row.kind,
            "detail": opened(row.private, "case_events.private") if row.private else row.detail,
            "words": opened(row.words, "case_events.words") if row.words else None,
            "who": opened(row.name, "people.name") if row.name else None,
        }
        for row in rows
    ]


# --- what goes ------------------------------------------------------------------------------------------------------


def _remove(work: Work, person_id: UUID, phones: list[UUID]) -> dict[str, int]:
    """Delete every row that is theirs, table by table, so that the receipt can count them."""
    said = work.conn.execute(select(_MESSAGE.id, _MESSAGE.sid).where(_theirs(_MESSAGE, person_id, phones))).all()
    messages, sids = [row.id for row in said], [row.sid for row in said if row.sid]
    removed = {"delivery_events": work.conn.execute(
        delete(DeliveryEvent).where(or_(DeliveryEvent.message_id.in_(messages), DeliveryEvent.sid.in_(sids)))
    ).rowcount}  # fmt: skip
    # What a call has just said to anybody may name them; it is kept for a carrier that asks twice, at once or never.
    removed["call_turns"] = work.conn.execute(_TURNS, {"sids": sids, "before": work.now}).rowcount
    removed["messages"] = sum(
        work.conn.execute(delete(each).where(_theirs(each, person_id, phones))).rowcount
        for each in (Message, PastMessage)
    )
    removed["tips"] = work.conn.execute(delete(Tip).where(Tip.person_id == person_id)).rowcount
    for table in reversed(Base.metadata.sorted_tables):
        if (columns := columns_about(table)) and table.name != "people":
            mine = or_(*(column == bindparam("person") for column in columns))
            gone = work.conn.execute(delete(table).where(mine), {"person": person_id}).rowcount
            removed[table.name] = removed.get(table.name, 0) + gone
    return removed


def _theirs(of: Any, person_id: UUID, phones: list[UUID]) -> ColumnElement[bool]:
    """Return what finds their messages among a table's columns, those too that came before they were known."""
    return or_(of.person_id == person_id, of.person_id.is_(None) & of.phone_id.in_(phones))


_TURNS = text(
    "DELETE FROM call_turns WHERE split_part(key, ':', 1) = ANY(:sids) OR at < CAST(:before AS timestamptz) "
    "- interval '10 minutes'"
)


def _acted_on_red(work: Work, person_id: UUID) -> bool:
    """Tell whether the record of a case needs somebody in their place: RED is closed by two."""
    acted = or_(Case.closed_by == person_id, Case.close_asked_by == person_id, Case.offered_to == person_id)
    return bool(work.conn.execute(select(exists().where(acted))).scalar()) or bool(
        work.conn.execute(text("SELECT EXISTS (SELECT FROM duties WHERE covered_by = :p)"), {"p": person_id}).scalar()
    )


def _empty(work: Work, person_id: UUID) -> dict[str, int]:
    """Leave a row with nothing in it but its id."""
    blank = {column.name: None for column in Person.__table__.columns if column.nullable}
    lists: dict[str, list[str]] = {name: [] for name in ("streams", "speaks", "own", "invited_to")}
    values = {**blank, **lists, "name": work.vault.seal("", "people.name"), "language": "en", "status": "ended"}
    done = work.conn.execute(update(Person).where(Person.id == person_id).values(**values)).rowcount
    people.file_names(work, {person_id: ""})
    return {"people": done}
