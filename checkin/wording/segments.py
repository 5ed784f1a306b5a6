"""How many SMS a text is charged as, and how to keep it few.

A text whose every character is in GSM-7 (3GPP TS 23.038) goes 160 septets to a segment, 153 once there are several. One
character outside it turns the whole text into UCS-2: 70 code units of UTF-16, 67 once there are several.

The rule on marks
-----------------
GSM-7 has a few marked letters (à ä å é è ì ñ ò ö ø ù ü Ç), but not the Welsh â ê î ô û ŵ ŷ nor the Polish ą ć ę ł ń ó
ś ź ż. Written with them, a Polish check-in costs three segments instead of one and the safety answer four instead of
two, and every further segment is one more that can arrive late or alone on an old phone. People who text in Welsh or
Polish leave the marks out themselves, and read texts without them every day. So the files keep the marks, because a
file is for reviewers and for the voice, which needs them to say the words right; a **text** (also a discreet one) goes
out without those that GSM-7 lacks, in every language, names too ("Sian", "Lukasz", "Zoe"). There are two exceptions.
What a person wrote is theirs, and is passed on as written: without its marks a Polish word can be another, and a rude
one. And where dropping the marks would not make the text GSM-7 anyway (a name in Arabic, an emoji), nothing is gained
and they stay.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these is an escape and a second septet.
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_ROOM: Final[dict[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

# What phones and word processors put in place of a plain character. The joiners U+200C and U+200D stay: Persian, Urdu
# and families of emoji need them.
_PLAIN: Final = str.maketrans({
    **dict.fromkeys("‘’‚‛′ʹʻʼʽˈ´`＇", "'"),
    **dict.fromkeys("“”„‟″«»〝〞＂", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃•·", "-"),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    **dict.fromkeys("\t\u00a0\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    "…": "...",
    "⁄": "/",
})  # fmt: skip
# Letters that are one piece, so that Unicode does not take the mark off them.
_WHOLE: Final = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "ı": "i", "œ": "oe", "Œ": "OE"}


@dataclass(frozen=True, slots=True)
class Size:
    """What a text is charged as: its encoding, its length in septets or UTF-16 code units, and its segments."""

    encoding: Encoding
    units: int
    segments: int


def is_gsm7(text: str) -> bool:
    """Tell whether every character of a text is in GSM-7's basic table or its extension."""
    return all(c in _BASIC or c in _EXTENSION for c in text)


def size(text: str) -> Size:
    """Return what a text is charged as. Carriers charge an empty one as one segment."""
    if is_gsm7(text):
        return _packed("GSM-7", [2 if c in _EXTENSION else 1 for c in text])
    return _packed("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text])


def _packed(encoding: Encoding, widths: list[int]) -> Size:
    whole, part = _ROOM[encoding]
    units = sum(widths)
    return Size(encoding, units, 1 if units <= whole else _parts(widths, part))


def _parts(widths: Iterable[int], room: int) -> int:
    """Count the parts when no escape pair and no surrogate pair may be split over two of them."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def plain(text: str) -> str:
    """Return a text with typographic quotes, dashes, dots, bullets and spaces as their GSM-7 equals.

    Letters, and everything that has no equal, stay (composed, as NFC); doing it twice changes nothing more.
    """
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def without_marks(text: str) -> str:
    """Return a text without the marks on letters that GSM-7 lacks ("ŵ" to "w", "ł" to "l"; "é" and "ö" stay)."""
    return "".join(map(_unmarked, unicodedata.normalize("NFC", text)))


def _unmarked(letter: str) -> str:
    if letter in _BASIC:
        return letter
    bare = _WHOLE.get(letter) or "".join(
        c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c)
    )
    return bare if bare and is_gsm7(bare) else letter


def as_sent(text: str, own: str = "") -> str:
    """Return a text as it goes out, by the rule on marks above. `own` is the part of it that a person wrote."""
    kept = plain(text)
    if is_gsm7(kept):
        return kept
    bare = without_marks(kept)
    return bare if is_gsm7(plain(own)) and is_gsm7(bare) else kept
