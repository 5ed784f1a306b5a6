"""Groups: the list, one group and when it meets, its series made and changed, and the address of its calendar."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, groups, meetings
from checkin.errors import BadInput
from checkin.meetings import Kept, Place, keeping
from checkin.meetings.keeping import Draft
from checkin.store.models import Meeting
from checkin.store.work import Work
from console import meeting_words as said
from console.desk import Desk, me
from console.forms import Form, choice, clock, day, line, number, words, yes
from console.paging import tell

# Facilitators see when their groups meet, and change one meeting at a time.
KEEPERS = frozenset({"admin", "coordinator", "safeguarding"})
# Who makes a group, and says what it is called.
FOUNDERS = frozenset({"admin", "coordinator"})
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


class NameForm(Form):
    """What a group is called, and how it is found."""

    name = line("Name", hint="As members would say it: Tuesday group", needed="Enter a name", longest=60)
    area = line("Where", hint="The town or part of town, such as: Leeds", longest=60)
    about = words("What it is for", hint="Told to whoever looks for a group", longest=160, rows=2)
    expect = words(
        "What to expect of the first time", hint="Who is there, and what nobody has to do", longest=160, rows=2
    )
    join_code = line(
        "Code for JOIN", hint="3 to 20 letters and digits, texted after JOIN. Empty: nobody joins by text", longest=20
    )


def room(desk: Desk) -> Blueprint:
    """Return the room: `/groups`, `/groups/<id>`, and what can be changed there."""
    door = Blueprint("groups", __name__, url_prefix="/groups")

    def show() -> Response:
        with desk.work() as work:
            found = meetings.board.list_groups(work, desk.groups(work))
            mine = meetings.feed.address(work, person_id=me().person_id)
            return Response(
                render_template(
                    "groups.html",
                    groups=found,
                    times=desk.times(work),
                    mine=_whole(desk, mine),
                    said=said,
                    founds=me().role in FOUNDERS,
                )
            )

    def one(group: UUID) -> Response:
        with desk.work() as work:
            visible(desk, work, group)
            found = meetings.board.group(work, group) or abort(404)
            address = meetings.feed.address(work, group_id=group)
            page = render_template(
                "group.html",
                group=found,
                times=desk.times(work),
                address=_whole(desk, address),
                said=said,
                keeps=me().role in KEEPERS,
                founds=me().role in FOUNDERS,
                called=groups.called(work, group),
            )
            audit.record(work, me().person_id, "read_group", f"group {group}")
        return Response(page)

    def found() -> AnyResponse:
        return _name(desk, None)

    def rename(group: UUID) -> AnyResponse:
        return _name(desk, group)

    def new(group: UUID) -> AnyResponse:
        return _series(desk, group, None)

    def series(group: UUID, meeting: UUID) -> AnyResponse:
        return _series(desk, group, meeting)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/new", "found", found, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:group>", "one", one)
    door.add_url_rule("/<uuid:group>/name", "rename", rename, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:group>/meetings/new", "new", new, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:group>/meetings/<uuid:meeting>", "series", series, methods=["GET", "POST"])
    for name, deed in (("make", meetings.feed.make_address), ("drop", meetings.feed.drop_address)):
        door.add_url_rule(f"/calendar/{name}", f"my_calendar_{name}", _mine(desk, deed), methods=["POST"])
        door.add_url_rule(f"/<uuid:group>/calendar/{name}", f"calendar_{name}", _group_s(desk, deed), methods=["POST"])
    return door


_ADDRESS = {
    "make_address": "The calendar has a new address. The one before, if there was one, has ended.",
    "drop_address": "The calendar has no address any more.",
}
Deed = Callable[..., None]


def _mine(desk: Desk, deed: Deed) -> Callable[[], AnyResponse]:
    def view() -> AnyResponse:
        with desk.work() as work:
            deed(work, me().person_id, person_id=me().person_id)
        tell(_ADDRESS[deed.__name__])
        return redirect(url_for("groups.show", _anchor="calendar"), 303)

    return view


def _group_s(desk: Desk, deed: Deed) -> Callable[[UUID], AnyResponse]:
    def view(group: UUID) -> AnyResponse:
        with desk.work() as work:
            visible(desk, work, group)
            if meetings.board.group(work, group) is None:
                abort(404)
            deed(work, me().person_id, group_id=group)
        tell(_ADDRESS[deed.__name__])
        return redirect(url_for("groups.one", group=group, _anchor="calendar"), 303)

    return view


def visible(desk: Desk, work: Work, group_id: UUID) -> None:
    """End with "no such page" when whoever is logged in does not see this group."""
    own = desk.groups(work)
    if own is not None and group_id not in own:
        abort(404)


def _whole(desk: Desk, path: str | None) -> str | None:
    return desk.line.settings.public_url.rstrip("/") + path if path else None


def _name(desk: Desk, group_id: UUID | None) -> AnyResponse:
    if me().role not in FOUNDERS:
        abort(404)
    with desk.work() as work:
        standing = (groups.called(work, group_id) or abort(404)) if group_id else None
        form = NameForm(asdict(standing) if standing else None)
        if form.sent():
            typed = {name: " ".join(value.split()) for name, value in form.values.items()}
            with form.told(work):
                if group_id is None:
                    group_id = groups.create(work, groups.Called(**typed), by=me().person_id)
                else:
                    groups.rename(work, group_id, groups.Called(**typed), by=me().person_id)
        if not form.done:
            return form.page("group_name.html", group_id=group_id, standing=standing)
    tell("Kept. Members hear nothing of it now.")
    return redirect(url_for("groups.one", group=group_id), 303)


def _series(desk: Desk, group_id: UUID, meeting_id: UUID | None) -> AnyResponse:
    if me().role not in KEEPERS:
        abort(404)
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
