"""Draw the topics for docs/topics/: each table as a Mermaid state diagram, and what opens during what as one table."""

from dataclasses import fields

from checkin.conversation.agenda import RANK, Rule, rule
from checkin.conversation.effects import Effect
from checkin.conversation.topic import AGAIN, END, STAY, Go, Topic

AGENDA = "agenda"


def agenda_page() -> str:
    """Return a Markdown page that says for every two topics what happens when one opens during the other."""
    topics = sorted(RANK, key=lambda topic: RANK[topic])
    lines = [
        "# What opens during what",
        "",
        "One person has one open question. Down the side: what is under way. Along the",
    ]
    lines += ["top: what opens meanwhile. The topics stand in order of who goes before whom.", ""]
    lines += ["| | " + " | ".join(topics) + " |", "| --- |" + " --- |" * len(topics)]
    for under_way in topics:
        answers = " | ".join(rule(arriving, under_way).name.lower() for arriving in topics)
        lines.append(f"| **{under_way}** | {answers} |")
    lines += ["", *(f"* **{one.name.lower()}**: {one.value}" for one in Rule), ""]
    return "\n".join(lines)


def mermaid(topic: Topic) -> str:
    """Return a Markdown page with the diagram of one topic and, below it, what each answer orders."""
    lines = [f"# {topic.name}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {topic.opens_at}"]
    rows: list[str] = []
    for name, step in topic.steps.items():
        answers: dict[Go, list[str]] = {}
        for heard, go in step.hears.items():
            answers.setdefault(go, []).append(heard.value)
        named = [(", ".join(sorted(hears)), go) for go, hears in answers.items()]
        words: dict[Go, list[str]] = {}
        for kind, go in step.answered_by.items():
            words.setdefault(go, []).append(kind.value)
        named += [(f"word: {', '.join(sorted(kinds))}", go) for go, kinds in words.items()]
        named.append((f"silence ({step.silence.after})", step.silence.go))
        named += [(f"call: {why}", go) for why, go in step.unreached.items()]
        named += [(f"found: {result}", go) for result, go in step.checked.items()]
        named += [("ladder exhausted", step.exhausted)] if step.exhausted else []
        for label, go in named:
            lines.append(f"    {name} --> {_target(name, go)}: {label}")
            rows.append(f"| {name} | {label} | {_place(go)} | {'; '.join(_order(e) for e in go.effects) or '-'} |")
    opening = "; ".join(_order(e) for e in topic.on_open)
    lines += ["```", ""]
    if opening:
        lines += [f"On opening: {opening}.", ""]
    lines += ["| at | hears | goes to | orders |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def _target(step: str, go: Go) -> str:
    return {END: "[*]", STAY: step, AGAIN: step}.get(go.to, go.to)


def _place(go: Go) -> str:
    return {END: "the end", STAY: "stays", AGAIN: "asks again"}.get(go.to, go.to)


def _order(effect: Effect) -> str:
    name = type(effect).__name__.lower()
    values = [str(getattr(effect, f.name)) for f in fields(effect)]
    return " ".join([name, *values])
