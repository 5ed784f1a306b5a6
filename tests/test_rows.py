"""A test over a table fails when a row does, and names every one that does."""

import pytest

from tests.rows import each


def test_every_row_that_breaks_the_rule_is_named() -> None:
    @each([(1, 1), (2, 3), (4, 4), (5, 6)])
    def same(one: int, other: int) -> None:
        assert one == other, "not the same"

    with pytest.raises(pytest.fail.Exception) as told:
        same()
    assert str(told.value).startswith("2 of 4 rows:")
    assert "(2, 3): not the same" in str(told.value)
    assert "(5, 6): not the same" in str(told.value)
    assert "(4, 4)" not in str(told.value)


def test_a_rule_that_breaks_down_says_at_which_row() -> None:
    @each(["a", ""])
    def begins(word: str) -> None:
        assert word[0]

    with pytest.raises(IndexError) as told:
        begins()
    assert told.value.__notes__ == ["The row is ('',)."]


def test_a_table_without_rows_is_no_proof() -> None:
    @each([])
    def never(row: object) -> None:
        raise AssertionError(row)

    with pytest.raises(AssertionError, match="proves nothing"):
        never()
