"""The second step of a log-in."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from sqlalchemy import text

from checkin.store.vault import Vault, new_key
from tests.console.conftest import Browser, Office


@pytest.fixture
def office(office: Office) -> Office:
    """An office in which those who work on cases need a second factor."""
    settings = replace(office.line.settings, second_factor=frozenset({"admin", "safeguarding"}))
    office.line = replace(office.line, settings=settings, store=replace(office.line.store, settings=settings))
    office.hang()
    return office


def _sets_up(office: Office, browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    page = browser.get("/log-in/second-factor").text
    app = pyotp.TOTP(page.partition("<code>")[2].partition("</code>")[0].replace(" ", ""))
    assert browser.post("/log-in/second-factor", code="000000").status_code == 422
    shown = browser.post("/log-in/second-factor", code=app.at(office.now))
    return app, [part.partition("<")[0] for part in unescape(shown.text).split("<code>")[1:]]


def test_who_needs_one_gets_in_only_after_setting_it_up(office: Office) -> None:
    browser = office.browser()
    assert browser.logs_in("sue@example.org").location == "/log-in/second-factor"
    assert browser.get("/").status_code == 303
    picture = browser.client.get("/log-in/second-factor.png")
    assert picture.data.startswith(b"\x89PNG")
    assert "img-src 'self'" in picture.headers["Content-Security-Policy"]
    _, codes = _sets_up(office, browser)
    assert len(set(codes)) == 10
    assert browser.get("/").status_code == 200
    sealed = office.rows("SELECT secret FROM factors")
    assert sealed != [(None,)]
    # A role that does not need one gets in with the password alone.
    assert office.browser().logs_in("omar@example.org").location == "/"


def test_a_code_counts_once_and_only_in_its_minute(office: Office) -> None:
    browser = office.browser()
    browser.logs_in("sue@example.org")
    app, _ = _sets_up(office, browser)
    office.now += timedelta(minutes=5)
    code = app.at(office.now)
    first = office.browser()
    assert first.logs_in("sue@example.org").location == "/log-in/code"
    # Who is half in can neither look round nor set up a factor of their own.
    assert first.get("/log-in/second-factor").location == "/log-in/code"
    assert first.get("/account").status_code == 303
    first.get("/log-in/code")
    assert first.post("/log-in/code", code=app.at(office.now - timedelta(minutes=2))).status_code == 422
    assert first.post("/log-in/code", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert first.get("/").status_code == 200
    second = office.browser()
    second.logs_in("sue@example.org")
    second.get("/log-in/code")
    assert second.post("/log-in/code", code=code).status_code == 422


def test_a_recovery_code_stands_in_once(office: Office) -> None:
    browser = office.browser()
    browser.logs_in("sue@example.org")
    _, codes = _sets_up(office, browser)
    for expected in (303, 422):
        again = office.browser()
        again.logs_in("sue@example.org")
        again.get("/log-in/code")
        assert again.post("/log-in/code", code=codes[0].upper()).status_code == expected
    assert "Recovery codes left: <strong>9</strong>" in browser.get("/account").text
    assert "log_in_recovery_code" in [row[1] for row in office.audited()]


def test_after_a_lost_key_a_recovery_code_still_lets_somebody_in(office: Office) -> None:
    browser = office.browser()
    browser.logs_in("sue@example.org")
    _, codes = _sets_up(office, browser)
    lost = Vault(new_key()).seal("nobody knows", "factors.secret")
    with office.line.store.work(office.now) as work:
        work.conn.execute(text("UPDATE factors SET secret = :lost"), {"lost": lost})
    again = office.browser()
    again.logs_in("sue@example.org")
    again.get("/log-in/code")
    assert again.post("/log-in/code", code=codes[0]).status_code == 303
    with office.line.store.work(office.now) as work:
        work.conn.execute(text("DELETE FROM factors"))


def test_guessing_codes_is_stopped(office: Office) -> None:
    browser = office.browser()
    browser.logs_in("sue@example.org")
    _sets_up(office, browser)
    thief = office.browser()
    thief.logs_in("sue@example.org")
    thief.get("/log-in/code")
    answers = [thief.post("/log-in/code", code=f"{k:06}").status_code for k in range(6)]
    assert answers[-1] == 429


def test_an_admin_takes_a_lost_telephone_away(office: Office) -> None:
    browser, boss = office.browser(), office.browser()
    browser.logs_in("sue@example.org")
    _sets_up(office, browser)
    boss.logs_in("ada@example.org")
    _sets_up(office, boss)
    sue = office.person("sue")
    boss.get(f"/staff/{sue}")
    assert boss.post(f"/staff/{sue}/forget_factor").status_code == 303
    assert office.browser().logs_in("sue@example.org").location == "/log-in/second-factor"
