"""What staff write to a member from a case, by text: what forbids it, and where what comes back goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from checkin import escalations, gate, people, phrases, timers, wording
from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Person, StaffReply
from checkin.store.work import Work
from checkin.wording.segments import Size, size

# With a name before it, this stays within two text messages.
LONGEST = 250


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody of the staff wrote, their first name, and the case that it is about."""

    words: str
    sender: str
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """A text before it is sent: as it would arrive, what it is charged as, and when it would go (None: not at all, for
    the reason in `refused`)."""

    text: str
    size: Size
    goes_at: datetime | None
    refused: str


def draft(work: Work, person_id: UUID, sender: str, words: str) -> Draft:
    """Return what would become of a text to somebody, signed by `sender`'s first name."""
    row = work.conn.execute(select(Person.language, Person.discreet).where(Person.id == person_id)).one()
    values = {"sender": sender, "line": work.settings.name, "words": words}
    variant: wording.Variant = "discreet" if row.discreet else "text"
    text = wording.say("staff_reply.ask", row.language, variant, values, phrases.current(work))
    try:
        goes_at, refused = _may_go(work, person_id), ""
    except BadInput as error:
        goes_at, refused = None, str(error)
    return Draft(text, size(text), goes_at, refused)


def canned(work: Work, language: str, *, discreet: bool) -> Mapping[str, str]:
    """Return what staff say again and again, by key, in somebody's language and the organisation's words."""
    own = phrases.current(work)
    variant: wording.Variant = "discreet" if discreet else "text"
    keys = [key for key in wording.sentences("en") if key.startswith("canned.")]
    return {key: wording.say(key, language, variant, {}, own) for key in keys}


def send(work: Work, case_id: UUID, staff_id: UUID, words: str) -> datetime:
    """Text a member from a case that this person has taken; return when it goes: now, or when they may be disturbed.

    Raises BadInput with one sentence when it may not go. The gate is asked again when it is sent.
    """
    case = escalations.find(work, case_id)
    if case.status != "taken" or case.taken_by != staff_id:
        raise BadInput(f"Take case {case.number} before you write to anybody about it.")
    if case.person_id is None:
        raise BadInput("Nothing is known of this person: ring the number, and take care who answers.")
    if not words:
        raise BadInput("Write the text first.")
    if len(words) > LONGEST:
        raise BadInput(f"Shorten the text to {LONGEST} characters; it has {len(words)}.")
    goes_at = _may_go(work, case.person_id)
    reply_id = new_id()
    sealed = work.vault.seal(words, "staff_replies.words")
    work.add(StaffReply, id=reply_id, case_id=case_id, staff_id=staff_id, at=work.now, words=sealed)
    escalations.note(work, case_id, "wrote", person_id=staff_id, words=words)
    timers.set_timer(work, "open", work.now, person_id=case.person_id, topic="staff_reply", subject=reply_id)
    return goes_at


def _may_go(work: Work, person_id: UUID) -> datetime:
    person = work.conn.execute(
        select(
            Person.status, Person.safe_to_text, Person.text_blocked, Person.streams, Person.safe_from, Person.safe_to,
            Person.zone,
        ).where(Person.id == person_id)
    ).one()  # fmt: skip
    if not person.safe_to_text:
        raise BadInput("It is marked not safe to text them. See how they may be reached.")
    if person.text_blocked or not person.streams:
        raise BadInput("They have stopped texts. Ring them instead, if that is safe.")
    if person.status != "active" or not people.numbers(work, person_id):
        raise BadInput("There is no number in use for them.")
    hours = (person.safe_from, person.safe_to) if person.safe_from and person.safe_to else None
    return gate.opens_at(work.now, hours, work.settings.quiet_hours, ZoneInfo(person.zone))


def find(work: Work, reply_id: UUID) -> Answer:
    """Return what staff wrote. An unknown id raises NoResultFound."""
    row = work.conn.execute(
        select(StaffReply.words, StaffReply.staff_id, StaffReply.case_id).where(StaffReply.id == reply_id)
    ).one()
    words = work.vault.open(row.words, "staff_replies.words")
    return Answer(words, people.first_name(work, row.staff_id), row.case_id)
