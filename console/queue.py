"""The queue: all that waits, the worst first."""

import secrets
import threading
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, casebook
from checkin.store.work import Work
from console import forms, words
from console.desk import Desk, me

# A new case is shown within two seconds: the page asks every second and a half, and what it hears may be this old.
_LIVE_AGE = 0.5


# How often at least somebody who looks on is recorded to have read what changes.
_RECORDED_EVERY = timedelta(minutes=1)
# Stands for the form's token in a list that several share: nobody can write it, it is made anew for each process.
_TOKEN = f"token-{secrets.token_hex(16)}"


class Show(forms.Filter):
    """What somebody wants to see of the queue."""

    severity = forms.choice("How grave", [("", "All"), ("red", "RED"), ("amber", "AMBER"), ("task", "TASK")])
    whose = forms.choice("Whose", [("", "All"), ("mine", "Mine"), ("untaken", "Nobody has it yet")])


def room(desk: Desk) -> Blueprint:
    """Return the room: `/`, its list by itself for the script that keeps it live, and the button "Seen"."""
    door, live = Blueprint("queue", __name__), _Live()

    def show() -> Response:
        with desk.work() as work:
            return _answer(desk, live, work, "queue.html")

    def rows() -> Response:
        with desk.work() as work:
            return _answer(desk, live, work, "_queue.html")

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


class _Live:
    """What the consoles that look on again and again share, so that two hundred of them cost little more than one: the
    list as it was put together last, for each way of narrowing it, and what each person was last recorded to have read.

    In each process by itself; whatever is not known is put together and recorded anew.
    """

    def __init__(self) -> None:
        # Of all who hear of a change at one moment, one puts the list together and the others wait for it.
        self.turn = threading.Lock()
        self._rows: dict[tuple[str, ...], tuple[str, str, tuple[int, ...]]] = {}
        self._read: dict[UUID, tuple[datetime, frozenset[int]]] = {}

    def rows(self, version: str, asked: tuple[str, ...]) -> tuple[str, tuple[int, ...]] | None:
        """Return the list of this version and the cases on it, where somebody has just been shown it."""
        kept, page, numbers = self._rows.get(asked, ("", "", ()))
        return (page, numbers) if kept == version else None

    def keep(self, version: str, asked: tuple[str, ...], page: str, numbers: tuple[int, ...]) -> None:
        """Keep a list until the next takes its place."""
        self._rows[asked] = (version, page, numbers)

    def is_news(self, person_id: UUID, numbers: tuple[int, ...], now: datetime) -> bool:
        """Tell whether reading these cases is to be recorded: one is new to this person, or a minute has passed."""
        at, before = self._read.get(person_id, (now - _RECORDED_EVERY, frozenset()))
        if now - at < _RECORDED_EVERY and before.issuperset(numbers):
            return False
        self._read[person_id] = (now, frozenset(numbers))
        return True


def _answer(desk: Desk, live: _Live, work: Work, template: str) -> Response:
    """Return the queue, or 304 when whoever asks has it. It turns over with what is in it and with each minute."""
    looks_on = bool(request.headers.get("X-Live"))
    facts = casebook.facts(work, age=_LIVE_AGE if looks_on else 0.0)
    version = f"{facts}-{work.now:%Y%m%d%H%M}"
    known = request.if_none_match
    if template.startswith("_") and known.contains_weak(version):
        return Response(status=304)
    show = Show()
    asked = {name: value for name, value in show.values.items() if value}
    # What is somebody's own is not shared, and neither is a whole page.
    key = () if "mine" in asked.values() or not looks_on else (template, *map(str, asked.items()))
    if key:
        with live.turn:
            shared = live.rows(version, key) or _put_together(desk, work, template, version, show, asked)
            live.keep(version, key, *shared)
    else:
        shared = _put_together(desk, work, template, version, show, asked)
    page, numbers = shared
    anew = not any((tag or "").startswith(facts) for tag in known.as_set(include_weak=True))
    # Read anew, not only a minute older.
    if anew and (not looks_on or live.is_news(me().person_id, numbers, work.now)):
        shown = ", ".join(map(str, numbers))
        audit.record(work, me().person_id, "read_queue", "queue", f"cases {shown}" if shown else "")
    answer = Response(page.replace(_TOKEN, generate_csrf()))
    answer.set_etag(version)
    return answer


def _put_together(
    desk: Desk, work: Work, template: str, version: str, show: Show, asked: dict[str, str]
) -> tuple[str, tuple[int, ...]]:
    """Return a page with a mark in place of the form's token, and the cases on it."""
    queue = casebook.queue(work, casebook.Wanted(**asked, me=me().person_id))
    page = render_template(
        template, queue=queue, on_call=casebook.on_call(work), version=version, times=desk.times(work), words=words,
        form=show, asked=asked, csrf_token=lambda: _TOKEN,
    )  # fmt: skip
    return page, tuple(case.number for case in queue.cases)
