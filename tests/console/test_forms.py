"""Forms: what was typed stays, what is wrong is said beside it, and nobody overwrites what they have not seen."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string

from checkin.errors import BadInput
from checkin.settings import read_settings
from checkin.store.engine import connect
from checkin.store.vault import Vault, new_key
from checkin.store.work import Store
from console import forms, paging
from tests.console.walk import HOSTILE, text_stays_text
from tests.parts import environment


class Move(forms.Form):
    """A form with a field of most kinds."""

    name = forms.line("Name", hint="As they are called", needed="Enter a name", longest=80)
    day = forms.day("Day", needed="Enter the day")
    size = forms.number("How many", least=1, most=20)
    medium = forms.choice("How", [("text", "By text"), ("call", "By call")], radios=True, needed="Choose how")
    days = forms.several("Days", [("mo", "Monday"), ("tu", "Tuesday")])
    why = forms.words("Why", longest=300)
    everybody = forms.yes("Tell everybody")


class Narrow(forms.Filter):
    """What a table is narrowed by."""

    size = forms.number("How many", least=1, most=20)


_GOOD = {"name": " Ann  Lee ", "day": "2026-12-24", "size": "3", "medium": "text", "days": "tu", "why": "a\r\nb"}
_PAGE = """{% from "_forms.html" import summary, form_of, field, check %}{{ summary(form) }}
{% call form_of(form, "Save") %}{% for f in form %}{{ field(f) }}{% endfor %}{% endcall %}
{{ check(form, [], "Do it") }}"""


@contextmanager
def _asked(form: Mapping[str, object] | None = None, query: str = "") -> Iterator[None]:
    app = Flask("console", root_path=".", template_folder="console/templates")
    app.add_url_rule("/table/<int:number>", "table")
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    with app.test_request_context("/table/7" + query, method="POST" if form is not None else "GET", data=form):
        yield


def _refuse(sentence: str) -> None:
    raise BadInput(sentence)


def _shown(form: forms.Form) -> str:
    return render_template_string(_PAGE, form=form)


class Some(forms.Filter):
    """A table narrowed by a choice and a number."""

    medium = forms.choice("How", [("", "All"), ("text", "By text")])
    size = forms.number("How many", least=1, most=20)


@pytest.mark.parametrize(
    ("query", "wrong"), [("", []), ("?size=3", []), ("?medium=pigeon", ["medium"]), ("?size=x", ["size"])]
)
def test_what_an_address_does_not_say_is_not_wrong(query: str, wrong: list[str]) -> None:
    with _asked(query=query):
        form = Some()
        assert form.values["medium"] is None
        assert [field.name for field in form if field.errors] == wrong


@pytest.mark.parametrize("day", ["2026-12-24", "24 dec 2026", "24 December 2026", "24/12/2026", "24.12.2026"])
def test_what_was_typed_is_read_as_what_it_means(day: str) -> None:
    with _asked({**_GOOD, "day": day}):
        form = Move()
        assert form.sent()
        assert form.values == {
            "name": "Ann Lee", "day": date(2026, 12, 24), "size": 3, "medium": "text", "days": ["tu"],
            "why": "a\nb", "everybody": False,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Enter a name"),
        ("name", " \x00 ", "Enter a name"),
        ("name", "x" * 81, "Shorten this to 80 characters"),
        ("day", "", "Enter the day"),
        ("day", "tomorrow", "Enter a day, such as 24 Dec 2026"),
        ("size", "many", "Enter a whole number, such as 3"),
        ("size", "21", "Enter a number from 1 to 20"),
        ("medium", "pigeon", "Choose one of these"),
        ("medium", "", "Choose how"),
        ("days", "su", "Choose some of these"),
    ],
)
def test_what_is_wrong_is_said_twice_and_what_was_typed_stays(field: str, typed: str, sentence: str) -> None:
    with _asked({**_GOOD, field: typed}):
        form = Move()
        assert not form.sent()
        page = _shown(form)
    assert page.count(sentence) == 2
    assert f'id="{field}-error"' in page
    assert "a\nb</textarea>" in page
    assert 'aria-invalid="true"' in page or field in {"medium", "days"}


def test_what_the_line_refuses_is_said_on_the_form_and_undone(database_url: str) -> None:
    store = Store(connect(database_url), Vault(new_key()), read_settings(environment(database_url)))
    with _asked(_GOOD), store.work(datetime(2026, 12, 3, tzinfo=UTC)) as work:
        form = Move()
        assert form.sent()
        with form.told(work):
            work.wake.add("fire")
            work.conn.exec_driver_sql("INSERT INTO groups (id, name) VALUES (gen_random_uuid(), 'Half')")
            _refuse("That day has gone.")
        assert (form.done, work.wake) == (False, set())
        assert "That day has gone." in _shown(form)
        assert work.conn.exec_driver_sql("SELECT count(*) FROM groups").scalar() == 0
        with form.told(work):
            work.wake.add("fire")
        assert (form.done, work.wake) == (True, {"fire"})
    store.engine.dispose()


def test_two_who_edit_one_thing_see_both_and_overwrite_nothing_unseen() -> None:
    opened = {"name": "Ann", "day": date(2026, 12, 24), "medium": "call", "everybody": True}
    with _asked():
        version = Move(opened).version
    with _asked({**_GOOD, "version": version}):
        assert Move(opened).sent()
    changed = {**opened, "name": "Anna", "day": date(2026, 12, 27)}
    with _asked({**_GOOD, "version": version}):
        form = Move(changed)
        assert not form.sent()
        assert forms.Difference("Name", "Anna", "Ann Lee") in form.differences
        assert forms.Difference("How", "By call", "By text") in form.differences
        assert forms.Difference("Day", "Sun 27 Dec 2026", "Thu 24 Dec 2026") in form.differences
        page = _shown(form)
        assert "Somebody else has changed this" in page
        again = form.version
    with _asked({**_GOOD, "version": again}):
        assert Move(changed).sent()
    # Something else to be mended first does not take away that they are told.
    with _asked({**_GOOD, "size": "many", "version": version}):
        form = Move(changed)
        assert not form.sent()
        assert form.version == version
    with _asked(_GOOD):
        assert not Move(changed).sent()


def test_answers_are_checked_before_they_are_acted_on_and_can_be_changed() -> None:
    with _asked(_GOOD):
        form = Move()
        assert form.sent()
        assert not form.checked
        page = _shown(form)
        assert all(f'type="hidden" name="{name}"' in page for name in _GOOD)
    with _asked({**_GOOD, "stage": "change"}):
        assert not Move().sent()
    with _asked({**_GOOD, "stage": "sure"}):
        form = Move()
        assert form.sent()
        assert form.checked


def test_hostile_text_stays_text() -> None:
    with _asked({**_GOOD, "name": HOSTILE, "why": HOSTILE}):
        form = Move({"name": HOSTILE, "day": date(2026, 1, 1)})
        assert not form.sent()
        page = _shown(form)
    assert "&lt;script&gt;" in page
    text_stays_text(page)
    for bad in ("<p>\u202eabc</p>", "<script>alert(1)</script>", '<p style="x">'):
        with pytest.raises(AssertionError):
            text_stays_text(bad)


def test_a_filter_leaves_out_what_is_wrong_with_it() -> None:
    with _asked(query="?size=4"):
        assert Narrow().values == {"size": 4}
    with _asked(query="?size=x"):
        assert Narrow().values == {"size": None}


@pytest.mark.parametrize(
    ("asked", "page"), [("", 1), ("?page=3", 3), ("?page=-1", 1), ("?page=x", 1), ("?page=99999", 200)]
)
def test_a_page_of_a_table_is_a_number(asked: str, page: int) -> None:
    with _asked(query=asked):
        assert paging.asked_page() == page


def test_pages_lead_to_each_other_and_keep_what_was_asked() -> None:
    with _asked(query="?q=ann&page=2"):
        found = paging.Paging(2, 101)
        assert (found.first, found.before, found.after) == (51, "/table/7?q=ann&page=1", "/table/7?q=ann&page=3")
        assert paging.Paging(3, 101).after == ""
        assert paging.Paging(1, None, more=True).after == "/table/7?q=ann&page=2"


def test_no_field_hides_what_a_form_does() -> None:
    with pytest.raises(TypeError, match=r"Bad\.done"):
        type("Bad", (forms.Form,), {"done": forms.yes("Done")})
