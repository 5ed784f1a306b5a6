"""Every sentence the line can say.

One TOML file a language, for people who do not program: each sentence has a `text`, a `discreet` text for phones that
others may read, and a `voice` to be spoken. `{names}` are filled in; every language has the same ones. What differs by
country (whom to ring in an emergency) is in `countries.toml`, what the streams of messages are called in
`streams.toml`. What a text costs, and why the marks on its letters stay behind, is in `segments.py`; what an
organisation may put in a sentence's place, in `overrides.py`.

To add a language: its file here, its section of every country, its name in `LANGUAGES` and its dates below. The tests
then say what is missing.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel.dates import format_date, format_time

from checkin.conversation.replies import Asked
from checkin.wording.aloud import aloud
from checkin.wording.segments import as_sent

Variant = Literal["text", "discreet", "voice"]
# An organisation's own words: by key, language and variant.
Overrides = Mapping[tuple[str, str, Variant], str]
VARIANTS: tuple[Variant, ...] = ("text", "discreet", "voice")
# What the line speaks, by ISO 639 code, as staff call it.
NAMES = {"en": "English", "cy": "Welsh", "pl": "Polish"}
LANGUAGES = tuple(NAMES)

_HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
# "en" alone would say dates the American way.
_LOCALES = {"en": "en_GB", "cy": "cy", "pl": "pl"}
_DAYS = {"en": "EEEE d MMMM", "cy": "EEEE d MMMM", "pl": "EEEE, d MMMM"}
_TIMES = {"en": "HH:mm", "cy": "'am' HH:mm", "pl": "'o' HH:mm"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one language in its three variants."""

    text: str
    discreet: str
    voice: str

    def variant(self, name: Variant) -> str:
        """Return one variant's template."""
        return {"text": self.text, "discreet": self.discreet, "voice": self.voice}[name]


@cache
def sentences(language: str) -> Mapping[str, Sentence]:
    """Return every sentence of a language by key. An unknown language raises KeyError."""
    if language not in LANGUAGES:
        raise KeyError(language)
    stored = tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
    return {key: Sentence(**variants) for key, variants in stored.items()}


@cache
def _countries() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((_HERE / "countries.toml").read_text(encoding="utf-8"))


def countries() -> tuple[str, ...]:
    """Return the countries whose numbers are known, and "international" for every other."""
    return tuple(_countries())


def country(code: str, language: str = "en") -> Mapping[str, str]:
    """Return a country's own placeholders (emergency, helpline, ...), said in a language. A country we have none for
    gets the international ones, which name no number that might not answer there."""
    stored = _countries()
    return stored.get(code, stored["international"])[language]


@cache
def hints(language: str, asked: Asked) -> tuple[str, ...]:
    """Return what is likely to be said after a kind of question, for the carrier's recogniser; () for a language that
    it does not understand."""
    stored = tomllib.loads((_HERE / "hints.toml").read_text(encoding="utf-8"))
    return tuple(stored.get(language, {}).get(asked.value, ()))


@cache
def placeholders(key: str) -> frozenset[str]:
    """Return the names a sentence wants filled in."""
    sentence = sentences("en")[key]
    return frozenset(name for v in VARIANTS for name in _PLACEHOLDER.findall(sentence.variant(v)))


def template_of(key: str, language: str, variant: Variant, own: Overrides = MappingProxyType({})) -> str:
    """Return a sentence before anything is filled in: from `own` words where there are any, else the line's."""
    return own.get((key, language, variant)) or sentences(language)[key].variant(variant)


def version(key: str, language: str, own: Overrides = MappingProxyType({})) -> str:
    """Return a sentence as the consent ledger names it: key, language, and eight digits that change with its words."""
    words = "\n".join(template_of(key, language, v, own) for v in VARIANTS)
    return f"{key} {language} {sha256(words.encode()).hexdigest()[:8]}"


@cache
def _stream_names(language: str) -> Mapping[str, str]:
    names: Mapping[str, str] = tomllib.loads((_HERE / "streams.toml").read_text(encoding="utf-8"))[language]
    return names


def stream_names(streams: Iterable[str], language: str) -> str:
    """Return what somebody is sent in a few words, with commas; "" for nothing. An unknown stream raises KeyError."""
    names = _stream_names(language)
    return ", ".join(names[stream] for stream in streams)


def say(
    key: str, language: str, variant: Variant, values: Mapping[str, str], own: Overrides = MappingProxyType({})
) -> str:
    """Return a sentence with its placeholders filled in: a text as it goes out (`segments.as_sent`), a voice as it is
    to be heard (`aloud`). A value missing raises KeyError: better no message than one with a hole, and a test fills
    every sentence.

    `words` is the one placeholder that holds what a person wrote; it keeps its marks. `own` words of an organisation
    take the place of the line's.
    """
    return fill(template_of(key, language, variant, own), language, variant, values)


def fill(template: str, language: str, variant: Variant, values: Mapping[str, str]) -> str:
    """Return a template as `say` says it."""
    filled = template.format_map(values)
    return aloud(filled, language) if variant == "voice" else as_sent(filled, values.get("words", ""))


def day(moment: datetime | date, language: str) -> str:
    """Return a day as people say it within a sentence ("Tuesday 3 December"), in the moment's own zone."""
    said = format_date(moment, _DAYS[language], locale=_LOCALES[language])
    # Babel has Welsh days as they are written alone, with a capital: "Dydd Iau".
    return said[0].lower() + said[1:] if language == "cy" else said


def weekday(moment: datetime | date, language: str) -> str:
    """Return a day of the week in short ("Mon"), in the moment's own zone."""
    return format_date(moment, "EEE", locale=_LOCALES[language]).rstrip(".")


def day_and_time(moment: datetime, language: str) -> str:
    """Return a day with its time ("Tuesday 3 December, 19:00"), in the moment's own zone."""
    return f"{day(moment, language)}, {format_time(moment, _TIMES[language], locale=_LOCALES[language])}"
