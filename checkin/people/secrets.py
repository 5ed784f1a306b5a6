"""A PIN, and a word that brings help: checked, never shown."""

import hmac
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from checkin.people.member import Member
from checkin.store.models import Person
from checkin.store.work import Work

PIN_TRIES = 6


_PIN_RESTS = timedelta(hours=1)


def check_pin(work: Work, person_id: UUID, digits: str) -> bool:
    """Tell whether `digits` are this person's PIN, and count the wrong tries; False for somebody who has none.

    After PIN_TRIES wrong ones in a row even the right one is refused for an hour: four digits can be guessed.
    """
    return whose_pin(work, [person_id], digits) is not None


def whose_pin(work: Work, person_ids: Sequence[UUID], digits: str) -> UUID | None:
    """Return which of these people `digits` are the PIN of, as `check_pin` does; a try that is right for one of them
    is no wrong try at the others."""
    rows = work.conn.execute(
        select(Person.id, Person.pin, Person.pin_wrong, Person.pin_wrong_at)
        .where(Person.id.in_(person_ids), Person.pin.is_not(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    wrong = {r.id: 0 if r.pin_wrong_at and work.now - r.pin_wrong_at >= _PIN_RESTS else r.pin_wrong for r in rows}
    given = digits.encode()
    right = [r.id for r in rows if hmac.compare_digest(work.vault.open(r.pin, "people.pin").encode(), given)]
    found = next((person_id for person_id in right if wrong[person_id] < PIN_TRIES), None)
    if found is not None:
        work.conn.execute(update(Person).where(Person.id == found).values(pin_wrong=0, pin_wrong_at=None))
    elif not right:
        for person_id, tries in wrong.items():
            if tries < PIN_TRIES:
                values = {"pin_wrong": tries + 1, "pin_wrong_at": work.now}
                work.conn.execute(update(Person).where(Person.id == person_id).values(**values))
    return found


def all_have_pins(work: Work, person_ids: Sequence[UUID]) -> bool:
    """Tell whether each of these people has a PIN."""
    having = select(func.count()).select_from(Person).where(Person.id.in_(person_ids), Person.pin.is_not(None))
    return work.conn.execute(having).scalar_one() == len(person_ids)


# Why danger was heard, when it was the code word.
CODE_WORD = "code-word"


def says_code_word(work: Work, member: Member, words: str) -> bool:
    """Tell whether somebody's code word is among these words, however it is spelt in capitals, marks and stops."""
    if member.code_word is None:
        return False
    return f" {_bare(work.vault.open(member.code_word, 'people.code_word'))} " in f" {_bare(words)} "


def _bare(words: str) -> str:
    flat = unicodedata.normalize("NFKC", words).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())
