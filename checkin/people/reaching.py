"""How somebody may be reached, in which language, and when they want to be left in peace."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from checkin.conversation.replies import pause_until
from checkin.people.member import Member
from checkin.people.phones import numbers
from checkin.store.models import Person
from checkin.store.work import Work
from checkin.wording import LANGUAGES

# Nobody is left alone for longer than this without having asked again (Good Morning Buddy allows 90 days).
_LONGEST_PAUSE = timedelta(days=90)


_PAUSE_UNNAMED = timedelta(days=14)


def pause_ends(value: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the pause that a reply names ends (UTC), `value` being its reading's.

    After hours as said; else at nine in the morning, in `zone`, of the day they are back; two weeks when they did not
    say, and never more than 90 days.
    """
    hours, _, unit = value.partition(" ")
    if unit.startswith("hour") and hours.isdigit():
        return now + timedelta(hours=min(int(hours), 24))
    today = now.astimezone(zone).date()
    day = pause_until(value, today)
    if day is None or day <= today:
        return now + _PAUSE_UNNAMED
    end = now + min(day - today, _LONGEST_PAUSE)
    return end.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)


def pause(work: Work, person_id: UUID, until: datetime | None) -> None:
    """Pause everything that is scheduled until a moment; None ends a pause."""
    work.conn.execute(update(Person).where(Person.id == person_id).values(paused_until=until))


# What each answer about how somebody may be reached changes. Mornings, afternoons and evenings as people say them.
REACH: Mapping[str, Mapping[str, object]] = {
    "both": {"safe_to_text": True, "safe_to_call": True},
    "texts": {"safe_to_text": True, "safe_to_call": False, "prefers": "text"},
    "calls": {"safe_to_text": False, "safe_to_call": True, "prefers": "call"},
    "neither": {"safe_to_text": False, "safe_to_call": False},
    "no_texts": {"safe_to_text": False},
    "texts_unsaid": {"safe_to_text": True, "safe_to_call": False, "prefers": "text"},
    "shared": {"shared_phone": True, "discreet": True},
    "private": {"shared_phone": False, "discreet": False},
    "unsaid": {"discreet": True},
    "voicemail_none": {"voicemail": "none"},
    "voicemail_neutral": {"voicemail": "neutral"},
    "voicemail_full": {"voicemail": "full"},
    "any_time": {"safe_from": None, "safe_to": None},
    "mornings": {"safe_from": time(9), "safe_to": time(12)},
    "afternoons": {"safe_from": time(12), "safe_to": time(17)},
    "evenings": {"safe_from": time(17), "safe_to": time(20, 30)},
}


def reach(work: Work, member: Member, answer: str) -> Member:
    """Keep one answer about how somebody may be reached (a name in REACH); return them as they are now."""
    if answer == "texts_unsaid" and (
        member.prefers == "call" or all(line == "landline" for *_, line in numbers(work, member.id))
    ):
        # "Only texts" would cut off somebody who is rung.
        return member
    changes = REACH[answer]
    _keep_own(work, member.id, changes)
    known = {f.name for f in fields(Member)}
    return replace(member, **{name: value for name, value in changes.items() if name in known})  # type: ignore[arg-type]  # REACH has each column's own type


def speak(work: Work, person_id: UUID, language: str) -> bool:
    """Change somebody's language; False when the line does not speak it."""
    if language not in LANGUAGES:
        return False
    _keep_own(work, person_id, {"language": language})
    return True


def _keep_own(work: Work, person_id: UUID, changes: Mapping[str, object]) -> None:
    """Change what somebody has answered themselves, and remember that they did."""
    own = func.array(select(func.unnest(Person.own + list(changes)).distinct()).scalar_subquery())
    work.conn.execute(update(Person).where(Person.id == person_id).values(**changes, own=own))


def block_texts(work: Work, person_id: UUID, *, blocked: bool) -> bool:
    """Note that the carrier refuses (or again takes) texts to this person; False when that was known."""
    changed = work.conn.execute(
        update(Person).where(Person.id == person_id, Person.text_blocked != blocked).values(text_blocked=blocked)
    )
    return changed.rowcount == 1


def not_discreet(work: Work, person_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these people may be named to others who use their telephone."""
    named = select(Person.id).where(Person.id.in_(person_ids), Person.discreet.is_(False), Person.safe_to_call)
    return set(work.conn.scalars(named))
