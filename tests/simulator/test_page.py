"""The page of phones, in a browser: what a person rehearsing does, with the mouse and with the keyboard."""

import shutil
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.simulator.conftest import ANN, BEN, LANDLINE, LINE, Sdk, Sim
from tests.simulator.standin import StandIn, twiml

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
MENU = '<Gather numDigits="1" action="/key" input="dtmf speech"><Say>Press 1 if you are well.</Say></Gather>'

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, sim: Sim) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(sim.url)
    expect(opened.get_by_test_id("phone").first).to_be_visible()
    yield opened
    context.close()
    assert complaints == []


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'[data-testid=phone][data-number="{number}"]')


def test_a_text_is_written_and_its_answer_read(page: Page, line: StandIn) -> None:
    line.replies["/twilio/sms"] = twiml("<Message>Thank you, Ann.</Message>")
    ann = phone(page, ANN)
    ann.get_by_label("Text from Ann").fill("good thanks")
    ann.get_by_label("Text from Ann").press("Enter")
    texts = ann.get_by_test_id("text")
    expect(texts).to_have_count(2)
    expect(texts.nth(0)).to_contain_text("good thanks")
    expect(texts.nth(1)).to_contain_text("Thank you, Ann.")
    expect(texts.nth(1)).to_contain_text("✓✓ delivered")
    expect(texts.nth(1)).to_contain_text("1 × GSM-7")
    expect(phone(page, BEN).get_by_test_id("text")).to_have_count(0)


def test_words_half_written_survive_what_happens_meanwhile(page: Page, client: Sdk) -> None:
    box = phone(page, ANN).get_by_label("Text from Ann")
    box.fill("half a th")
    client.messages.create(to=ANN, from_=LINE, body="How are you?")
    expect(phone(page, ANN).get_by_test_id("text")).to_have_count(1)
    expect(box).to_have_value("half a th")


def test_a_call_in_is_heard_and_answered_by_key(page: Page, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml(MENU)
    line.replies["/key"] = twiml("<Say>Good. Goodbye.</Say>")
    ann = phone(page, ANN)
    ann.get_by_label("Ring the line as Ann").click()
    expect(ann.locator(".call")).to_contain_text("Press 1 if you are well.")
    expect(ann.locator(".call")).to_contain_text("waiting for keys or words")
    ann.get_by_test_id("key-1").click()
    expect(ann.get_by_test_id("past-call")).to_be_visible()
    assert line.at("/key")[0].form["Digits"] == "1"
    ann.locator(".past summary").click()
    expect(ann.locator(".past")).to_contain_text("Good. Goodbye.")


def test_words_can_be_said_and_the_phone_put_down(page: Page, line: StandIn) -> None:
    line.replies["/twilio/voice"] = line.replies["/key"] = twiml(MENU)
    ann = phone(page, ANN)
    ann.get_by_test_id("ring").click()
    ann.get_by_test_id("speech").fill("not so good")
    ann.get_by_test_id("say").click()
    expect(ann.locator(".heard .phone-side")).to_have_text("not so good")
    until = time.monotonic() + 20
    while not line.at("/key") and time.monotonic() < until:
        page.wait_for_timeout(20)
    assert line.at("/key")[0].form["SpeechResult"] == "Not so good."
    ann.get_by_test_id("hear-it").check()
    ann.get_by_test_id("hangup").click()
    expect(ann.get_by_test_id("past-call")).to_be_visible()
    expect(ann.get_by_label("Text from Ann")).to_be_focused()


@pytest.mark.parametrize(
    ("button", "status"),
    [("answer", "completed"), ("decline", "busy"), ("voicemail", "completed"), ("ring-out", "no-answer")],
)
def test_the_line_rings_and_somebody_chooses(page: Page, line: StandIn, client: Sdk, button: str, status: str) -> None:
    line.replies["/out"] = twiml("<Say>Hello.</Say>")
    client.calls.create(to=BEN, from_=LINE, url=f"{line.url}/out")
    ben = phone(page, BEN)
    expect(ben.locator(".call")).to_contain_text("The line is ringing")
    ben.get_by_test_id(button).click()
    past = ben.get_by_test_id("past-call")
    expect(past).to_have_attribute("data-status", status)


def test_a_phone_is_added_and_a_landline_cannot_text(page: Page) -> None:
    form = page.get_by_test_id("add-phone")
    form.get_by_label("Name").fill("Carys")
    form.get_by_label("Number").fill("020 7946 0101")
    form.get_by_label("Kind").select_option("landline")
    form.get_by_role("button", name="Add").click()
    carys = phone(page, LANDLINE)
    expect(carys).to_contain_text("020 7946 0101")
    expect(carys.get_by_test_id("compose")).to_be_hidden()
    expect(carys.get_by_test_id("ring")).to_be_visible()


def test_a_phones_manners_are_set_on_the_page(page: Page, sim: Sim, client: Sdk) -> None:
    ann = phone(page, ANN)
    ann.get_by_label("How this phone behaves").click()
    ann.get_by_label("Texts to it").select_option("undelivered:30003")
    assert sim.network.wait_until(lambda: sim.network.phones[ANN].behaviour.texts == "undelivered:30003", 5)
    client.messages.create(to=ANN, from_=LINE, body="Hi")
    expect(ann.get_by_test_id("text")).to_contain_text("not delivered: phone off or out of reach (30003)")


def test_the_clock_is_moved(page: Page) -> None:
    expect(page.get_by_test_id("now")).to_have_text("13:00:00")
    page.get_by_role("button", name="+10 min").click()
    expect(page.get_by_test_id("now")).to_have_text("13:10:00")
    page.get_by_test_id("clock-to").fill("2026-06-02T09:00")
    page.get_by_test_id("clock-go").click()
    expect(page.get_by_test_id("now")).to_have_text("09:00:00")
    page.get_by_test_id("clock-next").click()
    expect(page.get_by_test_id("toast")).to_have_text("Nothing is due.")


def test_a_fault_is_armed_and_the_debugger_tells(page: Page, line: StandIn) -> None:
    page.get_by_test_id("open-faults").click()
    page.get_by_label("What goes wrong").select_option("webhook-duplicate")
    page.get_by_test_id("arm-fault").click()
    expect(page.locator("#armed")).to_contain_text("A text reaches the line twice")
    page.locator("#armed").get_by_role("button", name="Disarm").click()
    expect(page.locator("#armed")).to_contain_text("Nothing is armed")
    page.keyboard.press("Escape")
    line.replies["/twilio/sms"] = twiml("<Say>Wrong</Say>")
    phone(page, ANN).get_by_label("Text from Ann").fill("hello")
    phone(page, ANN).get_by_test_id("send").click()
    page.get_by_test_id("open-debugger").click()
    expect(page.locator("#notices")).to_contain_text("14110")


def test_it_fits_a_narrow_screen_and_every_control_has_a_name(page: Page, line: StandIn) -> None:
    line.replies["/twilio/voice"] = twiml(MENU)
    phone(page, ANN).get_by_test_id("ring").click()
    expect(phone(page, ANN).locator(".call")).to_contain_text("On the line")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary")].filter((control) =>
            !(control.getAttribute("aria-label") || control.textContent.trim() || control.labels?.length)
        ).map((control) => control.outerHTML)"""
    )
    assert nameless == []
