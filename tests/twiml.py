"""Our own check of TwiML: what Twilio's documentation (2026) lets a document say, as far as the line says it.

An element or attribute that is not in the tables is a mistake, so that whoever uses a new one reads up on it first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

_WHOLE, _FLAG = r"\d{1,5}", "true|false"
_URL = r"(https?://[^\s_/]+)?/[^\s<>\"]*"
_VOICE = r"Polly\.(Amy|Gwyneth|Ewa)"
_LANGUAGE = "en-GB|cy-GB|pl-PL"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may hold."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    words: bool = False


_SSML = frozenset({"s", "break"})
VOICE: Mapping[str, Rule] = {
    "Response": Rule(children=frozenset({"Say", "Pause", "Gather", "Hangup", "Dial", "Redirect"})),
    "Say": Rule({"voice": _VOICE, "language": _LANGUAGE}, frozenset({"prosody", *_SSML}), words=True),
    "prosody": Rule({"rate": r"\d{2}%|x-slow|slow"}, _SSML, words=True),
    "s": Rule(words=True),
    "break": Rule({"time": r"\d{1,4}ms"}),
    "Pause": Rule({"length": r"[1-9]\d?"}),
    "Hangup": Rule(),
    "Gather": Rule(
        {
            "action": _URL,
            "method": "POST",
            "timeout": _WHOLE,
            "numDigits": "[1-9]",
            "finishOnKey": "#?",
            "actionOnEmptyResult": "true",
            "input": "dtmf speech",
            "language": _LANGUAGE,
            "hints": r"[^<>]+",
            "speechTimeout": r"[1-9]",
            "profanityFilter": "false",
        },
        frozenset({"Say", "Pause"}),
    ),
    "Dial": Rule(
        {
            "callerId": r"\+\d{7,15}",
            "timeout": _WHOLE,
            "timeLimit": _WHOLE,
            "action": _URL,
            "method": "POST",
            "answerOnBridge": _FLAG,
        },
        frozenset({"Number"}),
    ),
    "Number": Rule(
        {
            "url": _URL,
            "method": "POST",
            "statusCallback": _URL,
            "statusCallbackEvent": "[a-z ]+",
            "machineDetection": "Enable",
            "amdStatusCallback": _URL,
            "amdStatusCallbackMethod": "POST",
        },
        words=True,
    ),
    "Redirect": Rule({"method": "POST"}, words=True),
}
MESSAGING: Mapping[str, Rule] = {
    "Response": Rule(children=frozenset({"Message"})),
    "Message": Rule(words=True),
}
# What must stand there for it to mean anything.
_NEEDED = {"Gather": {"action", "method", "timeout", "numDigits", "actionOnEmptyResult"}, "Say": {"voice", "language"}}


def problems(document: str, rules: Mapping[str, Rule] = VOICE) -> list[str]:
    """Return what is wrong with a document; [] when nothing is."""
    raw = document.encode()
    found = [f"{len(raw)} bytes are more than Twilio reads"] if len(raw) > 64 * 1024 else []
    if not raw.startswith(b"<"):
        return [*found, "something stands before the document"]
    try:
        root = ET.fromstring(raw)  # noqa: S314  # our own document
    except ET.ParseError as error:
        return [*found, f"not XML: {error}"]
    if root.tag != "Response":
        return [*found, f"begins with {root.tag}"]
    for element in root.iter():
        found += _of(element, rules)
    return found + _in_order(root)


def _of(element: ET.Element, rules: Mapping[str, Rule]) -> list[str]:
    rule = rules.get(element.tag)
    if rule is None:
        return [f"<{element.tag}> is unknown"]
    name = f"<{element.tag}>"
    found = [f"{name} has no {a}" for a in element.attrib if a not in rule.attributes]
    found += [
        f"{name} {a} cannot be {value!r}"
        for a, value in element.attrib.items()
        if a in rule.attributes and not re.fullmatch(rule.attributes[a], value)
    ]
    found += [f"{name} needs {a}" for a in _NEEDED.get(element.tag, set()) - set(element.attrib)]
    found += [f"{name} cannot hold <{child.tag}>" for child in element if child.tag not in rule.children]
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    if own.strip() and not rule.words:
        found.append(f"{name} cannot hold words")
    said = "".join(element.itertext())
    if element.tag in {"Say", "s", "Message", "Number"} and not said.strip():
        found.append(f"{name} says nothing")
    if element.tag == "Say" and len(said) > 1000:
        found.append(f"{name} says {len(said)} characters")
    if element.tag == "Message" and len(said) > 1600:
        found.append(f"{name} has {len(said)} characters")
    if element.tag == "Gather" and ("speech" in element.get("input", "")) != ("speechTimeout" in element.attrib):
        found.append(f"{name} hears words for no time")
    return found


def _in_order(root: ET.Element) -> list[str]:
    """A document ends where the call does, or where something is waited for: nothing after it would be heard."""
    tags = [child.tag for child in root]
    found = [f"what follows <{tag}> is never played" for tag in tags[:-1] if tag in {"Hangup", "Gather", "Dial"}]
    if len(root.findall("Gather")) > 1 or len(root) > 100:
        found.append("it goes on for too long")
    return found
