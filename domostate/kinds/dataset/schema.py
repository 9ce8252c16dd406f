"""Schema: the ordered columns of a dataset, as defined and as indexed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Column", "Schema", "SchemaAspect", "SchemaDeclared"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `extra` is what else Domo keeps about it and a write must echo (product §2.5:
    an `upsertKey` that is not sent back is lost)."""

    name: str
    type: str
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SchemaDeclared:
    """`renamed` maps a new name to the old one, for people only."""

    columns: tuple[Column, ...]
    renamed: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """`indexed` False: queries still see an older version, a reindex is due.

    `connector`: a connector feeds the dataset and owns its schema.
    """

    columns: tuple[Column, ...]
    indexed: bool = True
    connector: bool = field(default=False, compare=False)

    def plain(self) -> list[dict[str, str]]:
        """The columns as both planes take them at creation."""
        return [{"type": column.type, "name": column.name} for column in self.columns]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)


class SchemaAspect(Aspect[SchemaDeclared, Schema]):
    """Columns and their order."""

    name = "schema"
    key = "schema"
    prefix = "schema"
    parts = {
        Plane.PRODUCT: frozenset({Part.METADATA, Part.SCHEMA, Part.INDEXED}),
        Plane.PLATFORM: frozenset({Part.DATASET}),
    }
    operations_named = frozenset({"alter_schema", "reindex"})

    def __init__(self) -> None:
        super().__init__(SchemaDeclared, Schema)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.columns is not None

    def declared(self, entry: Declared, names: Names) -> SchemaDeclared | None:
        columns = entry.spec.columns
        if columns is None:
            return None
        return SchemaDeclared(
            tuple(Column(column.name, column.type.value) for column in columns),
            {column.name: column.renamed_from for column in columns if column.renamed_from},
        )

    def observe(
        self, live: Live, plane: Plane, names: Names, prior: SchemaDeclared | None
    ) -> Schema:
        if plane is Plane.PLATFORM:
            # Federated datasets come without a schema (platform §4.1).
            raw = (live.parts[Part.DATASET].get("schema") or {}).get("columns", [])
            return Schema(_columns(raw))
        defined = _columns(live.parts[Part.SCHEMA]["columns"])
        indexed = _columns(live.parts[Part.INDEXED]["columns"])
        # Nothing indexed at all: no data has come yet, so nothing lags (product §2.5, a guess).
        fed = live.parts[Part.METADATA].get("transportType") == "CONNECTOR"
        return Schema(defined, indexed=not indexed or defined == indexed, connector=fed)

    def fresh(self, declared: SchemaDeclared, me: Principal | None) -> Schema:
        return Schema(declared.columns)

    def target(
        self,
        declared: SchemaDeclared,
        observed: Schema,
        prior: SchemaDeclared | None,
        setting: Setting,
    ) -> Schema:
        if observed.connector or _fed_by_connector(setting):
            return observed
        extras = {column.name: column.extra for column in observed.columns}
        return Schema(tuple(replace(c, extra=extras.get(c.name, {})) for c in declared.columns))

    def remarks(
        self, declared: SchemaDeclared, observed: Schema, after: Schema, setting: Setting
    ) -> Iterator[str]:
        if (observed.connector or _fed_by_connector(setting)) and not setting.creating:
            if observed.columns != declared.columns:
                yield (
                    "schema differs from the manifest; the connector owns it, it is not altered: "
                    + _differences(declared.columns, observed.columns)
                )
            return
        for new, old in sorted(declared.renamed.items()):
            if new not in observed.names and old in observed.names:
                yield (
                    f"column {old} becomes {new}: Domo has no rename, so {old} and its values are "
                    f"dropped and {new} is added; cards and policies that filter on {old} break"
                )

    def keyed(self, value: Schema, against: Schema) -> Document:
        common = set(value.names) & set(against.names)
        document: dict[str, Any] = {
            f"[{column.name}]": {"type": column.type} for column in value.columns
        }
        document["order"] = [name for name in value.names if name in common]
        document["indexed"] = value.indexed
        return document

    def operations(self, step: Step[Schema]) -> Iterator[Draft]:
        before, after, setting = step.before, step.after, step.setting
        if setting.creating:
            return
        if before.columns != after.columns:
            dropped = [c for c in before.columns if c.name not in after.names]
            if any(column.name in _filtered(setting.observed.get("pdp")) for column in dropped):
                # New columns come before the policies that filter on them, dropped ones after
                # the policies that did (guarantees, "The order that follows").
                first = replace(after, columns=(*after.columns, *dropped))
                if first.columns != before.columns:
                    yield Draft("alter_schema", self.dump(before), self.dump(first))
                yield Draft(
                    "alter_schema", self.dump(first), self.dump(after), ChangeClass.DESTRUCTIVE
                )
            else:
                harm = ChangeClass.DESTRUCTIVE if dropped else ChangeClass.SAFE
                yield Draft("alter_schema", self.dump(before), self.dump(after), harm)
        if before != after and Plane.PRODUCT in setting.planes:
            yield Draft("reindex", {"indexed": False}, {"indexed": True})

    def lost(self, op: Operation) -> Iterator[str]:
        if op.name != "alter_schema":
            return
        before, after = self.load(op.before), self.load(op.after)
        kept = {column.name: column.type for column in after.columns}
        for column in before.columns:
            if kept.get(column.name) != column.type:
                what = "retyped" if column.name in kept else "dropped"
                yield f"the values that column {column.name} had before it was {what}"

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        if op.name == "reindex":
            path = f"/api/data/v3/datasources/{ids['id']}/indexes"
            return Call("POST", path, Plane.PRODUCT, {"dataIds": []})
        columns = (op.after or {})["columns"]
        if plane is Plane.PLATFORM:
            plain = [{"type": column["type"], "name": column["name"]} for column in columns]
            return Call("PUT", f"/v1/datasets/{ids['id']}", plane, {"schema": {"columns": plain}})
        # Each call makes a new version with the same effect: repeatable (product §2.5).
        body = {"columns": [_wire(column) for column in columns], "objects": [], "views": []}
        return Call("POST", f"/api/data/v2/datasources/{ids['id']}/schemas", plane, body)


def _columns(raw: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(
            column["name"],
            column["type"],
            {key: value for key, value in column.items() if key not in _RULED},
        )
        for column in raw
    )


_RULED = frozenset({"name", "type", "id", "order"})
"""`id` equals `name`, and `order` is always 0: the order of the list counts (product §2.5)."""


def _wire(column: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": column["name"], "id": column["name"], "type": column["type"]}
    return {"visible": True, **column.get("extra", {}), **named, "order": 0}


def _fed_by_connector(setting: Setting) -> bool:
    return getattr(setting.declared.get("stream"), "provider", "") != ""


def _filtered(pdp: Any) -> frozenset[str]:
    if pdp is None:
        return frozenset()
    return frozenset(one.column for policy in pdp.policies for one in policy.filters)


def _differences(declared: Sequence[Column], observed: Sequence[Column]) -> str:
    wanted = {column.name: column.type for column in declared}
    there = {column.name: column.type for column in observed}
    rows = [f"{name} is missing" for name in wanted if name not in there]
    rows += [f"{name} is not declared" for name in there if name not in wanted]
    rows += [
        f"{name} is {there[name]}, declared {wanted[name]}"
        for name in wanted
        if name in there and there[name] != wanted[name]
    ]
    return ", ".join(rows) or "another order"
