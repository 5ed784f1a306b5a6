"""One case: see it, take it, note on it, write to whom it is about, close it; the rest is in `handling.py`."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import answers, audit, casebook, escalations, ringing, verdicts
from checkin.casebook import CaseFile
from checkin.errors import BadInput
from checkin.store.work import Work
from console import words
from console.desk import Desk, me
from console.handling import ACTIONS, LONGEST_NOTE, Action, typed


def room(desk: Desk) -> Blueprint:
    """Return the room: `/cases/<number>` and what can be done there."""
    door = Blueprint("cases", __name__, url_prefix="/cases/<int(max=999999999):number>")

    def show(number: int) -> Response:
        return _page(desk, number)

    def mark(number: int) -> Response:
        with desk.work() as work:
            standing = casebook.mark(work, number) or abort(404)
            if request.args.get("here"):
                casebook.look_on(work, number, me().person_id, typing=request.args["here"] == "typing")
            others = words.company(casebook.onlookers(work, number, me().person_id))
            return Response(f"{standing}\n{others}", mimetype="text/plain")

    def preview(number: int) -> Response:
        with desk.work() as work:
            case = _find(work, number)
            begun = request.form.get("words", "")[:LONGEST_NOTE]
            return Response(render_template("_reply.html", **_reply_as_sent(desk, work, case, begun)))

    def judge(number: int) -> AnyResponse:
        return _act(desk, number, "judge", _judge)

    door.add_url_rule("", "show", show)
    door.add_url_rule("/mark", "mark", mark)
    door.add_url_rule("/reply/preview", "preview", preview, methods=["POST"])
    here = {"take": _take, "note": _note, "reply": _reply, "close": _close, "judge": _judge}
    for name, action in {**here, **ACTIONS}.items():
        door.add_url_rule(f"/{name}", name, _view(desk, name, action), methods=["POST"])
    return door


def _view(desk: Desk, name: str, action: Action) -> Callable[[int], AnyResponse]:
    def view(number: int) -> AnyResponse:
        return _act(desk, number, name, action)

    return view


def _page(desk: Desk, number: int, *, field: str = "", error: str = "") -> Response:
    """Show a case. With an error: what was typed is kept, and the error stands beside the field it is about."""
    with desk.work() as work:
        case = _find(work, number)
        if case.taken_by == me().person_id:
            escalations.sign_of_life(work, me().person_id)
        said = casebook.conversation(work, case.person_id, case.phone_id)
        mine = case.status == "taken" and case.taken_by == me().person_id
        casebook.look_on(work, number, me().person_id)
        page = render_template(
            "case.html",
            case=case,
            company=words.company(casebook.onlookers(work, number, me().person_id)),
            said=said,
            call=ringing.prospect(work, case.person_id) if mine and case.person_id else None,
            flags={e.id: flag for e in case.events if (flag := verdicts.flag_of(e.id, e.at, e.kind, e.detail))},
            verdicts=verdicts.given(work, [e.id for e in case.events]),
            words=words,
            country=desk.line.settings.country,
            longest_note=LONGEST_NOTE,
            longest_text=answers.LONGEST,
            field=field,
            error=error,
            typed=request.form.get("words", ""),
            **_reply_as_sent(desk, work, case, _begun(work, case, field)),
        )
        audit.record(work, me().person_id, "read_case", f"case {number}")
    return Response(page, 409 if error else 200)


def _begun(work: Work, case: CaseFile, field: str) -> str:
    """Return what stands in the text to begin with: what was typed, or a canned reply that was chosen."""
    if field == "reply":
        return request.form.get("words", "")
    chosen, profile = request.args.get("say", ""), case.profile
    return answers.canned(work, profile.language, discreet=profile.discreet).get(chosen, "") if profile else ""


def _reply_as_sent(desk: Desk, work: Work, case: CaseFile, words: str) -> dict[str, object]:
    """Return what the page says of a text to whom a case is about, as it stands: nothing for a stranger."""
    if case.person_id is None or case.profile is None:
        return {"draft": None, "begun": "", "canned": {}, "times": desk.times(work)}
    return {
        "draft": answers.draft(work, case.person_id, me().name, " ".join(words.split())),
        "begun": words.strip() and words,
        "canned": answers.canned(work, case.profile.language, discreet=case.profile.discreet),
        "price": desk.line.settings.segment_price,
        "times": desk.times(work),
    }


def _act(desk: Desk, number: int, field: str, action: Action) -> AnyResponse:
    try:
        with desk.work() as work:
            done = action(work, _find(work, number))
            escalations.sign_of_life(work, me().person_id)
            audit.record(work, me().person_id, _AUDITED.get(done, field), f"case {number}")
    except BadInput as error:
        return _page(desk, number, field=field, error=str(error))
    flash(done.format(number=number))
    return redirect(url_for("queue.show") if done == _CLOSED else url_for("cases.show", number=number), 303)


_TAKEN = "Case {number} is yours."
_NOTED = "Your note is on case {number}."
_SENT = "Your text is on its way. What they answer within a day comes onto case {number}."
_HELD = "Your text goes when they may be disturbed: see the conversation on case {number}."
_ASKED = "You asked for case {number} to be closed. It stays open until a second person has confirmed that."
_CLOSED = "Case {number} is closed. Everybody who was told about it hears that it is over."
_REAL = "Kept: what was flagged was real. You can change that on this page."
_NOT_REAL = "Kept: what was flagged was not danger. You can change that on this page."
_AUDITED = {_ASKED: "ask_close", _REAL: "confirm_flag", _NOT_REAL: "refute_flag"}


def _take(work: Work, case: CaseFile) -> str:
    escalations.take(work, case.id, me().person_id)
    return _TAKEN


def _note(work: Work, case: CaseFile) -> str:
    written = typed()
    if not written:
        raise BadInput("Write the note first.")
    escalations.note(work, case.id, "noted", person_id=me().person_id, words=written)
    return _NOTED


def _reply(work: Work, case: CaseFile) -> str:
    goes_at = answers.send(work, case.id, me().person_id, " ".join(typed().split()))
    return _HELD if goes_at > work.now else _SENT


def _close(work: Work, case: CaseFile) -> str:
    written = typed()
    # The case's row is locked before it is asked how it stands: what comes in now waits until this is done.
    escalations.find(work, case.id)
    unread = casebook.mark(work, case.number) != request.form.get("mark")
    done = escalations.close(work, case.id, me().person_id, written)
    if unread:
        # Raised after what must be said first (somebody else has it, it is closed); nothing of this is kept.
        raise BadInput("Something has happened since you opened this page. Read what is new, then close the case.")
    return _CLOSED if done else _ASKED


def _judge(work: Work, case: CaseFile) -> str:
    form = request.form
    if not form.get("flag", "").isdecimal() or form.get("real") not in {"yes", "no"}:
        raise BadInput("Say of one flag whether it was real.")
    real = form["real"] == "yes"
    verdicts.give(work, case.id, int(form["flag"][:18]), real=real, by=me().person_id)
    return _REAL if real else _NOT_REAL


def _find(work: Work, number: int) -> CaseFile:
    case = casebook.case(work, number, reader=me().person_id)
    if case is None:
        abort(404)
    return case
