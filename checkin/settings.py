"""Every setting, read once from the environment into one frozen object.

An unknown `CHECKIN_*` name is refused: a misspelt safety setting must not pass for a default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from checkin.errors import BadSetting
from checkin.phone import is_e164

_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long things are kept: words, the records of what happened, RED cases after they were closed, and people who
    have left. `moment` is for what only serves the moment."""

    words: timedelta
    records: timedelta
    red: timedelta
    moment: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the line is told by its environment. Secrets are kept out of `repr`."""

    database_url: str
    redis_url: str
    public_url: str
    account_sid: str
    auth_tokens: tuple[str, ...]
    api_key: tuple[str, str] | None
    messaging_service_sid: str | None
    number: str | None
    twilio_api_url: str | None
    advanced_opt_out: bool
    speech: bool
    behind_proxy: bool
    keys: str
    secret: str
    name: str
    country: str
    zone: ZoneInfo
    quiet_hours: tuple[time, time]
    duty_time: time
    texts_a_week: int
    calls_a_week: int
    review_every: timedelta
    keep: Keep
    buddy_most: int
    caring_weeks: tuple[int, ...]
    caring_after: int
    small_numbers: int
    outage_misses: int
    outage_share: int
    put_through_a_day: int
    put_through_minutes: int
    answers_most: int
    answers_minutes: int
    texts_a_second: float
    urgent_texts_a_second: float
    calls_a_second: float
    carrier_seconds: float
    directory_mb: int
    directory_seconds: int
    directory_loopback: bool
    segment_price: float | None
    session_idle: timedelta
    session_longest: timedelta
    second_factor: frozenset[str]
    heartbeat_url: str | None
    clock_url: str | None

    def __repr__(self) -> str:
        return f"Settings(name={self.name!r}, public_url={self.public_url!r}, country={self.country!r})"

    @property
    def simulated(self) -> bool:
        """Tell whether the carrier is a stand-in: only then may fictional numbers be texted and time be moved."""
        return self.twilio_api_url is not None


_ROLES = ("admin", "coordinator", "safeguarding", "facilitator")
_CHECKIN_NAMES = frozenset({
    "CHECKIN_KEYS", "CHECKIN_SECRET", "CHECKIN_NAME", "CHECKIN_COUNTRY", "CHECKIN_TIMEZONE", "CHECKIN_QUIET_HOURS",
    "CHECKIN_TEXTS_A_WEEK", "CHECKIN_CALLS_A_WEEK", "CHECKIN_TEXTS_A_SECOND", "CHECKIN_URGENT_TEXTS_A_SECOND",
    "CHECKIN_CALLS_A_SECOND",
    "CHECKIN_CARRIER_SECONDS", "CHECKIN_HEARTBEAT_URL", "CHECKIN_CLOCK_URL", "CHECKIN_ADVANCED_OPT_OUT",
    "CHECKIN_BEHIND_PROXY", "CHECKIN_DUTY_TIME", "CHECKIN_SPEECH", "CHECKIN_REVIEW_WEEKS",
    "CHECKIN_PUT_THROUGH_A_DAY", "CHECKIN_PUT_THROUGH_MINUTES",
    "CHECKIN_ANSWERS_MOST", "CHECKIN_ANSWERS_MINUTES",
    "CHECKIN_DIRECTORY_MB", "CHECKIN_DIRECTORY_SECONDS", "CHECKIN_DIRECTORY_LOOPBACK",
    "CHECKIN_SEGMENT_PRICE", "CHECKIN_KEEP_WORDS_DAYS", "CHECKIN_KEEP_RECORDS_DAYS", "CHECKIN_KEEP_RED_DAYS",
    "CHECKIN_BUDDY_MOST", "CHECKIN_CARING_WEEKS", "CHECKIN_CARING_THEN_WEEKS",
    "CHECKIN_SESSION_IDLE_HOURS", "CHECKIN_SESSION_LONGEST_HOURS", "CHECKIN_SECOND_FACTOR",
    "CHECKIN_SMALL_NUMBERS", "CHECKIN_OUTAGE_MISSES", "CHECKIN_OUTAGE_SHARE",
})  # fmt: skip


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings in `environment`. Raises BadSetting with one sentence naming the setting at fault."""
    unknown = sorted(n for n in environment if n.startswith("CHECKIN_") and n not in _CHECKIN_NAMES)
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting of the line; see docs/settings.md for those that are.")
    read = _Reader(environment)
    api_url = read.url("TWILIO_API_URL", bare=True)
    clock_url = read.url("CHECKIN_CLOCK_URL")
    if clock_url and not api_url:
        raise BadSetting("CHECKIN_CLOCK_URL moves time and is for the simulator: set TWILIO_API_URL too, or neither.")
    number, service = environment.get("TWILIO_NUMBER"), environment.get("TWILIO_MESSAGING_SERVICE_SID")
    if not number and not service:
        raise BadSetting("Set TWILIO_NUMBER, or TWILIO_MESSAGING_SERVICE_SID (calls need TWILIO_NUMBER as well).")
    if number and not is_e164(number):
        raise BadSetting(f"TWILIO_NUMBER must be an international number such as +441632960000, not {number!r}.")
    tokens = (read.need("TWILIO_AUTH_TOKEN"), environment.get("TWILIO_AUTH_TOKEN_SECONDARY", ""))
    key, secret = environment.get("TWILIO_API_KEY"), environment.get("TWILIO_API_SECRET")
    if bool(key) != bool(secret):
        raise BadSetting("TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both, or neither.")
    return Settings(
        database_url=database_url(environment),
        redis_url=read.redis("REDIS_URL"),
        public_url=(read.url("PUBLIC_URL", needed=True, bare=True) or "").rstrip("/"),
        account_sid=read.need("TWILIO_ACCOUNT_SID"),
        auth_tokens=tuple(t for t in tokens if t),
        api_key=(key, secret) if key and secret else None,
        messaging_service_sid=service or None,
        number=number or None,
        twilio_api_url=api_url,
        advanced_opt_out=read.yes_no("CHECKIN_ADVANCED_OPT_OUT"),
        speech=read.yes_no("CHECKIN_SPEECH"),
        behind_proxy=read.yes_no("CHECKIN_BEHIND_PROXY"),
        keys=read.need("CHECKIN_KEYS"),
        secret=read.need("CHECKIN_SECRET"),
        name=environment.get("CHECKIN_NAME", "The check-in line"),
        country=read.country("CHECKIN_COUNTRY", "GB"),
        zone=read.zone("CHECKIN_TIMEZONE", "Europe/London"),
        quiet_hours=read.times("CHECKIN_QUIET_HOURS", "20:30-09:00"),
        duty_time=read.time_of_day("CHECKIN_DUTY_TIME", "17:00"),
        texts_a_week=read.whole("CHECKIN_TEXTS_A_WEEK", 4),
        calls_a_week=read.whole("CHECKIN_CALLS_A_WEEK", 1),
        # Twilio itself breaks off after 15 answers in a row between the same two numbers (14107).
        answers_most=read.whole("CHECKIN_ANSWERS_MOST", 12),
        answers_minutes=read.whole("CHECKIN_ANSWERS_MINUTES", 10),
        review_every=timedelta(weeks=read.whole("CHECKIN_REVIEW_WEEKS", 8)),
        # RED files for six years: the time in which somebody may go to court about them (Limitation Act 1980, s. 2).
        keep=Keep(
            words=timedelta(days=read.whole("CHECKIN_KEEP_WORDS_DAYS", 90)),
            records=timedelta(days=read.whole("CHECKIN_KEEP_RECORDS_DAYS", 730)),
            red=timedelta(days=read.whole("CHECKIN_KEEP_RED_DAYS", 2192)),
        ),
        # What befriending schemes give one volunteer; a place above 9 cannot be stored.
        buddy_most=read.whole("CHECKIN_BUDDY_MOST", 3, most=9),
        # Trials of caring contacts sent 8 to 25 messages in 6 to 18 months, tapering.
        caring_weeks=read.rising("CHECKIN_CARING_WEEKS", "2,6,10,16,24,36,48,64"),
        caring_after=read.whole("CHECKIN_CARING_THEN_WEEKS", 26, most=520),
        small_numbers=read.whole("CHECKIN_SMALL_NUMBERS", 5),
        outage_misses=read.whole("CHECKIN_OUTAGE_MISSES", 5),
        outage_share=read.whole("CHECKIN_OUTAGE_SHARE", 50, most=100),
        # Calls to services cost the organisation; a helpline's first talk seldom lasts longer.
        put_through_a_day=read.whole("CHECKIN_PUT_THROUGH_A_DAY", 3),
        put_through_minutes=read.whole("CHECKIN_PUT_THROUGH_MINUTES", 30),
        # Twilio's default for a UK long code is 10 message segments a second.
        texts_a_second=read.number("CHECKIN_TEXTS_A_SECOND", 10),
        urgent_texts_a_second=read.number("CHECKIN_URGENT_TEXTS_A_SECOND", 100),
        # What Twilio dials for an account that has not asked for more; the rest it queues.
        calls_a_second=read.number("CHECKIN_CALLS_A_SECOND", 1),
        carrier_seconds=read.number("CHECKIN_CARRIER_SECONDS", 10),
        directory_mb=read.whole("CHECKIN_DIRECTORY_MB", 500),
        directory_seconds=read.whole("CHECKIN_DIRECTORY_SECONDS", 600),
        directory_loopback=read.yes_no("CHECKIN_DIRECTORY_LOOPBACK"),
        segment_price=read.number("CHECKIN_SEGMENT_PRICE", 1) if environment.get("CHECKIN_SEGMENT_PRICE") else None,
        session_idle=timedelta(hours=read.number("CHECKIN_SESSION_IDLE_HOURS", 8)),
        session_longest=timedelta(hours=read.number("CHECKIN_SESSION_LONGEST_HOURS", 24)),
        second_factor=read.some_of("CHECKIN_SECOND_FACTOR", _ROLES, "admin,coordinator,safeguarding"),
        heartbeat_url=read.url("CHECKIN_HEARTBEAT_URL"),
        clock_url=clock_url,
    )


