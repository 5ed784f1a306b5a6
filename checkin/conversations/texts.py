"""A text arrives."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from checkin import dangers, escalations, joining, people, relays
from checkin.conversation.effects import Severity
from checkin.conversation.events import Replied
from checkin.conversation.machine import open_step
from checkin.conversation.replies import Asked, Kind, Reading, greets, read, sounds_low
from checkin.conversation.risk import Level, Risk, read_risk
from checkin.conversation.topic import Heard
from checkin.conversations import safe_reply, staff_texts
from checkin.conversations.sentences import render, render_plainly
from checkin.conversations.turn import Turn
from checkin.phone import is_e164
from checkin.store.ids import new_id
from checkin.store.models import Message, Phone
from checkin.store.work import Work

# Twilio's default opt-out and opt-in words: it acts on them itself and answers the first kind itself.
CARRIER_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
# Of these some are also how people take leave of more than texts.
MAY_BE_FAREWELLS = frozenset({"end", "quit", "cancel"})
CARRIER_STARTS = frozenset({"start", "yes", "unstop"})

_STRANGER_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Text:
    """An inbound text as the door understood it. `carrier_did` is what the carrier says it has acted on and answered
    by itself (STOP, START or HELP)."""

    sid: str
    sender: str
    body: str
    media: int = 0
    to: str = ""
    """The number of ours that was texted."""
    carrier_did: str | None = None


def hear(work: Work, text: Text) -> str:
    """Handle one text and return what to answer at once ("" for nothing).

    The commit of the caller's transaction raises RepeatedError when this text was handled before.
    """
    # Before anything else that could fail.
    risk = dangers.read(work, text.body)
    found = people.everybody_behind(work, text.sender, text.to)
    if found is None and _would_join(text, risk):
        joining.newcomer(work, text.sender)
        found = people.everybody_behind(work, text.sender, text.to)
    if found is None:
        return _hear_stranger(work, text, risk)
    member, phone_id, pair_id = found.likeliest.member, found.phone_id, found.likeliest.pair_id
    if people.says_code_word(work, member, text.body):
        risk = Risk(Level.RED, (people.CODE_WORD,))
    asked = step.asked if (step := open_step(member.state)) else Asked.NONE
    reading = read(text.body, asked)
    if pair_id is not None:
        reading = relays.on_own_line(reading, text.body)
    if member.status == "invited" and reading.kind is Kind.START:
        # The carrier's own word for yes.
        reading = Reading(Kind.YES)
    turn = Turn(
        work,
        member,
        mouth="text",
        words=_words(text),
        reading=reading,
        why=risk.why if risk.level else (),
        phone_id=phone_id,
        pictures=text.media,
        pair_id=pair_id,
    )
    if staff_texts.hear(turn, text.body, risk):
        answer = " ".join(filter(None, (*turn.said, turn.question)))
        _store(
            work, text, phone_id=phone_id, person_id=member.id, answer=answer, unread=False, message_id=turn.message_id
        )
        return answer
    turn.by_carrier = _mind_carrier(work, turn, text)
    farewell = text.body.strip(" .").casefold() in MAY_BE_FAREWELLS
    greeting = greets(text.body)
    # To "how are you" a low answer is low anyway; after an invitation it could pass for a plain no.
    low = turn.listens_for(Heard.LOW) and sounds_low(text.body)
    turn.advance(Replied(reading, risk.level, farewell=farewell, low=low, greeting=greeting))
    answer = "" if turn.by_carrier else " ".join(filter(None, (*turn.said, turn.question)))
    unread = reading.kind is Kind.UNCLEAR and not turn.passed_on and not greeting
    _store(work, text, phone_id=phone_id, person_id=member.id, answer=answer, unread=unread, message_id=turn.message_id)
    return answer


def _would_join(text: Text, risk: Risk) -> bool:
    """Tell whether a stranger wants to join. Whoever is in danger gets a person, not a question."""
    return not risk.level and is_e164(text.sender) and read(text.body).kind is Kind.JOIN


def again(work: Work, sid: str) -> str:
    """Return what was answered to a text the first time."""
    sealed = work.conn.execute(select(Message.answer).where(Message.sid == sid)).scalar_one()
    return work.vault.open(sealed, "messages.answer") if sealed else ""


def keep(work: Work, text: Text) -> str:
    """Store a text, and bring a person in, when handling it failed: nothing that was said is lost to a fault of ours.

    Returns what to answer. Touches as little as it can of what may be broken.
    """
    # Without the organisation's own phrases, for which the database would be asked.
    risk = read_risk(text.body)
    phone_id, person_id = people.phone_for(work, text.sender), people.id_behind(work, text.sender)
    escalations.open_case(
        work,
        Severity.RED if risk.level is Level.RED else Severity.AMBER,
        "line_failed",
        person_id=person_id,
        phone_id=phone_id,
        words=_words(text),
        detail="".join(f"; {w}" for w in risk.why),
    )
    red = risk.level is Level.RED
    key = safe_reply.red(work, risk.why, person_id=person_id, phone_id=phone_id) if red else "passed_on"
    answer = render_plainly(work, key, "en", "discreet")
    _store(work, text, phone_id=phone_id, person_id=person_id, answer=answer, unread=True)
    return answer


def _words(text: Text) -> str:
    pictures = "" if not text.media else f" [{text.media} picture{'s' if text.media > 1 else ''}]"
    return f"{text.body}{pictures}".strip()


def _mind_carrier(work: Work, turn: Turn, text: Text) -> bool:
    """Note what the carrier did by itself with an opt-out word; tell whether it will refuse an answer from us."""
    word = text.body.strip().casefold()
    did = text.carrier_did
    if did is None and not work.settings.advanced_opt_out:
        did = "STOP" if word in CARRIER_STOPS else "START" if word in CARRIER_STARTS else None
    if did == "STOP" and turn.pair_id is not None:
        # The carrier lets nothing more out of that number; the line's own says what was stopped and what was not.
        turn.mouth = None
        return False
    if did == "STOP":
        people.block_texts(work, turn.member.id, blocked=True)
        return True
    if did == "START" and turn.member.text_blocked:
        people.block_texts(work, turn.member.id, blocked=False)
    return text.carrier_did == "HELP"


def _hear_stranger(work: Work, text: Text, risk: Risk) -> str:
    """Somebody the line does not know: stored, read for danger, shown to staff, answered once a day at most."""
    phone_id = people.phone_for(work, text.sender)
    severity = {Level.RED: Severity.RED, Level.AMBER: Severity.AMBER}.get(risk.level, Severity.TASK)
    escalations.open_case(
        work,
        severity,
        "words" if risk.level else "stranger",
        person_id=None,
        phone_id=phone_id,
        words=_words(text),
        detail="".join(f"; {w}" for w in risk.why),
    )
    answer = ""
    stopped = text.carrier_did == "STOP" or read(text.body).kind is Kind.STOP
    # A caller id that is no number (a short code, a company's name) cannot take an answer.
    if is_e164(text.sender) and not stopped and (risk.level is Level.RED or _first_today(work, phone_id)):
        key = "safety.endangered" if safe_reply.watched(risk.why) else "stranger"
        if risk.level is Level.RED:
            key = safe_reply.red(work, risk.why, person_id=None, phone_id=phone_id)
        answer = render(work, key, "en", "discreet", {})
    _store(work, text, phone_id=phone_id, person_id=None, answer=answer, unread=True)
    return answer


def _first_today(work: Work, phone_id: UUID) -> bool:
    updated = work.conn.execute(
        update(Phone)
        .where(
            Phone.id == phone_id,
            (Phone.last_answered_at.is_(None)) | (Phone.last_answered_at <= work.now - _STRANGER_EVERY),
        )
        .values(last_answered_at=work.now)
    )
    return updated.rowcount == 1


# The unique sid decides which of two copies acted.
_STORE = (
    "INSERT INTO messages (id, at, direction, medium, person_id, phone_id, sid, status, body, answer, unread) VALUES "
    "(%(id)s, %(at)s, 'in', 'text', %(person)s, %(phone)s, %(sid)s, 'received', %(body)s, %(answer)s, %(unread)s)"
)


def _store(
    work: Work,
    text: Text,
    *,
    phone_id: UUID,
    person_id: UUID | None,
    answer: str,
    unread: bool,
    message_id: UUID | None = None,
) -> None:
    """Store the text with its answer; the commit raises RepeatedError when it is there already."""
    work.write_behind(
        f"text {text.sid}",
        _STORE,
        {
            "id": message_id or new_id(),
            "at": work.now,
            "person": person_id,
            "phone": phone_id,
            "sid": text.sid,
            "body": work.vault.seal(_words(text), "messages.body"),
            "answer": work.vault.seal(answer, "messages.answer") if answer else None,
            "unread": unread,
        },
    )
