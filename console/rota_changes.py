"""Changing the rota: each change is read back in words, with the gaps it would leave, before it is kept."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial, update_wrapper
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import duties, people
from checkin import rota as rotas
from checkin.duties import DAYS, Pattern
from checkin.errors import BadInput
from checkin.rota import words
from checkin.rota.policy import Change, Shift, Span
from checkin.store.work import Work
from console import forms
from console.desk import Desk, me
from console.paging import tell

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RANKS = [(str(n), words.rank(n).capitalize()) for n in range(1, 10)]
_WEEKS = [("1", "Every week"), ("2", "Every second week"), ("3", "Every third week"), ("4", "Every fourth week")]


class ShiftForm(forms.Form):
    """A shift."""

    name = forms.line("Name", hint="Such as: nights, second line", needed="Enter a name", longest=60)
    person = forms.choice("Who", needed="Choose who")
    days = forms.several("Days on which it begins", list(zip(DAYS, _NAMES, strict=True)), needed="Choose some days")
    weeks = forms.choice("How often", _WEEKS)
    begins = forms.clock("From", needed="Enter when it begins, such as 20:00")
    ends = forms.clock("Until", hint="Not later than that: on the next day", needed="Enter when it ends")
    first = forms.day("First day", needed="Enter the first day")
    last = forms.day("Last day", hint="Leave empty when it goes on")
    rank = forms.choice("Place", _RANKS, hint="The first is paged first")
    ask = forms.yes("Ask them the day before whether it is still all right")


class PutForm(forms.Form):
    """Somebody is on call from one moment until another."""

    person = forms.choice("Who", needed="Choose who")
    starts = forms.moment("From", needed="Enter when it begins")
    ends = forms.moment("Until", needed="Enter when it ends")
    instead_of = forms.choice("Instead of", hint="Nobody: they are on call as well, at the place below")
    rank = forms.choice("Place", _RANKS)


class AwayForm(forms.Form):
    """Somebody is away."""

    person = forms.choice("Who", needed="Choose who")
    starts = forms.moment("From", needed="Enter when it begins")
    ends = forms.moment("Until", needed="Enter when it ends")


class SwapForm(forms.Form):
    """Somebody else has one shift on one day."""

    shift = forms.choice("Shift", needed="Choose a shift")
    on = forms.day("The day it begins", needed="Enter the day")
    person = forms.choice("Who has it instead", needed="Choose who")
    agreed = forms.yes("Both have agreed: change it now, and ask neither")


def hang(door: Blueprint, desk: Desk) -> None:
    """Hang the pages into the room."""

    def at(view: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
        return update_wrapper(partial(view, desk), view)

    both = ["GET", "POST"]
    shift = at(_shift)
    door.add_url_rule("/shift", "new_shift", shift, methods=both)
    door.add_url_rule("/shift/<uuid:shift_id>", "shift", shift, methods=both)
    door.add_url_rule("/shift/<uuid:shift_id>/end", "end_shift", at(_end_shift), methods=["POST"])
    door.add_url_rule("/change/<uuid:change_id>/take-back", "take_back", at(_take_back), methods=["POST"])
    for name, view in (("put", _put), ("away", _away), ("swap", _swap)):
        door.add_url_rule(f"/{name}", name, at(view), methods=both)


def _shift(desk: Desk, shift_id: UUID | None = None) -> AnyResponse:
    with desk.work() as work:
        whole = rotas.read(work)
        standing = next((s for s in whole.shifts if s.id == shift_id), None)
        if shift_id and standing is None:
            abort(404)
        form = ShiftForm(_stored(work, standing) if standing else None)
        form.person.choices = forms.options(_everybody(work, standing.person if standing else None))
        if not form.posted and standing is None:
            form.first.data = work.now.astimezone(desk.line.settings.zone).date()
        odd = standing is not None and duties.pattern(standing) is None

        def change() -> object:
            person, rank, when = UUID(form.person.data), int(form.rank.data), _pattern(form)
            return duties.put_shift(
                work, me().person_id, shift_id,
                name=form.name.data, person_id=person, when=when, rank=rank, ask=form.ask.data,
            )  # fmt: skip

        said = _in_words(desk, form, work) if form.posted and not form.errors else ""
        context = {"title": "Change a shift" if standing else "A new shift", "shift": standing, "odd": odd}
        return _checked(desk, work, form, change, lambda: [("Shift", said)], "The shift is kept.", **context)


def _put(desk: Desk) -> AnyResponse:
    with desk.work() as work:
        form = PutForm()
        everybody = _everybody(work)
        form.person.choices = forms.options(everybody)
        form.instead_of.choices = forms.options([("", "Nobody: in addition"), *everybody[1:]])

        def change() -> object:
            instead = UUID(form.instead_of.data) if form.instead_of.data else None
            span = desk.moment(form.starts.data), desk.moment(form.ends.data)
            person = UUID(form.person.data)
            return duties.override(work, me().person_id, person, *span, instead_of=instead, rank=int(form.rank.data))

        return _checked(desk, work, form, change, lambda: _rows(form), "The rota is changed.", title="Put somebody in")


def _away(desk: Desk) -> AnyResponse:
    with desk.work() as work:
        form = AwayForm()
        form.person.choices = forms.options(_everybody(work))

        def change() -> object:
            span = desk.moment(form.starts.data), desk.moment(form.ends.data)
            return duties.away(work, me().person_id, UUID(form.person.data), *span)

        title = "Somebody is away"
        return _checked(desk, work, form, change, lambda: _rows(form), "They are away then.", title=title)


def _swap(desk: Desk) -> AnyResponse:
    with desk.work() as work:
        form = SwapForm()
        form.person.choices = forms.options(_everybody(work))
        whole = rotas.read(work)
        shifts = [(str(s.id), f"{s.name}: {whole.people[s.person].name}") for s in whole.shifts]
        form.shift.choices = forms.options([("", "Choose"), *shifts])

        def change() -> object:
            act = duties.swap if form.agreed.data else duties.propose_swap
            return act(work, me().person_id, UUID(form.shift.data), form.on.data, UUID(form.person.data))

        done = "The rota is changed." if form.agreed.data else "Both are asked, one after the other."
        return _checked(desk, work, form, change, lambda: _rows(form), done, title="Swap one shift")


def _end_shift(desk: Desk, shift_id: UUID) -> AnyResponse:
    with desk.work() as work:
        whole = rotas.read(work)
        standing = next((s for s in whole.shifts if s.id == shift_id), None)
        if standing is None:
            tell("That shift has been ended already.")
            return redirect(url_for("rota.show"), 303)
        form = forms.Form()
        rows = [(whole.people[standing.person].name, words.in_words(standing, work.now))]

        def change() -> None:
            duties.end_shift(work, me().person_id, shift_id)

        return _checked(desk, work, form, change, lambda: rows, "The shift is ended.", title="End a shift")


def _take_back(desk: Desk, change_id: UUID) -> AnyResponse:
    with desk.work() as work:
        form = forms.Form()

        def change() -> None:
            duties.take_back(work, me().person_id, change_id)

        rows = [("Taken back", _named(work, desk, change_id))]
        return _checked(desk, work, form, change, lambda: rows, "It is taken back.", title="Take back a change")


def _checked(
    desk: Desk,
    work: Work,
    form: forms.Form,
    change: Callable[[], object],
    rows: Callable[[], list[tuple[str, str]]],
    done: str,
    **context: object,
) -> AnyResponse:
    """Show a form; when it was sent, read it back with the gaps it would open; when those were seen, do it."""
    gaps: Sequence[Span] = ()
    if form.sent():
        try:
            if form.checked:
                change()
                form.done = True
            else:
                gaps = duties.gaps(work, change)
        except BadInput as error:
            form.refuse(str(error))
    if form.done:
        tell(done)
        return redirect(url_for("rota.show"), 303)
    zone = desk.line.settings.zone
    if form.posted and not form.wrong and form.stage != "change":
        return form.page("rota_check.html", rows=rows(), gaps=told(gaps, zone), **context)
    return form.page("rota_form.html", **context)


def told(gaps: Sequence[Span], zone: ZoneInfo) -> list[str]:
    """Return each gap as a sentence without its full stop."""
    said = (words.hole(gap, zone) for gap in gaps)
    return [f"{sentence[0].upper()}{sentence[1:]}" for sentence in said]


def change_said(whole: rotas.Rota, change: Change, zone: ZoneInfo) -> tuple[str, str]:
    """Return who, and what they do when."""
    when = words.from_to(change.starts, change.ends, zone)
    instead = f"instead of {whole.people[change.instead_of].name}" if change.instead_of else "in addition"
    return whole.people[change.person].name, f"{when}, {instead}"


def _named(work: Work, desk: Desk, change_id: UUID) -> str:
    """Return what a change is, to be read back; "" when it is gone."""
    whole, zone = rotas.read(work), desk.line.settings.zone
    said: dict[UUID | None, str] = {c.id: ": ".join(change_said(whole, c, zone)) for c in whole.changes}
    away = [a for a in whole.away if a.id]
    names = people.first_names(work, [a.person for a in away])
    said |= {a.id: f"{names.get(a.person, '')}: away {words.from_to(a.starts, a.ends, zone)}" for a in away}
    return said.get(change_id, "")


def _everybody(work: Work, besides: UUID | None = None) -> list[tuple[str, str]]:
    """Return whom the rota may name: staff, and all whom it names already, by first name. First stands nobody, so that
    nobody is chosen unseen."""
    ids = {*rotas.everybody(work), *({besides} if besides else ())}
    named = sorted(people.first_names(work, ids).items(), key=lambda one: one[1].casefold())
    return [("", "Choose"), *((str(i), name) for i, name in named)]


def _stored(work: Work, shift: Shift) -> dict[str, object]:
    """Return what the form of a shift holds."""
    when = duties.pattern(shift)
    values: dict[str, object] = {
        "name": shift.name, "person": str(shift.person), "rank": str(shift.rank), "ask": duties.asks(work, shift.id),
    }  # fmt: skip
    if when is None:
        return values
    return values | {
        "days": list(when.days), "weeks": str(when.weeks), "begins": when.begins, "ends": when.ends,
        "first": when.first, "last": when.last,
    }  # fmt: skip


def _pattern(form: ShiftForm) -> Pattern:
    first: date = form.first.data
    return Pattern(form.days.data, int(form.weeks.data), first, form.begins.data, form.ends.data, form.last.data)


def _in_words(desk: Desk, form: ShiftForm, work: Work) -> str:
    """Return what was typed as a sentence: who, when it comes round, and when next."""
    if not form.validate():
        return ""
    when, zone = _pattern(form), desk.line.settings.zone
    shift = Shift(
        UUID(int=0), form.name.data, UUID(int=0), when.rule, when.starts, when.minutes, zone, int(form.rank.data)
    )
    until = f", until {when.last.day} {when.last:%b %Y}" if when.last else ""
    who = {c.value: c.label for c in form.person.choices}.get(form.person.data, "")
    asked = "asked the day before" if form.ask.data else "not asked the day before"
    return f"{who}: {words.in_words(shift, work.now)}{until} ({form.name.data}, {words.rank(shift.rank)}, {asked})"


def _rows(form: forms.Form) -> list[tuple[str, str]]:
    return [(field.label.text, forms.said(field, field.data)) for field in form]
