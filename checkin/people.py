"""People: who is behind a number, how they may be reached, what they agreed to."""

import hmac
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on

from checkin.conversation import state as states
from checkin.conversation.effects import Stream
from checkin.conversation.replies import pause_until
from checkin.conversation.state import Conversation
from checkin.store.ids import new_id
from checkin.store.models import Consent, Person, PersonPhone, Phone
from checkin.store.work import Work
from checkin.wording import LANGUAGES, Variant

PIN_TRIES = 6
_PIN_RESTS = timedelta(hours=1)

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


@dataclass(frozen=True, slots=True)
class Member:
    """One person as the line deals with them in one transaction; their row is locked."""

    id: UUID
    name: str
    language: str
    zone: ZoneInfo
    status: str
    streams: frozenset[str]
    prefers: str
    discreet: bool
    shared_phone: bool
    voicemail: str
    ring_seconds: int
    text_blocked: bool
    paused_until: datetime | None
    has_pin: bool
    code_word: bytes | None
    """Sealed; see `says_code_word`."""
    missed_call_ok: bool
    text_relay: bool
    """What they hear is typed for them by an operator, and what they type is spoken: everything takes longer."""
    state: Conversation

    @property
    def variant(self) -> Variant:
        """Which variant of a sentence this person is texted."""
        return "discreet" if self.discreet else "text"


# What `read` wants of people p.
COLUMNS = (
    "p.id, p.name, p.language, p.zone, p.status, p.streams, p.prefers, p.discreet, p.shared_phone, p.voicemail, "
    "p.ring_seconds, p.text_blocked, p.paused_until, p.pin IS NOT NULL, p.code_word, p.missed_call_ok, p.text_relay, "
    "p.state"
)


def read(work: Work, row: Sequence[Any]) -> Member:
    """Return the person in a row of COLUMNS."""
    person_id, name, language, zone, status, streams, *rest, state = row
    name = work.vault.open(name, "people.name")
    return Member(person_id, name, language, ZoneInfo(zone), status, frozenset(streams), *rest, states.from_json(state))  # type: ignore[call-arg]  # as many as COLUMNS names


_BEHIND = (
    f"SELECT {COLUMNS}, j.rank, p.safe_to_text, l.pair_id, h.id, h.speaker_id, h.spoke_at, h.asked_who_at "  # noqa: S608
    "FROM people p JOIN person_phones j ON j.person_id = p.id JOIN phones h ON h.id = j.phone_id "
    "LEFT JOIN pair_lines l ON l.person_id = p.id AND l.number = %(to)s "
    "WHERE h.number_index = %(index)s AND p.status <> 'ended' "
    # Locked in one order everywhere, so that two who share a phone never wait for each other.
    "ORDER BY p.id FOR UPDATE OF p"
)


@dataclass(frozen=True, slots=True)
class User:
    """One of those who use a phone. `pair_id`: the number that was texted or rung is that pair's own."""

    member: Member
    rank: int
    safe_to_text: bool
    pair_id: UUID | None


@dataclass(frozen=True, slots=True)
class Behind:
    """Everybody who uses a phone, locked, and which of them it was last; moments are aware (UTC)."""

    users: tuple[User, ...]
    phone_id: UUID
    speaker_id: UUID | None
    spoke_at: datetime | None
    asked_who_at: datetime | None

    @property
    def likeliest(self) -> User:
        """Whoever has an open question, else the one whose first phone it is."""
        return min(self.users, key=lambda u: (u.member.state.current is None, u.rank))


def everybody_behind(work: Work, number: str, to: str = "") -> Behind | None:
    """Return who uses `number`, locked; None for a stranger. `to` is the number of ours that they texted or rang."""
    # One key after the other: for a list PostgreSQL would make a new plan each time.
    for index in work.vault.indexes(number):
        rows = work.rows(_BEHIND, {"index": index, "to": to})
        if rows:
            return Behind(tuple(User(read(work, row[:-7]), *row[-7:-4]) for row in rows), *rows[0][-4:])
    return None


def behind_number(work: Work, number: str) -> tuple[Member, UUID] | None:
    """Return who is most likely meant by somebody using `number`, locked, with the phone's id; None for a stranger."""
    found = everybody_behind(work, number)
    return (found.likeliest.member, found.phone_id) if found else None


_SHARING = (
    "SELECT p.id FROM people p JOIN person_phones j ON j.person_id = p.id "
    "WHERE j.phone_id = %(phone)s AND j.suspended_at IS NULL AND p.status <> 'ended' ORDER BY j.rank, p.id"
)


