"""Several people behind one phone: which of them is it?

In this order: somebody's code word is theirs alone; the number of ours that was texted is the own number of one of
them and their buddy; they answer the question who they are, or say so by themselves ("Bill here"); it is the one who
used the phone within two hours, or the only one who has been asked something. When the last two are two different
people, or there is neither, the line asks. Words wait for the answer, sealed as all texts are; what danger is in them
does not wait: a case names the phone, and who it may be.

**How it asks** (product.md, "Discretion"). "Which of you is it? Reply 1 Ann, 2 Bill" tells each that the other uses the
line. So it is asked only where nobody behind the phone has a discreet profile or a phone that is not safe to text.
Else the line asks "Who is this? Reply with your first name, or its first letter": whoever reads it learns that the line
knows people by name, and no name. Everybody behind such a phone is asked alike, so the asking tells nothing either.
Where somebody may be watched, nothing is asked at all.

**Silence.** A person sees what was held, unless it was as good as nothing (thanks, a word that only asks the line for
something). It was nobody's answer, least of all that somebody is well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from checkin import escalations, people, timers
from checkin.conversation import naming
from checkin.conversation.effects import Severity
from checkin.conversation.replies import Asked, Kind, read
from checkin.conversation.risk import Level, Risk
from checkin.conversations import safe_reply
from checkin.conversations.sentences import render
from checkin.people import Behind, User
from checkin.store.models import Message, PersonPhone, Phone
from checkin.store.work import Work
from checkin.wording import LANGUAGES, Variant

REMEMBERED = timedelta(hours=2)
PATIENCE = timedelta(minutes=30)
# Asked twice; at the third text that names nobody a person comes.
_MOST_HELD = 2
# What nobody has to see when nobody says whose it was.
_AS_GOOD_AS_NOTHING = frozenset({Kind.YES, Kind.THANKS, Kind.NEXT, Kind.REPEAT, Kind.MORE, Kind.WHO})


class Held(NamedTuple):
    """A text that waited: its id, and its words as they were stored."""

    id: UUID
    body: str


@dataclass(frozen=True, slots=True)
class Known:
    """It is this one. `body`: what they said beside their name; `held`: what waited, oldest first."""

    user: User
    body: str
    held: tuple[Held, ...] = ()


def decide(work: Work, behind: Behind, body: str) -> Known | None:
    """Return who of several people it is, or None when nobody knows."""
    names = [user.member.name for user in behind.users]
    by_number = [user for user in behind.users if user.pair_id is not None]
    by_code = [user for user in behind.users if people.says_code_word(work, user.member, body)]
    for sure in (by_code, by_number):
        if len(sure) == 1:
            return _known(work, behind, sure[0], body, None)
    asked = behind.asked_who_at
    said = naming.answer(body, names, numbered=open_to_all(behind)) if asked else naming.signed(body, names)
    if said is not None:
        held = _held(work, behind.phone_id, asked) if asked else None
        return _known(work, behind, behind.users[said[0]], said[1], held)
    if asked is not None:
        return None
    likely = {user.member.id: user for user in (_last(work, behind), _only_one_asked(behind)) if user is not None}
    return _known(work, behind, next(iter(likely.values())), body, None) if len(likely) == 1 else None


def _known(work: Work, behind: Behind, user: User, body: str, held: tuple[Held, ...] | None) -> Known:
    """Remember who it is, for the texts that follow. `held`: what waited for this answer; None: it is no answer."""
    values: dict[str, object] = {"speaker_id": user.member.id, "spoke_at": work.now}
    if held is not None:
        values["asked_who_at"] = None
        timers.drop(work, "open", behind.phone_id)
        ids = [text.id for text in held]
        work.conn.execute(update(Message).where(Message.id.in_(ids)).values(person_id=user.member.id))
        escalations.named(work, behind.phone_id, user.member.id)
    work.conn.execute(update(Phone).where(Phone.id == behind.phone_id).values(values))
    return Known(user, body, held or ())


def _last(work: Work, behind: Behind) -> User | None:
    if behind.spoke_at is None or work.now - behind.spoke_at > REMEMBERED:
        return None
    return next((user for user in behind.users if user.member.id == behind.speaker_id), None)


def _only_one_asked(behind: Behind) -> User | None:
    asked = [user for user in behind.users if user.member.state.current is not None]
    return asked[0] if len(asked) == 1 else None


def open_to_all(behind: Behind) -> bool:
    """Tell whether each of those behind a phone may know that the others use the line."""
    return all(user.safe_to_text and not user.member.discreet for user in behind.users)


def ask(work: Work, behind: Behind, words: str, risk: Risk) -> str:
    """Hold words that nobody has claimed; return what is answered: what danger asks for, and who it is."""
    held = _held(work, behind.phone_id, behind.asked_who_at) if behind.asked_who_at else ()
    watched = safe_reply.watched(risk.why)
    urgent = read(words, Asked.NONE).kind is Kind.URGENT
    says: list[str] = []
    if risk.level is Level.RED or urgent:
        _case(work, behind, Severity.RED, "words" if risk.level else "urgent", words, risk)
        red = safe_reply.red(work, risk.why, person_id=None, phone_id=behind.phone_id)
        says.append(red if risk.level else "urgent")
    elif risk.level is Level.AMBER:
        _case(work, behind, Severity.AMBER, "words", words, risk)
        says.append("safety.endangered" if watched else "safety.amber")
    elif len(held) == _MOST_HELD:
        _case(work, behind, Severity.TASK, "who_is_it", "\n".join([*(text.body for text in held), words]), risk)
        says.append("passed_on")
    if behind.asked_who_at is None:
        work.conn.execute(update(Phone).where(Phone.id == behind.phone_id).values(asked_who_at=work.now))
        timers.set_timer(work, "open", work.now + PATIENCE, topic="who", subject=behind.phone_id)
    if not watched and len(held) < _MOST_HELD:
        says.append("shared.which" if open_to_all(behind) else "shared.who")
    return " ".join(_say(work, behind, key) for key in says)


def _say(work: Work, behind: Behind, key: str) -> str:
    languages = {user.member.language for user in behind.users}
    language = languages.pop() if len(languages) == 1 else LANGUAGES[0]
    variant: Variant = "text" if open_to_all(behind) else "discreet"
    names = [user.member.name for user in behind.users] if key == "shared.which" else []
    choices = [
        render(work, "relay.choice", language, variant, {"number": str(n), "buddy": name})
        for n, name in enumerate(names, start=1)
    ]
    return render(work, key, language, variant, {"choices": ", ".join(choices)})


def _case(work: Work, behind: Behind, severity: Severity, reason: str, words: str, risk: Risk) -> None:
    detail = "".join(f"; {why}" for why in risk.why) if risk.level else ""
    case_id = escalations.open_case(
        work, severity, reason, person_id=None, phone_id=behind.phone_id, words=words, detail=detail
    )
    names = ", ".join(user.member.name for user in behind.users)
    escalations.note(work, case_id, "one_of", words=names)


def note_others(work: Work, behind: Behind, person_id: UUID, risk: Risk) -> None:
    """Whoever reads of danger must know that the phone is not one person's alone."""
    case_id = escalations.standing_case(work, person_id) if risk.level else None
    if case_id is not None:
        escalations.note(work, case_id, "one_of", words=", ".join(user.member.name for user in behind.users))


