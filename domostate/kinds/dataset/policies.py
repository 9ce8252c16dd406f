"""Row policies as values: what a manifest declares and what Domo reports, in one shape."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from domostate.kinds.dataset.filters import FilterSpec, Operator
from domostate.kinds.dataset.owner import wire_id
from domostate.kinds.dataset.spec import PdpSpec, PolicySpec
from domostate.kinds.names import Names
from domostate.kinds.references import GroupMember, UserMember, reference_to
from domostate.model.call import Plane
from domostate.model.change import Document
from domostate.model.desired import Declared, ListMode
from domostate.model.principal import Principal, PrincipalType

__all__ = [
    "ALL_ROWS",
    "Filter",
    "Members",
    "Pdp",
    "PdpDeclared",
    "Policy",
    "declared_pdp",
    "dump_policy",
    "load_policy",
    "policies_of",
    "wire_policy",
]

ALL_ROWS = "All Rows"
"""The name of Domo's own policy; what tells it is its type, `open` (product §4.6)."""


@dataclass(frozen=True, slots=True, order=True)
class Filter:
    """One condition; `values` sorted, but for BETWEEN, whose order counts.

    `dynamic`: the values are keys of user attributes (product §4.6).
    """

    column: str
    operator: str
    values: tuple[str, ...]
    negated: Annotated[bool, Field(alias="not")] = False
    ignore_case: bool = False
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Users and groups, sorted; virtual users belong to federation and are passed through."""

    users: tuple[Principal, ...] = ()
    groups: tuple[Principal, ...] = ()
    virtual: tuple[str, ...] = field(default=(), compare=False)

    @property
    def all(self) -> tuple[Principal, ...]:
        """Users, then groups."""
        return (*self.users, *self.groups)


@dataclass(frozen=True, slots=True)
class Policy:
    """One row policy; `everyone` is Domo's `dataSourcePermissions` (product §4.6, inferred)."""

    name: str
    filters: tuple[Filter, ...]
    users: tuple[Principal, ...] = ()
    groups: tuple[Principal, ...] = ()
    everyone: bool = False
    virtual: tuple[str, ...] = field(default=(), compare=False)
    id: str = field(default="", compare=False)

    @property
    def members(self) -> Members:
        """Whom the policy names."""
        return Members(self.users, self.groups, self.virtual)


@dataclass(frozen=True, slots=True)
class PdpDeclared:
    """None means left alone, field by field."""

    enabled: bool | None
    mode: ListMode
    policies: tuple[Policy, ...] | None
    all_rows: Members | None


@dataclass(frozen=True, slots=True)
class Pdp:
    """The switch, the row policies sorted by name, and the members of All Rows."""

    enabled: bool
    policies: tuple[Policy, ...] = ()
    all_rows: Members = Members()
    open_id: str = field(default="", compare=False)
    """Domo's id of the All Rows policy, empty while it does not exist."""


_POLICY = TypeAdapter(Policy)


def dump_policy(policy: Policy) -> Document:
    """The JSON form of a policy, which operations carry."""
    document: Document = _POLICY.dump_python(policy, mode="json", by_alias=True)
    return document


def load_policy(document: Document) -> Policy:
    """The policy behind its JSON form; what operations carry besides is left out."""
    return _POLICY.validate_python(document)


def declared_pdp(entry: Declared, names: Names) -> PdpDeclared | None:
    """What the entry says of row-level permissions, members resolved."""
    spec: PdpSpec | None = entry.spec.pdp
    if spec is None:
        return None
    policies = None
    if spec.policies is not None:
        rows = [_policy(policy, n, entry, names) for n, policy in enumerate(spec.policies)]
        policies = tuple(sorted(rows, key=lambda policy: policy.name))
    all_rows = None
    if spec.all_rows is not None:
        users, groups = spec.all_rows.users, spec.all_rows.groups
        all_rows = _members(users, groups, entry, names, "pdp", "all_rows")
    return PdpDeclared(spec.enabled, spec.mode, policies, all_rows)


