"""Questions about how people fare, and their answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident


class OutcomeQuestion(Base):
    """A question about how it goes, by language in the organisation's own words, and when it is asked. Whoever fills in
    a licensed scale says under which licence."""

    __tablename__ = "outcome_questions"
    __table_args__ = (
        CheckConstraint("scale = 'own' OR licence IS NOT NULL", name="licence"),
        CheckConstraint("least <= low AND low < most", name="range"),
        Index("ix_outcome_questions_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str] = mapped_column(unique=True)
    ask: Mapped[dict[str, Any]]
    least: Mapped[int]
    most: Mapped[int]
    # An answer as low as this, or lower, is for a person.
    low: Mapped[int]
    rule: Mapped[str]
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str]
    scale: Mapped[str] = mapped_column(server_default="own")
    licence: Mapped[str | None]
    # None: it is not asked.
    next_due_at: Mapped[datetime | None]


class Outcome(Base):
    """One time somebody was asked a question about how it goes, and their answer if they gave one."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("question_id", "person_id", "asked_at"),
        CheckConstraint("(value IS NULL) = (answered_at IS NULL)", name="answered"),
    )
    id: Mapped[UUID] = ident()
    question_id: Mapped[UUID] = mapped_column(ForeignKey("outcome_questions.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    value: Mapped[int | None]
    answered_at: Mapped[datetime | None]
