"""Who gets in, who does not, and what they are told."""

import re
from dataclasses import replace
from datetime import timedelta

from argon2 import PasswordHasher
from flask import Blueprint

from checkin import staff
from checkin.staff import passwords
from console import guard, proof
from console.desk import Desk
from tests.console.conftest import PASSWORD, Browser, Office


def test_staff_log_in_and_see_the_queue(office: Office) -> None:
    browser = office.browser()
    answer = browser.logs_in("Sue@Example.org ")
    assert answer.status_code == 303
    assert answer.location == "/"
    assert "Queue" in browser.get("/").text


def test_a_wrong_password_is_told_beside_the_field_and_what_was_typed_is_kept(office: Office) -> None:
    answer = office.browser().logs_in("sue@example.org", "guess")
    assert answer.status_code == 422
    assert answer.text.count("That e-mail address and password do not belong together") == 2  # summary and field
    assert 'value="sue@example.org"' in answer.text
    assert "<title>Error: Log in" in answer.text
    assert "guess" not in answer.text


def test_an_unknown_address_is_told_the_same(office: Office) -> None:
    known = office.browser().logs_in("sue@example.org", "guess").text
    unknown = office.browser().logs_in("eve@example.org", "guess").text
    tokens = re.compile('name="csrf_token" value="[^"]+"')
    assert tokens.sub("", unknown).replace("eve@", "sue@") == tokens.sub("", known)


def test_an_unknown_address_costs_as_much_work_as_a_known_one() -> None:
    assert not PasswordHasher().check_needs_rehash(passwords.NOBODY)
    assert not staff.is_password(None, "anything")


def test_somebody_without_a_password_or_no_longer_active_stays_outside(office: Office) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE staff SET password_hash = NULL WHERE email = 'omar@example.org'")
        work.conn.exec_driver_sql("UPDATE people SET status = 'ended' WHERE ref = 'sue'")
    assert office.browser().logs_in("omar@example.org").status_code == 422
    assert office.browser().logs_in("sue@example.org").status_code == 422


def test_empty_and_malformed_fields_are_named(office: Office) -> None:
    browser = office.browser()
    empty = browser.logs_in("", "").text
    assert "Enter your e-mail address" in empty
    assert "Enter your password" in empty
    assert "Enter an e-mail address such as" in browser.logs_in("sue").text
    # What no address holds and PostgreSQL refuses.
    assert browser.logs_in("sue\x00@example.org").status_code in {303, 422}


def test_guessing_is_stopped_and_says_when_to_come_back(office: Office) -> None:
    browser = office.browser()
    for _ in range(5):
        assert browser.logs_in("sue@example.org", "guess").status_code == 422
    answer = browser.logs_in("sue@example.org")
    assert answer.status_code == 429
    assert "Wait 5 minutes, then try again" in answer.text
    assert 240 < int(answer.headers["Retry-After"]) <= 300
    assert 'value="sue@example.org"' in answer.text
    # Another's log-in from the same place is not held up by it.
    assert browser.logs_in("omar@example.org").status_code == 303


def test_nobody_is_kept_out_of_their_own_browser_by_others_who_guess(office: Office) -> None:
    own = office.staff("sue")
    own.get("/")
    own.post("/log-out")
    # From the same address, until it is closed to Sue's account; then from as many as it takes to close it to all.
    codes = [office.browser().logs_in("sue@example.org", "guess").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    elsewhere = [office.browser() for _ in range(5)]
    for number, browser in enumerate(elsewhere):
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    codes = [browser.logs_in("sue@example.org", "guess").status_code for browser in elsewhere for _ in range(4)]
    assert codes == [422] * 15 + [429] * 5
    stranger = office.browser()
    stranger.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    refused = stranger.logs_in("sue@example.org")
    assert (refused.status_code, int(refused.headers["Retry-After"]) <= 600) == (429, True)
    # The mark is of no use at another's account, nor once somebody has written in it.
    mark = own.client.get_cookie("__Host-known")
    assert mark is not None
    stranger.client.set_cookie("__Host-known", f"x{mark.value}", domain="localhost", secure=True)
    assert stranger.logs_in("sue@example.org").status_code == 429
    # In her own browser Sue has tries of her own, and no more than anybody.
    assert [own.logs_in("sue@example.org", "guess").status_code for _ in range(2)] == [422] * 2
    assert own.logs_in("sue@example.org").status_code == 303
    own.get("/")
    own.post("/log-out")
    assert [own.logs_in("sue@example.org", "guess").status_code for _ in range(4)] == [422] * 3 + [429]


def test_right_passwords_are_not_counted(office: Office) -> None:
    for _ in range(7):
        assert office.browser().logs_in("sue@example.org").status_code == 303


def test_without_redis_staff_still_get_in_and_guessing_is_still_stopped(office: Office) -> None:
    settings = replace(office.line.settings, redis_url="redis://127.0.0.1:1/0")
    office.line = replace(office.line, settings=settings)
    office.hang()
    assert office.browser().logs_in("omar@example.org").status_code == 303
    for _ in range(5):
        assert office.browser().logs_in("sue@example.org", "guess").status_code == 422
    assert office.browser().logs_in("sue@example.org").status_code == 429


def test_after_the_log_in_one_is_where_one_wanted_to_be(office: Office) -> None:
    browser = office.browser()
    away = browser.get("/cases/7")
    assert away.status_code == 303
    assert away.location == "/log-in?next=/cases/7"
    browser.get(away.location)
    assert browser.post("/log-in", email="sue@example.org", password=PASSWORD, next="/cases/7").location == "/cases/7"


def test_a_log_in_never_leads_to_another_site(office: Office) -> None:
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx", ""):
        assert proof.local_path(elsewhere) is None
        assert office.browser().logs_in("sue@example.org", next=elsewhere).location == "/"
    assert proof.local_path("/cases/7?x=1") == "/cases/7?x=1"


def test_logging_out_ends_the_session(sue: Browser) -> None:
    sue.get("/")
    assert sue.post("/log-out").location == "/log-in"
    assert sue.get("/").status_code == 303


def test_a_new_password_ends_the_sessions_of_the_old_one(office: Office, sue: Browser) -> None:
    assert sue.get("/").status_code == 200
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE staff SET password_hash = password_hash || 'x'")
    assert sue.get("/").status_code == 303


def test_the_cookies_are_for_this_host_over_https_and_not_for_scripts(office: Office) -> None:
    cookies = office.browser().logs_in("sue@example.org").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-console", "__Host-known"}
    for cookie in cookies:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie


def test_on_this_machine_the_cookie_works_without_https(office: Office) -> None:
    office.line = replace(office.line, settings=replace(office.line.settings, public_url="http://127.0.0.1:8001"))
    office.hang()
    answer = office.browser().logs_in("sue@example.org")
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"console", "known"}
    assert not [cookie for cookie in cookies if "Secure" in cookie]
    assert "Strict-Transport-Security" not in answer.headers


