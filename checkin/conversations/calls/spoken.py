"""What to say next in a call, and where the call then stands: plain values that can be stored and said again."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args
from uuid import UUID

from checkin.conversation.replies import Asked

At = Literal["human", "who", "pin", "question", "menu", "more", "case", "stranger", "end"]
AT: tuple[At, ...] = get_args(At)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands; it travels in the signed address that the answer to a prompt comes to.

    `about` names the question that was put (see `name`): an answer to one that has since been settled is not taken
    for an answer to another. `tries` counts prompts in a row that nothing came of, `zero` remembers that a person has
    been asked for.
    """

    at: At
    tries: int = 0
    about: str = ""
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What came at a prompt: keys, or words with the recogniser's confidence (0 to 1; None: it gave none)."""

    keys: str = ""
    words: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Sentences, then (unless the place is "end") a prompt during which keys are heard.

    `asked` is the kind of the open question, `listens` whether words are heard too, `patient` that an operator types
    what is said, so that everything takes longer. `rings` is for how many seconds it is left ringing before it is
    picked up: whoever hangs up before has paid nothing. `through`: then the caller is put through to the other of this
    pair ("": of the one they choose), which has a door of its own; `dial` names the call to a service that
    they asked for.
    """

    call: UUID
    language: str
    place: Place
    say: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    asked: Asked = Asked.NONE
    listens: bool = False
    patient: bool = False
    rings: int = 0
    through: str | None = None
    dial: str | None = None


def to_json(spoken: Spoken) -> str:
    """Return what is said as JSON."""
    return json.dumps(asdict(spoken) | {"call": str(spoken.call)}, ensure_ascii=False)


def from_json(stored: str) -> Spoken:
    """Return what `to_json` wrote."""
    values = json.loads(stored)
    return Spoken(
        **values
        | {
            "call": UUID(values["call"]),
            "place": Place(**values["place"]),
            "say": tuple(values["say"]),
            "prompt": tuple(values["prompt"]),
            "asked": Asked(values["asked"]),
        }
    )
