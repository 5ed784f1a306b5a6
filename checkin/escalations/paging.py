"""Paging people as the policy says, until somebody accepts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from checkin import logs, outbox, rota, timers
from checkin.conversation.effects import Severity, Stream
from checkin.escalations import codes
from checkin.escalations.policies import By, Policy, Step, named, policy
from checkin.escalations.timeline import Open, change, lock, note
from checkin.gate import Medium
from checkin.store.ids import new_id
from checkin.store.models import Alert, CaseEvent, Person, Staff
from checkin.store.work import Work, as_uuid

# A page that could not be sent for so long has been overtaken by others.
_EXPIRES = timedelta(hours=12)
_CASE_ROLES = ("admin", "coordinator", "safeguarding")

_log = logs.get("escalations")


def everybody(work: Work, rule: Policy) -> list[UUID]:
    """Return everybody who could take a case: all staff, all whom the rota names, and whom the policy names."""
    ours = select(Person.id).where(Person.status == "active", Person.id.in_(named(rule.steps)))
    return list(dict.fromkeys((*rota.everybody(work), *work.conn.scalars(ours.order_by(Person.id)))))


def meant(work: Work, whom: Sequence[str], rule: Policy, case: Open) -> list[UUID]:
    """Return whom a step means just now, in order and each once; those who have left are nobody.

    Of those on call, those who speak the member's language come first.
    """
    language = select(Person.language).where(Person.id == case.person_id)
    return people_of(work, whom, rule, rota.on_call(work, work.conn.execute(language).scalar_one_or_none()))


def people_of(work: Work, whom: Sequence[str], rule: Policy, called: Sequence[UUID]) -> list[UUID]:
    """Return whom a step means when those in `called` are on call, in their order."""
    found: list[UUID] = []
    for name in whom:
        match name.split():
            case ["on_call"]:
                found += called
            case ["on_call", rank]:
                found += called[int(rank) - 1 : int(rank)]
            case ["everybody"]:
                found += everybody(work, rule)
            case ["staff"]:
                found += work.conn.scalars(
                    select(Staff.person_id)
                    .join(Person, Person.id == Staff.person_id)
                    .where(Staff.role.in_(_CASE_ROLES), Person.status == "active")
                    .order_by(Staff.person_id)
                )
            case _:
                found += [person_id for person_id in [as_uuid(name)] if person_id is not None]
    return list(dict.fromkeys(found))


Ways = Mapping[UUID, tuple[Medium, ...]]

_PHONES = text(
    """
    SELECT p.id, p.safe_to_text, p.safe_to_call, count(f.id) > 0 AS rings,
           NOT p.text_blocked AND coalesce(bool_or(f.line <> 'landline'), false) AS texts
    FROM people p LEFT JOIN person_phones j ON j.person_id = p.id AND j.suspended_at IS NULL
    LEFT JOIN phones f ON f.id = j.phone_id
    WHERE p.id = ANY(:people) AND p.status = 'active' GROUP BY p.id
    """
)


def ways(work: Work, people: Sequence[UUID], by: By) -> Ways:
    """Return by which media each of `people` is to be reached, in their order; who has no phone is left out.

    What somebody's phone cannot take or what is not safe for them is not used, and the other medium is instead; but
    when that would leave nobody at all, whatever their phones can take is.
    """
    rows = {row.id: row for row in work.conn.execute(_PHONES, {"people": list(people)})}
    wanted: tuple[Medium, ...] = ("text", "call") if by == "both" else (by,)
    found: dict[UUID, tuple[Medium, ...]] = {}
    can: dict[UUID, tuple[Medium, ...]] = {}
    for person_id in people:
        if (row := rows.get(person_id)) is None:
            continue
        able: list[Medium] = [*(["text"] if row.texts else []), *(["call"] if row.rings else [])]  # type: ignore[list-item]  # literals
        safe = [m for m in able if (row.safe_to_text if m == "text" else row.safe_to_call)]
        if able:
            can[person_id] = tuple(m for m in able if m in wanted) or tuple(able)
        if safe:
            found[person_id] = tuple(m for m in safe if m in wanted) or tuple(safe)
    return found or can


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whom to page now, how long they are given, and at which turn of the policy the next page is."""

    ways: Ways
    wait: timedelta
    next_step: int
    last_resort: bool = False


def page_next(work: Work, case: Open) -> None:
    """Page those whose turn it is; after the last turn everybody, and sound the alarm."""
    rule = policy(work, Severity.RED)
    turn = _turn(work, case, rule)
    again = turn.last_resort and case.alarm_at is not None
    if turn.last_resort and not again:
        _sound_alarm(work, case, turn)
    page(work, case, turn.ways, codes.newest(work, case.id) if again else codes.draw(work, case.id))
    change(work, case.id, page_step=turn.next_step)
    timers.set_timer(work, "page", work.now + turn.wait, subject=case.id, turn=case.page_round + 1)


