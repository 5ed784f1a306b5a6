"""Where a conversation stands: plain values that are stored as JSON and hold nobody's words."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Thread:
    """One topic under way: the step it stands at, and the id of what it is about."""

    topic: str
    step: str
    subject: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's one conversation, whatever the medium.

    `current` holds the only open question there can be; `agenda` the threads that wait, first first. `turn` grows
    with every event that changed something, and a timer set in an earlier turn is stale. `unread` counts the
    replies in a row that could not be read.
    """

    current: Thread | None = None
    agenda: tuple[Thread, ...] = ()
    turn: int = 0
    unread: int = 0


def to_json(state: Conversation) -> dict[str, Any]:
    """Return the state as JSON-able values."""
    threads = [t for t in (state.current, *state.agenda) if t is not None]
    return {
        "open": state.current is not None,
        "threads": [[t.topic, t.step, t.subject] for t in threads],
        "turn": state.turn,
        "unread": state.unread,
    }


def from_json(stored: dict[str, Any] | None) -> Conversation:
    """Return the state that `to_json` wrote; a person never spoken to (None) has the empty one."""
    if stored is None:
        return Conversation()
    threads = tuple(Thread(*t) for t in stored["threads"])
    current, agenda = (threads[0], threads[1:]) if stored["open"] else (None, threads)
    return Conversation(current, agenda, stored["turn"], stored["unread"])
