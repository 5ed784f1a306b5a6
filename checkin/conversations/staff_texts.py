"""Staff by text: everything that is needed on a bad night without a browser, by a word and a case's short code.

Only for staff and those on call, from a number the line knows. What stands on a case is told only to whoever has it, or
is asked to confirm its end; and by text only when their own phone may hold such words. What they write is about
somebody else: danger in it is noted on the case, and opens none about them.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, select

from checkin import audit, escalations, people, rota
from checkin.conversation.events import Settled
from checkin.conversation.risk import Level, Risk
from checkin.conversation.state import Thread
from checkin.conversations import sentences
from checkin.conversations.staff_words import Command, Deed, is_bare, read_command
from checkin.conversations.turn import Turn
from checkin.errors import BadInput
from checkin.escalations import Open
from checkin.people import Member
from checkin.store.models import Alert, Case
from checkin.store.work import Work

_WORST_FIRST = case({"red": 0, "amber": 1}, value=Case.severity, else_=2)
# How many cases fit into a text that somebody reads in the dark.
_LISTED = 6
_WORDS_AT_ONCE = 300
# A "2" this long after a page is still meant for it.
_PAGE_REMEMBERED = timedelta(days=1)


def is_one(work: Work, members: Sequence[Member]) -> bool:
    """Tell whether one of these is staff or ever on call."""
    return not {member.id for member in members}.isdisjoint(rota.everybody(work))


def hear(turn: Turn, body: str, risk: Risk) -> bool:
    """Answer a text if it is a command of staff; False when it is to be read like everybody's."""
    command = read_command(body)
    if command is None:
        return is_bare(body) and _bare(turn)
    if risk.level is Level.RED and command.deed not in {Deed.NOTE, Deed.CLOSE, Deed.PASS}:
        return False
    if turn.member.id not in rota.everybody(turn.work):
        return False
    escalations.sign_of_life(turn.work, turn.member.id)
    if command.deed is Deed.CASES:
        _list(turn)
        return True
    case_id = escalations.case_of(turn.work, command.code)
    if case_id is None:
        _say(turn, "staff.no_such", None)
        return True
    try:
        _do(turn, command, escalations.find(turn.work, case_id))
    except BadInput:
        # The rules of a case are the same by text as in the console: say how it stands instead.
        _how_it_stands(turn, case_id)
    return True


def _do(turn: Turn, command: Command, case: Open) -> None:
    work, me = turn.work, turn.member.id
    match command.deed:
        case Deed.TAKE:
            escalations.take(work, case.id, me)
            _done(turn, case, "page.accepted")
        case Deed.MORE:
            _read_out(turn, case)
        case Deed.NOTE if command.words:
            escalations.note(work, case.id, "noted", person_id=me, words=command.words, detail="; ".join(turn.why))
            _say(turn, "staff.noted", case)
        case Deed.PASS:
            _pass(turn, case, command.words)
        case Deed.SAFE:
            escalations.arrived(work, case.id, me)
            _done(turn, case, "handling.arrived")
        case Deed.CLOSE if command.words:
            closed = escalations.close(work, case.id, me, command.words)
            _done(turn, case, "staff.closed" if closed else "staff.close_asked")
        case Deed.NOTE | Deed.CLOSE:
            _say(turn, "staff.note_needed", case)
        case _:
            _say(turn, "staff.commands", case)


def _read_out(turn: Turn, case: Open) -> None:
    """Say what stands on a case to whoever has it, or is asked to confirm its end."""
    second = case.close_asked_by not in {None, turn.member.id}
    if turn.member.id not in {case.taken_by, case.offered_to} and not second:
        _how_it_stands(turn, case.id)
        return
    audit.record(turn.work, turn.member.id, "read_case", f"case {case.number}")
    _say(turn, "staff.words", case)