def _turn(work: Work, case: Open, rule: Policy) -> _Turn:
    unable = cannot(work, case)
    turns, asked = rule.turns, asked_last(work, case)
    for place in range(case.page_step, len(turns)):
        step = turns[place]
        whom = [person_id for person_id in meant(work, step.whom, rule, case) if person_id not in unable]
        # A step that would only ask those again who have just been asked is passed over, unless it says "again".
        if set(whom) <= asked and not _repeats(turns, place):
            continue
        if found := ways(work, whom, step.by):
            return _Turn(found, timedelta(minutes=step.wait), place + 1)
    all_of_them = everybody(work, rule)
    # Whoever has said that they cannot is asked again only when there is nobody else.
    found = ways(work, [p for p in all_of_them if p not in unable], "both") or ways(work, all_of_them, "both")
    return _Turn(found, timedelta(minutes=rule.again), len(turns), last_resort=True)


def _repeats(turns: Sequence[Step], place: int) -> bool:
    return place > 0 and turns[place - 1] is turns[place]


def cannot(work: Work, case: Open) -> set[UUID | None]:
    """Return who has said that they cannot take a case."""
    said = select(CaseEvent.person_id).where(CaseEvent.case_id == case.id, CaseEvent.kind == "declined")
    return set(work.conn.scalars(said))


def asked_last(work: Work, case: Open) -> set[UUID | None]:
    """Return who was paged in the last round."""
    return set(
        work.conn.scalars(
            select(CaseEvent.person_id).where(
                CaseEvent.case_id == case.id, CaseEvent.kind == "paged", CaseEvent.detail == f"round {case.page_round}"
            )
        )
    )


def _sound_alarm(work: Work, case: Open, turn: _Turn) -> None:
    if case.page_round == 0:
        note(work, case.id, "alarm", detail="nobody is on call")
        _log.error("nobody_on_call", case=str(case.id))
    else:
        note(work, case.id, "alarm", detail="nobody on call has accepted")
        _log.error("nobody_accepted", case=str(case.id))
    if not turn.ways:
        note(work, case.id, "alarm", detail="there is nobody to page")
        _log.error("nobody_to_page", case=str(case.id))
    change(work, case.id, alarm_at=work.now)


def withdraw(work: Work, case_id: UUID, people: Collection[UUID] | None = None) -> None:
    """Drop the pages of a case that have not gone out yet, all or those to `people`: nobody is asked for it twice."""
    outbox.withdraw(work, case_id, "superseded", wording="page.ask", people=people)


def alert(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Note that somebody has been told of a case: they hear how it ends."""
    work.conn.execute(
        insert(Alert).values(id=new_id(), person_id=person_id, case_id=case_id, at=work.now).on_conflict_do_nothing()
    )


def page(work: Work, case: Open, whom: Ways, code: str) -> None:
    """Page people in a new round: one page each, whatever the number of its messages."""
    withdraw(work, case.id, list(whom))
    for person_id, media in whom.items():
        note(work, case.id, "paged", person_id=person_id, detail=f"round {case.page_round + 1}")
        alert(work, case.id, person_id)
        for medium in media:
            outbox.owe(
                work,
                person_id,
                medium,
                Stream.SAFETY,
                "page.ask",
                {"case": str(case.number), "code": code},
                subject=case.id,
                expires_at=work.now + _EXPIRES,
                dedupe=f"page:{case.id}:{case.page_round + 1}:{person_id}:{medium}",
            )
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="page", subject=case.id)
    change(work, case.id, page_round=case.page_round + 1)


# A page is under way while one of its messages may still be answered: `reason` says why one cannot be.
_UNDER_WAY = text(
    "SELECT 1 FROM messages WHERE subject = :case AND wording = 'page.ask' AND dedupe LIKE :round "
    "AND (status IN ('leased', 'unknown') OR (status IN ('owed', 'sent') AND (reason IS NULL OR reached))) LIMIT 1"
)


def go_on(work: Work, case_id: UUID) -> None:
    """A page did not get through: when nobody of its round can still answer, the next are paged at once.

    Not when everybody has been paged: they are paged again in their own time, or a carrier in trouble would be asked
    without end.
    """
    case = lock(work, case_id)
    if case is None or case.status != "open" or case.severity != "red" or case.alarm_at is not None:
        return
    work.flush()
    round_ = {"case": case_id, "round": f"page:{case_id}:{case.page_round}:%"}
    if work.conn.execute(_UNDER_WAY, round_).first() is None:
        note(work, case_id, "unreached", detail=f"round {case.page_round}")
        timers.drop(work, "page", case_id)
        page_next(work, case)
