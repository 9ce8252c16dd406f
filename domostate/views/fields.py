"""The lines of a plan that show what changes about one address, field by field."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domostate.model.marker import PREFIX, project_of
from domostate.views.text import Line, plain, quoted
from domostate.views.words import (
    filters_text,
    label,
    listed,
    members_text,
    move_text,
    principal_text,
    said,
    settings_text,
)

__all__ = ["STYLES", "drift_line", "field_lines"]

STYLES: Final = {
    "+": "green",
    "~": "yellow",
    "-": "red",
    "-/+": "bold red",
    "<=": "cyan",
    ".": "dim",
    ">": "magenta",
    "!": "bold red",
    "v": "blue",
}
"""Colour repeats what the symbol and its word say."""

_ORIGINS: Final = {
    "drift": ("(drift: changed in Domo)",),
    "both": ("(drift: changed in Domo, and in the manifest)",),
}
"""What only the manifest changed is what a plan is for, and goes without saying."""
_POLICY: Final = re.compile(r"pdp\.policies\[(.*)\]", re.DOTALL)
_IN_POLICY: Final = re.compile(
    r"pdp\.policies\[(.*?)\]\.(filters|users\[.*\]|groups\[.*\]|[a-z_]+)", re.DOTALL
)
_IN_ALL_ROWS: Final = re.compile(r"pdp\.all_rows\.((?:users|groups)\[.*\])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a field is called and how its values are said; `say` None where it has no value."""

    noun: str
    say: Callable[[Any], str] | None
    colon: bool = True
    take_away: str = "remove"


def _named_principal(key: str) -> str:
    type_, _, named = key.partition(" ")
    return f"{type_} {label(named)}" if type_ in ("user", "group") and named else label(key)


def _named_tag(tag: str) -> str:
    """A tag; the colons of a marker are no reason for quotes."""
    project = project_of(tag)
    return f"tag {PREFIX}{label(project)}" if project else f"tag {label(tag)}"


def _on_off(value: Any) -> str:
    return "on" if value else "off"


def _plain_value(value: Any) -> str:
    return plain(value.get("type")) if isinstance(value, Mapping) else plain(value)


