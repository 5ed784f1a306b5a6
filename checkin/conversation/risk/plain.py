"""Text made plain for the risk reader: short forms spelt out, disguises taken off, sentences kept apart.

What comes out is for matching only: lower-case words with one space before and after each, sentences ended
by a lone full stop: " i do not want to be here . bye ".
"""

import re
import tomllib
import unicodedata
from importlib.resources import files

from checkin.conversation.normal import fold

BREAK = "."
_DATA = tomllib.loads((files("checkin.conversation") / "data/risk/spelling.toml").read_text(encoding="utf-8"))
_WORDS: dict[str, str] = _DATA["words"]
_EMOJI: dict[int, str] = {
    ord(sign): f" {name} " for name, signs in _DATA["emoji"].items() for sign in signs if sign != " "
}
_RUN_TOGETHER: dict[str, str] = {phrase.replace(" ", ""): phrase for phrase in _DATA["run-together"]}
_TOGETHER = re.compile("|".join(sorted(_RUN_TOGETHER, key=len, reverse=True)))
_SHORTEST_TOGETHER = min(map(len, _RUN_TOGETHER))

_PIECE = re.compile(r"[^\W_]+(?:['*][^\W_]+)*|[.!?;:]+(?=\s|$|[\"')\]])|\.{2,}|\n")
_SPACED = re.compile(r"(?<![^\W_])(?:[a-z][ .\-_*]){2,}[a-z](?![^\W_])")
_DISGUISED = re.compile(r"(?<=[a-z])[!@$|](?=[a-z])|(?<![^\W_])[@$](?=[a-z]{2})")
_UNMASK = str.maketrans("!@$|", "iasi")
_LEET = str.maketrans("013457", "oieast")
_LEET_WORD = re.compile(r"(?=.*[a-z].*[a-z])[a-z]*[013457][a-z]+[a-z013457]*|[a-z]+[013457][a-z013457]*")
_DOSE = re.compile(r"(\d+)(mgs?|mcg|ml|g|x)")
_COUNT = re.compile(r"x(\d+)")
_TWO = re.compile(r"(?<= )2 (?=[a-z])")
# Letters that carry their stroke inside them.
_STROKES = str.maketrans("łøđ", "lod")
_BEFORE_TWO = frozenset(_DATA["before-two"])


def spell_out(phrase: str) -> str:
    """Return a phrase of the data with its words written as `prepare` writes a text's ("don't" -> "do not")."""
    return " ".join(_word(word) for word in _bare(fold(phrase)).split())


def prepare(text: str) -> str:
    """Return `text` as words and sentence breaks, each with one space around it; "" when it has neither."""
    folded = fold(text)
    if not folded.isascii():
        folded = _bare(folded.translate(_EMOJI))
    if _SPACED.search(folded):
        folded = _SPACED.sub(_joined, folded)
    if _DISGUISED.search(folded):
        folded = _DISGUISED.sub(lambda sign: sign[0].translate(_UNMASK), folded)
    pieces = [_word(piece) if piece[0] not in ".!?;:" else BREAK for piece in _PIECE.findall(folded)]
    if not pieces:
        return ""
    plain = f" {' '.join(pieces)} "
    return _TWO.sub(lambda two: _to(two, plain), plain) if " 2 " in plain else plain


def _bare(folded: str) -> str:
    """Take accents off: half the people who write Welsh or Polish on a phone leave them out."""
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFKD", folded).translate(_STROKES)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _word(word: str) -> str:
    known = _WORDS.get(word)
    if known is not None:
        return known
    if "'" in word:
        word = word.replace("'", "")
        known = _WORDS.get(word)
        if known is not None:
            return known
    if not word.isalpha():
        return _odd(word)
    if len(word) >= _SHORTEST_TOGETHER and (found := _TOGETHER.search(word)):
        return f"{word[: found.start()]} {_RUN_TOGETHER[found[0]]} {word[found.end() :]}".strip()
    return word


def _odd(word: str) -> str:
    """Read a word with digits or stars in it: a dose ("500mg"), a count ("x20"), figures for letters."""
    if dose := _DOSE.fullmatch(word):
        return f"{dose[1]} {dose[2]}"
    if count := _COUNT.fullmatch(word):
        return f"x {count[1]}"
    if _LEET_WORD.fullmatch(word):
        letters = word.translate(_LEET)
        return _WORDS.get(letters, letters)
    return word


def _joined(spaced: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*]", "", spaced[0])


def _to(two: re.Match[str], plain: str) -> str:
    """Read a lone 2 as "to" where a verb before it asks for one ("want 2 die"), else leave the figure."""
    before = plain[: two.start()].rsplit(maxsplit=1)
    return "to " if before and before[-1] in _BEFORE_TWO else two[0]