def _pass(turn: Turn, case: Open, name: str) -> None:
    work, me = turn.work, turn.member.id
    if case.taken_by != me:
        if case.status != "open" and case.offered_to != me:
            _how_it_stands(turn, case.id)
            return
        escalations.decline(work, case.id, me)
        _done(turn, case, "page.declined")
        return
    found = _by_name(work, name) if name else []
    if name and len(found) != 1:
        _say(turn, "staff.whom", case)
        return
    escalations.hand_over(work, case.id, me, found[0] if found else None, turn.words)
    _done(turn, case, "staff.offered" if found else "page.declined")


def _by_name(work: Work, name: str) -> list[UUID]:
    wanted = name.split(maxsplit=1)[0].strip(".,").casefold()
    return [p for p in rota.everybody(work) if people.first_name(work, p).casefold() == wanted]


def _list(turn: Turn) -> None:
    """Say what is open, and whose."""
    rows = turn.work.conn.execute(
        select(Case.id, Case.number, Case.severity, Case.taken_by, func.count().over().label("total"))
        .where(Case.status != "closed")
        .order_by(_WORST_FIRST, Case.taken_by.is_not(None), Case.number)
        .limit(_LISTED)
    ).all()
    if not rows:
        _say(turn, "staff.no_cases", None)
        return
    said = []
    for row in rows:
        whose = f" ({people.first_name(turn.work, row.taken_by)})" if row.taken_by else ""
        said.append(f"{row.number} {row.severity.upper()}{whose} {escalations.newest(turn.work, row.id)}")
    more = f", +{rows[0].total - len(rows)}" if rows[0].total > len(rows) else ""
    turn.said.append(turn.render("staff.cases", {"cases": ", ".join(said) + more}))


def _bare(turn: Turn) -> bool:
    """A 1, a 2, a yes or a no: good for a page when exactly one is open, and an answer to nothing when none is."""
    state = turn.member.state
    if state.current is not None and state.current.topic != "page":
        return False
    threads = [t for t in (state.current, *state.agenda) if t is not None and t.topic == "page"]
    waiting = [one for t in threads if _waits(turn, one := escalations.find(turn.work, UUID(t.subject)))]
    if len(waiting) == 1 or (waiting and state.current is None):
        return False
    if waiting:
        codes = ", ".join(f"{one.number}: {escalations.newest(turn.work, one.id)}" for one in waiting)
        turn.said.append(turn.render("staff.which", {"cases": codes}))
        return True
    late = turn.work.conn.scalars(
        select(Alert.case_id)
        .where(
            Alert.person_id == turn.member.id, Alert.at > turn.work.now - _PAGE_REMEMBERED, Alert.case_id.is_not(None)
        )
        .order_by(Alert.at.desc())
        .limit(1)
    ).first()
    if state.current is not None or late is None:
        return False
    _how_it_stands(turn, late)
    return True


def _waits(turn: Turn, case: Open) -> bool:
    return case.status == "open" or case.offered_to == turn.member.id


def _how_it_stands(turn: Turn, case_id: UUID) -> None:
    """Say truthfully who has a case, and change nothing."""
    case = escalations.find(turn.work, case_id)
    if case.status == "closed":
        _say(turn, "page.closed", case)
    elif case.status == "open":
        _say(turn, "staff.nobody_has_it", case)
    elif case.taken_by == turn.member.id:
        _say(turn, "staff.yours", case)
    else:
        _say(turn, "page.taken", case)


def _done(turn: Turn, case: Open, key: str) -> None:
    """Say what was done; whatever was asked about the case is answered by it."""
    _say(turn, key, case)
    for topic in ("page", "handling"):
        turn.advance(Settled(topic, str(case.id)))


def _say(turn: Turn, key: str, case: Open | None) -> None:
    thread = Thread("page", "asked", str(case.id)) if case else None
    values = sentences.values(turn.work, turn.member, key, thread)
    if case is not None and case.taken_by is not None:
        values["taker"] = people.first_name(turn.work, escalations.find(turn.work, case.id).taken_by or case.taken_by)
    if key == "staff.words" and case is not None:
        values["words"] = escalations.last_words(turn.work, case.id, most=3)[:_WORDS_AT_ONCE]
    turn.said.append(turn.render(key, values))
