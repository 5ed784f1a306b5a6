"""Turns of the core a second, on one core.

Whole stories run through `machine.advance`, each with its state carried on from event to event. The ceiling is what
the same tables cost as bare Python: two look-ups in a dict and one `dataclasses.replace` a turn. How many replies a
second are read (`replies.read`, `read_risk`) is printed for information.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench._tools import Figure, show
from checkin.conversation.events import Event, Exhausted, Opened, Replied, Settled, Silent, Unreached
from checkin.conversation.machine import advance
from checkin.conversation.replies import Asked, Kind, Reading, read
from checkin.conversation.risk import Level, read_risk
from checkin.conversation.state import Conversation

_SILENCE = Silent(-1)
"""Stands for a silence that is not stale: its turn is filled in when the story is rehearsed."""


def _number(n: int) -> Replied:
    return Replied(Reading(Kind.NUMBER, n))


def _says(kind: Kind, risk: Level = Level.NONE) -> Replied:
    return Replied(Reading(kind), risk)


_ASKED = Opened("checkin", "here")
# Most check-ins are answered with a digit; the rest is what else happens in a week, each about as often as it does.
_WEEK: Sequence[tuple[int, Sequence[Event]]] = (
    (60, (_ASKED, _number(1))),
    (12, (_ASKED, _number(2), _number(2))),
    (8, (_ASKED, _says(Kind.YES), _says(Kind.THANKS))),
    (5, (_ASKED, _number(3), _says(Kind.UNCLEAR), _SILENCE)),
    (4, (_ASKED, _says(Kind.UNCLEAR), _says(Kind.UNCLEAR), _number(1))),
    (4, (_ASKED, _SILENCE, Unreached("here", "no_answer"), _SILENCE, _SILENCE, Exhausted(), _number(1))),
    (3, (_ASKED, _number(4))),
    (6, (Opened("buddy_report", "pair"), _number(1))),
    (3, (Opened("buddy_report", "pair"), Opened("reach_out", "theirs"), _number(1), _number(3))),
    (2, (Opened("reach_out", "theirs"), Opened("checkin", "here"), Settled("reach_out", "theirs"), _number(1))),
    (2, (_ASKED, _says(Kind.UNCLEAR, Level.AMBER), _number(1))),
    (1, (_ASKED, _says(Kind.UNCLEAR, Level.RED), _says(Kind.UNCLEAR), _SILENCE)),
    (1, (Opened("page", "case"), _says(Kind.YES))),
    (5, (_says(Kind.NEXT), _says(Kind.WHO), _says(Kind.HELP), _says(Kind.PAUSE))),
    (1, (_ASKED, Silent(0), _says(Kind.STOP), _says(Kind.START))),
)

_TEXTS = (
    ("1", Asked.MOOD), ("2", Asked.MOOD), ("ok thanks", Asked.MOOD), ("im fine thank you love", Asked.MOOD),
    ("not so good today", Asked.MOOD), ("the boiler man is coming at ten", Asked.MOOD), ("no", Asked.OK),
    ("what time is the meeting on thursday?", Asked.NONE), ("pause 2 weeks", Asked.NONE),
    ("yes all well", Asked.CONTACT), ("she is not answering, i am a bit worried about her", Asked.CONTACT),
    ("help", Asked.NONE),
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    stories = [_rehearsed(events) for times, events in _WEEK for _ in range(times)]
    turns = sum(len(story) for story in stories)
    core = _best(lambda: _tell(stories), turns)
    bare = _best(lambda: _walk(turns), turns)
    replies = _best(_read_replies, len(_TEXTS))
    risks = _best(_read_risks, len(_TEXTS))
    show(
        "The core, on one core",
        [
            Figure("turns a second", f"{core:,.0f}", f"{bare:,.0f}", f"{core / bare:.2f}", ">= 50,000", core >= 50_000),
            Figure("replies read a second", f"{replies:,.0f}"),
            Figure("texts read for risk a second", f"{risks:,.0f}"),
        ],
        f"{len(stories)} stories, {turns} turns; the best of many runs. Ceiling: dict look-ups and one replace a turn.",
    )


def _rehearsed(story: Sequence[Event]) -> Sequence[Event]:
    """Return a story with each silence given the turn that it breaks."""
    state, events = Conversation(), []
    for event in story:
        events.append(Silent(state.turn) if event is _SILENCE else event)
        state, _ = advance(state, events[-1])
    return events


def _tell(stories: Sequence[Sequence[Event]]) -> None:
    for story in stories:
        state = Conversation()
        for event in story:
            state, _ = advance(state, event)


@dataclass(frozen=True, slots=True)
class _Bare:
    step: str
    turn: int


_TABLE = {"asked": {1: ("low", ("tell",)), 2: ("asked", ())}, "low": {1: ("asked", ("tell",)), 2: ("low", ())}}


def _walk(turns: int) -> None:
    state = _Bare("asked", 0)
    for i in range(turns):
        step, _effects = _TABLE[state.step][1 + i % 2]
        state = replace(state, step=step, turn=state.turn + 1)


def _read_replies() -> None:
    for text, asked in _TEXTS:
        read(text, asked)


def _read_risks() -> None:
    for text, _ in _TEXTS:
        read_risk(text)


def _best(run: Callable[[], None], many: int, *, seconds: float = 2.0) -> float:
    """Return how many a second, by the fastest tenth of the runs: what others do on the machine is not ours."""
    run()
    took: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return many / statistics.quantiles(took, n=10)[0]


if __name__ == "__main__":
    main()
