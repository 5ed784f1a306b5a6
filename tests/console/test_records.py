"""Tables of people and one person's data: seen before anything happens, and a password is asked for once more."""

import io
import json
import re
from datetime import timedelta

import pytest

from tests.console.conftest import PASSWORD, Browser, Office
from tests.console.walk import HOSTILE, shows_as_text


def sends(browser: Browser, table: bytes) -> str:
    """Send a table; return the page that answers."""
    browser.get("/people/table")
    answer = browser.client.post(
        "/people/table", data={"csrf_token": browser.token, "table": (io.BytesIO(table), "people.csv")}
    )
    return browser.get(answer.headers["Location"]).text if answer.status_code == 303 else answer.text


def test_a_table_is_seen_first_and_then_brought_in(office: Office, sue: Browser) -> None:
    before = office.rows("SELECT count(*) FROM people")
    page = sends(sue, "ref;name;phones\nann;Annie;07700 900101\nnew;Żaneta;07700 900177\n".encode())
    assert re.search(r"New: <strong>1</strong>.*Changed: <strong>1</strong>", page, re.DOTALL)
    assert "Żaneta" in page
    assert office.rows("SELECT count(*) FROM people") == before
    (address,) = re.findall(r'action="(/people/table/[^"]+)"', page)
    done = sue.post(address).text
    assert "2 of 2" in done
    assert "1 are new, 1 changed" in done
    assert office.rows("SELECT count(*) FROM people WHERE ref = 'new'") == [(1,)]
    assert sue.get(address).status_code == 404
    assert ("sue", "imported_people", "1 new, 1 changed") in office.audited()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "Choose a file"),
        (b"\xff\xfe\x00", "no text"),
        (b"name,colour\nDora,red\n", "is not a column"),
        (b"name,phones\nDora,12\n", "not a telephone number"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_and_nothing_is_kept(
    office: Office, sue: Browser, table: bytes, said: str
) -> None:
    before = office.rows("SELECT count(*) FROM people")
    assert said in sends(sue, table)
    assert office.rows("SELECT count(*) FROM people") == before


def test_a_file_that_is_far_too_long_is_not_read(sue: Browser) -> None:
    sue.get("/people/table")
    length = {"CONTENT_LENGTH": str(6 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = sue.client.post("/people/table", environ_overrides=length)
    assert answer.status_code == 413
    assert "may be 5 MB long" in answer.text


def test_a_table_is_for_whoever_sent_it_and_not_for_ever(office: Office, sue: Browser, omar: Browser) -> None:
    page = sends(sue, b"name\nDora\n")
    (address,) = re.findall(r'action="(/people/table/[^"]+)"', page)
    assert omar.get(address).status_code == 404
    assert omar.post(address).status_code == 404
    office.now += timedelta(days=1, minutes=1)
    again = office.staff("sue")
    assert again.get(address).status_code == 404


def test_hostile_words_in_a_table_stay_words(sue: Browser) -> None:
    hostile = HOSTILE.replace('"', "")
    shows_as_text(sends(sue, f"name,{hostile}\nDora,x\n".encode()))
    shows_as_text(sends(sue, f'name,area\n"{hostile}",x\n'.encode()))


def test_what_leaves_the_house_asks_for_the_password_again(office: Office, sue: Browser) -> None:
    ann = office.person("ann")
    office.now += timedelta(minutes=11)
    sue.get("/people/table")
    for path in ("/people/people.csv", f"/people/{ann}/data.json", f"/people/{ann}/erase"):
        answer = sue.post(path) if path.endswith("csv") else sue.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/log-in/again")
    assert not any(str(action).startswith("export") for _, action, _ in office.audited())


def test_a_table_of_everybody_and_one_persons_data(office: Office, sue: Browser) -> None:
    ann = office.person("ann")
    office.rows("UPDATE people SET area = '=1+1' WHERE ref = 'ann' RETURNING 1")
    sue.get("/people/table")
    table = sue.post("/people/people.csv")
    assert ",'=1+1," in table.text
    assert "attachment" in table.headers["Content-Disposition"]
    assert "Carol" in table.text
    assert "4711" not in table.text
    data = json.loads(sue.get(f"/people/{ann}/data.json").text)
    assert data["tables"]["people"][0]["name"] == "Ann"
    assert (
        "07700" in sue.get(f"/people/{ann}/data.html").text
        or "+447700900101" in sue.get(f"/people/{ann}/data.html").text
    )
    actions = [action for _, action, _ in office.audited()]
    assert {"exported_people", "exported_person"} <= set(actions)


def test_erasing_says_what_goes_and_what_stays(office: Office, sue: Browser) -> None:
    carol = office.person("carol")
    path = f"/people/{carol}/erase"
    assert "still on the line" in sue.get(path).text
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE people SET status = 'ended' WHERE ref = 'carol'")
    assert "What goes, and what stays" in sue.get(path).text
    assert "Tick that you know" in sue.post(path).text
    receipt = sue.post(path, sure="y").text
    for said in ("Receipt", "No case: none of theirs was RED", "The audit, which holds ids"):
        assert said in receipt
    assert office.rows("SELECT count(*) FROM people WHERE id = :id", id=carol) == [(0,)]
    assert sue.get(f"/people/{carol}").status_code == 404
    assert PASSWORD not in receipt