def tell_carrier(work: Work, behind: Behind, users: Sequence[User], *, stopped: bool) -> None:
    """The carrier stops and starts a phone, whoever uses it: note it for those who said nothing, and tell staff."""
    for user in behind.users:
        if user in users or user.pair_id is not None:
            continue
        changed = people.block_texts(work, user.member.id, blocked=stopped)
        if changed and stopped:
            escalations.open_case(work, Severity.TASK, "carrier_opt_out", person_id=user.member.id)


def _held(work: Work, phone_id: UUID, since: datetime) -> tuple[Held, ...]:
    rows = work.conn.execute(
        select(Message.id, Message.body)
        .where(
            Message.phone_id == phone_id,
            Message.person_id.is_(None),
            Message.direction == "in",
            Message.medium == "text",
            Message.at >= since,
        )
        .order_by(Message.at, Message.id)
    )
    return tuple(Held(row.id, work.vault.open(row.body, "messages.body")) for row in rows if row.body)


def nobody_said(work: Work, phone_id: UUID) -> None:
    """Nobody has said who they are: a person sees what was held, if there is anything to see."""
    asked = work.conn.execute(select(Phone.asked_who_at).where(Phone.id == phone_id).with_for_update()).scalar()
    if asked is None:
        return
    held = _held(work, phone_id, asked)
    work.conn.execute(update(Phone).where(Phone.id == phone_id).values(asked_who_at=None))
    if any(read(text.body, Asked.NONE).kind not in _AS_GOOD_AS_NOTHING for text in held):
        words = "\n".join(text.body for text in held)
        case_id = escalations.open_case(
            work, Severity.TASK, "who_is_it", person_id=None, phone_id=phone_id, words=words
        )
        escalations.note(work, case_id, "one_of", words=_names(work, phone_id))


def _names(work: Work, phone_id: UUID) -> str:
    users: Sequence[UUID] = work.conn.scalars(
        select(PersonPhone.person_id).where(PersonPhone.phone_id == phone_id).order_by(PersonPhone.person_id)
    ).all()
    return ", ".join(people.first_name(work, person_id) for person_id in users)
