"""Manners towards what comes in too often: the same text again and again, and machines that answer every answer.

What is said is read for danger and kept all the same; only our answers stop, and a person is told once. Kept with each
telephone: a keyed hash of its last text, how often that came, and when it was answered of late; nobody's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from checkin import escalations
from checkin.conversation.effects import Severity
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.risk import Level
from checkin.conversation.state import Thread
from checkin.store.work import Work

# The same text within this long of the last one is the same text, sent again.
_SAME_WITHIN = timedelta(minutes=1)
# Sending twice is a thumb or a bad line; a third time, or words that nobody understood, somebody should see.
_TELL_AT = 3
# These act and are answered however often: each is asked for anew, or must never be lost.
_ALWAYS_HEARD = frozenset({Kind.STOP, Kind.URGENT, Kind.MORE, Kind.REPEAT})
_ALWAYS_ANSWERED = frozenset({Kind.STOP, Kind.URGENT})

Verdict = Literal["answer", "mute", "keep"]
"""Answer it; let it act, but say nothing; or only keep it."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How it has been with one telephone of late. `question` is what stood open when its last text came."""

    phone_id: UUID
    digest: str = ""
    at: float = 0.0
    same: int = 0
    question: tuple[str, ...] | None = None
    answered: tuple[float, ...] = ()
    told: bool = False


_READ = "SELECT manners FROM phones WHERE id = %(phone)s"
_WRITE = "UPDATE phones SET manners = %(manners)s WHERE id = %(phone)s"


def read(work: Work, phone_id: UUID) -> Manners:
    """Return how it has been with the telephone of somebody whom the line does not know."""
    rows = work.rows(_READ, {"phone": phone_id})
    return kept(phone_id, rows[0][0] if rows else None)


def kept(phone_id: UUID, stored: Mapping[str, Any] | None) -> Manners:
    """Return how it has been with a telephone, as its row has it."""
    return _from_json(phone_id, stored) if stored else Manners(phone_id)


def hear(work: Work, manners: Manners, body: str, asked: Sequence[Thread]) -> Manners:
    """Return the manners with one more text in them, `asked` being the questions that stand open on this phone."""
    digest = work.vault.index(" ".join(body.split()).casefold()).hex()[:16]
    question = tuple(part for t in asked for part in (t.topic, t.step, t.subject)) or None
    recent = work.now - timedelta(minutes=work.settings.answers_minutes)
    answered = tuple(at for at in manners.answered if at > recent.timestamp())
    # A "1" after the next question is another answer, not the same one again.
    same = (
        digest == manners.digest
        and work.now - _moment(work, manners.at) <= _SAME_WITHIN
        and question in {None, manners.question}
    )
    return replace(
        manners,
        digest=digest,
        at=work.now.timestamp(),
        same=manners.same + 1 if same else 1,
        question=manners.question if same else question,
        answered=answered,
        told=manners.told and bool(answered),
    )


def verdict(work: Work, manners: Manners, reading: Reading, risk: Level, *, known: bool) -> Verdict:
    """Return what is to be done with the text that was just heard. One that is not `known` has read after a dozen
    answers who helps, and could go on for ever at our cost."""
    if manners.same > 1 and reading.kind not in _ALWAYS_HEARD:
        return "mute" if risk else "keep"
    if manners.same > 1 and reading.kind in _ALWAYS_ANSWERED:
        return "mute"
    over = len(manners.answered) >= work.settings.answers_most
    exempt = known and (risk is Level.RED or reading.kind in _ALWAYS_ANSWERED)
    return "mute" if over and not exempt else "answer"


def keep(work: Work, manners: Manners, reading: Reading, found: Verdict, *, said: bool, person_id: UUID | None) -> None:
    """Keep how it was with this text; tell a person, once, when answers have stopped. `said`: it was answered."""
    if found == "answer":
        manners = replace(manners, answered=(*manners.answered, work.now.timestamp())) if said else manners
    elif manners.same > 1:
        tell = manners.same == (2 if reading.kind is Kind.UNCLEAR else _TELL_AT)
        if tell:
            _tell(work, manners, "same_text_again", person_id)
    elif not manners.told:
        _tell(work, manners, "answers_stopped", person_id)
        manners = replace(manners, told=True)
    values = {"phone": manners.phone_id, "manners": Jsonb(_to_json(manners))}
    work.write_behind(f"manners {manners.phone_id}", _WRITE, values)


def _tell(work: Work, manners: Manners, reason: str, person_id: UUID | None) -> None:
    escalations.open_case(work, Severity.TASK, reason, person_id=person_id, phone_id=manners.phone_id)


def _moment(work: Work, at: float) -> datetime:
    return datetime.fromtimestamp(at, work.now.tzinfo)


def _to_json(manners: Manners) -> dict[str, Any]:
    return {
        "digest": manners.digest,
        "at": manners.at,
        "same": manners.same,
        "question": manners.question,
        "answered": manners.answered,
        "told": manners.told,
    }


def _from_json(phone_id: UUID, stored: Mapping[str, Any]) -> Manners:
    question = stored["question"]
    return Manners(
        phone_id,
        stored["digest"],
        stored["at"],
        stored["same"],
        tuple(question) if question is not None else None,
        tuple(stored["answered"]),
        stored["told"],
    )
