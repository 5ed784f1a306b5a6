"""The risk reader: every text of the museum is read as it says, and nothing can hide a real cue."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.risk import CATEGORIES, Additions, Level, Risk, RiskReader, read_risk
from checkin.conversation.risk.plain import prepare
from checkin.conversation.risk.reader import LANGUAGES, phrase_table
from checkin.errors import BadInput
from tests.risk_report import MUSEUM, counted, main, rows
from tests.rows import each

MUSEUM_ROWS = rows(MUSEUM)
RED_TEXTS = [row["text"] for row in MUSEUM_ROWS if row["level"] == "red" and len(row["text"]) > 6]
IDIOMS = ["dying for a cuppa", "this bus is killing me", "that cake is to die for", "bored to death lol"]
LOOKALIKES = str.maketrans("aeopcxyi", "аеорсхуі")


@each(MUSEUM_ROWS)
def test_museum(row: dict[str, str]) -> None:
    read = read_risk(row["text"])
    if row["level"] == "amber+":
        assert read.level >= Level.AMBER, read
    else:
        assert read.level.name.lower() == row["level"], read


def test_museum_is_large_and_covers_every_category_of_words() -> None:
    assert len(MUSEUM_ROWS) >= 250
    heard = {why.split(":")[0] for row in MUSEUM_ROWS for why in read_risk(row["text"]).why}
    # An organisation's words are its own, a code word its person's; the model has its own test.
    assert heard >= set(CATEGORIES) - {"organisation", "code-word", "model"}


@given(st.text())
def test_reads_any_string_and_says_the_same_twice(text: str) -> None:
    read = read_risk(text)
    assert read == read_risk(text)
    assert bool(read.why) == (read.level is not Level.NONE)
    assert all(why.split(":")[0] in CATEGORIES for why in read.why)


@pytest.mark.parametrize("idiom", IDIOMS)
def test_an_idiom_beside_a_real_cue_hides_nothing(idiom: str) -> None:
    beside = [text for cue in RED_TEXTS for text in (f"{idiom}. {cue}", f"{cue}. {idiom}")]
    assert [text for text in beside if read_risk(text).level is Level.NONE] == []


@pytest.mark.parametrize("idiom", IDIOMS)
@pytest.mark.parametrize("cue", ["i want to die", "going to kill myself", "took all my tablets", "want to end it all"])
def test_a_red_cue_stays_red_beside_an_idiom(cue: str, idiom: str) -> None:
    for text in (f"{cue}. {idiom}", f"{cue} {idiom}", f"{idiom}. {cue}", f"{idiom}, {cue}"):
        assert read_risk(text).level is Level.RED, text


@given(st.sampled_from(RED_TEXTS))
def test_case_spaces_and_lookalikes_change_nothing(text: str) -> None:
    level = read_risk(text).level
    assert read_risk(text.upper()).level is level
    assert read_risk("  " + text.replace(" ", "   ") + "\n").level is level
    if text.isascii():
        assert read_risk(text.translate(LOOKALIKES)).level is level
        assert read_risk(text.replace("o", "o\u200b")).level is level


@pytest.mark.parametrize(
    ("plain", "denied", "past"),
    [
        ("i want to die", "i do not want to die", "i wanted to die years ago"),
        ("i am going to kill myself", "i would never kill myself", "i tried to end my life when i was 19"),
        ("i have suicidal thoughts", "i am not suicidal", "i was suicidal ten years ago"),
    ],
)
def test_denial_and_the_past_weaken_and_never_silence(plain: str, denied: str, past: str) -> None:
    assert read_risk(plain).level is Level.RED
    assert read_risk(denied).level is Level.AMBER
    assert read_risk(past).level >= Level.AMBER


def test_a_weak_cue_plainly_denied_is_let_go() -> None:
    assert read_risk("feel hopeless").level is Level.AMBER
    assert read_risk("i do not feel hopeless").level is Level.NONE


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("on the bridge", Level.RED),
        ("on the bridge feeding the ducks, lovely", Level.NONE),
        ("on the bridge feeding the ducks before i jump", Level.RED),
        ("the heron is on the roof", Level.NONE),
        ("stood on the roof with my brother-in-law", Level.AMBER),
        ("goodbye everyone", Level.RED),
        ("goodbye everyone, see you in september", Level.NONE),
        ("goodbye everyone, lovely to have known you, sorry", Level.RED),
        ("can not cope with the printer lol", Level.NONE),
        ("can not cope lol i want to die", Level.RED),
    ],
)
def test_what_is_said_every_day_is_weighed_by_the_rest(text: str, level: Level) -> None:
    assert read_risk(text).level is level, read_risk(text)


def test_looking_phrases_up_by_their_words_misses_none() -> None:
    ours = RiskReader()
    every = {id(rule): rule for by in (ours._by_word, ours._by_stem) for rules in by.values() for rule in rules}
    for row in MUSEUM_ROWS[::12]:
        plain = prepare(row["text"])
        found = {id(rule) for rule in ours._candidates(set(plain.split()))}
        missed = [rule for key, rule in every.items() if key not in found and rule.phrase.regex.search(plain)]
        assert missed == [], row["text"]


def test_abuse_and_silence_are_told_apart_for_the_shell() -> None:
    categories = {why.split(":")[0] for why in read_risk("he hit me again cant talk").why}
    assert {"abuse", "cannot-talk"} <= categories


def test_the_gravest_reason_comes_first() -> None:
    read = read_risk("no hope left. i took all my tablets")
    assert read.level is Level.RED
    assert read.why[0].startswith("attempt:")
    assert any(why.startswith("hopeless:") for why in read.why)


def test_reasons_are_not_repeated_however_long_the_text() -> None:
    assert len(read_risk("i want to die. " * 500).why) == len(read_risk("i want to die.").why)


def test_the_model_hears_what_no_phrase_says_and_names_its_words() -> None:
    read = read_risk("the pills and the gun, i feel my life is nothing but suffering and guilt")
    assert read.level is Level.AMBER
    assert read_risk("we had a lovely walk by the river and a good laugh").level is Level.NONE


def test_an_organisation_adds_words_and_takes_none_away() -> None:
    additions = Additions(
        version="harbour-3",
        red=("going down the slipway",),
        amber=("(bad|black) dog day",),
        harmless=("the hanged man (pub|inn)",),
    )
    ours = RiskReader(additions)
    assert ours.read("im going down the slipway") == Risk(Level.RED, ("organisation: going down the slipway",))
    assert ours.read("black dog day").level is Level.AMBER
    assert read_risk("im going down the slipway").level is Level.NONE
    assert ours.read("i want to die").level is Level.RED
    assert ours.version.endswith("organisation harbour-3")


def test_a_harmless_phrase_hides_only_itself() -> None:
    ours = RiskReader(Additions(version="1", harmless=("suicide hill",)))
    assert ours.read("meet me on suicide hill").level is Level.NONE
    assert ours.read("meet me on suicide hill, i want to die").level is Level.RED


@pytest.mark.parametrize(
    "phrase",
    ["", "   ", "(open", "shut)", "a||b", "(a|)", "<nobody-made-this-list> now", "ab* word", "~3", "%many", "word?"],
)
def test_a_phrase_that_cannot_be_read_is_named(phrase: str) -> None:
    with pytest.raises(BadInput, match="The risk phrase"):
        RiskReader(Additions(version="1", red=(phrase,)))


@pytest.mark.parametrize(
    "unit", ["i want to ", "not no one would ", "a", "s u ", "💊 ", "take my life in ", "x 20 mg "]
)
def test_work_grows_with_length_and_no_faster(unit: str) -> None:
    """Ten times the text may take ten times the work; a backtracking phrase would take hundreds of times."""

    def cost(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        best = float("inf")
        for _ in range(5):
            # Our own time only: a busy machine takes the processor away in the middle.
            start = time.process_time()
            read_risk(text)
            best = min(best, time.process_time() - start)
        return best

    cost(1_000)
    assert cost(100_000) < 60 * cost(10_000)


def test_a_text_without_a_telling_word_costs_no_phrase() -> None:
    """What makes everyday texts cheap: phrases are looked up by their rarest words."""
    ours = RiskReader()
    everyday = ours._candidates(set(prepare("see you thursday at seven").split()))
    every = {rule.phrase.source for rules in ours._by_word.values() for rule in rules}
    assert len(everyday) < 0.03 * len(every)


def test_the_data_names_only_known_categories() -> None:
    for language in LANGUAGES:
        for entry in phrase_table(language)["cue"]:
            assert entry["category"] in CATEGORIES
            assert Level[entry["level"].upper()] is not Level.NONE


def test_the_report_counts_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.tsv"
    mine.write_text("kind\ttext\nrisk\ti want to die\nbenign\tsee you at six\n", encoding="utf-8")
    assert counted(rows(mine))["risk"][Level.RED] == 1
    for arguments, environment in (([str(mine)], {}), ([], {"RISK_TEXTS": str(mine)})):
        main(arguments, environment)
        shown = capsys.readouterr().out
        assert "risk_museum.tsv" in shown
        assert "mine.tsv" in shown
    main([], {"RISK_TEXTS": str(tmp_path / "none.tsv")})
    assert "none.tsv" not in capsys.readouterr().out
