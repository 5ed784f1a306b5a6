"""What can go wrong in ways somebody can mend. Every message is one sentence for a person."""


class CheckinError(Exception):
    """The base of every error the line raises on purpose."""


class BadSetting(CheckinError):
    """A setting is missing, unknown or malformed; the message names it."""


class BadInput(CheckinError):
    """Something a person gave us cannot be used; the message says what and why."""


class BadFile(BadInput):
    """A file cannot be used. `mistakes` holds one sentence per mistake, each with its line and field."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class CarrierError(CheckinError):
    """The carrier refused or could not be reached. `code` is the carrier's own, 0 when it gave none.

    `ambiguous` is true when the carrier may have acted all the same (a time-out after the request left):
    such a send is reconciled, never repeated.
    """

    def __init__(
        self, message: str, *, code: int = 0, ambiguous: bool = False, retry_after: float | None = None
    ) -> None:
        self.code = code
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        super().__init__(message)
