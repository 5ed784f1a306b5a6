"""The word lists of `data/replies`, read once and turned into dictionaries that answer quickly.

A list's name is its class and every class is one letter, its sign, because a reply is judged as a short string of
signs. `CLASSES` is the key to them.
"""

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from string import ascii_lowercase
from typing import Any, Final

from checkin.conversation.replies.kinds import Asked
from checkin.conversation.replies.text import BREAK, POINTS, plain, split

CLASSES: Final[Mapping[str, str]] = {
    "yes": "Y", "no": "N", "good": "G", "soso": "M", "low": "B", "trouble": "T", "doubt": "Q", "hedge": "H",
    "but": "C", "thanks": "K", "not": "x", "between": "i", "me": "p", "third": "3", "second": "2", "unreal": "r",
    "doing": "A", "not_doing": "Z", "worried": "W", "cannot": "E", "aside": "f", "everyday": "f",
}  # fmt: skip
# Bad words that a negator turns into good ones ("not bad"); other bad words it only silences.
LITOTES: Final = frozenset({"bad", "shabby", "dusty"})
_RUN_CLASSES: Final = frozenset({"yes", "no", "good", "soso", "low", "trouble", "thanks", "doing", "not_doing"})
_RUN_STARTS: Final = ("im", "am", "all", "not", "feeling", "very", "iam", "dwin")


