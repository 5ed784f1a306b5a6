"""`checkin twilio connect`: what it would change is shown, changed, and can be put back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from checkin.cli import main
from simulator import line as network_line
from simulator.documents import Target
from simulator.network import Network
from simulator.server import Server
from tests.parts import environment, opened

PAIRS = "+447700900002"
LINE, SERVICE = "+447700900000", "MG" + "7" * 32
NOW = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
ELSEWHERE = Target("https://elsewhere.example.org/old?a=b", "GET")
PUBLIC = "https://line.example.org"


@contextmanager
def _network(*, service: bool) -> Iterator[tuple[network_line.Line, dict[str, str]]]:
    number = network_line.Number(LINE, NOW, sms=ELSEWHERE, voice_application="AP" + "1" * 32)
    found = network_line.Service(SERVICE, NOW) if service else None
    account = "AC" + "5" * 32
    line = network_line.Line(account, "a-token-for-tests", "", "", {LINE: number}, found, {"SKkey": "secret"})
    server = Server(Network(line))
    server.start()
    try:
        yield line, {"TWILIO_API_URL": server.url, "TWILIO_NUMBER": LINE, "TWILIO_API_KEY": "SKkey",
            "TWILIO_API_SECRET": "secret", "TWILIO_MESSAGING_SERVICE_SID": SERVICE if service else "",
            "TWILIO_FALLBACK_SMS_URL": "https://fallback.example.org/sms.xml"}  # fmt: skip
    finally:
        server.close()


@pytest.fixture(params=[False, True], ids=["number", "service"])
def town(request: pytest.FixtureRequest, database_url: str) -> Iterator[tuple[network_line.Line, dict[str, str]]]:
    """A number whose addresses lead elsewhere, once in a service; the account is entered with an API key."""
    with _network(service=request.param) as (line, changes):
        yield line, environment(database_url, **changes)


def run(settings: dict[str, str], *arguments: str, says: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["twilio", "connect", *arguments], env=settings, input=says)


def test_the_numbers_of_pairs_are_connected_too(town: tuple[network_line.Line, dict[str, str]], tmp_path: Path) -> None:
    line, settings = town
    own = line.numbers[PAIRS] = network_line.Number(PAIRS, NOW, sms=ELSEWHERE)
    with opened(settings["DATABASE_URL"]) as opened_line, opened_line.store.engine.begin() as work:
        work.execute(text("INSERT INTO pool_numbers (number) VALUES (:number)"), {"number": PAIRS})
    assert run(settings, "--yes", "--keep", str(tmp_path / "before.json")).exit_code == 0
    assert (own.sms.url, own.voice.url) == (f"{PUBLIC}/twilio/sms", f"{PUBLIC}/twilio/voice")
    assert own.sms_fallback == Target("https://fallback.example.org/sms.xml", "GET")
    assert run(settings, "--undo", str(tmp_path / "before.json"), "--yes").exit_code == 0
    assert own.sms == ELSEWHERE


def _leads(line: network_line.Line) -> dict[str, object]:
    number, service = line.numbers[LINE], line.service
    found: dict[str, object] = {
        "sms": number.sms, "voice": number.voice, "status": number.status_callback, "fallback": number.sms_fallback,
        "application": number.voice_application,
    }  # fmt: skip
    if service:
        found |= {"inbound": service.inbound, "deferred": service.use_inbound_webhook_on_number}
        found |= {"service fallback": service.fallback, "service status": service.status_callback}
    return found


def test_everything_leads_to_the_line_and_back_again(
    town: tuple[network_line.Line, dict[str, str]], tmp_path: Path
) -> None:
    line, settings = town
    before, file = _leads(line), tmp_path / "before.json"
    shown = run(settings, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "https://elsewhere.example.org/old?a=b\n" in shown.stdout
    assert f"-> {PUBLIC}/twilio/sms\n" in shown.stdout
    assert run(settings, "--keep", str(file), says="n\n").exit_code == 1
    assert _leads(line) == before
    assert not file.exists()

    done = run(settings, "--keep", str(file), says="y\n")
    assert done.exit_code == 0, done.output
    after = _leads(line)
    assert after["sms"] == Target(f"{PUBLIC}/twilio/sms", "POST")
    assert after["voice"] == Target(f"{PUBLIC}/twilio/voice", "POST")
    assert after["status"] == Target(f"{PUBLIC}/twilio/voice/status", "POST")
    assert after["fallback"] == Target("https://fallback.example.org/sms.xml", "GET")
    assert after["application"] == ""
    if line.service:
        assert after["inbound"] == Target(f"{PUBLIC}/twilio/sms", "POST")
        assert after["deferred"] is False
        assert after["service fallback"] == Target("https://fallback.example.org/sms.xml", "GET")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Everything is as it should be" in run(settings).stdout

    assert run(settings, "--undo", str(file), "--yes").exit_code == 0
    back = _leads(line)
    # An address that was none is none again; the method it would have been asked by tells nothing.
    assert {k: getattr(v, "url", v) for k, v in back.items()} == {k: getattr(v, "url", v) for k, v in before.items()}
    assert back["sms"] == ELSEWHERE


def test_what_was_kept_is_never_written_over_and_nothing_else_is_taken_for_it(
    town: tuple[network_line.Line, dict[str, str]], tmp_path: Path
) -> None:
    line, settings = town
    before = _leads(line)
    file = tmp_path / "before.json"
    for held, said in (("", "no file that"), (json.dumps({"before": {"PN1": {}}}), "another number or service")):
        file.write_text(held)
        wrong = run(settings, "--undo", str(file), "--yes")
        assert (wrong.exit_code, said in wrong.stderr) == (2, True), wrong.output
    assert "is there already" in run(settings, "--yes", "--keep", str(file)).stderr
    assert "cannot be written" in run(settings, "--yes", "--keep", str(tmp_path / "no" / "where")).stderr
    assert _leads(line) == before


def test_a_number_that_is_not_ours_is_said_so(town: tuple[network_line.Line, dict[str, str]]) -> None:
    _, settings = town
    refused = run({**settings, "TWILIO_NUMBER": "+447700900009"})
    assert (refused.exit_code, refused.stderr) == (
        1, "The number +447700900009 does not belong to this Twilio account.\n",
    )  # fmt: skip
