"""Every table, typed. What must never be stored cannot be: CHECK, UNIQUE and foreign keys say so.

All moments are `timestamptz`. `bytes` columns hold sealed text (see `vault.py`), except those that end in `_index`
or `_hash`. History tables (delivery events, case events, consents, audit) are only ever added to: triggers refuse
updates and deletes of audit rows.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own hook
        datetime: DateTime(timezone=True),
        str: Text,
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        int: SmallInteger,
    }


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _id() -> Mapped[UUID]:
    return mapped_column(primary_key=True)


class Person(Base):
    """Anybody the line talks with: member, buddy, facilitator, contact, somebody on call. What they may receive, how
    they may be reached and where the conversation with them stands. This row is the lock for all of it."""

    __tablename__ = "people"
    __table_args__ = (
        _one_of("voicemail", "none", "neutral", "full"),
        _one_of("prefers", "text", "call"),
        _one_of("status", "invited", "active", "suspended", "ended"),
        CheckConstraint("ring_seconds BETWEEN 20 AND 120", name="ring_seconds"),
    )
    id: Mapped[UUID] = _id()
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
    missed_call_ok: Mapped[bool] = mapped_column(server_default=text("false"))
    text_relay: Mapped[bool] = mapped_column(server_default=text("false"))
    text_blocked: Mapped[bool] = mapped_column(server_default=text("false"))
    paused_until: Mapped[datetime | None]
    state: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Phone(Base):
    """A number, sealed; found by its blind index. Several people may share one."""

    __tablename__ = "phones"
    __table_args__ = (_one_of("line", "mobile", "landline", "unknown"),)
    id: Mapped[UUID] = _id()
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


class Group(Base):
    """A peer-support group."""

    __tablename__ = "groups"
    id: Mapped[UUID] = _id()
    ref: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    area: Mapped[str | None]
    # What somebody texts after JOIN, as `joining.folded` writes it.
    join_code: Mapped[str | None] = mapped_column(unique=True)


class Membership(Base):
    """Who belongs to a group, and as what."""

    __tablename__ = "memberships"
    __table_args__ = (_one_of("role", "member", "facilitator", "cover"),)
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
    id: Mapped[UUID] = _id()
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
    __table_args__ = (UniqueConstraint("meeting_id", "day"), _one_of("status", "planned", "cancelled"))
    id: Mapped[UUID] = _id()
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
    __table_args__ = (_one_of("answer", "yes", "no", "maybe"),)
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    answer: Mapped[str | None]
    messages: Mapped[int] = mapped_column(server_default=text("0"))
    at: Mapped[datetime]


class Pair(Base):
    """A buddy and their person. Rank 1 is the buddy, 2 the one who covers."""

    __tablename__ = "pairs"
    __table_args__ = (
        CheckConstraint("member_id <> buddy_id", name="two_people"),
        _one_of("status", "active", "resting", "ended"),
        Index("uq_pairs_rank", "member_id", "rank", unique=True, postgresql_where=text("status <> 'ended'")),
        Index("ix_pairs_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = _id()
    ref: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    buddy_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    status: Mapped[str] = mapped_column(server_default="active")
    rule: Mapped[str | None]
    at: Mapped[time | None]
    next_due_at: Mapped[datetime | None]


class PoolNumber(Base):
    """A number of the line's own that a pair may have to themselves (E.164; it is nobody's secret)."""

    __tablename__ = "pool_numbers"
    number: Mapped[str] = mapped_column(primary_key=True)


class PairLine(Base):
    """Which number is a pair's own, as each of the two knows it. To one person a number means one pair, for ever:
    whoever saved it under a name must never reach somebody else with it."""

    __tablename__ = "pair_lines"
    __table_args__ = (UniqueConstraint("pair_id", "person_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("pool_numbers.number"), primary_key=True)
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"))


class RelayCall(Base):
    """That one of a pair rang the other through the line, and how it ended. What was said is nowhere."""

    __tablename__ = "relay_calls"
    __table_args__ = (
        _one_of("outcome", "ringing", "accepted", "talked", "not_taken"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )
    # The call in which it happened.
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    callee_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="ringing")
    seconds: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class Contact(Base):
    """The member's own people, asked in order when the ladder reaches them."""

    __tablename__ = "contacts"
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[int]


