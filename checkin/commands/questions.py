"""What `checkin setup` asks, in sections, and how the answers to each are tried out before they are believed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from checkin.doctor import refused
from checkin.doctor.queue import look_at
from checkin.errors import CarrierError
from checkin.gateways.twilio_account import TwilioAccount, connected
from checkin.settings import database_url, read_settings

# An answer that means "nothing", where there is a default to be taken away.
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """One setting: its name in the environment, how it is asked for, and what is offered. `optional`: nothing will do;
    `hidden`: it is not shown while it is typed."""

    name: str
    asks: str
    offers: str = ""
    optional: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together. `trouble` tries their answers out and yields what is wrong, in plain words."""

    title: str
    questions: tuple[Question, ...]
    trouble: Callable[[Mapping[str, str]], Iterator[str]]


def _nothing(_values: Mapping[str, str]) -> Iterator[str]:
    yield from ()


def _database(values: Mapping[str, str]) -> Iterator[str]:
    url = database_url(values).replace("postgresql+psycopg://", "postgresql://", 1)
    where = urlsplit(url)
    at = f"{where.hostname or 'this machine'}:{where.port or 5432}"
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            may = connection.execute("SELECT has_schema_privilege('public', 'CREATE')").fetchone()
            coded = connection.execute("SHOW server_encoding").fetchone()
    except psycopg.Error as error:
        said = str(error).casefold()
        known = {
            "password authentication failed": f"PostgreSQL refuses the password of {where.username}.",
            "no password supplied": f"PostgreSQL wants a password for {where.username}.",
            "role ": f"PostgreSQL knows no user {where.username}: createuser --pwprompt {where.username}",
            "database ": f"There is no database {where.path[1:]}: createdb --owner {where.username} {where.path[1:]}",
            "connection refused": f"Nothing listens at {at}: does PostgreSQL run, and is the port right?",
            "timeout": f"{at} does not answer: is it the right address, and is the port open?",
            "resolve": f"There is no machine called {where.hostname}.",
            "name or service": f"There is no machine called {where.hostname}.",
        }
        yield next((told for part, told in known.items() if part in said), f"PostgreSQL cannot be used: {said.strip()}")
        return
    if may is None or not may[0]:
        yield f"{where.username} may not make tables there: createdb --owner {where.username}"
    if coded is None or coded[0] != "UTF8":
        yield "The database is not in UTF-8: createdb --encoding UTF8 --template template0"


def _redis(values: Mapping[str, str]) -> Iterator[str]:
    yield from (found.sentence for found in look_at(values["REDIS_URL"]))


def _twilio(values: Mapping[str, str]) -> Iterator[str]:
    settings = read_settings(values)
    try:
        connected(TwilioAccount(settings), settings)
    except CarrierError as error:
        yield refused(error).sentence


SECTIONS = (
    Section("The line", (
        Question("CHECKIN_NAME", "What does the line call itself?"),
        Question("CHECKIN_COUNTRY", "Which country (two letters)? It decides which emergency numbers are named", "GB"),
        Question("CHECKIN_TIMEZONE", "In which time zone?", "Europe/London"),
        Question("CHECKIN_QUIET_HOURS", "When is nobody to be disturbed?", "20:30-09:00"),
    ), _nothing),
    Section("PostgreSQL", (
        Question("DATABASE_URL", "Where is the database?", "postgresql://checkin:PASSWORD@127.0.0.1/checkin"),
    ), _database),
    Section("Redis", (Question("REDIS_URL", "Where is Redis or Valkey?", "redis://127.0.0.1:6379/0"),), _redis),
    Section("Twilio", (
        Question("PUBLIC_URL", "At which address will Twilio find the line?", "https://line.example.org"),
        Question("CHECKIN_BEHIND_PROXY", "Does a proxy of yours stand in front of it (yes or no)?", "yes"),
        Question("TWILIO_ACCOUNT_SID", "What is the Account SID (AC...)?"),
        Question("TWILIO_AUTH_TOKEN", "What is the Auth Token?", hidden=True),
        Question("TWILIO_NUMBER", "What is the line's number (+44...)?"),
        Question("TWILIO_MESSAGING_SERVICE_SID", "Is there a Messaging Service (MG...)?", optional=True),
        Question("TWILIO_FALLBACK_SMS_URL", "Where is the fallback for texts?", optional=True),
        Question("TWILIO_FALLBACK_VOICE_URL", "Where is the fallback for calls?", optional=True),
    ), _twilio),
    Section("Watching", (
        Question("CHECKIN_HEARTBEAT_URL", "Which address is told every minute that all is well?", optional=True),
    ), _nothing),
)  # fmt: skip
QUESTIONS = {question.name: question for section in SECTIONS for question in section.questions}
