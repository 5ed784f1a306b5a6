"""Who is on call, who stands in, and duties that were confirmed or not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Shift(Base):
    """Somebody's turn on call: a rule on wall-clock time in a zone; the lower rank is paged first."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_shifts_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str]
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    minutes: Mapped[int]
    zone: Mapped[str]
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    # Is its person asked the day before? Then `next_due_at` is when the next time is looked at.
    ask: Mapped[bool] = mapped_column(server_default=text("false"))
    next_due_at: Mapped[datetime | None]


class Override(Base):
    """A change to the rota: somebody is on call from … until …, instead of somebody (in one shift or in all of theirs)
    or, with nobody named, in addition."""

    __tablename__ = "overrides"
    __table_args__ = (
        one_of("why", "override", "swap", "covers"),
        CheckConstraint("starts < ends", name="span"),
        CheckConstraint("person_id <> instead_of", name="two_people"),
        CheckConstraint("shift_id IS NULL OR instead_of IS NOT NULL", name="shift"),
        Index("ix_overrides_ends", "ends"),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    instead_of: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    why: Mapped[str] = mapped_column(server_default="override")


class Absence(Base):
    """Somebody is away from … until …: stand-ins have their shifts."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("starts < ends", name="span"), Index("ix_absences_ends", "ends"))
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime]


class StandIn(Base):
    """Who is asked when somebody on the rota cannot, the lowest rank first."""

    __tablename__ = "stand_ins"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]


class Duty(Base):
    """Something somebody has undertaken: a shift, a facilitator's meeting, a buddy's week. It keeps its own time."""

    __tablename__ = "duties"
    __table_args__ = (
        one_of("kind", "shift", "meeting", "week"),
        one_of("status", "planned", "asked", "confirmed", "silent", "proposed", "offered", "covered", "nobody", "over"),
        CheckConstraint("starts < ends", name="span"),
        CheckConstraint("(status = 'covered') = (covered_by IS NOT NULL)", name="covered"),
        CheckConstraint("status <> 'proposed' OR wanted IS NOT NULL", name="proposed"),
        Index("uq_duties_once", "kind", "subject", "starts", "person_id", unique=True),
        Index("ix_duties_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    kind: Mapped[str]
    # The shift, the series of meetings or the pair.
    subject: Mapped[UUID]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(server_default="planned")
    # Who would take it over, when somebody has been named, and who has.
    wanted: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    covered_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    next_due_at: Mapped[datetime | None]


class Offer(Base):
    """A stand-in was asked to take a duty over, and what they said."""

    __tablename__ = "offers"
    __table_args__ = (CheckConstraint("answer IN ('yes', 'no')", name="answer"),)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]
    answer: Mapped[str | None]


class Hole(Base):
    """A stretch without anybody on call that staff have been told of, known by its end."""

    __tablename__ = "holes"
    ends: Mapped[datetime] = mapped_column(primary_key=True)
    near: Mapped[bool]
    at: Mapped[datetime]
