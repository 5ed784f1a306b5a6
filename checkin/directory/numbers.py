"""Telephone numbers of services, as sources write them: quoted, with words around them, short, or no number at all."""

import re
from functools import lru_cache

import phonenumbers

from checkin.errors import BadInput
from checkin.phone import parse

# What may stand around a number; an "ext. 12" is a field of its own.
_AROUND = " \t\"'“”‘’.,;:"
_EXTENSION = re.compile(r"(?:\bext(?:ension|n)?\.?|\bx)\s*(\d{1,7})\s*$", re.IGNORECASE)
_NOTE = re.compile(r"\((?!\d)[^)]*\)|\[[^\]]*\]")
# "01234 567890 / 07700 900123": the first is meant.
_NEXT = re.compile(r"\s+(?:or|and)\s+|\s*[/;|]\s*", re.IGNORECASE)
_SHORT = 6


def read_number(written: str, country: str) -> str | None:
    """Return what to dial, E.164 or a short number of `country`; None when nobody could be reached there."""
    return read_phone(written, country)[0]


@lru_cache(maxsize=65536)
def read_phone(written: str, country: str) -> tuple[str | None, str | None]:
    """Return what to dial and the extension to ask for, each None where there is none."""
    first = _NEXT.split(_NOTE.sub(" ", written).strip(_AROUND))[0].strip(_AROUND)
    found = _EXTENSION.search(first)
    extension = found[1] if found else None
    bare = first[: found.start()].strip(_AROUND) if found else first
    digits = re.sub(r"[\s.-]", "", bare)
    if digits.isdigit() and len(digits) <= _SHORT and _is_short(digits, country):
        return digits, extension
    try:
        return parse(bare, country), extension
    except BadInput:
        return None, extension


@lru_cache(maxsize=65536)
def shown(number: str, country: str) -> str:
    """Return a number as people of `country` write it: "0800 58 58 58", "116 123"; another country's with its +."""
    if not number.startswith("+"):
        return f"{number[:3]} {number[3:]}" if len(number) == _SHORT else number
    parsed = phonenumbers.parse(number)
    home = phonenumbers.country_code_for_region(country) == parsed.country_code
    kind = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, kind)


def _is_short(digits: str, country: str) -> bool:
    if phonenumbers.is_emergency_number(digits, country):
        return True
    # Text short codes of charities (85258) are not in the number plan's list.
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(country), national_number=int(digits)
    )
    return len(digits) == 5 or bool(phonenumbers.is_valid_short_number_for_region(number, country))
