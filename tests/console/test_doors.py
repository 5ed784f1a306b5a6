"""What holds for every page: nobody gets in unasked, every answer carries its headers, every form is ours."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import console
import wsgi
from checkin.bootstrap import ClockStoppedError
from checkin.staff import ROLES
from checkin.store.engine import connect
from console import rooms
from console.desk import Desk
from tests.console.conftest import Browser, Office
from tests.console.walk import FREE, rules
from tests.console.walk import path as example


def test_nobody_gets_past_the_log_in(office: Office) -> None:
    office.case("red", ref="ann", words="made-up words")
    behind = [rule for rule in rules(office.app) if rule.endpoint not in FREE]
    assert len(behind) >= 7
    for rule in behind:
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = office.browser().client.open(example(office.app, rule), method=method)
            assert answer.status_code == 303, rule
            assert answer.location.startswith("/log-in"), rule


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_page_is_for_its_roles_and_for_nobody_else(office: Office, role: str) -> None:
    office.case("red", ref="ann", words="made-up words")
    names = {"admin": "ada", "coordinator": "omar", "safeguarding": "sue", "facilitator": "fay"}
    browser = office.staff(names[role])
    desk = Desk(office.line, office.bell)
    allowed = {room.build(desk).name: role in room.roles for room in rooms.ROOMS}
    allowed |= {"login": True, "second": True}  # whoever is in may go through the steps of logging in again
    walked = 0
    for rule in rules(office.app):
        if rule.endpoint in FREE:
            continue
        # An address that belongs to no room has nobody who says whom it is for.
        open_to_them = allowed[rule.endpoint.split(".")[0]]
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = browser.client.open(example(office.app, rule), method=method)
            walked += 1
            assert (answer.status_code == 403) is not open_to_them, (method, rule)
            assert answer.status_code < 500, (method, rule)
            if answer.status_code == 403:
                assert "made-up words" not in answer.text
    assert walked >= 100
    page = browser.get("/").text
    for room in rooms.ROOMS:
        if room.name:
            assert (f">{room.name}</a>" in page) is (role in room.roles), room.name


def test_no_form_is_taken_without_its_token(office: Office) -> None:
    ada = office.staff("ada")
    number = office.case("task", ref="ann")
    posts = [rule for rule in rules(office.app) if "POST" in (rule.methods or set())]
    assert len(posts) >= 6
    for rule in posts:
        if rule.endpoint == "login.log_out":
            continue  # its form is old: shown the queue, still logged in
        answer = ada.client.post(example(office.app, rule), data={"words": "done", "email": "e@example.org"})
        assert answer.status_code == 400, rule
    assert ada.client.post("/log-out").location == "/"
    assert ada.get("/").status_code == 200
    assert office.rows("SELECT status FROM cases WHERE number = :n", n=number) == [("open",)]


def test_every_answer_of_every_address_carries_its_headers(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann")
    walked = [(example(office.app, rule), method) for rule in rules(office.app) for method in rule.methods or ()]
    walked += [("/nowhere", "GET"), ("/cases/99", "GET"), ("/cases/1", "DELETE")]
    assert len(walked) > 100
    office.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    for browser in (sue, office.browser()):
        for path, method in walked:
            headers = browser.client.open(path, method=method, buffered=True).headers
            policy = headers.get("Content-Security-Policy", "")
            assert policy.startswith("default-src 'none'"), path
            # Only a plot's own file may have styles in it, and nothing else then.
            assert "unsafe" not in policy or ("unsafe-inline" in policy and "script-src" not in policy), path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["X-Frame-Options"] == "DENY", path
            assert headers["Referrer-Policy"] == "same-origin", path
            assert "camera=()" in headers["Permissions-Policy"], path
            assert headers["Strict-Transport-Security"], path
            if not path.startswith("/console/"):
                assert headers["Cache-Control"] == "no-store", (path, method)
            for cookie in headers.getlist("Set-Cookie"):
                name, *flags = cookie.split("; ")
                assert name.startswith("__Host-"), path
                assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags), path


def test_over_plain_http_on_this_machine_nothing_asks_for_https(environment: dict[str, str]) -> None:
    client = wsgi.create_app(environment | {"PUBLIC_URL": "http://127.0.0.1:8000"}).test_client()
    assert "Strict-Transport-Security" not in client.get("/nowhere").headers


GARBAGE = ("banana", "\x00💚\u202e", "-1", "9" * 40)


def test_whatever_is_asked_or_sent_no_page_breaks(office: Office) -> None:
    """Every address, every name that a page reads, and nothing that belongs there."""
    ada, number = office.staff("ada"), office.case("task", ref="ann")
    office.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    broken: list[tuple[str, str, str]] = []
    folder = Path(console.__file__).parent
    read = "".join(file.read_text() for file in sorted(folder.rglob("*.py")))
    names = set(re.findall(r'\.(?:args|form|values)(?:\.get\w*\(|\[)"(\w+)"', read))
    names |= set(re.findall(r"^    (\w+) = forms\.\w+\(", read, re.MULTILINE)) - {"csrf_token"}
    assert {"who", "page", "person", "words", "since"} <= names
    for rule in rules(office.app):
        if rule.endpoint in {"login.log_in", "login.log_out"}:
            continue  # wrong tries are counted there
        for garbage in GARBAGE:
            path, given = example(office.app, rule), dict.fromkeys(names, garbage)
            if (
                "GET" in (rule.methods or ())
                and ada.client.get(path, query_string=given, buffered=True).status_code >= 500
            ):
                broken.append(("GET", path, garbage))
            if "POST" in (rule.methods or ()) and ada.post(path, **given).status_code >= 500:
                broken.append(("POST", path, garbage))
    assert broken == []
    assert office.rows("SELECT status FROM cases WHERE number = :n", n=number)


def test_no_page_holds_a_script_or_a_style_of_its_own(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann", words="made-up words")
    for path in ("/", "/cases/1", "/log-in", "/nowhere"):
        page = sue.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page), path


def test_an_address_that_leads_nowhere_says_so(office: Office, sue: Browser) -> None:
    for path in ("/nowhere", "/cases/99", "/cases/99/mark", "/cases/999999999999999999999", "/messages/x/seen"):
        answer = sue.get(path)
        assert answer.status_code == 404, path
        assert "There is no such page" in answer.text
    assert sue.get("/cases/1/take").status_code == 405
    assert office.browser().get("/nowhere").status_code == 404


def test_when_the_database_is_away_the_page_says_so(office: Office) -> None:
    nowhere = connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    office.line = replace(office.line, store=replace(office.line.store, engine=nowhere))
    office.hang()
    answer = office.browser().logs_in("sue@example.org")
    assert answer.status_code == 503
    assert "database cannot be reached" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_when_a_rehearsals_clock_has_stopped_the_page_says_so(office: Office) -> None:
    def stopped() -> datetime:
        raise ClockStoppedError("The clock does not answer.")

    office.line = replace(office.line, clock=stopped)
    office.hang()
    answer = office.browser().logs_in("sue@example.org")
    assert answer.status_code == 503
    assert "clock does not answer" in answer.text


def test_what_breaks_is_a_page_too(office: Office, sue: Browser) -> None:
    office.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("ALTER TABLE cases RENAME TO cases_gone")
    answer = sue.get("/")
    assert answer.status_code == 500
    assert "Something broke on this page" in answer.text
    assert "cases_gone" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_carriers_door_wants_no_token_and_no_log_in(environment: dict[str, str]) -> None:
    app = wsgi.create_app(environment)
    client = app.test_client()
    assert client.post("/twilio/sms", data={"Body": "hello"}).status_code == 403  # unsigned
    assert client.get("/healthz").status_code == 200
