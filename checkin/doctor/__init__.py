"""Is this line fit to be depended on? A table of checks, asked by `checkin doctor`, by a page of the console, and
(those that are cheap) whenever a process of the line starts.

A check asks one thing and yields what is not as it should be; yielding nothing is the good answer. To add one: a
function in the module of its kind and a row here; docs/doctor.md lists the table, and a test compares the two.

* `found.py`: what a check is given, and what it finds.
* `here.py`: settings, keys, database, disk, clocks. `queue.py`: Redis and the workers.
* `carrier.py`: the public address, the number, the service. `people.py`: rota, staff, helplines, backups, the auditor.
* `trying.py`: a real text and a real call, to somebody who asked for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from checkin import logs
from checkin.doctor import carrier, here, people, queue
from checkin.doctor.found import Found, Level, Look, Patient, problem, warning
from checkin.errors import CarrierError, CheckinError

__all__ = [
    "CHECKS",
    "CannotStart",
    "Check",
    "Found",
    "Level",
    "Patient",
    "Result",
    "at_start",
    "examine",
    "refused",
    "worst",
]

_log = logs.get("doctor")


@dataclass(frozen=True, slots=True)
class Check:
    """One row: its name, what it asks, what is said when all is well, where it is mended, and whether it is `cheap`
    enough for every start. One that needs the `database` is left out while that is away."""

    name: str
    asks: str
    well: str
    mend: str
    look: Look
    cheap: bool = False
    database: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What one check said; there is one for each thing it found, or one that is OK."""

    check: Check
    level: Level
    sentence: str
    mend: str
    stops: bool = False


# In the order in which they are shown. The second asks what all that need the database depend on.
CHECKS: tuple[Check, ...] = (
    Check(
        "settings", "Are the settings those of a live line?", "The settings are those of a live line.",
        "`checkin setup`, or docs/settings.md", here.settings, cheap=True,
    ),
    Check(
        "database", "Does PostgreSQL answer, and has it this version's tables?",
        "The database answers and has this version's tables.", "`checkin db upgrade`", here.database, cheap=True,
    ),
    Check(
        "keys", "Do the keys open what is stored?", "The keys open what is stored.",
        "CHECKIN_KEYS: docs/operations.md, Keys and secrets", here.keys, cheap=True, database=True,
    ),
    Check(
        "redis", "Does Redis answer and take jobs?", "Redis answers and takes jobs.",
        "REDIS_URL, and Redis's own log", queue.redis, cheap=True,
    ),
    Check(
        "disk", "Is there room on this machine's disk?", "There is room on the disk.", "remove what is not needed",
        here.disk, cheap=True,
    ),
    Check(
        "workers", "Do workers run, and do jobs wait for long?", "Workers run, and no job waits.",
        "`systemctl status 'checkin-worker@*'`, or honcho", queue.workers,
    ),
    Check(
        "ticking", "Does the clock process tick, and is anything overdue?", "The clock ticks, and nothing is overdue.",
        "`systemctl status checkin-clock`; docs/operations.md", here.ticking, database=True,
    ),
    Check(
        "clocks", "Do this machine, PostgreSQL, Redis and Twilio agree what time it is?", "All clocks agree.",
        "have the machine's time kept by NTP: `timedatectl set-ntp true`", here.clocks, database=True,
    ),
    Check(
        "public_url", "Does a signed request come in by PUBLIC_URL as Twilio sends it, and is an unsigned one refused?",
        "A signed request comes in by PUBLIC_URL, and an unsigned one is refused.",
        "PUBLIC_URL and the proxy: docs/going-live.md, TLS", carrier.public_url,
    ),
    Check(
        "certificate", "Will Twilio trust PUBLIC_URL's certificate for two more weeks?",
        "No certificate of PUBLIC_URL runs out within two weeks.",
        "whatever renews it: `journalctl -u caddy`, or `certbot renew`", carrier.certificate,
    ),
    Check(
        "number", "Is the number ours, and can it text and ring?", "The number is ours and can text and ring.",
        "Twilio's console, Phone Numbers", carrier.number,
    ),
    Check(
        "webhooks", "Do texts, calls and statuses of the number and the service lead to the line?",
        "Texts, calls and statuses lead to the line.", "`checkin twilio connect`", carrier.webhooks,
    ),
    Check(
        "fallback", "Is there an answer, elsewhere, for when the line cannot give one?",
        "When the line cannot answer, somebody else names the crisis numbers.",
        "deploy/fallback/README.md, then `checkin twilio connect`", carrier.fallback,
    ),
    Check(
        "opt_out", "Do STOP and START mean the same here and at Twilio?",
        "STOP and START mean the same here and there.",
        "CHECKIN_ADVANCED_OPT_OUT: docs/settings.md", carrier.opt_out,
    ),
    Check(
        "rota", "Is somebody on call at every hour of the coming weeks?",
        "Somebody is on call at every hour of the coming four weeks.",
        "the console's page Rota, or `checkin rota check`",
        people.rota, database=True,
    ),
    Check(
        "staff", "Can somebody log in, with a second step where it is asked for?",
        "Staff can log in, each with what is asked of them.", "`checkin staff add`, and the console's page Staff",
        people.staff, database=True,
    ),
    Check(
        "helplines", "Has a person checked the country's emergency and crisis lines?",
        "Every emergency and crisis line has been checked.", "`checkin directory helplines list`, ring each, then "
        "`checkin directory helplines check REF`", people.helplines, database=True,
    ),
    Check(
        "backup", "Is there a backup of the last days?", "There is a backup of the last days.",
        "`checkin backup FILE`, every night, to another machine", people.backup, database=True,
    ),
    Check(
        "auditor", "Did everything happen that should have?", "The auditor has found that everything happened.",
        "docs/operations.md, The auditor", people.auditor, database=True,
    ),
)  # fmt: skip


