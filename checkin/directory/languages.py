"""Languages by their codes (ISO 639-1 where there is one), out of codes and English names."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

_OLDER: Mapping[str, str] = {
    "eng": "en", "cym": "cy", "wel": "cy", "pol": "pl", "urd": "ur", "pan": "pa", "ben": "bn", "ara": "ar", "fra": "fr",
    "fre": "fr", "spa": "es", "por": "pt", "ron": "ro", "rum": "ro", "som": "so", "guj": "gu", "hin": "hi", "zho": "zh",
    "chi": "zh", "gle": "ga", "gla": "gd", "fas": "fa", "per": "fa", "tur": "tr", "ukr": "uk", "rus": "ru", "deu": "de",
    "ger": "de", "ita": "it", "lit": "lt", "pus": "ps", "tam": "ta", "vie": "vi",
}  # fmt: skip


def code_of(code: str | None, name: str | None) -> str | None:
    """Return the code of a language that a source names by code ("eng", "en-GB") or by name; None: not known."""
    bare = re.split("[-_]", code.strip().lower())[0] if code else ""
    if bare:
        bare = _OLDER.get(bare, bare)
        if bare in Locale("en").languages:
            return bare
    return _names().get((name or "").strip().lower())


def languages_in(text: str | None) -> set[str]:
    """Return the codes of the languages that a text names with a capital ("interpreters for Urdu and Polish")."""
    return {_names()[w.lower()] for w in re.findall(r"\b[A-Z][a-z]+\b", text or "") if w.lower() in _names()}


@cache
def _names() -> Mapping[str, str]:
    # The shortest code wins: "en" before "en_GB".
    every = sorted(Locale("en").languages.items(), key=lambda item: -len(item[0]))
    return {str(name).lower(): code for code, name in every if "_" not in code}
