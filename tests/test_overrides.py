"""What may take the place of a sentence, and what may not."""

import pytest

from checkin.errors import BadInput
from checkin.wording import LANGUAGES, VARIANTS, Variant, say, sentences
from checkin.wording.overrides import MOST_SEGMENTS, check, fits, holes, look, only_fitting

GOOD = "Lovely to hear from you, {name}."


def refused(key: str, text: str, language: str = "en", variant: Variant = "text") -> str:
    """Return why a text may not stand there."""
    with pytest.raises(BadInput) as why:
        check(key, language, variant, text)
    assert str(why.value).count("\n") == 0
    return str(why.value)


def test_own_words_take_the_place_of_the_lines() -> None:
    own = {("checkin.good", "en", VARIANTS[0]): GOOD}
    assert say("checkin.good", "en", "text", {"name": "Ann"}, own) == "Lovely to hear from you, Ann."
    assert say("checkin.good", "en", "voice", {"name": "Ann"}, own).startswith("It is good to hear")
    assert say("checkin.good", "cy", "text", {"name": "Ann"}, own) == say("checkin.good", "cy", "text", {"name": "Ann"})


def test_what_it_would_cost_is_told() -> None:
    checked = check("checkin.good", "en", "text", f"  {GOOD} ")
    assert checked.text == GOOD
    assert checked.example == "Lovely to hear from you, Maximiliana."
    assert checked.size is not None
    assert (checked.size.encoding, checked.size.segments, checked.warnings) == ("GSM-7", 1, ())
    spoken = check("checkin.good", "en", "voice", GOOD)
    assert (spoken.size, spoken.own, spoken.warnings) == (None, None, ())


def test_letters_that_make_a_text_dear_are_warned_of_in_english_and_marks_are_not() -> None:
    (dear, *_) = check("checkin.good", "pl", "text", "Dzięki, {name} 🙂").warnings
    assert dear.startswith("'🙂' is not in the alphabet of plain texts")
    assert check("checkin.good", "pl", "text", "Dziękuję, {name}. Miło cię słyszeć.").warnings == ()
    assert check("checkin.good", "cy", "text", "Diolch, {name}. Tŷ, dŵr a môr.").warnings == ()


def test_more_segments_than_before_and_shouting_are_warned_of() -> None:
    longer = "{name}, " + "we are always glad to hear from you. " * 5
    assert check("checkin.good", "en", "text", longer).warnings == ("It takes 2 segments; the line's own takes 1.",)
    (loud,) = check("checkin.good", "en", "voice", "Well done, {name}!").warnings
    assert "shouting" in loud
    (odd,) = check("checkin.good", "en", "voice", "Thank you, {name}. Ring 116123.").warnings
    assert "as words" in odd


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "A sentence cannot be empty"),
        ("  ", "A sentence cannot be empty"),
        ("Good.", "checkin.good must keep {name}."),
        ("Good, {name} from {line}.", "{line} is no placeholder of checkin.good; it has {name}."),
        ("Good, {name}. {", "part of no placeholder"),
        ("Good, {name}. }", "part of no placeholder"),
        ("Good, {{name}}.", "part of no placeholder"),
        ("Good, {}.", "part of no placeholder"),
        ("Good, {name} {0}.", "part of no placeholder"),
        ("Good, {name!r}.", "part of no placeholder"),
        ("Good, {name:>99}.", "part of no placeholder"),
        ("Good, {name.__class__}.", "part of no placeholder"),
        ("Good, {Name}.", "part of no placeholder"),
        ("Good,\n{name}.", "a line break, a tab or an invisible character"),
        ("Good,\x07 {name}.", "a line break, a tab or an invisible character"),
        ("Good,\u202e {name}.", "a line break, a tab or an invisible character"),
        ("Good,\u200b {name}.", "a line break, a tab or an invisible character"),
        ("Good, {name}. " + "On and on and on. " * 40, "would go out as 5 segments"),
        ("Dobrze 🙂, {name}. " + "Dalej i dalej. " * 15, "would go out as 4 segments"),
    ],
)
def test_what_could_not_be_said_is_refused_with_one_sentence(text: str, why: str) -> None:
    assert why in refused("checkin.good", text)


def test_nothing_spoken_goes_on_for_ever() -> None:
    assert "600 at most" in refused("checkin.good", "{name}, " + "go on. " * 100, variant="voice")


def test_there_must_be_such_a_sentence() -> None:
    assert "There is no sentence 'checkin.goood'" in refused("checkin.goood", GOOD)
    assert "does not speak 'fr'" in refused("checkin.good", GOOD, language="fr")


def test_nobody_in_danger_is_left_without_a_number() -> None:
    reason = refused("safety.red", "We are here. {helpline} {crisis_text}")
    assert reason == "safety.red must keep {emergency}: whoever is in danger must be told whom to ring."
    kept = "Help is coming. {emergency}. {helpline}. {crisis_text}"
    assert "999" in check("safety.red", "en", "text", kept).example
    assert "112" in check("safety.red", "en", "text", kept, home="IE").example


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_must_name_nothing_stays_as_it_is_and_can_be_looked_at(variant: Variant) -> None:
    assert "cannot be changed" in refused("safety.endangered", "We heard you were hurt.", variant=variant)
    assert look("safety.endangered", "en", variant).text


def test_every_safety_sentence_keeps_its_number_or_cannot_be_changed() -> None:
    for key in (k for k in sentences("en") if k.startswith("safety.")):
        for variant in VARIANTS:
            own = sentences("en")[key].variant(variant)
            without = own.replace("{emergency}", "a friend").replace("{emergency_spoken}", "a friend")
            refused(key, without, variant=variant)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lines_own_sentences_could_all_stand_where_they_are(language: str) -> None:
    for key, sentence in sentences(language).items():
        for variant in VARIANTS:
            checked = look(key, language, variant)
            assert checked.size is None or checked.size.segments <= MOST_SEGMENTS, key
            if key != "safety.endangered":
                assert check(key, language, variant, sentence.variant(variant)) == checked


def test_what_a_newer_version_has_outgrown_is_left_out() -> None:
    kept = {
        ("checkin.good", "en", "text"): GOOD,
        ("checkin.good", "en", "discreet"): "Hello {name}.",
        ("checkin.gone", "en", "text"): "Hello.",
    }
    assert only_fitting(kept) == {("checkin.good", "en", "text"): GOOD}
    assert not fits("checkin.good", "en", "discreet", "Hello {name}.")
    assert not fits("checkin.good", "en", "shouted", GOOD)


def test_holes_are_names_in_braces() -> None:
    assert holes("{name}, {line}: {a_b} {} {1} {x!r}") == {"name", "line", "a_b"}
