"""Looking on in what was found: one of them, the next three, texted, put through to, tried."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from checkin import outbox, outlook, people, through, trying, wording
from checkin.conversation.effects import Browse, Greet, Severity, Stream
from checkin.conversation.events import Checked
from checkin.conversation.replies import Kind
from checkin.conversation.state import Thread
from checkin.conversations import cases, results
from checkin.conversations.rendering import render
from checkin.conversations.results import AT_ONCE, Results
from checkin.conversations.speaking import Speaking
from checkin.gate import Drop
from checkin.phrases import current
from checkin.trying import Visit


def browse(turn: Speaking, order: Browse, thread: Thread) -> None:
    """Carry out the order; what it comes to follows in the same conversation."""
    found = results.find(turn.work, UUID(thread.subject))
    came_to = _do(turn, order, UUID(thread.subject), found) if found else "end"
    turn.then.append(Checked(came_to))


def _do(turn: Speaking, order: Browse, search: UUID, found: Results) -> str:
    if order.deed == "show":
        return _show(turn, search, found)
    if order.deed == "more":
        return _more(turn, search, found)
    entry = results.still(turn.work, turn.member, found.chosen) if found.chosen else None
    if entry is None:
        return "gone"
    if order.deed == "text":
        return _text(turn, search, found.chosen, group=isinstance(entry, Visit))
    return _try(turn, entry) if isinstance(entry, Visit) else _put_through(turn, search, found.chosen)


def _show(turn: Speaking, search: UUID, found: Results) -> str:
    value = turn.reading.value if turn.reading else None
    place = value - 1 if isinstance(value, int) else -1
    key = found.page[place] if 0 <= place < len(found.page) else None
    if key is None or results.still(turn.work, turn.member, key) is None:
        return "gone"
    results.change(turn.work, search, replace(found, chosen=key))
    how = "voice" if turn.mouth == "voice" else "text"
    return f"group_{how}" if results.group_of(key) else how


def _more(turn: Speaking, search: UUID, found: Results) -> str:
    if found.start + AT_ONCE >= len(found.keys):
        return "end"
    results.change(turn.work, search, replace(found, start=found.start + AT_ONCE, chosen=""))
    return "more"


def _text(turn: Speaking, search: UUID, key: str, *, group: bool) -> str:
    """Text what they are looking at to their telephone, where that can be texted."""
    work, member = turn.work, turn.member
    if isinstance(outlook.foresee(work, member.id, "text", Stream.SERVICE), Drop) or not people.has_mobile(
        work, member.id
    ):
        return _say(turn, "found.cannot_text")
    sentence = "found.group_card" if group else "found.card"
    outbox.owe(
        work, member.id, "text", Stream.SERVICE, sentence, results.of_one(work, member, sentence, key), subject=search
    )
    return _say(turn, "found.texted")


def _put_through(turn: Speaking, search: UUID, key: str) -> str:
    work, member = turn.work, turn.member
    entry = results.still(work, member, key)
    if entry is None or isinstance(entry, Visit):
        return "gone"
    number = entry.found.phone
    if turn.mouth != "voice":
        return _ring_first(turn, search, number)
    asked = through.ask(work, member.id, key, entry.found.name, number or "")
    if isinstance(asked, UUID):
        turn.dial = asked
        return "through"
    return _say(turn, f"through.{asked}")


def _ring_first(turn: Speaking, search: UUID, number: str | None) -> str:
    """Asked for by text: the line rings them, and they are put through from there."""
    work, member = turn.work, turn.member
    why = through.refused(number, work.settings.country)
    if why is not None:
        return _say(turn, f"through.{why}")
    if isinstance(outlook.foresee(work, member.id, "call", Stream.SERVICE), Drop):
        return _say(turn, "through.cannot_ring")
    outbox.owe(work, member.id, "call", Stream.SERVICE, "found.ring", {}, subject=search)
    return "ringing"


def _try(turn: Speaking, visit: Visit) -> str:
    work, member = turn.work, turn.member
    begun = trying.begin(work, member, visit.group_id)
    if begun is None:
        _say(turn, "trying.already", {"group": visit.group})
        return "leave"
    if Stream.REMINDERS.value not in member.streams:
        # What they were told of the group said that they would be reminded, and that its facilitator hears their name.
        under = wording.version("found.group", member.language, current(work))
        how = turn.mouth or "line"
        people.consent(work, member.id, (Stream.REMINDERS,), given=True, how=how, words=turn.words, wording=under)
        turn.member = replace(member, streams=member.streams | {Stream.REMINDERS.value})
    when = wording.day_and_time(begun.next.starts, member.language) if begun.next else None
    if when is None:
        when = render(work, "found.no_date", member.language, "voice" if turn.mouth == "voice" else member.variant, {})
    _say(turn, "trying.begun", {"group": begun.group, "when": when})
    return "leave"


# The number of "I can't be there".
_CANNOT = 2
# "Yes, will do" is an answer to us; more than that is for whoever comes.
_ANSWER_WORDS = 3


def greet(turn: Speaking, order: Greet, thread: Thread) -> None:
    """Say hello to whoever tries a group, for whoever runs it; tell them so when they have said anything."""
    own = order.how == "words" or (order.how == "either" and len(turn.words.split()) > _ANSWER_WORDS)
    trying.greet(turn.work, UUID(thread.subject), turn.member, turn.words if own and turn.reading else None)
    cannot = turn.reading is not None and (turn.reading.kind is Kind.NO or turn.reading.value == _CANNOT)
    if cannot and not own:
        cases.escalate(turn, Severity.TASK, "cannot_greet", thread)
    if turn.reading is not None:
        turn.tell("hello.sent" if own else "hello.cannot" if cannot else "hello.thanks", thread)


def _say(turn: Speaking, key: str, values: Mapping[str, str] | None = None) -> str:
    turn.say(key, values or {})
    return "done"
