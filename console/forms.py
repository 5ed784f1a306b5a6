"""Forms, one idiom for every room.

A form is a class of fields; each field is one call below, with the sentence that is shown when it is wrong:

    class Move(Form):
        day = day("Day", needed="Enter the day")
        why = words("Why", hint="Told to everybody who comes", longest=300)

A view shows it and reads it:

    with desk.work() as work:
        stored = meetings.to_edit(work, meeting)          # what the fields hold now, locked for this transaction
        form = Move(stored)
        if form.sent():
            with form.told(work):                          # BadInput becomes an error on the form
                meetings.move(work, meeting, **form.values)
        if not form.done:
            return form.page("move.html", meeting=meeting)
    tell("Moved."), redirect …

* What was typed stays; errors stand beside their fields and in a summary at the top (`_forms.html`).
* Made with `stored`, the form remembers what it was opened on. When somebody else has changed that in the meantime,
  `sent()` is false and the page shows both: theirs and what was typed. Nothing is overwritten unseen.
* To have answers checked first: `if form.sent() and not form.checked: return form.page("check.html", …)`, whose
  macro `check` shows them, carries them, and offers to change them.
* The form's token is checked by the guard, for every room.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import Any, ClassVar

import wtforms
from flask import Response, render_template, request

from checkin.errors import BadInput
from checkin.store.work import Work
from console.form_fields import (
    choice,
    clock,
    day,
    email,
    file,
    line,
    moment,
    number,
    options,
    password,
    phone,
    several,
    words,
    yes,
)  # fmt: skip
from console.times import dated

__all__ = [
    "Difference", "Filter", "Form", "anchor", "choice", "clock", "day", "email", "file", "line", "moment", "number",
    "options", "password", "phone", "said", "several", "words", "yes",
]  # fmt: skip

# What WTForms says when what was typed is not what the field holds, in our words.
_SENTENCES = {
    "Not a valid choice.": "Choose one of these",
    "Not a valid integer value.": "Enter a whole number, such as 3",
    "Not a valid date value.": "Enter a day, such as 24 Dec 2026",
    "Not a valid time value.": "Enter a time, such as 19:30",
    "Not a valid datetime value.": "Enter a day and a time",
    "Invalid Choice: could not be coerced.": "Choose one of these",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choose some of these",
}


class _Translations:
    """What WTForms asks for its sentences."""

    def gettext(self, sentence: str) -> str:
        """Return our sentence for WTForms's."""
        return _SENTENCES.get(sentence, sentence)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return our sentence for WTForms's, which has two."""
        if "valid choice" in many:
            return "Choose some of these"
        return one if count == 1 else many


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed: what it holds now, and what was typed."""

    label: str
    theirs: str
    yours: str


class Form(wtforms.Form):
    """A form: filled from `stored` when a page is asked for, from what was typed when it was sent."""

    class Meta:
        """What WTForms asks of us."""

        def get_translations(self, _form: Any) -> _Translations:
            """Say it our way."""
            return _Translations()

    sends: ClassVar[str] = "POST"
    # Set for each request: here too, so that no field takes their names.
    posted = False
    _now = ""
    refused = ""
    done = False
    stored: Mapping[str, object] = MappingProxyType({})
    differences: Sequence[Difference] = ()

    def __init_subclass__(cls) -> None:
        """Refuse a field whose name would hide what a form does."""
        for name in vars(cls):
            if hasattr(getattr(cls, name), "field_class") and hasattr(Form, name):
                raise TypeError(
                    f"{cls.__name__}.{name}: every form has something of this name; call the field otherwise"
                )

    def __init__(self, stored: Mapping[str, object] | None = None, *, prefix: str = "") -> None:
        """Read the request. `stored` is what the fields hold now; without, there is nothing to overwrite."""
        self.posted = request.method == self.sends
        self.stored = dict(stored or {})
        self._now = _digest(self.stored)
        super().__init__(self._typed() if self.posted else None, data=self.stored, prefix=prefix)

    def _typed(self) -> Any:
        return request.form

    def sent(self) -> bool:
        """Tell whether the form was sent and can be used: each field is right, and nobody has changed what it is about
        since it was opened."""
        if not self.posted or self.stage == "change" or not self.validate():
            return False
        if self.overtaken:
            self.differences = [d for field in self if (d := self._difference(field))]
            return not self.differences
        return True

    @property
    def overtaken(self) -> bool:
        """Whether what is stored has changed since the form was opened."""
        return bool(self.stored) and request.form.get("version", "") != self._now

    @property
    def version(self) -> str:
        """What the page carries of what was stored as whoever fills it in last saw it: what they were not shown, such
        as when something else was to be mended first, they are told the next time."""
        return request.form.get("version", "") if self.posted and not self.differences else self._now

    @property
    def stage(self) -> str:
        """How far answers that are checked first have come: "" just written, "change" back to the form, "sure"."""
        return request.form.get("stage", "")

    @property
    def checked(self) -> bool:
        """Whether the answers were shown and confirmed."""
        return self.stage == "sure"

    @property
    def values(self) -> dict[str, Any]:
        """What the fields hold, by name."""
        return {name: field.data for name, field in self._fields.items()}

    @contextmanager
    def told(self, work: Work) -> Iterator[None]:
        """Do what the form asks for; what the line refuses is shown on the form instead, and nothing of it is done.

        The transaction itself goes on, so that the page can be put together in it.
        """
        waking, behind = set(work.wake), dict(work.behind)
        try:
            with work.conn.begin_nested():
                yield
                work.flush()
        except BadInput as error:
            work.wake.clear()
            work.wake.update(waking)
            work.behind.clear()
            work.behind.update(behind)
            self.refuse(str(error))
        else:
            self.done = True

    def refuse(self, sentence: str, field: str = "") -> None:
        """Show a sentence beside a field, or for the whole form."""
        if field:
            self._fields[field].errors = [*self._fields[field].errors, sentence]
        else:
            self.refused = sentence

    @property
    def wrong(self) -> bool:
        """Whether the page shows that something is to be mended."""
        return bool(self.refused or self.differences or self.errors)

    def problems(self) -> dict[str, str]:
        """Return the sentence for each anchor on the page that something is wrong with."""
        found = {anchor(field): field.errors[0] for field in self if field.errors}
        return {**({"form": self.refused} if self.refused else {}), **found}

    def page(self, template: str, **context: Any) -> Response:
        """Return a page with the form on it: 422 when something is to be mended, 409 when it was changed meanwhile."""
        status = 409 if self.differences else 422 if self.wrong else 200
        return Response(render_template(template, form=self, **context), status)

    def carried(self) -> list[tuple[str, str]]:
        """Return what was typed, name by name, for a page that is to send it again."""
        return [(field.name, value) for field in self for value in request.form.getlist(field.name)]

    def _difference(self, field: Any) -> Difference | None:
        theirs = self.stored.get(field.short_name)
        if field.short_name not in self.stored or theirs == field.data:
            return None
        return Difference(field.label.text, said(field, theirs), said(field, field.data))


class Filter(Form):
    """A form whose answers stand in the address: what a table is narrowed by. Wrong ones are as good as none."""

    sends = "GET"

    def _typed(self) -> Any:
        return request.args

    @property
    def values(self) -> dict[str, Any]:
        """What the fields hold, by name; nothing for one that is wrong. What the address does not name is not wrong."""
        self.validate()
        found = {name: None if field.errors else field.data for name, field in self._fields.items()}
        for name, field in self._fields.items():
            if name not in request.args:
                field.errors = ()
        return found


def anchor(field: Any) -> str:
    """Return the id on the page where a field is mended: of a group of choices, its first."""
    return f"{field.id}-0" if field.type in {"RadioField", "SelectMultipleField"} else str(field.id)


def said(field: Any, value: object) -> str:
    """Return what a field holds as people say it: the name of a choice, Yes or No, a day and a time as "Thu 24 Dec
    2026, 19:30", nothing as "Not given"."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return dated(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if value is None or value in ("", (), []):  # a list is in no set
        return "Not given"
    names = {one.value: one.label for one in getattr(field, "choices", None) or ()}
    if isinstance(value, list | tuple):
        return ", ".join(str(names.get(one, one)) for one in value)
    return str(names.get(value, value))


def _digest(stored: Mapping[str, object]) -> str:
    """Return what tells one state of a record from another; not what it holds."""
    written = json.dumps(stored, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:24] if stored else ""
