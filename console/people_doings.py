"""What staff do with somebody: enrol them, change what is known, another number, a pause, an end."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, people, phrases, wording
from checkin.conversations.sentences import render
from checkin.load.persons import Source
from checkin.people import Member
from checkin.phone import parse
from checkin.register import keeping, leaving, moving
from checkin.register.rows import BETWEEN, Understood, parted, written
from checkin.store.work import Work, as_uuid
from console import forms
from console import people_words as said
from console.desk import Desk, me
from console.paging import tell
from console.people_forms import (
    NEW,
    Change,
    Code,
    Contact,
    End,
    Enrol,
    NewNumber,
    Pause,
    answers,
    refused,
    row_of,
    stored_of,
)  # fmt: skip


def room(desk: Desk) -> Blueprint:
    """Return the room: `/people/new`, and under `/people/<id>` what can be done there."""
    door = Blueprint("register", __name__, url_prefix="/people")

    def hang(name: str, view: Callable[[Desk, UUID], AnyResponse]) -> None:
        def show(person_id: UUID) -> AnyResponse:
            return view(desk, person_id)

        door.add_url_rule(f"/<uuid:person_id>/{name}", name, show, methods=["GET", "POST"])

    door.add_url_rule("/new", "enrol", lambda: _enrol(desk), methods=["GET", "POST"])
    for name, view in {
        "change": _change, "contacts": _contacts, "number": _number, "code": _code, "pause": _pause,
        "unpause": _unpause, "end": _end,
    }.items():  # fmt: skip
        hang(name, view)
    return door


def _enrol(desk: Desk) -> AnyResponse:
    with desk.work() as work:
        form = Enrol(None if request.method == "POST" else NEW)
        found = _understood(work, form) if form.sent() else None
        if found is None:
            return form.page("person_enrol.html", sentence=_sentence(work, "en", tuple(said.STREAMS)), said=said)
        if not form.checked:
            language, streams = str(found.spec.fields["language"]), found.spec.streams
            heard = [(said.WHEN_ENROLLED[keeping.confirms_by_text(found)], _first_words(work, found))]
            return form.page(
                "person_check.html", title=f"Enrol {found.spec.name}", verb="Enrol them", rows=answers(form),
                heard=heard, sentence=_sentence(work, language, streams), back=url_for("people.show"),
            )  # fmt: skip
        person_id = keeping.enrol(work, found, _source(work, form, str(found.spec.fields["language"])))
        _record(work, "enrolled", person_id)
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


def _change(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        _member(work, person_id)
        row = written(work, [person_id])[person_id]
        form = Change(stored_of(row))
        if form.sent():
            wanted = set(form.streams.data)
            if wanted != set(parted(row["streams"])) and not form.how.data:
                form.refuse("Say how they told you that what they agree to has changed", "how")
            else:
                with refused(form):
                    source = _source(work, form, form.language.data)
                    keeping.change(work, person_id, row_of(form.values), source)
                    _record(work, "changed_person", person_id)
        if not form.done:
            return form.page("person_form.html", title=f"Change {said.name(row['name'])}", verb="Save",
                             person_id=person_id, hint=said.CHANGE_IS_SILENT)  # fmt: skip
    tell("Saved. They hear nothing of it now.")
    return _back(person_id)


def _pause(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        form = Pause()
        if form.sent():
            with refused(form, "back"):
                until = leaving.pause_until(work, member, form.back.data)
                day = wording.day(until.astimezone(member.zone), member.language)
                if form.checked:
                    leaving.pause(work, member, until)
                    _record(work, "paused_person", person_id)
                else:
                    heard = [(_SOON, _hears(work, member, "pause.done", until=day))]
                    heard.append(("At the end", _hears(work, member, "pause.over")))
                    return form.page("person_check.html", title=f"Pause {said.name(member.name)}", verb="Pause",
                                     rows=answers(form), heard=heard, back=_address(person_id))  # fmt: skip
        if not form.done:
            return form.page("person_form.html", title=f"Pause {said.name(member.name)}", verb="Go on",
                             person_id=person_id, hint=said.PAUSE)  # fmt: skip
    tell("Paused. If they were being looked for just now, that has stopped.")
    return _back(person_id)


def _unpause(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        form = forms.Form()
        if form.sent() and form.checked:
            with refused(form):
                leaving.unpause(work, member)
                _record(work, "unpaused_person", person_id)
        if not form.done:
            heard = [(_SOON, _hears(work, member, "back.done"))]
            title = f"End the pause of {said.name(member.name)}"
            return form.page(
                "person_check.html", title=title, verb="End the pause", rows=[], heard=heard, back=_address(person_id)
            )
    tell("The pause is over.")
    return _back(person_id)


_SOON = "At once, or when they may be disturbed"


def _end(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        form = End()
        if (first := leaving.cannot_leave(work, person_id)) is not None:
            form.refuse(first)
        elif form.sent():
            with refused(form):
                if form.checked:
                    leaving.end(work, member, words=form.their_words.data)
                    _record(work, "ended_person", person_id)
                else:
                    goodbye = _hears(work, member, "leaving.goodbye") if member.streams else said.NO_GOODBYE
                    heard = [("One goodbye", goodbye), ("Each of their buddies, and those they look out for",
                             _hears(work, member, "pair.ended", buddy=member.name))]  # fmt: skip
                    title = f"{said.name(member.name)} leaves the line"
                    return form.page(
                        "person_check.html", title=title, verb="End it", rows=answers(form), heard=heard,
                        back=_address(person_id),
                    )  # fmt: skip
        if not form.done:
            return form.page("person_form.html", title=f"{said.name(member.name)} leaves the line", verb="Go on",
                             person_id=person_id, hint=said.END)  # fmt: skip
    tell("They have left the line. Nothing more is sent to them after the goodbye.")
    return _back(person_id)


def _number(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        phones = people.numbers(work, person_id)
        form = NewNumber()
        form.instead_of.choices = forms.options(
            [*((str(phone_id), said.number(number, work.settings.country)) for phone_id, number, _ in phones),
             ("none", "None of theirs: it comes in addition")]
        )  # fmt: skip
        if form.sent():
            with refused(form, "phone"):
                moving.ask(
                    work, member, parse(form.phone.data, work.settings.country), form.medium.data,
                    instead_of=as_uuid(form.instead_of.data), by=me().person_id, shares=form.shares.data,
                )  # fmt: skip
                _record(work, "sent_number_code", person_id)
        if not form.done:
            heard = [("The new number, now", _hears(work, member, moving.CODE, code="1234")),
                     ("The new number, once it is proved", _hears(work, member, "number.moved")),
                     ("The old number", "Nothing.")]  # fmt: skip
            return form.page("person_form.html", title=f"Another number for {said.name(member.name)}",
                             verb="Send the code", person_id=person_id, hint=said.NEW_NUMBER, heard=heard)  # fmt: skip
    tell("The code is on its way. Ask them to read it to you.")
    return redirect(url_for("register.code", person_id=person_id), 303)


def _code(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        move = moving.standing(work, person_id)
        form = Code()
        if move is None:
            form.refuse("No number is being proved any more. Send a new code.")
        elif form.sent():
            with refused(form, "code"):
                try:
                    moving.confirm(work, member, form.code.data)
                except moving.WrongCode as wrong:
                    moving.count_wrong(work, wrong.move_id)
                    raise
                finally:
                    _record(work, "gave_number_code", person_id)
        if not form.done:
            number = said.number(move.number, work.settings.country) if move else ""
            return form.page("person_form.html", title=f"The code sent to {number}" if number else "No code is sent",
                             verb="Use this number", person_id=person_id, hint=said.CODE)  # fmt: skip
    tell("The new number is used from now on. The old one hears nothing of it.")
    return _back(person_id)


def _contacts(desk: Desk, person_id: UUID) -> AnyResponse:
    with desk.work() as work:
        member = _member(work, person_id)
        form = Contact(_stored_contacts(work, person_id))
        if form.sent():
            with refused(form):
                given = [(form[f"name_{n}"].data, form[f"phone_{n}"].data) for n in (1, 2, 3)]
                keeping.keep_contacts(work, member, given, Source("console", None, ""))
                _record(work, "changed_contacts", person_id)
        if not form.done:
            return form.page("person_form.html", title=f"Whom {said.name(member.name)} would have asked",
                             verb="Save", person_id=person_id, hint=said.CONTACTS)  # fmt: skip
    tell("Saved. They hear of it when they are first asked.")
    return _back(person_id)


def _stored_contacts(work: Work, person_id: UUID) -> dict[str, object]:
    found: dict[str, object] = {}
    for n, (name, number) in enumerate(keeping.contacts_of(work, person_id)[:3], 1):
        found |= {f"name_{n}": name, f"phone_{n}": said.number(number, work.settings.country)}
    return {**{f"{part}_{n}": "" for n in (1, 2, 3) for part in ("name", "phone")}, **found}


def _record(work: Work, what: str, person_id: UUID) -> None:
    audit.record(work, me().person_id, what, f"person {person_id}")


def _member(work: Work, person_id: UUID) -> Member:
    return people.lock(work, person_id) or abort(404)


def _hears(work: Work, member: Member, key: str, **values: str) -> str:
    variant: wording.Variant = "voice" if leaving.medium_of(member) == "call" else member.variant
    return render(work, key, member.language, variant, {"name": member.name, **values})


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
    """Return what staff read out to somebody before they agree."""
    return render(work, _CONSENT, language, "voice", {"streams": wording.stream_names(streams, language)})


_CONSENT = "enrol.consent"


def _source(work: Work, form: Any, language: str) -> Source:
    """Return how somebody agreed, under which sentence, as the ledger keeps it."""
    when = f"On {form.when.data:%d %B %Y}. " if hasattr(form, "when") else ""
    version = wording.version(_CONSENT, language, phrases.current(work))
    return Source(form.how.data or "console", version, f"{when}{form.their_words.data}".strip())


def _address(person_id: UUID) -> str:
    return url_for("people.one", person_id=person_id)


def _back(person_id: UUID) -> AnyResponse:
    return redirect(_address(person_id), 303)
