"""The documents say what the code does: each page that lists something is compared with the list in the code."""

import inspect
import re
import runpy
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from checkin import (
    auditor,
    claims,
    delivery,
    dispatch,
    doctor,
    duties,
    escalations,
    health,
    plans,
    rungs,
    timers,
    wording,
)
from checkin.bootstrap import open_line
from checkin.cli import main
from checkin.conversation import agenda, topics
from checkin.conversation.diagram import AGENDA, agenda_page, mermaid
from checkin.conversation.effects import Speak
from checkin.conversation.topics import TOPICS, language
from checkin.conversations.calls.caller import RECOGNISED
from checkin.errors import BadFile, BadSetting
from checkin.gateways import Fault
from checkin.health import Waiting
from checkin.load import read_file
from checkin.settings import Settings, read_settings
from checkin.wording import LANGUAGES
from checkin.wording.aloud import aloud
from tests.parts import environment
from webhooks import metrics, speech

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "simulator/README.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "deploy").rglob("*.md")),
]
_NEEDED, _NONE = "needed", "none"


def table(page: str, heading: str = "") -> list[list[str]]:
    """Return the rows of every table of a page, or of one section of it, without their headings."""
    if heading:
        page = re.split(r"^#+ ", page.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found: list[list[str]] = []
    for line in page.splitlines():
        if line.startswith("| ---"):
            found.pop()
        elif line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def rows(page: str, heading: str = "") -> dict[str, tuple[str, ...]]:
    """Return the same by what stands in code in the first column; rows where nothing does are left out."""
    return {first.strip("`"): tuple(rest) for first, *rest in table(page, heading) if first.startswith("`")}


# --- settings.md ---


class Environment(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def documented() -> dict[str, tuple[str, str]]:
    """Return every setting of the page with its default and its example, as they would be written."""
    found = rows((DOCS / "settings.md").read_text())
    return {name: (default.strip("`"), example.strip("`")) for name, (_, default, example) in found.items()}


def of_the_web_server() -> dict[str, str]:
    """Return what gunicorn's file reads from the environment, and what it takes when there is nothing."""
    text = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    return dict(re.findall(r"""environ\.get\(["'](\w+)["'], ["']([^"']*)["']\)""", text))


def examples() -> dict[str, str]:
    """Return every example of the page, as an environment."""
    return {name: example for name, (_, example) in documented().items()}


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    environment = Environment(examples())
    read_settings(environment)
    assert environment.asked | set(of_the_web_server()) == set(documented())


def test_the_defaults_are_those_of_the_code() -> None:
    server = of_the_web_server()
    assert server
    least = {name: example for name, (default, example) in documented().items() if default.startswith(_NEEDED)}
    written = {
        name: default
        for name, (default, _) in documented().items()
        if default != _NONE and not default.startswith(_NEEDED) and name not in server
    }
    assert read_settings(least | written) == read_settings(least)
    assert {name: documented()[name][0] for name in server} == server


@pytest.mark.parametrize("name", sorted(documented()))
def test_an_example_is_no_default(name: str) -> None:
    default, example = documented()[name]
    assert example
    assert example != default


def test_what_is_said_to_be_needed_is() -> None:
    least = {name: example for name, (default, example) in documented().items() if default.startswith(_NEEDED)}
    assert isinstance(read_settings(least), Settings)
    for name in least:
        with pytest.raises(BadSetting, match=name):
            read_settings({n: value for n, value in least.items() if n != name})


# --- doctor.md ---


def test_every_check_of_the_doctor_is_on_its_page_as_it_is() -> None:
    said = {check.name: (check.asks, "yes" if check.cheap else "no", check.mend) for check in doctor.CHECKS}
    assert rows((DOCS / "doctor.md").read_text(), "What it looks at") == said


# --- organisation-file.md ---

ORGANISATION = (DOCS / "organisation-file.md").read_text()
# A file with a field that does not exist in every place where there can be fields; the line says which do.
ODD = """
odd: 1
people:
  - {odd: 1, ref: ann, name: Ann, streams: [checkins], safe_hours: {odd: 1}, plan: {odd: 1, gaps: {odd: 1}}}
  - {ref: ben, name: Ben}
groups: [{odd: 1, ref: leeds, name: Leeds, meetings: [{odd: 1}]}]
pairs: [{odd: 1, member: ann, buddy: ben, report: {odd: 1}}]
rota: [{odd: 1}]
overrides: [{odd: 1}]
swaps: [{odd: 1}]
holidays: [{odd: 1}]
staff: [{odd: 1}]
wording: [{odd: 1}]
policies: {odd: 1, red: {odd: 1, steps: [{odd: 1}]}, amber: {odd: 1}, task: {odd: 1}}
numbers: {odd: 1}
risk: [{odd: 1}]
outcomes: [{odd: 1, ask: {odd: 1}}]
"""
SECTIONS = {
    "odd": "The whole file",
    "people[1].odd": "people",
    "people[1].safe_hours.odd": "safe_hours",
    "people[1].plan.odd": "plan",
    "people[1].plan.gaps.odd": "gaps",
    "groups[1].odd": "groups",
    "groups[1].meetings[1].odd": "meetings",
    "pairs[1].odd": "pairs",
    "pairs[1].report.odd": "report",
    "rota[1].odd": "rota",
    "overrides[1].odd": "overrides",
    "swaps[1].odd": "swaps",
    "holidays[1].odd": "holidays",
    "staff[1].odd": "staff",
    "wording[1].odd": "wording",
    "policies.odd": "policies",
    "policies.red.odd": "red",
    "policies.red.steps[1].odd": "steps",
    "policies.amber.odd": "amber",
    "policies.task.odd": "task",
    "numbers.odd": "numbers",
    "risk[1].odd": "risk",
    "outcomes[1].odd": "outcomes",
    "outcomes[1].ask.odd": "ask",
}


def test_every_field_of_an_organisation_file_is_documented(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(ODD)
    with pytest.raises(BadFile) as refused:
        read_file(file, "GB", "Europe/London")
    told = {}
    for mistake in refused.value.mistakes:
        found = re.fullmatch(r"odd\.yaml line \d+: (\S+): is not a field here; those are (.+)", mistake)
        if found:
            told[found[1]] = set(found[2].split(", "))
    assert told == {place: set(rows(ORGANISATION, section)) for place, section in SECTIONS.items()}


def test_the_gaps_are_those_of_the_code() -> None:
    assert {name: int(default) for name, (_, default) in rows(ORGANISATION, "gaps").items()} == rungs.GAPS


def test_the_ladder_is_that_of_the_code() -> None:
    assert rows(ORGANISATION, "plan")["ladder"][1].strip("`").split(", ") == list(rungs.DEFAULT_LADDER)
    section = ORGANISATION.partition("The rungs of a ladder:")[2].partition("\n\n")[0]
    assert set(rungs.RUNGS) <= set(re.findall(r"`(\w+)`", section))


def test_the_example_is_a_file_without_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(ORGANISATION.partition("```yaml\n")[2].partition("```")[0])
    found = read_file(file, "GB", "Europe/London")
    assert [p.ref for p in found.people] == ["ann", "bill", "carol", "ben", "dee", "fay", "sue"]
    assert found.pairs[2].ref == "carol+fay"
    assert found.people[0].plan is not None
    assert found.people[0].plan.gaps == {"text": 45, "ask": 90}
    assert [line for _, line in found.people[1].phones] == ["landline", "mobile"]


# --- README.md ---

README = (ROOT / "README.md").read_text()


def block(page: str, opening: str) -> list[str]:
    """Return the lines of the block of code that begins with `opening`."""
    return next(b.splitlines() for b in re.findall(r"```\n(.*?)```", page, re.DOTALL) if b.startswith(opening))


GUIDE = (DOCS / "coordinators-guide.md").read_text()


def there(folder: Path) -> set[str]:
    """Return the modules and folders of a folder that are part of the house."""
    found = {p.name for p in folder.iterdir() if p.suffix == ".py" and p.name != "__init__.py"}
    return found | {f"{p.name}/" for p in folder.iterdir() if p.is_dir() and any(p.glob("*.py"))}


def test_the_map_of_the_house_is_true() -> None:
    lines = block(README, "checkin/")
    told = {line.partition("  ")[0] for line in lines if not line.startswith(" ")}
    assert told == there(ROOT) | {"docs/"}
    room = r"[a-z_]+(?:/|\.py)"
    inside = [line[2:] for line in lines if line.startswith("  ") and line[2] != " "]
    rooms = [re.match(rf"{room}(?: {room})*", line) for line in inside]
    assert {name for found in rooms if found for name in found[0].split()} == {
        *there(ROOT / "checkin"),
        "conversation/",
        "wording/",
    }


def test_who_may_import_whom_is_what_is_enforced() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    inside = next(c for c in contracts if c.get("containers") == ["checkin"])
    assert block(README, "cli\n") == inside["layers"]


def test_the_commands_are_those_that_can_be_made() -> None:
    told = {line.split()[1] for line in block(README, "make demo")}
    assert told == {"demo", "test"}
    makefile = (ROOT / "Makefile").read_text()
    text = "".join(page.read_text() for page in PAGES)
    assert all(f"\n{name}:" in makefile for name in re.findall(r"`make ([a-z-]+)", text))


def test_who_can_log_in_to_the_demo_is_as_written() -> None:
    staff = read_file(ROOT / "checkin" / "demo" / "organisation.yaml", "GB", "Europe/London").staff
    assert all(f"`{member.email}`" in README for member in staff)
    assert {f"`{member.password}`" in README for member in staff} == {True}


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "images").iterdir()))
def test_a_picture_is_a_small_png(name: str) -> None:
    picture = (DOCS / "images" / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 300_000
    assert f"docs/images/{name}" in README or f"(images/{name})" in GUIDE


# --- the topics, drawn ---


def test_the_drawn_topics_are_those_of_the_code() -> None:
    drawn = {path.stem: path.read_text() for path in (DOCS / "topics").glob("*.md")}
    expected = {name: mermaid(topic) for name, topic in TOPICS.items()} | {AGENDA: agenda_page()}
    assert drawn == expected, "run: checkin topics --diagram docs/topics"


# --- every page ---


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words behind each `checkin` that a page tells people to type, in code and in blocks of it."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL))
    for code in [line for block in blocks for line in block.splitlines()] + inline:
        found = re.match(r"\s*(?:\S*/bin/|.* (?:run|web) (?:web )?)?checkin ((?!\.)[a-z].*)", " ".join(code.split()))
        if found:
            yield found[1].partition("#")[0].split()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_the_commands_a_page_names_are_real_and_so_are_their_options(page: Path) -> None:
    for words in commands(page.read_text()):
        command: click.Command = main
        rest = list(words)
        while rest and isinstance(command, click.Group):
            name = rest.pop(0)
            if name == "--settings":  # the one option that stands before a command
                rest.pop(0)
                continue
            assert name in command.commands, f"there is no checkin {' '.join(words)}"
            command = command.commands[name]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        named = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert named <= known, f"checkin {' '.join(words)}"


def test_commands_are_found_on_pages() -> None:
    """The check above would pass on pages of which it reads nothing."""
    found = [" ".join(words) for words in commands((DOCS / "operations.md").read_text())]
    assert {"db upgrade", "keys rotate", "restore FILE", "who-would-answer now"} <= set(found)


# --- developers-guide.md ---


def test_the_recipes_lead_to_what_is_there() -> None:
    recipes = re.sub(r"^```.*?^```", "", (DOCS / "developers-guide.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    paths = re.findall(r"`((?:checkin|tests|webhooks|console|docs)/[\w./]*)`", recipes)
    assert len(paths) > 20
    assert [path for path in paths if "xx." not in path and not (ROOT / path).exists()] == []
    assert {f"`{name}.toml`" for name in LANGUAGES if name != "en"} <= set(re.findall(r"`\w+\.toml`", recipes))
    for name in re.findall(r"in `(_?[A-Z]+)`", recipes.partition("## A new topic")[2].partition("\n## ")[0]):
        assert hasattr(agenda, name) or hasattr(topics, name), name
    assert callable(timers.set_timer)
    assert set(inspect.signature(timers.set_timer).parameters) >= {"kind", "person_id", "topic", "subject"}


def test_the_recipe_for_a_language_names_every_table_that_has_one() -> None:
    recipe = (DOCS / "developers-guide.md").read_text().partition("## Another language")[2].partition("\n## ")[0]
    menu = [
        effect.language
        for go in language.TOPIC.steps["asked"].hears.values()
        for effect in go.effects
        if isinstance(effect, Speak)
    ]
    named = tomllib.loads((ROOT / "checkin/conversation/data/replies/commands.toml").read_text())["languages"]
    hinted = tomllib.loads((ROOT / "checkin/wording/hints.toml").read_text())
    tables: dict[str, Iterable[str]] = {
        "checkin/wording/__init__.py": wording.NAMES,
        "checkin/wording/aloud.py": [
            code for code in LANGUAGES if not re.search("[0-9]:", aloud("00:00, 12:00", code))
        ],
        "webhooks/speech.py": speech.VOICES,
        "checkin/conversation/topics/language.py": menu,
        "checkin/conversation/data/replies/commands.toml": set(named) & set(LANGUAGES),
    }
    for path, has in tables.items():
        assert f"`{path}`" in recipe
        assert set(has) == set(LANGUAGES), path
    assert set(hinted) == RECOGNISED


# --- operations.md ---

OPERATIONS = (DOCS / "operations.md").read_text()


def test_the_processes_and_queues_are_those_of_the_procfile() -> None:
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    named = procfile["worker"].partition("--quiet ")[2].split()
    assert list(rows(OPERATIONS, "Queues")) == named
    assert f"`rq worker … {' '.join(named)}`" in OPERATIONS
    assert "`rq cron workers.schedule`" in OPERATIONS
    assert procfile["clock"].endswith(" workers.schedule")


def written(span: timedelta) -> str:
    """Return a span as the page writes it, in the largest unit that it fills."""
    seconds = int(span.total_seconds())
    if seconds == 86400:
        return "1 day"
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def schedule(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """Return how often each job of the schedule is asked for."""
    found: dict[str, timedelta] = {}

    def register(job: Callable[[], None], *, interval: int = 0, **_: object) -> None:
        found[job.__name__] = timedelta(seconds=interval)

    monkeypatch.setattr("rq.cron.register", register)
    # Whoever starts a clock looks whether the line can work; that nobody answers stops nobody.
    for name, value in environment("postgresql://nobody@127.0.0.1:1/nothing").items():
        monkeypatch.setenv(name, value)
    runpy.run_path(str(ROOT / "workers" / "schedule.py"))
    return found


def test_the_times_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    every = schedule(monkeypatch)
    told = dict(table(OPERATIONS, "Times worth knowing"))
    assert told == {
        "between two ticks": written(every["tick"]),
        "between two looks for lost messages": written(every["reconcile"]),
        "between two heartbeats, while all is well": written(every["pulse"]),
        "between two rounds of the auditor": written(every["audit"]),
        "what was found must stand for so long before it is a case": written(auditor.AGAIN),
        "a proof that everything happened is good for": written(health.PROOF),
        "without a round, the auditor counts as stopped": written(health.AUDIT_STOPPED),
        "between two looks for holes in the rota": written(every["look_ahead"]),
        "a stand-in is given to answer, before the next is asked": written(duties.OFFER_WAIT),
        "from the question about a duty until a coordinator hears of silence": written(duties.SILENT_AFTER),
        "before a hole in the rota, staff are told": written(duties.HOLE_AHEAD),
        "before it, they are told again": written(duties.HOLE_NEAR),
        "a lease": f"{claims.LEASE.total_seconds():.0f} s",
        "until a message Twilio does not list counts as not sent": written(dispatch._SETTLES),
        "a page is given before the next person is paged": written(escalations.PAGE_WAIT),
        "between pages to everybody, when nobody on call has accepted": written(escalations.EVERYBODY_WAIT),
        "without a tick, the clock counts as stopped": written(health.CLOCK_STOPPED),
        "something due this long ago counts as forgotten": written(health.OVERDUE),
        "a check-in later than this is left out": written(plans.TOO_LATE),
    }


def test_how_many_connections_a_process_opens_is_that_of_the_code() -> None:
    pool = inspect.signature(open_line).parameters["pool"].default
    assert f"opens at most {pool} connections" in OPERATIONS


def test_the_tries_are_those_of_the_code() -> None:
    told = [after for _, after, _ in table(OPERATIONS, "When Twilio refuses")]
    tries = delivery._TRIES
    order = (Fault.TRANSIENT, Fault.UNREACHABLE, Fault.TOMORROW, Fault.CONFIG)
    assert set(order) == set(tries)
    assert told == [", ".join(written(wait) for wait in tries[fault]) for fault in order] + ["not"] * 5


def test_what_is_watched_exists() -> None:
    rooms = [path for folder in ("checkin", "webhooks", "console", "workers") for path in (ROOT / folder).rglob("*.py")]
    sources = "\n".join(path.read_text() for path in rooms)
    assert set(rows(OPERATIONS, "Metrics")) == {*metrics.ASKED, *metrics.COUNTED}
    events = set(rows(OPERATIONS, "Logs"))
    assert events
    assert events - set(re.findall(r'_log\.(?:warning|error|exception)\(\s*"(\w+)"', sources)) == set()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert set(rows(OPERATIONS, "Probes")) == {"database", "redis", *health.ready(Waiting(None, None, now, 0), now)}


def test_what_stands_against_an_attack_is_tested_where_the_threat_model_says() -> None:
    model = (ROOT / "docs" / "threat-model.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)`", model)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert len(re.findall(r"^\*\*Not guaranteed", model, re.MULTILINE)) >= 6