def examine(patient: Patient, *, cheap: bool = False) -> Iterator[Result]:
    """Ask every check, or the cheap ones; yield each answer as it is there. Nothing is raised: a check that cannot be
    asked is a problem of its own."""
    away = False
    for check in CHECKS:
        if cheap and not check.cheap:
            continue
        if away and check.database:
            yield Result(check, Level.WARNING, "Not looked at: the database is not there to be asked.", "")
            continue
        found = _ask(check, patient)
        away = away or (check.name == "database" and any(one.level is Level.PROBLEM for one in found))
        for one in found or [Found(Level.OK, check.well)]:
            mend = (one.mend or check.mend) if one.level else ""
            yield Result(check, one.level, one.sentence, mend, one.stops)


def _ask(check: Check, patient: Patient) -> list[Found]:
    try:
        return list(check.look(patient))
    except SQLAlchemyError as error:
        return [problem(f"The database did not answer ({type(error).__name__}).")]
    except CarrierError as error:
        return [refused(error)]
    except CheckinError as error:
        return [problem(str(error))]
    except Exception as error:  # noqa: BLE001  # one check that breaks must not hide what the others find
        return [problem(f"This could not be looked at: {type(error).__name__}.")]


def refused(error: CarrierError) -> Found:
    """Return what a refusal of Twilio's means, in plain words."""
    if error.code in {20003, 401}:
        return problem("Twilio does not know this account, token or API key.", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN")
    if error.ambiguous or error.code in {20429, 20500, 20503}:
        return warning(f"Twilio could not be asked: {error}", "try again; https://status.twilio.com")
    return problem(str(error))


def worst(results: list[Result]) -> Level:
    """Return the worst level there is."""
    return max((one.level for one in results), default=Level.OK)


class CannotStart(CheckinError):
    """The line cannot work as it is set; the message says what to do."""


def at_start(patient: Patient) -> None:
    """Ask the cheap checks and log what they find. Raises CannotStart where a process would do harm, or no good: what
    is only away for the moment (a database, Redis) stops nobody."""
    for one in examine(patient, cheap=True):
        if one.stops:
            raise CannotStart(f"{one.sentence} Mend it: {one.mend}.")
        if one.level:
            _log.warning("not_well", check=one.check.name, level=one.level.name.lower(), found=one.sentence)
