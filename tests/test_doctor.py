"""The doctor: a line that is well is told so, and each thing that can be wrong is found, with what mends it."""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from rq import Queue, Worker
from sqlalchemy import text
from werkzeug.serving import make_server

import wsgi
from checkin import doctor, health
from checkin.bootstrap import Line, open_line, start_line
from checkin.cli import main
from checkin.directory import helplines
from checkin.doctor import CHECKS, CannotStart, Level, Patient, examine, trying
from checkin.errors import BadInput
from checkin.store.engine import connect
from checkin.store.vault import Vault, new_key
from simulator import line as network_line
from simulator.documents import Target
from simulator.network import Network
from simulator.phones import OnCall
from simulator.server import Server
from tests.parts import environment, loads
from tests.simulator.standin import Quiet
from workers.queues import connection

ROOT = Path(__file__).parent.parent
PAIRS = "+447700900002"
LINE, SUE = "+447700900000", "+447700900131"
ACCOUNT, TOKEN = "AC" + "5" * 32, "a-token-for-tests"
ORGANISATION = """
people: [{ref: sue, name: Sue, phones: 07700 900131}]
rota: [{ref: always, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440}]
staff: [{person: sue, email: sue@example.org, role: admin, password: a good long password}]
"""


@dataclass
class Clinic:
    """A whole line in this process: its web, a phone network, and somebody to examine it."""

    line: Line
    network: Network
    environment: dict[str, str]

    @property
    def number(self) -> network_line.Number:
        """The line's number as the carrier has it."""
        return self.network.line.numbers[LINE]

    def finds(self, name: str, patient: Patient | None = None) -> list[doctor.Result]:
        """Return what one check says."""
        results = examine(patient or self.line.patient())
        return [one for one in results if one.check.name == name]

    def does(self, statement: str) -> None:
        """Change something in the database."""
        with self.line.store.engine.begin() as work:
            work.execute(text(statement))

    def patient(self, **settings: object) -> Patient:
        """Return a patient with other settings."""
        return replace(self.line.patient(), settings=replace(self.line.settings, **settings))  # type: ignore[arg-type]  # named by the test


@pytest.fixture
def clinic(database_url: str, redis_url: str) -> Iterator[Clinic]:
    """A line that is well."""
    now = datetime.now(UTC)
    numbers = {LINE: network_line.connected(LINE, "http://127.0.0.1:1", now)}
    phones = network_line.Line(ACCOUNT, TOKEN, "", "", numbers, None, {ACCOUNT: TOKEN, "SKkey": "secret"})
    with ExitStack() as stack:
        server = Server(Network(phones))
        server.start()
        stack.callback(server.close)
        web = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
        url = f"http://127.0.0.1:{web.server_port}"
        settings = environment(
            database_url, REDIS_URL=redis_url, PUBLIC_URL=url, TWILIO_API_URL=server.url, TWILIO_NUMBER=LINE,
            CHECKIN_SECRET="s" * 40, CHECKIN_SECOND_FACTOR="none", CHECKIN_CARRIER_SECONDS="3",
        )  # fmt: skip
        line = open_line(settings)
        stack.callback(line.store.engine.dispose)
        app = wsgi.serve(line)
        web.app = app
        threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
        stack.callback(web.server_close)
        stack.callback(web.shutdown)
        number = phones.numbers[LINE] = network_line.connected(LINE, url, now)
        number.sms_fallback = number.voice_fallback = Target("https://fallback.example.org/x.xml", "GET")
        phones.app_url = phones.public_url = url
        loads(line, ORGANISATION, now)
        with line.store.work(now) as work:
            for beat in ("clock", "audit", "audit_good", "backup"):
                health.beat(work, beat)
            for one in helplines.standing(work):
                helplines.check(work, one.ref, None)
        for _ in range(2):
            at_work = Worker([Queue("urgent", connection=connection(redis_url))], connection=connection(redis_url))
            at_work.register_birth()  # type: ignore[no-untyped-call]  # RQ ships no types
        yield Clinic(line, server.network, settings)


def test_a_line_that_is_well_hears_so(clinic: Clinic) -> None:
    results = list(examine(clinic.line.patient()))
    assert [one.check.name for one in results] == [check.name for check in CHECKS]
    unwell = {one.check.name: (one.sentence, one.mend) for one in results if one.level}
    # That it is a rehearsal is the one thing that is not as it should be here.
    assert set(unwell) == {"settings"}
    assert "rehearsal" in unwell["settings"][0]
    assert all(not one.mend for one in results if one.level is Level.OK)
    # And when that is meant, nothing is left to say.
    meant = replace(clinic.line.patient(), rehearsal=True)
    assert [one.sentence for one in examine(meant) if one.level] == []


