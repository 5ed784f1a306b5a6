"""What staff do with somebody: nothing takes effect unseen, nobody is overwritten, and each page says what is heard."""

import re
from datetime import timedelta

import pytest

from checkin import people
from checkin.casebook import people as register
from console import people_forms
from tests.console.conftest import Browser, Office

DOROTHY = {
    "name": "Dorothy", "language": "en", "prefers": "text", "safe_to_text": "y", "safe_to_call": "y",
    "voicemail": "none", "ring_seconds": "40", "streams": "checkins", "days": "mon", "at": "10:00",
    "phone": "07700 900177", "how": "by_phone", "when": "2026-12-02", "their_words": "she said yes please",
}  # fmt: skip


def enrols(sue: Browser, **changes: str) -> str:
    """Send the form of somebody new, check it, and confirm; return the page that answers."""
    sue.get("/people/new")
    form = {**DOROTHY, **changes}
    page = sue.post("/people/new", **form)
    if page.status_code != 200:
        return page.text
    assert "Nothing else is sent before they say yes" in page.text or "rung when" in page.text
    done = sue.post("/people/new", **form, stage="sure")
    assert done.status_code == 303, done.text
    return sue.get(done.headers["Location"]).text


def ledger(office: Office, name: str) -> list[tuple[object, ...]]:
    """What somebody has agreed to or stopped, as the ledger has it."""
    with office.line.store.work(office.now) as work:
        found = next((f.id for f in register.find(work, name, everybody=True).people), None)
    ledger_of = "SELECT stream, change, how, wording FROM consents WHERE person_id = :person ORDER BY id"
    return office.rows(ledger_of, person=found)


def test_whoever_is_texted_is_asked_to_confirm_by_text(office: Office, sue: Browser) -> None:
    page = enrols(sue)
    assert "Invited, has not said yes yet" in page
    (line,) = ledger(office, "Dorothy")
    assert line[:3] == ("checkins", "given", "by_phone")
    assert str(line[3]).startswith("enrol.consent en ")
    assert office.rows("SELECT kind FROM timers WHERE topic = 'joining'") == [("open",)]
    assert any(action == "enrolled" for _, action, _ in office.audited())


def test_no_field_of_a_long_form_is_left_out(office: Office) -> None:
    with office.app.test_request_context():
        for form in (people_forms.Enrol(), people_forms.Change()):
            shown = [field for _, fields in people_forms.parts(form) for field in fields]
            assert sorted(field.name for field in shown) == sorted(field.name for field in form)


def test_whoever_is_rung_is_on_the_line_at_once(office: Office, sue: Browser) -> None:
    assert "On the line" in enrols(sue, prefers="call", phone="01632 960177")
    assert office.rows("SELECT 1 FROM timers WHERE topic = 'joining'") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phone": "07700 900101"}, "This is the number of Ann already"),
        ({"phone": "07700 900101", "shares": "y", "name": "Ann"}, "Ann is on the line already"),
        ({"phone": "123"}, "not a telephone number"),
        ({"name": ""}, "Enter a first name"),
        ({"when": "2027-01-01"}, "a day that has come already"),
        ({"streams": "reminders", "days": "mon"}, "A plan needs consent"),
        ({"groups": "Nowhere"}, "Choose some of these"),
        ({"how": ""}, "Say how they agreed"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    office: Office, sue: Browser, changes: dict[str, str], said: str
) -> None:
    page = enrols(sue, **changes)
    assert said in page
    assert "she said yes please" in page
    assert ledger(office, "Dorothy") == []


def test_a_telephone_that_is_shared_is_known_to_be(office: Office, sue: Browser) -> None:
    enrols(sue, phone="07700 900101", shares="y")
    assert office.rows("SELECT count(*) FROM people WHERE shared_phone AND ref = 'ann'") == [(1,)]


def opened(browser: Browser, path: str) -> dict[str, str]:
    """Open a form; return its hidden version."""
    page = browser.get(path).text
    return {"version": page.partition('name="version" value="')[2].partition('"')[0]}


ANN = {
    "name": "Ann", "language": "en", "prefers": "text", "safe_to_text": "y", "safe_to_call": "y", "voicemail": "none",
    "ring_seconds": "40", "streams": "checkins", "how": "",
}  # fmt: skip


