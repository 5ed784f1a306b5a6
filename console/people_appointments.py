"""When somebody is known to be busy: staff write it down, and take it back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from checkin import appointments
from checkin.appointments import Known
from checkin.errors import BadInput
from checkin.people import Member
from checkin.store.work import Work
from console import forms
from console import people_words as said
from console.desk import Desk, me
from console.paging import tell
from console.people import READERS
from console.people_forms import Appointment, refused
from console.people_pages import address, back, member, record
from console.times import Times

# A day further off than this is a year mistyped.
_FURTHEST = timedelta(days=365)


def room(desk: Desk) -> Blueprint:
    """Return the room: `/people/<id>/appointments/new` and `…/<appointment>/cancel`."""
    door = Blueprint("appointments", __name__, url_prefix="/people/<uuid:person_id>/appointments")

    def add(person_id: UUID) -> AnyResponse:
        return _add(desk, person_id)

    def cancel(person_id: UUID, appointment_id: UUID) -> AnyResponse:
        return _cancel(desk, person_id, appointment_id)

    door.add_url_rule("/new", "add", add, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:appointment_id>/cancel", "cancel", cancel, methods=["GET", "POST"])
    return door


def _add(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        who, times, known = _standing(work, person_id)
        now_known = "; ".join(said.busy(one.starts, one.ends, times) for one in known)
        # Nothing of it is a field: what is already there is not to be added a second time by whoever has not seen it.
        form = Appointment({"zone": str(who.zone), "known": now_known})
        if who.status == "ended":
            form.refuse("They have left the line: nothing is asked of them any more.")
        elif form.sent() and (when := _when(form, who, work.now)) is not None:
            yours = said.busy(*when, times=times)
            if form.overtaken:
                form.differences = [forms.Difference(f"Appointments ({who.zone})", now_known or "None", yours)]
            else:
                with refused(form, "ends"):
                    appointments.add(work, person_id, when, form.what.data, told_by="staff", by=me().person_id)
                    record(work, "added_appointment", person_id)
        if not form.done:
            elsewhere = "" if who.zone == work.settings.zone else f" Times are on their own clocks ({who.zone})."
            return form.page("person_form.html", title=f"An appointment of {said.name(who.name)}", verb="Keep it",
                             person_id=person_id, hint=f"{said.APPOINTMENT}{elsewhere}")  # fmt: skip
    tell(f"Kept: {yours}. They hear nothing of it.")
    return back(person_id)


def _when(form: Any, who: Member, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the moments that were typed; what is wrong with them stands beside its field."""
    today = now.astimezone(who.zone).date()
    if form.day.data < today:
        form.refuse("That day has gone: choose today or a day to come", "day")
    elif form.day.data > today + _FURTHEST:
        form.refuse("Choose a day within a year", "day")
    if form.whole.data and (form.begins.data or form.ends.data):
        form.refuse("Take this off, or leave both times empty", "whole")
    if not form.whole.data and form.begins.data is None:
        form.refuse("Enter when it begins, or tick the whole day", "begins")
    if form.errors:
        return None
    try:
        return appointments.span(form.day.data, who.zone, form.begins.data, form.ends.data)
    except BadInput as error:
        form.refuse(str(error), "ends")
        return None


def _cancel(desk: Desk, person_id: UUID, appointment_id: UUID) -> AnyResponse:
    with desk.work() as work:
        who, times, known = _standing(work, person_id)
        one = next((one for one in known if one.id == appointment_id), None)
        form = forms.Form()
        if one is None:
            tell("That appointment is over, or somebody else has cancelled it already.")
            return back(person_id)
        if not (form.sent() and form.checked):
            return form.page("person_check.html", title=f"Cancel an appointment of {said.name(who.name)}",
                             verb="Cancel it", rows=_rows(one, times), heard=[], back=address(person_id))  # fmt: skip
        appointments.cancel(work, appointment_id, person_id)
        record(work, "cancelled_appointment", person_id)
    tell("Cancelled. The line asks as ever; a check-in that was put off already still comes when it was put off to.")
    return back(person_id)


def _rows(one: Known, times: Times) -> list[tuple[str, str]]:
    rows = [("When", said.busy(one.starts, one.ends, times))]
    if me().role in READERS:
        rows.append(("What for", one.what))
    return [*rows, ("To be known", said.FROM_FILE)] if one.told_by == "file" else rows


def _standing(work: Work, person_id: UUID) -> tuple[Member, Times, list[Known]]:
    """Return somebody, their row locked, how moments are said on their clocks, and their appointments."""
    who = member(work, person_id)
    return who, Times(work.now, who.zone), appointments.coming(work, person_id)
