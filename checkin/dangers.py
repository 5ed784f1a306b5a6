"""What an organisation adds to the risk reader: phrases of its own, kept with their history, read in every process.

Phrases are only ever added. What ships stays as it is: a phrase that would hide danger in its own words is refused,
and withdrawing one (`none`) takes back nothing but what the organisation had added. The newest row of a phrase counts.

Every process asks for them again when what it knows is older than `FRESH_SECONDS`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import select, text

from checkin import logs
from checkin.conversation.risk import Additions, Level, Risk, RiskReader, read_risk, telling
from checkin.errors import BadInput
from checkin.store.models import RiskPhrase
from checkin.store.work import Work

_log = logs.get("dangers")

FRESH_SECONDS = 2.0

# `harmless` hides a cue that lies wholly inside it (a pub called The Hanged Man); `none` withdraws what was added.
Says = Literal["red", "amber", "harmless", "none"]
LEVELS: tuple[Says, ...] = get_args(Says)


@dataclass(frozen=True, slots=True)
class Added:
    """A phrase and what it means here; `by` is a person's id, None when nobody said who."""

    phrase: str
    level: str
    at: datetime
    by: UUID | None
    how: str


def read(work: Work, words: str) -> Risk:
    """Return the risk in somebody's words, with the organisation's phrases of at most `FRESH_SECONDS` ago."""
    return work.memory.recall("dangers", FRESH_SECONDS, lambda: _reader(_additions(work))).read(words)


def check(phrase: str, level: Says) -> None:
    """Raise BadInput, with one sentence, when a phrase cannot stand at a level."""
    if level == "harmless":
        if any(sign in phrase for sign in "()|<>~%*?^$."):
            raise BadInput(f"The risk phrase {phrase!r} must be plain words: what is let go has no room for signs.")
        if read_risk(phrase).level is Level.RED:
            raise BadInput(f"The risk phrase {phrase!r} says danger itself and cannot be called harmless.")
    if not telling(phrase):
        raise BadInput(f"The risk phrase {phrase!r} has no telling word: it would be heard in every other text.")


def put(work: Work, phrase: str, level: Says, *, by: UUID | None, how: str) -> bool:
    """Add a phrase, change its level, or withdraw it; False when it stands so already. Raises BadInput."""
    phrase = " ".join(phrase.split())
    if level != "none":
        check(phrase, level)
    if _now(work, phrase) == level:
        return False
    work.add(RiskPhrase, at=work.now, phrase=phrase, level=level, by=by, how=how)
    _log.info("risk_phrase_changed", level=level, how=how)
    return True


def _now(work: Work, phrase: str) -> str:
    newest = select(RiskPhrase.level).where(RiskPhrase.phrase == phrase).order_by(RiskPhrase.id.desc()).limit(1)
    return work.conn.scalars(newest).first() or "none"


def history(work: Work) -> list[Added]:
    """Return every change, the newest first."""
    columns = (RiskPhrase.phrase, RiskPhrase.level, RiskPhrase.at, RiskPhrase.by, RiskPhrase.how)
    return [Added(*row) for row in work.conn.execute(select(*columns).order_by(RiskPhrase.id.desc()))]


_STANDING = text("SELECT DISTINCT ON (phrase) phrase, level, id FROM risk_phrases ORDER BY phrase, id DESC")


def _additions(work: Work) -> Additions | None:
    rows = work.conn.execute(_STANDING).all()
    standing: dict[str, list[str]] = {level: [] for level in LEVELS}
    for row in rows:
        try:
            telling(row.phrase)
        except BadInput:
            # The language of phrases may have changed since: one that cannot be read must not silence the rest.
            _log.warning("risk_phrase_not_understood", added=row.id)
            continue
        standing[row.level].append(row.phrase)
    if not rows:
        return None
    red, amber, harmless = (tuple(standing[level]) for level in ("red", "amber", "harmless"))
    return Additions(str(max(row.id for row in rows)), red, amber, harmless)


@lru_cache(maxsize=4)
def _reader(additions: Additions | None) -> RiskReader:
    return RiskReader(additions)
