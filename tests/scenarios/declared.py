"""What a project declares, read here a second time and compared with what the emulator holds.

Nothing of domostate is used: YAML comes from ruamel's safe loader, and the rules are written out
once more from the contract (§2), so that the program cannot agree with its own mistake.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Entry = dict[str, Any]
SYSTEM_TAGS = ("s_", "um_", "udt_", "managed-by:domostate")


def declared(root: Path, environment: str) -> dict[str, Entry]:
    """The datasets of a project by local name: overlay, sets, defaults and variables put in."""
    config = _yaml(root / "domostate.yml")
    variables = {**config.get("vars", {}), **config["environments"][environment].get("vars", {})}
    folders = config.get("manifests", ".")
    paths = [root / folders] if isinstance(folders, str) else [root / one for one in folders]
    files = [one for path in paths for one in _manifests(path)]
    documents = [_yaml(one) for one in files if one.name != "domostate.yml"]
    sets = {
        key: {name: rows for one in documents for name, rows in (one.get(key) or {}).items()}
        for key in ("share_sets", "policy_sets")
    }
    entries = {
        name: {**(one.get("defaults") or {}), **entry}
        for one in documents
        for name, entry in (one.get("datasets") or {}).items()
    }
    overlay = root / "environments" / f"{environment}.yml"
    if overlay.exists():
        patches = _yaml(overlay).get("datasets") or {}
        entries |= {name: _patched(entries[name], patch, ()) for name, patch in patches.items()}
    return {name: _expanded(entry, sets, variables) for name, entry in entries.items()}


def mismatches(entries: dict[str, Entry], snapshot: dict[str, Any]) -> list[str]:
    """Where the estate is not as declared, aspect by aspect; nothing when it is."""
    by_name: dict[str, list[Entry]] = {}
    for dataset in snapshot["datasets"]:
        by_name.setdefault(dataset["name"], []).append(dataset)
    wrong = []
    for name, entry in entries.items():
        there = by_name.get(entry["name"], [])
        if len(there) != 1:
            wrong.append(f"{name}: {len(there)} datasets are called {entry['name']!r}")
        else:
            wrong += [f"{name}: {one}" for one in _mismatches(entry, there[0])]
    return wrong


def twice(snapshot: dict[str, Any]) -> list[str]:
    """Names of datasets, and of policies within one dataset, that are there more than once."""
    names = [one["name"] for one in snapshot["datasets"]]
    for dataset in snapshot["datasets"]:
        names += [f"{dataset['name']} / {one['name']}" for one in dataset["pdp"]["policies"]]
    return sorted({one for one in names if names.count(one) > 1})


def unmanaged(entries: dict[str, Entry], snapshot: dict[str, Any]) -> list[Entry]:
    """The datasets that no entry speaks of, as they are."""
    named = {entry["name"] for entry in entries.values()}
    return [one for one in snapshot["datasets"] if one["name"] not in named]


def _yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}


def _manifests(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.yml"))


def _patched(base: Any, patch: Any, path: tuple[str, ...]) -> Any:
    if isinstance(base, dict) and isinstance(patch, dict):
        merged = dict(base)
        for key, value in patch.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _patched(base.get(key), value, (*path, key))
        return merged
    if isinstance(base, list) and isinstance(patch, list) and path[-1:] != ("tags",):
        key = _keys(path)
        return _by_key(base, patch, key) if key else patch
    if isinstance(base, list) and isinstance(patch, dict) and path == ("shares",):
        return _patched({"grants": base}, patch, path)
    return patch


def _keys(path: tuple[str, ...]) -> Callable[[Any], Any] | None:
    if path in (("shares",), ("shares", "grants")):
        return lambda one: str((one.get("user"), one.get("group")))
    if path in (("schema",), ("pdp", "policies")):
        return lambda one: one["name"]
    return None


def _by_key(base: list[Any], patch: list[Any], key: Callable[[Any], Any]) -> list[Any]:
    rows = {key(one): one for one in base}
    for one in patch:
        there = rows.get(key(one))
        rows[key(one)] = one if there is None else {**there, **one}
    # `access: null` takes a grant away.
    return [one for one in rows.values() if one.get("access", "") is not None]


def _expanded(entry: Entry, sets: dict[str, Any], variables: dict[str, str]) -> Entry:
    entry = deepcopy(entry)
    if isinstance(entry.get("shares"), list):
        entry["shares"] = {"grants": entry["shares"]}
    if "shares" in entry:
        used = [one for name in entry["shares"].get("use", ()) for one in sets["share_sets"][name]]
        entry["shares"]["grants"] = used + entry["shares"].get("grants", [])
    pdp = entry.get("pdp")
    if pdp and ("use" in pdp or "policies" in pdp):
        used = [one for name in pdp.get("use", ()) for one in sets["policy_sets"][name]]
        pdp["policies"] = used + pdp.get("policies", [])
    for key in ("name", "description"):
        for name, value in variables.items():
            if key in entry:
                entry[key] = entry[key].replace(f"${{{name}}}", value)
    return entry


def _mismatches(entry: Entry, there: Entry) -> Iterator[str]:
    if entry.get("description", there["description"]) != there["description"]:
        yield f"description is {there['description']!r}"
    if "owner" in entry and _principal(entry["owner"]) != _who(there["owner"]):
        yield f"owner is {there['owner']}"
    if "schema" in entry:
        yield from _schema(entry["schema"], there)
    if "tags" in entry:
        yield from _tags(entry["tags"], there)
    if "shares" in entry:
        grants = {_principal(one): one["access"] for one in entry["shares"]["grants"]}
        found = {_who(one): one["access"] for one in there["permissions"]}
        grants.pop(_who(there["owner"]), None)
        yield from _list("shares", entry["shares"].get("mode", "exact"), grants, found)
    if "pdp" in entry:
        yield from _pdp(entry["pdp"], there["pdp"])
    if "stream" in entry:
        yield from _stream(entry["stream"], there["stream"])


def _schema(schema: list[Entry], there: Entry) -> Iterator[str]:
    columns = [(one["name"], one["type"]) for one in there["columns"]]
    if columns != [(one["name"], one["type"]) for one in schema]:
        yield f"columns are {columns}"
    if "indexed_columns" in there:
        yield "the index lags behind the schema"


def _tags(tags: Any, there: Entry) -> Iterator[str]:
    mode = "exact" if isinstance(tags, list) else tags.get("mode", "exact")
    wanted = tags if isinstance(tags, list) else tags["values"]
    provider = (there["stream"] or {}).get("provider", "")
    own = [one for one in there["tags"] if not one.startswith(SYSTEM_TAGS) and one != provider]
    yield from _list("tags", mode, dict.fromkeys(wanted, True), dict.fromkeys(own, True))


def _list(what: str, mode: str, wanted: dict[Any, Any], found: dict[Any, Any]) -> Iterator[str]:
    if mode != "at_most":
        for key in wanted:
            if key not in found:
                yield f"{what}: {key} is missing"
    for key, value in found.items():
        if key not in wanted and mode != "at_least":
            yield f"{what}: {key} is there undeclared"
        elif key in wanted and wanted[key] != value:
            yield f"{what}: {key} is {value!r}, not {wanted[key]!r}"


def _pdp(pdp: Entry, there: Entry) -> Iterator[str]:
    if "enabled" in pdp and pdp["enabled"] != there["enabled"]:
        yield f"pdp: enabled is {there['enabled']}"
    if "policies" in pdp:
        wanted = {one["name"]: _policy(one) for one in pdp["policies"]}
        found = {one["name"]: _policy(one) for one in there["policies"] if one["type"] != "open"}
        yield from _list("policies", pdp.get("mode", "exact"), wanted, found)
    if "all_rows" in pdp:
        found = next(one for one in there["policies"] if one["type"] == "open")
        if _members(pdp["all_rows"]) != _members(found):
            yield f"pdp: all rows go to {_members(found)}"


def _policy(one: Entry) -> Any:
    filters = [
        (
            row["column"],
            row["operator"],
            row["values"] if row["operator"] == "BETWEEN" else sorted(row["values"]),
            row.get("not", False),
            row.get("ignore_case", False),
        )
        for row in one["filters"]
    ]
    return sorted(map(str, filters)), _members(one)


def _members(one: Entry) -> Any:
    users = [user["user"] if isinstance(user, dict) else user for user in one.get("users", ())]
    return sorted(users), sorted(one.get("groups", ()))


def _stream(stream: Entry, there: Entry | None) -> Iterator[str]:
    if there is None:
        yield "stream: there is none"
        return
    for key in ("provider", "transport", "account", "update_method", "key_columns"):
        if key in stream and stream[key] != there.get(key):
            yield f"stream: {key} is {there.get(key)!r}"
    for key in ("configuration", "schedule"):
        found = there.get(key) or {}
        wanted = {name: one for name, one in (stream.get(key) or {}).items() if one is not None}
        if any(found.get(name) != one for name, one in wanted.items()):
            yield f"stream: {key} is {found!r}"


def _principal(one: Any) -> tuple[str, str]:
    if isinstance(one, str):
        return ("USER", one)
    return ("GROUP", one["group"]) if "group" in one else ("USER", one["user"])


def _who(one: Entry) -> tuple[str, str]:
    return (one["type"], one.get("email") or one.get("name") or str(one["id"]))
