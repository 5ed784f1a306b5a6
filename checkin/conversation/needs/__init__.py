"""What somebody looks for, in the words people use: "skint" is money, "mould in my flat" is housing.

    read_needs("cant pay me gas bill")  ->  Needs(("energy", "money"), ...)

The list of needs is `NEEDS` and nowhere else; docs/directory.md says what each is for. The words are data
(`../data/needs/`, a file a language), the same ones by which the directory files a service under its needs; how they
are weighed is in `reader`. To teach it a way of saying something: a phrase in the data, or a whole sentence in
`examples.tsv` there, whose words then lean that way in other sentences as well (`votes`).
"""

from functools import cache

from checkin.conversation.needs.lexicon import NEEDS, load
from checkin.conversation.needs.reader import Needs, NeedsReader

__all__ = [
    "NEEDS",
    "Needs",
    "NeedsReader",
    "default_reader",
    "everyday",
    "needs_of_service",
    "read_needs",
    "unknown_words",
]


@cache
def default_reader() -> NeedsReader:
    """Return the reader of every language, built on first use."""
    return NeedsReader(load())


def read_needs(text: str) -> Needs:
    """Return the needs in `text`, the plainest first. Pure; never raises, whatever the string holds."""
    return default_reader().read(text)


def everyday(word: str) -> bool:
    """Tell whether a word is said every day and is about no need: it names nothing."""
    return default_reader().everyday(word)


def unknown_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that are neither said every day nor about a need by themselves: names, it may be."""
    return default_reader().unknown(text)


def needs_of_service(name: str, terms: str, description: str) -> tuple[str, ...]:
    """Return the needs that a service is for, the plainest first, by its name, the terms it is filed under and what is
    said of it."""
    return default_reader().of_service(name, terms, description)
