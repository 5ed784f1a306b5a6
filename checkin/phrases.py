"""The line's sentences in an organisation's own words: set, reset, listed, and heard by every process.

How old they may be
-------------------
Every process keeps what was set in memory and asks the database again when that is older than `FRESH_SECONDS`: one
statement in two seconds, whatever the line has to do, and none for a text. So for up to two seconds after a change is
committed a process may still say the old sentence. Nothing is told apart by that: what is said is kept as it was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from checkin import logs
from checkin.store.models import Phrase
from checkin.store.work import Work
from checkin.wording import Overrides, Variant
from checkin.wording.overrides import Checked, check, only_fitting, written

_log = logs.get("phrases")

FRESH_SECONDS = 2.0

Sentence = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one variant of a sentence. `text` is None where it was given back its own; `by` is a person's id,
    None when nobody said who; `how` is how it came ("command", "file", "console")."""

    key: str
    language: str
    variant: str
    text: str | None
    at: datetime
    by: UUID | None
    how: str


def current(work: Work) -> Overrides:
    """Return what takes the place of the line's sentences, at most `FRESH_SECONDS` old.

    What no longer has the placeholders that its sentence has (a newer version may have changed them) is left out: the
    line's own is said, and the log tells of it.
    """
    return work.memory.recall("phrases", FRESH_SECONDS, lambda: _fitting(work))


def _fitting(work: Work) -> Overrides:
    kept = {(c.key, c.language, c.variant): c.text for c in standing(work) if c.text is not None}
    found = only_fitting(kept)
    for key, language, variant in kept.keys() - found.keys():
        _log.warning("phrase_does_not_fit", key=key, language=language, variant=variant)
    return found


_STANDING = text(
    "SELECT DISTINCT ON (key, language, variant) key, language, variant, text, at, by, how FROM phrases "
    "ORDER BY key, language, variant, id DESC"
)


def standing(work: Work) -> list[Change]:
    """Return the newest change of every sentence that was ever changed, in order of key, language and variant."""
    return [Change(*row) for row in work.conn.execute(_STANDING)]


def history(work: Work, key: str) -> list[Change]:
    """Return every change of one sentence in every language and variant, the newest first."""
    columns = (Phrase.key, Phrase.language, Phrase.variant, Phrase.text, Phrase.at, Phrase.by, Phrase.how)
    rows = work.conn.execute(select(*columns).where(Phrase.key == key).order_by(Phrase.id.desc()))
    return [Change(*row) for row in rows]


def put(work: Work, key: str, language: str, variant: Variant, words: str, *, by: UUID | None, how: str) -> Checked:
    """Say `words` in place of a sentence from now on. Raises BadInput when they cannot stand there.

    To put what stands there already changes nothing; to put the line's own sentence gives it back its own.
    """
    checked = check(key, language, variant, words, home=work.settings.country)
    if checked.text == written(key, language, variant):
        reset(work, key, language, variant, by=by, how=how)
    elif _now(work, key, language, variant) != checked.text:
        _add(work, (key, language, variant), checked.text, by=by, how=how)
    return checked


def reset(work: Work, key: str, language: str, variant: Variant, *, by: UUID | None, how: str) -> bool:
    """Give a sentence back its own words; False when it has them. Raises BadInput when there is no such sentence."""
    # A sentence that a newer version has dropped can still be tidied away.
    if _now(work, key, language, variant) is None:
        written(key, language, variant)
        return False
    _add(work, (key, language, variant), None, by=by, how=how)
    return True


def _now(work: Work, key: str, language: str, variant: str) -> str | None:
    return work.conn.scalars(
        select(Phrase.text)
        .where(Phrase.key == key, Phrase.language == language, Phrase.variant == variant)
        .order_by(Phrase.id.desc())
        .limit(1)
    ).first()


def _add(work: Work, sentence: Sentence, words: str | None, *, by: UUID | None, how: str) -> None:
    key, language, variant = sentence
    work.add(Phrase, at=work.now, key=key, language=language, variant=variant, text=words, by=by, how=how)
    _log.info("phrase_changed", key=key, language=language, variant=variant, how=how, reset=words is None)


def store_all(work: Work, phrases: Mapping[tuple[str, str, Variant], str], *, how: str) -> None:
    """Put many; what is not among them stays as it is. Raises BadInput."""
    for (key, language, variant), words in phrases.items():
        put(work, key, language, variant, words, by=None, how=how)
