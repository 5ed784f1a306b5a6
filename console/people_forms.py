"""The forms about people, and what lies between their fields and the columns of a row."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import time
from typing import Any, TypeVar

from checkin import wording
from checkin.casebook import people as register
from checkin.errors import BadInput
from checkin.register import keeping
from checkin.register.rows import BETWEEN, parted
from checkin.store.work import Work
from console import forms
from console import people_words as said


def _sentence_case(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}"


_DAYS = (("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday"),
    ("sat", "Saturday"), ("sun", "Sunday"))  # fmt: skip
EVERY_DAY = tuple(day for day, _ in _DAYS)
_HOW = tuple((code, _sentence_case(said.how(code))) for code in ("in_person", "by_phone", "on_paper", "in_writing"))


class About(forms.Form):
    """What is known of somebody and may be changed by staff; fields are named as the columns of a row are."""

    name = forms.line("First name", needed="Enter a first name", longest=40)
    language = forms.choice("Language", tuple(wording.NAMES.items()))
    area = forms.line("Area", hint="Where they live, as people there call it")
    groups = forms.several("Groups", hint="Who runs a group, or covers, is chosen on the page of that group")
    prefers = forms.choice("They like best", (("text", "Texts"), ("call", "Calls")), radios=True, needed="Choose one")
    safe_to_text = forms.yes("It is safe to text them")
    safe_to_call = forms.yes("It is safe to ring them")
    safe_from = forms.clock("Only from", hint="Empty: any time outside quiet hours")
    safe_to = forms.clock("Only until")
    shared_phone = forms.yes("Somebody else uses their telephone as well")
    discreet = forms.yes("Discreet: messages name neither the line nor the group")
    voicemail = forms.choice(
        "On an answering machine", (("none", "Say nothing"), ("neutral", "A neutral message"), ("full", "The whole")),
        radios=True, needed="Choose one",
    )  # fmt: skip
    ring_seconds = forms.number("Let it ring, in seconds", least=20, most=120, needed="Enter from 20 to 120 seconds")
    missed_call_ok = forms.yes("Ringing and hanging up counts as: I am OK")
    text_relay = forms.yes("They use text relay: everything takes longer")
    streams = forms.several("What they agree to", tuple(said.STREAMS.items()))
    days = forms.several("Asked how they are on", _DAYS, hint="None: they are not asked on set days")
    at = forms.clock("At")


class Change(About):
    """Somebody who is on the line, and how staff know of a change in what they agree to."""

    how = forms.choice("If what they agree to has changed: how did they say so?", (("", "Not changed"), *_HOW))
    their_words = forms.words("In which words, and when", hint="Kept with the change, sealed", longest=500)


class Enrol(About):
    """Somebody new: a number, and when and how they agreed."""

    phone = forms.phone("Telephone", needed="Enter their number")
    second_phone = forms.phone("Second telephone")
    shares = forms.yes("They share this telephone with somebody who is on the line")
    how = forms.choice("How did they agree?", _HOW, radios=True, needed="Say how they agreed")
    when = forms.day("On which day?", needed="Enter the day on which they agreed")
    their_words = forms.words(
        "What they said, or where the paper is", hint="Kept with their consent, sealed", longest=500
    )


class Pause(forms.Form):
    """Until when somebody wants to be left in peace."""

    back = forms.day("Back on", hint="They hear from the line again at nine in the morning of that day",
                     needed="Enter the day")  # fmt: skip


class Appointment(forms.Form):
    """When somebody is known to be busy, on their own clocks."""

    what = forms.line("What for", hint="For staff to read. It is stored encrypted and never sent", longest=100)
    day = forms.day("Day", needed="Enter the day")
    whole = forms.yes("The whole day")
    begins = forms.clock("From")
    ends = forms.clock("Until", hint="Empty: nobody knows, so until the end of the day")


class End(forms.Form):
    """That somebody leaves."""

    their_words = forms.words("How you know that they want to leave", needed="Write down how you know", longest=500,
                       hint="Kept with their consent, sealed. They are not told it.")  # fmt: skip


class NewNumber(forms.Form):
    """Another number, and how it is proved."""

    phone = forms.phone("New number", needed="Enter the number")
    instead_of = forms.choice("In place of", needed="Choose one", radios=True)
    medium = forms.choice("Send the code", (("text", "As a text"), ("call", "In a call")), radios=True,
                          needed="Choose how")  # fmt: skip
    shares = forms.yes("They share the new telephone with somebody who is on the line")


class Code(forms.Form):
    """The code, as they have read it out."""

    code = forms.line("The code they read to you", needed="Enter the four digits", longest=12, inputmode="numeric",
                      autocomplete="off")  # fmt: skip


class Contact(forms.Form):
    """Their own people, asked in this order."""

    name_1 = forms.line("First: name", longest=40)
    phone_1 = forms.phone("First: telephone")
    name_2 = forms.line("Second: name", longest=40)
    phone_2 = forms.phone("Second: telephone")
    name_3 = forms.line("Third: name", longest=40)
    phone_3 = forms.phone("Third: telephone")
    agreed = forms.yes("Each of them has agreed to be asked", needed="Ask them first, then tick this")


NEW: Mapping[str, object] = {
    "language": "en", "prefers": "text", "voicemail": "none", "safe_to_text": True, "safe_to_call": True,
    "ring_seconds": 40, "at": time(10),
}  # fmt: skip
_FIELD_OF = {"phones": "phone", "": ""}
AboutT = TypeVar("AboutT", bound=About)


def choices(form: AboutT, work: Work) -> AboutT:
    """Return a form with the groups that there are to tick."""
    form.groups.choices = forms.options([(group.name, group.name) for group in register.groups(work)])
    return form


def stored_of(row: Mapping[str, str]) -> dict[str, object]:
    """Return what a form's fields hold of a row."""
    flags = ("safe_to_text", "safe_to_call", "shared_phone", "discreet", "missed_call_ok", "text_relay")
    days = EVERY_DAY if row["days"] == "every day" else row["days"].split()
    found: dict[str, object] = {name: row[name] == "yes" for name in flags}
    found |= {name: row[name] for name in ("name", "language", "area", "prefers", "voicemail")}
    found["groups"] = row["groups"].split(BETWEEN) if row["groups"] else []
    found |= {name: time.fromisoformat(row[name]) if row[name] else None for name in ("safe_from", "safe_to", "at")}
    return found | {"ring_seconds": int(row["ring_seconds"]), "streams": parted(row["streams"]), "days": list(days)}


