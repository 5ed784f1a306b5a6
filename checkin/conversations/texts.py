"""A text arrives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from checkin import dangers, escalations, joining, logs, people, relays
from checkin.conversation.effects import Severity
from checkin.conversation.events import Replied
from checkin.conversation.machine import open_step
from checkin.conversation.replies import Asked, Kind, Reading, greets, read, sounds_low
from checkin.conversation.risk import Level, Risk, read_risk
from checkin.conversation.topic import Heard
from checkin.conversations import allowance, carrier_words, finding, manners, safe_reply, shared, staff_texts, strangers
from checkin.conversations.sentences import render_plainly
from checkin.conversations.staff_words import read_command
from checkin.conversations.turn import Turn
from checkin.people import Behind, Member, User
from checkin.phone import is_e164
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.work import Work


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
    quiet: bool = False
    """Too much has come from this number: the text acts as ever, and is not answered."""


def hear(work: Work, text: Text) -> str:
    """Handle one text and return what to answer at once ("" for nothing).

    The commit of the caller's transaction raises RepeatedError when this text was handled before.
    """
    # Before anything else that could fail.
    risk = dangers.read(work, text.body)
    found = people.everybody_behind(work, text.sender, text.to)
    if found is None and _would_join(text, risk) and allowance.take(work, danger=False):
        joining.newcomer(work, text.sender)
        found = people.everybody_behind(work, text.sender, text.to)
    if found is None:
        phone_id = people.phone_for(work, text.sender)
        before = manners.read(work, phone_id)
    else:
        phone_id, before = found.phone_id, manners.kept(found.phone_id, found.manners)
    members = [user.member for user in found.users] if found else []
    open_now = [m.state.current for m in members if m.state.current and (step := open_step(m.state)) and step.ask]
    habit = manners.hear(work, before, f"{text.to} {text.body}", open_now)
    reading = read(text.body, _asked(members[0]) if len(members) == 1 else Asked.NONE)
    verdict = manners.verdict(work, habit, reading, risk.level, known=found is not None)
    # Staff ask anew how things stand; a code word is never only kept; "1" may first be an answer, and then say whose.
    whose = len(members) > 1 and reading.kind is Kind.NUMBER
    if verdict == "keep" and (whose or read_command(text.body) or _is_code_word(work, members, text.body)):
        verdict = "answer"
    # On a bad night somebody on call may text more in ten minutes than a machine would.
    if verdict == "mute" and habit.same == 1 and staff_texts.is_one(work, members):
        verdict = "answer"
    person_id = members[0].id if len(members) == 1 else None
    if verdict == "keep":
        answer = ""
        _store(work, text, new_id(), phone_id=phone_id, person_id=person_id, answer=answer, unread=False)
    else:
        answer = _handle(work, replace(text, quiet=verdict == "mute"), risk, found, reading)
    manners.keep(work, habit, reading, verdict, said=bool(answer), person_id=person_id)
    return answer


def _is_code_word(work: Work, members: Sequence[Member], body: str) -> bool:
    return any(people.says_code_word(work, member, body) for member in members)


def _asked(member: Member) -> Asked:
    step = open_step(member.state)
    return step.asked if step else Asked.NONE


def _handle(work: Work, text: Text, risk: Risk, found: Behind | None, reading: Reading) -> str:
    if found is None:
        return _hear_stranger(work, text, risk, reading)
    if len(found.users) > 1:
        return _hear_shared(work, text, risk, found)
    user, phone_id = found.users[0], found.phone_id
    turn = _converse(work, text, risk, Turn(work, user.member, phone_id=phone_id, pair_id=user.pair_id), reading)
    answer = _answer(text, turn)
    unread = _is_unread(turn)
    kept = _kept(text, turn)
    _store(work, kept, turn.message_id, phone_id=phone_id, person_id=user.member.id, answer=answer, unread=unread)
    return answer


def _kept(text: Text, turn: Turn) -> Text:
    """Return a text as it is stored: of an address only the district."""
    settings = turn.work.settings
    return replace(text, body=finding.without_address(text.body, settings.country)) if turn.shortened else text


def _converse(work: Work, text: Text, risk: Risk, turn: Turn, reading: Reading) -> Turn:
    """Take a text as somebody's turn, `reading` being what it means where they stand."""
    if people.says_code_word(work, turn.member, text.body):
        risk = Risk(Level.RED, (people.CODE_WORD,))
    if turn.member.status == "invited" and reading.kind is Kind.START:
        # The carrier's own word for yes.
        reading = Reading(Kind.YES)
    turn.reading = reading if turn.pair_id is None else relays.on_own_line(reading, text.body)
    turn.mouth, turn.words, turn.pictures = "text", _words(text), text.media
    turn.why = risk.why if risk.level else ()
    if staff_texts.hear(turn, text.body, risk):
        turn.passed_on = True
        return turn
    turn.by_carrier = carrier_words.mind(turn, text.body, text.carrier_did)
    farewell = carrier_words.may_be_farewell(text.body)
    greeting = greets(text.body)
    # To "how are you" a low answer is low anyway; after an invitation it could pass for a plain no.
    low = turn.listens_for(Heard.LOW) and sounds_low(text.body)
    turn.advance(Replied(turn.reading, risk.level, farewell=farewell, low=low, greeting=greeting))
    turn.passed_on |= greeting
    return turn


