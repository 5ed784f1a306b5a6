"""A call, in or out, key by key. The same conversation as by text, through another mouth.

Nothing private is said before a key has shown that a person is listening. 9 says it again, 0 brings a person; a key
that does not come is waited for twice, and then silence means what the open question's table says it means.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import checkins, escalations, people
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.events import Opened, Replied
from checkin.conversation.machine import open_step
from checkin.conversation.replies import Asked, Kind, Reading, read_keys
from checkin.conversations.sentences import render
from checkin.conversations.turn import Turn
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import CallTurn, Message
from checkin.store.work import RepeatedError, Work

At = Literal["human", "question", "menu", "stranger", "end"]
REPEATS = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """What to say next in a call: sentences, then (unless `at` is "end") a prompt during which keys are heard."""

    call: UUID
    language: str
    say: tuple[str, ...]
    prompt: tuple[str, ...]
    at: At
    tries: int = 0


def ring_in(work: Work, sid: str, caller: str) -> Spoken:
    """Somebody rings the line."""
    found = people.behind_number(work, caller)
    phone_id = found[1] if found else people.phone_for(work, caller)
    call = work.conn.execute(
        insert(Message)
        .values(
            id=new_id(),
            at=work.now,
            direction="in",
            medium="call",
            person_id=found[0].id if found else None,
            phone_id=phone_id,
            sid=sid,
            status="received",
        )
        .on_conflict_do_nothing(index_elements=["sid"])
        .returning(Message.id)
    ).scalar_one_or_none()
    if call is None:
        raise RepeatedError
    if found is None:
        return _stranger(work, call)
    # Who rings may not be who we think: the name waits for a key when the phone is shared.
    greeting = "voice.human" if found[0].shared_phone else "voice.greeting"
    turn = _turn(work, found[0], phone_id)
    if found[0].shared_phone:
        return Spoken(call, turn.member.language, (), (turn.render(greeting, {}),), "human")
    return _offer(turn, call, say=(turn.render(greeting, {"name": turn.member.name}),))


def picked_up(work: Work, call: UUID, *, machine: bool) -> Spoken:
    """A call that we made was answered, by a person or a machine."""
    member = _other_end(work, call)
    if member is None:
        return Spoken(call, "en", (), (), "end")
    turn = _turn(work, member, None)
    if machine:
        key = {"neutral": "voicemail.neutral", "full": "voicemail.full"}.get(member.voicemail)
        # "Nothing urgent" would be a lie about a page; the next person is being rung meanwhile.
        key = None if _is_page(work, call) else key
        said = (turn.render(key, {"name": member.name}),) if key else ()
        return Spoken(call, member.language, said, (), "end")
    return Spoken(call, member.language, (), (turn.render("voice.human", {}),), "human")


def _is_page(work: Work, call: UUID) -> bool:
    stream = work.conn.execute(select(Message.stream).where(Message.id == call)).scalar_one_or_none()
    return stream == Stream.SAFETY.value


def press(work: Work, call: UUID, at: At, keys: str, tries: int) -> Spoken:
    """Keys were pressed at a prompt, or (keys == "") nothing was."""
    member = _other_end(work, call)
    if member is None:
        return _stranger_presses(work, call, keys, tries)
    turn = _turn(work, member, None)
    if not keys:
        return _nothing_pressed(turn, call, at, tries)
    if at == "human":
        return _human(turn, call, keys, tries)
    if at == "menu":
        return _menu(turn, call, keys)
    return _answer(turn, call, keys)


def _turn(work: Work, member: Member, phone_id: UUID | None) -> Turn:
    return Turn(work, member, mouth="voice", phone_id=phone_id)


def _other_end(work: Work, call: UUID) -> Member | None:
    person_id = work.conn.execute(select(Message.person_id).where(Message.id == call)).scalar_one_or_none()
    return people.lock(work, person_id) if person_id else None


def _offer(turn: Turn, call: UUID, say: tuple[str, ...]) -> Spoken:
    """Put the open question, or offer the menu."""
    step = open_step(turn.member.state)
    if step is None or step.ask is None:
        return Spoken(call, turn.member.language, say, (turn.render("voice.menu", {}),), "menu")
    question = turn.question or turn.put_again()
    return Spoken(call, turn.member.language, say, (question, turn.render("voice.help_keys", {})), "question")


def _human(turn: Turn, call: UUID, keys: str, tries: int) -> Spoken:
    if keys != "1":
        return _nothing_pressed(turn, call, "human", tries)
    row = turn.work.conn.execute(
        update(Message).where(Message.id == call).values(reached=True).returning(Message.wording, Message.body)
    ).one()
    greeting = turn.render("voice.greeting", {"name": turn.member.name})
    # A question is put as it stands now; anything else that we rang to say is said as it was written.
    news = row.body is not None and not str(row.wording).endswith(".ask")
    said = (turn.work.vault.open(row.body, "messages.body"),) if news and row.body else ()
    return _offer(turn, call, say=(greeting, *said))


def _menu(turn: Turn, call: UUID, keys: str) -> Spoken:
    chosen = {"2": Kind.NEXT, "3": Kind.CALL_ME, "0": Kind.HELP}.get(keys)
    if keys == "1":
        check_in = checkins.start(turn.work, turn.member.id)
        if check_in is not None:
            turn.advance(Opened("checkin", str(check_in)))
        return _offer(turn, call, say=tuple(turn.said))
    if chosen is not None:
        turn.reading = Reading(chosen)
        turn.advance(Replied(turn.reading))
    return _offer(turn, call, say=tuple(turn.said))


def _answer(turn: Turn, call: UUID, keys: str) -> Spoken:
    step = open_step(turn.member.state)
    reading = read_keys(keys, step.asked if step else Asked.NONE)
    turn.reading, turn.words = reading, f"[pressed {keys}]"
    before = turn.member.state.current
    turn.advance(Replied(reading))
    if turn.member.state.current is None and before is not None:
        # The question is answered: say so and let them go, with the menu for whoever wants more.
        return Spoken(call, turn.member.language, tuple(turn.said), (turn.render("voice.menu", {}),), "menu", REPEATS)
    return _offer(turn, call, say=tuple(turn.said))


def _nothing_pressed(turn: Turn, call: UUID, at: At, tries: int) -> Spoken:
    language = turn.member.language
    if tries >= REPEATS:
        key = "voice.goodbye" if at == "menu" else "voice.nothing_heard"
        return Spoken(call, language, (turn.render(key, {}),), (), "end")
    if at == "human":
        return Spoken(call, language, (), (turn.render("voice.human", {}),), "human", tries + 1)
    offered = _offer(turn, call, say=())
    return Spoken(call, language, (), offered.prompt, offered.at, tries + 1)


def _stranger(work: Work, call: UUID, tries: int = 0) -> Spoken:
    def say(key: str) -> str:
        return render(work, key, "en", "voice", {})

    first = (say("stranger"),) if tries == 0 else ()
    return Spoken(call, "en", first, (say("voice.stranger_menu"),), "stranger", tries)


def _stranger_presses(work: Work, call: UUID, keys: str, tries: int) -> Spoken:
    if keys != "0":
        if tries >= REPEATS:
            return Spoken(call, "en", (render(work, "voice.goodbye", "en", "voice", {}),), (), "end")
        return _stranger(work, call, tries + 1)
    phone_id = work.conn.execute(select(Message.phone_id).where(Message.id == call)).scalar_one_or_none()
    escalations.open_case(work, Severity.TASK, "stranger_wants_call", person_id=None, phone_id=phone_id)
    return Spoken(call, "en", (render(work, "passed_on", "en", "voice", {}),), (), "end")


def answered_before(work: Work, key: str) -> str | None:
    """Return what a step of a call was answered with before, or None."""
    sealed = work.conn.execute(select(CallTurn.answer).where(CallTurn.key == key)).scalar_one_or_none()
    return work.vault.open(sealed, "call_turns.answer") if sealed else None


def keep_answer(work: Work, key: str, answer: str) -> None:
    """Keep what a step was answered with. Raises RepeatedError when another copy of the request was faster."""
    kept = work.conn.execute(
        insert(CallTurn)
        .values(key=key, at=work.now, answer=work.vault.seal(answer, "call_turns.answer"))
        .on_conflict_do_nothing()
        .returning(CallTurn.key)
    ).first()
    if kept is None:
        raise RepeatedError
