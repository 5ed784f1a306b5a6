"""One open question at a time: what happens when a topic opens while another is under way, as a table."""

import enum
from collections.abc import Mapping
from dataclasses import replace

from checkin.conversation.effects import Stream
from checkin.conversation.state import Thread


class Rule(enum.Enum):
    """What an arriving topic does to the one under way."""

    INTERRUPT = "it goes first; the other waits and its question is put again afterwards"
    QUEUE = "it waits its turn"
    REPLACE = "it takes the other's place: the newer question is the same question"
    NEWS = "what it has to say is said, its question is left out; the other stands"


# Who goes before whom. Safety first; a page before anything that can wait; what a person has begun by themselves and is
# in the middle of saying, before what the line would like to know; a member's own check-in before chores.
_ORDER = (
    "safety",
    "page",
    "handling",
    "relay",
    "relay_which",
    "parting",
    "parting_which",
    "join_code",
    "language",
    "signpost",
    "found",
    "checkin",
    "reach_out",
    "staff_reply",
    "buddy_report",
    "welfare",
    "debrief",
    "cover",
    "duty",
    "swap",
    "buddy_wanted",
    "buddy_offer",
    "joining",
    "review",
    "outcome",
    "hello",
    "suited",
    "helped",
    "moved",
    "meeting",
)
RANK: Mapping[str, int] = {topic: place for place, topic in enumerate(_ORDER)}

# Which stream a topic's questions belong to: what STOP ends, and what the gate asks consent for.
STREAM: Mapping[str, Stream] = {
    "safety": Stream.SAFETY,
    "page": Stream.SAFETY,
    "handling": Stream.SAFETY,
    "relay": Stream.BUDDY,
    "relay_which": Stream.BUDDY,
    "reach_out": Stream.BUDDY,
    "checkin": Stream.CHECKINS,
    "buddy_report": Stream.BUDDY,
    "welfare": Stream.BUDDY,
    "debrief": Stream.BUDDY,
    "parting": Stream.SERVICE,
    "parting_which": Stream.SERVICE,
    # A yes is the consent: it is asked for like any other.
    "buddy_wanted": Stream.CONTACT,
    "buddy_offer": Stream.CONTACT,
    "cover": Stream.NOTICE,
    "duty": Stream.NOTICE,
    "swap": Stream.NOTICE,
    "moved": Stream.REMINDERS,
    "meeting": Stream.REMINDERS,
    "signpost": Stream.SERVICE,
    "found": Stream.SERVICE,
    "helped": Stream.NOTICE,
    "hello": Stream.NOTICE,
    "suited": Stream.NOTICE,
    "outcome": Stream.CHECKINS,
    "joining": Stream.CONTACT,
    "join_code": Stream.CONTACT,
    "review": Stream.CONTACT,
    "language": Stream.SERVICE,
    "staff_reply": Stream.NOTICE,
}
# What STOP stops and START starts, when no stream is named.
STOPPABLE = (Stream.CHECKINS, Stream.REMINDERS, Stream.BUDDY, Stream.CARING, Stream.TIPS)


def rule(arriving: str, under_way: str) -> Rule:
    """Return what `arriving` does to `under_way` (both names of topics). docs/topics/agenda.md shows it for all."""
    if arriving == under_way:
        return Rule.QUEUE if arriving in _MANY_AT_ONCE else Rule.REPLACE
    if {arriving, under_way} <= _OF_A_MEETING:
        return Rule.REPLACE
    if RANK[arriving] < RANK[under_way]:
        return Rule.INTERRUPT
    if arriving in _NEWS:
        return Rule.NEWS
    return Rule.INTERRUPT if under_way in _NEWS else Rule.QUEUE


# A buddy may look after three people, have words waiting for two of them, and a person on call may have several cases:
# each is its own question. A second check-in of the same member is not.
_MANY_AT_ONCE = frozenset({
    "page", "handling", "relay_which", "reach_out", "buddy_report", "debrief", "cover", "duty", "swap", "buddy_wanted",
    "buddy_offer", "hello",
})  # fmt: skip


# What is said at once, for it would be stale by the time that its turn came; and what, once said, may be answered for
# so long that nothing waits behind it.
_NEWS = frozenset({"moved", "meeting", "staff_reply"})

# Whether they come, asked of the old time and of the new.
_OF_A_MEETING = frozenset({"moved", "meeting"})

# What is not put again when something has interrupted it: it was said once, and nobody has to answer.
_LET_GO = _OF_A_MEETING
# What has been said, and is only listened for after that.
_LISTENS_ON = {"staff_reply": "listening"}


def set_aside(agenda: tuple[Thread, ...], interrupted: Thread) -> tuple[Thread, ...]:
    """Return the agenda with the thread that has just been interrupted in its place, if it comes up again at all."""
    if interrupted.topic in _LET_GO:
        return agenda
    return insert(agenda, replace(interrupted, step=_LISTENS_ON.get(interrupted.topic, interrupted.step)))


# What danger puts an end to: the question "how are you" has been answered, and words for a buddy are with a person now.
_ANSWERED_BY_DANGER = frozenset({"checkin", "relay", "relay_which"})


def without_answered(threads: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """Return the threads that still make sense after danger has been heard."""
    return tuple(t for t in threads if t.topic not in _ANSWERED_BY_DANGER)


def stopped_by(topic: str, stream: str) -> bool:
    """Tell whether a question of this topic falls silent when somebody stops a stream ("all": all of them)."""
    belongs = STREAM[topic]
    return belongs is not Stream.SAFETY if stream == "all" else belongs.value == stream


def without(agenda: tuple[Thread, ...], thread: Thread) -> tuple[Thread, ...]:
    """Return the agenda without what is the same question as `thread`."""
    same = (lambda t: t.subject == thread.subject) if thread.topic in _MANY_AT_ONCE else (lambda _: True)
    return tuple(t for t in agenda if t.topic != thread.topic or not same(t))


def insert(agenda: tuple[Thread, ...], thread: Thread) -> tuple[Thread, ...]:
    """Return the agenda with `thread` in its place: by rank, then first come, first served; a newer one of a kind
    that cannot be asked twice replaces the older."""
    agenda = without(agenda, thread)
    place = next((i for i, t in enumerate(agenda) if RANK[t.topic] > RANK[thread.topic]), len(agenda))
    return (*agenda[:place], thread, *agenda[place:])
