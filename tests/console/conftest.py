"""An office: the console of a small organisation at a fixed moment, and staff with browsers."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import event, select, text, update
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

import console
from checkin import escalations, people
from checkin.bootstrap import Line, open_line
from checkin.conversation.effects import Severity
from checkin.load import load_file
from checkin.store.models import Case, Person, Staff
from checkin.store.vault import new_key
from tests.services import Databases
from tests.stories import leaks

PASSWORD = "a long walk by the sea"
ORGANISATION = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: carol, name: Carol, phones: [07700 900103, 0113 496 0103], streams: [checkins], prefers: call,
     pin: 4711, missed_call_ok: yes, text_relay: yes,
     discreet: yes, shared_phone: yes, safe_to_text: no, safe_hours: {from: "10:00", to: "15:00"}}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
  - {ref: fay, name: Fay, phones: 07700 900121}
  - {ref: ada, name: Ada, phones: 07700 900133}
groups:
  - {ref: harbour, name: Harbour, members: [ann], facilitators: [fay]}
  - {ref: quay, name: Quay, members: [carol]}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}
staff:
  - {person: sue, email: sue@example.org, role: safeguarding}
  - {person: omar, email: omar@example.org, role: coordinator}
  - {person: fay, email: fay@example.org, role: facilitator}
  - {person: ada, email: ada@example.org, role: admin}
"""
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


@dataclass
class Silence:
    """A bell that remembers what it was rung for."""

    rung: list[str] = field(default_factory=list)

    def ring(self, job: str) -> None:
        """Remember."""
        self.rung.append(job)

    def answers(self) -> bool:
        """It always hangs there."""
        return True

    def backlog(self) -> dict[str, tuple[int, float, int]]:
        """Nothing waits."""
        return {}


class Templates(BytecodeCache):
    """Templates as they were compiled for the first office, for all that follow."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what is kept; jinja looks whether it is of this very source."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = Templates()


class Browser:
    """One person's browser: keeps cookies, and sends each form with the token of the page it was last shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page."""
        answer = self.client.get(path, headers=headers, buffered=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token, **form})

    def logs_in(self, email: str, password: str = PASSWORD, **form: str) -> TestResponse:
        """Open the log-in page and send its form."""
        self.get("/log-in")
        return self.post("/log-in", email=email, password=password, **form)

    def opens(self, number: int) -> TestResponse:
        """Open a case's page."""
        return self.get(f"/cases/{number}")

    def does(self, number: int, what: str, words: str = "") -> TestResponse:
        """Open a case's page and send one of its forms from there."""
        page = self.opens(number)
        mark = re.search(r'data-mark="([^"]*)"', page.text)
        return self.post(f"/cases/{number}/{what}", words=words, mark=unescape(mark[1]) if mark else "")


