"""Meetings: the month, one meeting, what is changed about it and who hears that, and who came."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, meetings
from checkin.errors import BadInput
from checkin.meetings import Cancel, Change, Kept, Move, Occurrence, Place, Restore, Run, attendance
from checkin.store.work import Work, as_uuid
from console import meeting_words as said
from console.desk import Desk, me
from console.forms import Form, choice, clock, day, line, number, options, words
from console.groups import visible
from console.paging import tell


class MoveForm(Form):
    """Another time or place."""

    on = day("Day", needed="Enter the day")
    at = clock("Time", needed="Enter the time")
    venue = line("Place", needed="Enter where it is", longest=80)
    directions = words("How to get there", longest=160, rows=2)
    access = words("Getting in", longest=160, rows=2)


class RunForm(Form):
    """Who runs it this time."""

    who = choice("Who runs it this time", radios=True, needed="Choose somebody")


class SureForm(Form):
    """Nothing to fill in: only to be checked."""


class NewcomersForm(Form):
    """How many came who are not on the list."""

    newcomers = number("Newcomers", least=0, most=attendance.MOST_NEWCOMERS, needed="Enter how many, or 0")


_FORMS: Mapping[str, type[Form]] = {"move": MoveForm, "cancel": SureForm, "restore": SureForm, "run": RunForm}
_GROUPS_OWN = "own"


def room(desk: Desk) -> Blueprint:
    """Return the room: `/meetings` by month, and `/meetings/<series>/<day>`."""
    door = Blueprint("meetings", __name__, url_prefix="/meetings")

    def show() -> Response:
        with desk.work() as work:
            first = _month(desk, work)
            found = meetings.board.month(work, desk.groups(work), first)
            months = {"before": (first - timedelta(days=1)).replace(day=1), "after": _next(first)}
            page = render_template("month.html", found=found, first=first, times=desk.times(work), said=said, **months)
        return Response(page)

    def one(meeting: UUID, day: str) -> Response:
        return _page(desk, meeting, day, NewcomersForm)

    def came(meeting: UUID, day: str) -> AnyResponse:
        return _came(desk, meeting, day)

    def newcomers(meeting: UUID, day: str) -> AnyResponse:
        return _newcomers(desk, meeting, day)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/<uuid:meeting>/<day>", "one", one)
    door.add_url_rule("/<uuid:meeting>/<day>/came", "came", came, methods=["POST"])
    door.add_url_rule("/<uuid:meeting>/<day>/newcomers", "newcomers", newcomers, methods=["POST"])
    for what in _FORMS:
        door.add_url_rule(f"/<uuid:meeting>/<day>/{what}", what, _view(desk, what), methods=["GET", "POST"])
    return door


def _month(desk: Desk, work: Work) -> date:
    """Return the first day of the month that was asked for; anything odd is this month."""
    today = work.now.astimezone(desk.line.settings.zone).date()
    try:
        asked = date.fromisoformat(request.args.get("month", "") + "-01")
    except ValueError:
        return today.replace(day=1)
    # A rule may go on for ever; nobody looks so far.
    return asked if abs(asked - today) < timedelta(days=1000) else today.replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _find(desk: Desk, work: Work, meeting_id: UUID, written: str) -> tuple[Kept, Occurrence]:
    try:
        known_by = date.fromisoformat(written)
    except ValueError:
        abort(404)
    found = meetings.look_up(work, meeting_id, known_by) or abort(404)
    visible(desk, work, found[1].group_id)
    return found


def _page(desk: Desk, meeting_id: UUID, written: str, make: Callable[..., Form], refused: str = "") -> Response:
    with desk.work() as work:
        _, one = _find(desk, work, meeting_id, written)
        form = make({"newcomers": one.newcomers})
        if refused:
            form.refuse(refused)
        elif form.posted:
            form.validate()
        begun = one.starts <= work.now
        page = form.page(
            "meeting.html",
            one=one,
            file=meetings.board.meeting(work, one),
            sheet=attendance.sheet(work, one),
            begun=begun,
            deeds=[] if begun else ["restore"] if one.status == "cancelled" else ["move", "cancel", "run"],
            # Whoever looks after the machines does not read what members write.
            reads=me().role != "admin",
            times=desk.times(work),
            said=said,
        )
        audit.record(work, me().person_id, "read_meeting", f"meetings {meeting_id}", written)
    return page


def _view(desk: Desk, what: str) -> Callable[[UUID, str], AnyResponse]:
    def view(meeting: UUID, day: str) -> AnyResponse:
        return _change(desk, meeting, day, what)

    return view


def _change(desk: Desk, meeting_id: UUID, written: str, what: str) -> AnyResponse:
    with desk.work() as work:
        kept, one = _find(desk, work, meeting_id, written)
        form = _FORMS[what](_stored(what, one))
        if isinstance(form, RunForm):
            named = [(str(person_id), name) for person_id, name, _ in meetings.board.meeting(work, one).helpers]
            form.who.choices = options([(_GROUPS_OWN, "Whoever runs the group"), *named])
        planned = _planned(work, form, kept, one) if form.sent() else None
        context = {"one": one, "what": what, "times": desk.times(work), "said": said}
        if planned is None:
            return form.page("meeting_change.html", **context)
        if not form.checked or request.form.get("seen") != str(one.version):
            if form.checked:
                form.refuse("Somebody has changed this meeting since you looked. Look again at who will be told what.")
            preview = meetings.preview(work, planned)
            return form.page("meeting_check.html", planned=planned, preview=preview, **context)
        with form.told(work):
            change = _wanted(form, kept)
            meetings.make(work, meeting_id, one.day, change, by=me().person_id, version=one.version)
        if not form.done:
            return form.page("meeting_change.html", **context)
    tell(f"{said.CHANGED[planned.kind]}. Everybody concerned is being told.")
    return redirect(url_for("meetings.one", meeting=meeting_id, day=written, _anchor="progress"), 303)


def _stored(what: str, one: Occurrence) -> dict[str, object]:
    if what == "move":
        return {
            "on": one.starts.date(),
            "at": one.starts.time(),
            "venue": one.venue,
            "directions": one.directions,
            "access": one.access,
        }
    return {"who": str(one.runs) if one.runs else _GROUPS_OWN} if what == "run" else {}


def _wanted(form: Form, kept: Kept) -> Change:
    typed: dict[str, Any] = form.values
    if isinstance(form, MoveForm):
        wall = kept.series.at(typed["on"], typed["at"])
        return Move(wall, Place(typed["venue"], _line(typed["directions"]), _line(typed["access"])))
    if isinstance(form, RunForm):
        return Run(None if typed["who"] == _GROUPS_OWN else as_uuid(typed["who"]))
    return Restore() if request.path.endswith("/restore") else Cancel()


def _line(written: str) -> str:
    return " ".join(written.split())


def _planned(work: Work, form: Form, kept: Kept, one: Occurrence) -> meetings.Planned | None:
    try:
        return meetings.plan(work, kept.id, one.day, _wanted(form, kept))
    except BadInput as error:
        form.refuse(str(error))
        return None


def _came(desk: Desk, meeting_id: UUID, written: str) -> AnyResponse:
    """One tap: who, and whether they came; the page comes back where it was."""
    whose, _, answer = request.form.get("tap", "").partition(" ")
    person_id = as_uuid(whose)
    if person_id is None or answer not in _TAPS:
        return _page(desk, meeting_id, written, SureForm, "Tap beside a name.")
    try:
        with desk.work() as work:
            _, one = _find(desk, work, meeting_id, written)
            attendance.mark(work, one, person_id, came=_TAPS[answer], by=me().person_id)
    except BadInput as error:
        return _page(desk, meeting_id, written, SureForm, str(error))
    return redirect(url_for("meetings.one", meeting=meeting_id, day=written, _anchor=f"who-{person_id}"), 303)


_TAPS = {"came": True, "not": False, "none": None}


def _newcomers(desk: Desk, meeting_id: UUID, written: str) -> AnyResponse:
    form = NewcomersForm()
    if not form.sent():
        return _page(desk, meeting_id, written, NewcomersForm)
    try:
        with desk.work() as work:
            _, one = _find(desk, work, meeting_id, written)
            attendance.count_newcomers(work, one, form.values["newcomers"], by=me().person_id)
    except BadInput as error:
        return _page(desk, meeting_id, written, SureForm, str(error))
    tell("Kept.")
    return redirect(url_for("meetings.one", meeting=meeting_id, day=written, _anchor="newcomers"), 303)
