"""What was said to and by somebody, by text and by telephone, and why something was not sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from checkin import logs
from checkin.casebook.opening import opened
from checkin.conversations.sentences import render
from checkin.store.vault import CannotOpen
from checkin.store.work import Work
from checkin.wording import Variant

_log = logs.get("casebook")


@dataclass(frozen=True, slots=True)
class Said:
    """One text or call. `words` is what was said, or for one not yet sent what would be; `answer` is what the line
    answered at once to one that came in. `status`, `reason` and the carrier's words are as the outbox has them."""

    id: UUID
    at: datetime
    direction: str
    medium: str
    words: str
    answer: str
    unread: bool
    stream: str | None
    status: str
    reason: str | None
    reached: bool
    due_at: datetime | None
    carrier_status: str | None
    carrier_code: int | None


_REMOVED = "[The words have been removed: their time was over.]"

# A stranger has no row in people: then it is what came from their phone while nobody was known behind it.
_CONVERSATION = text(
    """
    SELECT m.id, m.at, m.direction, m.medium, m.body, m.answer, m.unread, m.stream, m.wording, m.arguments, m.status,
           m.reason, m.reached, m.due_at, m.carrier_status, m.carrier_code, p.language, p.discreet
    FROM every_message m LEFT JOIN people p ON p.id = m.person_id
    WHERE {whose} ORDER BY m.at DESC, m.id DESC LIMIT :most OFFSET :skip
    """
)
_MEMBERS = text(_CONVERSATION.text.format(whose="m.person_id = :person"))
_STRANGERS = text(_CONVERSATION.text.format(whose="m.person_id IS NULL AND m.phone_id = :phone"))


def conversation(
    work: Work, person_id: UUID | None, phone_id: UUID | None, *, most: int = 50, skip: int = 0
) -> Sequence[Said]:
    """Return the last `most` texts and calls with somebody before the newest `skip`, oldest first: a person's, else a
    stranger's by phone."""
    whose = _MEMBERS if person_id is not None else _STRANGERS
    values = {"person": person_id} if person_id is not None else {"phone": phone_id}
    rows = work.conn.execute(whose, {**values, "most": most, "skip": skip}).all()
    return [
        Said(
            id=row.id,
            at=row.at,
            direction=row.direction,
            medium=row.medium,
            words=_words(work, row),
            answer=opened(work, row.answer, "messages.answer"),
            unread=row.unread,
            stream=row.stream,
            status=row.status,
            reason=row.reason,
            reached=row.reached,
            due_at=row.due_at,
            carrier_status=row.carrier_status,
            carrier_code=row.carrier_code,
        )
        for row in reversed(rows)
    ]


def _words(work: Work, row: Row[Any]) -> str:
    if row.body is None and row.arguments is None and work.now - row.at > work.settings.keep.words:
        return _REMOVED
    if row.body is not None or row.wording is None:
        return opened(work, row.body, "messages.body")
    variant: Variant = "voice" if row.medium == "call" else "discreet" if row.discreet else "text"
    try:
        values = work.vault.open_json(row.arguments, "messages.arguments") or {}
        return render(work, row.wording, row.language, variant, values)
    except (KeyError, CannotOpen):
        # The sentence has been renamed since, or its values do not open: that it was owed is still shown.
        _log.exception("cannot_render", key=row.wording)
        return ""
