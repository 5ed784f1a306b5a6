"""Stopping and starting: the ledger, what may be sent from now on, and whether there is anything to confirm.

One confirmation and never a second: who has stopped already is not told so again, but what they said is kept.
"""

from dataclasses import dataclass, replace

from checkin import escalations, people, phrases, tips, wording
from checkin.conversation.agenda import STOPPABLE
from checkin.conversation.effects import Severity, Stream
from checkin.people import Member
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Changed:
    """What a STOP or START came to: the person as they are now, and the sentence that is true of it (None: silence).

    `stream` names the one that was meant; None when all were.
    """

    member: Member
    say: str | None
    stream: Stream | None


def stop(work: Work, member: Member, named: str | int | None, *, how: str, words: str) -> Changed:
    """Stop one stream, or all (`named` as the reading has it)."""
    stream = _stream(named)
    streams = STOPPABLE if stream is None else (stream,)
    stopped = people.decided(work, member.id)
    before = all(stopped.get(s.value) == "withdrawn" for s in streams)
    left = member.streams - {s.value for s in streams}
    say = "stop.stream" if stream and left else "stop.done"
    # What the carrier answered by itself was its own sentence.
    under = None if how == "carrier" else wording.version(say, member.language, phrases.current(work))
    people.consent(work, member.id, streams, given=False, how=how, words=words, wording=under)
    if member.status == "invited" and stream is None:
        people.set_status(work, member.id, "ended")
    return Changed(replace(member, streams=frozenset(left)), None if before else say, stream)


def start(work: Work, member: Member, named: str | int | None, *, how: str, words: str) -> Changed:
    """Start one stream, or what they had agreed to before they stopped: START alone is no consent to anything new."""
    stream = _stream(named)
    agreed = set(people.ever_given(work, member.id))
    streams = tuple(s for s in STOPPABLE if s.value in agreed) if stream is None else (stream,)
    if not streams:
        escalations.open_case(work, Severity.TASK, "wants_to_join", person_id=member.id, words=words)
        return Changed(member, "passed_on", None)
    say = "start.stream" if stream else "start.done"
    under = wording.version(say, member.language, phrases.current(work))
    people.consent(work, member.id, streams, given=True, how=how, words=words, wording=under)
    if Stream.TIPS in streams:
        tips.weekly_from_now(work, member.id)
    if member.text_blocked:
        # They asked in words that the carrier does not know: it goes on refusing our texts until it hears its own.
        escalations.open_case(work, Severity.TASK, "carrier_opt_out", person_id=member.id, words=words)
    return Changed(replace(member, streams=member.streams | {s.value for s in streams}), say, stream)


def _stream(named: str | int | None) -> Stream | None:
    return None if named in {None, "all"} else Stream(str(named))
