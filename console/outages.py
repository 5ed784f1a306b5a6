"""A probable outage: everybody it concerns on one page, and one note for as many of them as it is true of."""

from flask import Blueprint, Response, abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, outages
from checkin.store.work import Work, as_uuid
from console import outage_words as said
from console.desk import Desk, me
from console.forms import Form, options, several, words
from console.paging import tell


class Settling(Form):
    """For whom it is over, and how that is known."""

    people = several("Whom you know to be all right", needed="Choose somebody who is still quiet")
    note = words("How you know", hint="Kept with each of them", needed="Write a note: how it is known", rows=2)


def room(desk: Desk) -> Blueprint:
    """Return the room: `/outages/<case number>`."""
    door = Blueprint("outages", __name__, url_prefix="/outages/<int(max=999999999):number>")

    def show(number: int) -> AnyResponse:
        with desk.work() as work:
            found = outages.find(work, number) or abort(404)
            form = Settling()
            form.people.choices = options([
                (str(one.check_in_id), one.name) for one in found.people if one.still
            ])  # fmt: skip
            if form.sent():
                with form.told(work):
                    return _settle(work, form, number)
            page = form.page("outage.html", outage=found, number=number, said=said, times=desk.times(work))
            audit.record(work, me().person_id, "read_outage", f"case {number}")
        return page

    door.add_url_rule("", "show", show, methods=["GET", "POST"])
    return door


def _settle(work: Work, form: Settling, number: int) -> Response | AnyResponse:
    values = form.values
    chosen = [found for one in values["people"] if (found := as_uuid(one)) is not None]
    done = outages.close(work, number, chosen, me().person_id, values["note"])
    audit.record(work, me().person_id, "closed_outage", f"case {number}", f"{done} check-ins")
    tell(f"Closed for {done} {'person' if done == 1 else 'people'}. Whoever was asked about them hears it.")
    return redirect(url_for("outages.show", number=number), 303)
