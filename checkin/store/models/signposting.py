"""What people look for: what was found for them and what was not, who was put through, who tries a group."""

from datetime import date

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base


class MissingNeed(Base):
    """How many asked for a need on a day, in a postcode district ("": none was named), and did not find. Counted, never
    listed: there is nothing here of who they were."""

    __tablename__ = "missing_needs"
    __table_args__ = (CheckConstraint("asked > 0", name="asked"),)
    day: Mapped[date] = mapped_column(primary_key=True)
    need: Mapped[str] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(Integer)
