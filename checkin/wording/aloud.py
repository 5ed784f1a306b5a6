"""How digits are read out, so that they can be followed: times and days as they are said, numbers digit by digit.

Voices read "10482" as ten thousand and so on, and "19:30" each in its own way. What the tables below hold is what
people say.
"""

import re

# A telephone number as it is written, in groups; and any number of three digits or more.
_GROUPS = re.compile(r"\+?\d{2,}(?:[ -]\d{2,})+")
_LONG = re.compile(r"\+?\d{3,}")
_TIME = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)\b")
_DAY = re.compile(r"\b([1-9]|[12]\d|3[01])(?= ([^\W\d]+))")

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
# By hour and by day, as they follow "o" and stand before a month.
_HOURS_PL = (
    "północy", "pierwszej", "drugiej", "trzeciej", "czwartej", "piątej", "szóstej", "siódmej", "ósmej", "dziewiątej",
    "dziesiątej", "jedenastej", "dwunastej", "trzynastej", "czternastej", "piętnastej", "szesnastej", "siedemnastej",
    "osiemnastej", "dziewiętnastej", "dwudziestej", "dwudziestej pierwszej", "dwudziestej drugiej",
    "dwudziestej trzeciej",
)  # fmt: skip
_DAYS_PL = (
    "pierwszego", "drugiego", "trzeciego", "czwartego", "piątego", "szóstego", "siódmego", "ósmego", "dziewiątego",
    "dziesiątego", "jedenastego", "dwunastego", "trzynastego", "czternastego", "piętnastego", "szesnastego",
    "siedemnastego", "osiemnastego", "dziewiętnastego", "dwudziestego",
)  # fmt: skip


def aloud(text: str, language: str) -> str:
    """Return a text with its digits as they are to be heard."""
    text = _GROUPS.sub(lambda found: ", ".join(map(_one_by_one, re.split("[ -]", found[0]))), text)
    text = _LONG.sub(lambda found: _one_by_one(found[0]), text)
    # After the numbers, which are not to be looked for in what is made of times.
    text = _DAY.sub(lambda found: _day(int(found[1]), found[2], language), text)
    return _TIME.sub(lambda found: _time(int(found[1]), int(found[2]), language), text)


def _one_by_one(digits: str) -> str:
    return " ".join(digits.lstrip("+"))


def _time(hour: int, minute: int, language: str) -> str:
    if language == "pl":
        # "o północy" is midnight itself; a quarter past it is "zero piętnaście".
        if hour == 0 and minute:
            return f"zero {_minutes(minute)}"
        return _HOURS_PL[hour] + (f" {_minutes(minute)}" if minute else "")
    if not minute and hour in {0, 12}:
        return {"en": ("midnight", "noon"), "cy": ("hanner nos", "hanner dydd")}[language][hour == 12]
    said = f"{hour % 12 or 12}" + (f" {_minutes(minute)}" if minute else "")
    if language == "cy":
        said += "" if minute else " o'r gloch"
        return f"{said} {'y bore' if hour < 12 else 'y prynhawn' if hour < 18 else 'yr hwyr'}"
    return f"{said} {'in the morning' if hour < 12 else 'in the afternoon' if hour < 18 else 'in the evening'}"


def _minutes(minute: int) -> str:
    """Return minutes after an hour: "30", and "0 5" for five past."""
    return f"0 {minute}" if minute < 10 else str(minute)


def _day(day: int, month: str, language: str) -> str:
    if month not in _MONTHS.get(language, "").split():
        return str(day)
    if language == "pl":
        if day <= 20:
            return _DAYS_PL[day - 1]
        tens = "trzydziestego" if day >= 30 else "dwudziestego"
        return tens if day == 30 else f"{tens} {_DAYS_PL[day % 10 - 1]}"
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"the {day}{ending} of"