def test_a_change_is_kept_and_the_ledger_only_when_consent_changed(office: Office, sue: Browser) -> None:
    path = f"/people/{office.person('ann')}/change"
    before = ledger(office, "Ann")
    assert sue.post(path, **ANN, **opened(sue, path), area="Leith", discreet="y").status_code == 303
    assert office.rows("SELECT area, discreet FROM people WHERE ref = 'ann'") == [("Leith", True)]
    assert ledger(office, "Ann") == before
    without = {name: value for name, value in ANN.items() if name != "streams"}
    assert "Say how they told you" in sue.post(path, **without, **opened(sue, path), area="Leith", discreet="y").text
    done = sue.post(path, **{**without, "how": "in_person"}, **opened(sue, path), area="Leith", discreet="y")
    assert done.status_code == 303
    assert ledger(office, "Ann")[-1][:3] == ("checkins", "withdrawn", "in_person")


def test_a_group_is_ticked_whatever_stands_in_its_name(office: Office, sue: Browser) -> None:
    office.rows("UPDATE groups SET name = 'Tea, talk' WHERE ref = 'quay' RETURNING 1")
    path = f"/people/{office.person('ann')}/change"
    assert sue.post(path, **ANN, **opened(sue, path), groups="Tea, talk").status_code == 303
    assert sue.post(path, **ANN, **opened(sue, path), groups="Tea, talk", area="Hove").status_code == 303
    theirs = "SELECT g.ref FROM groups g JOIN memberships m ON m.group_id = g.id JOIN people p ON p.id = m.person_id "
    assert office.rows(f"{theirs} WHERE p.ref = 'ann'") == [("quay",)]
    assert 'value="Tea, talk" checked' in sue.get(path).text


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(office: Office, sue: Browser, omar: Browser) -> None:
    path = f"/people/{office.person('ann')}/change"
    first, second = opened(sue, path), opened(omar, path)
    assert omar.post(path, **ANN, **second, area="Leith").status_code == 303
    answer = sue.post(path, **ANN, **first, area="Hove")
    assert answer.status_code == 409
    for said in ("Somebody else has changed this", "Leith", "Hove"):
        assert said in answer.text
    assert office.rows("SELECT area FROM people WHERE ref = 'ann'") == [("Leith",)]


def test_a_pause_says_what_is_heard_before_it_begins(office: Office, sue: Browser) -> None:
    path = f"/people/{office.person('ann')}/pause"
    version = opened(sue, path)
    assert "Choose a day from tomorrow" in sue.post(path, **version, back="2026-12-03").text
    assert "within 90 days" in sue.post(path, **version, back="2027-12-03").text
    assert "No messages until Thursday 10 December" in sue.post(path, **version, back="2026-12-10").text
    assert office.rows("SELECT paused_until FROM people WHERE ref = 'ann'") == [(None,)]
    assert sue.post(path, **version, back="2026-12-10", stage="sure").status_code == 303
    assert "Somebody else has changed this" in sue.post(path, **version, back="2026-12-05", stage="sure").text
    assert "Paused" in sue.get(f"/people/{office.person('ann')}").text
    path = f"/people/{office.person('ann')}/unpause"
    assert "Welcome back, Ann" in sue.get(path).text
    assert sue.post(path, stage="sure").status_code == 303
    owed = office.rows("SELECT wording, stream FROM messages ORDER BY id")
    assert owed == [("pause.done", "notice"), ("back.done", "notice")]


def code_of(office: Office) -> str:
    """The code that was sent last."""
    with office.line.store.work(office.now) as work:
        sealed = work.conn.exec_driver_sql("SELECT code FROM number_moves ORDER BY id DESC LIMIT 1").scalar_one()
        return work.vault.open(sealed, "number_moves.code")


def asks_for(office: Office, sue: Browser, phone: str, **form: str) -> str:
    """Ask for another number in place of Ann's; return the page that answers."""
    path = f"/people/{office.person('ann')}/number"
    page = sue.get(path).text
    (old, *_) = re.findall(r'id="instead_of-0"[^>]*value="([^"]+)"', page)
    answer = sue.post(path, phone=phone, instead_of=old, **{"medium": "text", **form})
    return sue.get(answer.headers["Location"]).text if answer.status_code == 303 else answer.text


def numbers(office: Office) -> list[str]:
    """Ann's numbers."""
    with office.line.store.work(office.now) as work:
        return [number for _, number, _ in people.numbers(work, office.person("ann"))]


