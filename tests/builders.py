"""Plans with defaults, so that a test shows only what it is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from domostate.errors import Location
from domostate.model.address import Address
from domostate.model.change import Action, Change, ChangeClass, FieldChange, Operation, Origin
from domostate.model.plan import Budget, DriftRow, Plan, PlanEnvironment, Refusal, Summary
from domostate.planning.codec import plan_document

Values = Mapping[str, Any]


def user(email: str, id_: str = "27") -> dict[str, Any]:
    return {"type": "USER", "id": id_, "name": email}


def group(name: str, id_: str = "7") -> dict[str, Any]:
    return {"type": "GROUP", "id": id_, "name": name}


def grant(principal: Values, access: str) -> dict[str, Any]:
    return {"principal": dict(principal), "access": access}


def policy(
    name: str,
    values: Sequence[str] = ("West",),
    *,
    users: Sequence[Values] = (),
    groups: Sequence[Values] = (),
    negated: bool = False,
) -> dict[str, Any]:
    condition = {
        "column": "region",
        "operator": "EQUALS",
        "values": list(values),
        "not": negated,
        "ignore_case": False,
    }
    return {"name": name, "filters": [condition], "users": list(users), "groups": list(groups)}


def field(
    path: str, observed: Any, desired: Any, origin: Origin = Origin.CONFIG, prior: Any = None
) -> FieldChange:
    return FieldChange(path, prior, observed, desired, origin)


def operation(
    seq: int,
    name: str,
    address: str = "dataset.sales_orders",
    access_class: ChangeClass = ChangeClass.SAFE,
    *,
    aspect: str = "shares",
    depends_on: Sequence[int] = (),
) -> Operation:
    return Operation(
        seq, name, Address.parse(address), aspect, None, {}, access_class, tuple(depends_on)
    )


def change(  # noqa: PLR0913 -- every one has a default
    address: str = "dataset.sales_orders",
    *actions: Action,
    id_: str | None = "4405ff58-1957-45f0-82bd-914d989a3ea3",
    fields: Sequence[FieldChange] = (),
    before: Values | None = None,
    after: Values | None = None,
    reasons: Sequence[str] = (),
    classes: Sequence[ChangeClass] = (),
    operations: Sequence[Operation] = (),
    origin: Location | None = None,
    title: str = "Sales Orders",
    moved_from: str | None = None,
) -> Change:
    named = {"identity": {"name": title}}
    return Change(
        address=Address.parse(address),
        id=id_,
        actions=actions or (Action.UPDATE,),
        reasons=tuple(reasons),
        classes=tuple(classes),
        origin=origin,
        fields=tuple(fields),
        before=named if before is None else before,
        after=named if after is None else after,
        applied={},
        fingerprint="f1",
        operations=tuple(operations),
        moved_from=None if moved_from is None else Address.parse(moved_from),
    )


def plan(
    *changes: Change,
    summary: Summary | None = None,
    budgets: Sequence[Budget] = (),
    drift: Sequence[DriftRow] = (),
    notes: Sequence[str] = (),
    allow: Mapping[str, int] | None = None,
    reads: int = 212,
    refusals: Sequence[Refusal] = (),
    take_over: Sequence[str] = (),
) -> Plan:
    return Plan(
        environment=PlanEnvironment("sandbox", "emulator"),
        manifests_digest="m1",
        state_lineage="l1",
        state_serial=4,
        changes=changes,
        summary=summary or Summary(change=len(changes)),
        reads=reads,
        writes=sum(len(one.operations) for one in changes),
        budgets=tuple(budgets),
        drift=tuple(drift),
        notes=tuple(notes),
        allow=allow or {},
        refusals=tuple(refusals),
        take_over=tuple(take_over),
    )


def document(made: Plan) -> dict[str, Any]:
    return plan_document(made, nonce="n1", created_at="2026-07-01T12:00:00Z", version="0.1.0")
