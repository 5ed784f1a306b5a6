"""A session at the keyboard, written down as a story test that can be run."""

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from keyword import iskeyword

_WIDTH = 100
# Where a link leads depends on the run.
_LINK = re.compile(r"https?://\S+|\n")


@dataclass(slots=True)
class Story:
    """What was done and heard, line by line. `names` says who is at which number, `kinds` what is not a mobile."""

    organisation: str
    names: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    _said: list[tuple[str, str]] = field(default_factory=list)
    _there: dict[str, str] = field(default_factory=dict)

    def did(self, number: str, deed: str, *words: str) -> None:
        """Somebody did something: `did("+44…", "texts", "1")`."""
        self._say(self._who(number), f"{deed}({', '.join(map(_quoted, words))})")

    def heard(self, number: str, words: str) -> None:
        """A text came."""
        self._say(self._who(number), _call("hears", words))

    def told(self, number: str, words: str) -> None:
        """A call said something."""
        self._say(self._who(number), _call("is_told", words))

    def moved(self, minutes: int) -> None:
        """The clock was moved on."""
        self._say("town", f"moves(minutes={minutes})")

    def written(self) -> str:
        """Return the whole file."""
        phones = [
            f"    {name} = town.phone({_quoted(number)}, {_quoted(self.names[number])}{self._kind(number)})"
            for number, name in self._there.items()
        ]
        return "\n".join([
            '"""A session of `checkin play`."""',
            "",
            "from tests.stories.town import Town",
            "",
            f'ORGANISATION = """\n{self.organisation.strip()}\n"""' if _plain(self.organisation)
            else f"ORGANISATION = {_quoted(self.organisation)}",
            "",
            "",
            "def test_a_session(town: Town) -> None:",
            "    town.begin(ORGANISATION)",
            *phones,
            *self._lines(),
            "",
        ])  # fmt: skip

    def _lines(self) -> list[str]:
        """What one person does and hears in a row stands on one line, as long as there is room."""
        lines: list[str] = []
        last = ""
        for who, what in self._said:
            if who == last and who != "town" and "\n" not in what and len(lines[-1]) + len(what) < _WIDTH:
                lines[-1] += f".{what}"
            else:
                lines.append(f"    {who}.{what}")
            # Nothing is chained onto what takes several lines.
            last = "" if "\n" in what else who
        return lines

    def _say(self, who: str, what: str) -> None:
        self._said.append((who, what))

    def _who(self, number: str) -> str:
        if number not in self._there:
            name = re.sub(r"\W+", "_", self.names[number].lower()).strip("_")
            good = name.isidentifier() and not iskeyword(name) and name != "town" and name not in self._there.values()
            self._there[number] = name if good else f"phone_{len(self._there) + 1}"
        return self._there[number]

    def _kind(self, number: str) -> str:
        kind = self.kinds.get(number, "mobile")
        return "" if kind == "mobile" else f", kind={_quoted(kind)}"


def _plain(text: str) -> bool:
    return '"""' not in text and "\\" not in text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _call(name: str, words: str) -> str:
    """Return a call whose arguments are the words in pieces: a test looks for each piece."""
    pieces = [
        piece
        for part in _LINK.split(words)
        for piece in textwrap.wrap(part, _WIDTH - 20, break_long_words=False, break_on_hyphens=False)
    ]
    written = [_quoted(piece) for piece in pieces]
    if len(written) < 2:
        return f"{name}({''.join(written)})"
    return "\n".join([f"{name}(", *(f"        {piece}," for piece in written), "    )"])
