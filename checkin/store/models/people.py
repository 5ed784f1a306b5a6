"""People, their telephones, and what they agreed to."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Person(Base):
    """Anybody the line talks with: member, buddy, facilitator, contact, somebody on call. What they may receive, how
    they may be reached and where the conversation with them stands. This row is the lock for all of it."""

    __tablename__ = "people"
    __table_args__ = (
        one_of("voicemail", "none", "neutral", "full"),
        one_of("prefers", "text", "call"),
        one_of("status", "invited", "active", "suspended", "ended"),
        CheckConstraint("ring_seconds BETWEEN 20 AND 120", name="ring_seconds"),
    )
    id: Mapped[UUID] = ident()
    ref: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[bytes]
    language: Mapped[str] = mapped_column(server_default="en")
    # The languages they can be on call in; none: their own.
    speaks: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    zone: Mapped[str] = mapped_column(server_default="Europe/London")
    area: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="active")
    streams: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    # Columns they have answered themselves: a file that does not name them leaves them alone.
    own: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    # The streams they are asked to agree to when they join; none: the usual ones.
    invited_to: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    prefers: Mapped[str] = mapped_column(server_default="text")
    discreet: Mapped[bool] = mapped_column(server_default=text("false"))
    safe_to_text: Mapped[bool] = mapped_column(server_default=text("true"))
    safe_to_call: Mapped[bool] = mapped_column(server_default=text("true"))
    safe_from: Mapped[time | None]
    safe_to: Mapped[time | None]
    shared_phone: Mapped[bool] = mapped_column(server_default=text("false"))
    voicemail: Mapped[str] = mapped_column(server_default="none")
    ring_seconds: Mapped[int] = mapped_column(server_default=text("40"))
    texts_a_week: Mapped[int | None]
    calls_a_week: Mapped[int | None]
    # Asked for in a call before anything private is said; and how often in a row it was given wrong, and when last.
    pin: Mapped[bytes | None]
    pin_wrong: Mapped[int] = mapped_column(server_default=text("0"))
    pin_wrong_at: Mapped[datetime | None]
    # Said or typed, it brings help and is answered like anything else.
    code_word: Mapped[bytes | None]
    # Put through to a service, they show the line's number, unless they have asked to be rung back on their own.
    show_number: Mapped[bool] = mapped_column(server_default=text("false"))
    missed_call_ok: Mapped[bool] = mapped_column(server_default=text("false"))
    text_relay: Mapped[bool] = mapped_column(server_default=text("false"))
    text_blocked: Mapped[bool] = mapped_column(server_default=text("false"))
    paused_until: Mapped[datetime | None]
    state: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class NameMark(Base):
    """A keyed hash under which a name is filed, so that it can be found without being opened (`people/names.py`)."""

    __tablename__ = "name_marks"
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)


class Phone(Base):
    """A number, sealed; found by its blind index. Several people may share one."""

    __tablename__ = "phones"
    __table_args__ = (one_of("line", "mobile", "landline", "unknown"),)
    id: Mapped[UUID] = ident()
    number: Mapped[bytes]
    number_index: Mapped[bytes] = mapped_column(unique=True)
    line: Mapped[str] = mapped_column(server_default="unknown")
    # A stranger who texts is answered at most once a day.
    last_answered_at: Mapped[datetime | None]
    # How often the same text came from here, and when it was answered of late (`conversations/manners.py`).
    manners: Mapped[dict[str, Any] | None]
    # Of several people behind it: who used it last, and when; and since when it is asked which of them it is.
    speaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    spoke_at: Mapped[datetime | None]
    asked_who_at: Mapped[datetime | None]


class PersonPhone(Base):
    """Which phones reach a person, in order: rank 1 is tried first."""

    __tablename__ = "person_phones"
    __table_args__ = (UniqueConstraint("person_id", "rank"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phones.id"), primary_key=True, index=True)
    rank: Mapped[int]
    suspended_at: Mapped[datetime | None]


class Contact(Base):
    """The member's own people, asked in order when the ladder reaches them."""

    __tablename__ = "contacts"
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[int]


class Consent(Base):
    """The ledger: what somebody agreed to or stopped, when, how, under which wording. Only ever added to."""

    __tablename__ = "consents"
    __table_args__ = (one_of("change", "given", "withdrawn"), Index("ix_consents_person", "person_id", "id"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    stream: Mapped[str]
    change: Mapped[str]
    how: Mapped[str]
    wording: Mapped[str | None]
    words: Mapped[bytes | None]


class NumberMove(Base):
    """A new number of somebody that is not used before a code has proved it theirs; at most one at a time."""

    __tablename__ = "number_moves"
    __table_args__ = (
        one_of("medium", "text", "call"),
        CheckConstraint("outcome IN ('moved', 'given_up', 'too_many')", name="outcome"),
        Index("uq_number_moves_open", "person_id", unique=True, postgresql_where=text("outcome IS NULL")),
    )
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phones.id"), index=True)
    # The number it takes the place of; None: it comes in addition.
    instead_of: Mapped[UUID | None] = mapped_column(ForeignKey("phones.id"))
    code: Mapped[bytes]
    medium: Mapped[str]
    at: Mapped[datetime]
    # Who of the staff is helping them; no foreign key: they may be gone before this is.
    by: Mapped[UUID]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    outcome: Mapped[str | None]


class Upload(Base):
    """A table of people that somebody of the staff is about to bring in; gone once it was, or a day later."""

    __tablename__ = "uploads"
    id: Mapped[UUID] = ident()
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[UUID]
    content: Mapped[bytes]