def database_url(environment: Mapping[str, str]) -> str:
    """Return DATABASE_URL with the driver the line uses. Raises BadSetting when it is not PostgreSQL."""
    url = _Reader(environment).need("DATABASE_URL")
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+psycopg"} or not rest or not _has_port(url):
        raise BadSetting("DATABASE_URL must be a PostgreSQL address such as postgresql://user:password@host/name.")
    return "postgresql+psycopg://" + rest


def _has_port(url: str) -> bool:
    """Tell whether an address can be read and its port, if there is one, is a number."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def need(self, name: str) -> str:
        value = self.environment.get(name, "")
        if not value:
            raise BadSetting(f"{name} is not set.")
        return value

    def number(self, name: str, default: float) -> float:
        text = self.environment.get(name) or str(default)
        try:
            value = float(text)
        except ValueError as error:
            raise BadSetting(f"{name} must be a number, not {text!r}.") from error
        if not 0 < value < 1_000_000:
            raise BadSetting(f"{name} must be greater than 0 and less than a million, not {text!r}.")
        return value

    def whole(self, name: str, default: int, *, most: int | None = None) -> int:
        value = self.number(name, default)
        if not value.is_integer():
            raise BadSetting(f"{name} must be a whole number, not {value}.")
        if most is not None and value > most:
            raise BadSetting(f"{name} must be at most {most}, not {int(value)}.")
        return int(value)

    def rising(self, name: str, default: str) -> tuple[int, ...]:
        text = self.environment.get(name) or default
        found = [int(part) if part.strip().isdecimal() else 0 for part in text.split(",")]
        if found[0] < 1 or any(b <= a for a, b in pairwise(found)) or found[-1] > 520:
            raise BadSetting(f"{name} must be weeks that grow, such as 2,6,10, none above 520, not {text!r}.")
        return tuple(found)

    def redis(self, name: str) -> str:
        text = self.need(name)
        if not text.startswith(("redis://", "rediss://", "unix://")):
            raise BadSetting(f"{name} must be a Redis address such as redis://127.0.0.1:6379/0.")
        return text

    def url(self, name: str, *, needed: bool = False, bare: bool = False) -> str | None:
        text = self.need(name) if needed else self.environment.get(name) or None
        if text is None:
            return None
        parts = urlsplit(text) if _has_port(text) else None
        host = parts.hostname if parts and parts.scheme in {"http", "https"} else None
        # Twilio refuses a host with an underscore; to a bare address paths are added.
        if parts is None or not host or "_" in host or (bare and (parts.query or parts.fragment)):
            raise BadSetting(f"{name} must be a web address such as https://line.example.org, not {text!r}.")
        return text

    def some_of(self, name: str, known: tuple[str, ...], default: str) -> frozenset[str]:
        text = self.environment.get(name) or default
        found = frozenset(part.strip() for part in text.split(",")) - {"none"}
        if not found <= set(known):
            raise BadSetting(f"{name} must be none, or some of {', '.join(known)} with commas between, not {text!r}.")
        return found

    def yes_no(self, name: str) -> bool:
        text = self.environment.get(name) or "no"
        if text not in {"yes", "no"}:
            raise BadSetting(f"{name} must be yes or no, not {text!r}.")
        return text == "yes"

    def country(self, name: str, default: str) -> str:
        text = self.environment.get(name) or default
        if not re.fullmatch("[A-Z]{2}", text):
            raise BadSetting(f"{name} must be a two-letter country code such as GB, not {text!r}.")
        return text

    def zone(self, name: str, default: str) -> ZoneInfo:
        text = self.environment.get(name) or default
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError) as error:
            raise BadSetting(f"{name} must be an IANA zone such as Europe/London, not {text!r}.") from error

    def time_of_day(self, name: str, default: str) -> time:
        text = self.environment.get(name) or default
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # a time of day has no zone
        except ValueError as error:
            raise BadSetting(f"{name} must be a time such as 17:00, not {text!r}.") from error

    def times(self, name: str, default: str) -> tuple[time, time]:
        text = self.environment.get(name) or default
        found = _TIMES.fullmatch(text)
        try:
            if found is None:
                raise ValueError(text)
            a, b, c, d = (int(part) for part in found.groups())
            return time(a, b), time(c, d)
        except ValueError as error:
            raise BadSetting(f"{name} must be two times such as 20:30-09:00, not {text!r}.") from error