def test_a_number_is_used_only_once_its_code_was_read_back(office: Office, sue: Browser) -> None:
    ann = office.person("ann")
    page = asks_for(office, sue, "07700 900188")
    assert "The code sent to 07700 900188" in page
    assert numbers(office) == ["+447700900101"]
    wrong = "0000"
    assert "That is not the code" in sue.post(f"/people/{ann}/code", code=wrong).text
    assert sue.post(f"/people/{ann}/code", code=f" {code_of(office)} ").status_code == 303
    assert numbers(office) == ["+447700900188"]
    sent = "SELECT m.wording, f.number_index = :i FROM messages m JOIN phones f ON f.id = m.phone_id ORDER BY m.id"
    new = office.rows(sent, i=office.line.store.vault.index("+447700900188"))
    assert new == [("number.code", True), ("number.moved", True)]


def test_a_code_cannot_be_guessed_and_does_not_last(office: Office, sue: Browser) -> None:
    ann = office.person("ann")
    asks_for(office, sue, "07700 900188")
    right = code_of(office)
    for _ in range(5):
        sue.post(f"/people/{ann}/code", code="0000")
    assert "No number is being proved" in sue.post(f"/people/{ann}/code", code=right).text
    asks_for(office, sue, "07700 900188")
    office.now += timedelta(hours=1)
    assert "No number is being proved" in sue.post(f"/people/{ann}/code", code=code_of(office)).text
    assert numbers(office) == ["+447700900101"]


@pytest.mark.parametrize(
    ("phone", "form", "said"),
    [
        ("07700 900101", {}, "That is their number already."),
        ("07700 900103", {}, "This is the number of Carol already"),
        ("0113 496 0188", {}, "This is a landline: have it rung."),
        ("nonsense", {}, "not a telephone number"),
    ],
)
def test_a_number_that_cannot_be_used_is_refused(
    office: Office, sue: Browser, phone: str, form: dict[str, str], said: str
) -> None:
    assert said in asks_for(office, sue, phone, **form)
    assert office.rows("SELECT 1 FROM number_moves") == []


def test_somebody_leaves_with_one_goodbye(office: Office, sue: Browser) -> None:
    path = f"/people/{office.person('ann')}/end"
    sue.get(path)
    page = sue.post(path, their_words="she rang Sue")
    assert "Goodbye Ann, and thank you" in page.text
    assert sue.post(path, their_words="she rang Sue", stage="sure").status_code == 303
    assert office.rows("SELECT status, streams FROM people WHERE ref = 'ann'") == [("ended", [])]
    assert office.rows("SELECT wording FROM messages WHERE status = 'owed'") == [("leaving.goodbye",)]
    assert ledger(office, "Ann")[-1][1:3] == ("withdrawn", "console")
    assert "Another number" not in sue.get(f"/people/{office.person('ann')}").text


@pytest.mark.parametrize(
    ("ref", "said"), [("ann", "is RED and open"), ("sue", "They are staff"), ("omar", "They are staff")]
)
def test_nobody_leaves_before_what_must_be_done(office: Office, sue: Browser, ref: str, said: str) -> None:
    office.case("red", ref="ann")
    path = f"/people/{office.person(ref)}/end"
    sue.get(path)
    assert said in sue.post(path, their_words="they said so", stage="sure").text
    assert office.rows("SELECT 1 FROM people WHERE status = 'ended'") == []


def test_their_own_people_are_kept_in_order(office: Office, sue: Browser) -> None:
    path = f"/people/{office.person('ann')}/contacts"
    form = {"name_1": "Tom", "phone_1": "07700 900166", "name_2": "Carol", "phone_2": "07700 900103"}
    version = opened(sue, path)
    assert "Ask them first" in sue.post(path, **form, **version).text
    half = {**form, "name_2": ""}
    assert "enter their name" in sue.post(path, **half, **version, agreed="y").text.lower()
    assert sue.post(path, **form, **version, agreed="y").status_code == 303
    found = office.rows("SELECT o.ref = 'carol', o.streams FROM contacts c JOIN people o ON o.id = c.person_id "
                        "ORDER BY c.rank")  # fmt: skip
    assert found == [(False, ["buddy"]), (True, ["checkins"])]
    assert "Tom" in sue.get(path).text
