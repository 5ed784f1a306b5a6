"""One turn of one conversation: advance the core, carry out its orders.

What is to be said goes out by the mouth that is open (the TwiML answer to the text or call that is being handled); when
none is, it is owed to the outbox. Nobody else's conversation is ever touched here: what concerns another person is left
for them as a timer that is due now, and happens under their own lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never
from uuid import UUID

from checkin import (
    buddies,
    checkins,
    duties,
    escalations,
    meetings,
    outbox,
    outcomes,
    people,
    relays,
    timers,
    wording,
)
from checkin.conversation import machine
from checkin.conversation.agenda import STREAM
from checkin.conversation.effects import (
    Accept,
    Ask,
    Begin,
    Climb,
    Consent,
    Decline,
    Effect,
    Escalate,
    InTouch,
    Join,
    LookUp,
    Note,
    Pass,
    Pause,
    Reach,
    Record,
    Relay,
    Resume,
    Score,
    Settle,
    Severity,
    Speak,
    Stream,
    Suspend,
    Tell,
    Wait,
)
from checkin.conversation.events import Event, Exhausted, Opened, Settled
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.state import Conversation, Thread
from checkin.conversation.topic import Heard
from checkin.conversations import consents, enrolment, finding, safe_reply, sentences
from checkin.escalations import promised_calls
from checkin.gate import Medium
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.work import Work
from checkin.wording import Variant

_SPANS = {
    "half_hour": timedelta(minutes=30),
    "hour": timedelta(hours=1),
    "safety_hour": timedelta(hours=1),
    "day": timedelta(days=1),
    # Asked at five, asked once more before the evening is over.
    "duty_reminder": timedelta(minutes=150),
}
# What is told when nobody has just spoken: the end of a pause is service, news of a meeting is a reminder.
_TOLD_AS_ASKED = frozenset({"page", "handling", "safety", "meeting", "staff_reply"})
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
class Turn:
    """One event in one person's conversation, being carried out."""

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
    passed_on: bool = False
    """The words went to a buddy or a person: nobody has to see to them."""
    then: list[Event] = field(default_factory=list)
    """What follows from this turn in the same conversation, once all that was ordered is done."""
    said: list[str] = field(default_factory=list)
    question: str | None = None
    ladder: checkins.Ladder | None = None
    by_carrier: bool = False
    """The carrier has acted on an opt-out word and refuses whatever we would answer."""
    recorded: str | None = None
    changed: consents.Changed | None = None

    @property
    def endangered(self) -> bool:
        """Tell whether somebody who hurts them may be reading or listening along."""
        return safe_reply.watched(self.why)

    def advance(self, event: Event) -> None:
        """Move the conversation by one event and carry out what the core orders."""
        before = self.member.state
        after, effects = machine.advance(before, event)
        if after is before and not effects:
            return
        self._keep(after)
        # What opens speaks of itself, whatever was under way.
        opening = Thread(event.topic, "", event.subject) if isinstance(event, Opened) else None
        thread = opening or before.current or after.current
        for effect in effects:
            self._carry_out(effect, thread, after)
        if self.recorded and thread and thread.topic == "checkin":
            checkins.record(self.work, UUID(thread.subject), self.recorded)
        if self.member.state.current is None and before.current is not None:
            timers.drop_silence(self.work, self.member.id)
        while self.then:
            self.advance(self.then.pop(0))

    def listens_for(self, heard: Heard) -> bool:
        """Tell whether the open question has an answer of its own for this."""
        step = machine.open_step(self.member.state)
        return step is not None and heard in step.hears

    def put_again(self, aloud: str | None = None) -> str:
        """Return the open question, rendered for the open mouth, without anything having happened; as the sentence
        `aloud` puts it, where there is another way of putting it."""
        thread = self.member.state.current
        step = machine.open_step(self.member.state)
        key = aloud or (step.ask if step and step.ask else "voice.menu")
        return self.render(key, sentences.values(self.work, self.member, key, thread))

    def climb_for(self, check_in_id: str) -> None:
        """Go on to the next rung of this person's check-in because somebody who was asked cannot."""
        thread = self.member.state.current
        if thread is not None and (thread.topic, thread.subject) == ("checkin", check_in_id):
            self._climb(thread)

    def tell(self, key: str, thread: Thread) -> None:
        """Tell something that asks for nothing, about what `thread` is about, without anything having happened."""
        self._tell(key, thread)

    def unpause(self) -> None:
        """End a pause whose time has come, with a soft word."""
        people.pause(self.work, self.member.id, None)
        self._tell("pause.over", None)

    def _keep(self, state: Conversation) -> None:
        # The member is a value; the turn holds the newest one.
        self.member = replace(self.member, state=state)
        people.keep_state(self.work, self.member.id, state)

    # --- orders ---

    def _carry_out(self, effect: Effect, thread: Thread | None, after: Conversation) -> None:
        match effect:
            case Tell(key=key):
                self._tell(key, thread)
            case Ask(key=key):
                self._ask(key, after.current or thread)
            case Wait(span=span):
                due = self.work.now + self._span(span, after.current)
                timers.set_silence(self.work, self.member.id, due, after.turn)
            case Record(answer=answer):
                self._record(answer, thread)
            case Settle(how=how):
                self._settle(how, thread)
            case InTouch(how=how):
                for check_in_id in checkins.unsettled_of(self.work, self.member.id):
                    checkins.settle(self.work, check_in_id, how, answer=None, by=self.member.id)
            case Climb():
                self._climb(thread)
            case Escalate(severity=severity, reason=reason):
                self._escalate(severity, reason, thread)
            case Note() | Pass() | Score():
                self._hand_on(effect, thread)
            case Accept() | Decline():
                self._answer_page(effect, thread)
            case _:
                self._change(effect, thread)

    def _change(
        self,
        effect: Consent | Pause | Resume | Relay | Speak | Suspend | Begin | LookUp | Join | Reach,
        thread: Thread | None,
    ) -> None:
        """Orders that change what the line may do with this person, and what they look for."""
        match effect:
            case Consent(change=change):
                self._consent(given=change == "start")
            case Pause():
                self._pause()
            case Resume():
                people.pause(self.work, self.member.id, None)
            case Relay():
                self._relay(thread)
            case Begin() | LookUp():
                self._find(effect)
            case Speak(language=language):
                self._speak(str(self.reading.value if self.reading else "") if language == "value" else language)
            case Join():
                self._join(effect, thread)
            case Reach(answer=answer):
                self.member = people.reach(self.work, self.member, answer)
            case Suspend():
                if self.phone_id is not None:
                    people.suspend_phone(self.work, self.member.id, self.phone_id)
            case _:
                assert_never(effect)

    def _tell(self, key: str, thread: Thread | None) -> None:
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
            stream,
            key,
            values,
            subject=_subject(thread),
            expires_at=None if stream in {Stream.SERVICE, Stream.SAFETY} else self._expires(thread),
        )

    def _medium(self) -> Medium:
        return "call" if self.member.prefers == "call" else "text"

    def _expires(self, thread: Thread | None) -> datetime:
        if thread is not None and thread.topic == "meeting":
            return meetings.find(self.work, UUID(thread.subject)).starts
        if thread is not None and STREAM[thread.topic] is Stream.CONTACT:
            # A night, or somebody's few safe hours, may lie in between.
            return self.work.now + _SPANS["day"]
        if thread is not None and thread.topic == "staff_reply":
            return self.work.now + _ANSWER_EXPIRES
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

    def _ask(self, key: str, thread: Thread | None) -> None:
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
        if thread is not None and thread.topic == "checkin" and (ladder := self._find_ladder(thread)):
            medium = "text" if ladder.here in {"text", None} else "call"
            dedupe = f"checkin:{ladder.id}:{ladder.rung}:{self.member.state.turn}"
        stream = STREAM[thread.topic] if thread else Stream.SERVICE
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

    def _span(self, span: str, thread: Thread | None) -> timedelta:
        if span in _SPANS:
            return _SPANS[span]
        if span == "until_meeting" and thread is not None:
            return max(meetings.find(self.work, UUID(thread.subject)).starts - self.work.now, timedelta())
        ladder = self._find_ladder(thread) if thread else None
        if ladder is None:
            return _SPANS["day"]
        return ladder.wait() if span == "gap" else checkins.gap(span, ladder.gaps)

    def _find_ladder(self, thread: Thread) -> checkins.Ladder | None:
        if self.ladder is None:
            self.ladder = checkins.find(self.work, UUID(thread.subject))
        return self.ladder

    def _record(self, answer: str, thread: Thread | None) -> None:
        if thread is None:
            return
        if thread.topic in duties.TOPICS:
            key = duties.record(self.work, thread.topic, UUID(thread.subject), self.member.id, answer)
            if key is not None:
                self._tell(key, thread)
        elif thread.topic == "meeting":
            meetings.record(self.work, UUID(thread.subject), self.member.id, answer)
        elif thread.topic == "handling":
            escalations.answered(self.work, UUID(thread.subject), self.member.id, answer)
        elif thread.topic == "buddy_report":
            buddies.record(self.work, UUID(thread.subject), answer)
        elif thread.topic == "checkin":
            self.recorded = answer

    def _settle(self, how: str, thread: Thread | None) -> None:
        if thread is None:
            return
        settled = checkins.settle(self.work, UUID(thread.subject), how, answer=self.recorded, by=self.member.id)
        self.recorded = None
        if settled and settled.unconfirmed and how == "ok":
            escalations.answered_late(self.work, settled.person_id)

    def _climb(self, thread: Thread | None) -> None:
        if thread is None:
            return
        if thread.topic != "checkin":
            whose = checkins.member_of(self.work, UUID(thread.subject))
            if whose is not None:
                subject = UUID(thread.subject)
                timers.set_timer(self.work, "climb", self.work.now, person_id=whose, topic="checkin", subject=subject)
            return
        ladder = self._find_ladder(thread)
        if ladder is None or ladder.status != "open":
            return
        if not ladder.rungs:
            # Somebody began to say how they are, unasked, and left it. That is contact, not a missed check-in.
            checkins.settle(self.work, ladder.id, "contact", answer=None, by=self.member.id)
            self.advance(Settled("checkin", thread.subject))
            return
        self.ladder = checkins.climb(self.work, ladder)
        if self.ladder.here is None:
            self.advance(Exhausted())
        else:
            due = self.work.now + self.ladder.wait()
            timers.set_silence(self.work, self.member.id, due, self.member.state.turn)

    def _about(self, reason: str, thread: Thread | None) -> UUID:
        """Return whom a case is about: worry voiced by a buddy is about the person they look out for."""
        if reason != "buddy_worried" or thread is None:
            return self.member.id
        find = buddies.member_of if thread.topic == "buddy_report" else checkins.member_of
        return find(self.work, UUID(thread.subject)) or self.member.id

    def _escalate(self, severity: Severity, reason: str, thread: Thread | None) -> None:
        about = self._about(reason, thread)
        source = f", said by {self.member.name}" if about != self.member.id else ""
        case_id = escalations.open_case(
            self.work,
            severity,
            reason,
            person_id=about,
            phone_id=self.phone_id,
            words=self.words,
            detail="".join(f"; {w}" for w in self.why)
            + (promised_calls.when(self.work, about) if reason == "call_me" else "")
            + source,
        )
        if reason == "call_me":
            promised_calls.remember(self.work, case_id, about)
        if reason == "nobody_confirmed" and thread is not None:
            # Whoever opens the case sees at once who has been asked already.
            for at, person_id in checkins.alerted(self.work, UUID(thread.subject)):
                escalations.note(self.work, case_id, "asked", person_id=person_id, at=at)

    def _score(self, thread: Thread) -> None:
        value = self.reading.value if self.reading else None
        judged = outcomes.keep(self.work, UUID(thread.subject), value) if isinstance(value, int) else "outside"
        self._tell({"kept": "outcome.thanks", "low": "outcome.low", "outside": "outcome.range"}[judged], thread)
        if judged == "low":
            self._escalate(Severity.AMBER, "low_outcome", thread)
        if judged != "outside":
            self.then.append(Settled(thread.topic, thread.subject))

    def _find(self, effect: Begin | LookUp) -> None:
        if isinstance(effect, Begin):
            self.then.append(Opened(effect.topic, ""))
            return
        for key, values in finding.look_up(self.work, self.member, effect, self.reading, self.words):
            self._say(key, sentences.values(self.work, self.member, key, None) | dict(values))

    def _say(self, key: str, values: Mapping[str, str]) -> None:
        """Answer what somebody has just asked for."""
        if self.mouth is not None:
            self.said.append(self.render(key, values))
        else:
            outbox.owe(self.work, self.member.id, "text", Stream.SERVICE, key, values)

    def _hand_on(self, effect: Note | Pass | Score, thread: Thread | None) -> None:
        if isinstance(effect, Note):
            self._note(thread)
        elif thread is not None and isinstance(effect, Score):
            self._score(thread)
        elif thread is not None:
            meetings.pass_on(self.work, UUID(thread.subject), self.member, self.words)

    def _note(self, thread: Thread | None) -> None:
        about = self._about("buddy_worried" if thread and thread.step == "worried" else "", thread)
        case_id = escalations.standing_case(self.work, about)
        if case_id is None and thread and thread.topic == "staff_reply":
            # The case that they answer has been closed since.
            escalations.open_case(self.work, Severity.TASK, "answered_staff", person_id=about, words=self.words)
        elif case_id is None:
            escalations.open_case(self.work, Severity.AMBER, "words", person_id=about, words=self.words)
        else:
            escalations.note(self.work, case_id, "said", words=self.words, person_id=self.member.id)

    def _answer_page(self, effect: Accept | Decline, thread: Thread | None) -> None:
        if thread is None:
            return
        case_id = UUID(thread.subject)
        if isinstance(effect, Decline):
            escalations.decline(self.work, case_id, self.member.id)
            return
        case = escalations.find(self.work, case_id)
        if case.status == "open" or case.offered_to == self.member.id:
            escalations.take(self.work, case_id, self.member.id)
            self._tell("page.accepted", thread)
        else:
            self._tell("page.gone", thread)

    def _consent(self, *, given: bool) -> None:
        value = self.reading.value if self.reading else "all"
        before = self.member.streams
        change = consents.start if given else consents.stop
        how = "carrier" if self.by_carrier else self.mouth or "line"
        self.changed = change(self.work, self.member, value, how=how, words=self.words)
        self.member = self.changed.member
        # In danger a person sees to everybody, the buddy too.
        if Stream.BUDDY.value in before - self.member.streams and not self.why:
            buddies.leave(self.work, self.member.id, self.member.name)

    def _speak(self, language: str) -> None:
        if people.speak(self.work, self.member.id, language):
            self.member = replace(self.member, language=language)
        else:
            escalations.open_case(self.work, Severity.TASK, "language", person_id=self.member.id, words=self.words)

    def _join(self, order: Join, thread: Thread | None) -> None:
        heard = enrolment.Heard(self.member, self.reading, self.words, self.mouth or "line", thread, self.phone_id)
        after = enrolment.carry_out(self.work, order, heard)
        self.member = after.member
        self.then += after.events
        if after.say:
            self._tell(after.say, thread)

    def _pause(self) -> None:
        value = str(self.reading.value or "") if self.reading else ""
        until = people.pause_ends(value, self.work.now, self.member.zone)
        people.pause(self.work, self.member.id, until)
        timers.set_timer(self.work, "unpause", until, person_id=self.member.id)
        hospital = value.startswith("hospital")
        key = "pause.hospital" if hospital else "pause.done"
        local = until.astimezone(self.member.zone)
        say = wording.day_and_time if until - self.work.now < _SPANS["day"] else wording.day
        values = {"until": say(local, self.member.language)}
        if hospital:
            escalations.open_case(self.work, Severity.AMBER, "in_hospital", person_id=self.member.id, words=self.words)
        if self.mouth is not None:
            self.said.append(self.render(key, values))

    def _relay(self, thread: Thread | None) -> None:
        asking = self.reading is None or self.reading.kind is not Kind.BUDDY
        if thread is not None and thread.topic == "relay_which" and asking:
            number = self.reading.value if self.reading and isinstance(self.reading.value, int) else None
            reply = self.words if self.reading else None
            outcome = relays.chosen(self.work, self.member, UUID(thread.subject), reply, number)
        else:
            words = self.words if asking or not self.reading else str(self.reading.value or "")
            pair_id = UUID(thread.subject) if thread is not None and thread.topic == "relay" else self.pair_id
            outcome = relays.relay(self.work, self.member, words, pictures=self.pictures, pair_id=pair_id)
        for key, values in outcome.say:
            if self.mouth is not None:
                self.said.append(self.render(key, values))
        self.passed_on = outcome.ask is None
        if thread is not None and thread.topic == "relay" and not asking:
            self.then.append(Settled("relay", thread.subject))
        if outcome.ask is not None:
            topic = "relay" if outcome.ask == "words" else "relay_which"
            self.then.append(Opened(topic, str(outcome.pair_id or self.message_id)))

    # --- words ---

    def render(self, key: str, values: Mapping[str, str]) -> str:
        """Return a sentence in this person's language, as the open mouth says it."""
        variant: Variant = "voice" if self.mouth == "voice" else self.member.variant
        return sentences.render(self.work, key, self.member.language, variant, values)


def _subject(thread: Thread | None) -> UUID | None:
    return UUID(thread.subject) if thread and thread.subject else None
