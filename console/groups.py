"""Groups: the list, one group and when it meets, what it is called, and the address of its calendar."""

from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, groups, meetings
from checkin.store.work import Work
from console import meeting_words as said
from console.desk import Desk, me
from console.forms import Form, line, words
from console.paging import tell

# Facilitators see when their groups meet, and change one meeting at a time.
KEEPERS = frozenset({"admin", "coordinator", "safeguarding"})
# Who makes a group, says what it is called, and chooses who helps in it.
FOUNDERS = frozenset({"admin", "coordinator"})


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
    """Return the room: `/groups`, `/groups/<id>`, what it is called, and its calendar's address."""
    door = Blueprint("groups", __name__, url_prefix="/groups")

    def show() -> Response:
        return _list(desk)

    def one(group: UUID) -> Response:
        return _one(desk, group)

    def found() -> AnyResponse:
        return _name(desk, None)

    def rename(group: UUID) -> AnyResponse:
        return _name(desk, group)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/new", "found", found, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:group>", "one", one)
    door.add_url_rule("/<uuid:group>/name", "rename", rename, methods=["GET", "POST"])
    for name, deed in (("make", meetings.feed.make_address), ("drop", meetings.feed.drop_address)):
        door.add_url_rule(f"/calendar/{name}", f"my_calendar_{name}", _mine(desk, deed), methods=["POST"])
        door.add_url_rule(f"/<uuid:group>/calendar/{name}", f"calendar_{name}", _group_s(desk, deed), methods=["POST"])
    return door


def _list(desk: Desk) -> Response:
    with desk.work() as work:
        return Response(
            render_template(
                "groups.html",
                groups=meetings.board.list_groups(work, desk.groups(work)),
                times=desk.times(work),
                mine=_whole(desk, meetings.feed.address(work, person_id=me().person_id)),
                founds=me().role in FOUNDERS,
            )
        )


def _one(desk: Desk, group_id: UUID) -> Response:
    with desk.work() as work:
        visible(desk, work, group_id)
        found = meetings.board.group(work, group_id) or abort(404)
        page = render_template(
            "group.html",
            group=found,
            times=desk.times(work),
            address=_whole(desk, meetings.feed.address(work, group_id=group_id)),
            said=said,
            keeps=me().role in KEEPERS,
            founds=me().role in FOUNDERS,
            called=groups.called(work, group_id),
        )
        audit.record(work, me().person_id, "read_group", f"group {group_id}")
    return Response(page)


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
