"""Segment counts, against figures counted independently of this code."""

import pytest

from simulator.segments import Encoding, measure, smart_encode

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", Encoding.GSM7, 1),
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("a" * 306, Encoding.GSM7, 2),
        ("a" * 307, Encoding.GSM7, 3),
        ("a" * 158 + "€", Encoding.GSM7, 1),
        ("a" * 159 + "€", Encoding.GSM7, 2),
        ("—" * 70, Encoding.UCS2, 1),
        ("—" * 71, Encoding.UCS2, 2),
        ("—" * 134, Encoding.UCS2, 2),
        ("—" * 135, Encoding.UCS2, 3),
        ("\U0001f600" * 35, Encoding.UCS2, 1),
        ("\U0001f600" * 36, Encoding.UCS2, 2),
        (FAMILY * 7, Encoding.UCS2, 2),
    ],
)
def test_counts(text: str, encoding: Encoding, segments: int) -> None:
    size = measure(text)
    assert (size.encoding, size.segments) == (encoding, segments)


def test_the_two_septets_of_an_extension_character_are_never_parted() -> None:
    # 152 septets fill a part but for one; the euro needs two, so it opens the next part.
    assert measure("a" * 152 + "€" + "a" * 151).segments == 2
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3


def test_a_surrogate_pair_is_never_parted() -> None:
    assert measure("—" * 66 + "\U0001f600" + "—" * 65).segments == 2
    assert measure("—" * 66 + "\U0001f600" + "—" * 66).segments == 3


@pytest.mark.parametrize("character", "çêáíóúâîôû`\t’“”–—…•\u00a0")
def test_these_look_plain_and_are_not(character: str) -> None:
    assert measure(character).encoding is Encoding.UCS2


@pytest.mark.parametrize("character", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉÄÖÑÜ§¿äöñüà\n\r")
def test_these_look_odd_and_are_plain(character: str) -> None:
    assert measure(character).encoding is Encoding.GSM7


def test_smart_encoding_keeps_a_text_in_the_small_alphabet() -> None:
    plain = smart_encode("I’m “fine” – really…")
    assert plain == 'I\'m "fine" - really...'
    assert measure(plain).encoding is Encoding.GSM7
