"""Tables of people in and out, one person's data handed over, and erased. Everything here asks for a password again."""

import json
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit
from checkin.errors import BadInput
from checkin.records import erasing, exporting
from checkin.register import importing, sheet, uploads
from checkin.register.importing import Plan
from console import forms
from console import people_words as said
from console.desk import Desk, me
from console.people import find
from console.proof import needs_fresh_login

_MOST_SHOWN = 200
# The file, and what a browser puts around it.
_MOST_SENT = sheet.MOST_BYTES + 64 * 1024
_HERE = "<!-- progress -->"


class Table(forms.Form):
    """A table of people."""

    table = forms.file("A table of people (CSV)", hint="Saved from a spreadsheet as CSV. Up to 5 MB and 50,000 rows")


class Sure(forms.Form):
    """That somebody is to be erased for good."""

    sure = forms.yes("I know that this cannot be taken back", needed="Tick that you know it cannot be taken back")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/people/table`, and `/people/<id>/erase`."""
    door = Blueprint("records", __name__, url_prefix="/people")

    @door.before_request
    def take_long_files() -> None:
        """Let a table be as long as tables may be. Nothing of it is read before it is known who sends it."""
        request.max_content_length = _MOST_SENT

    def table() -> AnyResponse:
        return _table(desk)

    def preview(upload: UUID) -> AnyResponse:
        return _preview(desk, upload)

    def bring_in(upload: UUID) -> AnyResponse:
        return Response(_bringing_in(desk, upload, me().person_id), headers={"X-Accel-Buffering": "no"})

    def everybody() -> AnyResponse:
        with desk.work() as work:
            written = sheet.write(importing.export(work))
            audit.record(work, me().person_id, "exported_people", "people")
        return _download(written, "people.csv", "text/csv")

    def erase(person_id: UUID) -> AnyResponse:
        return _erase(desk, person_id)

    def too_long(_: RequestEntityTooLarge) -> AnyResponse:
        why = "A table may be 5 MB long. Part it into several, each with the first line, and send one after another."
        return Response(render_template("problem.html", title="This file is too long", why=why), 413)

    door.register_error_handler(RequestEntityTooLarge, too_long)
    door.add_url_rule("/table", "table", table, methods=["GET", "POST"])
    door.add_url_rule("/table/<uuid:upload>", "preview", preview)
    door.add_url_rule("/table/<uuid:upload>", "bring_in", needs_fresh_login(bring_in), methods=["POST"])
    door.add_url_rule("/people.csv", "everybody", needs_fresh_login(everybody), methods=["POST"])
    door.add_url_rule("/<uuid:person_id>/erase", "erase", needs_fresh_login(erase), methods=["GET", "POST"])
    return door


def data_room(desk: Desk) -> Blueprint:
    """Return the room: `/people/<id>/data.json` and `.html`, for those who may read what was said."""
    door = Blueprint("data", __name__, url_prefix="/people/<uuid:person_id>")

    def data(person_id: UUID, kind: str) -> AnyResponse:
        return _data(desk, person_id, kind)

    door.add_url_rule("/data.<any(json, html):kind>", "data", needs_fresh_login(data))
    return door


def _table(desk: Desk) -> AnyResponse:
    form = Table()
    if form.posted:
        sent = request.files.get("table")
        try:
            text = sheet.decoded(sent.read() if sent else b"")
            if not text.strip():
                raise BadInput("Choose a file with people in it")
        except BadInput as error:
            form.refuse(str(error), "table")
        else:
            with desk.work() as work:
                upload = uploads.keep(work, me().person_id, text)
                audit.record(work, me().person_id, "sent_table", "people")
            return redirect(url_for("records.preview", upload=upload), 303)
    return form.page("people_table.html", columns=sheet.TAKEN)


def _preview(desk: Desk, upload: UUID) -> AnyResponse:
    with desk.work() as work:
        text = uploads.find(work, upload, me().person_id)
        if text is None:
            abort(404)
        made = importing.plan(work, text)
        audit.record(work, me().person_id, "looked_at_table", "people")
    return Response(_shown("people_preview.html", made, upload), 422 if made.wrongs else 200)


def _shown(template: str, made: Plan, upload: UUID) -> str:
    first = [(e.line, said.name(e.found.spec.name), e.person_id is None) for e in made.entries[:20]]
    return render_template(template, made=made, upload=upload, wrongs=made.wrongs[:_MOST_SHOWN], first=first)


def _bringing_in(desk: Desk, upload: UUID, by: UUID) -> Iterator[str]:
    """Yield a page that grows while the table is brought in. What is done is kept only when it has come to its end:
    whoever leaves the page before that has brought nothing in."""
    with desk.work() as work:
        text = uploads.find(work, upload, by)
        if text is None:
            abort(404)
    top, bottom = render_template("people_importing.html", here=_HERE).split(_HERE)
    return _grow(desk, upload, by, text, top, bottom)


def _grow(desk: Desk, upload: UUID, by: UUID, text: str, top: str, bottom: str) -> Iterator[str]:
    yield top
    with desk.work() as work:
        made = importing.plan(work, text)
        if made.wrongs:
            told = "<p>Nothing was brought in: something has changed since you looked. Look at the table again.</p>"
        else:
            for done, total in importing.bring_in(work, made):
                yield f"<li>{done:,} of {total:,}</li>\n"
            uploads.drop(work, upload)
            audit.record(work, by, "imported_people", f"{made.new} new, {made.changed} changed")
            told = f"<p><strong>Done:</strong> {made.new:,} are new, {made.changed:,} changed.</p>"
    yield f"</ol>{told}{bottom}"


def _data(desk: Desk, person_id: UUID, kind: str) -> AnyResponse:
    with desk.work() as work:
        find(work, person_id)
        found = exporting.export(work, person_id)
        audit.record(work, me().person_id, "exported_person", f"person {person_id}")
    if kind == "html":
        page = exporting.readable(found, f"What {desk.line.settings.name} holds")
        return _download(page, "what-we-hold.html", "text/html")
    return _download(json.dumps(found, ensure_ascii=False, indent=1), "what-we-hold.json", "application/json")


def _download(text: str, name: str, kind: str) -> Response:
    return Response(
        text,
        mimetype=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _erase(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        person = find(work, person_id)
        form = Sure()
        first = erasing.cannot_erase(work, person_id)
        receipt = erasing.erase(work, person_id) if first is None and form.sent() else None
        if receipt is not None:
            audit.record(work, me().person_id, "erased_person", f"person {person_id}", erasing.told(receipt))
    if receipt is not None:
        return Response(render_template("person_erased.html", receipt=receipt))
    return form.page("person_erase.html", person=person, first=first, said=said)
