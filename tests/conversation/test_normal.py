"""Folding makes different ways of typing the same word equal, and loses none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.normal import fold, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("", ""),
        ("   ", ""),
        ("YES", "yes"),
        ("nooooo", "noo"),
        ("  a   b\n\tc ", "a b c"),
        ("don’t", "don't"),
        ("‘quoted’ – “twice”", "'quoted' - \"twice\""),
        ("ＦＵＬＬ width", "full width"),
        ("уеs", "yes"),
        ("d\u200bie", "die"),
        ("a\x00b\x07c", "abc"),
        ("wait…", "wait.."),
        ("Straße", "strasse"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_fold_is_stable_and_never_raises(text: str) -> None:
    once = fold(text)
    assert once == once.strip()
    assert "  " not in once
    assert words(once) == words(fold(text))


@pytest.mark.parametrize(
    ("folded", "expected"),
    [("", []), ("don't, i can't!", ["don't", "i", "can't"]), ("500mg x 20", ["500mg", "x", "20"]), ("?!", [])],
)
def test_words(folded: str, expected: list[str]) -> None:
    assert words(folded) == expected
