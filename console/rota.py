"""Who is on call: the coming days with their gaps, and who would answer. Changing it is next door, in
`rota_changes.py`."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response

from checkin import duties, escalations, people, wording
from checkin import rota as rotas
from checkin.errors import BadInput
from checkin.rota import moments, words
from checkin.store.work import Work
from console import forms, rota_changes
from console.desk import Desk

_COMING = timedelta(days=14)
_LANGUAGES = (("", "Any language"), *wording.NAMES.items())


class Ask(forms.Filter):
    """Who would answer then?"""

    at = forms.line("When", hint="Such as: Tue 3am, tomorrow 22:00, 24 Dec 20:00, now", longest=60)
    language = forms.choice("The member speaks", _LANGUAGES)


def room(desk: Desk) -> Blueprint:
    """Return the room: `/rota`, and a page for each way of changing it."""
    door = Blueprint("rota", __name__, url_prefix="/rota")
    door.add_url_rule("", "show", lambda: _show(desk))
    rota_changes.hang(door, desk)
    return door


def _show(desk: Desk) -> Response:
    form = Ask()
    zone = desk.line.settings.zone
    with desk.work() as work:
        whole = rotas.read(work)
        spans = rotas.spans(whole, work.now, work.now + _COMING)
        names = {person: colleague.name for person, colleague in whole.people.items()}
        asked, wrong = _who_would_answer(desk, work, form.values) if form.at.data else (None, "")
        if wrong:
            form.refuse(wrong, "at")
        return form.page(
            "rota.html",
            now_on_call=rotas.who(work, work.now),
            spans=[(words.from_to(s.starts, s.ends, zone), [names[h.person] for h in s.held]) for s in spans],
            gaps=rota_changes.told(rotas.holes(whole, work.now, work.now + duties.AHEAD), zone),
            shifts=[(s, names[s.person], words.in_words(s, work.now), words.rank(s.rank)) for s in whole.shifts],
            changes=[(c.id, *rota_changes.change_said(whole, c, zone)) for c in whole.changes]
            + [
                (a.id, names.get(a.person, "Somebody"), f"away {words.from_to(a.starts, a.ends, zone)}")
                for a in whole.away
                if a.id
            ],
            stand_ins=[names[person] for person in whole.stand_ins],
            asked=asked,
        )


def _who_would_answer(desk: Desk, work: Work, asked: dict[str, Any]) -> tuple[dict[str, object] | None, str]:
    """Return who would be asked at a moment, in which order, when and why; or what is wrong with the moment."""
    zone, language = desk.line.settings.zone, asked["language"] or None
    try:
        at = moments.read(asked["at"] or "now", work.now, zone)
    except BadInput as error:
        return None, str(error)
    turns = {turn.person: turn for turn in rotas.who(work, at, language)}
    found = escalations.would_reach(work, at, language)
    names = people.first_names(work, [*dict(found.asked), *found.everybody])
    return {
        "at": words.day_and_time(at, zone),
        "hole": not turns,
        "language": dict(_LANGUAGES).get(language, "") if language else "",
        "in_turn": [
            {
                "name": names.get(person, ""),
                "why": turns[person].why if person in turns else "named by the policy",
                "speaks": language in turns[person].speaks if person in turns and language else False,
                "after": minutes,
            }
            for person, minutes in found.asked
        ],
        "everybody": sorted(names[person] for person in found.everybody if person in names),
        "last": found.last,
    }, ""
