"""Groups, who belongs to them, when they meet, and who comes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Group(Base):
    """A peer-support group."""

    __tablename__ = "groups"
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    area: Mapped[str | None]
    # What it is for, and what to expect of the first time: told to whoever looks for a group.
    about: Mapped[str | None]
    expect: Mapped[str | None]
    # What somebody texts after JOIN, as `joining.folded` writes it.
    join_code: Mapped[str | None] = mapped_column(unique=True)
    # Staff look after these words in the console: a file leaves them alone.
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    # Staff choose in the console who runs it and who covers: a file leaves that alone.
    helpers_by_hand: Mapped[bool] = mapped_column(server_default=text("false"))


class Membership(Base):
    """Who belongs to a group, and as what. Whoever is trying it is reminded like a member, and belongs to it when they
    have said that it suits them."""

    __tablename__ = "memberships"
    __table_args__ = (one_of("role", "member", "facilitator", "cover", "trying"),)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(server_default="member")
    # When they joined, or staff put them in; None: the organisation file says that they belong.
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
    # Staff look after it in the console: a file leaves it alone.
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    # Grows with every change to the series or to one of its meetings: what a calendar program goes by.
    sequence: Mapped[int] = mapped_column(server_default=text("0"))
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Occurrence(Base):
    """One meeting of a series, by the day its rule gives it (in the meeting's zone): made when there is first something
    to say of it. `starts_at` is when it takes place, which is another time than the rule's when it is `moved`."""

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("meeting_id", "day"),
        one_of("status", "planned", "cancelled"),
        Index("ix_occurrences_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = ident()
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="planned")
    moved: Mapped[bool] = mapped_column(server_default=text("false"))
    # When it was to be before it was moved: what people were last told.
    was_at: Mapped[datetime | None]
    # Another place this time, with its own way there; the series' when there is none.
    venue: Mapped[str | None]
    directions: Mapped[str | None]
    access: Mapped[str | None]
    # Who runs it this time, in place of whoever runs the group.
    runs_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    # A meeting that was moved has reminders of its own; the others' are the series'.
    next_due_at: Mapped[datetime | None]
    # Staff have changed it in the console: a file leaves it alone.
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    # How often it was changed: whoever changes it must have seen the last time.
    version: Mapped[int] = mapped_column(server_default=text("0"))
    # How many came who are not on the list.
    newcomers: Mapped[int] = mapped_column(server_default=text("0"))


class MeetingChange(Base):
    """One meeting was changed: when, by whom (None: a file), and from when to when it was moved."""

    __tablename__ = "meeting_changes"
    __table_args__ = (
        one_of("kind", "moved", "place", "cancelled", "restored", "runs"),
        Index("ix_meeting_changes_occurrence", "occurrence_id", "version", unique=True),
    )
    id: Mapped[UUID] = ident()
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"))
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    kind: Mapped[str]
    was_at: Mapped[datetime]
    now_at: Mapped[datetime]


class Attendance(Base):
    """Somebody came to a meeting, or did not, as whoever runs it has marked."""

    __tablename__ = "attendances"
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    came: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Calendar(Base):
    """An address at which a calendar program reads the meetings of one group, or of all that somebody runs. Its id is
    in the address: a new address is a new row."""

    __tablename__ = "calendars"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="whose"),)
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Reminder(Base):
    """Somebody was reminded of a meeting, so many days before: once each; of one that was moved, anew."""

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
