"""Settings: a wrong one is named in one sentence, a misspelt one is refused, and secrets stay out of sight."""

from dataclasses import fields
from datetime import time
from pathlib import Path

import pytest

from checkin import settings
from checkin.errors import BadSetting
from checkin.settings import Settings, database_url, read_settings
from tests.parts import environment

GOOD = environment("postgresql://checkin:pass@127.0.0.1/checkin")
NEEDED = ["DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "CHECKIN_KEYS",
    "CHECKIN_SECRET"]  # fmt: skip
WRONG = {
    "DATABASE_URL": ["sqlite:///x.db", "postgresql", "postgresql://", "mysql://a/b", "postgresql://host:port/name"],
    "REDIS_URL": ["127.0.0.1:6379", "http://127.0.0.1"],
    "PUBLIC_URL": ["line.example.org", "ftp://line.example.org", "https://", "https://my_line.example.org", "http://[",
        "https://line.example.org?a=b", "https://line.example.org/#top", "https://line.example.org:port"],
    "TWILIO_NUMBER": ["07700900123", "banana", "+44 7700 900123"],
    "TWILIO_API_URL": ["127.0.0.1:8000", "http://["],
    "CHECKIN_SPEECH": ["maybe", "true"],
    "CHECKIN_COUNTRY": ["gb", "United Kingdom", "G8"],
    "CHECKIN_TIMEZONE": ["London", "Europe", "../etc/passwd", "/etc/passwd"],
    "CHECKIN_QUIET_HOURS": ["9-17", "25:00-09:00", "20:30", "20:30-09:60", "20:30 - 09:00"],
    "CHECKIN_DUTY_TIME": ["5pm", "25:00", "17:60", "17", "17:00-18:00"],
    "CHECKIN_TEXTS_A_WEEK": ["few", "0", "-1", "nan", "inf", "0.5", "2.5", "9999999"],
    "CHECKIN_CALLS_A_WEEK": ["0", "one", "0.9"],
    "CHECKIN_SMALL_NUMBERS": ["0", "few", "4.5"],
    "CHECKIN_OUTAGE_MISSES": ["0", "many", "4.5"],
    "CHECKIN_OUTAGE_SHARE": ["0", "half", "101"],
    "CHECKIN_STRANGERS_A_DAY": ["0", "many", "2.5"],
    "CHECKIN_ANSWERS_MOST": ["0", "many", "2.5"],
    "CHECKIN_ANSWERS_MINUTES": ["0", "some", "0.5"],
    "CHECKIN_REVIEW_WEEKS": ["0", "often", "1.5"],
    "CHECKIN_HISTORY_DAYS": ["29", "long", "30.5"],
    "CHECKIN_KEEP_WORDS_DAYS": ["0", "long", "0.5"],
    "CHECKIN_KEEP_RECORDS_DAYS": ["0", "two years"],
    "CHECKIN_KEEP_RED_DAYS": ["-1", "for ever"],
    "CHECKIN_BUDDY_MOST": ["0", "some", "2.5", "10"],
    "CHECKIN_CARING_WEEKS": ["0,4", "soon", "4,4", "8,4", "4,,8", "4,600"],
    "CHECKIN_CARING_THEN_WEEKS": ["0", "never", "521"],
    "CHECKIN_PUT_THROUGH_A_DAY": ["0", "often"],
    "CHECKIN_PUT_THROUGH_MINUTES": ["0", "long"],
    "CHECKIN_TEXTS_A_SECOND": ["0", "fast", "-3", "nan"],
    "CHECKIN_URGENT_TEXTS_A_SECOND": ["0", "inf"],
    "CHECKIN_CALLS_A_SECOND": ["0", "one"],
    "CHECKIN_CARRIER_SECONDS": ["0", "soon"],
    "CHECKIN_DIRECTORY_MB": ["0", "big", "1.5"],
    "CHECKIN_DIRECTORY_SECONDS": ["0", "long", "0.5"],
    "CHECKIN_DIRECTORY_LOOPBACK": ["true", "1"],
    "CHECKIN_SEGMENT_PRICE": ["0", "4p", "-1"],
    "CHECKIN_HEARTBEAT_URL": ["heartbeat.example.org"],
    "CHECKIN_CLOCK_URL": ["clock"],
    "CHECKIN_ADVANCED_OPT_OUT": ["true", "1", "Yes"],
    "CHECKIN_SECOND_FACTOR": ["yes", "admin,boss", ","],
    "CHECKIN_SESSION_IDLE_HOURS": ["0", "long"],
    "CHECKIN_SESSION_LONGEST_HOURS": ["-1"],
    "CHECKIN_BEHIND_PROXY": ["1", "2 proxies"],
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_a_needed_setting_that_is_missing_or_empty_is_named(name: str) -> None:
    for environ in ({k: v for k, v in GOOD.items() if k != name}, {**GOOD, name: ""}):
        with pytest.raises(BadSetting, match=f"^{name} is not set.$"):
            read_settings(environ)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_a_wrong_value_is_one_sentence_that_names_the_setting(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as raised:
        read_settings({**GOOD, name: value})
    sentence = str(raised.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    """A setting that is added must be given a wrong value above, or a reason here why it cannot have one."""
    any_text = {"CHECKIN_NAME", "CHECKIN_KEYS", "CHECKIN_SECRET"}  # CHECKIN_KEYS: tests/test_vault.py
    assert set(WRONG) | any_text >= settings._CHECKIN_NAMES


@pytest.mark.parametrize("name", ["CHECKIN_QUIETHOURS", "CHECKIN_", "CHECKIN_TEXTS_A_DAY"])
def test_a_misspelt_setting_does_not_pass_for_a_default(name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} is not a setting of the line"):
        read_settings({**GOOD, name: "1"})


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")
    assert not [name for name in (*settings._CHECKIN_NAMES, *GOOD) if f"`{name}`" not in page]


def test_a_number_or_a_service_is_needed_and_half_an_api_key_is_none() -> None:
    with pytest.raises(BadSetting, match="TWILIO_NUMBER, or TWILIO_MESSAGING_SERVICE_SID"):
        read_settings({**GOOD, "TWILIO_NUMBER": ""})
    for half in ("TWILIO_API_KEY", "TWILIO_API_SECRET"):
        with pytest.raises(BadSetting, match=r"^TWILIO_API_KEY and TWILIO_API_SECRET belong together"):
            read_settings({**GOOD, half: "x"})


def test_an_outside_monitor_may_have_any_address() -> None:
    url = "https://heartbeat.example.org/ping?line=1"
    assert read_settings({**GOOD, "CHECKIN_HEARTBEAT_URL": url}).heartbeat_url == url


def test_time_is_moved_in_rehearsals_only() -> None:
    live = {k: v for k, v in GOOD.items() if k != "TWILIO_API_URL"}
    assert not read_settings(live).simulated
    assert read_settings(GOOD).simulated
    with pytest.raises(BadSetting, match="CHECKIN_CLOCK_URL moves time"):
        read_settings({**live, "CHECKIN_CLOCK_URL": "http://127.0.0.1:1/clock"})


def test_what_is_left_out_has_its_default() -> None:
    found = read_settings({k: v for k, v in GOOD.items() if k != "CHECKIN_NAME"})
    assert (found.name, found.country, found.zone.key) == ("The check-in line", "GB", "Europe/London")
    assert found.quiet_hours == (time(20, 30), time(9, 0))
    assert (found.texts_a_week, found.calls_a_week, found.carrier_seconds) == (4, 1, 10)
    assert found.api_key is None


def test_both_tokens_count_while_they_are_rotated() -> None:
    assert read_settings({**GOOD, "TWILIO_AUTH_TOKEN_SECONDARY": "other"}).auth_tokens == ("a-token-for-tests", "other")
    assert read_settings(GOOD).auth_tokens == ("a-token-for-tests",)


def test_secrets_are_not_in_what_is_printed_of_settings() -> None:
    api = {"TWILIO_API_KEY": "SKkey", "TWILIO_API_SECRET": "a-secret-api"}
    found = read_settings({**GOOD, **api, "TWILIO_AUTH_TOKEN_SECONDARY": "second-token"})
    for printed in (repr(found), str(found), f"{found}", repr([found])):
        for secret in (*found.auth_tokens, found.keys, found.secret, "a-secret-api", "pass@"):
            assert secret not in printed
    assert {f.name for f in fields(Settings)} >= {"keys", "secret", "auth_tokens"}


def test_any_spelling_of_a_postgresql_address_is_read() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert database_url({"DATABASE_URL": f"{scheme}://h/n"}) == "postgresql+psycopg://h/n"


def test_an_address_without_its_last_slash_is_what_twilio_signs() -> None:
    assert read_settings({**GOOD, "PUBLIC_URL": "https://line.example.org/"}).public_url == "https://line.example.org"
