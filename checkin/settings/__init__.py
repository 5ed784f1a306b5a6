"""Every setting, read once from the environment into one frozen object.

An unknown `CHECKIN_*` name is refused: a misspelt safety setting must not pass for a default. To add a setting: a field
of `Settings`, a row of the table, a line of docs/settings.md.

* `kinds.py`: how a setting of each kind is read. `file.py`: the file in which a live line keeps them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from checkin.errors import BadSetting
from checkin.settings import kinds
from checkin.settings.kinds import How, Reader


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
    fallback_sms_url: str | None
    fallback_voice_url: str | None
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
    history_after: timedelta
    buddy_most: int
    caring_weeks: tuple[int, ...]
    caring_after: int
    small_numbers: int
    outage_misses: int
    outage_share: int
    put_through_a_day: int
    put_through_minutes: int
    strangers_a_day: int
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
# Field, name in the environment, how it is read.
_TABLE: tuple[tuple[str, str, How], ...] = (
    ("database_url", "DATABASE_URL", lambda read, _: database_url(read.environment)),
    ("redis_url", "REDIS_URL", kinds.redis),
    ("public_url", "PUBLIC_URL", kinds.own_url),
    ("account_sid", "TWILIO_ACCOUNT_SID", kinds.needed),
    # With TWILIO_AUTH_TOKEN_SECONDARY.
    ("auth_tokens", "TWILIO_AUTH_TOKEN", kinds.tokens),
    # With TWILIO_API_SECRET.
    ("api_key", "TWILIO_API_KEY", kinds.api_key),
    ("messaging_service_sid", "TWILIO_MESSAGING_SERVICE_SID", kinds.optional),
    ("number", "TWILIO_NUMBER", kinds.e164),
    ("twilio_api_url", "TWILIO_API_URL", kinds.url(bare=True)),
    ("fallback_sms_url", "TWILIO_FALLBACK_SMS_URL", kinds.url()),
    ("fallback_voice_url", "TWILIO_FALLBACK_VOICE_URL", kinds.url()),
    ("advanced_opt_out", "CHECKIN_ADVANCED_OPT_OUT", kinds.yes_no),
    ("speech", "CHECKIN_SPEECH", kinds.yes_no),
    ("behind_proxy", "CHECKIN_BEHIND_PROXY", kinds.yes_no),
    ("keys", "CHECKIN_KEYS", kinds.needed),
    ("secret", "CHECKIN_SECRET", kinds.needed),
    ("name", "CHECKIN_NAME", kinds.text("The check-in line")),
    ("country", "CHECKIN_COUNTRY", kinds.country),
    ("zone", "CHECKIN_TIMEZONE", kinds.zone),
    ("quiet_hours", "CHECKIN_QUIET_HOURS", kinds.times("20:30-09:00")),
    ("duty_time", "CHECKIN_DUTY_TIME", kinds.time_of_day("17:00")),
    ("texts_a_week", "CHECKIN_TEXTS_A_WEEK", kinds.whole(4)),
    ("calls_a_week", "CHECKIN_CALLS_A_WEEK", kinds.whole(1)),
    ("review_every", "CHECKIN_REVIEW_WEEKS", kinds.weeks(8)),
    # Until then a message may still change: the carrier tells late, reports settle, a week's limit looks back.
    ("history_after", "CHECKIN_HISTORY_DAYS", kinds.days(90, least=30)),
    # What befriending schemes give one volunteer; a place above 9 cannot be stored.
    ("buddy_most", "CHECKIN_BUDDY_MOST", kinds.whole(3, most=9)),
    # Trials of caring contacts sent 8 to 25 messages in 6 to 18 months, tapering.
    ("caring_weeks", "CHECKIN_CARING_WEEKS", kinds.rising("2,6,10,16,24,36,48,64")),
    ("caring_after", "CHECKIN_CARING_THEN_WEEKS", kinds.whole(26, most=520)),
    ("small_numbers", "CHECKIN_SMALL_NUMBERS", kinds.whole(5)),
    ("outage_misses", "CHECKIN_OUTAGE_MISSES", kinds.whole(5)),
    ("outage_share", "CHECKIN_OUTAGE_SHARE", kinds.whole(50, most=100)),
    # Calls to services cost the organisation; a helpline's first talk seldom lasts longer.
    ("put_through_a_day", "CHECKIN_PUT_THROUGH_A_DAY", kinds.whole(3)),
    ("put_through_minutes", "CHECKIN_PUT_THROUGH_MINUTES", kinds.whole(30)),
    # An answer to an unknown number costs as much as any; danger has ten times as many.
    ("strangers_a_day", "CHECKIN_STRANGERS_A_DAY", kinds.whole(200)),
    # Twilio itself breaks off after 15 answers in a row between the same two numbers (14107).
    ("answers_most", "CHECKIN_ANSWERS_MOST", kinds.whole(12)),
    ("answers_minutes", "CHECKIN_ANSWERS_MINUTES", kinds.whole(10)),
    # Twilio's default for a UK long code is 10 message segments a second.
    ("texts_a_second", "CHECKIN_TEXTS_A_SECOND", kinds.number(10)),
    ("urgent_texts_a_second", "CHECKIN_URGENT_TEXTS_A_SECOND", kinds.number(100)),
    # What Twilio dials for an account that has not asked for more; the rest it queues.
    ("calls_a_second", "CHECKIN_CALLS_A_SECOND", kinds.number(1)),
    ("carrier_seconds", "CHECKIN_CARRIER_SECONDS", kinds.number(10)),
    ("directory_mb", "CHECKIN_DIRECTORY_MB", kinds.whole(500)),
    ("directory_seconds", "CHECKIN_DIRECTORY_SECONDS", kinds.whole(600)),
    ("directory_loopback", "CHECKIN_DIRECTORY_LOOPBACK", kinds.yes_no),
    ("segment_price", "CHECKIN_SEGMENT_PRICE", kinds.number_or_none),
    ("session_idle", "CHECKIN_SESSION_IDLE_HOURS", kinds.hours(8)),
    ("session_longest", "CHECKIN_SESSION_LONGEST_HOURS", kinds.hours(24)),
    ("second_factor", "CHECKIN_SECOND_FACTOR", kinds.some_of(_ROLES, "admin,coordinator,safeguarding")),
    ("heartbeat_url", "CHECKIN_HEARTBEAT_URL", kinds.url()),
    ("clock_url", "CHECKIN_CLOCK_URL", kinds.url()),
)
_KEEP: tuple[tuple[str, str, How], ...] = (
    ("words", "CHECKIN_KEEP_WORDS_DAYS", kinds.days(90)),
    ("records", "CHECKIN_KEEP_RECORDS_DAYS", kinds.days(730)),
    # Six years: the time in which somebody may go to court about it (Limitation Act 1980, s. 2).
    ("red", "CHECKIN_KEEP_RED_DAYS", kinds.days(2192)),
)
_ROWS = {name: how for _, name, how in (*_TABLE, *_KEEP)}
_CHECKIN_NAMES = frozenset(name for name in _ROWS if name.startswith("CHECKIN_"))
# Every setting of the line, those that are read together with another as well.
NAMES = (*_ROWS, "TWILIO_AUTH_TOKEN_SECONDARY", "TWILIO_API_SECRET")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings in `environment`. Raises BadSetting with one sentence naming the setting at fault."""
    unknown = sorted(n for n in environment if n.startswith("CHECKIN_") and n not in _CHECKIN_NAMES)
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting of the line; see docs/settings.md for those that are.")
    read = Reader(environment)
    found: dict[str, Any] = {field: how(read, name) for field, name, how in _TABLE}
    found["keep"] = Keep(**{field: how(read, name) for field, name, how in _KEEP})
    if found["clock_url"] and not found["twilio_api_url"]:
        raise BadSetting("CHECKIN_CLOCK_URL moves time and is for the simulator: set TWILIO_API_URL too, or neither.")
    if not found["number"] and not found["messaging_service_sid"]:
        raise BadSetting("Set TWILIO_NUMBER, or TWILIO_MESSAGING_SERVICE_SID (calls need TWILIO_NUMBER as well).")
    return Settings(**found)


def check_one(name: str, value: str) -> None:
    """Raise BadSetting when `value` cannot be the setting `name`, looked at by itself."""
    if name in _ROWS:
        _ROWS[name](Reader({name: value}), name)


def database_url(environment: Mapping[str, str]) -> str:
    """Return DATABASE_URL with the driver the line uses. Raises BadSetting when it is not PostgreSQL."""
    url = Reader(environment).need("DATABASE_URL")
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+psycopg"} or not rest or not kinds.is_address(url):
        raise BadSetting("DATABASE_URL must be a PostgreSQL address such as postgresql://user:password@host/name.")
    return "postgresql+psycopg://" + rest
