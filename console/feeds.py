"""Feeds: where services come from, how the readings went, and what staff decide about one that has shrunk."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin.directory import sources
from checkin.errors import BadInput
from checkin.store.work import Work
from console import directory_words as said
from console.desk import Desk, me
from console.paging import tell

# What a button does, and what is told of it.
_DONE: dict[str, tuple[Callable[[Work, UUID, UUID], None], str]] = {
    "accept": (sources.accept, "It is taken as it is when it is read next, once."),
    "keep": (sources.keep, "It goes on being held. Its services stay as they were."),
    "pause": (sources.pause, "It is paused. Its services stay as they are."),
    "resume": (sources.resume, "It is read again every night."),
    "read": (sources.ask, "It is read now: this page says how far it is."),
}


def room(desk: Desk) -> Blueprint:
    """Return the room: `/directory/feeds`, one feed, and the buttons on it."""
    door = Blueprint("feeds", __name__, url_prefix="/directory/feeds")

    def show() -> Response:
        with desk.work() as work:
            page = render_template("feeds.html", found=sources.feeds(work), said=said, times=desk.times(work))
        return Response(page)

    def one(feed_id: UUID) -> Response:
        with desk.work() as work:
            found = sources.find(work, feed_id) or abort(404)
            page = render_template(
                "feed.html", feed=found, runs=sources.runs(work, feed_id), said=said, times=desk.times(work)
            )
        return Response(page)

    def act(feed_id: UUID, deed: str) -> AnyResponse:
        do, sentence = _DONE.get(deed) or abort(404)
        try:
            with desk.work() as work:
                sources.find(work, feed_id) or abort(404)
                do(work, feed_id, me().person_id)
        except BadInput as error:
            sentence = str(error)
        tell(sentence)
        return redirect(url_for("feeds.one", feed_id=feed_id), 303)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/<uuid:feed_id>", "one", one)
    door.add_url_rule("/<uuid:feed_id>/<deed>", "act", act, methods=["POST"])
    return door
