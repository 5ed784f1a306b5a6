"""Cases, their timeline, who was alerted, and what staff answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Case(Base):
    """An escalation: what staff must look at. At most one of a person's is open; what comes after joins it."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("severity", "red", "amber", "task"),
        one_of("status", "open", "taken", "closed"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("status <> 'taken' OR taken_by IS NOT NULL", name="taken"),
        # RED is closed by two people. A comparison with NULL is no answer, and a CHECK lets that pass. What became part
        # of another case goes on there.
        CheckConstraint(
            "status <> 'closed' OR severity <> 'red' OR merged_into IS NOT NULL "
            "OR coalesce(closed_by <> close_asked_by, false)",
            name="red_closed_by_two",
        ),
        CheckConstraint("merged_into IS NULL OR (status = 'closed' AND merged_into <> id)", name="merged"),
        CheckConstraint("offered_to IS NULL OR status = 'taken'", name="offered"),
        CheckConstraint("snoozed_until IS NULL OR severity <> 'red'", name="red_never_rests"),
        Index("uq_cases_person", "person_id", unique=True, postgresql_where=text("status <> 'closed'")),
        # Two first texts of one stranger at the same moment are one case.
        Index(
            "uq_cases_stranger",
            "phone_id",
            unique=True,
            postgresql_where=text("status <> 'closed' AND person_id IS NULL"),
        ),
        Index("ix_cases_alarm", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
        Index("ix_cases_open", "severity", "opened_at", postgresql_where=text("status <> 'closed'")),
    )
    id: Mapped[UUID] = ident()
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phones.id"))
    severity: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="open")
    opened_at: Mapped[datetime]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    close_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    # How many times somebody was paged, and at which turn of its policy it stands.
    page_round: Mapped[int] = mapped_column(server_default=text("0"))
    page_step: Mapped[int] = mapped_column(server_default=text("0"))
    # When nobody could be found for it; it stands until somebody takes the case.
    alarm_at: Mapped[datetime | None]
    # When whoever has it last gave a sign of life about it, and how often they were asked since.
    alive_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(server_default=text("0"))
    # When it was confirmed that help had arrived.
    arrived_at: Mapped[datetime | None]
    # Whom it has been offered to by whoever has it.
    offered_to: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    snoozed_until: Mapped[datetime | None]
    # When its deadline passed with nobody having taken it.
    overdue_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))


class Code(Base):
    """A short code by which a case is named in a text. A code is free again after a while."""

    __tablename__ = "codes"
    __table_args__ = (Index("ix_codes_case", "case_id", "at"),)
    code: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class Policy(Base):
    """Who is told about a case of one severity, and when: steps and times, as `escalations/policies.py` writes them."""

    __tablename__ = "policies"
    __table_args__ = (
        one_of("severity", "red", "amber", "task"),
        CheckConstraint("coalesce(jsonb_array_length(rule -> 'steps'), 0) > 0", name="steps"),
    )
    severity: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[dict[str, Any]]


class CaseEvent(Base):
    """One line of a case's timeline. Only ever added to."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case", "case_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    # Codes; what was heard, and names, are in `private`: the whole of it, sealed.
    detail: Mapped[str | None]
    private: Mapped[bytes | None]
    words: Mapped[bytes | None]


class Alert(Base):
    """Somebody was told about a missed check-in or a case, and will hear when it is over."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("(check_in_id IS NULL) <> (case_id IS NULL)", name="one_subject"),
        Index("uq_alerts_check_in", "check_in_id", "person_id", unique=True),
        Index("uq_alerts_case", "case_id", "person_id", unique=True),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_ins.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class Look(Base):
    """Somebody of the staff has a case before them: seen when, and when they last wrote something there. It counts for
    seconds; the row goes when they look at another case, or with this one."""

    __tablename__ = "looks"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]
    typing_at: Mapped[datetime | None]


class StaffReply(Base):
    """What somebody of the staff wrote to a member from a case."""

    __tablename__ = "staff_replies"
    id: Mapped[UUID] = ident()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    words: Mapped[bytes]


class KeptFile(Base):
    """What a RED case was about whose person has been erased: who, and every line of its timeline, in one sealed file.
    It goes when the case goes."""

    __tablename__ = "kept_files"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    file: Mapped[bytes]


class Verdict(Base):
    """What somebody of the staff made of a flag: danger (real) or not. Only ever added to: the newest row of a flag
    counts. It stands by itself, so that the reader can be measured when the case has long been removed."""

    __tablename__ = "verdicts"
    __table_args__ = (one_of("level", "red", "amber"), Index("ix_verdicts_event", "event_id", "id"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    # The line of the timeline that holds the flag, when it was heard, and why it was one.
    event_id: Mapped[int] = mapped_column(BigInteger)
    heard_at: Mapped[datetime]
    level: Mapped[str]
    reasons: Mapped[list[str]]
    real: Mapped[bool]
    by: Mapped[UUID]
