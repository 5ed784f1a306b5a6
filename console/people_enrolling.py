"""Enrolling somebody: the consent that is read out, the form, and what they will hear first."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import wording
from checkin.conversations.sentences import render
from checkin.register import keeping
from checkin.register.rows import BETWEEN, Understood
from checkin.store.work import Work
from console import people_words as said
from console.desk import Desk
from console.paging import tell
from console.people_forms import NEW, Enrol, answers, choices, parts, refused, row_of
from console.people_pages import CONSENT, record, source


def enrol(desk: Desk) -> AnyResponse:
    """Show the form, then what was typed and what they will hear, and then put them on the line."""
    with desk.work() as work:
        form = choices(Enrol(None if request.method == "POST" else NEW), work)
        found = _understood(work, form) if form.sent() else None
        if found is None:
            return form.page(
                "person_enrol.html", sentence=_sentence(work, "en", tuple(said.STREAMS)), parts=parts(form)
            )
        language = str(found.spec.fields["language"])
        if not form.checked:
            heard = [(said.WHEN_ENROLLED[keeping.confirms_by_text(found)], _first_words(work, found))]
            return form.page(
                "person_check.html", title=f"Enrol {found.spec.name}", verb="Enrol them", rows=answers(form),
                heard=heard, sentence=_sentence(work, language, found.spec.streams), back=url_for("people.show"),
            )  # fmt: skip
        person_id = keeping.enrol(work, found, source(work, form, language))
        record(work, "enrolled", person_id)
    tell(f"{found.spec.name} is enrolled.")
    return redirect(url_for("people.one", person_id=person_id), 303)


def _understood(work: Work, form: Any) -> Understood | None:
    if form.when.data > work.now.astimezone(work.settings.zone).date():
        form.refuse("Enter a day that has come already", "when")
        return None
    if not form.streams.data:
        form.refuse("Tick what they have agreed to", "streams")
        return None
    phones = BETWEEN.join(filter(None, (form.phone.data, form.second_phone.data)))
    row = row_of(form.values) | {"phones": phones}
    found: list[Understood] = []
    with refused(form):
        found.append(keeping.check_new(work, row, shares=form.shares.data))
    return found[0] if found else None


def _first_words(work: Work, found: Understood) -> str:
    spec = found.spec
    language = str(spec.fields["language"])
    if not keeping.confirms_by_text(found):
        return said.NOTHING_YET
    variant: wording.Variant = "discreet" if spec.fields["discreet"] else "text"
    group = found.groups[0] if found.groups else work.settings.name
    streams = wording.stream_names(spec.streams, language)
    return render(work, "joining.ask", language, variant, {"group": group, "streams": streams})


def _sentence(work: Work, language: str, streams: Sequence[str]) -> str:
    return render(work, CONSENT, language, "voice", {"streams": wording.stream_names(streams, language)})
