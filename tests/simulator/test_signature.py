"""Our signature is the one Twilio's own SDK expects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from simulator.signature import Product, sign, signed_url

NAMES = st.text("ABCabc", min_size=1, max_size=3)
VALUES = st.text(max_size=8)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_any_parameters_are_signed_as_the_sdk_signs_them(pairs: list[tuple[str, str]]) -> None:
    class Form(dict[str, str]):
        def getlist(self, name: str) -> list[str]:
            return [value for key, value in pairs if key == name]

    url = "https://line.example.org/twilio/sms?a=1"
    expected = RequestValidator("12345").compute_signature(url, Form(pairs))
    assert sign("12345", url, pairs) == expected


def test_blank_values_count_and_repeated_ones_count_once() -> None:
    url = "https://line.example.org/x"
    assert sign("t", url, [("A", "")]) != sign("t", url)
    assert sign("t", url, [("A", "2"), ("A", "1"), ("A", "1")]) == sign("t", url, [("A", "1"), ("A", "2")])


@pytest.mark.parametrize(
    ("url", "product", "signed"),
    [
        ("http://h:5000/p?q=1", Product.VOICE, "http://h:5000/p?q=1"),
        ("http://h:5000/p", Product.TEXT, "http://h:5000/p"),
        ("https://h:8443/p", Product.TEXT, "https://h:8443/p"),
        ("https://h:8443/p", Product.VOICE, "https://h/p"),
        ("https://user:secret@h/p", Product.TEXT, "https://h/p"),
        ("https://user:secret@h:8443/p", Product.VOICE, "https://h/p"),
        ("https://h/p?q=1#rc=2&rp=ct,5xx", Product.TEXT, "https://h/p?q=1"),
        ("https://[::1]:8443/p", Product.VOICE, "https://[::1]/p"),
    ],
)
def test_which_form_of_the_url_is_signed(url: str, product: Product, signed: str) -> None:
    assert signed_url(url, product) == signed
