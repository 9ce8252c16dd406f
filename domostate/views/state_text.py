"""What is kept of an environment, for people: rendered from the documents that `--json` gives."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from domostate.views.table import table
from domostate.views.terminal import WIDTH
from domostate.views.text import HIDDEN, Line, looks_secret, name, plain, quoted
from domostate.views.told import paragraph

__all__ = ["entry_lines", "generation_lines", "history_lines", "list_lines", "verdict_lines"]

Document = Mapping[str, Any]

_BLANK: Final = Line()
_SHORT: Final = 12
"""Of a hash: enough to tell one generation from another."""


def list_lines(document: Document) -> list[Line]:
    """One line for each entry, its address first, then how many there are."""
    return [*_entries(document), *_open(document["open_intents"]), *_counts(document)]


def generation_lines(document: Document) -> list[Line]:
    """A generation: who saved it and why, then its entries."""
    saved = document["saved"] or {}
    facts = [
        ("serial", document["serial"]),
        ("lineage", document["lineage"]),
        ("hash", document["hash"]),
        ("parent", document["parent"]),
        ("saved", _saved(saved)),
        ("run", saved.get("run", "")),
        ("reason", saved.get("reason", "")),
    ]
    return [
        Line(f"State of {_environment(document)}, project {name(document['project'])}:"),
        *table([row for row in facts if row[1] != ""], 4),
        _BLANK,
        *_entries(document),
        *_open(document["open_intents"]),
        *_counts(document),
    ]


def entry_lines(document: Document) -> list[Line]:
    """One entry, with all that was last applied; what looks secret is not shown."""
    lines = [Line(plain(document["address"]))]
    if document["recorded"]:
        facts = [("id", document["id"]), ("protect", "yes" if document["protect"] else "no")]
        facts += [("run", document["run"])] if document["run"] else []
        lines += table(facts, 4)
        lines += _applied(document["applied"])
    return lines + list(_open(document["open_intents"]))


def history_lines(document: Document) -> list[Line]:
    """Generations, runs and broken locks, the newest of each first."""
    sections = (
        ("Generations:", _generations(document["generations"])),
        ("Runs:", _runs(document["runs"])),
        ("Locks that were broken:", list(_broken(document["broken_locks"]))),
    )
    lines: list[Line] = []
    for title, rows in sections:
        if rows:
            lines += [*([_BLANK] if lines else []), Line(title), *rows]
    return lines


def verdict_lines(document: Document) -> list[Line]:
    """What is wrong, each with what to do, then what was looked at."""
    lines: list[Line] = []
    for fault in document["faults"]:
        lines.append(Line(plain(fault["message"]), "Fault:", "bold red"))
        lines += paragraph(fault["hint"], 4)
    lines += (Line(plain(note), "Note:", "bold") for note in document["notes"])
    looked = [f"{document['generations']} generations"]
    if document["entries"] is not None:
        looked.append(f"{document['entries']} entries")
    where = "and their objects in Domo" if document["looked_in_domo"] else "without a look at Domo"
    count = len(document["faults"])
    verdict = "sound" if not count else f"{count} {'fault' if count == 1 else 'faults'}"
    seen = f"{', '.join(looked)} {where}"
    return [*lines, Line(f"{_environment(document)}: {verdict}. Looked at {seen}.", frozen=True)]


def _environment(document: Document) -> str:
    environment = document["environment"]
    return f"{name(environment['name'])} ({name(environment['instance'])})"


def _entries(document: Document) -> list[Line]:
    rows = [
        (
            one["address"],
            one["id"],
            "protected" if one["protect"] else "",
            f"run {one['run']}" if one["run"] else "",
        )
        for one in document["entries"]
    ]
    return table(rows) if rows else []


def _open(intents: Sequence[Document]) -> Iterator[Line]:
    for one in intents:
        what = f"{plain(one['operation'])} {quoted(one['name'])} of run {plain(one['run'])}"
        yield Line(f"{plain(one['address'])}: nobody knows whether {what} happened", "Open:")


def _counts(document: Document) -> list[Line]:
    count = len(document["entries"])
    protected = sum(one["protect"] for one in document["entries"])
    said = f"{count} {'entry' if count == 1 else 'entries'}, {protected} protected"
    return [_BLANK, Line(f"{_environment(document)}, serial {document['serial']}: {said}.")]


def _saved(saved: Document) -> str:
    if not saved:
        return ""
    return f"{saved['at']} by {saved['actor']}, {saved['operation']}"


def _applied(applied: Document) -> list[Line]:
    if not applied:
        return [Line("nothing is remembered of what was applied", indent=4)]
    return [Line("applied:", indent=4), *_tree(_masked(applied, ""), 8)]


def _tree(value: Any, indent: int) -> Iterator[Line]:
    """A value as YAML has it: what is short on one line, what is not line by line."""
    named = isinstance(value, Mapping)
    members = sorted(value.items()) if named else [("", one) for one in value]
    for key, member in members:
        lead = f"{plain(key)}:" if named else "-"
        inline = plain(json.dumps(member, ensure_ascii=False, sort_keys=True))
        if not isinstance(member, Mapping | list) or len(inline) + indent <= WIDTH:
            yield Line(f"{lead} {inline}", indent=indent, frozen=True)
        else:
            yield Line(lead, indent=indent, frozen=True)
            yield from _tree(member, indent + 4)


def _masked(value: Any, key: str) -> Any:
    match value:
        case Mapping():
            return {one: _masked(inner, one) for one, inner in value.items()}
        case list() | tuple():
            return [_masked(inner, key) for inner in value]
        case str() if looks_secret(key):
            return HIDDEN
        case _:
            return value


def _generations(rows: Sequence[Document]) -> list[Line]:
    found = []
    for one in rows:
        if one["damage"]:
            serial = "?" if one["serial"] is None else one["serial"]
            found.append((serial, "damaged", "", "", "", "", ""))
            continue
        found.append(
            (
                one["serial"],
                one["at"],
                one["actor"],
                one["operation"],
                f"run {one['run']}" if one["run"] else "",
                one["hash"][:_SHORT],
                one["reason"],
            )
        )
    return table(found, 4) if found else []


def _runs(rows: Sequence[Document]) -> list[Line]:
    found = [
        (
            one["run"],
            one["started"],
            one["actor"],
            one["operation"],
            one["outcome"] or "cut off",
            one["ci_url"],
        )
        for one in rows
    ]
    return table(found, 4) if found else []


def _broken(rows: Sequence[Document]) -> Iterator[Line]:
    for one in rows:
        holder = one["holder"]
        whose = f"{holder['user']}@{holder['host']} (pid {holder['pid']})"
        what = f"lock {holder['id']} of {whose}, {holder['operation']}, run {holder['run']}"
        yield Line(f"{plain(one['at'])} by {plain(one['actor'])}: {plain(what)}", indent=4)
        yield Line(f"why: {plain(one['reason'])}", indent=8)
