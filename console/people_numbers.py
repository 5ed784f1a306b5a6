"""Another number for somebody: a code goes to it, and once they have read that out the number is used."""

from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import people
from checkin.phone import parse
from checkin.register import moving
from checkin.store.work import as_uuid
from console import forms
from console import people_words as said
from console.desk import Desk, me
from console.paging import tell
from console.people_forms import Code, NewNumber, refused
from console.people_pages import back, hears, member, record


def number(desk: Desk, person_id: UUID) -> AnyResponse:
    """Ask for the number, and send it a code."""
    with desk.work() as work:
        who = member(work, person_id)
        phones = people.numbers(work, person_id)
        form = NewNumber()
        form.instead_of.choices = forms.options(
            [*((str(phone_id), said.number(number, work.settings.country)) for phone_id, number, _ in phones),
             ("none", "None of theirs: it comes in addition")]
        )  # fmt: skip
        if form.sent():
            with refused(form, "phone"):
                moving.ask(
                    work, who, parse(form.phone.data, work.settings.country), form.medium.data,
                    instead_of=as_uuid(form.instead_of.data), by=me().person_id, shares=form.shares.data,
                )  # fmt: skip
                record(work, "sent_number_code", person_id)
        if not form.done:
            heard = [("The new number, now", hears(work, who, moving.CODE, code="1234")),
                     ("The new number, once it is proved", hears(work, who, "number.moved")),
                     ("The old number", "Nothing.")]  # fmt: skip
            return form.page("person_form.html", title=f"Another number for {said.name(who.name)}",
                             verb="Send the code", person_id=person_id, hint=said.NEW_NUMBER, heard=heard)  # fmt: skip
    tell("The code is on its way. Ask them to read it to you.")
    return redirect(url_for("register.code", person_id=person_id), 303)


def code(desk: Desk, person_id: UUID) -> AnyResponse:
    """Take the code that they have read out."""
    with desk.work() as work:
        who = member(work, person_id)
        move = moving.standing(work, person_id)
        form = Code()
        if move is None:
            form.refuse("No number is being proved any more. Send a new code.")
        elif form.sent():
            with refused(form, "code"):
                try:
                    moving.confirm(work, who, form.code.data)
                except moving.WrongCode as wrong:
                    moving.count_wrong(work, wrong.move_id)
                    raise
                finally:
                    record(work, "gave_number_code", person_id)
        if not form.done:
            number = said.number(move.number, work.settings.country) if move else ""
            return form.page("person_form.html", title=f"The code sent to {number}" if number else "No code is sent",
                             verb="Use this number", person_id=person_id, hint=said.CODE)  # fmt: skip
    tell("The new number is used from now on. The old one hears nothing of it.")
    return back(person_id)