def sharing(work: Work, phone_id: UUID) -> list[UUID]:
    """Return the ids of everybody who uses a phone, in an order that does not change."""
    return [row[0] for row in work.rows(_SHARING, {"phone": phone_id})]


def id_behind(work: Work, number: str) -> UUID | None:
    """Return the id of the one who uses `number`, reading nothing else of them; for when something is broken. None for
    a stranger, and when there are several."""
    found = work.conn.scalars(
        select(PersonPhone.person_id)
        .join(Phone, Phone.id == PersonPhone.phone_id)
        .where(Phone.number_index.in_(work.vault.indexes(number)))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


_LOCK = f"SELECT {COLUMNS} FROM people p WHERE p.id = %(person)s FOR UPDATE"  # noqa: S608  # our own words


def lock(work: Work, person_id: UUID) -> Member | None:
    """Return a person with their row locked, or None when they are gone."""
    rows = work.rows(_LOCK, {"person": person_id})
    return read(work, rows[0]) if rows else None


def first_name(work: Work, person_id: UUID) -> str:
    """Return a person's first name. An unknown id raises NoResultFound."""
    sealed = work.conn.execute(select(Person.name).where(Person.id == person_id)).scalar_one()
    return work.vault.open(sealed, "people.name")


def numbers(work: Work, person_id: UUID) -> list[tuple[UUID, str, str]]:
    """Return a person's phones in order: (phone id, number, kind of line); suspended ones are left out."""
    rows = work.conn.execute(
        select(Phone.id, Phone.number, Phone.line)
        .join(PersonPhone, PersonPhone.phone_id == Phone.id)
        .where(PersonPhone.person_id == person_id, PersonPhone.suspended_at.is_(None))
        .order_by(PersonPhone.rank)
    )
    return [(row.id, work.vault.open(row.number, "phones.number"), row.line) for row in rows]


def phone_for(work: Work, number: str, line: str = "unknown") -> UUID:
    """Return the id of the phone with this number or caller id, storing it when it is new."""
    phone_id = work.conn.execute(
        select(Phone.id).where(Phone.number_index.in_(work.vault.indexes(number)))
    ).scalar_one_or_none()
    if phone_id is not None:
        return phone_id
    stored: UUID = work.conn.execute(
        # Two first texts of a stranger may arrive at once: whoever comes second gets the first one's row.
        text(
            "INSERT INTO phones (id, number, number_index, line) VALUES (:id, :number, :index, :line) "
            "ON CONFLICT (number_index) DO UPDATE SET line = phones.line RETURNING id"
        ),
        {
            "id": new_id(),
            "number": work.vault.seal(number, "phones.number"),
            "index": work.vault.index(number),
            "line": line,
        },
    ).scalar_one()
    return stored


def consent(
    work: Work,
    person_id: UUID,
    streams: Iterable[Stream],
    *,
    given: bool,
    how: str,
    words: str = "",
    wording: str | None = None,
) -> None:
    """Write the ledger, and what follows from it for what may be sent: what was said, by which way (`how`), under
    which sentence (`wording.version`)."""
    streams = tuple(streams)
    work.add_all(
        Consent,
        [
            {
                "person_id": person_id,
                "at": work.now,
                "stream": stream.value,
                "change": "given" if given else "withdrawn",
                "how": how,
                "wording": wording,
                "words": work.vault.seal(words, "consents.words") if words else None,
            }
            for stream in streams
        ],
    )
    names = [stream.value for stream in streams]
    kept = text(
        "UPDATE people SET streams = ARRAY("
        "SELECT unnest(streams) EXCEPT SELECT unnest(CAST(:names AS text[]))"
        " UNION SELECT unnest(CAST(:given AS text[])) ORDER BY 1) WHERE id = :id"
    )
    work.conn.execute(kept, {"names": names, "given": names if given else [], "id": person_id})


def decided(work: Work, person_id: UUID) -> dict[str, str]:
    """Return the last word of somebody's ledger by stream: "given" or "withdrawn"."""
    newest = (
        select(Consent.stream, Consent.change)
        .ext(distinct_on(Consent.stream))
        .where(Consent.person_id == person_id)
        .order_by(Consent.stream, Consent.id.desc())
    )
    return {row.stream: row.change for row in work.conn.execute(newest)}


def ever_given(work: Work, person_id: UUID) -> Sequence[str]:
    """Return the streams that somebody has ever agreed to, stopped since or not."""
    given = select(Consent.stream).distinct().where(Consent.person_id == person_id, Consent.change == "given")
    return work.conn.scalars(given).all()


def set_status(work: Work, person_id: UUID, status: str) -> None:
    """Make somebody invited, active, suspended or ended."""
    work.conn.execute(update(Person).where(Person.id == person_id).values(status=status))


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


def block_texts(work: Work, person_id: UUID, *, blocked: bool) -> bool:
    """Note that the carrier refuses (or again takes) texts to this person; False when that was known."""
    changed = work.conn.execute(
        update(Person).where(Person.id == person_id, Person.text_blocked != blocked).values(text_blocked=blocked)
    )
    return changed.rowcount == 1


def pause(work: Work, person_id: UUID, until: datetime | None) -> None:
    """Pause everything that is scheduled until a moment; None ends a pause."""
    work.conn.execute(update(Person).where(Person.id == person_id).values(paused_until=until))


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


def suspend_phone(work: Work, person_id: UUID, phone_id: UUID) -> None:
    """Stop using a number for a person until staff have looked."""
    work.conn.execute(
        update(PersonPhone)
        .where(PersonPhone.person_id == person_id, PersonPhone.phone_id == phone_id)
        .values(suspended_at=work.now)
    )


def check_pin(work: Work, person_id: UUID, digits: str) -> bool:
    """Tell whether `digits` are this person's PIN, and count the wrong tries; False for somebody who has none.

    After PIN_TRIES wrong ones in a row even the right one is refused for an hour: four digits can be guessed.
    """
    return whose_pin(work, [person_id], digits) is not None


def whose_pin(work: Work, person_ids: Sequence[UUID], digits: str) -> UUID | None:
    """Return which of these people `digits` are the PIN of, as `check_pin` does; a try that is right for one of them
    is no wrong try at the others."""
    rows = work.conn.execute(
        select(Person.id, Person.pin, Person.pin_wrong, Person.pin_wrong_at)
        .where(Person.id.in_(person_ids), Person.pin.is_not(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    wrong = {r.id: 0 if r.pin_wrong_at and work.now - r.pin_wrong_at >= _PIN_RESTS else r.pin_wrong for r in rows}
    given = digits.encode()
    right = [r.id for r in rows if hmac.compare_digest(work.vault.open(r.pin, "people.pin").encode(), given)]
    found = next((person_id for person_id in right if wrong[person_id] < PIN_TRIES), None)
    if found is not None:
        work.conn.execute(update(Person).where(Person.id == found).values(pin_wrong=0, pin_wrong_at=None))
    elif not right:
        for person_id, tries in wrong.items():
            if tries < PIN_TRIES:
                values = {"pin_wrong": tries + 1, "pin_wrong_at": work.now}
                work.conn.execute(update(Person).where(Person.id == person_id).values(**values))
    return found


def all_have_pins(work: Work, person_ids: Sequence[UUID]) -> bool:
    """Tell whether each of these people has a PIN."""
    having = select(func.count()).select_from(Person).where(Person.id.in_(person_ids), Person.pin.is_not(None))
    return work.conn.execute(having).scalar_one() == len(person_ids)


def not_discreet(work: Work, person_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these people may be named to others who use their telephone."""
    named = select(Person.id).where(Person.id.in_(person_ids), Person.discreet.is_(False), Person.safe_to_call)
    return set(work.conn.scalars(named))


# Why danger was heard, when it was the code word.
CODE_WORD = "code-word"


def says_code_word(work: Work, member: Member, words: str) -> bool:
    """Tell whether somebody's code word is among these words, however it is spelt in capitals, marks and stops."""
    if member.code_word is None:
        return False
    return f" {_bare(work.vault.open(member.code_word, 'people.code_word'))} " in f" {_bare(words)} "


def _bare(words: str) -> str:
    flat = unicodedata.normalize("NFKC", words).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())


def keep_state(work: Work, person_id: UUID, state: Conversation) -> None:
    """Store where the conversation stands."""
    statement = "UPDATE people SET state = %(state)s WHERE id = %(person)s"
    work.write_behind(f"state {person_id}", statement, {"state": Jsonb(states.to_json(state)), "person": person_id})


def count(work: Work) -> int:
    """Return how many people the line knows."""
    return work.conn.execute(select(func.count()).select_from(Person)).scalar_one()
