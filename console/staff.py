"""The list of staff: invite, change a role, send a new link, take off; for admins."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from checkin.errors import BadInput
from checkin.store.work import Work
from console import forms, proof
from console.desk import Desk, me
from console.paging import tell

_WHAT_ROLES_DO = (
    "Coordinators and safeguarding leads look after people: cases, groups, the rota; safeguarding leads read the audit "
    "as well. Admins also keep staff and settings, and read no conversations. Facilitators see their own groups only."
)


class Invite(forms.Form):
    """Somebody new."""

    name = forms.line("Name", hint="As colleagues call them", needed="Enter their name", longest=80)
    email = forms.email(
        "E-mail address", hint="What they log in with; nothing is sent to it", needed="Enter an address"
    )
    role = forms.choice("Role", list(staff.ROLES.items()), hint=_WHAT_ROLES_DO, radios=True, needed="Choose a role")


class ChangeRole(forms.Form):
    """Another role."""

    role = forms.choice("Role", list(staff.ROLES.items()), hint=_WHAT_ROLES_DO, radios=True, needed="Choose a role")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/staff`, and one page for each member of staff."""
    door = Blueprint("staff", __name__, url_prefix="/staff")

    def one(person: UUID) -> AnyResponse:
        return _one(desk, person)

    def link(person: UUID) -> AnyResponse:
        return _new_link(desk, person)

    door.add_url_rule("", "show", lambda: _list(desk, Invite()))
    door.add_url_rule("", "invite", proof.needs_fresh_login(lambda: _invite(desk)), methods=["POST"])
    door.add_url_rule("/<uuid:person>", "one", proof.needs_fresh_login(one), methods=["GET", "POST"])
    door.add_url_rule("/<uuid:person>/link", "link", proof.needs_fresh_login(link), methods=["POST"])
    for name, (deed, told) in _DEEDS.items():
        view = proof.needs_fresh_login(_doing(desk, name, deed, told))
        door.add_url_rule(f"/<uuid:person>/{name}", name, view, methods=["POST"])
    return door


def _invite(desk: Desk) -> Response:
    form = Invite()
    if form.sent():
        with desk.work() as work, form.told(work):
            person_id = staff.add(work, **form.values)
            link = staff.invite(work, person_id, me().person_id)
            audit.record(work, me().person_id, "invite", f"person {person_id}", form.role.data)
        if form.done:
            return _link(desk, link, form.name.data)
    return _list(desk, form)


def _one(desk: Desk, person: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _find(work, person)
        form = ChangeRole({"role": member.role})
        if form.sent():
            with form.told(work):
                staff.change_role(work, person, form.role.data)
                audit.record(work, me().person_id, "change_role", f"person {person}", form.role.data)
        if not form.done:
            return form.page("staff_member.html", member=member, times=desk.times(work), roles=staff.ROLES)
    tell(f"{member.name} is {staff.ROLES[form.role.data].lower()} now.")
    return redirect(url_for("staff.show"), 303)


def _new_link(desk: Desk, person: UUID) -> Response:
    with desk.work() as work:
        member = _find(work, person)
        if member.ended_at is not None:
            staff.start_again(work, person)
        path = staff.invite(work, person, me().person_id)
        audit.record(work, me().person_id, "invite", f"person {person}")
    return _link(desk, path, member.name)


def _doing(desk: Desk, name: str, deed: Callable[[Work, UUID], object], told: str) -> Callable[[UUID], AnyResponse]:
    def do(person: UUID) -> AnyResponse:
        try:
            with desk.work() as work:
                member = _find(work, person)
                deed(work, person)
                audit.record(work, me().person_id, f"staff_{name}", f"person {person}")
        except BadInput as error:
            tell(str(error))
            return redirect(url_for("staff.one", person=person), 303)
        tell(told.format(name=member.name))
        return redirect(url_for("staff.show"), 303)

    return do


def _end(work: Work, person: UUID) -> None:
    staff.end(work, person)
    staff.end_sessions(work, person)


_DEEDS: dict[str, tuple[Callable[[Work, UUID], object], str]] = {
    "end": (_end, "{name} is off the list and logged out everywhere."),
    "log_out": (staff.end_sessions, "{name} is logged out everywhere."),
    "forget_factor": (staff.forget_factor, "{name} sets up the second step anew at the next log-in."),
}


def _list(desk: Desk, form: Invite) -> Response:
    with desk.work() as work:
        members = staff.everybody(work)
        needed = desk.line.settings.second_factor
        return form.page("staff.html", members=members, roles=staff.ROLES, times=desk.times(work), needed=needed)


def _link(desk: Desk, path: str, name: str) -> Response:
    link = desk.line.settings.public_url + path
    return Response(render_template("invited.html", link=link, name=name, days=staff.INVITED_FOR.days))


def _find(work: Work, person: UUID) -> staff.Member:
    found = next((member for member in staff.everybody(work) if member.person_id == person), None)
    return found or abort(404)
