"""Plans and the check-ins made from them."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Plan(Base):
    """When and how somebody is asked how they are, and who is asked when they do not answer."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("cardinality(ladder) > 0", name="ladder"),
        Index("ix_plans_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index("ix_plans_last_due", "last_due_at"),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    rule: Mapped[str]
    at: Mapped[time]
    # Rungs by name: text call second_number buddy second_buddy facilitator contacts staff.
    ladder: Mapped[list[str]]
    gaps: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # None: the plan rests.
    next_due_at: Mapped[datetime | None]
    # The moment that was done last: of it there is a check-in, asked or left out.
    last_due_at: Mapped[datetime | None]


class Appointment(Base):
    """Somebody is known to be busy for a while: silence then alarms nobody."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("starts < ends", name="span"),
        one_of("told_by", "member", "staff", "file"),
        Index("ix_appointments_person", "person_id", "ends"),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    what: Mapped[bytes | None]
    told_by: Mapped[str]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class CheckIn(Base):
    """One time somebody was asked, or was due to be and was left out. At most one of a person's is open."""

    __tablename__ = "check_ins"
    __table_args__ = (
        one_of("status", "open", "unconfirmed", "settled"),
        UniqueConstraint("plan_id", "due_at"),
        Index("uq_check_ins_open", "person_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_check_ins_person", "person_id", "due_at"),
        CheckConstraint("(status = 'settled') = (settled_at IS NOT NULL)", name="settled"),
        # Whoever was not asked has not answered.
        CheckConstraint("(coalesce(how, '') = 'left_out') = (why IS NOT NULL)", name="left_out"),
        CheckConstraint("why IS NULL OR answer IS NULL", name="no_answer"),
        Index("ix_check_ins_due_at", "due_at"),
        Index("ix_check_ins_unconfirmed", "person_id", postgresql_where=text("status = 'unconfirmed'")),
        Index("ix_check_ins_area", "area", "due_at", postgresql_where=text("area IS NOT NULL")),
        Index("ix_check_ins_left_out", "due_at", postgresql_where=text("why IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    # Where they were then, as `areas.py` says it.
    area: Mapped[str | None]
    ladder: Mapped[list[str]]
    rung: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default="open")
    # Somebody who was asked to get in touch is trying: nobody else is asked before.
    held_until: Mapped[datetime | None]
    # When no try of theirs was left that they had not answered.
    missed_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    how: Mapped[str | None]
    # Why it was left out.
    why: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Outage(Base):
    """Many people of one area were quiet in one evening; it stands for as long as its case does."""

    __tablename__ = "outages"
    __table_args__ = (Index("ix_outages_area", "area", "last_at"),)
    id: Mapped[UUID] = ident()
    area: Mapped[str]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]


class OutageMiss(Base):
    """A check-in that was missed in an outage, in one at most."""

    __tablename__ = "outage_misses"
    outage_id: Mapped[UUID] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), primary_key=True)
    check_in_id: Mapped[UUID] = mapped_column(
        ForeignKey("check_ins.id", ondelete="CASCADE"), primary_key=True, unique=True
    )
