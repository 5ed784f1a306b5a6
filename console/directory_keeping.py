"""The directory, kept: sources corrected, services kept back, helplines checked and changed, what was missing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, missing
from checkin.directory import helplines, keeping
from checkin.directory.helplines import Helpline
from checkin.errors import BadInput
from checkin.store.work import Work
from console import directory_words as said
from console.desk import Desk, me
from console.forms import Filter, Form, line, number, phone, several, words
from console.paging import tell

# As far back as what was missing is told, unless somebody asks for less.
_DAYS = 90
_HOURS = "Such as MO,TU,WE 09:00-17:00; SA 10:00-12:00, or always."


class Correct(Form):
    """What stands over a service's source."""

    about = words("What it does", hint="In place of the source's. Empty: the source's own.", longest=1000)
    phone = phone("Telephone", hint="In place of all the source's numbers. Empty: the source's own.")
    hours = line("Hours", hint=f"{_HOURS} Empty: the source's own.")
    note = line("How you know", hint="For colleagues, such as: rang them on Tuesday")


class Check(Form):
    """A helpline has been rung."""

    months = number(
        "Look again in how many months?", least=1, most=24, needed="Enter how many months the check holds, such as 12"
    )


class Change(Form):
    """A helpline. What is changed has to be checked again."""

    name = line("Name", needed="Enter its name", longest=60)
    about = line("What it is for", hint="One plain sentence: members are told it", needed="Say what it is for")
    dial = phone("Number to ring")
    text_number = phone("Number to text", hint="Where there is one")
    text_words = line("What to text there", hint="A word that has to be texted, such as HELLO", longest=20)
    needs = several("For which needs", said.every_need(), needed="Choose at least one need")
    hours = line("Hours", hint=f"{_HOURS} Empty: not known.")
    minimum_age = number("From what age", least=0, most=120)
    maximum_age = number("Up to what age", least=0, most=120)


class Since(Filter):
    """How far back."""

    days = number("Days back", least=1, most=730)


def room(desk: Desk) -> Blueprint:
    """Return the room: what can be changed in `/directory`, and what was missing."""
    door = Blueprint("directory_keeping", __name__, url_prefix="/directory")

    def correct(service_id: UUID) -> AnyResponse:
        return _correct(desk, service_id)

    def withhold(service_id: UUID) -> AnyResponse:
        with desk.work() as work:
            found = keeping.one(work, service_id, lock=True) or abort(404)
            keeping.withhold(work, service_id, me().person_id)
        undo = url_for("directory_keeping.restore", service_id=service_id)
        tell(f"{found.name} is kept back: members are not given it.", undo=undo)
        return redirect(url_for("directory.service", service_id=service_id), 303)

    def restore(service_id: UUID) -> AnyResponse:
        with desk.work() as work:
            found = keeping.one(work, service_id, lock=True) or abort(404)
            keeping.restore(work, service_id, me().person_id)
        tell(f"{found.name} is not kept back any more.")
        return redirect(url_for("directory.service", service_id=service_id), 303)

    def lacking() -> Response:
        return _missing(desk)

    door.add_url_rule("/services/<uuid:service_id>/correct", "correct", correct, methods=["GET", "POST"])
    for view in (withhold, restore):
        door.add_url_rule(f"/services/<uuid:service_id>/{view.__name__}", view.__name__, view, methods=["POST"])
    door.add_url_rule("/missing", "missing", lacking)
    _add_helplines(door, desk)
    return door


def _correct(desk: Desk, service_id: UUID) -> AnyResponse:
    with desk.work() as work:
        found = keeping.one(work, service_id, lock=request.method == "POST") or abort(404)
        over = found.over
        form = Correct({"about": over.about, "phone": over.phone, "hours": over.hours, "note": over.note})
        if form.sent():
            with form.told(work):
                keeping.correct(work, service_id, me().person_id, **form.values)
        if not form.done:
            return form.page("service_correct.html", service=found, said=said)
    tell("Kept. It stands over what the source says, and reading the feed again does not undo it.")
    return redirect(url_for("directory.service", service_id=service_id), 303)