def test_only_a_page_that_somebody_asked_for_keeps_the_session_alive(office: Office, sue: Browser) -> None:
    idle = office.line.settings.session_idle
    office.now += idle - timedelta(minutes=1)
    assert sue.get("/").status_code == 200
    office.now += idle - timedelta(minutes=1)
    assert sue.get("/queue/rows", **{"X-Live": "1"}).status_code == 200
    office.now += timedelta(minutes=1)
    assert sue.get("/").status_code == 303


def test_nobody_is_logged_in_for_ever(office: Office, sue: Browser) -> None:
    for _ in range(3):
        office.now += timedelta(hours=7)
        assert sue.get("/").status_code == 200
    office.now += timedelta(hours=4)
    assert sue.get("/").status_code == 303


def test_a_log_in_page_left_open_overnight_asks_again_and_keeps_the_address(office: Office) -> None:
    browser = office.browser()
    answer = browser.post("/log-in", email="sue@example.org", password=PASSWORD)
    assert answer.status_code == 400
    assert "Enter your password again" in answer.text
    assert 'value="sue@example.org"' in answer.text


def test_facilitators_are_told_why_they_see_no_cases(office: Office) -> None:
    browser = office.staff("fay")
    office.case("red", ref="ann", words="made-up words")
    for path in ("/", "/queue/rows", "/cases/1"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "As a facilitator" in answer.text
        assert "made-up words" not in answer.text


def test_logging_in_and_out_and_failing_to_is_recorded(office: Office) -> None:
    browser = office.browser()
    browser.logs_in("sue@example.org", "guess")
    browser.logs_in("eve@example.org", "guess")
    browser.logs_in("sue@example.org")
    browser.get("/log-in")
    browser.get("/")
    browser.post("/log-out")
    assert [row for row in office.audited() if row[2] == "console"] == [
        ("sue", "log_in_refused", "console"),
        (None, "log_in_refused", "console"),
        ("sue", "log_in", "console"),
        ("sue", "log_out", "console"),
    ]


def test_a_facilitator_has_their_own_groups_and_others_have_all(office: Office) -> None:
    (harbour,) = office.rows("SELECT id FROM groups WHERE ref = 'harbour'")[0]
    with office.line.store.work(office.now) as work:
        accounts = {name: staff.find(work, office.person(name)) for name in ("fay", "sue")}
        assert accounts["fay"] is not None
        assert accounts["sue"] is not None
        assert list(staff.own_groups(work, accounts["fay"]) or ()) == [harbour]
        assert staff.own_groups(work, accounts["sue"]) is None


def test_what_cannot_be_taken_back_asks_for_the_password_once_more(office: Office) -> None:
    @proof.needs_fresh_login
    def erase() -> str:
        return "erased"

    room = Blueprint("erasing", __name__)
    room.add_url_rule("/erase", "erase", erase, methods=["GET", "POST"])
    guard.Guard(office.app, Desk(office.line, office.bell)).open_to(room, frozenset({"safeguarding"}))
    browser = office.staff("sue")
    assert browser.get("/erase").text == "erased"
    office.now += proof.FRESH + timedelta(seconds=1)
    again = browser.get("/erase").location
    assert again == "/log-in/again?next=/erase"
    browser.get(again)
    assert "That is not your password" in browser.post("/log-in/again", password="guess", next="/erase").text
    assert browser.post("/log-in/again", password=PASSWORD, next="/erase").location == "/erase"
    assert browser.get("/erase").text == "erased"
