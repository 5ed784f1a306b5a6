"""Every sentence, in every language and variant: what reviewers would look for, looked for every time."""

import re
import statistics
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import checkin.wording
from checkin.conversation.replies import Asked, Kind, read
from checkin.conversations.staff_words import Deed, read_command
from checkin.wording import LANGUAGES, VARIANTS, Variant, country, day, day_and_time, placeholders, say, sentences
from checkin.wording.segments import as_sent, is_gsm7, plain, size, without_marks
from tests.rows import each

KEYS = tuple(sentences("en"))
EVERY = tuple(product(LANGUAGES, KEYS))
TEXTS: tuple[Variant, ...] = ("text", "discreet")
COUNTRIES = tuple(tomllib.loads((Path(checkin.wording.__file__).parent / "countries.toml").read_text(encoding="utf-8")))
COUNTRY_NAMES = frozenset(country("GB"))
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

# What is said to somebody in danger, or asks for help, or wakes whoever is on call: none of it may be cut short.
SAFETY = {"help", "urgent", "stranger", "person_coming", "stop.done"} | {
    k for k in KEYS if k.startswith(("safety.", "call_me.", "page."))
}

# What is said to staff about cases offers them words of their own.
STAFF = ("page.", "handling.", "staff.")

# Long, and met with every day.
LONG = {
    "name": "Maximiliana-Rose",
    "line": "Upper Calder Valley Peer Support Project",
    "member": "Konstantynopola",
    "buddy": "Christopher-James",
    "sender": "Christopher-James",
    "taker": "Bartholomew",
    "span": "w ciągu ostatnich 2 tygodni",
    "weeks": "2",
    "before": "Bartholomew",
    "case": "10482",
    "code": "482159",
    "count": "128",
    "severity": "pomarańczowa",
    "cases": "10482 RED 4821, 10483 AMBER (Bartholomew) 5930",
    "key": "7",
    "group": "Hebden Bridge Wednesday Evening Group",
    "venue": "St Michael's Church Hall, the Green Room",
    "directions": "Buses 590 and 592 stop outside. Ring the bell on the left.",
    "words": "I have not been out of the house since Sunday. I do not know whom to tell, so I thought I would say so",
    "link": "https://line.calder-valley-peers.example.org/cases/10482",
    "starts": "Wednesday 30 September, 19:30",
    "ends": "Thursday 1 October, 19:30",
    "duty": "on call, Wednesday 30 September, 19:30 to Thursday 1 October, 19:30",
    "number": "1",
    "choices": "1 Christopher-James, 2 Maximiliana-Rose",
    "choices_spoken": "For Christopher-James, press 1.",
    "until": "Wednesday 30 September",
    "stream": "questions how you are",
    "streams": "reminders of meetings, messages from your buddy, a kind word now and then",
    "when": "Wednesday 30 September, 19:30",
    "was": "Wednesday 30 September, 19:30",
    "facilitator": "Christopher-James",
    "question": "How hopeful do you feel today about the weeks to come, if 1 is not at all and 5 is very?",
    "least": "1",
    "most": "10",
    "yes": "128",
    "no": "64",
    "messages": "16",
    "list": "1 Leeds Debt Advice and Money...: 0113 496 0102, opens Mon 09:00.\n"
    "2 Community Help Point, Hebden...: 01632 960 123, open to 17:00.\n"
    "3 Debt and Money Support: 0808 157 0123, day and night.",
    "list_spoken": "1. Leeds Debt Advice. Open now, until 17:00. The number is 0113 496 0102.",
    "service": "Upper Calder Valley Debt and Money Advice",
    "phone": "01632 960 123",
    "phone_spoken": "The number is 01632 960 123.",
    "hours": "opens Mon 09:00",
    "hours_spoken": "It opens next: Monday 9 November, 09:00.",
    "more": " 1 Market Street, Hebden Bridge.",
    "more_spoken": "1 Market Street, Hebden Bridge.",
    "offer": "",
    "offer_spoken": "",
    "send_spoken": "",
    "meets": "Christopher-James meets you there.",
    "meets_spoken": "Christopher-James will meet you there.",
    "how": "They'd like it kept quiet: only their first name.",
    "how_spoken": "They would like it kept quiet.",
}


