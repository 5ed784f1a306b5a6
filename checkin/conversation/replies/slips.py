"""Slips of the thumb: zeros for letters, spaced-out letters, words run together, one wrong letter.

Everything here keeps what it cannot improve: a word nobody knows stays as it was typed.
"""

import itertools
import re

from checkin.conversation.replies import lexicon
from checkin.conversation.replies.text import BREAK

# 0K, f1ne, st0p: the digit shares a key or a shape with the letter.
_LETTER_FOR_DIGIT = str.maketrans("013457", "oieast")
_DOUBLED = re.compile(r"(.)\1")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|am|pm)")


def mend(tokens: list[str]) -> list[str]:
    """Return the tokens with short forms written out and slips mended, ready to be looked up."""
    if len(tokens) > 1:
        tokens = _joined_commands(tokens)
        if len(tokens[0]) == 1 or sum(map(len, tokens)) < 2 * len(tokens):
            tokens = _joined_letters(tokens)
    words = lexicon.shorten(tokens)
    known = lexicon.VOCABULARY
    if known.issuperset(words):
        return words
    return [better for word in words for better in ((word,) if word in known else _mend_word(word))]


def _mend_word(word: str) -> tuple[str, ...]:
    if word.isdecimal():
        return (word.lstrip("0") or "0",) if len(word) < 4 else (word,)
    if not word.isalpha():
        return _mixed(word) if word[0].isalnum() else (word,)
    if word in lexicon.NAMES:
        return (word,)
    if (run := lexicon.RUN_TOGETHER.get(word)) is not None:
        return run
    for written_out in _endings(word):
        if (known := lexicon.SHORTFORMS.get(written_out, written_out)) in lexicon.VOCABULARY:
            return (known,)
    if (meant := lexicon.nearest(word)) is not None:
        return (lexicon.SHORTFORMS.get(meant, meant),)
    if 4 < len(word) < 25 and (run := lexicon.pieces(word)) is not None:
        return tuple(lexicon.shorten(list(run)))
    single = _DOUBLED.sub(r"\1", word)
    single = lexicon.SHORTFORMS.get(single, single)
    return (single if single in lexicon.VOCABULARY else word,)


def _endings(word: str) -> tuple[str, ...]:
    """Return what a clipped or kissed word may be in full: "buzzin", "shatterd", "finexx"."""
    if len(word) < 4:
        return ()
    if word.endswith("x"):
        return (word.rstrip("x"),)
    if word.endswith("in"):
        return (word + "g",)
    if word.endswith("d"):
        return (word[:-1] + "ed",)
    return ()


# Words too weighty to be lost to a stray space: "s top", "hel p".
_NEVER_CUT = frozenset({"stop", "help", "quit", "cancel", "ring"})


def _joined_commands(tokens: list[str]) -> list[str]:
    for at, (first, second) in enumerate(itertools.pairwise(tokens)):
        if (len(first) == 1 or len(second) == 1) and first + second in _NEVER_CUT:
            return [*tokens[:at], first + second, *tokens[at + 2 :]]
    return tokens


def _mixed(word: str) -> tuple[str, ...]:
    """Read "0k" as a slip and split "2today"; leave "14th", "4pm" and postcodes whole."""
    if _ORDINAL.fullmatch(word):
        return (word,)
    for candidate in (word.translate(_LETTER_FOR_DIGIT), word.replace("1", "l").translate(_LETTER_FOR_DIGIT)):
        meant = lexicon.SHORTFORMS.get(candidate, candidate)
        if len(candidate) > 1 and meant in lexicon.VOCABULARY:
            return (meant,)
        if (run := lexicon.RUN_TOGETHER.get(candidate)) is not None:
            return run
    pieces = [lexicon.SHORTFORMS.get(piece, piece) for piece in _PIECE.findall(word)]
    if all(piece.isdecimal() or (len(piece) > 1 and piece in lexicon.VOCABULARY) for piece in pieces):
        return tuple(pieces)
    return (word,)


def _joined_letters(tokens: list[str]) -> list[str]:
    """Join runs of single letters that together are something known: "i", "m", "o", "k" -> "im", "ok"."""
    if all(len(token) == 1 for token in tokens):
        tokens = [token for token in tokens if token != BREAK] or tokens
    out: list[str] = []
    run: list[str] = []
    for token in tokens:
        if len(token) == 1 and token.isalnum():
            run.append(token)
        else:
            out.extend(_joined(run))
            out.append(token)
            run = []
    out.extend(_joined(run))
    return out


def _joined(run: list[str]) -> list[str]:
    """Return one run of single letters as the words it spells, or as it was."""
    if len(run) < 2:
        return run
    whole = "".join(run)
    if whole.isdecimal():
        return run
    for candidate in (whole, whole.translate(_LETTER_FOR_DIGIT)):
        if (words := lexicon.RUN_TOGETHER.get(candidate)) is not None:
            return list(words)
        meant = lexicon.SHORTFORMS.get(candidate, candidate)
        if meant in lexicon.VOCABULARY:
            return [meant]
    return run
