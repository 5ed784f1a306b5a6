"""Staff, the audit chain, and receipts of what was removed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class Staff(Base):
    """A person who may log in to the console."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", "admin", "coordinator", "safeguarding", "facilitator"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    role: Mapped[str]
    # When they were taken off the list.
    ended_at: Mapped[datetime | None]


class ConsoleSession(Base):
    """One log-in to the console, found by the hash of what its browser holds. `mark` is of the password it began with;
    `seen_by` is the browser and the address, sealed."""

    __tablename__ = "sessions"
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("staff.person_id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    mark: Mapped[str]
    whole: Mapped[bool]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seen_by: Mapped[bytes]


class Factor(Base):
    """A second factor: the sealed secret in use, and one that waits to be confirmed. `last_step` is the half minute
    whose code was taken last."""

    __tablename__ = "factors"
    __table_args__ = (CheckConstraint("(secret IS NULL) = (confirmed_at IS NULL)", name="confirmed"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("staff.person_id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes | None]
    proposed: Mapped[bytes | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class RecoveryCode(Base):
    """A code that stands in for the second factor once."""

    __tablename__ = "recovery_codes"
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("staff.person_id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody on the list sets their password: one each at a time."""

    __tablename__ = "invitations"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("staff.person_id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]


class KeptForm(Base):
    """A form that was sent after its log-in had run out, sealed."""

    __tablename__ = "kept_forms"
    id: Mapped[UUID] = ident()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("staff.person_id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    form: Mapped[bytes]


class Audit(Base):
    """Who did or read what. Each row's hash covers the one before it: a change or a gap shows."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str | None]
    detail: Mapped[str | None]
    row_hash: Mapped[bytes]


class Receipt(Base):
    """What one rule of `retention.py` removed in one night: everything older than `before`. Only ever added to."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_rule", "rule", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    rule: Mapped[str]
    before: Mapped[datetime]
    rows: Mapped[int] = mapped_column(BigInteger)
