"""Somebody whose conversation is being carried on, and the mouth that is open: how what is said reaches them.

What is to be said goes out by the mouth that is open (the TwiML answer to the text or call that is being handled); when
none is, it is owed to the outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from checkin import checkins, duties, escalations, meetings, outbox, rungs, wording
from checkin.conversation import machine
from checkin.conversation.agenda import STREAM
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.events import Event
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.state import Thread
from checkin.conversations import consents, results, safe_reply, sentences
from checkin.gate import Medium
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.work import Work
from checkin.wording import Variant

# What is told when nobody has just spoken: the end of a pause is service, news of a meeting is a reminder.
_TOLD_AS_ASKED = frozenset({"page", "handling", "safety", "meeting", "moved", "staff_reply"})
# Stopped with the reminders, but as little kept back as any notice: somebody may be about to set off.
_SENT_AS = {"moved": Stream.NOTICE}
# What is said after an answer about a case, which may have been overtaken by then.
_ABOUT_A_CASE = frozenset({
    "page.declined", "page.gone", "handling.arrived", "handling.trying", "handling.handed_back",
})  # fmt: skip
# A question that could not be put for half a day is not put any more: the ladder has long gone on.
_ASK_EXPIRES = timedelta(hours=12)
# What a person wrote waits for safe hours, however few there are in a week-end.
_ANSWER_EXPIRES = timedelta(days=3)

Mouth = Literal["text", "voice"]


@dataclass(slots=True)
class Speaking:
    """One event in one person's conversation, and what is said to it."""

    work: Work
    member: Member
    mouth: Mouth | None = None
    """The open mouth: how what is said reaches the person at once. None: it is owed."""
    words: str = ""
    reading: Reading | None = None
    why: tuple[str, ...] = ()
    """Why danger was heard."""
    phone_id: UUID | None = None
    message_id: UUID = field(default_factory=new_id)
    """The text that is being handled, by the id under which it is stored."""
    pictures: int = 0
    pair_id: UUID | None = None
    """The pair whose own number was texted or rung."""
    dial: UUID | None = None
    """The call to a service that they asked to be put through to."""
    shortened: bool = False
    """More of an address was said than is used: `words` are without it, and so is what is kept."""
    passed_on: bool = False
    """The words went to a buddy or a person: nobody has to see to them."""
    then: list[Event] = field(default_factory=list)
    """What follows from this turn in the same conversation, once all that was ordered is done."""
    said: list[str] = field(default_factory=list)
    question: str | None = None
    ladder: rungs.Ladder | None = None
    by_carrier: bool = False
    """The carrier has acted on an opt-out word and refuses whatever we would answer."""
    recorded: str | None = None
    changed: consents.Changed | None = None

    @property
    def endangered(self) -> bool:
        """Tell whether somebody who hurts them may be reading or listening along."""
        return safe_reply.watched(self.why)

    def put_again(self, aloud: str | None = None) -> str:
        """Return the open question, rendered for the open mouth, without anything having happened; as the sentence
        `aloud` puts it, where there is another way of putting it."""
        thread = self.member.state.current
        step = machine.open_step(self.member.state)
        key = aloud or (step.ask if step and step.ask else "voice.menu")
        key = results.question(self.work, self.member, key, thread) or "voice.menu"
        return self.render(key, sentences.values(self.work, self.member, key, thread))

    def tell(self, key: str, thread: Thread | None) -> None:
        """Say something that asks for nothing, about what `thread` is about; owe it when no mouth is open."""
        if key == "relay.held" and self.endangered:
            return
        which = self._which(key, thread)
        if which is None:
            return
        key = which
        values = sentences.values(self.work, self.member, key, thread) | self._stream()
        if self.mouth is not None:
            self.said.append(self.render(key, values))
            return
        stream = STREAM[thread.topic] if thread and thread.topic in _TOLD_AS_ASKED else Stream.SERVICE
        outbox.owe(
            self.work,
            self.member.id,
            self._medium() if stream is Stream.REMINDERS else "text",
            _SENT_AS.get(thread.topic, stream) if thread else stream,
            key,
            values,
            subject=_subject(thread),
            expires_at=None if stream in {Stream.SERVICE, Stream.SAFETY} else self._expires(thread),
        )

    def say(self, key: str, values: Mapping[str, str]) -> None:
        """Answer what somebody has just asked for."""
        if self.mouth is not None:
            self.said.append(self.render(key, values))
        else:
            outbox.owe(self.work, self.member.id, "text", Stream.SERVICE, key, values)

    def ask(self, key: str, thread: Thread | None) -> None:
        """Put the open question."""
        key = results.question(self.work, self.member, key, thread) or "voice.menu"
        values = sentences.values(self.work, self.member, key, thread)
        if self.mouth is not None:
            self.question = self.render(key, values)
            return
        if key == "page.ask":
            # The case has owed its pages itself, by every medium that its policy names.
            return
        # Staff chose a text; somebody with a landline is rung all the same.
        medium: Medium = "text" if thread and thread.topic == "staff_reply" else self._medium()
        dedupe = None
        if thread is not None and thread.topic == "checkin" and (ladder := self.find_ladder(thread)):
            medium = "text" if ladder.here in {"text", None} else "call"
            dedupe = f"checkin:{ladder.id}:{ladder.rung}:{self.member.state.turn}"
        stream = _SENT_AS.get(thread.topic, STREAM[thread.topic]) if thread else Stream.SERVICE
        outbox.owe(
            self.work,
            self.member.id,
            medium,
            stream,
            key,
            values,
            subject=_subject(thread),
            expires_at=self._expires(thread),
            dedupe=dedupe,
        )

    def _medium(self) -> Medium:
        return "call" if self.member.prefers == "call" else "text"

    def _expires(self, thread: Thread | None) -> datetime:
        if thread is not None and thread.topic in meetings.TOPICS:
            return meetings.find(self.work, UUID(thread.subject)).starts
        if thread is not None and STREAM[thread.topic] is Stream.CONTACT:
            # A night, or somebody's few safe hours, may lie in between.
            return self.work.now + timedelta(days=1)
        if thread is not None and thread.topic == "staff_reply":
            return self.work.now + _ANSWER_EXPIRES
        if thread is not None and thread.topic == "reach_out":
            # As long as an answer to it is listened for: asked in the evening, they hear in the morning.
            return self.work.now + timedelta(days=1)
        duty = duties.lock(self.work, UUID(thread.subject)) if thread and thread.topic in duties.TOPICS else None
        latest = self.work.now + _ASK_EXPIRES
        return min(latest, duty.starts) if duty else latest

    def _stream(self) -> dict[str, str]:
        """Return what the one stream is called that was stopped or started just now."""
        named = [self.changed.stream.value] if self.changed and self.changed.stream else []
        return {"stream": wording.stream_names(named, self.member.language)}

    def _which(self, key: str, thread: Thread | None) -> str | None:
        """Return the sentence that is true here, where the core names the general one; None: there is none to say."""
        if self.changed is not None and key in {
            "stop.done",
            "stop.stream",
            "stop.farewell",
            "start.done",
            "start.stream",
        }:
            # A second STOP is not answered with another text, whichever way it was said.
            return key if key == "stop.farewell" and self.changed.say else self.changed.say
        if thread is not None and key in _ABOUT_A_CASE and (instead := self._overtaken(key, UUID(thread.subject))):
            return instead
        if key == "next" and meetings.next_for(self.work, self.member) is None:
            escalations.open_case(self.work, Severity.TASK, "asked_next", person_id=self.member.id, words=self.words)
            return "next.none"
        if key == "back.done" and not self.member.streams:
            return "back.stopped"
        # Whoever hurts them may be reading along: nothing that names what was said, or who helps.
        if key == "safety.amber" and self.endangered:
            return "safety.endangered"
        if key == "safety.red":
            return safe_reply.red(self.work, self.why, person_id=self.member.id, phone_id=self.phone_id)
        if key == "meeting.passed_on" and thread and not meetings.facilitator_of(self.work, UUID(thread.subject)):
            return "passed_on"
        if (
            key == "language.done"
            and self.reading
            and self.reading.kind is Kind.LANGUAGE
            and self.reading.value not in wording.LANGUAGES
        ):
            return "language.not_yet"
        return key

    def _overtaken(self, key: str, case_id: UUID) -> str | None:
        """Return what is true of a case of which something else was to be said, or None: that is true."""
        case = escalations.find(self.work, case_id)
        if case.status == "closed":
            return "page.closed"
        mine = case.taken_by == self.member.id
        true = mine if key.startswith("handling.") and key != "handling.handed_back" else case.status == "open"
        return None if true or (key == "page.declined" and mine) else "page.gone"

    def find_ladder(self, thread: Thread) -> rungs.Ladder | None:
        """Return the ladder of the check-in that a thread is about."""
        if self.ladder is None:
            self.ladder = checkins.find(self.work, UUID(thread.subject))
        return self.ladder

    def render(self, key: str, values: Mapping[str, str]) -> str:
        """Return a sentence in this person's language, as the open mouth says it."""
        variant: Variant = "voice" if self.mouth == "voice" else self.member.variant
        return sentences.render(self.work, key, self.member.language, variant, values)


def _subject(thread: Thread | None) -> UUID | None:
    return UUID(thread.subject) if thread and thread.subject else None
