"""The list of staff: who comes on, who goes off, and that somebody can always let others in."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner

from checkin import staff
from checkin.cli import main
from tests.console.conftest import Browser, Office


@pytest.fixture
def ada(office: Office) -> Browser:
    """Ada's browser; she is an admin and logged in."""
    return office.staff("ada")


def _link(page: str) -> str:
    found = re.search(r"https://line\.example\.org(/invitations/[\w-]+)", page)
    assert found
    return found[1]


def test_somebody_is_invited_sets_a_password_and_logs_in(office: Office, ada: Browser) -> None:
    ada.get("/staff")
    link = _link(ada.post("/staff", name="Nia", email="Nia@example.org", role="coordinator").text)
    assert office.browser().logs_in("nia@example.org").status_code == 422
    nia = office.browser()
    assert "Welcome, Nia" in nia.get(link).text
    assert nia.post(link, password="nia@example.org 1").status_code == 422
    assert nia.post(link, password="copper kettle, nine swans").location == "/log-in"
    assert nia.logs_in("nia@example.org", "copper kettle, nine swans").location == "/"
    # Once, and never again.
    assert office.browser().get(link).status_code == 422
    assert ("ada", "invite") in [row[:2] for row in office.audited()]
    assert "copper" not in str(office.rows("SELECT * FROM staff"))


def test_a_link_runs_out_and_a_new_one_takes_its_place(office: Office, ada: Browser) -> None:
    omar = office.person("omar")
    ada.get(f"/staff/{omar}")
    first = _link(ada.post(f"/staff/{omar}/link").text)
    second = _link(ada.post(f"/staff/{omar}/link").text)
    assert office.browser().get(first).status_code == 422
    assert office.browser().get(second).status_code == 200
    office.now += staff.INVITED_FOR + timedelta(seconds=1)
    assert office.browser().get(second).status_code == 422


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Enter their name"),
        ({"name": "Eve"}, "Enter an address"),
        ({"name": "Eve", "email": "eve"}, "Enter an e-mail address such as"),
        ({"name": "Eve", "email": "eve@example.org"}, "Choose a role"),
        ({"name": "Eve", "email": "eve@example.org", "role": "boss"}, "Choose one of these"),
        ({"name": "Eve", "email": "SUE@example.org", "role": "admin"}, "has this e-mail address already"),
    ],
)
def test_a_wrong_invitation_says_why(office: Office, ada: Browser, form: dict[str, str], sentence: str) -> None:
    ada.get("/staff")
    answer = ada.post("/staff", **form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert office.rows("SELECT count(*) FROM staff") == [(4,)]
    assert office.rows("SELECT count(*) FROM invitations") == [(0,)]


def test_who_is_taken_off_is_out_at_once_and_can_be_put_back(office: Office, ada: Browser) -> None:
    browser, omar = office.staff("omar"), office.person("omar")
    ada.get(f"/staff/{omar}")
    ada.post(f"/staff/{omar}/end")
    assert browser.get("/").status_code == 303
    assert office.browser().logs_in("omar@example.org").status_code == 422
    assert "Off the list since" in ada.get("/staff").text
    link = _link(ada.post(f"/staff/{omar}/link").text)
    browser.get(link)
    browser.post(link, password="copper kettle, nine swans")
    assert browser.logs_in("omar@example.org", "copper kettle, nine swans").status_code == 303


def test_the_last_admin_stays_one(office: Office, ada: Browser) -> None:
    me, sue = office.person("ada"), office.person("sue")
    page = ada.get(f"/staff/{me}").text
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version
    answer = ada.post(f"/staff/{me}", role="coordinator", version=version[1])
    assert "This is the last admin" in answer.text
    ada.post(f"/staff/{me}/end")
    assert "This is the last admin" in ada.get("/staff").text
    # With another, both go through; what two admins see is what is there.
    ada.get(f"/staff/{sue}")
    stale = ada.post(f"/staff/{sue}", role="admin", version="something older")
    assert stale.status_code == 409
    assert "Safeguarding lead" in stale.text
    version = re.search(r'name="version" value="(\w+)"', stale.text)
    assert version
    assert ada.post(f"/staff/{sue}", role="admin", version=version[1]).status_code == 303
    page = ada.get(f"/staff/{me}").text
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version
    assert ada.post(f"/staff/{me}", role="coordinator", version=version[1]).status_code == 303
    assert ada.get("/staff").status_code == 403


def test_the_command_line_lets_the_first_admin_in(
    office: Office, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    printed = CliRunner().invoke(main, ["staff", "add", "eve@example.org", "--name", "Eve", "--role", "admin"])
    assert printed.exit_code == 0, printed.output
    assert (
        CliRunner().invoke(main, ["staff", "add", "zoe@example.org", "--name", "Zoe", "--role", "boss"]).exit_code == 2
    )
    again = CliRunner().invoke(main, ["staff", "add", "eve@example.org"]).output
    assert "on the list already" in again
    with office.line.store.work(office.line.clock()) as work:
        assert staff.by_email(work, "eve@example.org") is not None
    assert _link(again) != _link(printed.output)


@pytest.mark.parametrize(
    "password",
    ["", "short", "passwordpassword", "P@ssw0rd2026!!", "123456789012", "qwertyuiop[]12", "aaaaaaaaaaaa",
     "abcabcabcabc", "letmein letmein", "harbourline1!", "sue@example.org", "Summer2026!!!!",
     "iloveyou12345", "checkin-line-1", "manchesterunited", "ilovemichael1", "Charlotte1987", "harrypotter2026",
     "correct horse battery staple", "thequickbrownfox", "jesusislord77", "mynameischarlie", "chocolate4ever",
     "Liverpool FC 2019"],
)  # fmt: skip
def test_what_others_would_try_first_is_refused(password: str) -> None:
    assert staff.weakness(password, ["Sue Example", "sue@example.org", "Harbour Line"])


@pytest.mark.parametrize("password",
    ["a long walk by the sea", "copper kettle, nine swans", "żółw je sałatę w maju", "otter under the red lamp",
     "my sister paints old boats"],
)  # fmt: skip
def test_four_words_will_do(password: str) -> None:
    assert staff.weakness(password, ["Sue", "sue@example.org", "Harbour Line"]) is None
