"""Somebody on the phone: their turn, and the call it is taken in."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, update

from checkin import people, ringing
from checkin.conversation import machine
from checkin.conversation.effects import Stream
from checkin.conversation.replies import Asked
from checkin.conversation.state import Thread
from checkin.conversations import results
from checkin.conversations.calls.spoken import At, Place, Spoken
from checkin.conversations.turn import Turn
from checkin.people import Member
from checkin.store.models import Message
from checkin.store.work import Work

# Languages whose speech the carrier's recogniser is known to understand; the others are keyed.
RECOGNISED = frozenset({"en", "pl"})


NUMBER_CODE = "number.code"


@dataclass(slots=True)
class Caller:
    """One person at one step of one call. Not `known`: it is one of several, and not yet clear which."""

    turn: Turn
    call: UUID
    zero: bool = False
    known: bool = True

    @property
    def member(self) -> Member:
        """Who it is."""
        return self.turn.member

    @property
    def paused(self) -> bool:
        """Tell whether they have paused messages."""
        return self.member.paused_until is not None and self.member.paused_until > self.turn.work.now

    def says(self, key: str, /, **values: str) -> str:
        """Return a sentence as this person is told it."""
        return self.turn.render(key, values)

    def spoken(
        self,
        at: At,
        say: tuple[str, ...],
        prompt: tuple[str, ...] = (),
        *,
        tries: int = 0,
        about: str = "",
        asked: Asked = Asked.NONE,
        listens: bool = False,
    ) -> Spoken:
        """Return what is said next, in this person's language and at their pace."""
        place = Place(at, tries, about, self.zero)
        listens = listens and self.turn.work.settings.speech and self.member.language in RECOGNISED
        if listens:
            prompt = (*prompt, self.says("voice.or_say"))
        return Spoken(self.call, self.member.language, place, say, prompt, asked, listens, self.member.text_relay)

    def ends(self, *say: str) -> Spoken:
        """Say this, and hang up."""
        return self.spoken("end", say)

    def menu(self, say: tuple[str, ...] = (), *, more: bool = False, tries: int = 0) -> Spoken:
        """Offer the choices there are when nothing is asked."""
        if not more:
            return self.spoken("menu", say, (self.says("voice.menu"),), tries=tries, listens=True)
        choices = self.says("voice.menu_more_paused" if self.paused else "voice.menu_more")
        return self.spoken("more", say, (choices,), tries=tries, listens=True)

    def offer(self, say: tuple[str, ...] = ()) -> Spoken:
        """Put the open question, or offer the menu."""
        thread, step = self.member.state.current, machine.open_step(self.member.state)
        key = (step.aloud or step.ask) if step else None
        if thread is None or step is None or key is None:
            return self.menu(say)
        if results.question(self.turn.work, self.member, key, thread) is None:
            # What it was about is gone.
            return self.menu(say)
        question = self.turn.question or self.turn.put_again(key)
        prompt = (question, self.says("voice.help_keys"))
        return self.spoken("question", say, prompt, about=name(thread), asked=step.asked, listens=True)

    def begin(self) -> Spoken:
        """A person is there, and it is the right one: greet them, say what we rang to say, put the open question."""
        row = self.turn.work.conn.execute(
            update(Message)
            .where(Message.id == self.call)
            .values(reached=True)
            .returning(Message.direction, Message.wording, Message.body)
        ).one()
        if row.wording == NUMBER_CODE and row.body is not None:
            # Whose number this is, is what the code is to show: nobody is named.
            return self.ends(self.turn.work.vault.open(row.body, "messages.body"))
        if row.wording in ringing.WORDINGS and row.body is not None:
            # Staff asked for this call: who it is about is said now, and then that person is rung.
            return replace(self.ends(self.turn.work.vault.open(row.body, "messages.body")), through="")
        said = [self.says("voice.greeting", name=self.member.name)]
        # A question is put as it stands now; anything else that we rang to say is said as it was written.
        if row.direction == "out" and row.body is not None and not str(row.wording).endswith(".ask"):
            said.append(self.turn.work.vault.open(row.body, "messages.body"))
        return self.offer(tuple(said))


def name(thread: Thread | None) -> str:
    """Return a name for the question that a thread stands at."""
    return f"{thread.topic}.{thread.step}.{thread.subject}" if thread else ""


def caller(work: Work, call: UUID, *, zero: bool = False) -> Caller | None:
    """Return who is at the other end of a call, their row locked; None for a stranger, or while it is not known."""
    row = work.conn.execute(select(Message.person_id, Message.phone_id).where(Message.id == call)).first()
    member = people.lock(work, row.person_id) if row is not None and row.person_id is not None else None
    if row is None or member is None:
        return None
    return Caller(Turn(work, member, mouth="voice", phone_id=row.phone_id), call, zero)


def proves_number(work: Work, call: UUID) -> bool:
    """Tell whether the line rang to say the code that proves a number somebody's: nothing else may be said there."""
    wording = work.conn.execute(select(Message.wording).where(Message.id == call)).scalar_one_or_none()
    return wording == NUMBER_CODE


def is_for_staff(work: Work, call: UUID) -> bool:
    """Tell whether the line rang to page somebody, or to put them through from a case: no machine can do either."""
    row = work.conn.execute(select(Message.stream, Message.wording).where(Message.id == call)).first()
    return row is not None and (row.stream == Stream.SAFETY.value or row.wording in ringing.WORDINGS)
