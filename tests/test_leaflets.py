"""The leaflets: one printed page each, with the line's own name and number, and words that the line understands."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from checkin.commands.leaflets import LEAFLETS, SOURCES, filled
from checkin.conversation.replies import Asked, read
from checkin.wording import LANGUAGES, country

ROOT = Path(__file__).parent.parent
EACH = [(which, language) for which in LEAFLETS for language in LANGUAGES]
_WORD = re.compile(r'<kbd data-means="(\w+)">(.*?)</kbd>')


def source(which: str, language: str) -> str:
    return (SOURCES / f"{which}.{language}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("which", "language"), EACH)
def test_each_word_to_text_is_one_that_the_line_understands(which: str, language: str) -> None:
    words = _WORD.findall(source(which, language))
    for means, word in words:
        # What is to be put in place of the slanted words is anything.
        typed = re.sub(r"<em>.*?</em>", "Leeds", word)
        assert read(typed, Asked.NONE).kind.value == means, word
    # Each language offers the same.
    assert [means for means, _ in words] == [means for means, _ in _WORD.findall(source(which, "en"))]


def test_examples_in_the_text_are_understood() -> None:
    for words in ("PAUSE 2 WEEKS", "BREAK 2 WEEKS"):
        assert read(words, Asked.NONE).value == "2 weeks"
    assert read("START", Asked.NONE).kind.value == "start"


@pytest.mark.parametrize(("which", "language"), EACH)
def test_a_leaflet_is_filled_in_from_the_lines_own_tables(which: str, language: str) -> None:
    page = filled(which, language, name="Leeds <Circle>", number="+441632960000", country="GB")
    assert "{{" not in page
    assert "Leeds &lt;Circle&gt;" in page
    assert "01632 960000" in page
    for helper in ("emergency", "helpline", "crisis_text"):
        assert html.escape(country("GB", language)[helper]) in page
    # Nothing is fetched from anywhere.
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_abroad_the_numbers_are_those_of_that_country() -> None:
    page = filled("member", "en", name="Line", number="+441632960000", country="IE")
    assert "50808" in page
    assert "+44 1632 960000" in page
    assert "85258" not in page


@pytest.mark.timeout(400)
def test_each_is_printed_on_one_page_of_a4(chromium: str, tmp_path: Path) -> None:
    assert chromium
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_"))}
    settings = {"CHECKIN_NAME": "Leeds Circle", "TWILIO_NUMBER": "+441632960000"}
    done = subprocess.run(
        [sys.executable, "-m", "checkin.cli", "leaflets", tmp_path],
        cwd=ROOT, env=clean | settings, capture_output=True, text=True, timeout=360, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for which, language in EACH:
        pages = PdfReader(tmp_path / f"{which}.{language}.pdf").pages
        assert len(pages) == 1, f"{which}.{language} does not fit on one page"
        assert (round(float(pages[0].mediabox.width)), round(float(pages[0].mediabox.height))) in {
            (595, 842),
            (594, 841),
        }
        printed = " ".join(pages[0].extract_text().split())
        assert "Leeds Circle" in printed
        assert "01632 960000" in printed
        for _, word in _WORD.findall(source(which, language)):
            assert re.sub(r"<.*?>", "", word) in printed


def test_without_a_number_there_is_no_leaflet(tmp_path: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "checkin.cli", "leaflets", tmp_path],
        cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert done.stderr.startswith("Which number do members text?")
