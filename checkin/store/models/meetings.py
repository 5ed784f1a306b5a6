"""Groups, who belongs to them, when they meet, and who comes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Group(Base):
    """A peer-support group."""

    __tablename__ = "groups"
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    area: Mapped[str | None]
    # What somebody texts after JOIN, as `joining.folded` writes it.
    join_code: Mapped[str | None] = mapped_column(unique=True)


class Membership(Base):
    """Who belongs to a group, and as what."""

    __tablename__ = "memberships"
    __table_args__ = (one_of("role", "member", "facilitator", "cover"),)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(server_default="member")
    # When they joined by themselves; None: the organisation file says that they belong.
    joined_at: Mapped[datetime | None]


class Meeting(Base):
    """A series of meetings: an RFC 5545 rule on wall-clock time in an IANA zone, with a place."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index("ix_meetings_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
        Index("ix_meetings_ask_due", "ask_due_at", postgresql_where=text("ask_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str]
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str]
    minutes: Mapped[int] = mapped_column(server_default=text("90"))
    venue: Mapped[str]
    directions: Mapped[str | None]
    access: Mapped[str | None]
    # When members are reminded: "3 10:30" is three days before, at half past ten in the meeting's zone.
    reminders: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    # When somebody has to hear of it next: members their reminder, facilitators who is coming. None: it rests.
    next_due_at: Mapped[datetime | None]
    # Is whoever runs it asked the day before? Then this is when the next meeting is looked at.
    ask: Mapped[bool] = mapped_column(server_default=text("false"))
    ask_due_at: Mapped[datetime | None]


class Occurrence(Base):
    """One meeting of a series, by the day its rule gives it (in the meeting's zone): made when there is first something
    to say of it."""

    __tablename__ = "occurrences"
    __table_args__ = (UniqueConstraint("meeting_id", "day"), one_of("status", "planned", "cancelled"))
    id: Mapped[UUID] = ident()
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="planned")


class Reminder(Base):
    """Somebody was reminded of a meeting, so many days before: once each, for ever."""

    __tablename__ = "reminders"
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class Rsvp(Base):
    """What somebody said about coming to a meeting, if anything, and how many messages they sent its facilitator."""

    __tablename__ = "rsvps"
    __table_args__ = (one_of("answer", "yes", "no", "maybe"),)
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    answer: Mapped[str | None]
    messages: Mapped[int] = mapped_column(server_default=text("0"))
    at: Mapped[datetime]
