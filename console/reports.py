"""Reports: figures as plots, tables and sheets; nobody's words or names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, reports
from checkin.errors import BadInput
from checkin.reports import Figure, Period
from checkin.store.work import Work, as_uuid
from console import plots, report_words, sheets
from console.desk import Desk, me
from console.forms import Filter, choice, day, options

# A picture brings its own style, and nothing else.
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# What a facilitator is shown of a group of their own.
_THEIRS = frozenset({"checkins", "attendance"})


class Asked(Filter):
    """What a report is about."""

    first = day("From", hint="The week in which this day lies")
    last = day("Until")
    group = choice("Group")


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked for, and its figures."""

    form: Asked
    period: Period
    figures: list[Figure]


def room(desk: Desk) -> Blueprint:
    """Return the room: `/reports`, and each figure as a picture and as a sheet."""
    door = Blueprint("reports", __name__, url_prefix="/reports")

    def plot(name: str) -> Response:
        with desk.work() as work:
            figure = _one(_read(desk, work), name)
        return Response(plots.svg(figure), mimetype="image/svg+xml")

    def sheet(name: str) -> Response:
        return _sheet(desk, name)

    def dress(answer: AnyResponse) -> AnyResponse:
        if answer.mimetype == "image/svg+xml":
            answer.headers["Content-Security-Policy"] = _PICTURE
        return answer

    door.add_url_rule("", "show", lambda: _show(desk))
    door.add_url_rule("/<name>.svg", "plot", plot)
    door.add_url_rule("/<name>.csv", "sheet", sheet)
    door.after_request(dress)
    return door


def _show(desk: Desk) -> Response:
    with desk.work() as work:
        found = _read(desk, work)
        page = render_template(
            "reports.html",
            form=found.form,
            report=found,
            said=report_words,
            fewest=work.settings.small_numbers,
            counted=reports.counted_until(work),
            # What is not of this form would be taken for a part of the address.
            address={field.name: request.args[field.name] for field in found.form if field.name in request.args},
            times=desk.times(work),
        )
        audit.record(work, me().person_id, "read_figures", "reports")
    return Response(page, 422 if found.form.errors else 200)


def _sheet(desk: Desk, name: str) -> Response:
    with desk.work() as work:
        figure, fewest = _one(_read(desk, work), name), work.settings.small_numbers
        audit.record(work, me().person_id, "saved_figures", f"report {figure.name}")
    rows = [
        [report_words.row(row.name), *(report_words.cell(cell, fewest) for cell in row.cells)] for row in figure.rows
    ]
    return sheets.sheet(figure.name, report_words.header(figure), rows)


def _one(report: Report, name: str) -> Figure:
    return next((figure for figure in report.figures if figure.name == name), None) or abort(404)


def _read(desk: Desk, work: Work) -> Report:
    own = desk.groups(work)
    seen = [(group, name) for group, name in reports.groups(work) if own is None or group in own]
    form = Asked()
    everybody = [("", "Everybody")] if own is None else []
    form.group.choices = options([*everybody, *((str(group), name) for group, name in seen)])
    asked = form.values
    # Without a group in the address it is everybody; that is nothing to mend.
    form.group.errors = ()
    group = as_uuid(asked["group"] or "")
    if own is not None:
        group = group if group in own else next(iter(sorted(own)), None)
    period = _period(form, asked, work.now.astimezone(work.settings.zone).date())
    if own is not None and group is None:
        return Report(form, period, [])
    figures = reports.figures(work, period, group)
    return Report(form, period, [figure for figure in figures if own is None or figure.name in _THEIRS])


def _period(form: Asked, asked: dict[str, Any], today: date) -> Period:
    try:
        return reports.period(asked["first"], asked["last"], today)
    except BadInput as error:
        form.refuse(str(error), "last")
        return reports.period(None, None, today)
