"""How it goes over the months: a question in the organisation's own words, every few weeks, to those who agreed.

Nobody has to answer. A licensed scale ships with no words: a file may fill one in, and says under which licence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update

from checkin import logs, recurrence, timers
from checkin.store.models import Outcome, OutcomeQuestion
from checkin.store.work import Work

_log = logs.get("outcomes")

# Empty slots: their words belong to others (Warwick and Edinburgh; Snyder; Sheffield), who license them.
LICENSED = ("swemwbs", "state-hope", "reqol-10")
SCALES = ("own", *LICENSED)
WEEKS = 8
# A question that the line is later than this with waits for its next time.
TOO_LATE = timedelta(hours=12)

Judged = Literal["kept", "low", "outside"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that somebody has been asked: its words in their language, its range, and what counts as low."""

    words: str
    least: int
    most: int
    low: int

    def judge(self, value: int) -> Judged:
        """Return what an answer is: a person sees to a low one, and one outside the range is none."""
        if not self.least <= value <= self.most:
            return "outside"
        return "low" if value <= self.low else "kept"


def next_due(rule: str, starts: datetime, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return when a question is asked next after `after` (aware, UTC); `starts` is naive, in `zone`."""
    return recurrence.next_after(rule, starts, zone, after)


# Discreet members are left out: a question such as "how hopeful" tells whoever else reads it what this is about.
_ASK = text(
    """
    INSERT INTO outcomes (id, question_id, person_id, asked_at)
    SELECT gen_random_uuid(), q.id, p.id, :now FROM outcome_questions q JOIN people p ON q.ask ? p.language
    WHERE q.id = :question AND p.status = 'active' AND 'checkins' = ANY(p.streams) AND NOT p.discreet
    AND (p.paused_until IS NULL OR p.paused_until <= :now)
    AND NOT EXISTS (SELECT FROM cases k WHERE k.person_id = p.id AND k.severity = 'red' AND k.status <> 'closed')
    ON CONFLICT DO NOTHING RETURNING id, person_id
    """
)


def claim(work: Work) -> bool:
    """Ask one question that is due of everybody who agreed, and set when it is asked next; False when none is due."""
    row = work.conn.execute(
        select(
            OutcomeQuestion.id, OutcomeQuestion.rule, OutcomeQuestion.starts, OutcomeQuestion.zone,
            OutcomeQuestion.next_due_at,
        )
        .where(OutcomeQuestion.next_due_at <= work.now)
        .order_by(OutcomeQuestion.next_due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()  # fmt: skip
    if row is None or row.next_due_at is None:
        return False
    again = next_due(row.rule, row.starts, ZoneInfo(row.zone), work.now)
    work.conn.execute(update(OutcomeQuestion).where(OutcomeQuestion.id == row.id).values(next_due_at=again))
    if work.now - row.next_due_at > TOO_LATE:
        _log.warning("question_left_out", why="too_late", question=str(row.id))
        return True
    for outcome_id, person_id in work.conn.execute(_ASK, {"question": row.id, "now": work.now}).all():
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="outcome", subject=outcome_id)
    return True


def find(work: Work, outcome_id: UUID, language: str) -> Question:
    """Return what somebody was asked, in their language, else in any. An unknown id raises NoResultFound."""
    row = work.conn.execute(
        select(OutcomeQuestion.ask, OutcomeQuestion.least, OutcomeQuestion.most, OutcomeQuestion.low)
        .join(Outcome, Outcome.question_id == OutcomeQuestion.id)
        .where(Outcome.id == outcome_id)
    ).one()
    ask: Mapping[str, str] = row.ask
    return Question(ask.get(language) or next(iter(ask.values())), row.least, row.most, row.low)


def is_open(work: Work, outcome_id: UUID) -> bool:
    """Tell whether a question waits for an answer."""
    mine = Outcome.id == outcome_id, Outcome.answered_at.is_(None)
    return work.conn.execute(select(Outcome.id).where(*mine)).first() is not None


def keep(work: Work, outcome_id: UUID, value: int) -> Judged:
    """Keep an answer, unless it lies outside the question's range; return what it is."""
    judged = find(work, outcome_id, "en").judge(value)
    if judged != "outside":
        work.conn.execute(update(Outcome).where(Outcome.id == outcome_id).values(value=value, answered_at=work.now))
    return judged
