"""The directory, to read: services and what members would be given, one service with its source, the helplines.

For everybody, facilitators too: they are asked for help as well. What can be changed is in `directory_keeping.py`.
"""

import json
from uuid import UUID

from flask import Blueprint, Response, abort, render_template

from checkin import people
from checkin.directory import helplines, keeping, search
from checkin.store.work import Work
from console import directory_words as said
from console.desk import Desk
from console.forms import Filter, choice, line
from console.paging import PER_PAGE, Paging, asked_page, offset

# More than a member is ever told at once.
_MOST_FOUND = 6
# A source's record is shown up to here; the rest says nothing to anybody.
_MOST_RECORD = 20_000
_ORDER = {"expired": 0, "unverified": 1, "checked": 2, "withdrawn": 3}


class Search(Filter):
    """What is looked for."""

    q = line("Words", hint="As a member might write: debt LS6. Or words of a service's name.", type="search")
    which = choice("Services", list(said.WHICH.items()))


def room(desk: Desk) -> Blueprint:
    """Return the room: `/directory`, a service, the helplines."""
    door = Blueprint("directory", __name__, url_prefix="/directory")

    def show() -> Response:
        return _services(desk)

    def service(service_id: UUID) -> Response:
        with desk.work() as work:
            found = keeping.one(work, service_id) or abort(404)
            record = json.dumps(found.record, ensure_ascii=False, indent=1)[:_MOST_RECORD]
            page = render_template("service.html", service=found, record=record, said=said, times=desk.times(work))
        return Response(page)

    def lines() -> Response:
        with desk.work() as work:
            today = helplines.today(work)
            found = _in_order(work)
            page = render_template(
                "helplines.html",
                found=found,
                names=people.first_names(work, {one.checked_by for one in found if one.checked_by}),
                today=today,
                said=said,
                times=desk.times(work),
            )
        return Response(page)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/services/<uuid:service_id>", "service", service)
    door.add_url_rule("/helplines", "helplines", lines)
    return door


def _services(desk: Desk) -> Response:
    form, page = Search(), asked_page()
    words = form.values["q"] or ""
    which: keeping.Which = form.values["which"] or "all"
    form.which.errors = ()
    with desk.work() as work:
        given = search.find(work, search.read(work, words), work.now, most=_MOST_FOUND) if words and page == 1 else []
        found = keeping.services(work, words, which, skip=offset(page), most=PER_PAGE + 1)
        rendered = render_template(
            "directory.html",
            form=form,
            given=given,
            addresses=keeping.of_listings(work, [one.key for one in given]),
            found=found[:PER_PAGE],
            counts=keeping.counts(work),
            paging=Paging(page, None, len(found) > PER_PAGE),
            said=said,
        )
    return Response(rendered)


def _in_order(work: Work) -> list[helplines.Helpline]:
    """Return the helplines of the organisation's country, those that wait for a check first."""
    today = helplines.today(work)
    return sorted(
        helplines.standing(work),
        key=lambda h: (_ORDER[h.status(today)], (h.expires_on or today).toordinal(), not h.protected, h.name),
    )
