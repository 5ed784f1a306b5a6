"""What is not RED: nobody is woken for it, and nobody forgets it either.

An AMBER case has a deadline. When nobody has taken it by then it is raised on the queue, and those whom the policy
names are told by text in their waking hours, step after step, day after day. A TASK case is shown; those that have
waited for a day are told of together, next morning.
"""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from checkin import gate, outbox, timers
from checkin.conversation.effects import Severity, Stream
from checkin.escalations import codes
from checkin.escalations.paging import Ways, everybody, meant, ways
from checkin.escalations.policies import Policy, policy
from checkin.escalations.timeline import Open, change, note
from checkin.store.models import Case, Person
from checkin.store.work import Work

_DAY = timedelta(days=1)


def begin(work: Work, case_id: UUID, severity: Severity) -> None:
    """Set when somebody is told that nobody has taken a case."""
    rule = policy(work, severity)
    due = rule.due(work.now, work.settings.zone) if severity is Severity.AMBER else _digest_at(work, rule, work.now)
    timers.set_timer(work, "page", due, subject=case_id, turn=0)


def overdue(work: Work, case: Open) -> None:
    """Nobody has taken a case by its time: raise it and tell whose turn it is. The case is open, its row locked."""
    if case.severity == "task":
        _digest(work, case)
        return
    rule = policy(work, Severity.AMBER)
    change(work, case.id, overdue_at=func.coalesce(Case.overdue_at, work.now), page_step=case.page_step + 1)
    turns = rule.turns
    step = turns[case.page_step] if case.page_step < len(turns) else None
    told = ways(work, meant(work, step.whom, rule, case), step.by) if step else {}
    told = told or ways(work, everybody(work, rule), "text")
    code = codes.newest(work, case.id)
    for person_id, at in _awake(work, told).items():
        note(work, case.id, "told", person_id=person_id)
        _owe(work, person_id, told, at, "page.overdue", {"case": str(case.number), "code": code}, case, case.page_step)
    again = work.now + timedelta(minutes=step.wait) if step else rule.due(work.now + _DAY, work.settings.zone)
    timers.set_timer(work, "page", again, subject=case.id, turn=0)


def _digest(work: Work, case: Open) -> None:
    rule = policy(work, Severity.TASK)
    waiting = work.conn.execute(
        select(func.count()).where(
            Case.status == "open", Case.severity == "task", Case.opened_at <= work.now - timedelta(minutes=rule.within)
        )
    ).scalar_one()
    step = rule.turns[0] if rule.turns else None
    told = ways(work, meant(work, step.whom, rule, case), step.by) if step else {}
    told = told or ways(work, everybody(work, rule), "text")
    today = f"{work.now.astimezone(work.settings.zone):%Y-%m-%d}"
    values = {"count": str(max(waiting, 1)), "link": work.settings.public_url}
    for person_id, at in _awake(work, told).items():
        _owe(work, person_id, told, at, "page.digest", values, None, today)
    tomorrow = _digest_at(work, rule, work.now - timedelta(minutes=rule.within - 1))
    timers.set_timer(work, "page", tomorrow, subject=case.id, turn=0)


def _digest_at(work: Work, rule: Policy, since: datetime) -> datetime:
    """Return the first of the daily moments at which what came in at `since` has waited long enough."""
    local = (since + timedelta(minutes=rule.within)).astimezone(work.settings.zone)
    day = local.date() if local.time() <= rule.morning else local.date() + _DAY
    return datetime.combine(day, rule.morning, work.settings.zone).astimezone(since.tzinfo)


def _awake(work: Work, told: Ways) -> dict[UUID, datetime]:
    """Return when each of these people may be disturbed next."""
    rows = work.conn.execute(
        select(Person.id, Person.zone, Person.safe_from, Person.safe_to).where(Person.id.in_(list(told)))
    )
    found = {}
    for row in rows:
        hours: tuple[time, time] | None = (row.safe_from, row.safe_to) if row.safe_from and row.safe_to else None
        found[row.id] = gate.opens_at(work.now, hours, work.settings.quiet_hours, ZoneInfo(row.zone))
    return found


def _owe(
    work: Work,
    person_id: UUID,
    told: Ways,
    at: datetime,
    key: str,
    values: dict[str, str],
    case: Open | None,
    which: object,
) -> None:
    subject = case.id if case else None
    outbox.owe(
        work,
        person_id,
        told[person_id][0],
        Stream.SERVICE,
        key,
        values,
        subject=subject,
        due_at=at,
        expires_at=at + _DAY,
        dedupe=f"{key}:{subject}:{person_id}:{which}",
    )
