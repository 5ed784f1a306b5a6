"""Somebody on the phone with the line, without a network between: each answer is checked as the document it becomes."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from checkin import outbox
from checkin.bootstrap import Line
from checkin.conversation.effects import Stream
from checkin.conversations import calls
from checkin.conversations.calls import Given, Spoken
from checkin.store.work import Work
from tests.parts import NOON, value
from tests.twiml import problems
from webhooks.speech import document

_SIDS = count(1)


class Handset:
    """One call at a time. `said` is everything that was said at the last step, `at` where the call stands."""

    def __init__(self, line: Line, number: str) -> None:
        self._line, self.number, self.now = line, number, NOON
        self._sid, self._step = "", 0
        self.heard: Spoken | None = None

    # --- what is done ---

    def rings(self, now: datetime = NOON) -> "Handset":
        """Ring the line."""
        self._sid, self._step, self.now = f"CA{next(_SIDS)}", 0, now
        return self._goes_on(lambda work: calls.ring_in(work, self._sid, self.number))

    def is_rung(self, person_id: UUID, answered_by: str = "human", wording: str = "thanks") -> "Handset":
        """Answer a call that the line makes to somebody."""
        self._sid, self._step = f"CA{next(_SIDS)}", 0
        with self._line.store.work(self.now) as work:
            outbox.owe(work, person_id, "call", Stream.SERVICE, wording, {})
        with self._line.store.work(self.now) as work:
            work.conn.exec_driver_sql(
                "UPDATE messages SET status = 'sent', sent_at = now(), phone_id = (SELECT phone_id FROM person_phones "
                "WHERE person_id = messages.person_id LIMIT 1) WHERE status = 'owed'"
            )
        call = value(self._line, "SELECT id FROM messages WHERE direction = 'out' ORDER BY id DESC LIMIT 1")
        return self._goes_on(lambda work: calls.picked_up(work, call, answered_by))

    def presses(self, *keys: str) -> "Handset":
        """Press keys, one at each prompt."""
        for key in keys:
            self._gives(Given(key))
        return self

    def says(self, words: str, confidence: float | None = 0.9, keys: str = "") -> "Handset":
        """Say something."""
        return self._gives(Given(keys, words, confidence))

    def is_silent(self, times: int = 1) -> "Handset":
        """Let prompts run out."""
        for _ in range(times):
            self._gives(Given())
        return self

    def hangs_up(self, after: float = 60) -> None:
        """Hang up so many seconds after the call began."""
        with self._line.store.work(self.now + timedelta(seconds=after)) as work:
            calls.over(work, self._sid, timedelta(seconds=after))

    # --- what is heard ---

    @property
    def at(self) -> str:
        """Where the call stands."""
        assert self.heard
        return self.heard.place.at

    @property
    def said(self) -> str:
        """What was said at the last step, all of it."""
        assert self.heard
        return " ".join((*self.heard.say, *self.heard.prompt))

    @property
    def over(self) -> bool:
        """Whether the line has hung up."""
        return self.at == "end"

    def _gives(self, given: Given) -> "Handset":
        before = self.heard
        assert before, "nobody is on the phone"
        assert not self.over, "the line has hung up"
        self._step += 1
        call, place = before.call, before.place
        return self._goes_on(lambda work: calls.press(work, call, place, given, sid=self._sid, step=self._step))

    def _goes_on(self, handle: calls.Step) -> "Handset":
        def kept(work: Work) -> Spoken:
            said = handle(work)
            calls.keep_answer(work, self._sid, self._step, said)
            return said

        with self._line.store.work(self.now) as work:
            self.heard = kept(work)
        with self._line.store.work(self.now) as work:
            again = calls.answered_before(work, self._sid, self._step)
        assert again == self.heard, "what is stored is what was said"
        assert problems(document(self.heard, self._step + 1)) == []
        assert problems(document(replace(self.heard, rings=6), self._step + 1)) == []
        return self
