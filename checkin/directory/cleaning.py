"""What a source wrote, made harmless: control characters, writing turned round, markup, nesting without end."""

import html
import math
import re
from typing import Any

_TAG = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|</?[a-zA-Z][^<>]{0,500}>", re.DOTALL | re.IGNORECASE
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_DEEPEST = 24
_LONGEST = 20_000


class TooDeep(ValueError):
    """A record is nested deeper than any real one."""


def harmless(value: Any, depth: int = 0) -> Any:
    """Return a record of JSON as it can be stored and shown: no control or format characters (a right-to-left override
    is one), no surrogates, no numbers that are none. Raises TooDeep."""
    if isinstance(value, str):
        return value if value.isprintable() and len(value) <= _LONGEST else _printable(value[:_LONGEST])
    if depth > _DEEPEST:
        raise TooDeep
    if isinstance(value, dict):
        return {harmless(str(k)): harmless(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [harmless(v, depth + 1) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def words(text: str) -> str:
    """Return a text as it is shown: without markup, entities spelt out, spaces single, lines kept."""
    if "<" in text or "&" in text:
        # Twice: what was an entity may hide a tag.
        text = _TAG.sub(" ", html.unescape(_TAG.sub(" ", text)))
        text = _printable(text)
    if "  " not in text and text.isprintable():
        return text.strip()
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def _printable(text: str) -> str:
    # The characters that no font shows are not printable; a plain space and a line's end are kept.
    return "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "" for c in text)
