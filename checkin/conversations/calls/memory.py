"""Each step of a call is answered once: what it was answered with is kept, sealed, for when it is asked for again."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from checkin.conversations.calls.spoken import Spoken, from_json, to_json
from checkin.store.models import CallTurn
from checkin.store.work import RepeatedError, Work


def _key(sid: str, step: int) -> str:
    return f"{sid}:{step}"


def answered_before(work: Work, sid: str, step: int) -> Spoken | None:
    """Return what a step of a call was answered with before, or None."""
    sealed = work.conn.execute(select(CallTurn.answer).where(CallTurn.key == _key(sid, step))).scalar_one_or_none()
    return from_json(work.vault.open(sealed, "call_turns.answer")) if sealed else None


def keep_answer(work: Work, sid: str, step: int, answer: Spoken) -> None:
    """Keep what a step was answered with. Raises RepeatedError when another copy of the request was faster."""
    kept = work.conn.execute(
        insert(CallTurn)
        .values(key=_key(sid, step), at=work.now, answer=work.vault.seal(to_json(answer), "call_turns.answer"))
        .on_conflict_do_nothing()
        .returning(CallTurn.key)
    ).first()
    if kept is None:
        raise RepeatedError
