"""Places as people write them, and on the map."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.directory.places import area_of, block, district_of, folded, named, postcode_in, squares


@pytest.mark.parametrize(
    ("words", "country", "district"),
    [
        ("debt LS6", "GB", "LS6"),
        ("debt ls6", "GB", "LS6"),
        ("food bank near ls6 2aa please", "GB", "LS6"),
        ("i live at 14 High Road, Headingley, Leeds LS6 2AA", "GB", "LS6"),
        ("EC1A1BB food", "GB", "EC1A"),
        ("need food b4 friday", "GB", None),
        ("food in b4", "GB", "B4"),
        ("XX9 food", "GB", None),
        ("a1 service m8", "GB", "M8"),
        ("food D08", "IE", "D08"),
        ("shelter in 90210", "US", "90210"),
        ("i am 90210 years old", "US", None),
        ("food 3000", "AU", "3000"),
        ("food 75001", "FR", None),
    ],
)
def test_a_postcode_is_found_in_what_somebody_wrote(words: str, country: str, district: str | None) -> None:
    assert postcode_in(words, country) == district


@pytest.mark.parametrize(
    ("words", "taken", "place"),
    [
        ("debt in Leeds", {"debt"}, "Leeds"),
        ("debt newcastle upon tyne", {"debt"}, "Newcastle Upon Tyne"),
        ("reading lessons", {"reading", "lessons"}, None),
        ("debt help in reading", {"debt"}, "Reading"),
        ("st. helens", set(), "St Helens"),
        ("nothing of the kind", set(), None),
    ],
)
def test_a_town_everybody_knows_needs_no_table(words: str, taken: set[str], place: str | None) -> None:
    found = named(None, words, taken)
    assert (found.shown if found else None) == place


def test_names_are_compared_without_what_does_not_matter() -> None:
    assert folded("Saint Helen's") == folded("St. Helens") == "st helens"
    assert (area_of("LS6"), area_of("E1W"), area_of("90210")) == ("LS", "E", "90")
    assert district_of("LS6 2AA", "GB") == "LS6"
    assert district_of("nonsense", "GB") is None


@given(
    latitude=st.floats(-60, 70), longitude=st.floats(-179, 179), way=st.floats(0, math.tau), share=st.floats(0, 0.999)
)
def test_what_is_nearer_than_the_edge_lies_in_the_four_squares(
    latitude: float, longitude: float, way: float, share: float
) -> None:
    keys, edge = block(latitude, longitude)
    assert len(set(keys)) == 4
    # The edge is half a square away at least: 5.5 km up and down.
    assert edge >= min(5.5, 11 * math.cos(math.radians(latitude)))
    up, across = math.sin(way) * share * edge / 111.2, math.cos(way) * share * edge / 111.2
    assert squares(latitude + up, longitude + across / math.cos(math.radians(latitude)))[0] in keys
