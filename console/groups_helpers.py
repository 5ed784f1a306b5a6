"""Who runs a group and who covers for them: chosen by those who make groups, and seen in words before it counts.

Nobody is told: it is talked over first, by people.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, groups, meetings
from checkin.groups import Standing
from checkin.meetings import HELPERS
from checkin.meetings.board import GroupFile
from checkin.store.work import Work
from console import meeting_words as said
from console.desk import Desk, me
from console.forms import Form, choice, options
from console.paging import tell
from console.people import Whom, look_for
from console.times import Times


class HelperForm(Form):
    """What somebody does in a group from now on."""

    role = choice("What they do in this group", radios=True, needed="Choose one of these")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/groups/<id>/helpers`, and `/groups/<id>/helpers/<person>`."""
    door = Blueprint("helpers", __name__, url_prefix="/groups/<uuid:group>/helpers")

    def show(group: UUID) -> Response:
        return _show(desk, group)

    def choose(group: UUID, person: UUID) -> AnyResponse:
        return _choose(desk, group, person)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/<uuid:person>", "choose", choose, methods=["GET", "POST"])
    return door


def _show(desk: Desk, group_id: UUID) -> Response:
    """Show who helps, and whom a search finds who could."""
    with desk.work() as work:
        group = meetings.board.group(work, group_id) or abort(404)
        form = Whom()
        found = look_for(work, form)
        helping = {person_id for person_id, _, _ in group.helpers}
        others = [one for one in found.people if one.id not in helping]
        page = render_template("helpers.html", group=group, form=form, others=others, said=said)
        if form.q.data:
            audit.record(work, me().person_id, "searched_people", "people")
    return Response(page, 422 if form.errors else 200)


def _choose(desk: Desk, group_id: UUID, person_id: UUID) -> AnyResponse:
    """Ask what somebody is to do, show what follows from it, and then have it so."""
    with desk.work() as work:
        them = groups.standing(work, group_id, person_id) or abort(404)
        group = meetings.board.group(work, group_id) or abort(404)
        form = HelperForm({"role": them.role if them.role in HELPERS else None})
        offered = groups.CHOICES if them.role in HELPERS else HELPERS
        form.role.choices = options([(role, said.HELPS_AS[role]) for role in offered])
        name = them.name or "Somebody without a name"
        context = {"group": group.line, "name": name}
        if form.sent():
            role = form.values["role"]
            with form.told(work):
                if form.checked:
                    groups.choose(work, group_id, person_id, role, by=me().person_id)
                else:
                    groups.check(work, group_id, person_id, role)
            if form.done and not form.checked:
                rows = [(name, said.HELPS_AS[role])]
                return form.page("helper_check.html", rows=rows, follows=_follows(work, group, person_id, them, role),
                                 **context)  # fmt: skip
        if not form.done:
            page = form.page("helper.html", **context)
            audit.record(work, me().person_id, "read_person", f"person {person_id}")
            return page
    tell(f"{name}: {said.HELPS_AS[role].lower()}. Nobody has been told.")
    return redirect(url_for("groups.one", group=group_id, _anchor="who"), 303)


def _follows(work: Work, group: GroupFile, person_id: UUID, them: Standing, role: str) -> list[str]:
    """Return in sentences what follows from a choice."""
    others = {helper for helper, _, _ in group.helpers} - {person_id}
    asks = any(one.kept.ask for one in group.series)
    found = [*said.follows(role, asks=asks, sees=them.sees)]
    if role in HELPERS and not them.texted:
        found.append(said.NOT_TEXTED)
    if role in HELPERS and them.away_until:
        found.append(f"They have a pause until {Times(work.now, work.settings.zone).said(them.away_until)}.")
    if role not in HELPERS and not others:
        found.append(said.NOBODY_HELPS)
    return found