def row_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a form's fields as a row's columns."""
    found: dict[str, str] = {}
    for name in stored_of(_BARE):
        value = values[name]
        if isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, time):
            found[name] = f"{value:%H:%M}"
        elif isinstance(value, list):
            found[name] = BETWEEN.join(value)
        else:
            found[name] = "" if value is None else str(value)
    if not found["days"]:
        found |= {"at": "", "ladder": "", "gaps": ""}
    return found


_BARE = defaultdict(str, {"ring_seconds": "40"})


def parts(form: About) -> list[tuple[str, list[Any]]]:
    """Return the fields of a long form part by part, each with what it is about."""
    fields = {field.short_name: field for field in form}
    return [(about, [fields[name] for name in names if name in fields]) for about, names in said.PARTS]


@contextmanager
def refused(form: forms.Form, field: str = "") -> Iterator[None]:
    """Do what a form asks for; what is refused stands beside the column's field, else beside `field`."""
    try:
        yield
    except keeping.BadRow as error:
        for wrong in error.wrongs:
            column = _FIELD_OF.get(wrong.column, wrong.column)
            form.refuse(_sentence_case(wrong.why), column if column in form else field)
    except BadInput as error:
        form.refuse(str(error), field)
    else:
        form.done = True


def answers(form: forms.Form) -> list[tuple[str, str]]:
    """Return what was typed, for whoever checks it; what was left empty is left out."""
    shown = [(field.label.text, forms.said(field, field.data)) for field in form if field.data not in (None, "", [])]
    return [(label, said.answer(answer)) for label, answer in shown]
