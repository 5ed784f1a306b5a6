"""Reads TwiML, and says with Twilio's own codes what is wrong with it.

Stricter than Twilio in one thing: where Twilio warns of an unknown verb or attribute and goes on as best it can,
the simulator refuses the document, because a warning nobody reads is how such mistakes reach a real call.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from simulator.grammar import MESSAGING_VERBS, SCHEMA, VOICE_VERBS, Rule

LIMIT = 64 * 1024
"""Bytes a TwiML answer may have."""

SAY_LIMIT = 4096
SPELLED = frozenset({"digits", "characters", "spell-out", "telephone"})
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class TwimlError(Exception):
    """The document cannot be played. `code` is the one Twilio's debugger would show."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"{code} {reason}")


@dataclass(frozen=True, slots=True)
class Verb:
    """One element. `text` is what it says without its marks; `attributes` are as written."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Verb", ...] = ()

    def get(self, attribute: str, default: str = "") -> str:
        """An attribute's value, or Twilio's default for it."""
        return self.attributes.get(attribute, default)

    def number(self, attribute: str, default: int) -> int:
        """A numeric attribute's value, or Twilio's default for it."""
        return int(self.attributes.get(attribute, default))


def read_voice(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a call's document. Raises TwimlError."""
    return _read(body, VOICE_VERBS)


def read_messaging(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a text's document. Raises TwimlError, 14110 for a verb that is not for texts."""
    verbs = _read(body, MESSAGING_VERBS, unknown=14110)
    if sum(verb.name == "Message" for verb in verbs) > 10:
        raise TwimlError(14109, "more than 10 <Message> replies to one text")
    return verbs


def _read(body: bytes, rules: Mapping[str, Rule], unknown: int = SCHEMA) -> tuple[Verb, ...]:
    if len(body) > LIMIT:
        raise TwimlError(11750, f"the answer has {len(body)} bytes; 64 kB is the most")
    if not body.strip():
        return ()
    if not body.startswith(b"<"):
        raise TwimlError(12100, "something stands before the XML")
    try:
        root = ET.fromstring(body)  # noqa: S314 - it reads what the line behind it answers, on this machine
    except (ET.ParseError, ValueError) as error:
        raise TwimlError(12100, f"not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, f"the root element must be Response, not {root.tag}")
    if (root.text or "").strip():
        raise TwimlError(SCHEMA, "words stand directly in <Response>")
    return tuple(_verb(element, rules, unknown) for element in root)


def _verb(element: ET.Element, rules: Mapping[str, Rule], unknown: int) -> Verb:
    rule = rules.get(element.tag)
    if rule is None:
        raise TwimlError(unknown, f"<{element.tag}> is not allowed here")
    if not rule.played:
        raise TwimlError(SCHEMA, f"<{element.tag}> is TwiML, but this network does not play it")
    attributes = {"xml:lang" if name == XML_LANG else name: value for name, value in element.attrib.items()}
    for name, value in attributes.items():
        _check_attribute(element.tag, rule, name, value)
    if not rule.text and ((element.text or "").strip() or any((child.tail or "").strip() for child in element)):
        raise TwimlError(SCHEMA, f"words stand directly in <{element.tag}>")
    if (element.tail or "").strip() and rules in (VOICE_VERBS, MESSAGING_VERBS):
        raise TwimlError(SCHEMA, f"words stand after <{element.tag}>")
    children = tuple(_verb(child, rule.children, rule.nested_code) for child in element)
    verb = Verb(element.tag, attributes, _spoken(element), children)
    _check_words(verb)
    return verb


def _check_attribute(tag: str, rule: Rule, name: str, value: str) -> None:
    allowed = rule.attributes.get(name)
    if allowed is None:
        raise TwimlError(SCHEMA, f"<{tag}> has no attribute {name}")
    pattern, code = allowed if isinstance(allowed, tuple) else (allowed, SCHEMA)
    if not re.fullmatch(pattern, value):
        raise TwimlError(code, f"<{tag} {name}> cannot be {value!r}")


def _check_words(verb: Verb) -> None:
    if verb.name == "Say":
        if not verb.text:
            raise TwimlError(13520, "a <Say> with no words")
        if len(verb.text) > SAY_LIMIT:
            raise TwimlError(13521, f"a <Say> of {len(verb.text)} characters")
        if verb.children and verb.get("voice") in {"man", "woman"}:
            raise TwimlError(13520, f"voice {verb.get('voice')!r} does not understand marks inside <Say>")
    if verb.name == "Redirect" and not verb.text:
        raise TwimlError(11100, "an empty <Redirect>")


def _spoken(element: ET.Element) -> str:
    """The words of an element as a listener would write them down."""
    return re.sub(r"\s+", " ", "".join(_words(element))).strip() if element.tag != "Body" else (element.text or "")


def _words(element: ET.Element) -> Iterator[str]:
    if element.tag == "sub" and element.get("alias"):
        yield element.get("alias", "")
        return
    spelled = element.tag == "say-as" and element.get("interpret-as") in SPELLED
    text = element.text or ""
    yield " ".join(text.replace(" ", "")) if spelled else text
    for child in element:
        if element.tag == "Message":
            continue
        yield " … " if child.tag == "break" else ""
        yield from _words(child)
        yield " " if child.tag in {"p", "s"} else ""
        yield child.tail or ""


def say(text: str) -> bytes:
    """A document that says one thing, for answers that came as plain words."""
    return f"<Response><Say>{escape(text)}</Say></Response>".encode()
