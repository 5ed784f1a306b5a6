"""The organisation's own wording and its own words for danger."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, one_of


class Phrase(Base):
    """A sentence put in an organisation's own words, or (no text) given back its own. Only ever added to: the newest
    row of a sentence, language and variant is the one that counts, the others are its history."""

    __tablename__ = "phrases"
    __table_args__ = (
        one_of("variant", "text", "discreet", "voice"),
        Index("ix_phrases_sentence", "key", "language", "variant", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    key: Mapped[str]
    language: Mapped[str]
    variant: Mapped[str]
    text: Mapped[str | None]
    # Somebody who is erased later is still the one who said it: no foreign key, as in the audit.
    by: Mapped[UUID | None]
    how: Mapped[str]


class RiskPhrase(Base):
    """A phrase that an organisation added to the risk reader, or ("none") withdrew. Only ever added to: the newest row
    of a phrase is the one that counts."""

    __tablename__ = "risk_phrases"
    __table_args__ = (
        one_of("level", "red", "amber", "harmless", "none"),
        Index("ix_risk_phrases_phrase", "phrase", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    phrase: Mapped[str]
    level: Mapped[str]
    # As with a changed sentence: whoever said it may be erased later.
    by: Mapped[UUID | None]
    how: Mapped[str]
