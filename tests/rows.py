"""One test for a whole table: every row is held to the same rule, and all that break it are told of at once."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

import pytest


def each(rows: Iterable[object]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make a rule about one row into a test of all of them; a row that is a tuple is the rule's arguments.

    Of thousands of rows pytest's own work for a test each is more than the rows are, on every process that shares them.
    """
    table = [row if isinstance(row, tuple) else (row,) for row in rows]

    def over_all(rule: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            __tracebackhide__ = True
            assert table, "a table without rows proves nothing"
            broken = [told for row in table if (told := _broken(rule, row))]
            if broken:
                pytest.fail(f"{len(broken)} of {len(table)} rows:\n\n" + "\n\n".join(broken))

        update_wrapper(test, rule)
        # pytest would take the rule's arguments for fixtures.
        del test.__wrapped__  # type: ignore[attr-defined]
        return test

    return over_all


def _broken(rule: Callable[..., None], row: tuple[Any, ...]) -> str | None:
    try:
        rule(*row)
    except AssertionError as problem:
        return f"{row}: {problem}"
    except Exception as problem:
        problem.add_note(f"The row is {row}.")
        raise
    return None