def _values(language: str, code: str = "GB") -> Mapping[str, str]:
    moment = datetime(2026, 9, 30, 19, 30, tzinfo=ZoneInfo("Europe/London"))
    dates = {
        "until": day(moment, language),
        "when": day_and_time(moment, language),
        "was": day_and_time(moment, language),
    }
    return {**LONG, **dates, **country(code, language)}


def _holes(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def _own(template: str) -> str:
    """Return a sentence's own words, without what is filled in."""
    return re.sub(r"\{\w+\}", "", template)


# --- The same in every language ---


@each(LANGUAGES)
def test_every_language_has_every_sentence_in_the_same_order(language: str) -> None:
    assert tuple(sentences(language)) == KEYS


@each(EVERY)
def test_every_language_has_the_same_placeholders_in_every_variant(language: str, key: str) -> None:
    for variant in VARIANTS:
        here, there = sentences(language)[key].variant(variant), sentences("en")[key].variant(variant)
        assert _holes(here) == _holes(there), variant


@each(EVERY)
def test_every_sentence_can_be_said_from_what_it_asks_for(language: str, key: str) -> None:
    values = {n: v for n, v in _values(language).items() if n in placeholders(key)}
    for variant in VARIANTS:
        said = say(key, language, variant, values)
        assert said.strip()
        assert "{" not in said


def test_a_sentence_with_a_hole_is_not_said() -> None:
    with pytest.raises(KeyError):
        say("checkin.good", "en", "text", {})


def test_a_language_we_do_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        sentences("xx")


@each(KEYS)
def test_no_translation_was_left_in_english(key: str) -> None:
    for language, variant in product(("cy", "pl"), VARIANTS):
        here, there = (_own(sentences(lang)[key].variant(variant)) for lang in (language, "en"))
        assert here != there or not re.search(r"[a-z]{2}", here), (language, variant)


# --- What it costs ---


@each(KEYS)
def test_no_english_text_needs_ucs2(key: str) -> None:
    assert all(is_gsm7(sentences("en")[key].variant(v)) for v in TEXTS)


@each(EVERY)
def test_texts_stay_short_when_names_are_long(language: str, key: str) -> None:
    most = 3 if key in SAFETY else 2
    for variant in TEXTS:
        measured = size(say(key, language, variant, _values(language)))
        assert measured.encoding == "GSM-7"
        assert measured.segments <= most, (variant, measured)


@pytest.mark.parametrize("name", ["Zoë", "Łukasz", "Siân", "Małgorzata", "Wŷn", "Eiríkur", "D’Arcy"])
def test_a_name_with_marks_does_not_make_a_text_dear(name: str) -> None:
    values = {**_values("en"), "name": name}
    for language in LANGUAGES:
        assert size(say("checkin.ask", language, "text", values)).encoding == "GSM-7"
        assert name in say("checkin.ask", language, "voice", values)


def test_what_a_person_wrote_is_passed_on_as_written() -> None:
    said = say("relay.message", "pl", "text", {"sender": "Łukasz", "words": "zrób mi łaskę"})
    assert said.startswith("Łukasz pisze: zrób mi łaskę (Odpowiedź")


def test_a_smiling_relay_keeps_everybodys_marks_since_nothing_is_gained_by_dropping_them() -> None:
    assert "Łukasz pisze: ok 🙂" in say("relay.message", "pl", "text", {"sender": "Łukasz", "words": "ok 🙂"})
    assert as_sent("Tak, مريم źle") == "Tak, مريم źle"


# --- How it sounds ---

_SCOLDS = {
    "en": "must should ought fail failed failure missed forgot forgotten ignored overdue late why still-not obey "
    "hurry quickly immediately asap urgently at-once straight-away as-soon-as-possible right-away "
    "you-did-not you-didn't you-have-not you-haven't unfortunately warning final demand required",
    "cy": "rhaid dylech brysiwch brysia ar-unwaith cyn-gynted methu methoch anghofioch rhybudd pam olaf",
    "pl": "musisz musi-pan powinien powinna natychmiast szybko jak-najszybciej niezwłocznie zapomn "
    "ostrzeżenie dlaczego pilnie obowiązk ostatni",
}


@each(EVERY)
def test_nothing_shouts_scolds_or_hurries(language: str, key: str) -> None:
    for variant in VARIANTS:
        template = sentences(language)[key].variant(variant)
        assert "!" not in template
        for word in _SCOLDS[language].split():
            assert not re.search(rf"\b{word.replace('-', ' ')}\b", template, re.IGNORECASE), (variant, word)


# What would tell somebody else who picks up the phone what it is about. Beginnings of words.
_TELLS = {
    "en": "check-in checkin buddy budd group meeting member worried-about helpline samaritan mental mood "
    "depress suicid crisis self-harm anxi therap support recover grief bereave safe danger peer case",
    "cy": "cyfaill grŵp grwp cyfarfod aelod poeni-am llinell samariaid iechyd meddwl iselder argyfwng hunan-niwed "
    "pryder cymorth diogel perygl achos",
    "pl": "grup spotkan człon martwię-się-o telefon-zaufania samaryt samaritan psych nastr samopoczuci depresj samob "
    "kryzys lęk terapi wspar wspier żałob bezpiecz niebezpiecz buddy spraw",
}


@each(EVERY)
def test_a_discreet_text_names_no_topic(language: str, key: str) -> None:
    template = sentences(language)[key].discreet
    assert not _holes(template) & {"line", "group", "helpline", "helpline_spoken", "crisis_text"}
    for word in _TELLS[language].split():
        # A stranger has no profile yet and is answered discreetly; in an emergency they are told so.
        if (key, word) != ("stranger", "argyfwng"):
            assert not re.search(rf"\b{word.replace('-', ' ')}", _own(template), re.IGNORECASE), word


# Said within another sentence, which ends.
_PARTS = {"buddy_report.week", "buddy_report.weeks"}


@each(EVERY)
def test_a_voice_says_what_can_be_heard(language: str, key: str) -> None:
    template = sentences(language)[key].voice
    assert not _holes(template) & {"emergency", "helpline", "helpline_number", "crisis_text", "link"}
    for code in COUNTRIES:
        spoken = template.format_map({**_values(language, code)} | dict.fromkeys(LONG, "Ann"))
        assert not re.search(r"\d\d", spoken), "read out as one number"
    assert not re.search(
        r"https?:|www\.|/|&|\+|\(|\"|\be\.g|\bi\.e|\betc\b|\bnp\.|\btel\.|\bgodz\.|\be\.e|\bMr\b|\bDr\b", template
    )
    assert not re.search(r"\b[A-ZĄĆĘŁŃÓŚŹŻŴŶÂÊÎÔÛ]{2,}\b", template), "capitals may be spelt out"
    assert template.strip()[-1] in ".?}" or key in _PARTS


def _syllables(word: str) -> int:
    word = word.lower()
    silent = len(word) > 2 and word.endswith("e") and not word.endswith(("le", "ee", "ye"))
    silent = silent or (word.endswith("ed") and not word.endswith(("ted", "ded")) and len(word) > 3)
    return max(1, len(re.findall(r"[aeiouy]+", word.replace("'", ""))) - silent)


def _grade(text: str) -> float:
    """Return the Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59. What is filled in counts
    as one short word and digits as none; only a full stop or a question mark ends a sentence."""
    filled = re.sub(r"\{\w+\}", "Ann", text)
    parts = [re.findall(r"[A-Za-z][A-Za-z'-]*", p) for p in re.split(r"[.?]", filled)]
    words = [w for p in parts for w in p]
    return 0.39 * len(words) / sum(map(bool, parts)) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_the_counting_of_syllables_is_sane() -> None:
    counts = {"ring": 1, "made": 1, "people": 2, "automatic": 4, "asked": 1, "wanted": 2, "emergency": 4, "message": 2}
    assert {w: _syllables(w) for w in counts} == counts
    assert _grade("The cat sat on the mat.") < 0
    assert _grade("Notification preferences require authentication beforehand.") > 15


def test_a_nine_year_old_could_read_it() -> None:
    grades = {
        (key, variant): _grade(sentences("en")[key].variant(variant))
        for key, variant in product(KEYS, VARIANTS)
        # A greeting of a word or two has no grade worth the name.
        if len(re.findall(r"[a-z'-]+", _own(sentences("en")[key].variant(variant)), re.IGNORECASE)) > 2
    }
    assert statistics.median(grades.values()) <= 5
    assert {which: grade for which, grade in grades.items() if grade > 8} == {}


# --- What may be answered ---

_WORDS = {
    "STOP": Kind.STOP, "START": Kind.START, "HELP": Kind.HELP, "CALL ME": Kind.CALL_ME, "NEXT": Kind.NEXT,
    "PAUSE": Kind.PAUSE, "BACK": Kind.BACK, "BUDDY": Kind.BUDDY, "WRONG NUMBER": Kind.WRONG_NUMBER,
    "FFONIWCH FI": Kind.CALL_ME, "NESAF": Kind.NEXT, "SAIB": Kind.PAUSE, "YN ÔL": Kind.BACK,
    "RHIF ANGHYWIR": Kind.WRONG_NUMBER,
    "ZADZWOŃ": Kind.CALL_ME, "NASTĘPNE": Kind.NEXT, "PRZERWA": Kind.PAUSE, "JUŻ JESTEM": Kind.BACK, "POMOC": Kind.HELP,
    "ZŁY NUMER": Kind.WRONG_NUMBER, "ANSWER": Kind.BUDDY, "ATEB": Kind.BUDDY, "ODPOWIEDŹ": Kind.BUDDY,
    "TIP": Kind.TIP, "TIPS": Kind.TIP, "BAD TIP": Kind.TIP, "STOP TIPS": Kind.STOP,
    "BREAK": Kind.PAUSE, "SEIBIANT": Kind.PAUSE, "ODPOCZYNEK": Kind.PAUSE,
    "STOP BEING BUDDIES": Kind.STOP, "GORFFEN CYFEILLIO": Kind.STOP, "KONIEC PARY": Kind.STOP,
    "MORE": Kind.MORE, "MWY": Kind.MORE, "WIĘCEJ": Kind.MORE, "FIND": Kind.FIND, "GROUP": Kind.GROUP,
    "STOP REMINDERS": Kind.STOP, "JOIN": Kind.JOIN,
}  # fmt: skip


@each(EVERY)
def test_every_word_that_is_offered_is_understood(language: str, key: str) -> None:
    for variant in TEXTS:
        for found in re.findall(
            r"\b[A-ZŁŻŹĆŃĘÔ]{2,}(?: [A-ZŁŻŹĆŃĘÔ]{2,})*\b", sentences(language)[key].variant(variant)
        ):
            if found in {"SMS", "PIN"}:
                continue
            if key.startswith(STAFF):
                offered = read_command(found if found in {"CASES", "LIST"} else f"{found} 4821")
                assert offered is not None, found
                assert offered.deed is not Deed.UNKNOWN, found
                continue
            words = f"{found} hello" if _WORDS[found] is Kind.BUDDY else found
            for sent in (words, without_marks(words), without_marks(words).lower()):
                assert read(sent, Asked.NONE).kind is _WORDS[found], sent


@pytest.mark.parametrize(
    ("asked", "said", "kind"),
    [
        (Asked.OK, "ie", Kind.YES),
        (Asked.OK, "na", Kind.NO),
        (Asked.OK, "tak", Kind.YES),
        (Asked.OK, "nie", Kind.NO),
        (Asked.CONTACT, "ydw", Kind.YES),
        (Asked.CONTACT, "ddim eto", Kind.NO),
        (Asked.CONTACT, "jeszcze nie", Kind.NO),
    ],
)
def test_the_answers_that_are_offered_are_understood_in_words_too(asked: Asked, said: str, kind: Kind) -> None:
    assert read(said, asked).kind is kind


# --- Countries ---


@each(product(COUNTRIES, LANGUAGES))
def test_every_country_is_said_in_every_language(code: str, language: str) -> None:
    found = country(code, language)
    assert set(found) == COUNTRY_NAMES
    for name, value in found.items():
        numbers = re.sub(r"\D", "", value)
        assert numbers == re.sub(r"\D", "", country(code, "en")[name]), "a number that differs by language"
        assert bool(numbers) == (code != "international")
        assert size(without_marks(value)).encoding == "GSM-7"
    assert re.sub(r"\D", "", found["helpline"]) == re.sub(r"\D", "", found["helpline_spoken"])
    assert re.sub(r"\D", "", found["emergency"]) == re.sub(r"\D", "", found["emergency_spoken"])


@each(LANGUAGES)
def test_a_country_we_have_nothing_for_gets_no_number_that_might_not_answer(language: str) -> None:
    assert country("NZ", language) == country("international", language)
    said = say("safety.red", language, "text", {**_values(language), **country("NZ", language)})
    assert not re.search(r"\d", said)


def test_your_emergency_number_is_said_in_the_readers_language() -> None:
    assert country("NZ")["emergency"] == "your emergency number"
    assert country("NZ", "cy")["emergency"] == "eich rhif argyfwng"
    assert country("NZ", "pl")["emergency"] == "lokalny numer alarmowy"


# --- Dates ---

LONDON = ZoneInfo("Europe/London")


def test_days_are_said_as_each_language_says_them() -> None:
    moment = datetime(2026, 12, 3, 19, 0, tzinfo=LONDON)
    assert day(moment, "en") == "Thursday 3 December"
    assert day(moment, "cy") == "dydd Iau 3 Rhagfyr"
    assert day(moment, "pl") == "czwartek, 3 grudnia"
    assert day(date(2026, 10, 7), "pl") == "środa, 7 października"
    assert day_and_time(moment, "en") == "Thursday 3 December, 19:00"
    assert day_and_time(moment, "cy") == "dydd Iau 3 Rhagfyr, am 19:00"
    assert day_and_time(moment, "pl") == "czwartek, 3 grudnia, o 19:00"


@pytest.mark.parametrize(
    ("utc", "said"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Sunday 29 March, 00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sunday 29 March, 02:00"),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Sunday 25 October, 00:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sunday 25 October, 01:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sunday 25 October, 01:30"),
        (datetime(2026, 10, 25, 18, 0, tzinfo=UTC), "Sunday 25 October, 18:00"),
    ],
)
def test_the_clock_on_the_wall_is_said_on_days_when_clocks_change(utc: datetime, said: str) -> None:
    assert day_and_time(utc.astimezone(LONDON), "en") == said


