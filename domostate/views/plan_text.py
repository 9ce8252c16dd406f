"""A plan for people, rendered from the plan file and never beside it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from domostate.views.aspects import aspect_lines, contents_text
from domostate.views.fields import STYLES, drift_line, field_lines
from domostate.views.people import access_line, people_lines
from domostate.views.risks import risk_lines
from domostate.views.terminal import WIDTH, Terminal
from domostate.views.text import Line, name, plain, quoted, text_of

__all__ = ["plan_lines", "plan_text", "show_plan", "summary_lines"]

_BLANK: Final = Line()
_LEADS: Final = {
    "delete": "- destroy",
    "create": "+ create",
    "adopt": "<= adopt",
    "update": "~ change",
    "forget": ". forget",
}


def show_plan(document: Mapping[str, Any], terminal: Terminal, *, quiet: bool = False) -> None:
    """Give the plan to stdout; `quiet` leaves the summary only."""
    terminal.give_lines(summary_lines(document) if quiet else plan_lines(document))


def plan_text(document: Mapping[str, Any], *, width: int = WIDTH, quiet: bool = False) -> str:
    """The plan as plain text; `quiet` leaves the summary only."""
    return text_of(summary_lines(document) if quiet else plan_lines(document), width)


def plan_lines(document: Mapping[str, Any]) -> list[Line]:
    """Who gains and who loses, then risks, then every change, then what else is to be known, then
    the summary."""
    sections = (
        people_lines(document),
        _heading(document),
        risk_lines(document),
        *(_change_lines(change) for change in document["changes"]),
        _drift_lines(document),
        _note_lines(document),
        _refusal_lines(document),
        _budget_lines(document),
    )
    lines: list[Line] = []
    for section in sections:
        if section:
            lines += (*section, _BLANK)
    return lines + summary_lines(document)


def summary_lines(document: Mapping[str, Any]) -> list[Line]:
    """The frozen lines (contract §5); their words do not bend to the counts."""
    counts, cost = document["summary"], document["api_cost"]
    left = (
        f"{counts['unchanged']} unchanged, {counts['skipped']} skipped, "
        f"{counts['suppressed']} differences suppressed."
    )
    people = access_line(document)
    api = Line(f"API: {cost['reads']} reads, {cost['writes']} writes planned.", frozen=True)
    if not document["changes"]:
        nothing = f"No changes. {_environment(document)} {_goal(document)}"
        return [Line(nothing, frozen=True), Line(left, frozen=True), people, api]
    planned = (
        f"Plan: {counts['adopt']} to adopt, {counts['add']} to add, {counts['change']} to change, "
        f"{counts['forget']} to forget, {counts['destroy']} to destroy; "
        f"{counts['revoke']} access to revoke. "
    )
    return [Line(planned + left, frozen=True), people, api]


def _goal(document: Mapping[str, Any]) -> str:
    run = document["undoes"]
    return f"has nothing left of run {plain(run)}." if run else "matches the manifests."


def _heading(document: Mapping[str, Any]) -> list[Line]:
    return [Line(f"Changes for {_environment(document)}:")] if document["changes"] else []


def _environment(document: Mapping[str, Any]) -> str:
    environment = document["environment"]
    return f"{name(environment['name'])} ({name(environment['instance'])})"


def _change_lines(change: Mapping[str, Any]) -> list[Line]:
    actions = change["actions"]
    lines = [_title(change), *_why(change)]
    if "delete" in actions and "create" not in actions:
        contents = contents_text(change["before"])
        return [*lines, Line(f"goes with it: {contents}", indent=4)] if contents else lines
    if actions == ["create"]:
        return lines + aspect_lines(change["after"], 4)
    lines += _move_lines(change)
    lines += field_lines(change["fields"], 4)
    if "create" in actions:
        return [*lines, Line("created anew with:", indent=4), *aspect_lines(change["after"], 8)]
    if actions == ["adopt"] and not change["fields"]:
        lines.append(Line("as it is: nothing else changes", indent=4))
    return lines


def _move_lines(change: Mapping[str, Any]) -> list[Line]:
    old, new = change["moved_from"], change["address"]
    if old is None:
        return []
    only = () if change["operations"] else ("(nothing changes in Domo)",)
    moved = f"address: {plain(old)} -> {plain(new)}"
    return [Line(moved, "~ change", STYLES["~"], indent=4, parts=only)]


def _title(change: Mapping[str, Any]) -> Line:
    lead = _lead(change["actions"])
    title = _known_as(change)
    shows_id = change["id"] is not None and lead not in ("+ create", "~ change")
    place = change["origin"]
    return Line(
        f"{plain(change['address'])}{f' {quoted(title)}' if title else ''}",
        lead,
        STYLES[lead.split(" ")[0]],
        parts=(
            *((f" id {plain(change['id'])}",) if shows_id else ()),
            *((f" ({name(place['file'])}:{place['line']})",) if place is not None else ()),
        ),
    )


def _lead(actions: Sequence[str]) -> str:
    if "create" in actions and "delete" in actions:
        return "-/+ replace"
    for action, lead in _LEADS.items():
        if action in actions:
            return lead
    return "~ change"


def _known_as(change: Mapping[str, Any]) -> str:
    """The name in Domo now, or the one that it will have."""
    for document in (change["before"], change["after"]):
        title = (document.get("identity") or {}).get("name")
        if title:
            return str(title)
    return ""


def _why(change: Mapping[str, Any]) -> list[Line]:
    reasons = "; ".join(map(plain, change["reasons"]))
    return [Line(f"why: {reasons}", indent=4)] if reasons else []


def _drift_lines(document: Mapping[str, Any]) -> list[Line]:
    left = [row for row in document["drift"] if not row["corrected"]]
    corrected = len(document["drift"]) - len(left)
    lines: list[Line] = []
    if left:
        lines.append(Line("Changed in Domo, and left as it is (ignored or only observed):"))
        for address, rows in groupby(left, itemgetter("address")):
            lines.append(Line(plain(address), indent=4))
            lines += (drift_line(row, 8) for row in rows)
    if corrected:
        changes = "1 change" if corrected == 1 else f"{corrected} changes"
        lines.append(Line(f"{changes} made in Domo will be undone, marked (drift) above."))
    return lines


def _note_lines(document: Mapping[str, Any]) -> list[Line]:
    return [Line(plain(note), "Note:", "bold") for note in document["notes"]]


def _refusal_lines(document: Mapping[str, Any]) -> list[Line]:
    if not document["refusals"]:
        return []
    lines = [Line("apply stops at this plan before it writes anything:", "Refused,", "bold red")]
    for refusal in document["refusals"]:
        lines.append(Line(plain(refusal["message"]), indent=4))
        lines += (_hint_line(row, 8) for row in refusal["hint"].split("\n"))
    return lines


def _hint_line(row: str, indent: int) -> Line:
    """What is to be pasted is indented in the hint, and stays on one line."""
    text = row.lstrip(" ")
    pasted = text != row
    return Line(plain(text), indent=indent + 4 * pasted, frozen=pasted)


def _budget_lines(document: Mapping[str, Any]) -> list[Line]:
    exceeded = [budget for budget in document["budgets"] if budget["exceeded"]]
    if not exceeded:
        return []
    lines = [Line("apply refuses this plan:", "Budget exceeded,", "bold red")]
    for budget in exceeded:
        used = f"{plain(budget['name'])}: {budget['used']} planned, {budget['limit']} allowed"
        names = ", ".join(map(plain, budget["addresses"]))
        lines.append(Line(used, indent=4, parts=(f" ({names})",) if names else ()))
        lines += (Line(plain(reason), indent=8) for reason in budget["reasons"])
    lines.append(Line("To allow exactly this, plan again with:", indent=4))
    lines.append(Line(f"domostate plan --out FILE {_allowances(document)}", indent=8))
    return lines


def _allowances(document: Mapping[str, Any]) -> str:
    """What the flags must say: `--allow` adds to the limit and, as all of them, replaces what was
    allowed before."""
    allowed = dict(document["allow"])
    for budget in document["budgets"]:
        if budget["exceeded"]:
            missing = budget["used"] - budget["limit"]
            allowed[budget["name"]] = allowed.get(budget["name"], 0) + missing
    flags = [f"--allow {plain(key)}={allowed[key]}" for key in sorted(allowed)]
    flags += (f"--take-over {plain(address)}" for address in document["take_over"])
    return " ".join(flags)
