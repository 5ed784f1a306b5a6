"""Typed characters made plain and cut into words, before any word list is asked."""

import re
from typing import Final

from checkin.conversation.normal import fold

BREAK: Final = ","
# What `split` returns that is no word.
POINTS: Final = frozenset({BREAK, "?"})

# Letters with marks, case-folded, as people type them who have no such keys.
_PLAIN = str.maketrans({
    letter: plain
    for plain, letters in {
        "a": "àáâãäåąā", "c": "çćč", "e": "èéêëęēě", "i": "ìíîïī", "l": "ł", "n": "ñńň", "o": "òóôõöøō", "s": "śš",
        "u": "ùúûüūů", "w": "ŵẁẃẅ", "y": "ýÿŷỳ", "z": "źżž",
    }.items()
    for letter in letters
})  # fmt: skip
_FACE = (
    r"[:;=]-?[()d](?![a-z0-9])|(?<![a-z])[:=]-?[|/\\](?![a-z0-9])|:-?'-?\(|:'\)|</?3"
    r"|(?<![a-z0-9])(?:[:;=]-?[psc\[\]@]|\(:|\)'?:|d:|t_t|-_-|\^_?\^)(?![a-z0-9])"
)
# Any sign outside ASCII counts as a word of its own, except the modifiers that colour or frame another sign.
_SYMBOL = "[^\\w\\s\\x00-\\x7f\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff£€¬¦§°«»¡¿·•]"
_TOKEN = re.compile(rf"{_FACE}|[^\W_]+|[?]|[,.;!]+|{_SYMBOL}")


def plain(text: str) -> str:
    """Return the folded text without accents and apostrophes ("Can't" -> "cant", "I'll" -> "i will"), "&" as "and"."""
    folded = fold(text)
    if not folded.isascii():
        folded = folded.translate(_PLAIN)
    if "'" in folded and ":'" not in folded:
        folded = folded.replace("'ll", " will").replace("'", "")
    if "&" in folded:
        folded = folded.replace("&", " and ")
    if "%" in folded:
        folded = folded.replace("%", " percent ")
    return folded


def split(plain_text: str) -> list[str]:
    """Return words, question marks, emoji and faces in order; commas, full stops and the like become `BREAK`."""
    if plain_text.isalpha():
        return [plain_text]
    return [BREAK if token[-1] in ",.;!" else token for token in _TOKEN.findall(plain_text)]
