"""Buddies: who looks out for whom, and how a pair comes about, is handed on, looked at and ended.

Before anybody is asked or told anything, the page shows the words that each of them will get.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, buddies, pairing, people
from checkin.conversations import previews
from checkin.errors import BadInput
from checkin.pairing import matching, overview
from checkin.store.work import Work, as_uuid
from console import buddies_words as said
from console.desk import Desk, me
from console.forms import Filter, Form, choice, clock, day
from console.paging import Paging, asked_page, offset, tell
from console.people import Whom, look_for

_RANKS = [("1", "First buddy"), ("2", "Second buddy, who stands in")]
_FIRST = [
    ("both", "Both at once"),
    ("member", "The member first, the buddy after a yes"),
    ("buddy", "The buddy first, the member after a yes"),
]
_EVERY = [("1", "Every week"), ("2", "Every second week"), ("4", "Every fourth week"), ("0", "Never")]
_DAYS = [
    ("MO", "Monday"), ("TU", "Tuesday"), ("WE", "Wednesday"), ("TH", "Thursday"), ("FR", "Friday"),
    ("SA", "Saturday"), ("SU", "Sunday"),
]  # fmt: skip


class Narrow(Filter):
    """Which pairs the list shows."""

    which = choice("Show", list(said.WHICH.items()))


class Propose(Form):
    """What two people are asked."""

    rank = choice("As", _RANKS, radios=True, needed="Choose one of these")
    first = choice("Who is asked first", _FIRST, radios=True, needed="Choose who is asked first")
    every = choice("The buddy is asked how it goes", _EVERY, needed="Choose one of these")
    on = choice("On", _DAYS)
    at = clock("At", hint="On the buddy's own clock", needed="Enter a time, such as 17:00")
    review_on = day("First review", hint="A task comes up for you on this day", needed="Enter the day")


class Review(Form):
    """When a pair is looked at next."""

    review_on = day("Next review", needed="Enter the day")


class End(Form):
    """A pair is to end: nothing to fill in, and what is told stands beside it."""


def room(desk: Desk) -> Blueprint:
    """Return the room: `/buddies` and what can be done from there."""
    door = Blueprint("buddies", __name__, url_prefix="/buddies")

    def show() -> Response:
        return _list(desk)

    def find() -> Response:
        return _find(desk)

    def match(member_id: UUID) -> Response:
        return _match(desk, member_id)

    def propose(member_id: UUID, buddy_id: UUID) -> AnyResponse:
        return _propose(desk, member_id, buddy_id)

    def withdraw(proposal_id: UUID) -> AnyResponse:
        return _withdraw(desk, proposal_id)

    def one(pair_id: UUID) -> AnyResponse:
        return _one(desk, pair_id)

    def end(pair_id: UUID) -> AnyResponse:
        return _end(desk, pair_id)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/find", "find", find)
    door.add_url_rule("/for/<uuid:member_id>", "match", match)
    door.add_url_rule("/for/<uuid:member_id>/<uuid:buddy_id>", "propose", propose, methods=["GET", "POST"])
    door.add_url_rule("/proposals/<uuid:proposal_id>/withdraw", "withdraw", withdraw, methods=["POST"])
    door.add_url_rule("/<uuid:pair_id>", "one", one, methods=["GET", "POST"])
    door.add_url_rule("/<uuid:pair_id>/end", "end", end, methods=["GET", "POST"])
    return door


def _list(desk: Desk) -> Response:
    with desk.work() as work:
        form, number = Narrow(), asked_page()
        which: overview.Which = form.values["which"] or "all"
        form.which.errors = ()
        found = overview.pairs(work, which, offset=offset(number))
        page = render_template(
            "buddies.html",
            form=form,
            found=found,
            proposed=overview.proposed(work) if number == 1 else (),
            paging=Paging(number, found.total),
            most=desk.line.settings.buddy_most,
            said=said,
            times=desk.times(work),
        )
        audit.record(work, me().person_id, "read_pairs", "pairs", which)
    return Response(page)


def _find(desk: Desk) -> Response:
    """Look for whoever is to have a buddy."""
    with desk.work() as work:
        form = Whom()
        page = render_template("buddies_find.html", form=form, found=look_for(work, form), said=said)
        audit.record(work, me().person_id, "searched_people", "people")
    return Response(page, 422 if form.errors else 200)


def _match(desk: Desk, member_id: UUID) -> Response:
    """Show who might suit somebody, and why; or whoever is looked for by name."""
    with desk.work() as work:
        name, form = _name(work, member_id), Whom()
        page = render_template(
            "buddies_match.html",
            form=form,
            member_id=member_id,
            name=name,
            instead=_instead(work, member_id),
            suggestions=matching.suggest(work, member_id),
            others=[one for one in look_for(work, form).people if one.id != member_id],
            most=desk.line.settings.buddy_most,
            said=said,
        )
        audit.record(work, me().person_id, "read_matches", f"person {member_id}")
    return Response(page, 422 if form.errors else 200)


def _propose(desk: Desk, member_id: UUID, buddy_id: UUID) -> AnyResponse:
    """Ask for the particulars, show what will be said, and then ask both."""
    with desk.work() as work:
        two = (_name(work, member_id), _name(work, buddy_id))
        instead = _instead(work, member_id)
        form = Propose(_defaults(work, instead) if request.method == "GET" else None)
        shown = {"two": two, "instead": instead, "member_id": member_id, "buddy_id": buddy_id, "said": said}
        if form.sent():
            replaces = instead.id if instead else None
            if not form.checked:
                told = previews.of_proposal(work, member_id, buddy_id, replaces=replaces)
                return form.page("buddies_check.html", told=told, rows=said.answers(form), **shown)
            with form.told(work):
                ask = _ask(member_id, buddy_id, form.values)
                if replaces:
                    pairing.hand_over(work, me().person_id, replaces, ask)
                else:
                    pairing.propose(work, me().person_id, ask)
        if not form.done:
            return form.page("buddies_propose.html", **shown)
    tell(f"{two[0]} and {two[1]} are being asked.")
    return redirect(url_for("buddies.show"), 303)


def _defaults(work: Work, instead: overview.PairRow | None) -> dict[str, object]:
    rule, at = (instead.rule, instead.at) if instead else ("FREQ=WEEKLY;BYDAY=SU", time(17))
    return {
        "rank": str(instead.rank if instead else 1),
        "first": "both",
        "every": said.every(rule),
        "on": said.day_of(rule),
        "at": at or time(17),
        "review_on": pairing.review_at(work, first=True).date(),
    }


def _ask(member_id: UUID, buddy_id: UUID, values: dict[str, Any]) -> pairing.Ask:
    weeks, rule = int(values["every"]), None
    if weeks:
        interval = f";INTERVAL={weeks}" if weeks > 1 else ""
        rule = f"FREQ=WEEKLY;BYDAY={values['on']}{interval}"
    return pairing.Ask(
        member_id,
        buddy_id,
        values["first"],
        rank=int(values["rank"]),
        rule=rule,
        at=values["at"] if rule else None,
        review_on=values["review_on"],
    )


def _withdraw(desk: Desk, proposal_id: UUID) -> AnyResponse:
    try:
        with desk.work() as work:
            pairing.withdraw(work, me().person_id, proposal_id)
    except BadInput as error:
        tell(str(error))
    else:
        tell("Taken back. Both hear that it is not going ahead.")
    return redirect(url_for("buddies.show"), 303)


def _one(desk: Desk, pair_id: UUID) -> AnyResponse:
    with desk.work() as work:
        pair = overview.one(work, pair_id) or abort(404)
        form = Review({"review_on": _day(pair.review_due_at, desk)})
        if form.sent():
            with form.told(work):
                pairing.put_review(work, me().person_id, pair_id, form.values["review_on"])
        if not form.done:
            page = form.page(
                "pair.html", pair=pair, said=said, times=desk.times(work), most=desk.line.settings.buddy_most
            )
            audit.record(work, me().person_id, "read_pair", f"pair {pair_id}")
            return page
    tell("The next review is on another day now.")
    return redirect(url_for("buddies.one", pair_id=pair_id), 303)


def _day(moment: datetime | None, desk: Desk) -> date | None:
    return moment.astimezone(desk.line.settings.zone).date() if moment else None


def _end(desk: Desk, pair_id: UUID) -> AnyResponse:
    with desk.work() as work:
        pair = overview.one(work, pair_id) or abort(404)
        form = End()
        if not form.posted:
            return form.page("pair_end.html", pair=pair, told=previews.of_end(work, pair_id), said=said)
        buddies.end(work, pair_id)
        audit.record(work, me().person_id, "pair_ended", f"pair {pair_id}")
    tell(f"The pair of {pair.member} and {pair.buddy} has ended. Both are told.")
    return redirect(url_for("buddies.show"), 303)


def _instead(work: Work, member_id: UUID) -> overview.PairRow | None:
    """Return the pair that is to be handed over, where the address names one of this member's."""
    asked = as_uuid(request.args.get("instead", ""))
    pair = overview.one(work, asked) if asked else None
    return pair if pair and pair.member_id == member_id else None


def _name(work: Work, person_id: UUID) -> str:
    """Return somebody's first name, or answer that there is no such page."""
    if people.lock(work, person_id) is None:
        abort(404)
    return people.first_name(work, person_id)