class Plan(Base):
    """When and how somebody is asked how they are, and who is asked when they do not answer."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("cardinality(ladder) > 0", name="ladder"),
        Index("ix_plans_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = _id()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    rule: Mapped[str]
    at: Mapped[time]
    # Rungs by name: text call second_number buddy second_buddy facilitator contacts staff.
    ladder: Mapped[list[str]]
    gaps: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # None: the plan rests.
    next_due_at: Mapped[datetime | None]


class CheckIn(Base):
    """One time somebody was asked. At most one of a person's is open."""

    __tablename__ = "check_ins"
    __table_args__ = (
        _one_of("status", "open", "unconfirmed", "settled"),
        UniqueConstraint("plan_id", "due_at"),
        Index("uq_check_ins_open", "person_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_check_ins_person", "person_id", "due_at"),
        CheckConstraint("(status = 'settled') = (settled_at IS NOT NULL)", name="settled"),
    )
    id: Mapped[UUID] = _id()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    ladder: Mapped[list[str]]
    rung: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default="open")
    answer: Mapped[str | None]
    how: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Message(Base):
    """A text or a call, in or out.

    In: stored before it is understood, unique by the carrier's sid, with the answer that was given. Out: something
    owed to a phone. `owed` waits for `due_at`; `leased` is in somebody's hands; `unknown` may or may not have reached
    the carrier and is looked up before anything is sent again; `sent` and what follows is the carrier's word, in
    `carrier_status`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        _one_of("direction", "in", "out"),
        _one_of("medium", "text", "call"),
        _one_of("status", "received", "owed", "leased", "unknown", "sent", "dropped", "failed"),
        CheckConstraint("(direction = 'in') = (status = 'received')", name="direction_status"),
        CheckConstraint("(status = 'leased') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(status IN ('dropped', 'failed')) <= (reason IS NOT NULL)", name="reason"),
        Index("ix_messages_owed", "class", "due_at", postgresql_where=text("status = 'owed'")),
        Index("ix_messages_leased", "lease_until", postgresql_where=text("status = 'leased'")),
        Index("ix_messages_unknown", "due_at", postgresql_where=text("status = 'unknown'")),
        Index("ix_messages_person", "person_id", "at"),
        Index("ix_messages_unread", "at", postgresql_where=text("direction = 'in' AND unread")),
    )
    id: Mapped[UUID] = _id()
    at: Mapped[datetime]
    direction: Mapped[str]
    medium: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phones.id"))
    sid: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[str]
    body: Mapped[bytes | None]
    # In: what was answered at once, so that a repeat gets the same again; and whether anybody understood it.
    answer: Mapped[bytes | None]
    unread: Mapped[bool] = mapped_column(server_default=text("false"))
    # Out. `sender`: the number it is sent from, where it is not the line's.
    sender: Mapped[str | None]
    urgency: Mapped[int] = mapped_column("class", server_default=text("1"))
    stream: Mapped[str | None]
    wording: Mapped[str | None]
    arguments: Mapped[bytes | None]
    dedupe: Mapped[str | None] = mapped_column(unique=True)
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
        Index("uq_delivery_events", "sid", "status", "sequence", unique=True, postgresql_nulls_not_distinct=True),
    )


class CallTurn(Base):
    """One answered step of a call, kept so that a repeat of the request gets the same answer again."""

    __tablename__ = "call_turns"
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    answer: Mapped[bytes]


class Timer(Base):
    """A moment still to come. Firing one deletes it in the transaction that does what it was for."""

    __tablename__ = "timers"
    __table_args__ = (
        _one_of("kind", "silence", "open", "settled", "climb", "page", "unpause"),
        Index("ix_timers_due", "due_at"),
        Index("uq_timers_silence", "person_id", unique=True, postgresql_where=text("kind = 'silence'")),
    )
    id: Mapped[UUID] = _id()
    due_at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str | None]
    subject: Mapped[UUID | None]
    turn: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(server_default=text("0"))


class Case(Base):
    """An escalation: what staff must look at. At most one of a person's is open; what comes after joins it."""

    __tablename__ = "cases"
    __table_args__ = (
        _one_of("severity", "red", "amber", "task"),
        _one_of("status", "open", "taken", "closed"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("status <> 'taken' OR taken_by IS NOT NULL", name="taken"),
        # RED is closed by two people. A comparison with NULL is no answer, and a CHECK lets that pass. What became part
        # of another case goes on there.
        CheckConstraint(
            "status <> 'closed' OR severity <> 'red' OR merged_into IS NOT NULL "
            "OR coalesce(closed_by <> close_asked_by, false)",
            name="red_closed_by_two",
        ),
        CheckConstraint("merged_into IS NULL OR (status = 'closed' AND merged_into <> id)", name="merged"),
        CheckConstraint("offered_to IS NULL OR status = 'taken'", name="offered"),
        CheckConstraint("snoozed_until IS NULL OR severity <> 'red'", name="red_never_rests"),
        Index("uq_cases_person", "person_id", unique=True, postgresql_where=text("status <> 'closed'")),
        # Two first texts of one stranger at the same moment are one case.
        Index(
            "uq_cases_stranger",
            "phone_id",
            unique=True,
            postgresql_where=text("status <> 'closed' AND person_id IS NULL"),
        ),
        Index("ix_cases_alarm", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
        Index("ix_cases_open", "severity", "opened_at", postgresql_where=text("status <> 'closed'")),
    )
    id: Mapped[UUID] = _id()
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phones.id"))
    severity: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="open")
    opened_at: Mapped[datetime]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    close_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    # How many times somebody was paged, and at which turn of its policy it stands.
    page_round: Mapped[int] = mapped_column(server_default=text("0"))
    page_step: Mapped[int] = mapped_column(server_default=text("0"))
    # When nobody could be found for it; it stands until somebody takes the case.
    alarm_at: Mapped[datetime | None]
    # When whoever has it last gave a sign of life about it, and how often they were asked since.
    alive_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(server_default=text("0"))
    # When it was confirmed that help had arrived.
    arrived_at: Mapped[datetime | None]
    # Whom it has been offered to by whoever has it.
    offered_to: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    snoozed_until: Mapped[datetime | None]
    # When its deadline passed with nobody having taken it.
    overdue_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))


