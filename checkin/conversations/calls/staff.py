"""Staff who ring the line on a bad night: the cases that wait and those they have, one after another, key by key.

What somebody said is read out only to whoever has the case and has keyed a PIN to get in; without one it is in the
console. A key does what it says now, or says how the case stands instead.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import case, select

from checkin import audit, escalations, people, rota
from checkin.conversation.events import Settled
from checkin.conversations.calls.caller import Caller
from checkin.conversations.calls.spoken import Spoken
from checkin.errors import BadInput
from checkin.escalations import Open
from checkin.store.models import Case

_WORDS_AT_ONCE = 600
_WORST_FIRST = case({"red": 0, "amber": 1}, value=Case.severity, else_=2)


def instead_of_menu(here: Caller, spoken: Spoken) -> Spoken:
    """Return what is said to staff for whom cases wait, in place of the choices everybody has."""
    if spoken.place.at != "menu" or not here.known:
        return spoken
    found = _first(here)
    return spoken if found is None else _about(here, found, spoken.say)


def press(here: Caller, number: str, key: str) -> Spoken:
    """A key about the case with this number."""
    case_id = here.turn.work.conn.execute(select(Case.id).where(Case.number == int(number))).scalar_one_or_none()
    if case_id is None or key == "5" or here.member.id not in rota.everybody(here.turn.work):
        return here.menu()
    escalations.sign_of_life(here.turn.work, here.member.id)
    found = escalations.find(here.turn.work, case_id)
    try:
        said = _do(here, found, key)
    except BadInput:
        return _next(here, found, (_stands(here, found),))
    if said is None:
        return _next(here, found, ())
    for topic in ("page", "handling"):
        here.turn.advance(Settled(topic, str(case_id)))
    return _about(here, escalations.find(here.turn.work, case_id), said)


def _do(here: Caller, found: Open, key: str) -> tuple[str, ...] | None:
    """Do what a key stands for and return what is said of it; None: go on to the next case."""
    work, me = here.turn.work, here.member.id
    mine = found.taken_by == me
    if key == "1" and mine:
        escalations.arrived(work, found.id, me)
        return (here.says("handling.arrived", case=str(found.number)),)
    if key == "1":
        escalations.take(work, found.id, me)
        who = people.first_name(work, found.person_id) if found.person_id else "?"
        return (here.says("page.accepted", case=str(found.number), member=who),)
    if key == "2":
        return (_words(here, found),)
    if key == "3":
        if mine:
            escalations.hand_over(work, found.id, me, None, "[by telephone]")
        elif found.status == "open":
            escalations.decline(work, found.id, me)
        else:
            return (_stands(here, found),)
        return (here.says("page.declined"),)
    return None if key == "4" else (here.says("sorry"),)


def _words(here: Caller, found: Open) -> str:
    if found.taken_by != here.member.id:
        return here.says("staff.take_first")
    if not here.member.has_pin:
        return here.says("staff.no_pin")
    work = here.turn.work
    audit.record(work, here.member.id, "read_case", f"case {found.number}")
    who = people.first_name(work, found.person_id) if found.person_id else "?"
    words = escalations.last_words(work, found.id, most=3)[:_WORDS_AT_ONCE]
    return here.says("staff.words", case=str(found.number), member=who, words=words)


def _stands(here: Caller, found: Open) -> str:
    if found.status == "closed":
        return here.says("page.closed", case=str(found.number))
    taker = people.first_name(here.turn.work, found.taken_by) if found.taken_by else ""
    return here.says("page.taken", case=str(found.number), taker=taker) if taker else here.says("sorry")


def _about(here: Caller, found: Open, say: tuple[str, ...]) -> Spoken:
    if found.status == "closed":
        return _next(here, found, say)
    mine = found.taken_by == here.member.id
    key = "staff.menu_yours" if mine else "staff.menu_open" if found.status == "open" else "staff.menu_taken"
    severity = here.says(f"staff.{found.severity}")
    prompt = here.says(key, case=str(found.number), severity=severity)
    return replace(here.spoken("case", say, (prompt,), about=str(found.number)), listens=False)


def _first(here: Caller, after: int | None = None) -> Open | None:
    """Return the case that comes after one, the worst and those that nobody has first; None when there is none for
    this person."""
    work, me = here.turn.work, here.member.id
    rows = work.conn.execute(
        select(Case.id, Case.number)
        .where((Case.status == "open") | (Case.taken_by == me) & (Case.status == "taken"))
        .order_by(_WORST_FIRST, Case.taken_by.is_not(None), Case.number)
        .limit(50)
    ).all()
    if not rows or me not in rota.everybody(work):
        return None
    numbers = [row.number for row in rows]
    place = numbers.index(after) + 1 if after in numbers else 0
    return escalations.find(work, UUID(str(rows[place % len(rows)].id)))


def _next(here: Caller, found: Open, say: tuple[str, ...]) -> Spoken:
    following = _first(here, found.number)
    return here.menu(say) if following is None else _about(here, following, say)