def _missing(desk: Desk) -> Response:
    form = Since()
    with desk.work() as work:
        until = helplines.today(work)
        days = form.values["days"] or _DAYS
        since = until - timedelta(days=days)
        times = desk.times(work)
        page = render_template(
            "missing.html",
            form=form,
            found=missing.report(work, since, until),
            days=days,
            since=times.day(since),
            least=missing.LEAST,
            said=said,
        )
        audit.record(work, me().person_id, "read_report", "missing needs")
    return Response(page, 422 if form.errors else 200)


def _add_helplines(door: Blueprint, desk: Desk) -> None:
    def check(ref: str) -> AnyResponse:
        return _check(desk, ref)

    def change(ref: str) -> AnyResponse:
        return _change(desk, ref)

    def new() -> AnyResponse:
        return _new(desk)

    def withdraw(ref: str) -> AnyResponse:
        with desk.work() as work:
            _find(work, ref)
            try:
                found = helplines.withdraw(work, ref, me().person_id)
            except BadInput as error:
                tell(str(error))
            else:
                tell(f"{found.name} is given to nobody any more. To bring it back, check it again.")
        return redirect(url_for("directory.helplines"), 303)

    door.add_url_rule("/helplines/new", "new", new, methods=["GET", "POST"])
    for view in (check, change):
        door.add_url_rule(f"/helplines/<ref>/{view.__name__}", view.__name__, view, methods=["GET", "POST"])
    door.add_url_rule("/helplines/<ref>/withdraw", "withdraw", withdraw, methods=["POST"])


def _find(work: Work, ref: str) -> Helpline:
    """Return a helpline, or answer that there is no such page."""
    try:
        return helplines.find(work, ref)
    except BadInput:
        abort(404)


def _check(desk: Desk, ref: str) -> AnyResponse:
    with desk.work() as work:
        found = _find(work, ref)
        form = Check({"months": 12} if request.method == "GET" else None)
        if form.sent():
            with form.told(work):
                # A month is thirty days and a bit, so that twelve are a year.
                holds = timedelta(days=round(form.values["months"] * 365 / 12))
                helplines.check(work, ref, me().person_id, holds=holds)
        if not form.done:
            return form.page("helpline_check.html", one=found, said=said)
    tell(f"Noted: {found.name} was checked today.")
    return redirect(url_for("directory.helplines"), 303)


def _change(desk: Desk, ref: str) -> AnyResponse:
    with desk.work() as work:
        found = _find(work, ref)
        form = Change(_stored(found))
        if form.sent():
            with form.told(work):
                helplines.put(work, _changed(found, form.values), me().person_id)
        if not form.done:
            return form.page("helpline_change.html", one=found)
    tell(f"{found.name} is changed. Ring it and check it: until then {_meanwhile(found)}.")
    return redirect(url_for("directory.helplines"), 303)


def _meanwhile(helpline: Helpline) -> str:
    return "it says that nobody has" if helpline.protected else "members are not given it"


def _new(desk: Desk) -> AnyResponse:
    form = Change()
    with desk.work() as work:
        if form.sent():
            values = form.values
            blank = Helpline(
                ref=helplines.new_ref(work, values["name"]), kind="helpline", country=work.settings.country,
                name="", about="", needs=(), zone=str(work.settings.zone),
            )  # fmt: skip
            with form.told(work):
                helplines.put(work, _changed(blank, values), me().person_id)
        if not form.done:
            return form.page("helpline_change.html", one=None)
    tell(f"{form.values['name']} is added. Ring it and check it: until then members are not given it.")
    return redirect(url_for("directory.helplines"), 303)


def _stored(one: Helpline) -> dict[str, Any]:
    """Return what the form's fields hold now."""
    return {
        "name": one.name,
        "about": one.about,
        "dial": one.number_shown or "",
        "text_number": one.text_number or "",
        "text_words": one.text_words or "",
        "needs": list(one.needs),
        "hours": helplines.write_hours(one.schedules),
        "minimum_age": one.minimum_age,
        "maximum_age": one.maximum_age,
    }


def _changed(one: Helpline, values: dict[str, Any]) -> Helpline:
    return replace(
        one,
        name=values["name"],
        about=values["about"],
        number=values["dial"] or None,
        text_number=values["text_number"] or None,
        text_words=values["text_words"] or None,
        needs=tuple(values["needs"]),
        schedules=helplines.read_hours(values["hours"]),
        minimum_age=values["minimum_age"],
        maximum_age=values["maximum_age"],
    )
