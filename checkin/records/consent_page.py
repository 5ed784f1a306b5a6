"""The consent pack as one page that opens anywhere and can be printed: nothing in it comes from elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from checkin.wording import NAMES

_VARIANTS = {"text": "as a text", "discreet": "as a text on a phone that others may read", "voice": "spoken in a call"}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2a27}"
    "h2{margin-top:2.5rem;border-top:2px solid #0f6b62;padding-top:1rem}table{border-collapse:collapse;width:100%;"
    "margin:1rem 0}td,th{border:1px solid #999;padding:.4rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}blockquote{margin:.4rem 0;padding:.5rem .8rem;border-radius:10px;max-width:34rem}"
    ".line{background:#e0ebe7}.member{background:#eee;margin-left:auto}.note{color:#555;font-size:.9rem;"
    "margin:.2rem .8rem}small{color:#555}@media print{h2{break-after:avoid}blockquote,tr{break-inside:avoid}}"
)


def page(found: Mapping[str, Any], how: Mapping[str, str], least: int) -> str:
    """Return the page of a pack (`consent_pack.pack`); `how` says the ways of consenting, fewer than `least` are not
    told."""
    title = escape(f"Consent evidence: {found['line']}")
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>',
        f"<p>Made on {escape(found['made_at'][:10])} by the line, from its own sentences and its ledger of consents.",
        "Nobody is in it: the names and groups in the samples are invented.</p>",
        _sender(found),
        _ways(found, how),
        _out(found),
        _sentences(found),
        _messages(found),
        _samples(found),
        _counts(found, how, least),
        _privacy(found),
        _registration(found),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _sender(found: Mapping[str, Any]) -> str:
    kinds = _table(("Kind of message", "In its own words"), found["streams"].items())
    return (
        f"<h2>1. Who sends, and what</h2><p>{escape(found['line'])} ({escape(found['country'])}) sends from "
        f"{escape(found['sender'])}. It is a check-in line of a peer-support organisation: people who share an "
        "experience look out for each other. Messages go only to those who agreed. There is no advertising and no "
        f"fundraising in them. Each kind is agreed to, and can be stopped, by itself:</p>{kinds}"
    )


def _ways(found: Mapping[str, Any], how: Mapping[str, str]) -> str:
    ask = next(
        s for s in found["sentences"] if (s["key"], s["language"], s["variant"]) == ("joining.ask", "en", "text")
    )
    return (
        "<h2>2. How people opt in</h2><ol><li>Somebody texts the code of a group, which they are given by the group or "
        "read on its leaflet; or staff write down that they asked to be invited.</li><li>The line says who it is and "
        "what it would send, and asks one question:"
        f'<blockquote class="line">{escape(ask["words"])}</blockquote></li>'
        "<li>Only a yes opts in. No answer means no: they are asked once more a day later, and then never "
        "again. Nothing else is sent before the yes.</li></ol>"
        "<p>Nobody has to agree to messages to come to a group.</p><p>Each yes and no is a line in a ledger that is "
        "only ever added to: what, when, which way, under which version of which sentence, in which words "
        "(sealed). The ways:</p>" + _table(("Way", "Means"), how.items())
    )


def _out(found: Mapping[str, Any]) -> str:
    carrier = (
        "The carrier acts on its own opt-out words as well, and answers them itself; the line writes its ledger from "
        "what the carrier reports."
        if found["opt_out_by_carrier"]
        else "The carrier leaves the answers to the line (Advanced Opt-Out); the words are acted on in either case."
    )
    words = ", ".join(f"<b>{escape(word)}</b>" for word in found["stop_words"])
    return (
        f"<h2>3. How people opt out, and get help</h2><p>At any moment, with {words}, or in their own words "
        "(&ldquo;please stop texting me&rdquo;), by text, in a call, or by telling a person. It is acted on at once, "
        "confirmed once, and nothing is sent after that but answers to what they write. "
        "<b>STOP CHECKINS</b> and the like stop one kind. "
        "<b>START</b> opts in again to what they had agreed to before. <b>HELP</b> says who this is and brings in a "
        f"person. {carrier}</p>"
    )


def _sentences(found: Mapping[str, Any]) -> str:
    parts = ["<h2>4. Every sentence of opting in and out, as people get it</h2>"]
    shown = ""
    for one in found["sentences"]:
        if one["key"] != shown:
            shown = one["key"]
            parts.append(f"<h3>{escape(one['when'])} <small>({escape(shown)})</small></h3>")
        since = (
            f", in the organisation's own words since {one['own_words_since'][:10]}" if one["own_words_since"] else ""
        )
        cost = f", {one['segments']} segments" if one["segments"] and one["segments"] > 1 else ""
        parts.append(
            f"<p>{NAMES[one['language']]}, {_VARIANTS[one['variant']]}{cost}{since} "
            f"<small>{escape(one['version'])}</small></p>"
            f'<blockquote class="line" lang="{one["language"]}">{escape(one["words"])}</blockquote>'
        )
    return "\n".join(parts)


def _messages(found: Mapping[str, Any]) -> str:
    rows = [(found["streams"][m["stream"]], NAMES[m["language"]], m["words"]) for m in found["messages"]]
    return "<h2>5. One message of each kind</h2>" + _table(("Kind", "Language", "Message"), rows)


def _samples(found: Mapping[str, Any]) -> str:
    parts = ["<h2>6. Sample conversations, made by the line itself</h2>"]
    for one in found["samples"]:
        parts.append(f"<h3>{escape(one['title'])} <small>({NAMES[one['language']]})</small></h3>")
        for said in one["lines"]:
            if said["who"] == "note":
                parts.append(f'<p class="note">{escape(said["words"])}</p>')
            else:
                parts.append(f'<blockquote class="{said["who"]}">{escape(said["words"])}</blockquote>')
    return "\n".join(parts)


def _counts(found: Mapping[str, Any], how: Mapping[str, str], least: int) -> str:
    few = f"fewer than {least}"
    rows = [
        (
            found["streams"].get(one["stream"], one["stream"]),
            one["change"],
            how.get(one["how"], one["how"]),
            few if one["people"] is None else one["people"],
            one.get("first", ""),
            one.get("last", ""),
        )
        for one in found["counts"]
    ]
    now = [(found["streams"].get(s, s), few if n is None else n) for s, n in found["agreed_now"].items()]
    return (
        "<h2>7. How many</h2><p>People by what they agreed to or stopped, and which way; somebody may be counted "
        f"under several. Numbers under {least} are not told.</p>"
        + _table(("Kind", "Given or withdrawn", "Way", "People", "First", "Last"), rows)
        + "<p>People who are sent each kind today:</p>"
        + _table(("Kind", "People"), now)
    )


def _privacy(found: Mapping[str, Any]) -> str:
    told = "".join(
        f'<h3>{NAMES[language]}</h3><p lang="{language}">{escape(words)}</p>'
        for language, words in found["privacy"].items()
    )
    return (
        f"<h2>8. What members are told about their data</h2>{told}<p><small>The organisation's own privacy notice says "
        "who it is, its lawful basis (in the UK for data about health: article 9 of the UK GDPR) and whom to complain "
        "to (in the UK: the Information Commissioner). Read both together, and mend what is not true of yours before "
        "you hand this over.</small></p>"
    )


def _registration(found: Mapping[str, Any]) -> str:
    rows = [
        ("Use case", "A charity's (or low volume, mixed) notifications to its own members; no marketing"),
        ("Campaign description", "Section 1"),
        ("Message flow, call to action", "Section 2"),
        ("Opt-in keywords and message", "JOIN and a code, START; section 4: joining.ask, joining.welcome, start.done"),
        ("Opt-out keywords and message", f"{', '.join(found['stop_words'])}; section 4: stop.done"),
        ("Help keywords and message", "HELP, INFO; section 4: help"),
        ("Sample messages", "Section 5"),
        ("Embedded links", "None in messages to members"),
        ("Embedded phone numbers", "Yes: emergency and crisis numbers, and helplines somebody asked for"),
        ("Age-gated content, direct lending", "No"),
        ("Privacy policy", "Section 8, and the address of your own"),
    ]
    return (
        "<h2>9. Where it goes</h2><p>United States (A2P 10DLC registration with the carrier):</p>"
        + _table(("The form asks for", "Take"), rows)
        + "<p>United Kingdom: nobody registers a campaign. Messages that somebody asked for are service messages; "
        "nothing in them promotes or raises funds (Privacy and Electronic Communications Regulations 2003, "
        "regulation 22). Sections 2 to 4 and 7 show the consent on which data about health is held. One person's own "
        "evidence is part of <i>What we hold</i> on their page.</p>"
    )
