"""Pairs, how they come about and what is asked afterwards, and the numbers and calls that join two people without
showing their own."""

from datetime import date, datetime, time
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
        CheckConstraint("place BETWEEN 1 AND 9", name="place"),
        CheckConstraint("rests_until IS NULL OR status = 'resting'", name="rests"),
        Index("uq_pairs_rank", "member_id", "rank", unique=True, postgresql_where=text("status <> 'ended'")),
        Index("uq_pairs_place", "buddy_id", "place", unique=True, postgresql_where=text("status <> 'ended'")),
        Index("ix_pairs_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index("ix_pairs_review", "review_due_at", postgresql_where=text("review_due_at IS NOT NULL")),
        Index("ix_pairs_ask", "ask_due_at", postgresql_where=text("ask_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    buddy_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    # Which of the people that a buddy looks out for this is. No two have one place, and there are only so many places:
    # nobody is given more people than they can carry, whoever pairs them at the same moment.
    place: Mapped[int] = mapped_column(server_default=text("1"))
    status: Mapped[str] = mapped_column(server_default="active")
    rule: Mapped[str | None]
    at: Mapped[time | None]
    next_due_at: Mapped[datetime | None]
    began_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    # Until when the buddy has a break (status resting).
    rests_until: Mapped[datetime | None]
    # When staff look with both at how it goes.
    review_due_at: Mapped[datetime | None]
    # When the buddy is asked whether the coming week suits; None: they are not asked.
    ask_due_at: Mapped[datetime | None]


class Proposal(Base):
    """Two people are asked whether they would be buddies. One that came to nothing does not say why: whoever declined
    has told nobody."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("member_id <> buddy_id", name="two_people"),
        one_of("status", "asked", "made", "off"),
        one_of("first", "both", "member", "buddy"),
        CheckConstraint("status <> 'off' OR (member_said IS NULL AND buddy_said IS NULL)", name="nobody_declined"),
        Index("uq_proposals_open", "member_id", "rank", unique=True, postgresql_where=text("status = 'asked'")),
    )
    id: Mapped[UUID] = ident()
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    buddy_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    rule: Mapped[str | None]
    at: Mapped[time | None]
    review_on: Mapped[date]
    # The pair in whose place this one comes, with another buddy.
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"))
    # Who is asked first; the other only after a yes.
    first: Mapped[str] = mapped_column(server_default="both")
    status: Mapped[str] = mapped_column(server_default="asked")
    member_said: Mapped[bool | None]
    buddy_said: Mapped[bool | None]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime]
    # When it is off, if somebody has not answered by then.
    due_at: Mapped[datetime]


class Aftercare(Base):
    """Somebody was asked how it went, or how they are themselves, after they had looked out for somebody."""

    __tablename__ = "aftercare"
    __table_args__ = (
        one_of("kind", "debrief", "welfare"),
        CheckConstraint("(kind = 'debrief') = (check_in_id IS NOT NULL)", name="check_in"),
        CheckConstraint("kind <> 'welfare' OR case_id IS NOT NULL", name="case"),
        Index("uq_aftercare_debrief", "check_in_id", "person_id", unique=True),
        Index("uq_aftercare_welfare", "case_id", "person_id", unique=True, postgresql_where=text("kind = 'welfare'")),
    )
    id: Mapped[UUID] = ident()
    kind: Mapped[str]
    # Who is asked, and whom they looked out for.
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_ins.id", ondelete="CASCADE"))
    # Where the answer is put.
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    answer: Mapped[str | None]


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
    """That one of a pair rang the other through the line, or staff somebody from a case, and how it ended. What was
    said is nowhere."""

    __tablename__ = "relay_calls"
    __table_args__ = (
        one_of("outcome", "ringing", "accepted", "talked", "not_taken"),
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("(pair_id IS NULL) <> (case_id IS NULL)", name="one_subject"),
    )
    # The call in which it happened, wherever it lies by now.
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    pair_id: Mapped[UUID | None] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    callee_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="ringing")
    seconds: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
