"""One turn of one conversation: advance the core, carry out its orders.

Nobody else's conversation is ever touched here: what concerns another person is left for them as a timer that is due
now, and happens under their own lock.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never
from uuid import UUID

from checkin import buddies, caring, checkins, escalations, meetings, outcomes, pairing, people, relays, timers, wording
from checkin.conversation import machine
from checkin.conversation.effects import (
    Accept,
    Ask,
    Begin,
    Browse,
    Climb,
    Consent,
    Decline,
    Effect,
    Escalate,
    Greet,
    Hold,
    InTouch,
    Join,
    LookUp,
    Note,
    Part,
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
from checkin.conversation.events import Event, Opened, Settled
from checkin.conversation.replies import Kind, bereaved
from checkin.conversation.state import Conversation, Thread
from checkin.conversation.topic import Heard
from checkin.conversations import browsing, cases, consents, enrolment, finding, ladders, pairs, sentences
from checkin.conversations.speaking import Speaking


@dataclass(slots=True)
class Turn(Speaking):
    """One event in one person's conversation, being carried out."""

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
        self._follow_up()

    def listens_for(self, heard: Heard) -> bool:
        """Tell whether the open question has an answer of its own for this."""
        step = machine.open_step(self.member.state)
        return step is not None and heard in step.hears

    def climb_for(self, check_in_id: str, rung: int | None) -> None:
        """Go on to the next rung of this person's check-in, if it still stands on `rung`: somebody cannot, or nobody
        was reached."""
        thread = self.member.state.current
        if thread is None or (thread.topic, thread.subject) != ("checkin", check_in_id):
            return
        ladder = self.find_ladder(thread)
        if ladder is not None and ladder.rung == rung:
            ladders.climb(self, thread)
            self._follow_up()

    def unpause(self) -> None:
        """End a pause whose time has come, with a soft word."""
        people.pause(self.work, self.member.id, None)
        self.tell("pause.over", None)

    def rest_is_over(self) -> None:
        """End a buddy's break whose time has come, with a soft word."""
        if pairing.rest_is_over(self.work, self.member):
            self.tell("rest.over", None)

    def _follow_up(self) -> None:
        while self.then:
            self.advance(self.then.pop(0))

    def _keep(self, state: Conversation) -> None:
        # The member is a value; the turn holds the newest one.
        self.member = replace(self.member, state=state)
        people.keep_state(self.work, self.member.id, state)

    def _carry_out(self, effect: Effect, thread: Thread | None, after: Conversation) -> None:
        match effect:
            case Tell(key=key):
                self.tell(key, thread)
            case Ask(key=key):
                self.ask(key, after.current or thread)
            case Wait(span=span):
                due = self.work.now + ladders.span(self, span, after.current)
                timers.set_silence(self.work, self.member.id, due, after.turn)
            case Record(answer=answer):
                ladders.record(self, answer, thread)
            case Settle(how=how):
                ladders.settle(self, how, thread)
            case InTouch(how=how):
                ladders.in_touch(self, how)
            case Climb():
                ladders.climb(self, thread)
            case Hold():
                ladders.hold(self, thread)
            case Escalate(severity=severity, reason=reason):
                cases.escalate(self, severity, reason, thread)
            case Note() | Pass() | Score():
                self._hand_on(effect, thread)
            case Accept() | Decline():
                cases.answer_page(self, effect, thread)
            case _:
                self._change(effect, thread)

    def _change(
        self,
        effect: Consent
        | Pause
        | Resume
        | Relay
        | Part
        | Speak
        | Suspend
        | Begin
        | LookUp
        | Browse
        | Greet
        | Join
        | Reach,
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
                pairing.come_back(self.work, self.member)
            case Relay():
                self._relay(thread)
            case Part():
                pairs.part(self, thread)
            case Begin() | LookUp() | Browse() | Greet():
                self._find(effect, thread)
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

    def _score(self, thread: Thread) -> None:
        value = self.reading.value if self.reading else None
        judged = outcomes.keep(self.work, UUID(thread.subject), value) if isinstance(value, int) else "outside"
        self.tell({"kept": "outcome.thanks", "low": "outcome.low", "outside": "outcome.range"}[judged], thread)
        if judged == "low":
            cases.escalate(self, Severity.AMBER, "low_outcome", thread)
        if judged != "outside":
            self.then.append(Settled(thread.topic, thread.subject))

    def _find(self, effect: Begin | LookUp | Browse | Greet, thread: Thread | None) -> None:
        if isinstance(effect, Begin):
            self.then.append(Opened(effect.topic, ""))
        elif isinstance(effect, LookUp):
            looked = finding.look_up(
                self.work, self.member, effect, self.reading, self.words, aloud=self.mouth == "voice"
            )
            self.shortened = looked.words not in {None, self.words}
            self.words = looked.words if looked.words is not None else self.words
            self.then += looked.then
            for key, values in looked.say:
                self.say(key, sentences.values(self.work, self.member, key, None) | dict(values))
        elif thread is not None and isinstance(effect, Browse):
            browsing.browse(self, effect, thread)
        elif thread is not None and isinstance(effect, Greet):
            browsing.greet(self, effect, thread)

    def _hand_on(self, effect: Note | Pass | Score, thread: Thread | None) -> None:
        if isinstance(effect, Note):
            cases.note(self, thread)
        elif thread is not None and isinstance(effect, Score):
            self._score(thread)
        elif thread is not None:
            meetings.pass_on(self.work, UUID(thread.subject), self.member, self.words)

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
            self.tell(after.say, thread)

    def _pause(self) -> None:
        value = str(self.reading.value or "") if self.reading else ""
        until = people.pause_ends(value, self.work.now, self.member.zone)
        resting = pairs.rests(self, until)
        if not resting:
            people.pause(self.work, self.member.id, until)
            timers.set_timer(self.work, "unpause", until, person_id=self.member.id)
        if bereaved(self.words):
            caring.hold(self.work, self.member.id, until)
        hospital = value.startswith("hospital")
        key = "rest.done" if resting else "pause.hospital" if hospital else "pause.done"
        local = until.astimezone(self.member.zone)
        say = wording.day_and_time if until - self.work.now < timedelta(days=1) else wording.day
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