def policies_of(
    rows: Iterable[Mapping[str, Any]], plane: Plane, names: Names
) -> tuple[tuple[Policy, ...], Policy | None]:
    """The row policies and the All Rows policy among raw ones.

    Product: empty lists are left out and the order of ids changes between reads (product §4.1).
    """
    shape = _SHAPES[plane]
    policies, open_policy = [], None
    for raw in rows:
        policy = Policy(
            name=raw["name"],
            filters=tuple(sorted(_raw_filter(one, shape) for one in raw.get(shape.filters) or ())),
            users=_principals(PrincipalType.USER, raw.get(shape.users) or (), names),
            groups=_principals(PrincipalType.GROUP, raw.get(shape.groups) or (), names),
            virtual=tuple(sorted(map(str, raw.get(shape.virtual) or ()))),
            everyone=bool(raw.get("dataSourcePermissions", False)),
            id=str(raw[shape.id]),
        )
        # `dataSourcePermissions` does not tell All Rows from the rest, the type does (product §0).
        if raw.get("type") == "open":
            open_policy = policy
        else:
            policies.append(policy)
    return tuple(sorted(policies, key=lambda one: (one.name, one.id))), open_policy


def wire_policy(
    document: Mapping[str, Any], plane: Plane, dataset: str, id_: str = ""
) -> dict[str, Any]:
    """The body of a create, or with `id_` of an update; always everything, `not` included,
    because an update replaces and a `not` left out is lost (product §4.2, §4.3)."""
    users = [wire_id(one["id"]) for one in document["users"]]
    groups = [wire_id(one["id"]) for one in document["groups"]]
    if plane is Plane.PLATFORM:
        filters = [
            {
                "column": one["column"],
                "values": one["values"],
                "operator": one["operator"],
                "not": one["not"],
            }
            for one in document["filters"]
        ]
        body = {"name": document["name"], "filters": filters, "users": users, "groups": groups}
        return body if id_ else {**body, "type": "user"}
    product: dict[str, Any] = {
        "name": document["name"],
        "dataSourceId": dataset,
        "userIds": users,
        "virtualUserIds": list(document["virtual"]),
        "groupIds": groups,
        "dataSourcePermissions": document["everyone"],
        "parameters": [_parameter(one) for one in document["filters"]],
    }
    return {**product, "filterGroupId": wire_id(id_)} if id_ else product


@dataclass(frozen=True, slots=True)
class _Shape:
    """The field names of one plane."""

    id: str
    filters: str
    column: str
    users: str
    groups: str
    virtual: str


_SHAPES = {
    Plane.PRODUCT: _Shape(
        "filterGroupId", "parameters", "name", "userIds", "groupIds", "virtualUserIds"
    ),
    Plane.PLATFORM: _Shape("id", "filters", "column", "users", "groups", "virtualUsers"),
}


def _policy(spec: PolicySpec, n: int, entry: Declared, names: Names) -> Policy:
    members = _members(spec.users, spec.groups, entry, names, "pdp", "policies", n)
    filters = tuple(sorted(_filter(one) for one in spec.filters))
    return Policy(spec.name, filters, members.users, members.groups)


def _filter(spec: FilterSpec) -> Filter:
    values = _ordered(spec.operator, spec.values)
    return Filter(spec.column, spec.operator.value, values, spec.negated, spec.ignore_case)


def _raw_filter(raw: Mapping[str, Any], shape: _Shape) -> Filter:
    # `value` repeats the first of `values` (product §4.1).
    values = raw.get("values") or [raw.get("value", "")]
    return Filter(
        raw[shape.column],
        raw["operator"],
        _ordered(raw["operator"], [str(value) for value in values]),
        bool(raw.get("not", False)),
        bool(raw.get("ignoreCase", False)),
        raw.get("type") == "DYNAMIC",
    )


def _ordered(operator: str, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values) if operator == Operator.BETWEEN else tuple(sorted(set(values)))


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "DYNAMIC" if one["dynamic"] else "COLUMN",
        "name": one["column"],
        "values": list(one["values"]),
        "operator": one["operator"],
        "not": one["not"],
        "ignoreCase": one["ignore_case"],
    }


def _members(
    users: Sequence[UserMember],
    groups: Sequence[GroupMember],
    entry: Declared,
    names: Names,
    *path: str | int,
) -> Members:
    found = [
        names.principal(reference_to(PrincipalType.USER, one), entry, *path, "users", n)
        for n, one in enumerate(users)
    ]
    met = [
        names.principal(reference_to(PrincipalType.GROUP, one), entry, *path, "groups", n)
        for n, one in enumerate(groups)
    ]
    return Members(
        tuple(sorted({one for one in found if one is not None})),
        tuple(sorted({one for one in met if one is not None})),
    )


def _principals(type_: PrincipalType, ids: Iterable[Any], names: Names) -> tuple[Principal, ...]:
    return tuple(sorted(names.directory.named(type_, str(id_)) for id_ in ids))