class Code(Base):
    """A short code by which a case is named in a text. A code is free again after a while."""

    __tablename__ = "codes"
    __table_args__ = (Index("ix_codes_case", "case_id", "at"),)
    code: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class Policy(Base):
    """Who is told about a case of one severity, and when: steps and times, as `escalations/policies.py` writes them."""

    __tablename__ = "policies"
    __table_args__ = (
        _one_of("severity", "red", "amber", "task"),
        CheckConstraint("coalesce(jsonb_array_length(rule -> 'steps'), 0) > 0", name="steps"),
    )
    severity: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[dict[str, Any]]


class CaseEvent(Base):
    """One line of a case's timeline. Only ever added to."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case", "case_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    # Codes; what was heard, and names, are in `private`: the whole of it, sealed.
    detail: Mapped[str | None]
    private: Mapped[bytes | None]
    words: Mapped[bytes | None]


class Alert(Base):
    """Somebody was told about a missed check-in or a case, and will hear when it is over."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("(check_in_id IS NULL) <> (case_id IS NULL)", name="one_subject"),
        Index("uq_alerts_check_in", "check_in_id", "person_id", unique=True),
        Index("uq_alerts_case", "case_id", "person_id", unique=True),
    )
    id: Mapped[UUID] = _id()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_ins.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class Consent(Base):
    """The ledger: what somebody agreed to or stopped, when, how, under which wording. Only ever added to."""

    __tablename__ = "consents"
    __table_args__ = (_one_of("change", "given", "withdrawn"), Index("ix_consents_person", "person_id", "id"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    stream: Mapped[str]
    change: Mapped[str]
    how: Mapped[str]
    wording: Mapped[str | None]
    words: Mapped[bytes | None]


class StaffReply(Base):
    """What somebody of the staff wrote to a member from a case."""

    __tablename__ = "staff_replies"
    id: Mapped[UUID] = _id()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    words: Mapped[bytes]


class OutcomeQuestion(Base):
    """A question about how it goes, by language in the organisation's own words, and when it is asked. Whoever fills in
    a licensed scale says under which licence."""

    __tablename__ = "outcome_questions"
    __table_args__ = (
        CheckConstraint("scale = 'own' OR licence IS NOT NULL", name="licence"),
        CheckConstraint("least <= low AND low < most", name="range"),
        Index("ix_outcome_questions_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = _id()
    ref: Mapped[str] = mapped_column(unique=True)
    ask: Mapped[dict[str, Any]]
    least: Mapped[int]
    most: Mapped[int]
    # An answer as low as this, or lower, is for a person.
    low: Mapped[int]
    rule: Mapped[str]
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    zone: Mapped[str]
    scale: Mapped[str] = mapped_column(server_default="own")
    licence: Mapped[str | None]
    # None: it is not asked.
    next_due_at: Mapped[datetime | None]


class Outcome(Base):
    """One time somebody was asked a question about how it goes, and their answer if they gave one."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("question_id", "person_id", "asked_at"),
        CheckConstraint("(value IS NULL) = (answered_at IS NULL)", name="answered"),
    )
    id: Mapped[UUID] = _id()
    question_id: Mapped[UUID] = mapped_column(ForeignKey("outcome_questions.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    value: Mapped[int | None]
    answered_at: Mapped[datetime | None]


class Tip(Base):
    """Something that helped a member, offered to others. `words` are theirs until staff approve them, without
    what would tell who it was; `topics` are the words by which it is asked for."""

    __tablename__ = "tips"
    __table_args__ = (
        _one_of("status", "waiting", "approved", "declined"),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index("ix_tips_waiting", "at", postgresql_where=text("status = 'waiting'")),
    )
    id: Mapped[UUID] = _id()
    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    words: Mapped[bytes]
    topics: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    status: Mapped[str] = mapped_column(server_default="waiting")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]


class TipHearing(Base):
    """When somebody last heard a tip: the next one they hear is another."""

    __tablename__ = "tip_hearings"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    tip_id: Mapped[UUID] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]


class Report(Base):
    """What a buddy said about their week. The words, where there were any, are on the case."""

    __tablename__ = "reports"
    id: Mapped[UUID] = _id()
    pair_id: Mapped[UUID] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    answer: Mapped[str]


class Shift(Base):
    """Somebody's turn on call: a rule on wall-clock time in a zone; the lower rank is paged first."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_shifts_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = _id()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str]
    starts: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    minutes: Mapped[int]
    zone: Mapped[str]
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    # Is its person asked the day before? Then `next_due_at` is when the next time is looked at.
    ask: Mapped[bool] = mapped_column(server_default=text("false"))
    next_due_at: Mapped[datetime | None]


class Override(Base):
    """A change to the rota: somebody is on call from … until …, instead of somebody (in one shift or in all of theirs)
    or, with nobody named, in addition."""

    __tablename__ = "overrides"
    __table_args__ = (
        _one_of("why", "override", "swap", "covers"),
        CheckConstraint("starts < ends", name="span"),
        CheckConstraint("person_id <> instead_of", name="two_people"),
        CheckConstraint("shift_id IS NULL OR instead_of IS NOT NULL", name="shift"),
        Index("ix_overrides_ends", "ends"),
    )
    id: Mapped[UUID] = _id()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    instead_of: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    why: Mapped[str] = mapped_column(server_default="override")


class Absence(Base):
    """Somebody is away from … until …: stand-ins have their shifts."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("starts < ends", name="span"), Index("ix_absences_ends", "ends"))
    id: Mapped[UUID] = _id()
    ref: Mapped[str | None] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime]


class StandIn(Base):
    """Who is asked when somebody on the rota cannot, the lowest rank first."""

    __tablename__ = "stand_ins"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]


class Duty(Base):
    """Something that somebody has undertaken: a shift, a facilitator's meeting. It keeps its own time."""

    __tablename__ = "duties"
    __table_args__ = (
        _one_of("kind", "shift", "meeting"),
        _one_of(
            "status", "planned", "asked", "confirmed", "silent", "proposed", "offered", "covered", "nobody", "over"
        ),
        CheckConstraint("starts < ends", name="span"),
        CheckConstraint("(status = 'covered') = (covered_by IS NOT NULL)", name="covered"),
        CheckConstraint("status <> 'proposed' OR wanted IS NOT NULL", name="proposed"),
        Index("uq_duties_once", "kind", "subject", "starts", "person_id", unique=True),
        Index("ix_duties_due", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    )
    id: Mapped[UUID] = _id()
    kind: Mapped[str]
    # The shift or the series of meetings.
    subject: Mapped[UUID]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(server_default="planned")
    # Who would take it over, when somebody has been named, and who has.
    wanted: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    covered_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    next_due_at: Mapped[datetime | None]


class Offer(Base):
    """A stand-in was asked to take a duty over, and what they said."""

    __tablename__ = "offers"
    __table_args__ = (CheckConstraint("answer IN ('yes', 'no')", name="answer"),)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]
    answer: Mapped[str | None]


class Hole(Base):
    """A stretch without anybody on call that staff have been told of, known by its end."""

    __tablename__ = "holes"
    ends: Mapped[datetime] = mapped_column(primary_key=True)
    near: Mapped[bool]
    at: Mapped[datetime]


class Staff(Base):
    """A person who may log in to the console."""

    __tablename__ = "staff"
    __table_args__ = (_one_of("role", "admin", "coordinator", "safeguarding", "facilitator"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    role: Mapped[str]


class Phrase(Base):
    """A sentence put in an organisation's own words, or (no text) given back its own. Only ever added to: the newest
    row of a sentence, language and variant is the one that counts, the others are its history."""

    __tablename__ = "phrases"
    __table_args__ = (
        _one_of("variant", "text", "discreet", "voice"),
        Index("ix_phrases_sentence", "key", "language", "variant", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    key: Mapped[str]
    language: Mapped[str]
    variant: Mapped[str]
    text: Mapped[str | None]
    # Somebody who is erased later is still the one who said it: no foreign key, as in the audit.
    by: Mapped[UUID | None]
    how: Mapped[str]


class RiskPhrase(Base):
    """A phrase that an organisation added to the risk reader, or ("none") withdrew. Only ever added to: the newest row
    of a phrase is the one that counts."""

    __tablename__ = "risk_phrases"
    __table_args__ = (
        _one_of("level", "red", "amber", "harmless", "none"),
        Index("ix_risk_phrases_phrase", "phrase", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    phrase: Mapped[str]
    level: Mapped[str]
    # As with a changed sentence: whoever said it may be erased later.
    by: Mapped[UUID | None]
    how: Mapped[str]


class Verdict(Base):
    """What somebody of the staff made of a flag: danger (real) or not. Only ever added to: the newest row of a flag
    counts. It stands by itself, so that the reader can be measured when the case has long been removed."""

    __tablename__ = "verdicts"
    __table_args__ = (_one_of("level", "red", "amber"), Index("ix_verdicts_event", "event_id", "id"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    # The line of the timeline that holds the flag, when it was heard, and why it was one.
    event_id: Mapped[int] = mapped_column(BigInteger)
    heard_at: Mapped[datetime]
    level: Mapped[str]
    reasons: Mapped[list[str]]
    real: Mapped[bool]
    by: Mapped[UUID]


class Pace(Base):
    """When a lane to the carrier is free again: every worker reserves its time here."""

    __tablename__ = "paces"
    name: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class Heartbeat(Base):
    """When each part of the line last did its round."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


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