def _answer(text: Text, turn: Turn) -> str:
    return "" if text.quiet or turn.by_carrier else " ".join(filter(None, (*turn.said, turn.question)))


def _is_unread(turn: Turn) -> bool:
    return turn.reading is not None and turn.reading.kind is Kind.UNCLEAR and not turn.passed_on


def _hear_shared(work: Work, text: Text, risk: Risk, behind: Behind) -> str:
    """Somebody uses a phone that several people share: hear them as whom they are, or ask."""
    did, here = carrier_words.done(work, text.body, text.carrier_did), new_id()
    known = shared.decide(work, behind, text.body)
    if known is None and did != "STOP":
        asked = shared.ask(work, behind, _words(text), risk)
        answer = "" if text.quiet else asked
        unread = read(text.body, Asked.NONE).kind is Kind.UNCLEAR
        _store(work, text, here, phone_id=behind.phone_id, answer=answer, unread=unread)
        return answer
    # What the carrier stopped it stopped for everybody.
    users = (known.user,) if known else behind.users
    said = _said(work, text, risk, known, here)
    turns = [turn for user in users for turn in _turns(work, text, behind, user, said)]
    if did is not None:
        shared.tell_carrier(work, behind, users, stopped=did == "STOP")
    for user in users:
        shared.note_others(work, behind, user.member.id, risk)
    heard = [turn for turn in turns if not (text.quiet or turn.by_carrier)]
    answer = " ".join(filter(None, (*(s for turn in heard for s in turn.said), heard[-1].question if heard else None)))
    person_id = known.user.member.id if known else None
    unread = _is_unread(turns[-1])
    kept = _kept(text, turns[-1])
    _store(work, kept, here, phone_id=behind.phone_id, person_id=person_id, answer=answer, unread=unread)
    return answer


def _would_join(text: Text, risk: Risk) -> bool:
    """Tell whether a stranger wants to join. Whoever is in danger gets a person, not a question."""
    return not risk.level and is_e164(text.sender) and read(text.body).kind is Kind.JOIN


def _said(work: Work, text: Text, risk: Risk, known: shared.Known | None, here: UUID) -> list[tuple[Text, Risk, UUID]]:
    """Return what has waited for somebody, and what they say in this text, each with the id it is stored by."""
    held = known.held if known else ()
    said = [(replace(text, body=h.body, media=0, carrier_did=None), dangers.read(work, h.body), h.id) for h in held]
    body = known.body if known else text.body
    return [*said, (replace(text, body=body), risk, here)] if body or text.media else said


def _turns(
    work: Work, text: Text, behind: Behind, user: User, said: Sequence[tuple[Text, Risk, UUID]]
) -> Iterator[Turn]:
    member = user.member
    for one, risk, message_id in said:
        turn = Turn(work, member, phone_id=behind.phone_id, pair_id=user.pair_id, message_id=message_id)
        yield _converse(work, one, risk, turn, read(one.body, _asked(member)))
        member = turn.member
    if not said:
        # Only a name: whoever it is hears their open question, or a greeting.
        turn = Turn(work, member, mouth="text", words=text.body)
        asked = open_step(member.state)
        turn.said.append(
            turn.put_again() if asked and asked.ask else turn.render("shared.hello", {"name": member.name})
        )
        yield turn


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
    _store(work, text, new_id(), phone_id=phone_id, person_id=person_id, answer=answer, unread=True)
    return answer


def _words(text: Text) -> str:
    pictures = "" if not text.media else f" [{text.media} picture{'s' if text.media > 1 else ''}]"
    return f"{text.body}{pictures}".strip()


def _hear_stranger(work: Work, text: Text, risk: Risk, reading: Reading) -> str:
    """Somebody the line does not know."""
    silent = text.quiet or text.carrier_did == "STOP" or reading.kind is Kind.STOP
    # Of an address only the district, but from somebody who may have to be found.
    kept = text if risk.level else replace(text, body=finding.without_address(text.body, work.settings.country))
    answer = strangers.hear(work, text.sender, _words(kept), risk, reading, silent=silent)
    _store(work, kept, new_id(), phone_id=people.phone_for(work, text.sender), answer=answer, unread=True)
    return answer


# The unique sid decides which of two copies acted.
_STORE = (
    "INSERT INTO messages (id, at, direction, medium, person_id, phone_id, sid, status, body, answer, unread, "
    "trace) VALUES "
    "(%(id)s, %(at)s, 'in', 'text', %(person)s, %(phone)s, %(sid)s, 'received', %(body)s, %(answer)s, %(unread)s, "
    "%(trace)s)"
)


def _store(
    work: Work,
    text: Text,
    message_id: UUID,
    *,
    phone_id: UUID,
    answer: str,
    unread: bool,
    person_id: UUID | None = None,
) -> None:
    """Store the text with its answer; the commit raises RepeatedError when it is there already."""
    work.write_behind(
        f"text {text.sid}",
        _STORE,
        {
            "id": message_id,
            "at": work.now,
            "person": person_id,
            "phone": phone_id,
            "sid": text.sid,
            "body": work.vault.seal(_words(text), "messages.body"),
            "answer": work.vault.seal(answer, "messages.answer") if answer else None,
            "unread": unread,
            "trace": logs.trace(),
        },
    )
