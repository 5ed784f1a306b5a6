"""The reader: phrases first, then a small learned model, and the reasons of whatever spoke."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from checkin.conversation.risk.context import Surroundings, weaken
from checkin.conversation.risk.levels import CATEGORIES, NO_RISK, Level, Risk
from checkin.conversation.risk.model import shipped
from checkin.conversation.risk.patterns import STEM, Lists, Phrase, compile_phrase
from checkin.conversation.risk.plain import prepare
from checkin.errors import BadInput

LANGUAGES = ("english", "welsh", "polish")
_WORD = re.compile(r"[^ ]+")
_ORDER = {category: place for place, category in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class Additions:
    """What one organisation adds to the reader, in the phrase language; `version` is kept with what it flagged.

    `red` and `amber` are cues, `harmless` phrases hide a cue that lies wholly inside them (the name of a pub
    called The Hanged Man). Nothing that ships can be taken out.
    """

    version: str
    red: tuple[str, ...] = ()
    amber: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    phrase: Phrase
    level: Level  # NONE: a mask
    category: str
    stands: frozenset[str]  # contexts that do not weaken it; for a mask, the categories it does not hide
    around: Surroundings
    needs_writer: bool = False
    everyday: str = ""  # also said every day: how grave it is lies in the rest of the text; names what lets it go


@dataclass(frozen=True, slots=True)
class _Found:
    level: Level
    category: str
    words: str
    note: str
    phrase: str

    @property
    def rank(self) -> tuple[int, int, str]:
        return -self.level, _ORDER[self.category], self.words

    @property
    def why(self) -> str:
        return f"{self.category}: {self.words}{self.note}"


class RiskReader:
    """Reads texts for risk. Built once, then unchanging; safe to share between threads.

    `version` names the phrase sets and the additions, to be stored beside every flag.
    Raises BadInput, naming the phrase, when an addition cannot be read.
    """

    def __init__(self, additions: Additions | None = None) -> None:
        versions = []
        rules: list[_Rule] = []
        for language in LANGUAGES:
            table = phrase_table(language)
            versions.append(f"{language} {table['version']}")
            rules += _rules(table)
        if additions is not None:
            versions.append(f"organisation {additions.version}")
            rules += _added(additions)
        self.version = ", ".join(versions)
        self._model = shipped()
        self._by_word: dict[str, list[_Rule]] = {}
        self._by_stem: dict[str, list[_Rule]] = {}
        for rule in rules:
            for word in rule.phrase.anchors:
                self._by_word.setdefault(word, []).append(rule)
            for stem in rule.phrase.stems:
                self._by_stem.setdefault(stem, []).append(rule)

    def read(self, text: str) -> Risk:
        """Return the level of `text` and why. Never raises, whatever the string holds."""
        plain = prepare(text)
        words = set(plain.split())
        candidates = self._candidates(words)
        found = sorted(set(_found(plain, words, candidates)), key=lambda cue: cue.rank) if candidates else []
        if not found:
            weighty = self._model.speak(plain)
            return NO_RISK if weighty is None else Risk(Level.AMBER, (f"model: {weighty}",))
        return Risk(found[0].level, tuple(dict.fromkeys(cue.why for cue in found)))

    def phrases(self, text: str) -> frozenset[str]:
        """Return the phrases, as they are written in the data, that speak in `text`; the model is not asked."""
        plain = prepare(text)
        words = set(plain.split())
        return frozenset(cue.phrase for cue in _found(plain, words, self._candidates(words)))

    def _candidates(self, words: set[str]) -> list[_Rule]:
        """Return the rules that could match: those of whose rarest words there is one, and of the next rarest."""
        by_word, by_stem = self._by_word, self._by_stem
        rules: dict[int, _Rule] = {}
        for word in words:
            if word in by_word:
                rules.update((id(rule), rule) for rule in by_word[word])
            if word[:STEM] in by_stem:
                rules.update((id(rule), rule) for rule in by_stem[word[:STEM]])
        return [rule for rule in rules.values() if not (rule.phrase.also and rule.phrase.also.isdisjoint(words))]


def _found(plain: str, words: set[str], candidates: Iterable[_Rule]) -> Iterator[_Found]:
    cues = []
    masked: dict[int, set[frozenset[str]]] = {}
    for rule in candidates:
        for match in rule.phrase.regex.finditer(plain):
            start, end = match.span()
            if rule.level is not Level.NONE:
                cues.append((rule, start, end))
                continue
            for word in _WORD.finditer(plain, start, end):
                masked.setdefault(word.start(), set()).add(rule.stands)
    said: set[tuple[int, str]] = set()  # in full; saying it again adds nothing
    for rule, start, end in cues:
        quoted = plain[start:end].strip()
        if (id(rule), quoted) in said:
            continue
        if masked and _hidden(rule, plain, start, end, masked):
            continue
        if rule.needs_writer and not rule.around.names_writer(words):
            continue
        around = rule.around.read(plain, start, end, rule.stands)
        level = weaken(rule.level, around)
        if rule.everyday:
            level = rule.around.of_every_day(level, plain, start, end, rule.everyday)
        if level is not Level.NONE:
            yield _Found(level, rule.category, quoted, around.value, rule.phrase.source)
        if level is rule.level and not around.value:
            said.add((id(rule), quoted))


def _hidden(rule: _Rule, plain: str, start: int, end: int, masked: Mapping[int, set[frozenset[str]]]) -> bool:
    """Whether masks cover what a cue is about; `masked` says at which letters, sparing which categories."""
    return any(
        all(any(rule.category not in spares for spares in masked.get(spot, ())) for spot in spots)
        for spots in rule.phrase.tellings(plain, start, end)
    )


def _rules(table: Mapping[str, Any]) -> Iterator[_Rule]:
    around = Surroundings.of(table["context"])
    lists: Lists = table["lists"]
    for entry in table["cue"]:
        if entry["category"] not in CATEGORIES:
            raise BadInput(f"The risk category {entry['category']!r} is not known.")
        level = Level[entry["level"].upper()]
        stands = frozenset(entry.get("stands", ()))
        for phrase in _phrases(entry["say"]):
            compiled = compile_phrase(phrase, lists)
            needs_writer, everyday = entry.get("needs-writer", False), entry.get("everyday", "")
            yield _Rule(compiled, level, entry["category"], stands, around, needs_writer, everyday)
    for entry in table.get("mask", ()):
        for phrase in _phrases(entry["say"]):
            yield _Rule(compile_phrase(phrase, lists), Level.NONE, "", frozenset(entry.get("spares", ())), around)


def _added(additions: Additions) -> Iterator[_Rule]:
    table = phrase_table(LANGUAGES[0])
    around = Surroundings.of(table["context"])
    levels = ((Level.RED, additions.red), (Level.AMBER, additions.amber), (Level.NONE, additions.harmless))
    for level, phrases in levels:
        for phrase in phrases:
            yield _Rule(compile_phrase(phrase, table["lists"]), level, "organisation", frozenset(), around)


def telling(phrase: str) -> bool:
    """Tell whether an addition has a word that is not said in every other text. Raises BadInput when it is none."""
    return compile_phrase(phrase, phrase_table(LANGUAGES[0])["lists"]).telling


def _phrases(say: str) -> Iterator[str]:
    return (line.strip() for line in say.splitlines() if line.strip())


@cache
def phrase_table(language: str) -> Mapping[str, Any]:
    """Return the data file of one of `LANGUAGES`."""
    source = files("checkin.conversation") / "data/risk" / f"{language}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
