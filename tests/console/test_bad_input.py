"""Every form of the console takes whatever is sent: nothing, too much, something else, something hostile.

One walk over all addresses that take a form, with everything in them standing for something that is there. What is sent
carries every name that any form of the console has, so that a new field is tried without anybody thinking of it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Rule

from tests.console.conftest import Browser, Office
from tests.console.everything import address, everything
from tests.console.walk import FREE, HOSTILE, rules, text_stays_text

# What is sent, and how far the form says that it has come.
_WAYS = {
    "nothing": ("", ""),
    "too much": ("x" * 5000, ""),
    "something else": ("\U0001f986\x00", "sure"),
    "hostile": (HOSTILE, ""),
    "hostile, and sure": (HOSTILE, "sure"),
}
# What the guard asks for, and what says how far a form has come: those are right, or not there.
_NOT_A_FIELD = frozenset({"csrf_token", "version", "stage", "mark"})
# These end what the walk stands on, or the log-in: they come last.
_LAST = ("erase", "end", "off", "remove", "password", "log_out", "end_others")


def _is_behind(rule: Rule) -> bool:
    """Tell whether an address is behind the log-in: at the entrances each form ends what the walk stands on, and has
    tests of its own."""
    return rule.endpoint not in FREE and rule.endpoint.partition(".")[0] not in {"login", "second"}


def _fields(office: Office, browser: Browser, there: Mapping[str, Any]) -> set[str]:
    """The names of all fields that pages of the console show."""
    found: set[str] = set()
    for rule in rules(office.app):
        if "GET" in (rule.methods or set()) and rule.endpoint != "console.static":
            answer = browser.client.get(address(office, rule, there))
            if answer.mimetype == "text/html":
                found |= set(re.findall(r'<(?:input|textarea|select|button)[^>]*\sname="([^"]+)"', answer.text))
    return found - _NOT_A_FIELD


def test_no_form_is_broken_by_what_is_sent_and_text_stays_text(office: Office) -> None:
    ada, there = office.staff("ada"), everything(office)
    ada.does(there["number"], "take")
    fields = _fields(office, ada, there)
    assert {"words", "back", "email", "name", "review_on", "until"} <= fields
    office.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    answers: defaultdict[str, set[int]] = defaultdict(set)
    broken = []
    takes = [rule for rule in rules(office.app) if "POST" in (rule.methods or set()) and _is_behind(rule)]
    for rule in sorted(takes, key=lambda rule: rule.endpoint.endswith(_LAST)):
        path = address(office, rule, there)
        for way, (sent, stage) in _WAYS.items():
            answer = ada.post(path, **dict.fromkeys(fields, sent), stage=stage)
            if answer.status_code == 400 or (answer.location or "").startswith("/log-in"):
                # What was sent before ended the log-in, or began another.
                ada = ada if ada.get("/account").status_code == 200 else office.staff("ada")
                ada.get("/account")
                answer = ada.post(path, **dict.fromkeys(fields, sent), stage=stage)
            where = f"{rule.endpoint}: {way}: {answer.status_code}"
            broken += [where] if answer.status_code >= 500 else []
            assert answer.status_code != 400 or "another log-in" not in answer.text, where
            if answer.mimetype == "text/html":
                text_stays_text(answer.text)
            answers[rule.endpoint].add(answer.status_code)
    assert not broken, "\n".join(broken)
    refusing = {endpoint for endpoint, seen in answers.items() if seen & {409, 422}}
    assert len(answers) > 50
    assert len(refusing) > 25, sorted(refusing)
    for rule in rules(office.app):
        if "GET" in (rule.methods or set()) and rule.endpoint not in FREE:
            page = ada.client.get(address(office, rule, there))
            assert page.status_code < 500, rule
            if page.mimetype == "text/html":
                text_stays_text(page.text)
