"""The first lines of a plan: what in it can hurt, one line for each address."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domostate.views.fields import STYLES
from domostate.views.text import Line, plain
from domostate.views.words import grant_text, label, move_text

__all__ = ["risk_lines"]

_RISKS: Final = {
    "widening": ("!", "widens access"),
    "ownership": (">", "transfers owner"),
    "destructive": ("-", "destroys"),
    "replace": ("-/+", "replaces"),
    "recreate": ("-/+", "recreates"),
    "narrowing": ("v", "narrows access"),
}
_MOST: Final = 20
"""Lines for one risk; the tree names all of them. Arbitrary: a screen holds two such lists."""
_MOST_STEPS: Final = 6
"""Steps named on one risk line; the tree names all of them. Arbitrary: two lines of them."""
_WIDEST_ADDRESS: Final = 40


def risk_lines(document: Mapping[str, Any]) -> list[Line]:
    """Widening, ownership, destructive, replace, recreate, narrowing, in this order."""
    by_risk = {
        risk: [change for change in document["changes"] if risk in _risks_of(change, document)]
        for risk in _RISKS
    }
    leads = {risk: " ".join(_RISKS[risk]) for risk, found in by_risk.items() if found}
    widest_lead = max(map(len, leads.values()), default=0)
    shown = [change["address"] for risk in leads for change in by_risk[risk][:_MOST]]
    widest = min(max(map(len, map(plain, shown)), default=0), _WIDEST_ADDRESS)
    lines: list[Line] = []
    for risk, lead in leads.items():
        gap, style = " " * (widest_lead - len(lead) + 1), STYLES[_RISKS[risk][0]]
        for change in by_risk[risk][:_MOST]:
            address = plain(change["address"])
            said = _detail(change, risk)
            detail = (f" {said[0]}", *said[1:]) if said else ()
            padded = address.ljust(widest) if detail else address
            lines.append(Line(gap + padded, lead, style, parts=detail))
        more = len(by_risk[risk]) - _MOST
        if more > 0:
            lines.append(Line(f"{gap}and {more} more", lead, style))
    return lines


def _risks_of(change: Mapping[str, Any], document: Mapping[str, Any]) -> Sequence[str]:
    found = list(change["classes"])
    creates, deletes = ("create" in change["actions"]), ("delete" in change["actions"])
    if creates and deletes:
        found.append("replace")
    elif deletes:
        found.append("destructive")
    elif creates and (change["id"] is not None or _counted_as_recreated(change, document)):
        found.append("recreate")
    return found


def _counted_as_recreated(change: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    counted = (b["addresses"] for b in document["budgets"] if b["name"] == "recreate")
    return any(change["address"] in addresses for addresses in counted)


def _detail(change: Mapping[str, Any], risk: str) -> Sequence[str]:
    if risk == "ownership":
        moves = (field for field in change["fields"] if field["path"] == "owner")
        return [move_text(field["observed"], field["desired"]) for field in moves]
    if risk == "widening" and change["actions"] == ["create"]:
        return ["new: everybody named below"]
    if risk in ("replace", "recreate"):
        return [f"in place of id {plain(change['id'])}"] if change["id"] is not None else []
    steps = [_step(op) for op in change["operations"] if op["class"] == risk]
    if len(steps) > _MOST_STEPS:
        steps = [*steps[:_MOST_STEPS], f"and {len(steps) - _MOST_STEPS} more"]
    return [f"{step}," for step in steps[:-1]] + steps[-1:]


def _step(op: Mapping[str, Any]) -> str:
    """What one operation does, and to whom."""
    said = plain(op["name"]).replace("_", " ")
    document = op["after"] or op["before"] or {}
    if "principal" in document:
        return f"{said} {grant_text(document)}"
    return f"{said} {label(document['name'])}" if "name" in document else said
