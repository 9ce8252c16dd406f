"""What a dataset must look like after an apply, worked out from the manifest and from what was
there, without a line of the kinds' code.

Everything here is in the words of the emulator's snapshot.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.model_test.manifests import PROVIDER, USER_IDS, Spec

Dataset = Mapping[str, Any]
ME = {"type": "USER", "email": "ada@acme.test"}
OURS, ANOTHERS = "managed-by:domostate:acme", "managed-by:domostate:beta"
"""The marker of the project under test, and that of another one."""
RANKS = {"CAN_VIEW": 1, "CAN_SHARE": 2, "CAN_EDIT": 3, "CO_OWNER": 4}
_BLANK_PDP = {"enabled": False, "policies": []}


def wrong_with(spec: Spec, before: Dataset | None, after: Dataset) -> Iterator[str]:
    """Everything about `after` that the manifest and `before` do not explain.

    `before` is the dataset as it stood before the apply, None when the apply made it.
    """
    if spec.get("manage") == "observe":
        yield from _unless(after == before, "observed", before, after)
        return
    ruled = _Ruled(spec, before)
    yield from ruled.identity(after)
    yield from ruled.owner(after)
    yield from ruled.schema(after)
    yield from ruled.tags(after)
    yield from ruled.shares(after)
    yield from ruled.pdp(after)
    yield from ruled.stream(after)


def touched_wrongly(spec: Spec, before: Dataset, after: Dataset) -> Iterator[str]:
    """What an apply that ended half-way changed although nobody declared it."""
    if spec.get("manage") == "observe":
        yield from _unless(after == before, "observed", before, after)
        return
    ruled = _Ruled(spec, before)
    if ruled.silent("description"):
        yield from _unless(before["description"] == after["description"], "description")
    if ruled.silent("owner"):
        yield from _unless(before["owner"] == after["owner"], "owner")
    if ruled.silent("schema"):
        yield from _unless(before["columns"] == after["columns"], "columns")
    if ruled.silent("tags") and "stream" not in spec:
        yield from _unless(_unmarked(before) == _unmarked(after), "tags")
    claimed = ANOTHERS in after["tags"] and ANOTHERS not in before["tags"]
    yield from _unless(not claimed, "another project's marker")
    if ruled.silent("shares"):
        yield from ruled.shares(after)
    yield from _unless(_others(before) == _others(after), "other principals")
    yield from ruled.untouched_pdp(after)
    if "stream" not in spec:
        yield from _unless(before["stream"] == after["stream"], "stream")


class _Ruled:
    """A manifest over what was there."""

    def __init__(self, spec: Spec, before: Dataset | None) -> None:
        self.spec = spec
        self.before = before
        # A dataset that is being made has nothing that could be left as it is.
        self.ignored = set(spec.get("ignore", [])) if before is not None else set()

    def silent(self, key: str) -> bool:
        """Whether nothing is said of an aspect."""
        return key not in self.spec or key in self.ignored

    def was(self, key: str, fresh: Any) -> Any:
        return fresh if self.before is None else self.before[key]

    def identity(self, after: Dataset) -> Iterator[str]:
        yield from _equal("name", self.spec["name"], after["name"])
        wanted = self.was("description", "")
        if not self.silent("description"):
            wanted = self.spec["description"]
        yield from _equal("description", wanted, after["description"])

    def owner(self, after: Dataset) -> Iterator[str]:
        wanted = self.was("owner", ME) if self.silent("owner") else _owner(self.spec["owner"])
        yield from _equal("owner", wanted, after["owner"])

    def schema(self, after: Dataset) -> Iterator[str]:
        there = self.was("columns", [])
        if self.silent("schema") or self._is_connector():
            yield from _equal("columns", there, after["columns"])
            return
        known = {column["name"]: column for column in there}
        wanted = [
            {**known.get(row["name"], {}), "name": row["name"], "type": row["type"]}
            for row in self.spec["schema"]
        ]
        yield from _equal("columns", wanted, after["columns"])
        # Nothing indexed at all means that no data has come yet. What else is said of a column,
        # such as that it is a key, queries do not see.
        seen = [(row["name"], row["type"]) for row in after.get("indexed_columns", [])]
        meant = [(row["name"], row["type"]) for row in wanted]
        yield from _unless(seen in ([], meant), "the index lags behind")

    def tags(self, after: Dataset) -> Iterator[str]:
        there = set(self.was("tags", []))
        now, system = set(after["tags"]), {tag for tag in there if _is_system(tag, after)}
        if "stream" in self.spec:
            # The connector's own tags follow its settings, which are ruled elsewhere.
            yield from _unless(after["stream"]["id"] is not None, "stream")
            made = {tag for tag in now | system if tag.startswith(("s_snow", "um_", "udt_"))}
            there, now, system = there - made, now - made, system - made
            there.discard(PROVIDER)
            now.discard(PROVIDER)
            system.discard(PROVIDER)
        yield from _unless(OURS in now, "marker")
        yield from _unless(ANOTHERS not in now, "another project's marker")
        there, now, system = (one - {OURS, ANOTHERS} for one in (there, now, system))
        if self.silent("tags"):
            yield from _equal("tags", there, now)
            return
        mode, values = _moded(self.spec["tags"], "values")
        wanted = {
            "exact": set(values) | system,
            "at_least": set(values) | there,
            "at_most": (set(values) & there) | system,
        }[mode]
        yield from _equal("tags", wanted, now)

    def shares(self, after: Dataset) -> Iterator[str]:
        """The access list, where the owner has no entry of its own."""
        owner = _key(after["owner"])
        there = _levels(self.was("permissions", []))
        there.pop(owner, None)
        now = _levels(after["permissions"])
        yield from _equal("other principals", _others(self.before or after), _others(after))
        if self.silent("shares"):
            former = _key(self.was("owner", ME))
            if former != owner:
                # Whether Domo leaves a former owner something is Domo's choice.
                there.pop(former, None)
                now.pop(former, None)
            yield from _equal("shares", there, now)
            return
        mode, rows = _moded(self.spec["shares"], "grants")
        wanted = {_named(row): row["access"] for row in rows if _named(row) != owner}
        if mode == "at_least":
            former = _key(self.was("owner", ME))
            if former != owner and former not in wanted:
                now.pop(former, None)
            wanted = {**there, **wanted}
        elif mode == "at_most":
            wanted = {
                who: min(how, there[who], key=RANKS.__getitem__)
                for who, how in wanted.items()
                if who in there
            }
        yield from _equal("shares", wanted, now)

    def pdp(self, after: Dataset) -> Iterator[str]:
        pdp, there = self.spec.get("pdp", {}), self.was("pdp", _BLANK_PDP)
        yield from self.untouched_pdp(after)
        if self.silent("pdp"):
            return
        now = after["pdp"]
        if "enabled" in pdp and "pdp.enabled" not in self.ignored:
            yield from _equal("pdp.enabled", pdp["enabled"], now["enabled"])
        if "all_rows" in pdp and "pdp.all_rows" not in self.ignored:
            found = [_members(one) for one in now["policies"] if one["type"] == "open"]
            yield from _equal("pdp.all_rows", [_declared_members(pdp["all_rows"])], found)
        if "policies" not in pdp or "pdp.policies" in self.ignored:
            return
        old = {one["name"]: one for one in there["policies"] if one["type"] != "open"}
        new = {one["name"]: one for one in now["policies"] if one["type"] != "open"}
        declared = {one["name"]: one for one in pdp["policies"]}
        wanted = {
            "exact": set(declared),
            "at_least": set(declared) | set(old),
            "at_most": set(declared) & set(old),
        }[pdp["mode"]]
        yield from _equal("policies", wanted, set(new))
        for name in wanted & set(new):
            yield from _policy_wrong(declared.get(name), old.get(name), new[name])

    def untouched_pdp(self, after: Dataset) -> Iterator[str]:
        """What of row permissions no manifest moves, and what this one does not."""
        pdp, there, now = self.spec.get("pdp", {}), self.was("pdp", _BLANK_PDP), after["pdp"]
        for flag in ("secured", "external", "enabled_column"):
            yield from _equal(flag, there.get(flag), now.get(flag))
        silent = self.silent("pdp")
        if silent or "enabled" not in pdp or "pdp.enabled" in self.ignored:
            yield from _equal("pdp.enabled", there["enabled"], now["enabled"])
        old = [one for one in there["policies"] if one["type"] != "open"]
        new = [one for one in now["policies"] if one["type"] != "open"]
        if silent or "policies" not in pdp or "pdp.policies" in self.ignored:
            yield from _equal("policies", old, new)
        names = [one["name"] for one in new]
        yield from _unless(len(names) == len(set(names)), f"a policy is there twice: {names}")
        by_name = {one["name"]: one for one in old}
        for one in new:
            was = by_name.get(one["name"], one)
            kept = [was["id"], was.get("virtual_users")]
            yield from _equal(f"kept {one['name']}", kept, [one["id"], one.get("virtual_users")])
        closed = [one for one in there["policies"] if one["type"] == "open"]
        still = [one for one in now["policies"] if one["type"] == "open"]
        if closed and (silent or "all_rows" not in pdp or "pdp.all_rows" in self.ignored):
            yield from _equal("All Rows", closed, still)
        elif closed:
            kept = [one.get("virtual_users") for one in closed]
            yield from _equal("virtual", kept, [one.get("virtual_users") for one in still])

    def stream(self, after: Dataset) -> Iterator[str]:
        there, now, spec = self.was("stream", None), after["stream"], self.spec.get("stream")
        if spec is None:
            yield from _equal("stream", there, now)
            return
        yield from _equal("update_method", spec["update_method"], now["update_method"])
        if not self._is_connector():
            yield from _equal("keys", spec.get("key_columns"), now.get("key_columns"))
            return
        there = there or {}
        old, new = there.get("configuration", {}), now["configuration"]
        if "configuration" in spec:
            for key, value in spec["configuration"].items():
                yield from _equal(f"configuration {key}", value, new.get(key))
            undeclared = {key: v for key, v in new.items() if key not in spec["configuration"]}
            yield from _unless(undeclared.items() <= old.items(), "invented configuration")
            yield from _equal("foreign", old.get("theirs"), new.get("theirs"))
        else:
            yield from _equal("configuration", old, new)
        hidden = there.get("other_configuration")
        yield from _equal("hidden", hidden, now.get("other_configuration"))
        if "account" in spec:
            yield from _equal("account", spec["account"], now.get("account"))
        else:
            yield from _equal("account", there.get("account"), now.get("account"))
        schedule = spec.get("schedule", {})
        yield from _unless(schedule.items() <= now["schedule"].items(), "schedule")
        yield from _equal("transport", spec["transport"], now["transport"])

    def _is_connector(self) -> bool:
        return "provider" in self.spec.get("stream", {})


def _policy_wrong(
    declared: Mapping[str, Any] | None, old: Dataset | None, new: Dataset
) -> Iterator[str]:
    if declared is None:
        yield from _equal("a policy of others", old, new)
        return
    wanted = sorted(map(_condition, declared["filters"]))
    yield from _equal(f"filters of {new['name']}", wanted, sorted(map(_condition, new["filters"])))
    yield from _equal("members", _declared_members(declared), _members(new))
    yield from _unless(not new.get("dataset_permissions"), "everyone is in a declared policy")


def _condition(one: Mapping[str, Any]) -> tuple[Any, ...]:
    values = one["values"] if one["operator"] == "BETWEEN" else sorted(set(one["values"]))
    return one["column"], one["operator"], tuple(values), one["not"], one["ignore_case"]


def _members(policy: Mapping[str, Any]) -> list[list[str]]:
    return [sorted(policy["users"]), sorted(policy["groups"])]


def _declared_members(spec: Mapping[str, Any]) -> list[list[str]]:
    return [sorted(spec.get("users", [])), sorted(spec.get("groups", []))]


def _owner(spec: Any) -> dict[str, str]:
    if isinstance(spec, str):
        return {"type": "USER", "email": spec}
    if "group" in spec:
        return {"type": "GROUP", "name": spec["group"]}
    emails = {id_: email for email, id_ in USER_IDS.items()}
    return {"type": "USER", "email": emails[spec["user"]["id"]]}


def _key(owner: Mapping[str, Any]) -> tuple[str, str]:
    return owner["type"], owner.get("email") or owner["name"]


def _named(row: Mapping[str, str]) -> tuple[str, str]:
    return ("USER", row["user"]) if "user" in row else ("GROUP", row["group"])


def _levels(rows: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {_key(row): row["access"] for row in rows if row["type"] in ("USER", "GROUP")}


def _others(dataset: Dataset) -> list[Any]:
    return [row for row in dataset["permissions"] if row["type"] not in ("USER", "GROUP")]


def _moded(spec: Any, key: str) -> tuple[str, Any]:
    return ("exact", spec) if isinstance(spec, list) else (spec["mode"], spec[key])


def _unmarked(dataset: Dataset) -> list[str]:
    return [tag for tag in dataset["tags"] if tag not in (OURS, ANOTHERS)]


def _is_system(tag: str, dataset: Dataset) -> bool:
    provider = (dataset["stream"] or {}).get("provider")
    return tag.startswith(("s_", "um_", "udt_")) or tag == provider


def _equal(what: str, wanted: Any, found: Any) -> Iterator[str]:
    yield from _unless(wanted == found, what, wanted, found)


def _unless(holds: bool, what: str, wanted: Any = None, found: Any = None) -> Iterator[str]:
    if not holds:
        yield f"{what}: wanted {wanted!r}, found {found!r}"
