"""Encryption at rest: what was sealed opens, and nothing else does."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.errors import BadSetting
from checkin.store.vault import CannotOpen, Vault, new_key

OLD, NEW = new_key(), new_key()
VAULT = Vault(NEW)
ANY_TEXT = st.text(st.characters(codec=None))
NUMBER = "+447700900123"


@given(ANY_TEXT, st.sampled_from(["people.name", "messages.body"]))
def test_what_was_sealed_opens(text: str, column: str) -> None:
    sealed = VAULT.seal(text, column)
    assert VAULT.open(sealed, column) == text
    assert len(text) < 4 or text.encode("utf-8", "surrogatepass") not in sealed


@pytest.mark.parametrize("text", ["", "\ud83d", "half \udc9a an emoji", "\x00", "💚" * 800, "שלום"])
def test_whatever_a_phone_can_send_is_kept(text: str) -> None:
    assert VAULT.open(VAULT.seal(text, "messages.body"), "messages.body") == text


def test_the_same_words_are_sealed_differently_each_time() -> None:
    assert len({VAULT.seal("yes", "messages.body") for _ in range(50)}) == 50


@given(st.data())
def test_whatever_is_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal("meet me at the library", "messages.body"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        VAULT.open(bytes(sealed), "messages.body")


@given(st.binary(max_size=60))
def test_nonsense_does_not_open(nonsense: bytes) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(nonsense, "messages.body")


def test_what_was_cut_short_does_not_open() -> None:
    sealed = VAULT.seal("x", "messages.body")
    for end in range(len(sealed)):
        with pytest.raises(CannotOpen):
            VAULT.open(sealed[:end], "messages.body")


def test_a_value_copied_into_another_column_does_not_open() -> None:
    with pytest.raises(CannotOpen, match=r"people\.name"):
        VAULT.open(VAULT.seal("x", "messages.body"), "people.name")


def test_while_keys_are_rotated_the_old_one_opens_and_the_new_one_seals() -> None:
    before, during, after = Vault(OLD), Vault(f"{NEW}, {OLD}"), Vault(NEW)
    old = before.seal("kept", "people.name")
    assert during.open(old, "people.name") == "kept"
    assert after.open(during.seal("new", "people.name"), "people.name") == "new"
    with pytest.raises(CannotOpen, match="a key that is not in CHECKIN_KEYS"):
        after.open(old, "people.name")


def test_the_blind_index_is_stable_and_different_under_every_key() -> None:
    assert Vault(NEW).index(NUMBER) == VAULT.index(NUMBER)
    assert Vault(OLD).index(NUMBER) != VAULT.index(NUMBER)
    assert VAULT.index(NUMBER) != VAULT.index("+447700900124")
    assert Vault(f"{NEW},{OLD}").indexes(NUMBER) == [Vault(NEW).index(NUMBER), Vault(OLD).index(NUMBER)]
    assert NUMBER.encode() not in VAULT.index(NUMBER)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.text(), v)))  # fmt: skip
def test_values_of_every_shape_come_back(value: object) -> None:
    assert VAULT.open_json(VAULT.seal_json(value, "x.y"), "x.y") == value
    assert VAULT.open_json(None, "x.y") is None


def key(name: str, size: int = 32) -> str:
    """Return a key of a size."""
    return f"{name}:{base64.b64encode(b'k' * size).decode()}"


@pytest.mark.parametrize(
    "keys",
    ["", ",", "k1", "k1:", key(""), "k1:not base64!", "k1:ключ", key("k1", 16), key("k1", 33),
     key("k" * 21), key("ключ"), f"{key('k1')},", f"{key('a')},{key('a')}", "k1:" + "A" * 44],
)  # fmt: skip
def test_malformed_keys_are_refused_in_one_sentence(keys: str) -> None:
    with pytest.raises(BadSetting, match=r"^CHECKIN_KEYS must .*\.$"):
        Vault(keys)


def test_a_fresh_key_is_good_and_never_the_same() -> None:
    assert len({new_key() for _ in range(50)}) == 50
    assert Vault(new_key())
