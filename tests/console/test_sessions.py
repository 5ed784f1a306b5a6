"""Where somebody is logged in, and what they were writing when that ended."""

import re
from datetime import timedelta

import pytest

from checkin import staff
from console import account
from tests.console.conftest import PASSWORD, Browser, Office
from tests.console.everything import address, everything
from tests.console.walk import HOSTILE, rules, text_stays_text


def test_a_browser_that_was_left_somewhere_is_logged_out_from_here(office: Office, sue: Browser) -> None:
    left = office.staff("sue")
    page = sue.get("/account").text
    (other,) = re.findall(r"/account/sessions/([^/]+)/end", page)
    assert sue.post(f"/account/sessions/{other}/end").status_code == 303
    assert left.get("/").status_code == 303
    assert sue.get("/").status_code == 200
    # Nobody ends anybody else's.
    omar = office.staff("omar")
    (sues,) = office.rows("SELECT id FROM sessions WHERE ended_at IS NULL AND person_id = :p", p=office.person("sue"))[
        0
    ]
    omar.get("/account")
    omar.post(f"/account/sessions/{sues}/end")
    assert sue.get("/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
         "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1",
         "Safari on an iPhone"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0",
         "Firefox on an Android telephone or tablet"),
        ("<script>", "A browser that does not say what it is"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(agent: str, said: str) -> None:
    assert account.browser(agent) == said


def test_a_new_password_logs_out_every_other_browser_and_a_weak_one_is_refused(office: Office, sue: Browser) -> None:
    left = office.staff("sue")
    sue.get("/account/password")
    for weak, why in (("short", "at least 12"), ("Password12345!", "first that others would try")):
        answer = sue.post("/account/password", password=weak)
        assert answer.status_code == 422
        assert why in answer.text
        assert weak not in answer.text
    assert sue.post("/account/password", password="copper kettle, nine swans").location == "/account"
    assert "Your new password counts" in sue.get("/account").text
    assert left.get("/").status_code == 303
    assert office.browser().logs_in("sue@example.org").status_code == 422
    assert office.browser().logs_in("sue@example.org", "copper kettle, nine swans").status_code == 303


def test_what_was_being_written_survives_the_log_in_and_is_sent_only_when_its_writer_says_so(
    office: Office, sue: Browser
) -> None:
    number = office.case("task", "question", ref="ann")
    sue.opens(number)
    office.now += timedelta(days=2)
    away = sue.post(f"/cases/{number}/note", words=f"half an hour of writing {HOSTILE}")
    assert "kept=yes" in away.location
    assert "What you wrote is kept" in sue.get(away.location).text
    assert office.rows("SELECT count(*) FROM kept_forms WHERE form LIKE '%writing%'") == [(0,)]
    # Another on the same machine does not see it.
    omar = Browser(sue.client)
    assert omar.logs_in("omar@example.org").location == "/"
    assert "half an hour" not in omar.get("/account/kept").text
    omar.get("/")
    omar.post("/log-out")

    assert sue.logs_in("sue@example.org").location == "/account/kept?next=/"
    page = sue.get("/account/kept").text
    assert "half an hour of writing" in page
    text_stays_text(page)
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'noted'") == [(0,)]
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    assert sue.post(f"/cases/{number}/note", words="half an hour of writing", kept=kept[1]).status_code == 303
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'noted'") == [(1,)]
    assert sue.get("/account/kept").status_code == 303


def test_a_form_of_another_log_in_is_kept_as_well(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    sue.opens(number)
    old = sue.token
    sue.logs_in("sue@example.org")
    answer = sue.client.post(f"/cases/{number}/note", data={"csrf_token": old, "words": "from the other tab"})
    assert answer.status_code == 400
    assert "See what you wrote" in answer.text
    assert "from the other tab" in sue.get("/account/kept").text


def test_strangers_keep_nothing_and_secrets_are_never_kept(office: Office, sue: Browser) -> None:
    office.browser().post("/cases/1/note", words="x" * 1000)
    office.now += timedelta(days=2)
    sue.post("/account/password", password="copper kettle, nine swans")
    sue.post("/cases/1/take")
    sue.post("/cases/1/note", words="x" * 70_000)
    assert office.rows("SELECT count(*) FROM kept_forms") == [(0,)]
    for _ in range(25):
        sue.post("/cases/1/note", words="again")
    assert office.rows("SELECT count(*) FROM kept_forms") == [(20,)]
    office.now += timedelta(days=1, minutes=1)
    with office.line.store.work(office.now) as work:
        assert staff.kept(work, office.person("sue")) == []


def test_a_form_that_needs_the_password_again_is_kept_meanwhile(office: Office) -> None:
    ada = office.staff("ada")
    ada.get("/staff")
    office.now += timedelta(minutes=11)
    again = ada.post("/staff", name="Eve", email="eve@example.org", role="coordinator").location
    assert again.startswith("/log-in/again?next=/account/kept")
    ada.get(again)
    onward = ada.post("/log-in/again", password=PASSWORD, next="/account/kept").location
    assert "eve@example.org" in ada.get(onward).text


def test_whatever_leaves_the_house_or_is_gone_for_good_asks_for_the_password_again(office: Office) -> None:
    there, asked = everything(office), set()
    browsers = [office.staff("ada"), office.staff("sue")]
    for browser in browsers:
        browser.get("/account")
    office.now += timedelta(minutes=11)
    for browser in browsers:
        for rule in rules(office.app):
            for method in (rule.methods or set()) & {"GET", "POST"} if rule.endpoint != "login.log_out" else ():
                answer = browser.client.open(
                    address(office, rule, there), method=method, data={"csrf_token": browser.token}, buffered=True
                )
                asked |= {rule.endpoint} if (answer.location or "").startswith("/log-in/again") else set()
    assert asked == {
        "account.codes", "account.password", "data.data", "records.bring_in", "records.erase", "records.everybody",
        "second.picture", "second.set_up", "staff.end", "staff.forget_factor", "staff.invite", "staff.link",
        "staff.log_out", "staff.one",
    }  # fmt: skip
