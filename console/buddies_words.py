"""How pairs, and reasons for them, are said to staff."""

from collections.abc import Mapping, Sequence
from datetime import time

from checkin.pairing.matching import Suggestion
from console import words
from console.forms import Form, said

WHICH: Mapping[str, str] = {
    "all": "Every pair",
    "review": "Reviews due within two weeks",
    "resting": "Buddies having a break",
    "quiet": "No report for two weeks",
}
RANKS: Mapping[int, str] = {1: "First buddy", 2: "Second buddy"}
WHEN: Mapping[str, str] = {"first": "Now", "after": "When both have said yes"}
_ANSWERS: Mapping[str, str] = {
    "well": "in touch, all well",
    "worried": "worried",
    "not_yet": "not yet",
    "cannot": "cannot just now",
}
_DAYS: Mapping[str, str] = {
    "MO": "Mondays", "TU": "Tuesdays", "WE": "Wednesdays", "TH": "Thursdays", "FR": "Fridays", "SA": "Saturdays",
    "SU": "Sundays",
}  # fmt: skip
_EVERY: Mapping[str, str] = {"1": "", "2": "every second week, ", "4": "every fourth week, "}


def every(rule: str | None) -> str:
    """Return every how many weeks a buddy is asked, as the form has it: "0" is never."""
    if rule is None:
        return "0"
    return rule.partition("INTERVAL=")[2].partition(";")[0] or "1"


def day_of(rule: str | None) -> str:
    """Return the day on which a buddy is asked, as the form has it."""
    return (rule or "").partition("BYDAY=")[2][:2] or "SU"


def cadence(rule: str | None, at: time | None) -> str:
    """Return when a buddy is asked: "every second week, Sundays at 17:00"."""
    if rule is None or at is None:
        return "Never asked"
    days = rule.partition("BYDAY=")[2].partition(";")[0]
    named = " and ".join(_DAYS[day] for day in days.split(",") if day in _DAYS) or "every day"
    weeks = every(rule)
    return f"{_EVERY.get(weeks, f'every {weeks} weeks, ')}{named} at {at:%H:%M}"


def report(answer: str) -> str:
    """Return what a buddy reported last."""
    return _ANSWERS.get(answer, answer)


def load(number: int, most: int) -> str:
    """Return how many people somebody looks out for, and whether that is as many as they are given."""
    people = "nobody else yet" if not number else "1 person" if number == 1 else f"{number} people"
    return f"{people}, as many as one is given" if number >= most else people


def reasons(one: Suggestion, most: int) -> Sequence[str]:
    """Return why somebody suits, in words."""
    return [_for(code, about, most) for code, about in one.reasons]


def against(one: Suggestion, most: int) -> Sequence[str]:
    """Return what speaks against somebody, in words."""
    return [_against(code, about, most) for code, about in one.against]


def _for(code: str, about: str, most: int) -> str:
    match code:
        case "speaks":
            return f"Speaks {words.language(about)}"
        case "group":
            return f"Goes to {about} too"
        case "near":
            return f"Lives in {about} too"
        case "same_way":
            return "Both would rather be rung" if about == "call" else "Both use texts"
        case _:
            return f"Looks out for {load(int(about), most)}"


def _against(code: str, about: str, most: int) -> str:
    match code:
        case "speaks":
            return f"May not speak {words.language(about)}"
        case "same_way":
            return "One is texted and the other rung: words are read out to them"
        case "hours":
            return "There is no hour at which both may be disturbed"
        case "free":
            return f"Looks out for {load(int(about), most)}"
        case _:
            return f"Away, or having a break, until {about}"


def answers(form: Form) -> Sequence[tuple[str, str]]:
    """Return what was chosen for a proposal, to be checked."""
    shown = [field for field in form if form.values["every"] != "0" or field.short_name not in {"on", "at"}]
    return [(field.label.text, said(field, field.data)) for field in shown]
