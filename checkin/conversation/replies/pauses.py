"""When a pause ends: "2 weeks", "til 14th", "until monday", "till the 3rd of may", "for a few days"."""

import re
from datetime import date, timedelta
from typing import Final

from checkin.conversation.replies.text import plain

SLEEP: Final = "2 hours"

_COUNTS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "couple": 2, "couple of": 2, "a couple of": 2, "a couple": 2, "few": 3,
    "a few": 3, "the": 1, "another": 1, "the next": 1, "next": 1, "half a": 1, "half an": 1, "": 1,
    "dwa": 2, "dwie": 2, "trzy": 3, "dau": 2, "dwy": 2,
}  # fmt: skip
_COUNT: Final = r"\d{1,3}|" + "|".join(sorted(filter(None, _COUNTS), key=len, reverse=True))
_UNIT_DAYS: Final = {
    "hour": 0, "hr": 0, "day": 1, "night": 1, "week": 7, "wk": 7, "fortnight": 14, "month": 30, "year": 365,
    "diwrnod": 1, "wythnos": 7, "pythefnos": 14, "mis": 30,
    "godziny": 0, "dzien": 1, "dni": 1, "tydzien": 7, "tygodnie": 7, "tygodni": 7, "miesiac": 30,
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNIT_DAYS, key=len, reverse=True))
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH: Final = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY: Final = r"(mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"
_UNTIL: Final = r"(?:until|untill|till|til|unti|upto|up to|to|before|after|back on|back|on|from|dan|do)"

_DURATION: Final = re.compile(rf"\b({_COUNT})\s*({_UNIT})s?\b|\b({_UNIT})\b")
_DAY_MONTH: Final = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?(?: the)? {_MONTH}\b(?:,? (\d{{4}}|\d{{2}})\b)?")
_MONTH_DAY: Final = re.compile(rf"\b{_MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b")
_NUMERIC: Final = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\b")
_DAY_OF_MONTH: Final = re.compile(
    rf"\b(?:{_UNTIL} (?:about |around )?(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?|(?:the )?(\d{{1,2}})(?:st|nd|rd|th))\b"
)
_WEEKDAY: Final = re.compile(rf"\b(next |after )?{_DAY}")
_END_OF: Final = re.compile(rf"\bend of (?:the |this )?(?:(week)|(month)|(year)|{_MONTH})")
_WHOLE_MONTH: Final = re.compile(rf"\b{_MONTH}\b")

_SAID: Final = re.compile(
    rf"\b(?:(?:before|from|back on|after) .+|(?:for |about |all )*(?:{_COUNT})\s*(?:{_UNIT})s?\b"
    r"|(?:for |about )?(?:the rest of )?(?:this|next|the) (?:week|weekend|month)\b"
    r"|(?:for )?(?:today|tonight|tomorrow)\b)"
)
_AFTER_PAUSE: Final = re.compile(
    r"\b(?:pause|snooze|hold)\b(?: (?:it|me|please|for|texts|messages|my|the|check ?ins|everything|all|this))* ?(.*)$"
)
_POLITE_END: Final = re.compile(r"(?:[ ,.!]+(?:please|pls|thanks|thank you|ta|love|x+))+$|[ .,!]+$")
_UNTIL_KEEPS: Final = re.compile(r"\b(?:until|untill|till|til|dan|do)\b .+")


_LOSS: Final = re.compile(
    r"\b(?:died|passed away|passed on|funeral|bereave\w*|lost (?:my|our) (?:\w+ )?(?:mum|mam|mother|dad|father|husband|"
    r"wife|partner|son|daughter|child|baby|brother|sister|friend|nan|gran\w*|aunt\w*|uncle)|angladd|wedi marw|"
    r"pogrzeb\w*|zmarl\w*|nie zyje)\b"
)


def bereaved(text: str) -> bool:
    """Tell whether somebody who goes away says that they have lost somebody."""
    return _LOSS.search(plain(text[:2000])) is not None


