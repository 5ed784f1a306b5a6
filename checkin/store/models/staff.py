"""Staff, the audit chain, and receipts of what was removed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, one_of


class Staff(Base):
    """A person who may log in to the console."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", "admin", "coordinator", "safeguarding", "facilitator"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    role: Mapped[str]


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
