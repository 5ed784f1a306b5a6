"""Telephone numbers: as people write them, and those that nobody must ever ring."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.errors import BadInput
from checkin.phone import digits_spoken, is_e164, is_fictional, is_landline, parse


@pytest.mark.parametrize(
    "written",
    ["07700 900123", "07700900123", "+44 7700 900123", "0044 7700 900123", "(07700) 900-123", "+44 (0)7700 900123",
     "  07700 900 123 ", "tel:+447700900123", "07700.900.123", "07700 900123 ext 5", "٠٧٧٠٠٩٠٠١٢٣"],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert parse(written, "GB") == "+447700900123"


def test_home_is_where_a_number_without_a_country_is() -> None:
    assert parse("01632 960123", "GB") == "+441632960123"
    assert parse("020 910 1234", "IE").startswith("+353")
    assert parse("+44 20 7946 0123", "US") == "+442079460123"


@pytest.mark.parametrize(
    "written", ["", "banana", "12", "999", "+", "+44", "07700", "0" * 40, "+999 1234567", "call me"]
)
def test_what_is_no_number_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(BadInput, match=r"is not a telephone number") as raised:
        parse(written, "GB")
    assert str(raised.value).endswith(".")


FICTION = {
    "+447700900000": True, "+447700900999": True, "+447700901000": False, "+447700899999": False,
    "+441134960123": True, "+441134970000": False, "+441914980123": True, "+442079460123": True,
    "+442079470000": False, "+442896496123": True, "+442920180123": True, "+441632960123": True,
    "+441632970000": False, "+448081570123": True, "+449098790123": True, "+443069990123": True,
    "+12025550100": True, "+12025550199": True, "+12025550200": False, "+12025550099": False,
    "+353209101234": True, "+353209201234": False, "+61255501234": True, "+61491570006": True, "+61491571006": False,
    "116123": False, "+44116123": False, "": False,
}  # fmt: skip


@pytest.mark.parametrize("number", FICTION)
def test_numbers_of_film_and_fiction_are_known(number: str) -> None:
    assert is_fictional(number) is FICTION[number]


@given(st.integers(0, 999))
def test_the_whole_drama_range_is_fiction_and_can_be_read(last: int) -> None:
    number = parse(f"07700 900{last:03}", "GB")
    assert is_fictional(number)
    assert not is_landline(number)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_full_number_or_refused(written: str) -> None:
    try:
        assert is_e164(parse(written, "GB"))
    except BadInput:
        return


@pytest.mark.parametrize("number", ["447700900123", "+0447700900123", "+44 7700", "+1", "+1234567890123456", "+44770x"])
def test_what_is_no_full_number_is_none(number: str) -> None:
    assert not is_e164(number)


def test_a_landline_is_known_by_its_number() -> None:
    assert is_landline("+441134960101")
    assert is_landline("+442079460101")
    assert not is_landline("+447700900123")
    # In the United States a number does not tell: it is texted, and the carrier says if it must not be.
    assert not is_landline(phonenumbers.format_number(phonenumbers.parse("2025550101", "US"), 0))


def test_a_number_is_read_out_digit_by_digit() -> None:
    assert digits_spoken("+447700900123", "GB") == "0 7 7 0 0 9 0 0 1 2 3"
    assert digits_spoken("116123", "GB") == "1 1 6 1 2 3"
