"""What every page of the console is held to: who may see it, that anybody can use it, and that text stays text.

A room's own tests call `axe(page)` in a browser, and `text_stays_text(html)` after they have stored `HOSTILE` wherever
somebody may write. An address with a new kind of part gets an example in `PARTS`.
"""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.routing import Rule

_NOBODY = UUID("00000000-0000-7000-8000-000000000000")
# An example for each part of an address; one that no row has will do.
PARTS: dict[str, Any] = {
    "number": 1,
    "secret": "nothing",
    "kind": "json",
    "filename": "console.css",
    "name": "checkins",
    "key": "back.done",
    "language": "en",
    "variant": "text",
    "day": date(2026, 12, 24),
    "ref": "gb-999",
    "deed": "pause",
}
# Reached without a log-in.
FREE = frozenset({"console.static", "login.log_in", "login.log_out", "invitations.accept", "calendars.read"})

# A script, a formula for a spreadsheet, an end of quotation, and a character that turns the line round.
HOSTILE = "=cmd<script>alert('x')</script>\"'&\u202etxet"


def rules(app: Flask) -> list[Rule]:
    """Return every address of the console."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in app.blueprints]


def path(app: Flask, rule: Rule) -> str:
    """Return an address with an example for each of its parts."""
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: PARTS.get(name, _NOBODY) for name in rule.arguments})


_AXE = Axe().axe_script
_LOOK: dict[str, Any] = {
    "resultTypes": ["violations"],
    # Of WCAG 2.2, and off unless it is asked for: whatever is pressed is 24 pixels large, or stands apart.
    "rules": {"target-size": {"enabled": True}},
}


def axe(page: Page) -> None:
    """Fail on anything that axe-core calls serious or critical, or of moderate weight, and on a page wider than its
    window. Scripts of the page's own are not needed: the policy lets none in but axe, which the browser injects."""
    page.evaluate(_AXE)
    found = page.evaluate("how => axe.run(document, how).then((found) => found.violations)", _LOOK)
    told = [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] != "minor"
        for node in one["nodes"]
    ]
    assert not told, f"{page.url}:\n" + "\n".join(told)
    _fits(page)


def _fits(page: Page) -> None:
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], f"{page.url} is {width[0]} wide in a window of {width[1]}"


# Each thing that can be focused: whether it is seen that it is, and whether anything lies over it.
_FOCUS = """() => {
  const wrong = [];
  const note = (why, one) => wrong.push(why + ": " + one.outerHTML.slice(0, 150));
  const framed = (one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled || one.type === "hidden") continue;
    one.focus();
    if (!framed(one) && !framed(one.closest(".case"))) note("not seen", one);
    const box = one.getClientRects()[0];
    const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (over && !one.contains(over) && !over.contains(one) && !over.closest("label")) note("hidden", one);
  }
  return wrong;
}"""


def usable(page: Page) -> None:
    """Fail where `axe` does; where something that has the focus cannot be seen to have it, or lies under something
    else; on a page that does not fit at 320 pixels (1280 at 400 %) or at 640 (at 200 %); and where a day is not said
    as people say it, or an id is shown."""
    axe(page)
    said = re.findall(r"\b20\d\d-\d\d-\d\d\b|\b[0-9a-f]{8}-[0-9a-f]{4}-\S+", page.locator("main").inner_text())
    assert not said, f"{page.url}: {said}"
    # A key first, so that the browser shows the focus as it does to whoever uses keys.
    page.keyboard.press("Tab")
    wrong = page.evaluate(_FOCUS)
    assert not wrong, f"{page.url}:\n" + "\n".join(wrong)
    size = page.viewport_size
    assert size is not None
    for width in (320, 640):
        page.set_viewport_size({"width": width, "height": size["height"]})
        _fits(page)
    page.set_viewport_size(size)


def text_stays_text(html: str) -> None:
    """Fail where hostile text became mark-up, or can turn round the direction of what stands beside it."""
    assert "<script>alert(" not in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    _Isolation().feed(html)


def shows_as_text(html: str) -> None:
    """Fail where HOSTILE is not shown at all, or is anything but text."""
    assert "&lt;script&gt;alert(" in html
    text_stays_text(html)


class _Isolation(HTMLParser):
    """Whatever turns the direction of writing stands inside something that keeps it in."""

    _empty = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
    _keeps = frozenset({"bdi", "textarea", "option", "title"})

    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go in."""
        if tag not in self._empty:
            self._open.append((tag, tag in self._keeps or any(name == "dir" for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Come out; an element whose end may be left out ends with the one around it."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Look at text."""
        if re.search("[\u202a-\u202e\u2066-\u2069]", data):
            assert any(keeps for _, keeps in self._open), f"nothing keeps this in: {data!r} in {self._open}"
