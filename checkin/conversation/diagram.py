"""Draw a topic's table as a Mermaid state diagram, for docs/topics/."""

from dataclasses import fields

from checkin.conversation.effects import Effect
from checkin.conversation.topic import AGAIN, END, STAY, Go, Topic


def mermaid(topic: Topic) -> str:
    """Return a Markdown page with the diagram of one topic and, below it, what each answer orders."""
    lines = [f"# {topic.name}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {topic.opens_at}"]
    rows: list[str] = []
    for name, step in topic.steps.items():
        answers: dict[Go, list[str]] = {}
        for heard, go in step.hears.items():
            answers.setdefault(go, []).append(heard.value)
        named = [(", ".join(sorted(hears)), go) for go, hears in answers.items()]
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