Breaks = Callable[[Clinic], Patient | None]


def _no_worker(clinic: Clinic) -> None:
    connection(clinic.line.settings.redis_url).flushdb()


def _late_job(clinic: Clinic) -> None:
    queue = Queue("urgent", connection=connection(clinic.line.settings.redis_url))
    job = queue.enqueue("workers.jobs.fire")
    job.enqueued_at = datetime.now(UTC) - timedelta(minutes=9)
    job.save()


def _forgets_to(number_field: str) -> Callable[[Clinic], None]:
    return lambda clinic: setattr(clinic.number, number_field, Target())


def _unknown_number(clinic: Clinic) -> None:
    clinic.network.line.numbers.clear()


def _of_other_keys(clinic: Clinic) -> Patient:
    store = clinic.line.store
    return replace(clinic.line.patient(), store=replace(store, vault=Vault(new_key())))


def _of_pairs(*, served: bool) -> Breaks:
    """A number for pairs is in the pool, and leads nowhere; or it is in the service, where it must not be."""

    def breaks(clinic: Clinic) -> Patient | None:
        clinic.does("INSERT INTO pool_numbers (number) VALUES ('+447700900002') ON CONFLICT DO NOTHING")
        phones = clinic.network.line
        phones.numbers.setdefault(LINE, network_line.connected(LINE, "", datetime.now(UTC)))
        url = clinic.line.settings.public_url if served else ""
        phones.numbers[PAIRS] = network_line.connected(PAIRS, url, datetime.now(UTC))
        if not served:
            return None
        phones.service = network_line.Service("MG" + "7" * 32, datetime.now(UTC))
        return clinic.patient(messaging_service_sid=phones.service.sid)

    return breaks


def _landline(clinic: Clinic) -> Patient:
    clinic.network.line.numbers["+441632960000"] = network_line.connected("+441632960000", "", datetime.now(UTC))
    return clinic.patient(number="+441632960000")


def _of_another_time(clinic: Clinic) -> Patient:
    return replace(clinic.line.patient(), clock=lambda: datetime.now(UTC) + timedelta(hours=1))


