"""How long what is stored is kept, and the nightly job that removes it and can prove that it did.

A rule is a statement that removes a lot of what is older than a moment. It begins with the oldest row by id (ids grow
with time, `store/ids.py`) or at the front of an index, and ends when a lot was not full: a night costs what there is to
remove. Every run leaves a receipt: what was removed, up to when, and how old the oldest that stayed is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text

from checkin import history
from checkin.settings import Keep
from checkin.store.models import Receipt
from checkin.store.work import Store, Work

# Rows in one transaction; nobody waits for any of them.
_LOT = 1000


@dataclass(frozen=True, slots=True)
class Rule:
    """What is removed (`about`, for a page), after how long, by which statement of a lot, or all at once and counted;
    `oldest` finds the oldest moment."""

    name: str
    about: str
    keep: Callable[[Keep], timedelta]
    remove: str | Callable[[Work, datetime], int]
    oldest: str


def _records(keep: Keep) -> timedelta:
    return keep.records


def _oldest(table: str, at: str, key: str) -> str:
    return f"SELECT min({at}) FROM (SELECT {at} FROM {table} ORDER BY {key} LIMIT 1000) oldest"


def _rows(table: str, at: str, about: str, *, key: str = "id", spare: str = "true") -> Rule:
    """Rows of a table with a `key` that grows with time; those that are `spare`, in SQL, may go."""
    return Rule(
        table,
        about,
        _records,
        f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM (SELECT {key}, {at} AS at FROM {table} "
        f"ORDER BY {key} LIMIT :lot) oldest WHERE at < :before) AND {spare}",
        _oldest(table, at, key),
    )


def _cases(name: str, about: str, keep: Callable[[Keep], timedelta], severity: str) -> Rule:
    """Closed cases with their timeline, codes, alerts and answers. What was merged goes first."""
    which = f"status = 'closed' AND severity {severity}"
    return Rule(
        name,
        about,
        keep,
        f"DELETE FROM cases c WHERE id IN (SELECT id FROM cases WHERE {which} AND closed_at < :before "
        "LIMIT :lot) AND NOT EXISTS (SELECT FROM cases part WHERE part.merged_into = c.id)",
        f"SELECT min(closed_at) FROM cases WHERE {which}",
    )


_HAS_WORDS = "(body IS NOT NULL OR answer IS NOT NULL OR arguments IS NOT NULL)"


def _words(name: str, about: str, table: str) -> Rule:
    return Rule(
        name,
        about,
        lambda keep: keep.words,
        f"UPDATE {table} SET body = NULL, answer = NULL, arguments = NULL WHERE (id, at) IN (SELECT id, at "
        f"FROM {table} WHERE {_HAS_WORDS} AND at < :before AND status NOT IN ('owed', 'leased', 'unknown') "
        "ORDER BY at LIMIT :lot)",
        f"SELECT min(at) FROM {table} WHERE {_HAS_WORDS}",
    )


RULES = (
    _words("words", "The words of texts and calls. That there was one stays, as a record.", "messages"),
    _words("past_words", "The same of what lies in the past already.", "past_messages"),
    Rule(
        "call_turns",
        "What a call just said, kept for a carrier that asks twice.",
        lambda keep: keep.moment,
        "DELETE FROM call_turns WHERE key IN (SELECT key FROM call_turns WHERE at < :before ORDER BY at LIMIT :lot)",
        "SELECT min(at) FROM call_turns",
    ),
    _rows("messages", "at", "That a text or a call came or went, and what became of it.",
          spare="status NOT IN ('owed', 'leased', 'unknown')"),
    Rule(
        "past_messages",
        "The same of the past: a month at a time, when all of it is over.",
        _records,
        history.drop,
        "SELECT date_trunc('month', min(at), 'UTC') + interval '1 month' "
        "FROM (SELECT at FROM past_messages ORDER BY id LIMIT 1000) oldest",
    ),
    _rows("holds", "at", "That a message was held back, and why.", key="message_id"),
    _rows("relay_calls", "at", "That one of a pair rang the other.", key="message_id"),
    _rows("delivery_events", "at", "What the carrier said of a message."),
    _rows("check_ins", "due_at", "Check-ins and their answers.", spare="status <> 'open'"),
    _rows("appointments", "ends", "When somebody was known to be busy, and what for."),
    _rows("occurrences", "starts_at", "Meetings that were, who was reminded, who came."),
    _rows("outcomes", "asked_at", "Answers to the questions about how people fare."),
    _rows("reports", "at", "What buddies reported."),
    _rows("proposals", "proposed_at", "Who was proposed to whom as a buddy.", spare="status <> 'asked'"),
    _rows("aftercare", "at", "What buddies were asked afterwards, and how they answered."),
    _rows("duties", "ends", "Duties, and who took them."),
    _rows("directory_runs", "at", "How each reading of a feed of the directory went."),
    _cases("cases", "Cases other than RED, from the day they were closed.", _records, "<> 'red'"),
    _cases("red_cases", "RED cases, from the day they were closed.", lambda keep: keep.red, "= 'red'"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Countdown:
    """How one rule stands: when it last ran and what it removed (None: never yet), and when the oldest that is there
    goes (None: nothing is there). Moments are aware, UTC."""

    rule: Rule
    keep: timedelta
    ran_at: datetime | None
    removed: int | None
    next_at: datetime | None

    def late(self, now: datetime) -> bool:
        """Tell whether something is still there that should have gone two nights ago."""
        return self.next_at is not None and now - self.next_at > timedelta(days=2)


def run(store: Store, now: datetime) -> dict[str, int]:
    """Remove everything whose time is over and return how many rows by rule. Safe to break off, to run twice, and at
    once: what is gone is gone."""
    removed = {}
    for rule in RULES:
        before = now - rule.keep(store.settings.keep)
        removed[rule.name] = sum(_lots(store, rule, now, before))
        with store.work(now) as work:
            work.add(Receipt, at=now, rule=rule.name, before=before, rows=removed[rule.name])
    return removed


def _lots(store: Store, rule: Rule, now: datetime, before: datetime) -> Iterator[int]:
    while True:
        with store.work(now) as work:
            if not isinstance(rule.remove, str):
                yield rule.remove(work, before)
                return
            done = work.conn.execute(text(rule.remove), {"before": before, "lot": _LOT}).rowcount
        yield done
        if done < _LOT:
            return


@dataclass(frozen=True, slots=True)
class Night:
    """One run: when it began, and how many rows it removed by rule, those of nothing left out."""

    at: datetime
    removed: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows it removed together."""
        return sum(self.removed.values())


def nights(work: Work, *, most: int = 14) -> list[Night]:
    """Return the last runs by their receipts, the newest first."""
    # Each rule leaves one receipt a run; a run that broke off left fewer.
    newest = select(Receipt.at, Receipt.rule, Receipt.rows).order_by(Receipt.id.desc()).limit(most * len(RULES))
    found: dict[datetime, dict[str, int]] = {}
    for row in work.conn.execute(newest):
        found.setdefault(row.at, {})[row.rule] = row.rows
    return [Night(at, {rule: rows for rule, rows in some.items() if rows}) for at, some in found.items()][:most]


_LAST = text("SELECT DISTINCT ON (rule) rule, at, rows FROM receipts ORDER BY rule, id DESC")


def countdown(work: Work) -> list[Countdown]:
    """Return how each rule stands, in the order of RULES."""
    last = {row.rule: (row.at, row.rows) for row in work.conn.execute(_LAST)}
    found = []
    for rule in RULES:
        keep = rule.keep(work.settings.keep)
        oldest = work.conn.execute(text(rule.oldest)).scalar()
        ran_at, removed = last.get(rule.name, (None, None))
        found.append(Countdown(rule, keep, ran_at, removed, None if oldest is None else oldest + keep))
    return found
