"""Sentences in an organisation's own words: what may take the place of one of the line's, and what it would cost.

An override takes the place of one variant of one sentence in one language. It must hold exactly the placeholders that
it replaces, so that whatever fills the one fills the other. What names whom to ring in an emergency must go on doing
so; a safety sentence that names nobody does so on purpose, and stays as it is.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from checkin.errors import BadInput
from checkin.wording import (
    LANGUAGES,
    VARIANTS,
    Overrides,
    Variant,
    country,
    day,
    day_and_time,
    fill,
    sentences,
    template_of,
)
from checkin.wording.segments import Size, is_gsm7, size, without_marks

# More parts arrive out of order, or alone, on old phones.
MOST_SEGMENTS: Final = 3
LONGEST_SPOKEN: Final = 600

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
# What Unicode calls control, format, surrogate, private, unassigned, line and paragraph separators.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# As long as what is met with every day.
_EXAMPLES: Final[Mapping[str, str]] = {
    "name": "Maximiliana",
    "line": "Calder Valley Peer Support",
    "member": "Konstantyn",
    "buddy": "Christopher",
    "sender": "Christopher",
    "taker": "Bartholomew",
    "span": "in the last 2 weeks",
    "weeks": "2",
    "case": "10482",
    "group": "Wednesday Evening Group",
    "venue": "St Michael's Hall, the Green Room",
    "directions": "Buses 590 and 592 stop outside.",
    "words": "I have not been out of the house since Sunday.",
    "link": "https://line.example.org/cases/10482",
}
_MOMENT: Final = datetime(2026, 9, 30, 19, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that may be said: `text` as it would be kept, `example` as it would reach somebody.

    `size` is what the example is charged as and `own` what the line's own sentence is, both None for a spoken one;
    `warnings` are sentences for whoever is changing it, in English.
    """

    text: str
    example: str
    size: Size | None
    own: Size | None
    warnings: tuple[str, ...]


def holes(template: str) -> frozenset[str]:
    """Return the names of a template's placeholders."""
    return frozenset(_PLACEHOLDER.findall(template))


def variant_named(name: str) -> Variant:
    """Return the variant of this name. Raises BadInput."""
    for variant in VARIANTS:
        if variant == name:
            return variant
    raise BadInput(f"There is no variant {name!r}: a sentence has {', '.join(VARIANTS)}.")


def written(key: str, language: str, variant: Variant) -> str:
    """Return the line's own sentence. Raises BadInput when there is no such sentence or language."""
    if language not in LANGUAGES:
        raise BadInput(f"The line does not speak {language!r}: it speaks {', '.join(LANGUAGES)}.")
    if key not in sentences(language):
        raise BadInput(f"There is no sentence {key!r}: `checkin wording list --all` names them all.")
    return template_of(key, language, variant)


def fits(key: str, language: str, variant: str, text: str) -> bool:
    """Tell whether an override that was kept earlier can still be said: sentences change with versions."""
    try:
        _check_holes(key, written(key, language, variant_named(variant)), text)
    except BadInput:
        return False
    return True


def check(key: str, language: str, variant: Variant, text: str, *, home: str = "GB") -> Checked:
    """Return `text` as it may take a sentence's place, with what it would cost; `home` is a country's two letters.

    Raises BadInput with one sentence that says what is wrong with it.
    """
    own = written(key, language, variant)
    kept = unicodedata.normalize("NFC", text).strip()
    if not kept:
        raise BadInput("A sentence cannot be empty; to have the line's own again, reset it.")
    # A list has a line for each; nothing else is sent in lines.
    visible = kept.replace("\n", "") if "\n" in own else kept
    if any(unicodedata.category(letter) in _INVISIBLE for letter in visible):
        raise BadInput(f"{key} holds a line break, a tab or an invisible character: only what can be seen may be sent.")
    _check_holes(key, own, kept)
    if variant == "voice" and len(kept) > LONGEST_SPOKEN:
        raise BadInput(
            f"{key} has {len(kept)} characters; a spoken sentence has {LONGEST_SPOKEN} at most: nobody remembers more."
        )
    found = _looked_at(own, language, variant, kept, home)
    if found.size is not None and found.size.segments > MOST_SEGMENTS:
        measured = found.size
        raise BadInput(
            f"{key} would go out as {measured.segments} segments ({measured.units} characters in {measured.encoding}); "
            f"{MOST_SEGMENTS} are the most."
        )
    return found


def look(key: str, language: str, variant: Variant, *, home: str = "GB") -> Checked:
    """Return the line's own sentence and what it costs, also of one that cannot be changed. Raises BadInput."""
    own = written(key, language, variant)
    return _looked_at(own, language, variant, own, home)


def _looked_at(own: str, language: str, variant: Variant, text: str, home: str) -> Checked:
    said = example(language, variant, text, home=home)
    if variant == "voice":
        return Checked(text, said, None, None, _heard_oddly(text))
    measured, was = size(said), size(example(language, variant, own, home=home))
    return Checked(text, said, measured, was, _dear(said, measured, was) + _loud(text))


def example(language: str, variant: Variant, text: str, *, home: str = "GB") -> str:
    """Return a sentence as it would reach somebody, with long names filled in."""
    dates = {"until": day(_MOMENT, language), "when": day_and_time(_MOMENT, language)}
    any_name = dict.fromkeys(holes(text), "Maximiliana")
    return fill(text, language, variant, {**any_name, **_EXAMPLES, **dates, **country(home, language)})


def _check_holes(key: str, own: str, text: str) -> None:
    wanted, found = holes(own), holes(text)
    reserved = key.startswith("safety.")
    if reserved and not any(name.startswith("emergency") for name in wanted):
        raise BadInput(f"{key} cannot be changed: whoever hurts them may be reading along, and it must name nothing.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise BadInput(
            f"{key} holds a brace that is part of no placeholder: a placeholder is a name in braces, such as {{name}}."
        )
    if unknown := sorted(found - wanted):
        has = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
        raise BadInput(f"{{{unknown[0]}}} is no placeholder of {key}; it has {has}.")
    if missing := sorted(wanted - found):
        why = ": whoever is in danger must be told whom to ring" if missing[0].startswith("emergency") else ""
        raise BadInput(f"{key} must keep {{{missing[0]}}}{why}.")


def _dear(said: str, measured: Size, was: Size) -> tuple[str, ...]:
    found = []
    if measured.encoding == "UCS-2":
        odd = "".join(dict.fromkeys(c for c in without_marks(said) if not is_gsm7(c)))
        found.append(f"{odd!r} is not in the alphabet of plain texts: with it a segment holds 70 characters, not 160.")
    if measured.segments > was.segments:
        found.append(f"It takes {measured.segments} segments; the line's own takes {was.segments}.")
    return tuple(found)


def _loud(text: str) -> tuple[str, ...]:
    return ("An exclamation mark can sound like shouting to somebody in trouble.",) if "!" in text else ()


def _heard_oddly(text: str) -> tuple[str, ...]:
    digits = ("Digits are read out as one number: write them as words.",) if re.search(r"\d\d", text) else ()
    return digits + _loud(text)


def only_fitting(kept: Mapping[tuple[str, str, str], str]) -> Overrides:
    """Return those overrides that can still be said."""
    return {(k, lang, variant_named(v)): text for (k, lang, v), text in kept.items() if fits(k, lang, v, text)}
