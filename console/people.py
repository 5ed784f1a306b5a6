"""People: look for somebody, see what is known of them, and read what was said."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template

from checkin import audit, casebook
from checkin.casebook import people as register
from checkin.casebook.person import PersonFile, person
from checkin.errors import BadInput
from checkin.store.work import Work, as_uuid
from console import people_words as said
from console import words
from console.desk import Desk, me
from console.forms import Filter, choice, line, options, yes
from console.paging import PER_PAGE, Paging, asked_page, offset
from console.times import Times

# Whoever looks after the machines sees who there is, and not what they said.
READERS = frozenset({"coordinator", "safeguarding"})


class Whom(Filter):
    """Whom somebody is looked for by."""

    q = line("Name or number", hint="Part of a name, however it is spelt, or a whole number", type="search")


class Search(Whom):
    """Whom the list is narrowed to."""

    group = choice("Group")
    everybody = yes("Those who have left as well")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/people` and `/people/<id>`."""
    door = Blueprint("people", __name__, url_prefix="/people")

    def show() -> Response:
        return _list(desk)

    def one(person_id: UUID) -> Response:
        with desk.work() as work:
            found = find(work, person_id)
            page = render_template(
                "person.html",
                person=found,
                said=said,
                words=words,
                times=desk.times(work),
                theirs=Times(work.now, ZoneInfo(found.profile.zone)),
                country=desk.line.settings.country,
                reads=me().role in READERS,
            )
            audit.record(work, me().person_id, "read_person", f"person {person_id}")
        return Response(page)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/<uuid:person_id>", "one", one)
    return door


def talk_room(desk: Desk) -> Blueprint:
    """Return the room: `/people/<id>/conversation`, for those who need the words."""
    door = Blueprint("talk", __name__, url_prefix="/people/<uuid:person_id>/conversation")

    def show(person_id: UUID) -> Response:
        with desk.work() as work:
            found = find(work, person_id)
            number = asked_page()
            told = casebook.conversation(work, person_id, None, most=PER_PAGE + 1, skip=offset(number))
            more, told = len(told) > PER_PAGE, told[-PER_PAGE:]
            page = render_template(
                "person_talk.html",
                person=found,
                told=told,
                paging=Paging(number, None, more),
                said=said,
                words=words,
                times=desk.times(work),
            )
            audit.record(work, me().person_id, "read_conversation", f"person {person_id}")
        return Response(page)

    door.add_url_rule("", "show", show)
    return door


def look_for(work: Work, form: Whom) -> register.Listing:
    """Return the first of those whom a search finds, and nobody before anything is asked; what cannot be looked for is
    said beside the field."""
    if query := form.values["q"]:
        try:
            return register.find(work, query)
        except BadInput as error:
            form.refuse(str(error), "q")
    return register.Listing((), 0)


def find(work: Work, person_id: UUID) -> PersonFile:
    """Return somebody's file, or answer that there is no such page."""
    return person(work, person_id) or abort(404)


def _list(desk: Desk) -> Response:
    with desk.work() as work:
        form = Search()
        form.group.choices = options([("", "Every group"), *((str(g.id), g.name) for g in register.groups(work))])
        sought = form.values
        # Without a group in the address it is every group; that is nothing to mend.
        form.group.errors = ()
        number = asked_page()
        try:
            group = as_uuid(sought["group"] or "")
            found = register.find(work, sought["q"] or "", group, everybody=bool(sought["everybody"]), page=number)
        except BadInput as error:
            form.refuse(str(error), "q")
            found = register.Listing((), 0)
        page = render_template(
            "people.html",
            form=form,
            found=found,
            paging=Paging(number, found.total),
            said=said,
            words=words,
            times=desk.times(work),
        )
        audit.record(work, me().person_id, "searched_people", "people")
    return Response(page, 422 if form.errors else 200)