# --- Counting ---


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 158 + "€", "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("—" * 70, "UCS-2", 70, 1),
        ("—" * 71, "UCS-2", 71, 2),
        ("—" * 134, "UCS-2", 134, 2),
        ("—" * 135, "UCS-2", 135, 3),
        ("\U0001f600" * 35, "UCS-2", 70, 1),
        ("\U0001f600" * 36, "UCS-2", 72, 2),
        (FAMILY * 7, "UCS-2", 77, 2),
    ],
)
def test_segments(text: str, encoding: str, units: int, segments: int) -> None:
    measured = size(text)
    assert (measured.encoding, measured.units, measured.segments) == (encoding, units, segments)


def test_an_escape_pair_is_never_split() -> None:
    # 152 septets and an escape pair: the pair opens the second part, which then has room for 151 more.
    assert size("a" * 152 + "€" + "a" * 151).segments == 2
    assert size("a" * 152 + "€" + "a" * 152).segments == 3


def test_a_surrogate_pair_is_never_split() -> None:
    assert size("—" * 66 + "\U0001f600" + "—" * 65).segments == 2
    assert size("—" * 66 + "\U0001f600" + "—" * 66).segments == 3


@each("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r^{}\\[~]|€\f")
def test_these_are_gsm7(character: str) -> None:
    assert is_gsm7(character)
    assert as_sent(character) == character