def when_of(text: str) -> str | None:
    """Return the words that say how long ("2 weeks", "til 14th") in a plain text, or what follows "pause"."""
    until = _UNTIL_KEEPS.search(text)
    said = until or _SAID.search(text)
    if said is None:
        after = _AFTER_PAUSE.search(text)
        rest = after.group(1) if after else ""
        return _POLITE_END.sub("", rest).strip() or None
    return _POLITE_END.sub("", said.group(0)).removeprefix("for ").strip() or None


def pause_until(value: str, today: date) -> date | None:
    """Return the day on which the line speaks again, after `today`, or None when the words name none.

    `value` is that of a PAUSE reading. Hours ("2 hours") give `today` itself: the shell adds the hours. A month is
    30 days, "a few" is three, a day without a month is the next such day. "hospital" has no end. Never raises.
    """
    text = plain(value)
    if _hours(text):
        return today
    for reader in (_dated, _numeric, _end_of, _named, _duration, _weekday, _day_of_month, _month):
        try:
            found = reader(text, today)
        except (ValueError, OverflowError):
            return None
        if found is not None:
            return found if found >= today else None
    return None


def _hours(text: str) -> bool:
    found = _DURATION.search(text)
    return found is not None and _UNIT_DAYS[found.group(2) or found.group(3)] == 0


def _next(day: int, month: int, today: date, year: str | None = None) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year > today else date(today.year + 1, month, day)


def _dated(text: str, today: date) -> date | None:
    if found := _DAY_MONTH.search(text):
        return _next(int(found.group(1)), _MONTHS.index(found.group(2)) + 1, today, found.group(3))
    if found := _MONTH_DAY.search(text):
        return _next(int(found.group(2)), _MONTHS.index(found.group(1)) + 1, today)
    return None


def _numeric(text: str, today: date) -> date | None:
    found = _NUMERIC.search(text)
    return _next(int(found.group(1)), int(found.group(2)), today, found.group(3)) if found else None


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of(text: str, today: date) -> date | None:
    found = _END_OF.search(text)
    if found is None:
        return None
    if found.group(1):
        return today + timedelta(days=7 - today.weekday())
    if found.group(2):
        return _first_of_next_month(today)
    if found.group(3):
        return date(today.year + 1, 1, 1)
    return _first_of_next_month(_next(1, _MONTHS.index(found.group(4)) + 1, today))


def _named(text: str, today: date) -> date | None:
    monday = today + timedelta(days=7 - today.weekday())
    if "tomorrow" in text or "jutra" in text or "yfory" in text:
        return today + timedelta(days=2 if "after tomorrow" in text else 1)
    if "today" in text or "tonight" in text or "heno" in text:
        return today + timedelta(days=1)
    if "christmas" in text or "xmas" in text or "nadolig" in text:
        return _next(27, 12, today)
    if "new year" in text:
        return _next(2, 1, today)
    if "this week" in text or "next week" in text or "weekend" in text:
        away_next_week = "next week" in text and not _UNTIL_KEEPS.search(text)
        return monday + timedelta(days=7) if away_next_week else monday
    if "this month" in text or "next month" in text:
        return _first_of_next_month(today)
    return None


def _duration(text: str, today: date) -> date | None:
    found = _DURATION.search(text)
    if found is None:
        return None
    said = (found.group(1) or "").strip()
    count = int(said) if said.isdecimal() else _COUNTS[said]
    days = count * _UNIT_DAYS[found.group(2) or found.group(3)]
    return today + timedelta(days=days) if days else None


def _weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.search(text)
    if found is None:
        return None
    ahead = (_DAYS.index(found.group(2)[:3]) - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead + (1 if found.group(1) == "after " else 0))


def _day_of_month(text: str, today: date) -> date | None:
    found = _DAY_OF_MONTH.search(text)
    if found is None:
        return None
    day = int(found.group(1) or found.group(2))
    month = today
    for _ in range(12):
        try:
            candidate = month.replace(day=day)
        except ValueError:
            candidate = today
        if candidate > today:
            return candidate
        month = _first_of_next_month(month)
    return None


def _month(text: str, today: date) -> date | None:
    found = _WHOLE_MONTH.search(text)
    return _next(1, _MONTHS.index(found.group(1)) + 1, today) if found else None
