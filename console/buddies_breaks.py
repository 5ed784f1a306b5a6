"""A buddy's break, as staff give it and end it: for everybody they look out for, and each hears of it."""

from uuid import UUID

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import pairing, people
from checkin.conversations import previews
from checkin.pairing import overview
from checkin.register import leaving
from console import buddies_words as said
from console.desk import Desk, me
from console.forms import Form, day
from console.paging import tell


class Break(Form):
    """Until when a buddy rests."""

    back = day("Back on", hint="Within 90 days. They may come back sooner, by BACK", needed="Enter the day")


class Back(Form):
    """A break is to end: nothing to fill in, and what is told stands beside it."""


def room(desk: Desk) -> Blueprint:
    """Return the room: `/buddies/<pair>/break` and `/buddies/<pair>/back`."""
    door = Blueprint("breaks", __name__, url_prefix="/buddies/<uuid:pair_id>")

    def give(pair_id: UUID) -> AnyResponse:
        return _give(desk, pair_id)

    def end(pair_id: UUID) -> AnyResponse:
        return _end(desk, pair_id)

    door.add_url_rule("/break", "give", give, methods=["GET", "POST"])
    door.add_url_rule("/back", "end", end, methods=["GET", "POST"])
    return door


def _give(desk: Desk, pair_id: UUID) -> AnyResponse:
    with desk.work() as work:
        pair = overview.one(work, pair_id) or abort(404)
        buddy = people.lock(work, pair.buddy_id) or abort(404)
        form = Break({"back": pair.rests_until.astimezone(buddy.zone).date() if pair.rests_until else None})
        if form.sent():
            with form.told(work):
                until = leaving.pause_until(work, buddy, form.values["back"])
                if form.checked:
                    pairing.put_to_rest(work, me().person_id, buddy.id, until)
            if form.done and not form.checked:
                told = previews.of_break(work, buddy.id, until)
                rows = [(form.back.label.text, desk.times(work).said(until))]
                return form.page("buddies_break.html", pair=pair, told=told, rows=rows, said=said)
        if not form.done:
            return form.page("buddies_break.html", pair=pair, told=(), rows=(), said=said)
    tell(f"{pair.buddy} has a break. Everybody concerned is told.")
    return redirect(url_for("buddies.one", pair_id=pair_id), 303)


def _end(desk: Desk, pair_id: UUID) -> AnyResponse:
    with desk.work() as work:
        pair = overview.one(work, pair_id) or abort(404)
        form = Back()
        if form.sent():
            with form.told(work):
                pairing.call_back(work, me().person_id, pair.buddy_id)
        if not form.done:
            told = previews.of_break(work, pair.buddy_id, None)
            return form.page("buddies_back.html", pair=pair, told=told, said=said)
    tell(f"The break of {pair.buddy} is over. Everybody concerned is told.")
    return redirect(url_for("buddies.one", pair_id=pair_id), 303)
