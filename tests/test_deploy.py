"""The files for a live machine start what the Procfile starts, and the fallback names who helps."""

import re
import tomllib
from pathlib import Path

import pytest

from simulator.segments import measure
from simulator.twiml import Verb, read_messaging, read_voice
from tests.test_docs import documented

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "deploy" / "systemd"
FALLBACK = ROOT / "deploy" / "fallback"
READ = {"sms.xml": read_messaging, "voice.xml": read_voice}
HOME = "/opt/checkin-line"
HELP = tomllib.loads((ROOT / "checkin" / "wording" / "countries.toml").read_text())["GB"]["en"]


def words(verbs: tuple[Verb, ...]) -> str:
    """Return all that a document says."""
    return " ".join(verb.text for verb in verbs if verb.text)


def digits(text: str) -> str:
    """Return a text's digits: what is spoken figure by figure is the same number."""
    return re.sub(r"\D", "", text)


# --- the fallback ---


@pytest.mark.parametrize("name", sorted(READ))
def test_the_fallback_is_twiml_and_names_the_numbers_of_the_country(name: str) -> None:
    body = (FALLBACK / name).read_bytes()
    said = words(READ[name](body))
    assert body.startswith(b"<?xml")
    assert b"<Response>" in body
    for number in ("999", "116123", digits(HELP["emergency"]), digits(HELP["helpline"])):
        assert number
        assert number in digits(said)


def test_the_text_is_one_segment_and_names_the_crisis_text_line() -> None:
    (message,) = read_messaging((FALLBACK / "sms.xml").read_bytes())
    assert HELP["crisis_text"] in message.text
    assert measure(message.text).segments == 1


def test_the_fallback_asks_nothing_of_the_line() -> None:
    """No address in it: whatever it linked to would be down as well."""
    for name, read in READ.items():
        verbs = read((FALLBACK / name).read_bytes())
        assert {verb.name for verb in verbs} <= {"Message", "Say", "Pause", "Hangup"}
        assert "://" not in words(verbs)


# --- systemd ---


def unit(path: Path) -> dict[str, str]:
    """Return a unit's settings; a setting that is given twice would be a mistake here."""
    lines = [line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")]
    found = dict(line.split("=", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_the_units_start_what_the_procfile_starts() -> None:
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    units = {path.stem.removeprefix("checkin-").rstrip("@"): unit(path) for path in UNITS.glob("*.service")}
    assert {name: u["ExecStart"].removeprefix(f"{HOME}/.venv/bin/") for name, u in units.items()} == procfile


@pytest.mark.parametrize("path", sorted(UNITS.glob("*.service")), ids=lambda path: path.name)
def test_a_unit_has_the_settings_comes_back_and_may_do_little(path: Path) -> None:
    found = unit(path)
    assert found["EnvironmentFile"] == "/etc/checkin-line.env"
    assert found["WorkingDirectory"] == HOME
    assert (found["NoNewPrivileges"], found["ProtectSystem"], found["User"]) == ("yes", "strict", "checkin")
    if found.get("Type") != "oneshot":
        assert found["Restart"] == "always"
        # After a few quick failures systemd would otherwise leave it stopped.
        assert found["StartLimitIntervalSec"] == "0"


def test_the_file_of_settings_has_every_needed_one_and_no_other_that_is_unknown() -> None:
    lines = (UNITS / "checkin-line.env").read_text().splitlines()
    names = {line.split("=", 1)[0] for line in lines if line and not line.startswith("#")}
    needed = {name for name, (default, _) in documented().items() if default.startswith("needed")}
    assert needed <= names <= set(documented())


# --- the proxy ---


def test_the_proxy_leads_to_where_the_web_process_listens() -> None:
    listens = f"{documented()['HOST'][0]}:{documented()['PORT'][0]}"
    assert f"reverse_proxy {listens}\n" in (ROOT / "deploy" / "proxy" / "Caddyfile").read_text()
