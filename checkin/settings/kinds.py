"""How a setting of each kind is read: functions of the environment and a name, each with one sentence (BadSetting) for
a value that cannot be used, which begins with the name. Those that take a default return such a function."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from checkin.errors import BadSetting
from checkin.phone import is_e164

_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def is_address(url: str) -> bool:
    """Tell whether an address can be read and its port, if there is one, is a number."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Reader:
    """The environment, in which an empty value counts as none."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """Return a value, `default` when there is none."""
        return self.environment.get(name) or default

    def need(self, name: str) -> str:
        """Return a value that has to be there."""
        value = self.text(name)
        if not value:
            raise BadSetting(f"{name} is not set.")
        return value


# How one setting is read: by its name in the environment. Each raises BadSetting.
How = Callable[[Reader, str], Any]


def needed(read: Reader, name: str) -> str:
    """Return what has to be there."""
    return read.need(name)


def optional(read: Reader, name: str) -> str | None:
    """Return what may be left out."""
    return read.text(name) or None


def text(default: str) -> How:
    """Any text."""
    # Not `or`: an empty name is one.
    return lambda read, name: read.environment.get(name, default)


def number(default: float) -> How:
    """A number above nought."""

    def how(read: Reader, name: str) -> float:
        text = read.text(name, str(default))
        try:
            value = float(text)
        except ValueError as error:
            raise BadSetting(f"{name} must be a number, not {text!r}.") from error
        if not 0 < value < 1_000_000:
            raise BadSetting(f"{name} must be greater than 0 and less than a million, not {text!r}.")
        return value

    return how


def number_or_none(read: Reader, name: str) -> float | None:
    """Return a number above nought, or None when there is none."""
    return number(1)(read, name) if read.text(name) else None


def whole(default: int, *, least: int = 1, most: int | None = None) -> How:
    """A whole number, above nought at the least."""

    def how(read: Reader, name: str) -> int:
        value = number(default)(read, name)
        if not value.is_integer():
            raise BadSetting(f"{name} must be a whole number, not {value}.")
        if value < least:
            raise BadSetting(f"{name} must be at least {least}, not {int(value)}.")
        if most is not None and value > most:
            raise BadSetting(f"{name} must be at most {most}, not {int(value)}.")
        return int(value)

    return how


def days(default: int, *, least: int = 1) -> How:
    """Whole days."""
    return lambda read, name: timedelta(days=whole(default, least=least)(read, name))


def weeks(default: int) -> How:
    """Whole weeks."""
    return lambda read, name: timedelta(weeks=whole(default)(read, name))


def hours(default: float) -> How:
    """Hours."""
    return lambda read, name: timedelta(hours=number(default)(read, name))


def rising(default: str) -> How:
    """Weeks that grow."""

    def how(read: Reader, name: str) -> tuple[int, ...]:
        text = read.text(name, default)
        found = [int(part) if part.strip().isdecimal() else 0 for part in text.split(",")]
        if found[0] < 1 or any(b <= a for a, b in pairwise(found)) or found[-1] > 520:
            raise BadSetting(f"{name} must be weeks that grow, such as 2,6,10, none above 520, not {text!r}.")
        return tuple(found)

    return how


def e164(read: Reader, name: str) -> str | None:
    """Return an international number."""
    text = read.text(name)
    if text and not is_e164(text):
        raise BadSetting(f"{name} must be an international number such as +441632960000, not {text!r}.")
    return text or None


def redis(read: Reader, name: str) -> str:
    """Return the address of a Redis."""
    text = read.need(name)
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting(f"{name} must be a Redis address such as redis://127.0.0.1:6379/0.")
    return text


def url(*, bare: bool = False) -> How:
    """A web address; a bare one has no query and no fragment."""

    def how(read: Reader, name: str) -> str | None:
        text = read.text(name)
        if not text:
            return None
        parts = urlsplit(text) if is_address(text) else None
        host = parts.hostname if parts and parts.scheme in {"http", "https"} else None
        # Twilio refuses a host with an underscore; to a bare address paths are added.
        if parts is None or not host or "_" in host or (bare and (parts.query or parts.fragment)):
            raise BadSetting(f"{name} must be a web address such as https://line.example.org, not {text!r}.")
        return text

    return how


def own_url(read: Reader, name: str) -> str:
    """Return a needed, bare web address without its last slash."""
    read.need(name)
    return str(url(bare=True)(read, name)).rstrip("/")


def tokens(read: Reader, name: str) -> tuple[str, ...]:
    """Return one token, or two while they are being rotated."""
    tokens = (read.need(name), read.text(f"{name}_SECONDARY"))
    return tuple(token for token in tokens if token)


def api_key(read: Reader, name: str) -> tuple[str, str] | None:
    """Return an API key with its secret."""
    key, secret = read.text(name), read.text("TWILIO_API_SECRET")
    if bool(key) != bool(secret):
        raise BadSetting("TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both, or neither.")
    return (key, secret) if key else None


def some_of(known: tuple[str, ...], default: str) -> How:
    """Some of the known names, with commas between, or none."""

    def how(read: Reader, name: str) -> frozenset[str]:
        text = read.text(name, default)
        found = frozenset(part.strip() for part in text.split(",")) - {"none"}
        if not found <= set(known):
            raise BadSetting(f"{name} must be none, or some of {', '.join(known)} with commas between, not {text!r}.")
        return found

    return how


def yes_no(read: Reader, name: str) -> bool:
    """Return whether it says yes."""
    text = read.text(name, "no")
    if text not in {"yes", "no"}:
        raise BadSetting(f"{name} must be yes or no, not {text!r}.")
    return text == "yes"


def country(read: Reader, name: str) -> str:
    """Return a country code."""
    text = read.text(name, "GB")
    if not re.fullmatch("[A-Z]{2}", text):
        raise BadSetting(f"{name} must be a two-letter country code such as GB, not {text!r}.")
    return text


def zone(read: Reader, name: str) -> ZoneInfo:
    """Return an IANA zone."""
    text = read.text(name, "Europe/London")
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise BadSetting(f"{name} must be an IANA zone such as Europe/London, not {text!r}.") from error


def time_of_day(default: str) -> How:
    """A time of day."""

    def how(read: Reader, name: str) -> time:
        text = read.text(name, default)
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # a time of day has no zone
        except ValueError as error:
            raise BadSetting(f"{name} must be a time such as 17:00, not {text!r}.") from error

    return how


def times(default: str) -> How:
    """Two times of day."""

    def how(read: Reader, name: str) -> tuple[time, time]:
        text = read.text(name, default)
        found = _TIMES.fullmatch(text)
        try:
            if found is None:
                raise ValueError(text)
            a, b, c, d = (int(part) for part in found.groups())
            return time(a, b), time(c, d)
        except ValueError as error:
            raise BadSetting(f"{name} must be two times such as 20:30-09:00, not {text!r}.") from error

    return how
