"""Whose clock a service's hours are told on, when the source does not say."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_COUNTRIES: Mapping[str, str] = {
    "GB": "Europe/London", "IE": "Europe/Dublin", "PL": "Europe/Warsaw", "NZ": "Pacific/Auckland",
    "US": "America/New_York", "AU": "Australia/Sydney",
}  # fmt: skip
# The zone most of a state lives in.
_STATES: Mapping[str, Mapping[str, str]] = {
    "US": {
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
    },
    "AU": {
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
        "Australia/Hobart": "TAS",
    },
}


def zone_of(country: str, state: str | None = None) -> str | None:
    """Return the IANA zone of a country (ISO 3166), or of a state where a country has several; None: not known."""
    wanted = (state or "").strip().upper()
    for zone, states in _STATES.get(country, {}).items():
        if wanted in states.split():
            return zone
    return _COUNTRIES.get(country)


@lru_cache(maxsize=1024)
def read_zone(written: str, home: str) -> str | None:
    """Return the IANA zone that a source means by a name or by hours from UTC ("1", "+01:00", "UTC+1"); None: none.

    Hours that are `home`'s own at some time of the year mean `home`: a source that says 0 or 1 in Leeds means London
    time, summer and winter.
    """
    name = written.strip()
    if name in _names():
        return name
    hours = _hours(name)
    if hours is None:
        return None
    offsets = {datetime(2024, month, 1, tzinfo=UTC).astimezone(ZoneInfo(home)).utcoffset() for month in (1, 7)}
    if timedelta(hours=hours) in offsets:
        return home
    # POSIX counts the other way: Etc/GMT-3 is three hours ahead.
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _hours(name: str) -> int | None:
    bare = name.upper().removeprefix("UTC").removeprefix("GMT").removesuffix(":00").removesuffix(".0") or "0"
    try:
        hours = int(bare)
    except ValueError:
        return None
    return hours if -12 <= hours <= 14 else None
