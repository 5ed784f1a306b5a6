"""What only people can see to: the rota, staff, helplines, backups, and what the auditor found."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from checkin import health
from checkin import rota as rotas
from checkin import staff as accounts
from checkin.directory import helplines as lines
from checkin.doctor.found import Found, Patient, problem, warning

_OLD_BACKUP = timedelta(days=2)


def rota(patient: Patient) -> Iterator[Found]:
    """Somebody is on call at every hour."""
    with patient.store.work(patient.now) as work:
        if not rotas.on_call(work) and not rotas.read(work).shifts:
            yield problem("Nobody is ever on call: danger would be told to everybody at once, and to nobody in turn.")
            return
        holes = [sentence.removeprefix("Take note: n") for sentence in rotas.told_holes(work)]
    if holes:
        more = " There are more such holes." if holes[1:] else ""
        yield warning(f"N{holes[0]}{more}")


def staff(patient: Patient) -> Iterator[Found]:
    """There is an admin, and everybody has what the settings ask of their role."""
    with patient.store.work(patient.now) as work:
        everybody = [one for one in accounts.everybody(work) if one.ended_at is None]
    ready = [one for one in everybody if one.ready]
    if not any(one.role == "admin" for one in ready):
        yield problem("No admin can log in to the console.", "`checkin staff add EMAIL --role admin --name NAME`")
    without = [one for one in ready if one.role in patient.settings.second_factor and not one.factor]
    if without:
        yield warning(f"{len(without)} of staff have no second step yet: they set it up at their next log-in.")
    if not patient.settings.second_factor and not patient.settings.simulated:
        yield warning("Nobody needs a second step to log in.", "CHECKIN_SECOND_FACTOR: docs/settings.md")


def helplines(patient: Patient) -> Iterator[Found]:
    """Every emergency and crisis line of the country was rung by a person, and lately; so was every other."""
    with patient.store.work(patient.now) as work:
        standing = [one for one in lines.standing(work) if one.withdrawn_at is None]
        day = lines.today(work)
    if not any(one.protected for one in standing):
        yield problem(f"There is no emergency or crisis line for {patient.settings.country}.")
    unchecked = [one for one in standing if one.protected and not one.verified(day)]
    if unchecked:
        named = ", ".join(one.ref for one in unchecked)
        yield warning(f"Nobody has checked these emergency and crisis lines: {named}.")
    expired = [one for one in standing if not one.protected and one.checked_on and not one.verified(day)]
    if expired:
        yield warning(f"The check of {len(expired)} helplines has run out: they are given to nobody.")


def backup(patient: Patient) -> Iterator[Found]:
    """A backup was made in the last two days."""
    with patient.store.work(patient.now) as work:
        made = work.conn.execute(text("SELECT at FROM heartbeats WHERE name = 'backup'")).scalar()
    if made is None:
        yield warning("No backup was ever made.")
    elif patient.now - made > _OLD_BACKUP:
        yield warning(f"The last backup is {(patient.now - made).days} days old.")


def auditor(patient: Patient) -> Iterator[Found]:
    """The auditor has looked within the hour and found nothing that stands."""
    with patient.store.work(patient.now) as work:
        found = work.conn.execute(text("SELECT what FROM findings ORDER BY what")).scalars().all()
        waiting = health.waiting(work)
    if found:
        yield problem(f"The auditor has found: {', '.join(found)}.")
    if waiting.audited_at is None:
        yield warning("The auditor has not looked yet: it does within five minutes of the first start.")
    elif abs(patient.now - waiting.audited_at) > health.AUDIT_STOPPED:
        yield problem("The auditor has not looked for an hour.", "do the clock and a worker run?")