class Office:
    """The console, its line, and a clock that is moved by hand."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.now = NOON
        self.line: Line = replace(open_line(environment), clock=lambda: self.now)
        self.bell = Silence()
        self._strangers = count(200)
        self.hang()

    def hang(self) -> None:
        """Hang the console into a web process, as `wsgi.py` does."""
        self.app = Flask("checkin")
        self.app.config.update(SECRET_KEY=self.line.settings.secret, TESTING=True)
        console.register(self.app, self.line, self.bell)
        self.app.jinja_env.bytecode_cache = _TEMPLATES

    def person(self, ref: str) -> UUID:
        """Return somebody's id."""
        with self.line.store.work(self.now) as work:
            return work.conn.execute(select(Person.id).where(Person.ref == ref)).scalar_one()

    def case(
        self,
        severity: str,
        reason: str = "words",
        *,
        ref: str | None = None,
        words: str = "",
        detail: str = "",
        ago: int = 0,
    ) -> int:
        """Open a case, `ago` minutes before now, and return its number. Without `ref` it is a new stranger's."""
        person_id = self.person(ref) if ref else None
        with self.line.store.work(self.now - timedelta(minutes=ago)) as work:
            stranger = None if ref else people.phone_for(work, f"+447700900{next(self._strangers)}")
            case_id = escalations.open_case(
                work, Severity(severity), reason, person_id=person_id, phone_id=stranger, words=words, detail=detail
            )
            return work.conn.execute(select(Case.number).where(Case.id == case_id)).scalar_one()

    def browser(self) -> Browser:
        """Return a browser that nobody has logged in with."""
        return Browser(self.app.test_client())

    def staff(self, name: str) -> Browser:
        """Return a browser with which `name` is logged in."""
        browser = self.browser()
        assert browser.logs_in(f"{name}@example.org").status_code == 303
        return browser

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """Return what a statement finds."""
        with self.line.store.work(self.now) as work:
            return [tuple(row) for row in work.conn.execute(text(sql), values)]

    def audited(self) -> list[tuple[object, ...]]:
        """Return who did what to what, in order; Sue is "sue"."""
        return self.rows(
            "SELECT p.ref, a.action, a.subject FROM audit a LEFT JOIN people p ON p.id = a.actor ORDER BY a.id"
        )

    def statements(self, browser: Browser, path: str) -> int:
        """Return how many statements it takes to show a page."""
        counted: list[str] = []

        def note(*arguments: object) -> None:
            counted.append(str(arguments[2]))

        event.listen(self.line.store.engine, "before_cursor_execute", note)
        try:
            assert browser.get(path).status_code == 200
        finally:
            event.remove(self.line.store.engine, "before_cursor_execute", note)
        return len(counted)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The staff's password, hashed. How dear it is to try one stands in its hash: nobody guesses here, so not dear."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def _settings(database_url: str, redis_url: str, keys: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": "https://line.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
        "TWILIO_AUTH_TOKEN": "a-token-for-tests",
        "TWILIO_NUMBER": "+441632960000",
        "CHECKIN_KEYS": keys,
        "CHECKIN_SECRET": "a-secret-for-tests",
        "CHECKIN_NAME": "Harbour Line",
        "CHECKIN_SECOND_FACTOR": "none",
    }


@pytest.fixture(scope="session")
def organisation(
    databases: Databases, password_hash: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The settings of a line with the organisation in its database: each office begins with a copy of that."""
    file = tmp_path_factory.mktemp("organisation") / "organisation.yaml"
    file.write_text(ORGANISATION, encoding="utf-8")
    with databases.clean() as url:
        settings = _settings(url, "redis://127.0.0.1:1/0", new_key())
        line = open_line(settings)
        with line.store.work(NOON) as work:
            load_file(work, file)
            work.conn.execute(update(Staff).values(password_hash=password_hash))
        line.store.engine.dispose()
        yield settings


@pytest.fixture
def environment(databases: Databases, organisation: dict[str, str], redis_url: str) -> Iterator[dict[str, str]]:
    """The settings of a line that a reverse proxy serves over https; the organisation is in its database."""
    with databases.clean(copy_of=organisation["DATABASE_URL"]) as url:
        yield _settings(url, redis_url, organisation["CHECKIN_KEYS"])


@pytest.fixture
def office(environment: dict[str, str]) -> Iterator[Office]:
    """The office of an organisation with two who work on cases, Sue and Omar, and a facilitator, Fay."""
    found = Office(environment)
    engine = found.line.store.engine
    yield found
    leaks.opens(engine, found.line.store.vault)
    engine.dispose()


@pytest.fixture
def sue(office: Office) -> Browser:
    """Sue's browser; she is logged in."""
    return office.staff("sue")


@pytest.fixture
def omar(office: Office) -> Browser:
    """Omar's browser; he is logged in."""
    return office.staff("omar")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Chromium]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield found
        found.close()


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """Where the office's console is served, over http on this machine; its cookies work there, as on a laptop."""
    office.line = replace(office.line, settings=replace(office.line.settings, public_url="http://127.0.0.1:8001"))
    office.hang()
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of."""
    return []


Opens = Callable[..., Page]


@pytest.fixture
def opens(browser: Chromium, address: str, complaints: list[str]) -> Iterator[Opens]:
    """`opens("sue")`: a page of the browser with Sue logged in on it; `width=360` by default. More options are those
    of Playwright's `new_context`, such as `color_scheme="dark"`."""
    contexts = []

    def open_page(name: str = "", *, width: int = 360, **options: Any) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 740}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name:
            page.goto("/log-in")
            page.fill("#email", f"{name}@example.org")
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: not url.endswith("/log-in"))
        return page

    yield open_page
    for context in contexts:
        context.close()
