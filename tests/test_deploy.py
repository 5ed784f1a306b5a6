"""The files for a live machine start what the Procfile starts, and the fallback names who helps."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from redis import SSLConnection

from checkin.settings import database_url
from checkin.wording.fallback import documents
from simulator.segments import measure
from simulator.twiml import Verb, read_messaging, read_voice
from tests.test_docs import documented
from workers.queues import connection

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "deploy" / "systemd"
FALLBACK = ROOT / "deploy" / "fallback"
READ = {"sms.xml": read_messaging, "voice.xml": read_voice}
HOME = "/opt/checkin-line"
COUNTRIES = tomllib.loads((ROOT / "checkin" / "wording" / "countries.toml").read_text())
COMPOSE = ROOT / "deploy" / "compose"
SERVICES = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
OURS = {"release", "web", "worker", "clock"}


def words(verbs: tuple[Verb, ...]) -> str:
    """Return all that a document says."""
    return " ".join(verb.text for verb in verbs if verb.text)


def digits(text: str) -> str:
    """Return a text's digits: what is spoken figure by figure is the same number."""
    return re.sub(r"\D", "", text)


# --- the fallback ---


def test_the_fallback_is_what_is_made_of_the_countries() -> None:
    kept = {str(path.relative_to(FALLBACK)): path.read_text() for path in FALLBACK.rglob("*.xml")}
    assert kept == documents(), "run: checkin fallback deploy/fallback"
    assert {name.partition("/")[0] for name in kept} == set(COUNTRIES)
    told = (FALLBACK / "README.md").read_text()
    assert all(f"({name})" in told for name in kept)


@pytest.mark.parametrize("code", COUNTRIES)
@pytest.mark.parametrize("name", sorted(READ))
def test_the_fallback_is_twiml_and_names_the_numbers_of_the_country(name: str, code: str) -> None:
    body = (FALLBACK / code / name).read_bytes()
    verbs = READ[name](body)
    helpers = COUNTRIES[code]["en"]
    for who in ("emergency", "helpline"):
        assert digits(helpers[who]) in digits(words(verbs))
        assert helpers[who if name == "sms.xml" else f"{who}_spoken"] in words(verbs)
    # No address in it: whatever it linked to would be down as well.
    assert {verb.name for verb in verbs} <= {"Message", "Say", "Pause", "Hangup"}
    assert "://" not in words(verbs)


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_text_is_one_segment_and_names_whom_to_text(code: str) -> None:
    (message,) = read_messaging((FALLBACK / code / "sms.xml").read_bytes())
    assert COUNTRIES[code]["en"]["crisis_text"] in message.text
    assert measure(message.text).segments == 1


def test_the_united_kingdoms_numbers_are_these() -> None:
    """Written out once more, so that a slip in the table does not pass for the truth."""
    for name, read in READ.items():
        said = digits(words(read((FALLBACK / "GB" / name).read_bytes())))
        assert "999" in said
        assert "116123" in said
    assert "SHOUT to 85258" in (FALLBACK / "GB" / "sms.xml").read_text()


# --- systemd ---


PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def unit(path: Path) -> dict[str, str]:
    """Return a unit's settings; a setting that is given twice would be a mistake here."""
    lines = [line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")]
    found = dict(line.split("=", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_the_units_start_what_the_procfile_starts() -> None:
    units = {path.stem.removeprefix("checkin-").rstrip("@"): unit(path) for path in UNITS.glob("*.service")}
    assert {name: u["ExecStart"].removeprefix(f"{HOME}/.venv/bin/") for name, u in units.items()} == PROCFILE


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


def test_the_command_has_the_settings_of_the_units() -> None:
    last = (ROOT / "deploy" / "checkin").read_text().splitlines()[-1]
    assert last == f'exec {HOME}/.venv/bin/checkin --settings /etc/checkin-line.env "$@"'
    assert (ROOT / "deploy" / "checkin").stat().st_mode & 0o111


def test_systemd_listens_where_the_proxy_leads_while_the_web_process_restarts() -> None:
    found = unit(UNITS / "checkin-web.socket")
    assert found["ListenStream"] == LISTENS
    assert unit(UNITS / "checkin-web.service")["Requires"] == "checkin-web.socket"


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    copies = []
    for path in (*UNITS.glob("*.service"), *UNITS.glob("*.socket")):
        # There is no such program on this machine, nor such a folder.
        written = re.sub(rf"{HOME}/.venv/bin/\w+", "/bin/true", path.read_text()).replace(HOME, str(tmp_path))
        copies.append(tmp_path / path.name.replace("@", "@1"))
        copies[-1].write_text(written)
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, copies)], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "checkin-" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize(
    "file", [UNITS / "checkin-line.env", COMPOSE / "checkin-line.env.example"], ids=["systemd", "compose"]
)
def test_the_file_of_settings_has_every_needed_one_and_no_other_that_is_unknown(file: Path) -> None:
    lines = file.read_text().splitlines()
    names = {line.split("=", 1)[0] for line in lines if line and not line.startswith("#")}
    needed = {name for name, (default, _) in documented().items() if default.startswith("needed")}
    assert needed <= names <= set(documented())


# --- the proxy ---


LISTENS = f"{documented()['HOST'][0]}:{documented()['PORT'][0]}"


@pytest.mark.parametrize("name", ["proxy/Caddyfile", "compose/Caddyfile", "proxy/nginx.conf"])
def test_a_proxy_leads_to_the_web_process_as_it_was_asked_and_keeps_the_figures_inside(name: str) -> None:
    written = (ROOT / "deploy" / name).read_text()
    rules = "\n".join(line for line in written.splitlines() if not line.strip().startswith("#"))
    listens = "web:8000" if name.startswith("compose") else LISTENS
    assert re.search(rf"(reverse_proxy {listens}\n|proxy_pass http://{listens};)", rules)
    # Twilio's signatures are over the address as it was asked for.
    assert not re.search(r"\b(rewrite|uri|handle_path|strip_prefix|redir)\b", rules)
    assert "/metrics" in rules
    assert "404" in rules


def test_nginx_puts_the_callers_own_address_in_place_of_what_they_wrote() -> None:
    """Caddy does so unless it is told to trust somebody; nginx passes on what came unless it is told otherwise."""
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in (ROOT / "deploy" / "proxy" / "nginx.conf").read_text()
    for name in ("proxy/Caddyfile", "compose/Caddyfile"):
        assert "trusted_proxies" not in (ROOT / "deploy" / name).read_text()


# --- a platform ---


@pytest.mark.parametrize(
    "given",
    ["postgres://u:p@db.example.org:5432/line", "postgresql://u:p@db.example.org/line?sslmode=require",
     "postgresql+psycopg://u:p@db.example.org/line"],
)  # fmt: skip
def test_the_database_may_be_named_as_platforms_name_it(given: str) -> None:
    assert database_url({"DATABASE_URL": given}) == "postgresql+psycopg://" + given.partition("://")[2]


def test_redis_may_be_reached_by_tls() -> None:
    """Some platforms sign their own certificates: they say so in the address."""
    pool = connection("rediss://:secret@queue.example.org:6380/0?ssl_cert_reqs=none").connection_pool
    assert pool.connection_class is SSLConnection
    assert pool.connection_kwargs["ssl_cert_reqs"] == "none"
    assert pool.connection_kwargs["port"] == 6380


# --- containers ---


def test_the_compose_file_is_well_formed() -> None:
    rules = "{extends: default, rules: {line-length: {max: 120}, braces: {max-spaces-inside: 0}}}"
    done = subprocess.run(
        [sys.executable, "-m", "yamllint", "--strict", "-d", rules, COMPOSE / "compose.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == ""


def test_the_containers_run_what_the_procfile_runs() -> None:
    assert {name: SERVICES[name]["command"] for name in OURS} == PROCFILE


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_may_do_little_and_keeps_its_logs_short(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "max-size" in service["logging"]["options"]
    files = service.get("env_file", "checkin-line.env")
    assert (COMPOSE / f"{files}.example").is_file()
    assert "environment" not in service or set(service["environment"]) <= {"HOST", "PORT"}, "secrets are in env files"
    # Only the proxy is reached from outside; it needs two low ports, and nothing else.
    assert ("ports" in service, "user" in service) == ((True, False) if name == "proxy" else (False, True))
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service.get("user") not in {"root", "0", "0:0"}
    if name not in OURS:
        assert re.fullmatch(r"[a-z/]+:[0-9][\w.-]*", service["image"]), "a version is named"
    if name not in OURS - {"web"}:
        assert service["healthcheck"]["test"][0] == "CMD"
    if name != "release":
        assert service["restart"] == "always"


def test_the_database_is_reached_by_the_line_alone() -> None:
    named = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    assert named["networks"]["inside"] == {"internal": True}
    assert {name for name in SERVICES if SERVICES[name]["networks"] == ["inside"]} == {"db", "redis"}
    assert SERVICES["proxy"]["networks"] == ["outside"]
    kept = {volume.partition(":")[0] for name in SERVICES for volume in SERVICES[name].get("volumes", [])}
    assert (
        set(named["volumes"])
        == {volume for volume in kept if not volume.startswith(".")}
        == {"database", "certificates"}
    )
    for name in OURS - {"release"}:
        assert SERVICES[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}


def test_the_image_is_what_the_tests_ran_with_and_nobody_in_particular() -> None:
    lines = (COMPOSE / "Dockerfile").read_text().splitlines()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    (base,) = [line for line in lines if line.startswith("FROM ")]
    assert re.fullmatch(r"FROM python:3\.\d+-slim-\w+", base)
    assert f"python:{allowed.removeprefix('>=')}-" in base or f"python:{python}-" in base
    user = SERVICES["web"]["user"]
    assert f"USER {user}" in lines
    copied = {part for line in lines if line.startswith("COPY ") for part in line.split()[1:-1]}
    assert all((ROOT / name).exists() for name in copied)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == copied
    # pg_dump must not be older than the server.
    server = re.match(r"postgres:(\d+)", SERVICES["db"]["image"])
    assert server
    assert any(f"postgresql-client-{server[1]}" in line for line in lines)
