"""What an object will be like: the compared aspects of a creation, compactly and in full."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domostate.model.marker import project_of
from domostate.views.text import Line, quoted
from domostate.views.words import (
    column_text,
    filters_text,
    grant_text,
    label,
    listed,
    members_text,
    principal_text,
    said,
    settings_text,
)

__all__ = ["aspect_lines", "contents_text"]


def _identity(document: Mapping[str, Any], indent: int) -> list[Line]:
    description = document.get("description")
    return [Line(f"description: {quoted(description)}", indent=indent)] if description else []


def _owner(document: Mapping[str, Any], indent: int) -> list[Line]:
    return [Line(f"owner: {principal_text(document)}", indent=indent)]


def _tags(document: Mapping[str, Any], indent: int) -> list[Line]:
    values = document.get("values", ())
    # Every new object bears the marker: it is not worth a word at each of them.
    shown = [tag for tag in values if not project_of(tag)]
    if values and not shown:
        return []
    return [Line(f"tags: {listed(shown, label) or 'none'}", indent=indent)]


def _schema(document: Mapping[str, Any], indent: int) -> list[Line]:
    columns = listed(document.get("columns", ()), column_text)
    return [Line(f"schema: {columns or 'no columns'}", indent=indent)]


def _shares(document: Mapping[str, Any], indent: int) -> list[Line]:
    return [
        Line(f"shares: {listed(document.get('grants', ()), grant_text) or 'none'}", indent=indent)
    ]


def _pdp(document: Mapping[str, Any], indent: int) -> list[Line]:
    enabled = document.get("enabled")
    switch = (
        {True: "on", False: "off"}.get(enabled, "as Domo sets it") if enabled is not None else ""
    )
    lines = [Line(f"row policies (PDP): {switch}".rstrip(": "), indent=indent)]
    for policy in document.get("policies") or ():
        text = f"policy {label(policy.get('name'))}: {filters_text(policy.get('filters', ()))};"
        lines.append(Line(text, indent=indent + 4, parts=(f"for {members_text(policy)}",)))
    if document.get("all_rows") is not None:
        everyone = members_text(document["all_rows"])
        lines.append(Line("policy All Rows:", indent=indent + 4, parts=(f"for {everyone}",)))
    return lines


def _stream(document: Mapping[str, Any], indent: int) -> list[Line]:
    stated = {
        key: value
        for key, value in document.items()
        if value not in (None, "", [], {}) and key not in ("id", "there")
    }
    if isinstance(stated.get("account"), Mapping):
        stated["account"] = stated["account"].get("name") or stated["account"].get("id")
    nested = {key: value for key, value in stated.items() if isinstance(value, Mapping) and value}
    plain_ones = {key: value for key, value in stated.items() if key not in nested}
    return [
        Line(f"stream: {settings_text(plain_ones)}", indent=indent),
        *(
            Line(f"{label(key)}: {settings_text(nested[key])}", indent=indent + 4)
            for key in sorted(nested)
        ),
    ]


def _members(document: Mapping[str, Any], indent: int) -> list[Line]:
    return [Line(f"members: {members_text(document)}", indent=indent)]


_ASPECTS: Final[Mapping[str, Callable[[Mapping[str, Any], int], list[Line]]]] = {
    "identity": _identity,
    "owner": _owner,
    "tags": _tags,
    "schema": _schema,
    "stream": _stream,
    "shares": _shares,
    "pdp": _pdp,
    "members": _members,
}


def aspect_lines(document: Mapping[str, Any], indent: int) -> list[Line]:
    """Every aspect that is stated, known ones in the order in which people think of them."""
    others = sorted(document.keys() - _ASPECTS.keys())
    lines: list[Line] = []
    for key in (*_ASPECTS, *others):
        aspect = document.get(key)
        if aspect is None:
            continue
        known = _ASPECTS.get(key)
        if known is not None and isinstance(aspect, Mapping):
            lines += known(aspect, indent)
        else:
            lines.append(Line(f"{label(key)}: {said(aspect, key)}", indent=indent))
    return lines


def contents_text(document: Mapping[str, Any]) -> str:
    """What goes with an object when it is destroyed: `3 columns, 2 shares, 1 row policy`."""
    counts = (
        (len((document.get("schema") or {}).get("columns") or ()), "column", "columns"),
        (len((document.get("shares") or {}).get("grants") or ()), "share", "shares"),
        (len((document.get("pdp") or {}).get("policies") or ()), "row policy", "row policies"),
    )
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)