REVISION = "UPDATE alembic_version SET version_num ="
EXPIRED = "UPDATE helplines SET checked_on = '2026-01-01', expires_on = '2026-01-02'"
UNCHECKED = "UPDATE helplines SET checked_on = NULL, expires_on = NULL"
# Every check, and ways in which what it looks at goes wrong, with what it says then.
BROKEN: Mapping[str, tuple[tuple[Breaks, Level, str], ...]] = {
    "settings": (
        (lambda c: replace(c.patient(twilio_api_url=None), rehearsal=True), Level.PROBLEM, "This is no rehearsal"),
        (lambda c: c.patient(twilio_api_url=None, public_url="http://x.example.org"), Level.PROBLEM, "not https"),
        (lambda c: c.patient(secret="short"), Level.WARNING, "CHECKIN_SECRET is shorter"),
        (lambda c: c.patient(number=None), Level.WARNING, "TWILIO_NUMBER is not set"),
    ),
    "database": ((lambda c: c.does(f"{REVISION} '0001'"), Level.PROBLEM, "not got this version"),
        (lambda c: c.does(f"{REVISION} '9999'"), Level.WARNING, "A later version"),
        (lambda c: c.does("DROP EXTENSION pg_trgm CASCADE"), Level.WARNING, "pg_trgm")),
    "keys": ((_of_other_keys, Level.PROBLEM, "do not open what is stored"),),
    "redis": ((lambda c: c.patient(redis_url="redis://127.0.0.1:1/0"), Level.PROBLEM, "Redis does not answer"),),
    "workers": (
        (_no_worker, Level.PROBLEM, "No worker runs"),
        (_late_job, Level.PROBLEM, "queue urgent for 9 minutes"),
    ),
    "ticking": (
        (lambda c: c.does("UPDATE heartbeats SET at = at - interval '1 day'"), Level.PROBLEM, "more than two minutes"),
        (lambda c: c.does("DELETE FROM heartbeats WHERE name = 'clock'"), Level.PROBLEM, "No tick has been done yet"),
    ),
    "clocks": ((_of_another_time, Level.PROBLEM, "This machine's clock and PostgreSQL's are 3600 seconds apart"),),
    "public_url": (
        (lambda c: c.patient(public_url="http://127.0.0.1:1"), Level.PROBLEM, "does not answer"),
        (lambda c: c.patient(auth_tokens=("another",)), Level.PROBLEM, "A rightly signed request was refused"),
        (lambda c: c.patient(public_url=c.network.api_url), Level.PROBLEM, "not this line"),
        (lambda c: c.patient(public_url=c.line.settings.public_url.replace("127.0.0.1", "localhost")), Level.PROBLEM,
         "refused"),
    ),
    "certificate": (),  # see below
    "number": ((_unknown_number, Level.PROBLEM, "does not belong to this Twilio account"),
        (_landline, Level.PROBLEM, "cannot send texts"),
        (lambda c: c.patient(auth_tokens=("another",)), Level.PROBLEM, "Twilio does not know this account"),
        (lambda c: c.patient(twilio_api_url="http://127.0.0.1:1"), Level.WARNING, "Twilio could not be asked"),
        (_of_pairs(served=True), Level.PROBLEM, f"take {PAIRS} out of the service")),
    "webhooks": ((_forgets_to("sms"), Level.PROBLEM, "sms_url"), (_forgets_to("voice"), Level.PROBLEM, "voice_url"),
        (_of_pairs(served=False), Level.PROBLEM, f"The number {PAIRS} does not lead to this line: sms_url")),
    "fallback": ((_forgets_to("voice_fallback"), Level.WARNING, "calls get no answer"),
        (lambda c: setattr(c.number, "sms_fallback", Target(c.line.settings.public_url)), Level.PROBLEM, "own host")),
    "opt_out": ((lambda c: c.patient(advanced_opt_out=True), Level.PROBLEM, "no Messaging Service"),),
    "disk": (),  # nobody fills a disk for a test; see below
    "rota": ((lambda c: c.does("UPDATE shifts SET minutes = 600"), Level.WARNING, "Nobody is on call from"),
        (lambda c: c.does("DELETE FROM shifts"), Level.PROBLEM, "Nobody is ever on call")),
    "staff": ((lambda c: c.patient(second_factor=frozenset({"admin"})), Level.WARNING, "no second step"),
        (lambda c: c.does("UPDATE staff SET role = 'coordinator'"), Level.PROBLEM, "No admin")),
    "helplines": ((lambda c: c.does(EXPIRED), Level.WARNING, "has run out"),
        (lambda c: c.does(UNCHECKED), Level.WARNING, "Nobody has checked")),
    "backup": ((lambda c: c.does("UPDATE heartbeats SET at = at - interval '3 days'"), Level.WARNING, "3 days old"),
        (lambda c: c.does("DELETE FROM heartbeats WHERE name = 'backup'"), Level.WARNING, "No backup")),
    "auditor": (
        (lambda c: c.does("INSERT INTO findings (what, since, many) VALUES ('page_waits', now(), 1)"), Level.PROBLEM,
         "page_waits"),
        (lambda c: c.does("DELETE FROM heartbeats"), Level.WARNING, "has not looked yet"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(check.name for check in CHECKS))
def test_what_is_wrong_is_found_with_what_mends_it(clinic: Clinic, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each break is found on its own: what was broken before stays so, and is told of as well."""
    if name == "disk":
        monkeypatch.setattr("checkin.doctor.here._LITTLE", 1 << 60)
        (found,) = clinic.finds("disk")
        assert (found.level, "MB are free" in found.sentence) == (Level.WARNING, True)
        return
    for breaks, level, said in BROKEN[name]:
        found_now = clinic.finds(name, breaks(clinic))
        told = [one for one in found_now if said in one.sentence]
        assert [(one.level, bool(one.mend)) for one in told] == [(level, True)], [o.sentence for o in found_now]


@contextmanager
def _served_by_tls(folder: Path, name: x509.GeneralName, days: float) -> Iterator[int]:
    """A server on this machine with a certificate for `name` that runs out in so many days; yields its port."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "line.example.org")])
    made = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=90)).not_valid_after(now + timedelta(days=days))
    signed = made.add_extension(x509.SubjectAlternativeName([name]), critical=False).sign(key, hashes.SHA256())
    (folder / "trusted.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "trusted.pem", folder / "key.pem")
    server = make_server("127.0.0.1", 0, lambda *_: [], ssl_context=context, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("name", "days", "level", "said"),
    [
        ("127.0.0.1", 15, Level.OK, "No certificate of PUBLIC_URL runs out"),
        ("127.0.0.1", 9.5, Level.WARNING, "127.0.0.1 runs out in 9 days"),
        ("127.0.0.1", -1, Level.PROBLEM, "127.0.0.1 has run out"),
        ("127.0.0.2", 60, Level.PROBLEM, "not one that Twilio trusts: IP address mismatch"),
    ],
)
def test_a_certificate_is_renewed_in_time(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, days: float, level: Level, said: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    with _served_by_tls(tmp_path, x509.IPAddress(ip_address(name)), days) as port:
        (found,) = clinic.finds("certificate", clinic.patient(public_url=f"https://127.0.0.1:{port}"))
    assert (found.level, said in found.sentence) == (level, True), found.sentence
    (gone,) = clinic.finds("certificate", clinic.patient(public_url=f"https://127.0.0.1:{port}"))
    assert (gone.level, gone.mend) == (Level.PROBLEM, "see the check public_url")


def test_without_its_database_a_line_is_told_that_and_no_more_of_it(clinic: Clinic) -> None:
    away = connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    patient = replace(clinic.line.patient(), store=replace(clinic.line.store, engine=away))
    results = list(examine(patient))
    assert [one.level for one in results if one.check.name == "database"] == [Level.PROBLEM]
    assert {one.sentence.split(":")[0] for one in results if one.check.database} == {"Not looked at"}


def test_a_process_does_not_start_on_what_cannot_work(clinic: Clinic) -> None:
    start_line(clinic.environment).store.engine.dispose()
    start_line({**clinic.environment, "REDIS_URL": "redis://127.0.0.1:1/0"}).store.engine.dispose()
    with pytest.raises(CannotStart, match="do not open what is stored"):
        start_line({**clinic.environment, "CHECKIN_KEYS": new_key()})
    clinic.does("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(CannotStart, match=r"this version's tables. Mend it: `checkin db upgrade`"):
        start_line(clinic.environment)


def test_each_kind_of_process_looks_before_it_does_anything(clinic: Clinic) -> None:
    """What is wrong with the keys is said by the process itself, at once, and not by each of its jobs."""
    commands = (
        ("rq.cli", "worker", "--worker-class", "workers.starting.Worker", "--quiet", "--burst", "urgent"),
        ("rq.cli", "cron", "--logging-level", "WARNING", "workers.schedule"),
        ("gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"),
    )
    ours = ("CHECKIN_", "TWILIO_", "RQ_", "DATABASE_", "REDIS_", "PUBLIC_", "PORT", "HOST", "PROMETHEUS_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ |= clinic.environment | {"CHECKIN_KEYS": new_key(), "PORT": "0", "WEB_CONCURRENCY": "1"}
    started = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    for command, process in zip(commands, started, strict=True):
        _, said = process.communicate(timeout=90)
        assert (process.returncode != 0, "do not open what is stored" in said) == (True, True), (command, said)


def test_a_real_text_and_call_are_followed_to_the_handset(clinic: Clinic) -> None:
    phone = clinic.network.phone(SUE)
    phone.behaviour = replace(phone.behaviour, calls=OnCall.ANSWER)
    asked = ["doctor", "--json", "--text", "07700 900131", "--call", SUE]
    refused = CliRunner().invoke(main, asked, env=clinic.environment, input="n\n")
    assert refused.exit_code == 1
    assert not clinic.network.texts.messages
    done = CliRunner().invoke(main, asked, env=clinic.environment, input="y\ny\n")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["level"] == "warning"
    assert [(one["check"], one["level"]) for one in told["found"][-2:]] == [("text", "ok"), ("call", "ok")]


def test_a_trial_goes_to_nobody_who_is_not_there(clinic: Clinic) -> None:
    live = clinic.patient(twilio_api_url=None)
    for number, said in ((SUE, "film and fiction"), ("12", "telephone number")):
        with pytest.raises(BadInput, match=said):
            trying.number_of(live, number)
    with pytest.raises(BadInput, match="own number"):
        trying.number_of(clinic.line.patient(), LINE)


def test_the_exit_code_and_the_list_are_for_monitors_and_for_people(clinic: Clinic) -> None:
    asked = CliRunner().invoke(main, ["doctor"], env=clinic.environment)
    assert asked.exit_code == 1
    assert "warning  settings" in asked.stdout
    assert "mend it: `checkin setup`" in asked.stdout
    clinic.does("DELETE FROM shifts")
    assert CliRunner().invoke(main, ["doctor"], env=clinic.environment).exit_code == 2
