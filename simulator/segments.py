"""How many texts a text is: the GSM 03.38 alphabet, UCS-2, and what each part of a long text holds."""

from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that cost two septets, and whose two septets are never parted."""

SMART = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{SINGLE LOW-9 QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{BULLET}": "-",
        "\N{NO-BREAK SPACE}": " ",
        "\t": " ",
    }
)
"""What the carrier's "smart encoding" swaps so that a text stays in the GSM alphabet."""


class Encoding(StrEnum):
    """The two alphabets a text can travel in."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Size:
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2; `segments` is at least 1."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> Size:
    """The size of a text as carriers bill it. One character outside GSM-7 moves the whole text to UCS-2."""
    if all(character in BASIC or character in EXTENSION for character in text):
        encoding, single, part = Encoding.GSM7, 160, 153
        costs = [2 if character in EXTENSION else 1 for character in text]
    else:
        encoding, single, part = Encoding.UCS2, 70, 67
        costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    units = sum(costs)
    return Size(encoding, units, 1 if units <= single else _parts(costs, part))


def _parts(costs: list[int], room: int) -> int:
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts


def smart_encode(text: str) -> str:
    """The text with typographic quotes, dashes and spaces made plain, as "smart encoding" sends it."""
    return text.translate(SMART)
