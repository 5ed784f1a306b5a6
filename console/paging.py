"""Tables by the page, and what is told on the next page."""

from dataclasses import dataclass
from typing import Any

from flask import flash, request, url_for

PER_PAGE = 50
# Nobody leafs further than this: they narrow what they look for. It bounds what the database skips.
_LAST = 200


@dataclass(frozen=True, slots=True)
class Paging:
    """Where somebody is in a long table. `total` may be None where counting would cost more than it says."""

    number: int
    total: int | None
    more: bool = False

    @property
    def first(self) -> int:
        """Return the number of the first row shown, from 1."""
        return (self.number - 1) * PER_PAGE + 1

    @property
    def before(self) -> str:
        """Return the address of the page before, or nothing."""
        return _address(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the page after, or nothing."""
        further = self.more if self.total is None else self.number * PER_PAGE < self.total
        return _address(self.number + 1) if further and self.number < _LAST else ""


def asked_page() -> int:
    """Return which page of a table was asked for, from 1; anything odd is the first."""
    asked = request.args.get("page", "1")
    return min(int(asked), _LAST) if asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked) else 1


def offset(page: int) -> int:
    """Return how many rows come before a page."""
    return (page - 1) * PER_PAGE


def tell(sentence: str, *, undo: str = "") -> None:
    """Have the next page say what was done. `undo` is an address that takes it back when it is posted to."""
    flash((sentence, undo) if undo else sentence)  # type: ignore[arg-type]  # Flask keeps anything JSON can hold


def _address(page: int) -> str:
    values: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": page}
    return url_for(request.endpoint or "", **values)
