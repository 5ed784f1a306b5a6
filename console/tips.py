"""Tips that members have offered: read each, then let others hear it, in these words, or not; and what others hear, to
be taken back."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, tips
from checkin.errors import BadInput
from checkin.store.work import Work
from console.desk import Desk, me
from console.paging import PER_PAGE, Paging, asked_page, offset, tell


def room(desk: Desk) -> Blueprint:
    """Return the room: `/tips`, the buttons beside each tip, and writing one down."""
    door = Blueprint("tips", __name__, url_prefix="/tips")

    def approve(tip: UUID) -> AnyResponse:
        words, topics = _typed("words"), _typed("topics")
        return _decide(desk, tip, lambda work: tips.approve(work, tip, me().person_id, words, topics), _HEARD)

    def decline(tip: UUID) -> AnyResponse:
        return _decide(desk, tip, lambda work: tips.decline(work, tip, me().person_id), _DECLINED)

    def take_back(tip: UUID) -> AnyResponse:
        sentence = _TAKEN_BACK
        try:
            with desk.work() as work:
                tips.take_back(work, tip, me().person_id)
        except BadInput as error:
            sentence = str(error)
        tell(sentence)
        return redirect(url_for("tips.show"), 303)

    def told() -> AnyResponse:
        words = _typed("told")
        return _decide(desk, None, lambda work: tips.take_down(work, me().person_id, words), _WRITTEN)

    door.add_url_rule("", "show", lambda: _page(desk))
    door.add_url_rule("/told", "told", told, methods=["POST"])
    for view in (approve, decline, take_back):
        door.add_url_rule(f"/<uuid:tip>/{view.__name__}", view.__name__, view, methods=["POST"])
    return door


_HEARD = "Others can hear this tip now."
_WRITTEN = "It is written down, and waits here to be read."
_DECLINED = "Nobody will hear this tip."
_TAKEN_BACK = "Nobody hears this tip any more. It waits here: change it, or decline it."


def _decide(desk: Desk, tip: UUID | None, deed: Callable[[Work], object], sentence: str) -> AnyResponse:
    """Do what was decided on a tip (None: on a new one); what the line refuses is said beside it, and what was typed
    stays."""
    try:
        with desk.work() as work:
            deed(work)
    except BadInput as error:
        return _page(desk, tip, str(error))
    tell(sentence)
    return redirect(url_for("tips.show"), 303)


def _page(desk: Desk, wrong: UUID | None = None, error: str = "") -> Response:
    """Show what waits. With an error: what was typed is kept, and the error stands beside the tip it is about."""
    page_number = asked_page()
    with desk.work() as work:
        found = tips.waiting(work)
        heard = tips.heard(work, skip=offset(page_number), most=PER_PAGE + 1)
        page = render_template(
            "tips.html",
            tips=found,
            heard=heard[:PER_PAGE],
            paging=Paging(page_number, None, more=len(heard) > PER_PAGE),
            times=desk.times(work),
            longest=tips.LONGEST,
            wrong=wrong,
            error=error,
            typed={name: request.form.get(name, "") for name in ("words", "topics", "told")},
        )
        if found:
            audit.record(work, me().person_id, "read_tips", "tips", f"{len(found)} waiting")
    return Response(page, 409 if error else 200)


def _typed(field: str) -> str:
    return " ".join(request.form.get(field, "").split())
