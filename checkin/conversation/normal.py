"""Text as a person meant it: one folding, used by everything that reads words.

`fold` never loses a word; it only makes different ways of typing the same word equal. What was really
typed is kept by the shell, this is for reading only.
"""

import re
import unicodedata

# Letters of other alphabets that phones and pranksters put where a Latin letter is meant (Unicode TR39 calls
# them confusables); only those that look the same in an ordinary phone font.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝвкмнтАВЕКМНОРСТУХІЈЅαειοκνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwbkmhtABEKMHOPCTYXIJSaeioknptuxABEZHIKMNOPTYX",
)
_PUNCTUATION = str.maketrans({
    "‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...",
})  # fmt: skip
_MANY = re.compile(r"(.)\1{2,}")
_SPACES = re.compile(r"\s+")
# Zero-width joiners hold emoji families together but hide words from a reader: they go, like every other
# format or control character. Variation selectors go too, so that one heart equals another.
_DROP_CATEGORIES = frozenset({"Cf", "Cc", "Cs", "Co"})


def fold(text: str) -> str:
    """Return `text` lower-cased, NFKC-normalised, with look-alikes, quotes, runs and spaces made plain.

    Letters repeated three times or more are kept twice ("nooooo" -> "noo"). Control and format characters
    become spaces or vanish. Never raises; the empty string stays empty.
    """
    if text.isascii():
        plain = text
    else:
        plain = unicodedata.normalize("NFKC", text).translate(_PUNCTUATION).translate(_LOOKALIKES)
    if not plain.isprintable():
        plain = "".join(
            " " if c in "\n\r\t\v\f" else c for c in plain if c.isprintable() or c in "\n\r\t\v\f" or not _dropped(c)
        )
    return _SPACES.sub(" ", _MANY.sub(r"\1\1", plain.casefold())).strip()


def _dropped(character: str) -> bool:
    return unicodedata.category(character) in _DROP_CATEGORIES


def words(folded: str) -> list[str]:
    """Return the words of a folded text: letters, digits and inner apostrophes; everything else separates."""
    return _WORD.findall(folded)


_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
