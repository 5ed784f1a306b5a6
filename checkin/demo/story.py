"""A session at the keyboard, written down as a story test that can be run."""

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from keyword import iskeyword

_WIDTH = 100
# Where a link leads depends on the run, and so does a case's short code, written or spoken digit by digit.
_CODE = re.compile(r"\b[1-9]\d{3}\b")
_DIFFERS = re.compile(rf"https?://\S+|\n|{_CODE.pattern}|\b[1-9](?:[ ,]+\d){{3}}\b")


@dataclass(slots=True)
class Story:
    """What was done and heard, line by line. `names` says who is at which number, `kinds` what is not a mobile."""

    organisation: str
    names: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    _said: list[tuple[str, str]] = field(default_factory=list)
    _there: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)

    def did(self, number: str, deed: str, *words: str) -> None:
        """Somebody did something: `did("+44…", "texts", "1")`."""
        self._say(self._who(number), f"{deed}({', '.join(map(self._typed, words))})")

    def heard(self, number: str, words: str) -> None:
        """A text came."""
        self._say(self._who(number), _call("hears", words))
        if (found := _CODE.search(words)) is not None and found[0] not in self._codes:
            name = self._codes[found[0]] = f"code_{len(self._codes) + 1}"
            self._say("", f"{name} = {self._who(number)}.code()")

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

    def _typed(self, words: str) -> str:
        """Return what was typed as Python: a code that was read off a text is whatever the text says next time."""
        known = [code for code in _CODE.findall(words) if code in self._codes]
        if not known:
            return _quoted(words)
        written = _quoted(words.replace("{", "{{").replace("}", "}}"))
        for code in known:
            written = written.replace(code, f"{{{self._codes[code]}}}")
        return f"f{written}"

    def _lines(self) -> list[str]:
        """What one person does and hears in a row stands on one line, as long as there is room."""
        lines: list[str] = []
        last = ""
        for who, what in self._said:
            if not who:
                lines.append(f"    {what}")
            elif who == last and who != "town" and "\n" not in what and len(lines[-1]) + len(what) < _WIDTH:
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
        for part in _DIFFERS.split(words)
        for piece in textwrap.wrap(part.strip(), _WIDTH - 20, break_long_words=False, break_on_hyphens=False)
    ]
    written = [_quoted(piece) for piece in pieces]
    if len(written) < 2:
        return f"{name}({''.join(written)})"
    return "\n".join([f"{name}(", *(f"        {piece}," for piece in written), "    )"])
