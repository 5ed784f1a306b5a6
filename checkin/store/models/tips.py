"""Tips, who heard which, and reports of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Tip(Base):
    """Something that helped a member, offered to others. `words` are theirs until staff approve them, without
    what would tell who it was; `topics` are the words by which it is asked for."""

    __tablename__ = "tips"
    __table_args__ = (
        one_of("status", "waiting", "approved", "declined"),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index("ix_tips_waiting", "at", postgresql_where=text("status = 'waiting'")),
    )
    id: Mapped[UUID] = ident()
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    words: Mapped[bytes]
    topics: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    status: Mapped[str] = mapped_column(server_default="waiting")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    # Since when it is kept back because somebody who heard it said that it is not right; staff decide on it anew.
    reported_at: Mapped[datetime | None]


class TipHearing(Base):
    """When somebody last heard a tip: the next one they hear is another."""

    __tablename__ = "tip_hearings"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]


class Report(Base):
    """What a buddy said about their week. The words, where there were any, are on the case."""

    __tablename__ = "reports"
    id: Mapped[UUID] = ident()
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    answer: Mapped[str]
