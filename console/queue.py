"""The queue: all that waits, the worst first."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, casebook
from checkin.store.work import Work
from console import forms, words
from console.desk import Desk, me

# A new case is shown within two seconds: the page asks every second and a half, and what it hears may be this old.
_LIVE_AGE = 0.5


class Show(forms.Filter):
    """What somebody wants to see of the queue."""

    severity = forms.choice("How grave", [("", "All"), ("red", "RED"), ("amber", "AMBER"), ("task", "TASK")])
    whose = forms.choice("Whose", [("", "All"), ("mine", "Mine"), ("untaken", "Nobody has it yet")])


def room(desk: Desk) -> Blueprint:
    """Return the room: `/`, its list by itself for the script that keeps it live, and the button "Seen"."""
    door = Blueprint("queue", __name__)

    def show() -> Response:
        with desk.work() as work:
            return _answer(desk, work, "queue.html")

    def rows() -> Response:
        with desk.work() as work:
            return _answer(desk, work, "_queue.html")

    def seen(message: UUID) -> AnyResponse:
        with desk.work() as work:
            first = casebook.see(work, message)
            if first:
                audit.record(work, me().person_id, "seen", f"message {message}")
        flash("Marked as seen." if first else "Somebody has marked that as seen already.")
        return redirect(url_for("queue.show"), 303)

    door.add_url_rule("/", "show", show)
    door.add_url_rule("/queue/rows", "rows", rows)
    door.add_url_rule("/messages/<uuid:message>/seen", "seen", seen, methods=["POST"])
    return door


def _answer(desk: Desk, work: Work, template: str) -> Response:
    """Return the queue, or 304 when whoever asks has it. It turns over with what is in it and with each minute."""
    facts = casebook.facts(work, age=_LIVE_AGE if request.headers.get("X-Live") else 0.0)
    version = f"{facts}-{work.now:%Y%m%d%H%M}"
    known = request.if_none_match
    if template.startswith("_") and known.contains_weak(version):
        return Response(status=304)
    show = Show()
    asked = {name: value for name, value in show.values.items() if value}
    queue = casebook.queue(work, casebook.Wanted(**asked, me=me().person_id))
    times = desk.times(work)
    page = render_template(
        template, queue=queue, on_call=casebook.on_call(work), version=version, times=times, words=words,
        form=show, asked=asked,
    )  # fmt: skip
    if not any(tag.startswith(facts) for tag in known.as_set(include_weak=True)):
        # Read anew, not only a minute older.
        shown = ", ".join(str(case.number) for case in queue.cases)
        audit.record(work, me().person_id, "read_queue", "queue", f"cases {shown}" if shown else "")
    answer = Response(page)
    answer.set_etag(version)
    return answer
