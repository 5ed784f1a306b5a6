"""What staff do with somebody: enrol them, change what is known and whom they would have asked, and by modules of their
own another number, a pause, an end."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from checkin.load.persons import Source
from checkin.register import keeping
from checkin.register.rows import parted, written
from checkin.store.work import Work
from console import people_words as said
from console.desk import Desk
from console.paging import tell
from console.people_enrolling import enrol
from console.people_forms import Change, Contact, choices, parts, refused, row_of, stored_of
from console.people_numbers import code, number
from console.people_pages import back, member, record, source
from console.people_resting import end, pause, unpause


def room(desk: Desk) -> Blueprint:
    """Return the room: `/people/new`, and under `/people/<id>` what can be done there."""
    door = Blueprint("register", __name__, url_prefix="/people")

    def hang(view: Callable[[Desk, UUID], AnyResponse]) -> None:
        def show(person_id: UUID) -> AnyResponse:
            return view(desk, person_id)

        name = view.__name__
        door.add_url_rule(f"/<uuid:person_id>/{name}", name, show, methods=["GET", "POST"])

    door.add_url_rule("/new", "enrol", lambda: enrol(desk), methods=["GET", "POST"])
    for view in (change, contacts, number, code, pause, unpause, end):
        hang(view)
    return door


def change(desk: Desk, person_id: UUID) -> AnyResponse:
    """Change what is known of somebody, and what they agree to."""
    with desk.work() as work:
        member(work, person_id)
        row = written(work, [person_id])[person_id]
        form = choices(Change(stored_of(row)), work)
        if form.sent():
            wanted = set(form.streams.data)
            if wanted != set(parted(row["streams"])) and not form.how.data:
                form.refuse("Say how they told you that what they agree to has changed", "how")
            else:
                with refused(form):
                    keeping.change(work, person_id, row_of(form.values), source(work, form, form.language.data))
                    record(work, "changed_person", person_id)
        if not form.done:
            return form.page("person_form.html", title=f"Change {said.name(row['name'])}", verb="Save",
                             person_id=person_id, hint=said.CHANGE_IS_SILENT, parts=parts(form))  # fmt: skip
    tell("Saved. They hear nothing of it now.")
    return back(person_id)


def contacts(desk: Desk, person_id: UUID) -> AnyResponse:
    """Change whom somebody would have asked when they do not answer."""
    with desk.work() as work:
        who = member(work, person_id)
        form = Contact(_stored_contacts(work, person_id))
        if form.sent():
            with refused(form):
                given = [(form[f"name_{n}"].data, form[f"phone_{n}"].data) for n in (1, 2, 3)]
                keeping.keep_contacts(work, who, given, Source("console", None, ""))
                record(work, "changed_contacts", person_id)
        if not form.done:
            return form.page("person_form.html", title=f"Whom {said.name(who.name)} would have asked",
                             verb="Save", person_id=person_id, hint=said.CONTACTS)  # fmt: skip
    tell("Saved. They hear of it when they are first asked.")
    return back(person_id)


def _stored_contacts(work: Work, person_id: UUID) -> dict[str, object]:
    found: dict[str, object] = {}
    for n, (name, phone) in enumerate(keeping.contacts_of(work, person_id)[:3], 1):
        found |= {f"name_{n}": name, f"phone_{n}": said.number(phone, work.settings.country)}
    return {**{f"{part}_{n}": "" for n in (1, 2, 3) for part in ("name", "phone")}, **found}
