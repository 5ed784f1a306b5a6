"""What holds for every page: nobody gets in unasked, every answer carries its headers, every form is ours."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

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
    walked = 0
    for rule in rules(office.app):
        door = rule.endpoint.split(".")[0]
        if door not in allowed or "GET" not in (rule.methods or set()):
            continue
        answer = browser.get(example(office.app, rule))
        walked += 1
        assert (answer.status_code == 403) is not allowed[door], rule
        assert answer.status_code < 500, rule
        if answer.status_code == 403:
            assert "made-up words" not in answer.text
    assert walked >= 6
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


def test_every_answer_carries_its_headers(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann")
    paths = [
        "/",
        "/queue/rows",
        "/cases/1",
        "/cases/1/mark",
        "/cases/99",
        "/log-in",
        "/nowhere",
        "/console/console.css",
    ]
    for browser in (sue, office.browser()):
        for path in paths:
            headers = browser.get(path).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], path
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Strict-Transport-Security"]
            assert headers["Cache-Control"] == ("no-cache" if path.endswith(".css") else "no-store"), path


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
    assert "Content-Security-Policy" not in client.get("/healthz").headers
