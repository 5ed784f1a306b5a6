"""Every sentence the line says, to be put in the organisation's own words: seen as it arrives before it is kept."""

from typing import NamedTuple

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, people, phrases
from checkin.errors import BadInput
from checkin.phrases import Change
from checkin.store.work import Work
from checkin.wording import LANGUAGES, NAMES, VARIANTS, Overrides, Variant, placeholders, sentences, template_of
from checkin.wording.overrides import LONGEST_SPOKEN, Checked, check, fits, look, variant_named, written
from console import forms
from console.desk import Desk, me
from console.paging import PER_PAGE, Paging, asked_page, offset, tell

_VARIANTS = {"text": "Text", "discreet": "Discreet text", "voice": "Spoken"}
_ABOUT = {
    "text": "Sent as a text to people who have no reason to hide it.",
    "discreet": "Sent instead to people whose telephone others may see. It should not say what the line is for.",
    "voice": "Read out in calls, slowly, by an automatic voice.",
}


class Find(forms.Filter):
    """What the list is narrowed by."""

    q = forms.line("Words in it, or its name")
    language = forms.choice("Language", list(NAMES.items()))
    variant = forms.choice("Said as", list(_VARIANTS.items()))
    changed = forms.yes("Only those we have changed")


class Say(forms.Form):
    """What is said from now on."""

    words = forms.words("In your words", needed="A sentence cannot be empty", longest=LONGEST_SPOKEN * 2)


class Row(NamedTuple):
    """One sentence of the list."""

    key: str
    text: str
    changed: bool


def room(desk: Desk) -> Blueprint:
    """Return the room: `/wording`, and a page for each variant of each sentence."""
    door = Blueprint("wording", __name__, url_prefix="/wording")

    def one(key: str, language: str, variant: str) -> AnyResponse:
        return _one(desk, key, language, variant)

    def reset(key: str, language: str, variant: str) -> AnyResponse:
        with desk.work() as work:
            if phrases.reset(work, key, language, _known(key, language, variant), by=me().person_id, how="console"):
                audit.record(work, me().person_id, "reset_wording", key, f"{language} {variant}")
        tell("The line says its own sentence again.")
        return redirect(url_for("wording.one", key=key, language=language, variant=variant), 303)

    def preview(key: str, language: str, variant: str) -> Response:
        named = _known(key, language, variant)
        return Response(
            render_template("_preview.html", **_preview(desk, key, language, named, request.form.get("words", "")))
        )

    door.add_url_rule("", "show", lambda: _list(desk))
    sentence = "/<string:key>/<string:language>/<string:variant>"
    door.add_url_rule(sentence, "one", one, methods=["GET", "POST"])
    for view in (reset, preview):
        door.add_url_rule(f"{sentence}/{view.__name__}", view.__name__, view, methods=["POST"])
    return door


def _list(desk: Desk) -> Response:
    form = Find()
    language, variant = _asked(form.language.data or "en", form.variant.data or "text")
    with desk.work() as work:
        rows = _found(phrases.current(work), language, variant, form.q.data or "", only_changed=form.changed.data)
    first = offset(asked_page())
    paging = Paging(asked_page(), len(rows))
    return Response(
        render_template(
            "wording.html",
            form=form,
            rows=rows[first : first + PER_PAGE],
            paging=paging,
            language=language,
            variant=variant,
            languages=NAMES,
        )
    )


def _one(desk: Desk, key: str, language: str, variant: str) -> AnyResponse:
    named = _known(key, language, variant)
    with desk.work() as work:
        form = Say({"words": _said(work, key, language, named)})
        if form.sent():
            with form.told(work):
                phrases.put(work, key, language, named, form.words.data, by=me().person_id, how="console")
                audit.record(work, me().person_id, "changed_wording", key, f"{language} {variant}")
        if not form.done:
            return form.page("sentence.html", **_page(desk, work, key, language, named, form.words.data or ""))
    tell("Said from now on: every part of the line says it within two seconds.")
    return redirect(url_for("wording.one", key=key, language=language, variant=variant), 303)


def _asked(language: str, variant: str) -> tuple[str, Variant]:
    return language if language in LANGUAGES else "en", variant_named(variant) if variant in VARIANTS else "text"


def _known(key: str, language: str, variant: str) -> Variant:
    """Return the variant, or answer that there is no such page."""
    try:
        named = variant_named(variant)
        written(key, language, named)
    except BadInput:
        abort(404)
    return named


def _found(own: Overrides, language: str, variant: Variant, sought: str, *, only_changed: bool) -> list[Row]:
    """Return the sentences that hold every word sought, in themselves or in their name, by topic."""
    rows = (
        Row(key, template_of(key, language, variant, own), (key, language, variant) in own)
        for key in sorted(sentences(language))
    )
    words = sought.casefold().split()
    return [
        row
        for row in rows
        if all(word in f"{row.key} {row.text}".casefold() for word in words) and (row.changed or not only_changed)
    ]


def _said(work: Work, key: str, language: str, variant: Variant) -> str:
    """Return what the line says now, as it stands in the database, and not as this process remembers it."""
    kept = next((c for c in phrases.history(work, key) if (c.language, c.variant) == (language, variant)), None)
    if kept is None or kept.text is None or not fits(key, language, variant, kept.text):
        return written(key, language, variant)
    return kept.text


def _page(desk: Desk, work: Work, key: str, language: str, variant: Variant, typed: str) -> dict[str, object]:
    history = [c for c in phrases.history(work, key) if (c.language, c.variant) == (language, variant)]
    own = written(key, language, variant)
    return {
        "key": key,
        "language": language,
        "variant": variant,
        "languages": NAMES,
        "variants": _VARIANTS,
        "about": _ABOUT[variant],
        "holes": sorted(placeholders(key)),
        "own": own,
        "fixed": _fixed(key, language, variant, own, desk),
        "changed": _said(work, key, language, variant) != own,
        "history": _told(work, history),
        "times": desk.times(work),
        **_preview(desk, key, language, variant, typed),
    }


def _fixed(key: str, language: str, variant: Variant, own: str, desk: Desk) -> str:
    """Return why a sentence cannot be changed at all, or nothing."""
    try:
        check(key, language, variant, own, home=desk.line.settings.country)
    except BadInput as error:
        return str(error)
    return ""


def _told(work: Work, history: list[Change]) -> list[tuple[Change, str]]:
    """Return each change with the name of whoever made it."""
    names = people.first_names(work, {change.by for change in history if change.by})
    return [(change, names.get(change.by, "") if change.by else "") for change in history]


def _preview(desk: Desk, key: str, language: str, variant: Variant, typed: str) -> dict[str, object]:
    """Return what `_preview.html` shows: how it arrives and what it is charged as, or what is wrong with it."""
    settings = desk.line.settings
    found: Checked | None = None
    error = ""
    try:
        found = check(key, language, variant, typed, home=settings.country)
    except BadInput as refused:
        error = str(refused)
        if typed.strip() == written(key, language, variant):
            # One that cannot be changed can be looked at.
            found, error = look(key, language, variant, home=settings.country), ""
    price = None if settings.segment_price is None or not found or not found.size else settings.segment_price
    return {"checked": found, "refused": error, "price": price, "line": settings.name}
