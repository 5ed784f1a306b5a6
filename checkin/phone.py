"""Telephone numbers: reading what people type, and knowing what must never be rung."""

import re

import phonenumbers

from checkin.errors import BadInput

_E164 = re.compile(r"\+[1-9]\d{6,14}")

# Numbers set aside for film and fiction. Nobody real may be behind them, and nothing is sent to one outside the
# simulator: a demo's data loaded by mistake into a live line must stay silent.
# UK: Ofcom, "Telephone numbers for use in TV and radio drama programmes". US and Canada: NANP 555-0100..0199.
# Ireland: ComReg 020 91x xxxx. Australia: ACMA's fictitious numbers.
_FICTION = re.compile(
    r"""\+44(?:7700900\d{3}|(?:113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|2079460\d{3}|1914980\d{3}
         |2896496\d{3}|2920180\d{3}|1632960\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3})
     |\+1\d{3}55501\d{2}
     |\+3532091\d{5}
     |\+61(?:[2378]5550\d{4}|[2378]7010\d{4}|491570\d{3}|1800160401)""".replace(" ", ""),
    re.VERBOSE,
)


def is_e164(number: str) -> bool:
    """Tell whether `number` is a full international number ("+447700900123")."""
    return _E164.fullmatch(number) is not None


def is_fictional(number: str) -> bool:
    """Tell whether `number` (E.164) lies in a range reserved for fiction."""
    return _FICTION.fullmatch(number) is not None


def parse(text: str, country: str) -> str:
    """Return the E.164 form of a number as a person writes it, `country` (ISO 3166) being home.

    Raises BadInput with one sentence when it cannot be a telephone number.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise BadInput(f"{text!r} is not a telephone number.") from error
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Drama numbers are not "valid" to every edition of the number plan, yet the demo lives on them.
    if not (phonenumbers.is_valid_number(number) or is_fictional(e164)):
        raise BadInput(f"{text!r} is not a telephone number in use in any country.")
    return e164


# Relay UK: 18001 before a number calls through an operator who types and reads aloud, 18002 reaches a text phone so.
_RELAY = re.compile(r"\s*1800[12]\s*(?=0|\+)")


def without_relay_prefix(number: str) -> tuple[str, bool]:
    """Return a number, or caller id, without the prefix of the UK's relay service, and whether it had one."""
    rest = _RELAY.sub("", number, count=1)
    if rest == number:
        return number, False
    try:
        return parse(rest, "GB"), True
    except BadInput:
        return number, False


def is_landline(number: str) -> bool:
    """Tell whether the number plan says that this E.164 number is a fixed line and cannot take texts."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind == phonenumbers.PhoneNumberType.FIXED_LINE


def shown(number: str, country: str) -> str:
    """Return a number as people of a country write it: national form at home, international from abroad."""
    parsed = phonenumbers.parse(number)
    home = parsed.country_code == phonenumbers.country_code_for_region(country)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def digits_spoken(number: str, country: str) -> str:
    """Return a number as it is read out: national form, digit by digit ("0 7 7 0 0 ...")."""
    parsed = phonenumbers.parse(number, country)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return " ".join(c for c in national if c.isdigit())
