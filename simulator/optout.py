"""The words a carrier hears before its customer does: STOP, START, HELP and their kin."""

from dataclasses import dataclass, field
from enum import StrEnum


class OptOut(StrEnum):
    """What a word asks for, as `OptOutType` names it."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


DEFAULT_WORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), OptOut.STOP),
    **dict.fromkeys(("START", "YES", "UNSTOP"), OptOut.START),
    **dict.fromkeys(("HELP", "INFO"), OptOut.HELP),
}

IRREMOVABLE = {"STOP": OptOut.STOP, "START": OptOut.START, "UNSTOP": OptOut.START, "HELP": OptOut.HELP}
"""What stays however far Advanced Opt-Out's list is pruned."""

CONFIRMATIONS = {
    OptOut.STOP: "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    OptOut.START: "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    OptOut.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass(slots=True)
class OptOuts:
    """Who has blocked whom. A block is between a phone and a scope: one number, or a whole Messaging Service."""

    words: dict[str, OptOut] = field(default_factory=lambda: dict(DEFAULT_WORDS))
    blocked: set[tuple[str, str]] = field(default_factory=set)

    def prune(self, keep: list[str]) -> None:
        """Leaves only `keep` of the words, and those that cannot be removed."""
        kept = {word: kind for word, kind in DEFAULT_WORDS.items() if word in {name.upper() for name in keep}}
        self.words = {**kept, **IRREMOVABLE}

    def heard(self, scope: str, phone: str, body: str) -> tuple[OptOut | None, str | None]:
        """What the word asks for, if the whole text is one, and the carrier's own answer to it, if it gives one.

        A word for what is already so gets no answer: STOP from a blocked phone, YES from one that is not.
        """
        asked = self.words.get(body.strip().upper())
        if asked is None:
            return None, None
        pair = (scope, phone)
        was_blocked = pair in self.blocked
        if asked is OptOut.STOP:
            self.blocked.add(pair)
        elif asked is OptOut.START:
            self.blocked.discard(pair)
        silent = (asked is OptOut.STOP and was_blocked) or (asked is OptOut.START and not was_blocked)
        return asked, None if silent else CONFIRMATIONS[asked]

    def blocks(self, scope: str, phone: str) -> bool:
        """Whether a text from the scope to the phone is refused with 21610."""
        return (scope, phone) in self.blocked
