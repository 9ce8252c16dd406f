"""Rules across the fields of one dataset (contract §2), checked on the tree as written.

They hold back where a value has not the shape they need: the types are checked elsewhere, and
one mistake must not hide another.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from domostate.kinds.dataset.filters import MOST_JOINED, PLATFORM_ONLY, length_joined
from domostate.kinds.registry import ignorable
from domostate.manifests.collect import Entry
from domostate.manifests.explain import empty
from domostate.manifests.overlay import NO_KEY, grant_key, name_key
from domostate.manifests.project import FILE
from domostate.manifests.source import Findings, Mark, place_of
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import did_you_mean, short
from domostate.model.marker import project_of

__all__ = ["NAME", "check", "check_identity", "check_values"]

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
"""What the second part of an address is made of."""


def check(entry: Entry, body: Map, findings: Findings, warnings: Findings) -> None:
    """Note what is wrong with a dataset as a whole; `body` has its sets written out."""
    if not NAME.match(entry.name):
        message = f"{short(entry.name)} cannot be part of an address"
        hint = "use letters, digits, '_', '.' and '-', such as sales_orders"
        findings.add(entry.mark, message, hint)
    columns = _columns(body, findings)
    _check_ignored(body, findings)
    _check_tags(body, findings)
    _check_shares(body, findings)
    _check_keys(body, columns, findings)
    for policy in _policies(body, findings):
        _check_policy(policy, warnings)
        _check_joined(policy, findings)
        for one in _maps(policy.get("filters")):
            _check_filter(one, columns, entry, findings, warnings)


def _check_ignored(body: Map, findings: Findings) -> None:
    ignored, known = body.get("ignore"), ignorable("dataset")
    if not isinstance(ignored, Seq):
        return
    for n, path in enumerate(ignored):
        if isinstance(path, str) and path not in known:
            hint = did_you_mean(path, known) or f"one of {', '.join(known)}"
            findings.add(ignored.marks[n], f"{short(path)} is not a field to ignore", hint)


def _check_tags(body: Map, findings: Findings) -> None:
    tags = body.get("tags")
    values = tags.get("values") if isinstance(tags, Map) else tags
    if not isinstance(values, Seq):
        return
    for n, tag in enumerate(values):
        if isinstance(tag, str) and project_of(tag):
            message = f"{short(tag)} is a marker: domostate sets it by itself"
            hint = f"remove it; marker: in {FILE} says whether there is one"
            findings.add(values.marks[n], message, hint)


def check_values(node: Any, findings: Findings) -> None:
    """Note keys without a value below `node`, and take `true` in a filter as it was written."""
    if type(node) is Map:
        for key, value in node.items():
            if value is None:
                findings.add(node.marks[key], *empty((key,)))
            elif key == "schedule":
                # What a schedule means is between the connector and Domo, null included.
                continue
            elif key == "values" and type(value) is Seq and "column" in node:
                _keep_written(value)
            elif type(value) is Map or type(value) is Seq:
                check_values(value, findings)
    elif type(node) is Seq:
        for value in node:
            if type(value) is Map or type(value) is Seq:
                check_values(value, findings)


def _keep_written(values: Seq) -> None:
    for n, value in enumerate(values):
        if isinstance(value, bool):
            mark, plain = values.marks[n], "true" if value else "false"
            written = mark.name.text[mark.index : mark.index + len(plain)]
            values[n] = written if written.lower() == plain else plain


def _maps(value: Any) -> Iterator[Map]:
    if isinstance(value, Seq):
        yield from (one for one in value if isinstance(one, Map))


def _columns(body: Map, findings: Findings) -> list[str] | None:
    """The declared column names, None where the dataset declares no schema."""
    schema = body.get("schema")
    if not isinstance(schema, Seq):
        return None
    names: dict[str, int] = {}
    for n, column in enumerate(schema):
        _, name = name_key(column)
        if not name:
            continue
        first = names.setdefault(str(name).casefold(), n)
        if first != n:
            other = schema[first]["name"]
            also = "" if other == name else f" as {short(other)}; Domo takes no account of case"
            message = f"column {short(str(name))} is declared twice, first at"
            findings.add(schema.marks[n], f"{message} {place_of(schema.marks[first])}{also}")
    return [column["name"] for column in _maps(schema) if name_key(column) != NO_KEY]


def _check_shares(body: Map, findings: Findings) -> None:
    shares = body.get("shares")
    grants = shares.get("grants") if isinstance(shares, Map) else shares
    hint = "one entry for each principal: its access replaces what it had"
    _check_once(grants, grant_key, "is given access", findings, hint)


def _policies(body: Map, findings: Findings) -> Iterator[Map]:
    pdp = body.get("pdp")
    policies = pdp.get("policies") if isinstance(pdp, Map) else None
    hint = "policies are told apart by name: give one of them another"
    _check_once(policies, name_key, "is declared", findings, hint)
    yield from _maps(policies)


def _check_once(
    several: Any, key_of: Callable[[Any], Any], what: str, findings: Findings, hint: str
) -> None:
    if not isinstance(several, Seq):
        return
    seen: dict[Any, int] = {}
    for n, one in enumerate(several):
        key = key_of(one)
        if key != NO_KEY and (first := seen.setdefault(key, n)) != n:
            kind = "policy" if key[0] == "name" else key[0]
            message = f"{kind} {short(str(key[1]))} {what} twice, first at"
            findings.add(several.marks[n], f"{message} {place_of(several.marks[first])}", hint)


def _check_keys(body: Map, columns: list[str] | None, findings: Findings) -> None:
    stream = body.get("stream")
    if not isinstance(stream, Map):
        return
    keys = stream.get("key_columns")
    if not isinstance(keys, Seq):
        return
    if columns is None:
        if stream.get("update_method") != "UPSERT" or "provider" in stream:
            return
        hint = "declare a schema that holds them"
        findings.add(stream.marks["key_columns"], "key columns need a schema", hint)
        return
    for n, key in enumerate(keys):
        if isinstance(key, str) and key not in columns:
            message = f"key column {short(key)} is not in the schema"
            findings.add(keys.marks[n], message, did_you_mean(key, columns))


def _check_policy(policy: Map, warnings: Findings) -> None:
    if not policy.get("users") and not policy.get("groups"):
        message = (
            f"policy {short(str(policy.get('name', '')))} has no members: nobody sees its rows"
        )
        warnings.add(policy.mark, message, "name users or groups")


def _check_joined(policy: Map, findings: Findings) -> None:
    values = [
        str(value)
        for one in _maps(policy.get("filters"))
        for value in (one["values"] if isinstance(one.get("values"), Seq) else ())
    ]
    joined = length_joined(values)
    if joined > MOST_JOINED:
        message = (
            f"the values of policy {short(str(policy.get('name', '')))} have {joined} characters "
            f"when joined, Domo takes fewer than {MOST_JOINED + 1}"
        )
        findings.add(
            policy.marks["filters"], message, "split the policy, or filter on a shorter key"
        )


def _check_filter(
    one: Map, columns: list[str] | None, entry: Entry, findings: Findings, warnings: Findings
) -> None:
    operator = one.get("operator")
    if isinstance(operator, str) and operator in PLATFORM_ONLY:
        message = f"operator {operator} is documented for the Platform plane only"
        warnings.add(one.marks["operator"], message, "on the Product plane try it on a copy first")
    column = one.get("column")
    if columns is None or not isinstance(column, str) or column in columns or not column:
        return
    near = did_you_mean(column, columns)
    if any(column.casefold() == known.casefold() for known in columns):
        near += " Columns are told apart by case"
    message = f"unknown column {short(column)}: it is not in the schema of dataset.{entry.name}"
    findings.add(one.marks["column"], message, near)


def check_identity(entries: Iterable[Entry], findings: Findings) -> None:
    """Note entries that would be one and the same dataset in Domo.

    Until an id is recorded, a name is all that identifies a dataset; entries that each adopt an
    id of their own may share one.
    """
    by_id: dict[str, Entry] = {}
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        adopted = _adopted(entry.body)
        if adopted:
            first = by_id.setdefault(adopted, entry)
            if first is not entry:
                message = f"id {adopted} is adopted twice, first by dataset.{first.name} at"
                place = place_of(_adopt_mark(first.body))
                findings.add(_adopt_mark(entry.body), f"{message} {place}", "adopt it once")
        if isinstance(entry.body.get("name"), str):
            by_name.setdefault(entry.body["name"], []).append(entry)
    for name, several in by_name.items():
        if not all(_adopted(entry.body) for entry in several):
            for entry in several[1:]:
                first = several[0]
                message = f"another dataset has the name {short(name)}: dataset.{first.name} at"
                place = place_of(first.body.marks["name"])
                hint = "names tell datasets apart: give one another name, or adopt each by its id"
                findings.add(entry.body.marks["name"], f"{message} {place}", hint)


def _adopted(body: Map) -> str:
    adopt = body.get("adopt")
    named = adopt.get("id") if isinstance(adopt, Map) else None
    return str(named) if isinstance(named, str | int) else ""


def _adopt_mark(body: Map) -> Mark:
    mark: Mark = body["adopt"].marks["id"]
    return mark
