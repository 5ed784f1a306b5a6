"""The fields of forms: each is one call, with the sentence that is shown when what was typed is wrong."""

from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms import validators

LONGEST = 200


def line(label: str, *, hint: str = "", needed: str = "", longest: int = LONGEST, **more: Any) -> Any:
    """One line of text. `needed` is the sentence when it is empty; without, it may be."""
    return wtforms.StringField(label, _rules(needed, longest), [_one_line], description=hint, render_kw=more)


def words(label: str, *, hint: str = "", needed: str = "", longest: int = 4000, rows: int = 3) -> Any:
    """Text of several lines."""
    kw = {"rows": rows}
    return wtforms.TextAreaField(label, _rules(needed, longest), [_lines], description=hint, render_kw=kw)


def email(label: str, *, hint: str = "", needed: str = "", **more: Any) -> Any:
    """An e-mail address."""
    rules = [*_rules(needed, 254), validators.Regexp(r"^$|^[^@\s]+@[^@\s]+$", message=_EMAIL)]
    kw = {"autocomplete": "off", "spellcheck": "false", **more}
    return wtforms.EmailField(label, rules, [_one_line], description=hint, render_kw=kw)


def phone(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A telephone number, in any way of writing it: `checkin.phone` reads it."""
    kw = {"autocomplete": "off", "inputmode": "tel"}
    return wtforms.TelField(label, _rules(needed, 40), [_one_line], description=hint, render_kw=kw)


def password(label: str, *, hint: str = "", needed: str = "", new: bool = False) -> Any:
    """A password: never sent back to the page. As it was typed, spaces too."""
    kw = {"autocomplete": "new-password" if new else "current-password"}
    return wtforms.PasswordField(label, _rules(needed, 1000), description=hint, render_kw=kw)


def number(label: str, *, least: int, most: int, hint: str = "", needed: str = "") -> Any:
    """A whole number from `least` to `most`."""
    within = validators.NumberRange(least, most, message=f"Enter a number from {least:,} to {most:,}")
    rules = [_given(needed), within]
    kw = {"inputmode": "numeric", "class": "short"}
    return wtforms.IntegerField(label, rules, description=hint, widget=wtforms.widgets.TextInput(), render_kw=kw)


def day(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A day, as `date`. A browser sends it in figures, the year first; without its help it is typed as people write."""
    return wtforms.DateField(label, [_given(needed)], format=_DAYS, description=hint)


def clock(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A time of day, as `time`."""
    return wtforms.TimeField(label, [_given(needed)], description=hint)


def moment(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A day and a time on the wall's clock, as a `datetime` without zone: `Desk.moment` makes it a moment."""
    rules = [_given(needed)]
    return wtforms.DateTimeLocalField(label, rules, description=hint, render_kw={"step": 60})


def options(choices: Sequence[tuple[str, str]]) -> list[Any]:
    """Return choices as a field keeps them, of `(value, name)` each."""
    return [wtforms.SelectChoice(value, name) for value, name in choices]


def choice(
    label: str, choices: Sequence[tuple[str, str]] = (), *, hint: str = "", needed: str = "", radios: bool = False
) -> Any:
    """One of some: `(value, name)` each. A view may set `form.field.choices = options(…)` before it asks
    `sent()`."""
    make = wtforms.RadioField if radios else wtforms.SelectField
    rules = [_present(needed)] if needed else []
    return make(label, rules, choices=options(choices), description=hint, validate_choice=True)


def several(label: str, choices: Sequence[tuple[str, str]] = (), *, hint: str = "", needed: str = "") -> Any:
    """Some of some, as a list of values: boxes to tick."""
    rules = [_present(needed)] if needed else []
    return wtforms.SelectMultipleField(label, rules, choices=options(choices), description=hint)


def yes(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A box to tick."""
    return wtforms.BooleanField(label, [_present(needed)] if needed else [], description=hint)


def file(label: str, *, hint: str = "", needed: str = "") -> Any:
    """A file; the form's macro takes `files=true`, and the view reads `request.files`."""
    del needed
    return wtforms.FileField(label, description=hint)


_DAYS = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d/%m/%Y", "%d.%m.%Y"]
_EMAIL = "Enter an e-mail address such as name@example.org"


def _present(sentence: str) -> Any:
    return validators.DataRequired(message=sentence)


def _given(needed: str) -> Any:
    """Return the rule for a field that is not text: whether something was typed; what it means is seen to by itself."""
    return validators.InputRequired(message=needed) if needed else validators.Optional()


def _rules(needed: str, longest: int) -> list[Any]:
    shorter = validators.Length(max=longest, message=f"Shorten this to {longest:,} characters")
    return [*([_present(needed)] if needed else []), shorter]


def _one_line(typed: str | None) -> str:
    return " ".join(_printable(typed).split())


def _lines(typed: str | None) -> str:
    return _printable(typed).strip()


def _printable(typed: str | None) -> str:
    """Leave out what no text holds and PostgreSQL refuses. What changes the direction of writing stays: pages keep it
    from reaching beyond itself."""
    text = (typed or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127 and not 0xD800 <= ord(c) < 0xE000))
