"""What the line said of somebody to others: taken away when they are erased. What others wrote in words of their own is
theirs, and goes in its own time."""

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select, text, update

from checkin.store.models import Alert, Case, CaseEvent, CheckIn, Pair, every_message
from checkin.store.work import Work

_MESSAGE = every_message.c


def blank(work: Work, person_id: UUID, name: str, numbers: Collection[str]) -> int:
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
