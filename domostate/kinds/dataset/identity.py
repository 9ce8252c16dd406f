"""Identity: the name and description of a dataset, and its creation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Identity", "IdentityAspect", "IdentityDeclared"]


@dataclass(frozen=True, slots=True)
class IdentityDeclared:
    """`description` None: left alone."""

    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """An empty description and a missing one are the same (product §2.1)."""

    name: str
    description: str = ""


class IdentityAspect(Aspect[IdentityDeclared, Identity]):
    """Name and description."""

    name = "identity"
    key = "identity"
    prefix = ""
    parts = {
        Plane.PRODUCT: frozenset({Part.METADATA}),
        Plane.PLATFORM: frozenset({Part.DATASET}),
    }
    name_field = "name"
    optional = frozenset({"description"})
    operations_named = frozenset({"create_dataset", "update_dataset", "delete_dataset"})

    def __init__(self) -> None:
        super().__init__(IdentityDeclared, Identity)

    def is_declared(self, entry: Declared) -> bool:
        return True

    def declared(self, entry: Declared, names: Names) -> IdentityDeclared:
        return IdentityDeclared(entry.spec.name, entry.spec.description)

    def observe(
        self, live: Live, plane: Plane, names: Names, prior: IdentityDeclared | None
    ) -> Identity:
        raw = live.parts[Part.METADATA if plane is Plane.PRODUCT else Part.DATASET]
        return Identity(raw.get("name", ""), raw.get("description") or "")

    def fresh(self, declared: IdentityDeclared, me: Principal | None) -> Identity:
        return Identity(declared.name, declared.description or "")

    def target(
        self,
        declared: IdentityDeclared,
        observed: Identity,
        prior: IdentityDeclared | None,
        setting: Setting,
    ) -> Identity:
        kept = declared.description
        return Identity(declared.name, observed.description if kept is None else kept)

    def keyed(self, value: Identity, against: Identity) -> Document:
        return {"name": value.name, "description": value.description}

    def operations(self, step: Step[Identity]) -> Iterator[Draft]:
        setting = step.setting
        if setting.creating:
            if "stream" in setting.declared:
                return  # a stream creates the dataset that it feeds
            schema = setting.wanted.get("schema")
            columns = schema.plain() if schema is not None else []
            yield Draft("create_dataset", None, {**self.dump(step.after), "columns": columns})
        elif step.before != step.after:
            yield Draft("update_dataset", self.dump(step.before), self.dump(step.after))

    def destruction(self, observed: Identity) -> Iterator[Draft]:
        yield Draft("delete_dataset", self.dump(observed), None, ChangeClass.DESTRUCTIVE)

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        after = op.after or {}
        if op.name == "delete_dataset":
            return _delete(ids["id"], plane)
        if op.name == "create_dataset":
            return _create(after, plane)
        if plane is Plane.PLATFORM:
            body = {"name": after["name"], "description": after["description"]}
            return Call("PUT", f"/v1/datasets/{ids['id']}", plane, body)
        # Both keys every time: an omitted one may be blanked (product §2.2, a guess).
        body = {
            "dataSourceName": after["name"],
            "dataSourceDescription": after["description"],
        }
        return Call("PUT", f"/api/data/v3/datasources/{ids['id']}/properties", plane, body)

    def creates(self, op: Operation) -> str:
        return str((op.after or {})["name"]) if op.name == "create_dataset" else ""

    def made(self, op: Operation, reply: Any, plane: Plane) -> Ids:
        if op.name != "create_dataset":
            return {}
        # Product §2.4: `dataSource.dataSourceId`; platform §4.3: the object itself.
        made = reply["dataSource"]["dataSourceId"] if plane is Plane.PRODUCT else reply["id"]
        return {"id": str(made)}


def _delete(id_: str, plane: Plane) -> Call:
    """Repeatable: a dataset that is gone answers 404, which is what was asked for.

    Soft on the Product plane, as Domo's own default is (product §2.8); it is spelt out because
    one of the sources sends hard. The Platform plane has one way only, which nothing undoes
    (platform §4.7).
    """
    if plane is Plane.PLATFORM:
        return Call("DELETE", f"/v1/datasets/{id_}", plane)
    query = (("deleteMethod", "soft"),)
    return Call("DELETE", f"/api/data/v3/datasources/{id_}", plane, query=query)


def _create(after: Document, plane: Plane) -> Call:
    """Never repeatable: names are not unique, a second try makes a second dataset."""
    schema = {"columns": after["columns"]}
    if plane is Plane.PLATFORM:
        body: dict[str, Any] = {"name": after["name"], "schema": schema}
        if after["description"]:
            body["description"] = after["description"]
        return Call("POST", "/v1/datasets", plane, body, repeatable=False)
    body = {"userDefinedType": "api", "dataSourceName": after["name"], "schema": schema}
    if after["description"]:
        body["dataSourceDescription"] = after["description"]
    return Call("POST", "/api/data/v2/datasources", plane, body, repeatable=False)