@each("çêáíóúâîôû`\t’“”–—…•\u00a0ąćęłńóśźżŵŷ")
def test_these_are_not_gsm7_and_leave_as_something_that_is(character: str) -> None:
    assert not is_gsm7(character)
    assert is_gsm7(as_sent(character))


def test_typography_becomes_what_every_phone_has() -> None:
    assert plain("“It’s\u00a0late” – she said…") == '"It\'s late" - she said...'
    assert plain("10\u202f000\u00ad — „tak” «ie»") == '10 000 - "tak" "ie"'
    assert plain("Zoe\u0308") == "Zoë"
    assert plain(FAMILY) == FAMILY
    assert plain(plain("‘…’ • –")) == plain("‘…’ • –") == "'...' - -"


def test_marks_are_dropped_only_where_gsm7_has_no_such_letter() -> None:
    assert without_marks("Zażółć gęślą jaźń, ŁÓDŹ") == "Zazolc gesla jazn, LODZ"
    assert without_marks("tŷ, dŵr, gŵyl, môr, tân, ffôn") == "ty, dwr, gwyl, mor, tan, ffon"
    assert without_marks("café, Jörg, Ærø, Señor, à la") == "café, Jörg, Ærø, Señor, à la"
    assert without_marks("مرحبا 🙂 привет œuvre") == "مرحبا 🙂 привет oeuvre"
