"""The room in which the line's sentences are put in the organisation's own words."""

import re
from html import unescape

import pytest
from playwright.sync_api import Page

from checkin import phrases
from checkin.wording import LANGUAGES, VARIANTS, sentences
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import HOSTILE, axe, text_stays_text

BACK = "/wording/back.done/en/text"
OWN = sentences("en")["back.done"].text


def says(office: Office, key: str = "back.done") -> str | None:
    """Return what takes the place of a sentence's text."""
    office.line.store.memory.recall("phrases", -1, dict)
    with office.line.store.work(office.now) as work:
        return {(c.key, c.variant): c.text for c in phrases.standing(work)}.get((key, "text"))


def saves(browser: Browser, words: str, *, at: str = BACK, version: str = "") -> int:
    """Open a sentence's page and send its form; return the answer's code."""
    page = browser.get(at).text
    found = re.search(r'name="version" value="([^"]*)"', page)
    return browser.post(at, words=words, version=version or (unescape(found[1]) if found else "")).status_code


def test_a_sentence_is_found_by_its_words_its_name_or_because_it_was_changed(office: Office, sue: Browser) -> None:
    assert (
        "231 sentences" in sue.get("/wording").text or f"{len(sentences('en'))} sentences" in sue.get("/wording").text
    )
    assert ">back.done<" in sue.get("/wording?q=back.done").text
    found = sue.get("/wording?q=" + OWN.split()[-1].strip(".")).text
    assert ">back.done<" in found
    assert "No sentence holds these words" in sue.get("/wording?q=xyzzy").text
    assert "None of these has been changed" in sue.get("/wording?changed=y").text
    assert saves(sue, f"{OWN} See you soon.") == 303
    office.line.store.memory._found.clear()
    changed = sue.get("/wording?changed=y").text
    assert "1 sentence " in changed
    assert "See you soon." in changed


def test_what_is_saved_is_said_and_stands_in_the_history_and_can_be_taken_back(office: Office, sue: Browser) -> None:
    assert saves(sue, f"{OWN} See you soon.") == 303
    assert says(office) == f"{OWN} See you soon."
    assert saves(sue, f"{OWN} Welcome.") == 303
    page = sue.get(BACK).text
    assert page.index("Welcome.") < page.rindex("See you soon.")
    assert page.count("<bdi>Sue</bdi>") >= 2
    assert "Say this again" in page
    assert sue.post(f"{BACK}/reset").status_code == 303
    assert says(office) is None
    assert [(action, subject) for _, action, subject in office.audited() if "wording" in str(action)] == [
        ("changed_wording", "back.done"),
        ("changed_wording", "back.done"),
        ("reset_wording", "back.done"),
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "A sentence cannot be empty"),
        (f"{OWN} {'x' * 500}", "segments"),
        ("x" * 5000, "Shorten this to 1,200 characters"),
        ("Hello {nobody}", "is no placeholder"),
        ("Hello {", "brace"),
        ("Hello\nthere", "line break"),
        (HOSTILE, "invisible character"),
    ],
)
def test_what_cannot_be_said_is_refused_beside_what_was_typed(
    office: Office, sue: Browser, words: str, sentence: str
) -> None:
    page = sue.get(BACK)
    version = re.search(r'name="version" value="([^"]*)"', page.text)
    assert version
    answer = sue.post(BACK, words=words, version=version[1])
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "There is a problem" in answer.text
    text_stays_text(answer.text)
    assert says(office) is None


def test_what_somebody_else_has_changed_meanwhile_is_shown_and_not_overwritten(
    office: Office, sue: Browser, omar: Browser
) -> None:
    opened = re.search(r'name="version" value="([^"]*)"', sue.get(BACK).text)
    assert opened
    assert saves(omar, f"{OWN} From Omar.") == 303
    answer = sue.post(BACK, words=f"{OWN} From Sue.", version=opened[1])
    assert answer.status_code == 409
    assert "From Omar." in answer.text
    assert "From Sue." in answer.text
    assert says(office) == f"{OWN} From Omar."


def test_safety_keeps_its_number_and_what_must_name_nothing_can_only_be_looked_at(sue: Browser) -> None:
    at = "/wording/safety.red/en/text"
    assert saves(sue, "Ring a friend.", at=at) == 422
    fixed = sue.get("/wording/safety.endangered/en/text").text
    assert "cannot be changed" in fixed
    assert "<textarea" not in fixed
    assert sentences("en")["safety.endangered"].text[:20] in unescape(fixed)


@pytest.mark.parametrize("address", ["back.nonsense/en/text", "back.done/xx/text", "back.done/en/sung"])
def test_there_is_no_page_for_what_is_not_said(sue: Browser, address: str) -> None:
    assert sue.get(f"/wording/{address}").status_code == 404


def test_each_sentence_has_its_page_in_each_language_and_variant(sue: Browser) -> None:
    """One in twenty of them, always the same: each takes a few milliseconds."""
    keys = sorted(sentences("en"))[::20]
    for at in (f"/wording/{k}/{lang}/{v}" for k in keys for lang in LANGUAGES for v in VARIANTS):
        answer = sue.get(at)
        assert answer.status_code == 200, at
        assert "It cannot be said like this" not in answer.text, at


def test_the_page_asks_the_database_as_often_however_long_the_history(office: Office, sue: Browser) -> None:
    few = office.statements(sue, BACK)
    for i in range(10):
        assert saves(sue, f"{OWN} {i}") == 303
    assert office.statements(sue, BACK) <= few + 1


def test_a_sentence_is_seen_as_it_arrives_while_it_is_written(opens: Opens) -> None:
    page: Page = opens("sue")
    page.goto(BACK)
    page.fill("#words", f"{OWN} Ласкаво просимо.")
    page.locator("#preview", has_text="wide alphabet").wait_for()
    page.locator("#preview .bubble", has_text="Ласкаво").wait_for()
    assert "Ласкаво просимо." in page.locator("#preview .bubble").inner_text()
    page.fill("#words", f"{OWN} {{nobody}}")
    page.locator("#preview", has_text="It cannot be said like this").wait_for()
    axe(page)
    page.add_init_script("window.heard = []; speechSynthesis.speak = (said) => heard.push([said.text, said.lang])")
    page.goto("/wording/checkin.ask/pl/voice")
    spoken = page.locator(".spoken").inner_text().strip()
    assert spoken
    page.get_by_role("button", name="Hear it").press("Enter")
    assert page.evaluate("heard") == [[spoken, "pl-PL"]]
    axe(page)
    page.goto(BACK)
    assert not page.get_by_role("button", name="Hear it").count()