def _quoted_value(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else said(value)


def _names(value: Any) -> str:
    return listed(value, label) if isinstance(value, list) else said(value)


def _setting(value: Any, key: str) -> str:
    return settings_text(value) if isinstance(value, Mapping) and value else said(value, key)


def _rows(value: Any) -> str:
    return filters_text(value) if isinstance(value, list) else said(value)


_WORDINGS: Final[Sequence[tuple[re.Pattern[str], Callable[[str], _Wording]]]] = tuple(
    (re.compile(pattern, re.DOTALL), wording)
    for pattern, wording in (
        (r"(name|description)", lambda key: _Wording(key, _quoted_value)),
        (r"(protect)", lambda key: _Wording("protection", _on_off)),
        (r"tags\[(.*)\]", lambda key: _Wording(_named_tag(key), None)),
        (r"schema\[(.*)\]\.type", lambda key: _Wording(f"column {label(key)}", _plain_value)),
        (
            r"schema\[(.*)\]",
            lambda key: _Wording(f"column {label(key)}", _plain_value, False, "drop"),
        ),
        (r"(schema\.order)", lambda _: _Wording("column order", _names)),
        (r"(schema\.indexed)", lambda _: _Wording("indexed schema", said)),
        (
            r"shares\[(.*)\]",
            lambda key: _Wording(f"share {_named_principal(key)}", _plain_value, True, "revoke"),
        ),
        (r"(pdp\.enabled)", lambda _: _Wording("row policies (PDP)", _on_off)),
        (r"(?:members\.)?users\[(.*)\]", lambda key: _Wording(f"user {label(key)}", None)),
        (r"(?:members\.)?groups\[(.*)\]", lambda key: _Wording(f"group {label(key)}", None)),
        (r"(filters)", lambda _: _Wording("rows", _rows)),
        (
            r"stream\.configuration\[(.*)\]",
            lambda key: _Wording(f"stream setting {label(key)}", lambda value: said(value, key)),
        ),
        (
            r"stream\.([a-z_]+)",
            lambda key: _Wording(
                f"stream {key.replace('_', ' ')}", lambda value: _setting(value, key)
            ),
        ),
        (r"(.*)", lambda key: _Wording(label(key), lambda value: said(value, key))),
    )
)


def _wording(path: str) -> _Wording:
    matches = ((pattern.fullmatch(path), wording) for pattern, wording in _WORDINGS)
    # The last pattern matches everything.
    return next(wording(match[1]) for match, wording in matches if match is not None)


def field_lines(fields: Sequence[Mapping[str, Any]], indent: int) -> list[Line]:
    """What changes, in the order of the plan; the parts of one policy stand together."""
    policies: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    lines: list[Line | str] = []
    for field in fields:
        policy, rest = _policy_part(field)
        if policy is None:
            lines.extend(_field(field, field["path"], indent))
        elif policy in policies:
            policies[policy].append((rest, field))
        else:
            policies[policy] = [(rest, field)]
            lines.append(policy)
    return [
        inner
        for line in lines
        for inner in ([line] if isinstance(line, Line) else _policy(line, policies[line], indent))
    ]


def _policy_part(field: Mapping[str, Any]) -> tuple[str | None, str]:
    path: str = field["path"]
    all_rows = _IN_ALL_ROWS.fullmatch(path)
    if all_rows is not None:
        return "All Rows", all_rows[1]
    # Policies and members may have any name; what the value is tells which of them a path means.
    whole = _one_policy(field["observed"], field["desired"])
    inside = None if whole else _IN_POLICY.fullmatch(path)
    return (None, "") if inside is None else (inside[1], inside[2])


def _one_policy(observed: Any, desired: Any) -> bool:
    """Whether the values are a policy that comes or goes, whole."""
    there = desired if observed is None else observed
    return (observed is None or desired is None) and isinstance(there, Mapping)


def _policy(policy: str, parts: Sequence[tuple[str, Mapping[str, Any]]], indent: int) -> list[Line]:
    lines = [Line(f"policy {label(policy)}", "~ change", STYLES["~"], indent)]
    for path, field in parts:
        lines += _field(field, path, indent + 4)
    return lines


def _field(field: Mapping[str, Any], path: str, indent: int) -> list[Line]:
    observed, desired = field["observed"], field["desired"]
    origin = _ORIGINS.get(field["origin"], ())
    whole = _POLICY.fullmatch(path)
    if whole is not None and _one_policy(observed, desired):
        return _whole_policy(whole[1], observed, desired, indent, origin)
    if path == "owner":
        moves = move_text(observed, desired)
        return [Line(f"owner: {moves}", "> transfer", STYLES[">"], indent, origin)]
    lead, text, values = _moved(_wording(path), observed, desired)
    return [Line(text, lead, STYLES[lead[0]], indent, (*values, *origin))]


def _moved(wording: _Wording, observed: Any, desired: Any) -> tuple[str, str, tuple[str, ...]]:
    noun, say = wording.noun, wording.say
    if say is _on_off or (observed is not None and desired is not None):
        say = say or said
        return "~ change", f"{noun}:", (say(observed), f"-> {say(desired)}")
    lead = "+ add" if observed is None else f"- {wording.take_away}"
    if say is None:
        return lead, noun, ()
    value = say(desired if observed is None else observed)
    return lead, f"{noun}:" if wording.colon else noun, (value,)


def _whole_policy(
    policy: str, observed: Any, desired: Any, indent: int, origin: tuple[str, ...]
) -> list[Line]:
    document = observed if desired is None else desired
    lead = "- delete" if desired is None else "+ add"
    return [
        Line(f"policy {label(policy)}", lead, STYLES[lead[0]], indent, origin),
        Line(f"rows: {_rows(document.get('filters', []))}", indent=indent + 4),
        Line(f"for: {members_text(document)}", indent=indent + 4),
    ]


def drift_line(row: Mapping[str, Any], indent: int) -> Line:
    """What was last applied and what Domo has now."""
    path, applied, observed = row["path"], row["applied"], row["observed"]
    policy, rest = _policy_part({"path": path, "observed": applied, "desired": observed})
    whole = _POLICY.fullmatch(path) if _one_policy(applied, observed) else None
    if path == "owner":
        wording = _Wording("owner", principal_text)
    elif whole is not None:
        wording = _Wording(f"policy {label(whole[1])}", None)
    else:
        wording = _wording(path if policy is None else rest)
    lead, text, values = _moved(wording, applied, observed)
    where = "" if policy is None else f"policy {label(policy)}: "
    return Line(f"{where}{text}", _MOVED_IN_DOMO[lead[0]], STYLES[lead[0]], indent, values)


_MOVED_IN_DOMO: Final = {"+": "+ added", "-": "- removed", "~": "~ changed"}
