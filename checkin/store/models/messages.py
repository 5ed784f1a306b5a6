"""What came in, what is owed, what became of it; moments still to come; the pace of sending."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    column,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


class _Columns:
    """What is stored of a message, wherever it lies."""

    id: Mapped[UUID] = ident()
    at: Mapped[datetime]
    direction: Mapped[str]
    medium: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    phone_id: Mapped[UUID | None]
    sid: Mapped[str | None]
    status: Mapped[str]
    body: Mapped[bytes | None]
    # In: what was answered at once, so that a repeat gets the same again; and whether anybody understood it.
    answer: Mapped[bytes | None]
    unread: Mapped[bool] = mapped_column(server_default=text("false"))
    # Out. `sender`: the number it is sent from, where it is not the line's.
    sender: Mapped[str | None]
    urgency: Mapped[int] = mapped_column("class", server_default=text("1"))
    # Who take turns when many are due: the group that it is news of; all else is one queue.
    queue: Mapped[UUID] = mapped_column(server_default=text("'00000000-0000-0000-0000-000000000000'"))
    stream: Mapped[str | None]
    wording: Mapped[str | None]
    arguments: Mapped[bytes | None]
    dedupe: Mapped[str | None]
    subject: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    leased_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    # A call in which somebody pressed a key: an answered call alone may be a machine.
    reached: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str | None]
    carrier_status: Mapped[str | None]
    carrier_code: Mapped[int | None] = mapped_column(BigInteger)
    # The rank of the carrier's status: it only ever grows.
    carrier_rank: Mapped[int] = mapped_column(server_default=text("-1"))
    sent_at: Mapped[datetime | None]
    # What set this off, as the logs call it.
    trace: Mapped[UUID | None]


class Message(_Columns, Base):
    """A text or a call, in or out.

    In: stored before it is understood, unique by the carrier's sid, with the answer that was given. Out: something
    owed to a phone. `owed` waits for `due_at`; `leased` is in somebody's hands; `unknown` may or may not have reached
    the carrier and is looked up before anything is sent again; `sent` and what follows is the carrier's word, in
    `carrier_status`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("direction", "in", "out"),
        one_of("medium", "text", "call"),
        one_of("status", "received", "owed", "leased", "unknown", "sent", "dropped", "failed"),
        CheckConstraint("(direction = 'in') = (status = 'received')", name="direction_status"),
        CheckConstraint("(status = 'leased') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(status IN ('dropped', 'failed')) <= (reason IS NOT NULL)", name="reason"),
        Index("ix_messages_owed", "class", "due_at", postgresql_where=text("status = 'owed'")),
        Index("ix_messages_turn", "class", "medium", "queue", "due_at", postgresql_where=text("status = 'owed'")),
        Index("ix_messages_leased", "lease_until", postgresql_where=text("status = 'leased'")),
        Index("ix_messages_unknown", "due_at", postgresql_where=text("status = 'unknown'")),
        Index("ix_messages_person", "person_id", "at"),
        # What has words in it, oldest first: they go before the rest of the row does.
        Index(
            "ix_messages_words",
            "at",
            postgresql_where=text("body IS NOT NULL OR answer IS NOT NULL OR arguments IS NOT NULL"),
        ),
        Index("ix_messages_subject", "subject", postgresql_where=text("subject IS NOT NULL")),
        # What came from a phone behind which nobody is known.
        Index("ix_messages_strangers", "phone_id", "at", postgresql_where=text("person_id IS NULL")),
        Index("ix_messages_unread", "at", postgresql_where=text("direction = 'in' AND unread")),
        # Rows come in the order of their time: a report about a week reads that stretch of the table.
        Index("ix_messages_at", "at", postgresql_using="brin"),
        Index("ix_messages_not_sent", "at", postgresql_where=text("status IN ('dropped', 'failed')")),
    )
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phones.id"))
    sid: Mapped[str | None] = mapped_column(unique=True)
    dedupe: Mapped[str | None] = mapped_column(unique=True)


class PastMessage(_Columns, Base):
    """A message about which nothing is left to be done, in its month's partition (`history.py`). What reads the past
    reads `every_message`.

    A phone may have gone since. Nothing looks for a sid or a dedupe key here.
    """

    __tablename__ = "past_messages"
    __table_args__ = (
        # What is looked for by its id alone is found so.
        PrimaryKeyConstraint("id", "at"),
        one_of("status", "received", "sent", "dropped", "failed"),
        Index("ix_past_messages_person", "person_id", "at"),
        Index("ix_past_messages_subject", "subject", postgresql_where=text("subject IS NOT NULL")),
        Index("ix_past_messages_strangers", "phone_id", "at", postgresql_where=text("person_id IS NULL")),
        Index(
            "ix_past_messages_words",
            "at",
            postgresql_where=text("body IS NOT NULL OR answer IS NOT NULL OR arguments IS NOT NULL"),
        ),
        Index("ix_past_messages_at", "at", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    at: Mapped[datetime] = mapped_column(primary_key=True)


# The live messages and those of the past: a view of the database, with the columns that both have.
every_message = table("every_message", *(column(c.name, c.type) for c in Message.__table__.columns))


class Hold(Base):
    """A message was held back at the moment of sending: first when, how often, until when at the last. The message
    itself may have gone out since."""

    __tablename__ = "holds"
    __table_args__ = (Index("ix_holds_person", "person_id", "at"), Index("ix_holds_at", "at"))
    # Wherever the message lies by now: a key could lead to one table only.
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    until: Mapped[datetime]
    times: Mapped[int] = mapped_column(server_default=text("1"))


class DeliveryEvent(Base):
    """Every status the carrier told us of, as it came."""

    __tablename__ = "delivery_events"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[UUID | None]
    sid: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[str]
    code: Mapped[int | None] = mapped_column(BigInteger)
    sequence: Mapped[int | None]

    __table_args__ = (
        Index("ix_delivery_events_message", "message_id"),
        Index("uq_delivery_events", "sid", "status", "sequence", unique=True, postgresql_nulls_not_distinct=True),
    )


class CallTurn(Base):
    """One answered step of a call, kept so that a repeat of the request gets the same answer again."""

    __tablename__ = "call_turns"
    __table_args__ = (Index("ix_call_turns_at", "at"),)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    answer: Mapped[bytes]


class Timer(Base):
    """A moment still to come. Firing one deletes it in the transaction that does what it was for."""

    __tablename__ = "timers"
    __table_args__ = (
        one_of("kind", "silence", "open", "settled", "climb", "page", "unpause"),
        Index("ix_timers_due", "due_at"),
        Index("ix_timers_pages", "due_at", "id", postgresql_where=text("kind = 'page' OR topic = 'page'")),
        Index("uq_timers_silence", "person_id", unique=True, postgresql_where=text("kind = 'silence'")),
    )
    id: Mapped[UUID] = ident()
    due_at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str | None]
    subject: Mapped[UUID | None]
    turn: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    trace: Mapped[UUID | None]


class Pace(Base):
    """When a lane to the carrier is free again: every worker reserves its time here."""

    __tablename__ = "paces"
    name: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class Allowance(Base):
    """How often something that costs money and that anybody can ask for was done on a day (the line's own)."""

    __tablename__ = "allowances"
    what: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    used: Mapped[int] = mapped_column(BigInteger)


class Finding(Base):
    """What the auditor has found and not yet seen mended; `case_id`: the case that tells of it."""

    __tablename__ = "findings"
    what: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    many: Mapped[int] = mapped_column(BigInteger)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="SET NULL"))


class Heartbeat(Base):
    """When each part of the line last did its round."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
