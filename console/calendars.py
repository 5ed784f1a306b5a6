"""Calendars at private addresses: no log-in, for a calendar program has none; the address itself is the key."""

from uuid import UUID

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from checkin import meetings
from console.desk import Desk


def room(desk: Desk) -> Blueprint:
    """Return the room: `/calendars/<id>/<signature>.ics`."""
    door = Blueprint("calendars", __name__, url_prefix="/calendars")

    def read(calendar: UUID, signature: str) -> AnyResponse:
        with desk.work() as work:
            feed = meetings.feed.read(work, calendar, signature)
        if feed is None:
            abort(404)
        answer = Response(feed.body, content_type="text/calendar; charset=utf-8")
        answer.set_etag(feed.etag)
        return answer.make_conditional(request)

    def may_be_kept(answer: AnyResponse) -> AnyResponse:
        # By the program it was given to, which asks each time whether it has changed. Only a calendar has a tag.
        if "ETag" in answer.headers:
            answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    door.add_url_rule("/<uuid:calendar>/<signature>.ics", "read", read)
    door.after_request(may_be_kept)
    return door
