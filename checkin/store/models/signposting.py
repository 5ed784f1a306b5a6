"""What people look for: what was found for them and what was not, who was put through, who tries a group."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class MissingNeed(Base):
    """How many asked for a need on a day, in a postcode district ("": none was named), and did not find. Counted, never
    listed: there is nothing here of who they were."""

    __tablename__ = "missing_needs"
    __table_args__ = (CheckConstraint("asked > 0", name="asked"),)
    day: Mapped[date] = mapped_column(primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(Integer)


class Search(Base):
    """What the line found for somebody, so that they can ask for more of it: the newest only. Which need it was and
    what was found are sealed together (`conversations/results.py`)."""

    __tablename__ = "searches"
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    at: Mapped[datetime]
    found: Mapped[bytes]


class ThroughCall(Base):
    """That somebody was put through to a service, how it ended, and whether it helped: asked once. `service` (its key,
    name and number) is sealed; what was said is nowhere."""

    __tablename__ = "through_calls"
    __table_args__ = (
        one_of("outcome", "asked", "ringing", "talked", "busy", "no_answer", "failed"),
        one_of("helped", "yes", "no", "maybe"),
        CheckConstraint("seconds >= 0", name="seconds"),
        Index("ix_through_calls_person", "person_id", "at"),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    service: Mapped[bytes]
    outcome: Mapped[str] = mapped_column(server_default="asked")
    seconds: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    helped: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Trial(Base):
    """Somebody tries a group: two meetings, and then one question, whether it suits them."""

    __tablename__ = "trials"
    __table_args__ = (one_of("status", "trying", "yes", "no", "unsaid", "left"),)
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    # The first meeting they may come to; None: nobody knows when it meets.
    first_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default="trying")
    # How often they have been asked and had not been there yet.
    put_off: Mapped[int] = mapped_column(server_default=text("0"))
    # When somebody of the group said hello, or the line for them.
    greeted_at: Mapped[datetime | None]
