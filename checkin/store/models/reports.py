"""What the clock has counted for reports: weeks, not people."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base


class Tally(Base):
    """How often something was so in one week (named by its Monday), and behind how many people. A group of noughts is
    everybody; a group that has gone leaves its counts."""

    __tablename__ = "tallies"
    __table_args__ = (Index("ix_tallies_week", "week"),)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger)


class TallyWeek(Base):
    """When a week was counted last."""

    __tablename__ = "tally_weeks"
    week: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]
