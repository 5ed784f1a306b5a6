"""Pairs: what a turn does to how they come about, rest and end."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from checkin import buddies, escalations, pairing, people, phrases, wording
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.events import Opened, Settled
from checkin.conversation.replies import Kind, takes_break
from checkin.conversation.state import Thread
from checkin.conversations.speaking import Speaking


def answer(turn: Speaking, word: str, thread: Thread) -> None:
    """Take an answer to a proposal. A yes is the consent to words from the other, and stands in the ledger as such."""
    key = pairing.answer(turn.work, thread.topic, UUID(thread.subject), word)
    if key == "pairing.yes" and Stream.BUDDY.value not in turn.member.streams:
        under = wording.version(f"{thread.topic}.ask", turn.member.language, phrases.current(turn.work))
        how = turn.mouth or "line"
        people.consent(turn.work, turn.member.id, [Stream.BUDDY], given=True, how=how, words=turn.words, wording=under)
        turn.member = replace(turn.member, streams=turn.member.streams | {Stream.BUDDY.value})
    turn.tell(key, thread)


def rests(turn: Speaking, until: datetime) -> bool:
    """Let a buddy who asked for a break have it; False when the words are about a pause of everything."""
    return takes_break(turn.words) and pairing.rest(turn.work, turn.member, until)


def part(turn: Speaking, thread: Thread | None) -> None:
    """End the pair that was asked about; else find out which is meant, and ask whether that is."""
    said_again = turn.reading is not None and turn.reading.kind is Kind.STOP
    if thread is not None and thread.topic == "parting":
        two = buddies.both(turn.work, UUID(thread.subject))
        pairing.part(turn.work, UUID(thread.subject), turn.member.id, turn.words)
        other = next((p for p in two or () if p != turn.member.id), turn.member.id)
        turn.say("parting.done", {"buddy": people.first_name(turn.work, other)})
        turn.then.append(Settled("parting", thread.subject))
        return
    others = buddies.others_of(turn.work, turn.member.id)
    found = others if said_again or thread is None else _chosen(turn, others)
    named = [other for other in found if f"{other.name.casefold()}" in _words(turn)]
    found = named if len(named) == 1 else found
    if len(found) == 1:
        turn.then.append(Opened("parting", str(found[0].pair_id), asked_for=True))
    elif found:
        turn.then.append(Opened("parting_which", "", asked_for=True))
    elif not others:
        turn.say("parting.none", {})
    else:
        escalations.open_case(turn.work, Severity.TASK, "wants_to_part", person_id=turn.member.id, words=turn.words)
        turn.say("passed_on", {})


def _chosen(turn: Speaking, others: list[buddies.Other]) -> list[buddies.Other]:
    """Return the one that a number stands for; nobody when it stands for none, and for a name all are looked at."""
    number = turn.reading.value if turn.reading and isinstance(turn.reading.value, int) else None
    if number is None:
        return [other for other in others if other.name.casefold() in _words(turn)]
    return others[number - 1 : number] if number >= 1 else []


def _words(turn: Speaking) -> set[str]:
    """Return the words said, without what makes a name somebody's: "I don't want to be Sam's buddy"."""
    plain = turn.words.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("'s", "")
    return set("".join(c if c.isalnum() else " " for c in plain).split())
