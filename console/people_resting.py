"""A pause, its end, and leaving the line: each says what will be heard before anything happens."""

from datetime import date, datetime
from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from checkin import wording
from checkin.people import Member
from checkin.register import leaving
from console import forms
from console import people_words as said
from console.desk import Desk
from console.paging import tell
from console.people_forms import End, Pause, answers, refused
from console.people_pages import SOON, address, back, hears, member, record


def pause(desk: Desk, person_id: UUID) -> AnyResponse:
    """Leave somebody in peace until a day."""
    with desk.work() as work:
        who = member(work, person_id)
        form = Pause({"back": _back_on(who, work.now)})
        if form.sent():
            with refused(form, "back"):
                until = leaving.pause_until(work, who, form.back.data)
                day = wording.day(until.astimezone(who.zone), who.language)
                if form.checked:
                    leaving.pause(work, who, until)
                    record(work, "paused_person", person_id)
                else:
                    heard = [(SOON, hears(work, who, "pause.done", until=day))]
                    heard.append(("At the end", hears(work, who, "pause.over")))
                    return form.page("person_check.html", title=f"Pause {said.name(who.name)}", verb="Pause",
                                     rows=answers(form), heard=heard, back=address(person_id))  # fmt: skip
        if not form.done:
            return form.page("person_form.html", title=f"Pause {said.name(who.name)}", verb="Go on",
                             person_id=person_id, hint=said.PAUSE)  # fmt: skip
    tell("Paused. If they were being looked for just now, that has stopped.")
    return back(person_id)


def _back_on(who: Member, now: datetime) -> date | None:
    paused = who.paused_until
    return paused.astimezone(who.zone).date() if paused and paused > now else None


def unpause(desk: Desk, person_id: UUID) -> AnyResponse:
    """End somebody's pause."""
    with desk.work() as work:
        who = member(work, person_id)
        form = forms.Form()
        if form.sent() and form.checked:
            with refused(form):
                leaving.unpause(work, who)
                record(work, "unpaused_person", person_id)
        if not form.done:
            heard = [(SOON, hears(work, who, "back.done"))]
            title = f"End the pause of {said.name(who.name)}"
            return form.page(
                "person_check.html", title=title, verb="End the pause", rows=[], heard=heard, back=address(person_id)
            )
    tell("The pause is over.")
    return back(person_id)


def end(desk: Desk, person_id: UUID) -> AnyResponse:
    """Have somebody leave the line."""
    with desk.work() as work:
        who = member(work, person_id)
        title = f"{said.name(who.name)} leaves the line"
        form = End()
        if (first := leaving.cannot_leave(work, person_id)) is not None:
            form.refuse(first)
        elif form.sent():
            with refused(form):
                if form.checked:
                    leaving.end(work, who, words=form.their_words.data)
                    record(work, "ended_person", person_id)
                else:
                    goodbye = hears(work, who, "leaving.goodbye") if who.streams else said.NO_GOODBYE
                    buddies = hears(work, who, "pair.ended", buddy=who.name)
                    heard = [("One goodbye", goodbye), ("Each of their buddies, and those they look out for", buddies)]
                    return form.page("person_check.html", title=title, verb="End it", rows=answers(form), heard=heard,
                                     back=address(person_id))  # fmt: skip
        if not form.done:
            return form.page("person_form.html", title=title, verb="Go on", person_id=person_id, hint=said.END)
    tell("They have left the line. Nothing more is sent to them after the goodbye.")
    return back(person_id)
