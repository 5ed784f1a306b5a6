"""Kind words that ask for nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base


class Caring(Base):
    """How far somebody has come in the tapering row of kind words, and when the next is due."""

    __tablename__ = "caring"
    __table_args__ = (
        CheckConstraint("sent >= 0", name="sent"),
        Index("ix_caring_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    sent: Mapped[int] = mapped_column(server_default=text("0"))
    # None: they have stopped them.
    next_due_at: Mapped[datetime | None]
    # Not before this: they have lost somebody.
    held_until: Mapped[datetime | None]
