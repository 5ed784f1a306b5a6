"""When a group meets: its series made and changed, read back in words before anything is kept."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import meetings
from checkin.errors import BadInput
from checkin.meetings import Kept, Place, keeping
from checkin.meetings.keeping import Draft
from checkin.store.models import Meeting
from checkin.store.work import Work
from console import meeting_words as said
from console.desk import Desk, me
from console.forms import Form, choice, clock, day, line, number, words, yes
from console.paging import tell

_REMINDERS = {
    "both": ("3 10:30", "1 16:00"),
    "before": ("1 16:00",),
    "never": (),
}


class SeriesForm(Form):
    """When and where a group meets."""

    first = day("First day", hint="The weekday is taken from this day", needed="Enter the first day")
    at = clock("Time", needed="Enter the time")
    how = choice("How often", said.HOW, radios=True, needed="Choose how often")
    until = day("Last day", hint="Leave empty when it goes on")
    minutes = number("Minutes", least=5, most=1440, needed="Enter how long it lasts")
    venue = line("Place", needed="Enter where it is", longest=80)
    directions = words("How to get there", hint="Told with the place", longest=160, rows=2)
    access = words("Getting in", hint="Steps, ramp, bell, parking", longest=160, rows=2)
    reminders = choice("Members are reminded", said.REMINDERS, radios=True, needed="Choose when")
    asks = yes("Ask whoever runs it the day before whether they can")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/groups/<id>/meetings/new` and `/groups/<id>/meetings/<series>`."""
    door = Blueprint("series", __name__, url_prefix="/groups/<uuid:group>/meetings")

    def new(group: UUID) -> AnyResponse:
        return _series(desk, group, None)

    def change(group: UUID, meeting: UUID) -> AnyResponse:
        return _series(desk, group, meeting)

    door.add_url_rule("/new", "new", new, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:meeting>", "change", change, methods=["GET", "POST"])
    return door


def _series(desk: Desk, group_id: UUID, meeting_id: UUID | None) -> AnyResponse:
    with desk.work() as work:
        group = meetings.board.group(work, group_id) or abort(404)
        kept = _kept(work, group_id, meeting_id)
        form = SeriesForm(_stored(kept) if kept else {})
        if kept is None and not form.posted:
            form.process(data={"how": "weekly", "reminders": "both", "minutes": 90, "asks": True})
        outlined = None
        if form.sent():
            try:
                draft = _draft(desk, form, kept)
                outlined = keeping.outline(work, draft, meeting_id)
            except BadInput as error:
                form.refuse(str(error))
        context = {"group": group.line, "kept": kept, "times": desk.times(work), "said": said}
        if outlined is None:
            return form.page("series.html", **context)
        if not form.checked:
            previews = [(one, meetings.preview(work, one)) for one in outlined.told]
            return form.page("series_check.html", outlined=outlined, previews=previews, **context)
        with form.told(work):
            if kept is None:
                keeping.create(work, group_id, draft, by=me().person_id)
            else:
                keeping.edit(work, kept.id, draft, by=me().person_id, sequence=kept.sequence)
        if not form.done:
            return form.page("series.html", **context)
    tell("The meetings are kept. " + outlined.words + ".")
    return redirect(url_for("groups.one", group=group_id), 303)


def _kept(work: Work, group_id: UUID, meeting_id: UUID | None) -> Kept | None:
    if meeting_id is None:
        return None
    found = meetings.series_where(work, Meeting.id == meeting_id, Meeting.group_id == group_id)
    return found[0] if found else abort(404)


def _stored(kept: Kept) -> dict[str, object]:
    draft = keeping.draft_of(kept)
    first = draft.starts.date()
    ways = {tuple(leads): name for name, leads in _REMINDERS.items()}
    return {
        "first": first,
        "at": draft.starts.time(),
        "how": keeping.how_of(draft.rule, first),
        "until": keeping.ends_on(draft.rule),
        "minutes": kept.minutes,
        "venue": kept.venue,
        "directions": kept.directions,
        "access": kept.access,
        "reminders": ways.get(tuple(draft.reminders), "kept"),
        "asks": kept.ask,
    }


def _draft(desk: Desk, form: SeriesForm, kept: Kept | None) -> Draft:
    typed = form.values
    standing = keeping.draft_of(kept) if kept else None
    if standing is None and "kept" in {typed["how"], typed["reminders"]}:
        raise BadInput("There is nothing yet to leave as it is: choose how often, and when members are reminded.")
    leads = standing.reminders if standing and typed["reminders"] == "kept" else _REMINDERS[typed["reminders"]]
    return Draft(
        keeping.rule_of(typed["how"], typed["first"], typed["until"], kept=standing.rule if standing else ""),
        datetime.combine(typed["first"], typed["at"]),
        standing.zone if standing else str(desk.line.settings.zone),
        typed["minutes"],
        Place(typed["venue"], " ".join(typed["directions"].split()), " ".join(typed["access"].split())),
        leads,
        bool(typed["asks"]),
    )
