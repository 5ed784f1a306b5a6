"""The audit: who read or did what, searched, and whether its chain is whole; for admins and safeguarding leads."""

from datetime import datetime, time, timedelta
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from checkin import audit, staff
from console import audit_words, forms
from console.desk import Desk, me
from console.paging import PER_PAGE, Paging, asked_page, offset

READERS = frozenset({"admin", "safeguarding"})


class Search(forms.Filter):
    """What is looked for."""

    who = forms.choice("Who")
    action = forms.line("What", hint="Or how it begins, such as: read", longest=60)
    subject = forms.line("About", hint="Such as: case 12", longest=60)
    since = forms.day("From")
    until = forms.day("Until")


def room(desk: Desk) -> Blueprint:
    """Return the room: `/audit` and `/audit/check`."""
    door = Blueprint("audit", __name__, url_prefix="/audit")
    door.add_url_rule("", "show", lambda: _show(desk))
    door.add_url_rule("/check", "check", lambda: _check(desk))
    return door


def _show(desk: Desk) -> Response:
    with desk.work() as work:
        form = Search()
        everybody = [("", "Everybody"), *((str(one.person_id), one.name) for one in staff.everybody(work))]
        form.who.choices = forms.options(everybody)
        wanted, page = form.values, asked_page()
        found = audit.search(
            work,
            actor=UUID(wanted["who"]) if wanted["who"] else None,
            action=(wanted["action"] or "").lower().replace(" ", "_"),
            subject=wanted["subject"] or "",
            since=desk.moment(datetime.combine(wanted["since"], time())) if wanted["since"] else None,
            until=desk.moment(datetime.combine(wanted["until"], time()) + _DAY) if wanted["until"] else None,
            skip=offset(page),
            most=PER_PAGE + 1,
        )
        shown = render_template(
            "audit.html",
            form=form,
            entries=found[:PER_PAGE],
            told=audit_words.teller(work, found, desk.times(work)),
            paging=Paging(page, None, more=len(found) > PER_PAGE),
            times=desk.times(work),
        )
        audit.record(work, me().person_id, "read_audit", "audit")
    return Response(shown)


def _check(desk: Desk) -> Response:
    with desk.work() as work:
        part = audit.check_part(work, _whole("after"))
        checked = _whole("checked") + part.count
        page = render_template("audit_check.html", part=part, checked=checked)
        if part.whole:
            audit.record(work, me().person_id, "check_audit", "audit", "broken" if part.broken else "whole")
    return Response(page)


_DAY = timedelta(days=1)


def _whole(name: str) -> int:
    asked = request.args.get(name, "0")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else 0
