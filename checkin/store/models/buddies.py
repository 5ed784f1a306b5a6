"""Pairs, and the numbers and calls that join two people without showing their own."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Pair(Base):
    """A buddy and their person. Rank 1 is the buddy, 2 the one who covers."""

    __tablename__ = "pairs"
    __table_args__ = (
        CheckConstraint("member_id <> buddy_id", name="two_people"),
        one_of("status", "active", "resting", "ended"),
        Index("uq_pairs_rank", "member_id", "rank", unique=True, postgresql_where=text("status <> 'ended'")),
        Index("ix_pairs_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    buddy_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    status: Mapped[str] = mapped_column(server_default="active")
    rule: Mapped[str | None]
    at: Mapped[time | None]
    next_due_at: Mapped[datetime | None]


class PoolNumber(Base):
    """A number of the line's own that a pair may have to themselves (E.164; it is nobody's secret)."""

    __tablename__ = "pool_numbers"
    number: Mapped[str] = mapped_column(primary_key=True)


class PairLine(Base):
    """Which number is a pair's own, as each of the two knows it. To one person a number means one pair, for ever:
    whoever saved it under a name must never reach somebody else with it."""

    __tablename__ = "pair_lines"
    __table_args__ = (UniqueConstraint("pair_id", "person_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("pool_numbers.number"), primary_key=True)
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"))


class RelayCall(Base):
    """That one of a pair rang the other through the line, and how it ended. What was said is nowhere."""

    __tablename__ = "relay_calls"
    __table_args__ = (
        one_of("outcome", "ringing", "accepted", "talked", "not_taken"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )
    # The call in which it happened.
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    callee_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="ringing")
    seconds: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