def load(name: str) -> dict[str, Any]:
    """Return one file of `data/replies`."""
    path = resources.files("checkin.conversation").joinpath("data", "replies", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def any_of(sayings: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern that finds any of the sayings of a list."""
    return re.compile("|".join(sayings))


SHORTFORMS: Final[Mapping[str, str]] = {
    form: word for word, forms in load("shortforms")["shortforms"].items() for form in forms.split()
}


# "4" and "2" that are words: what they stand for, and before what.
_TEXTED: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "4": ("for", frozenset(load("spelling")["for_before"].split())),
    "2": ("to", frozenset(load("spelling")["to_before"].split())),
}


def shorten(tokens: list[str]) -> list[str]:
    """Return the tokens with short forms written out ("gr8" -> "great"); "n" between words is "and"."""
    if len(tokens) > 2 and "n" in tokens[1:-1]:
        tokens = [tokens[0], *("and" if word == "n" else word for word in tokens[1:-1]), tokens[-1]]
    if not _TEXTED.keys().isdisjoint(tokens):
        tokens = [
            _TEXTED[word][0] if word in _TEXTED and following in _TEXTED[word][1] else word
            for word, following in itertools.zip_longest(tokens, tokens[1:], fillvalue="")
        ]
    short = SHORTFORMS
    words = [short.get(token, token) for token in tokens]
    return _will(words) if "ill" in words else words


# What "ill" stands in front of when it is short for "I'll".
_WILL_DO: Final = frozenset(load("spelling")["will_do"].split())


def _will(words: list[str]) -> list[str]:
    """Read "ill try" as "I will try" and leave "ill" alone where somebody is ill."""
    out: list[str] = []
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        out.extend(("i", "will") if word == "ill" and following in _WILL_DO else (word,))
    return out


def phrase(text: str) -> tuple[str, ...]:
    """Return the words a phrase is looked up by, made exactly as those of a reply are."""
    return tuple(token for token in shorten(split(plain(text))) if token != BREAK)


def phrases(listed: str) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of one comma-separated list."""
    for text in listed.replace("\n", " ").split(","):
        if words := phrase(text):
            yield words


@dataclass(frozen=True, slots=True)
class Book:
    """The phrases that count for one kind of question: sign by phrase, and phrase lengths by first word."""

    signs: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]


def _listed(section: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, listed in section.items():
        for words in phrases(listed):
            yield CLASSES[name], words


def _symbols() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, listed in load("symbols").items():
        for symbol in listed.split():
            yield CLASSES[name], tuple(split(plain(symbol)))


def _crossed(asked: Asked | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the phrases made of two lists that hold for one question, or for all of them."""
    for entry in load("crossed")["crossed"]:
        if entry.get("asked") == asked:
            for first, then in itertools.product(phrases(entry["first"]), phrases(entry["then"])):
                yield CLASSES[entry["class"]], first + then


def _layers() -> dict[Asked, list[tuple[str, tuple[str, ...]]]]:
    """Return every (sign, phrase) by question, weakest first: a later one takes the place of an earlier."""
    everyday = [("f", words) for listed in load("everyday")["everyday"].values() for words in phrases(listed)]
    languages = load("languages")
    base = [
        *everyday,
        *_crossed(None),
        *_listed(languages["welsh"]),
        *_listed(languages["polish"]),
        *_listed(load("words")),
        *_symbols(),
    ]
    overlays = load("asked")
    layers = dict.fromkeys(Asked, base)
    for asked in (Asked.RSVP, Asked.CONTACT):
        own = overlays[asked.value]
        aside = [("f", words) for section in (languages[asked.value], own) for words in phrases(section.pop("aside"))]
        layers[asked] = [*base, *aside, *_crossed(asked), *_listed(languages[asked.value]), *_listed(own)]
    willing = [*_crossed(Asked.REACH), *_listed(languages["reach"]), *_listed(overlays["reach"])]
    layers[Asked.REACH] = [*layers[Asked.CONTACT], *willing]
    return layers


def _book(listed: Iterable[tuple[str, tuple[str, ...]]]) -> Book:
    signs = {
        " ".join(words): ("b" if sign == "B" and words[-1] in LITOTES and len(words) == 1 else sign)
        for sign, words in listed
    }
    lengths: dict[str, set[int]] = {}
    for joined in signs:
        words = joined.split()
        lengths.setdefault(words[0], set()).add(len(words))
    return Book(signs, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()})


_LAYERS: Final = _layers()
BOOKS: Final[Mapping[Asked, Book]] = {asked: _book(listed) for asked, listed in _LAYERS.items()}

_numbers: Final = load("numbers")
NUMBERS: Final[Mapping[str, int]] = {**_numbers["words"], **{str(n): n for n in range(1000)}}
LETTERS: Final[Mapping[str, int]] = _numbers["letters"]
# Number words that are also pronouns, and the only words such a one may stand among.
FUSSY: Final = frozenset(_numbers["fussy"].split())
LEADS: Final = frozenset(_numbers["lead"].split()) | POINTS
UNITS: Final = frozenset(_numbers["units"].split())
BEFORE_AMOUNTS: Final = frozenset(_numbers["before"].split())
NAMED: Final = frozenset(_numbers["named"].split())
_commands: Final = load("commands")
COMMAND_WORDS: Final = frozenset(_commands["vocabulary"]["words"].split())

VOCABULARY: Final[frozenset[str]] = frozenset(
    itertools.chain(
        (word for listed in _LAYERS.values() for _, words in listed for word in words),
        NUMBERS,
        UNITS,
        COMMAND_WORDS,
        (word for entry in _commands["whole"] for words in phrases(entry["words"]) for word in words),
        SHORTFORMS.values(),
        (BREAK, "?"),
    )
)

# First names, so far as they are not everyday words too.
NAMES: Final = frozenset(load("names")["names"].split()) - VOCABULARY


def _run_together() -> dict[str, tuple[str, ...]]:
    """Return phrases by their letters without spaces ("imok", "notgood"), unless those letters are a word."""
    signs = {CLASSES[name] for name in _RUN_CLASSES}
    wanted = {words for listed in _LAYERS.values() for sign, words in listed if sign in signs}
    wanted |= {(start, *words) for words in wanted if len(words) == 1 for start in _RUN_STARTS}
    wanted |= {tuple(text.split()) for text in _commands["vocabulary"]["run_together"].split(",")}
    joined = {"".join(words): words for words in sorted(wanted) if len(words) > 1}
    return {run: words for run, words in joined.items() if len(run) > 3 and run not in VOCABULARY}


RUN_TOGETHER: Final[Mapping[str, tuple[str, ...]]] = _run_together()

_spelling: Final = load("spelling")
_PIECES: Final = frozenset(_spelling["glue"].split()) | {
    word for word, sign in BOOKS[Asked.OK].signs.items() if sign in "YGMBbTK" and len(word) > 2 and word.isalpha()
}


def pieces(run: str) -> tuple[str, ...] | None:
    """Return the words of a reply typed without spaces, the longest first, or None when some letters are left over."""
    if not run:
        return ()
    for end in range(len(run), 1, -1):
        if run[:end] in _PIECES and (rest := pieces(run[end:])) is not None:
            return (run[:end], *rest)
    return None


_LEAVE: Final = frozenset(_spelling["leave"].split())


def _one_shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _long_enough(word: str) -> bool:
    """Tell whether a bad word is long enough to be meant when one letter is wrong: shorter ones are other words."""
    return len(word) > 6 and word.isalpha()


def _slips() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    bad = sorted(word for word, sign in BOOKS[Asked.OK].signs.items() if sign in "BT" and _long_enough(word))
    for word in dict.fromkeys([*_spelling["targets"].split(), *bad]):
        for key in (word, *sorted(_one_shorter(word))):
            found.setdefault(key, []).append(word)
    return found


_SLIPS: Final = _slips()


_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours(a: str, b: str) -> bool:
    """Tell whether two letters touch on a keyboard."""
    places = [(row, line.index(key)) for key in (a, b) for row, line in enumerate(_ROWS) if key in line]
    return len(places) == 2 and all(abs(x - y) < 2 for x, y in zip(*places, strict=True))


def _short_slips() -> dict[str, str]:
    """Return the words of two and three letters that matter most, by what a thumb makes of them.

    The neighbouring key, pressed beside the right one or in place of it, two letters swapped, one letter too many.
    """
    found: dict[str, str] = {}
    for word in _spelling["short"].split():
        for at, key in enumerate(word):
            near = [other for line in _ROWS for other in line if other != key and _neighbours(key, other)]
            swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
            beside = (word[:at] + put + word[at + 1 :] for other in near for put in (other, other + key, key + other))
            for slip in (swapped, *beside, *(word + letter for letter in ascii_lowercase)):
                if slip not in VOCABULARY and slip not in SHORTFORMS and slip not in _LEAVE and slip not in NAMES:
                    found[slip] = word
    return found


_SHORT_SLIPS: Final = _short_slips()


def nearest(token: str) -> str | None:
    """Return the key word that `token` misspells by one slip of the thumb, if exactly one does.

    Only words of four letters and more and the few of `_short_slips`, and never a word that is itself an everyday
    one ("shop" is not "stop").
    """
    if (short := _SHORT_SLIPS.get(token)) is not None:
        return short
    if len(token) < 4 or len(token) > 14 or token in _LEAVE:
        return None
    found = {word for key in (token, *_one_shorter(token)) for word in _SLIPS.get(key, ()) if _one_slip(token, word)}
    return found.pop() if len(found) == 1 else None


def _one_slip(typed: str, word: str) -> bool:
    """Tell whether one letter was added, left out, replaced, or swapped with its neighbour.

    A wrong first letter counts only when its key touches the right one: "bine" is not "fine".
    """
    start = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    rest, meant = typed[start:], word[start:]
    if rest[1:] == meant or rest == meant[1:] or (rest[:2] == meant[1::-1] and rest[2:] == meant[2:]):
        return True
    return rest[1:] == meant[1:] and (start > 0 or _neighbours(typed[0], word[0]))
