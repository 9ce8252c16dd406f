"""The plan file: a plan as canonical JSON, and back (contract §6).

The file is all that `apply PLANFILE` has: it carries more than people are shown, so that the
plan can be carried out from it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, Final

from domostate.errors import Location
from domostate.model.address import Address
from domostate.model.change import Action, Change, ChangeClass, FieldChange, Operation, Origin
from domostate.model.effects import AccessRow, Effects
from domostate.model.plan import (
    Budget,
    DriftRow,
    Plan,
    PlanEnvironment,
    Refusal,
    RefusalKind,
    Summary,
)
from domostate.model.principal import AccessLevel
from domostate.planning.plan_node import ANEW, Node, UnusablePlan, malformed

__all__ = ["FORMAT_VERSION", "UnusablePlan", "canonical", "decode", "plan_document", "plan_from"]

FORMAT_VERSION: Final = "1.0"
"""Additive only: a reader of 1.0 understands every 1.x."""


def canonical(document: Mapping[str, Any]) -> str:
    """The one text of a document: keys sorted, no blanks, ASCII only.

    ASCII, because the bytes then depend on no encoding, and nothing in a name can hide from a
    reader of the file.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """The document in a plan file's text.

    Raises:
        UnusablePlan: the text is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusablePlan("This is not a plan file: it is not JSON.", hint=ANEW) from error


def plan_document(plan: Plan, *, nonce: str, created_at: str, version: str) -> dict[str, Any]:
    """The plan as its file shows it; `nonce` and `created_at` are all that the caller adds to it.

    Equal plans of equal `version` give equal documents but for those two.
    """
    digests: dict[str, Any] = {
        "manifests": plan.manifests_digest,
        "state_lineage": plan.state_lineage,
        "state_serial": plan.state_serial,
    }
    document = {
        "format_version": FORMAT_VERSION,
        "domostate_version": version,
        "environment": asdict(plan.environment),
        "digests": digests,
        "nonce": nonce,
        "created_at": created_at,
        "allow": dict(plan.allow),
        "changes": [_change_document(change) for change in plan.changes],
        "access": _access_document(plan.effects),
        "access_changes": [_plain(asdict(row)) for row in plan.effects.rows],
        "drift": [_drift_document(row) for row in plan.drift],
        "api_cost": {"reads": plan.reads, "writes": plan.writes},
        "budgets": [_budget_document(budget) for budget in plan.budgets],
        "refusals": [_plain(asdict(refusal)) for refusal in plan.refusals],
        "summary": asdict(plan.summary),
        "notes": list(plan.notes),
        "take_over": list(plan.take_over),
        "undoes": plan.undoes,
    }
    digests["plan"] = _digest(document)
    return document


def plan_from(document: Any) -> Plan:
    """The plan that a plan file holds; keys that this version does not know are passed over.

    Raises:
        UnusablePlan: not a plan file, of a newer format, edited or damaged.
    """
    _check_format(document)
    _check_digest(document)
    root = Node(document, "")
    root["nonce"].text()
    environment, digests = root["environment"], root["digests"]
    plan = Plan(
        environment=PlanEnvironment(environment["name"].text(), environment["instance"].text()),
        manifests_digest=digests["manifests"].text(),
        state_lineage=digests["state_lineage"].text(),
        state_serial=digests["state_serial"].count(),
        changes=tuple(_change(node) for node in root["changes"].each()),
        summary=Summary(**{f.name: root["summary"][f.name].count() for f in fields(Summary)}),
        reads=root["api_cost"]["reads"].count(),
        writes=root["api_cost"]["writes"].count(),
        budgets=tuple(_budget(node) for node in root["budgets"].each()),
        drift=tuple(_drift(node) for node in root["drift"].each()),
        notes=root["notes"].texts(),
        allow={name: root["allow"][name].count() for name in root["allow"].document()},
        refusals=tuple(_refusal(node) for node in root.added("refusals", []).each()),
        take_over=root.added("take_over", []).texts(),
        effects=_effects(root),
        undoes=root.added("undoes", "").text(),
    )
    _check_operations(plan)
    return plan


def _digest(document: Mapping[str, Any]) -> str:
    covered = {k: v for k, v in document.items() if k not in ("nonce", "created_at")}
    covered["digests"] = {k: v for k, v in document["digests"].items() if k != "plan"}
    return hashlib.sha256(canonical(covered).encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    """The value as JSON has it, so that what is written equals what is read back."""
    match value:
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case StrEnum():
            return str(value)
        case _:
            return value


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "id": change.id,
        "actions": _plain(change.actions),
        "reasons": list(change.reasons),
        "classes": _plain(change.classes),
        "origin": None if change.origin is None else asdict(change.origin),
        "before": _plain(change.before),
        "after": _plain(change.after),
        "applied": _plain(change.applied),
        "protect": change.protect,
        "moved_from": None if change.moved_from is None else str(change.moved_from),
        "fingerprint": change.fingerprint,
        "fields": [_field_document(field) for field in change.fields],
        "operations": [_operation_document(op, change.address) for op in change.operations],
    }


def _field_document(field: FieldChange) -> dict[str, Any]:
    return {
        "path": field.path,
        "prior": _plain(field.prior),
        "observed": _plain(field.observed),
        "desired": _plain(field.desired),
        "origin": str(field.origin),
    }


def _operation_document(op: Operation, address: Address) -> dict[str, Any]:
    if op.address != address:
        raise ValueError(f"operation {op.seq} of {address} is about {op.address}")
    return {
        "seq": op.seq,
        "name": op.name,
        "aspect": op.aspect,
        "before": _plain(op.before),
        "after": _plain(op.after),
        "class": str(op.access_class),
        "depends_on": list(op.depends_on),
    }


def _drift_document(row: DriftRow) -> dict[str, Any]:
    return {
        "address": row.address,
        "path": row.path,
        "applied": _plain(row.applied),
        "observed": _plain(row.observed),
        "corrected": row.corrected,
    }


def _budget_document(budget: Budget) -> dict[str, Any]:
    return {
        "name": budget.name,
        "limit": budget.limit,
        "used": budget.used,
        "addresses": list(budget.addresses),
        "reasons": list(budget.reasons),
        "exceeded": budget.exceeded,
    }


def _check_format(document: Any) -> None:
    version = document.get("format_version") if isinstance(document, Mapping) else None
    major = version.partition(".")[0] if isinstance(version, str) else ""
    if not (major.isascii() and major.isdigit()):
        raise UnusablePlan("This is not a plan file: it has no format_version.", hint=ANEW)
    ours = FORMAT_VERSION.partition(".")[0]
    if int(major[:9]) > int(ours):
        raise UnusablePlan(
            f"The plan file has format {version}, this domostate reads {ours}.x.",
            hint="Apply it with the version of domostate that made it, or plan anew.",
        )
    if major != ours:
        raise UnusablePlan(f"There is no plan file format {version}.", hint=ANEW)


def _check_digest(document: Mapping[str, Any]) -> None:
    digests = document.get("digests")
    if not isinstance(digests, Mapping) or "plan" not in digests:
        raise UnusablePlan("This is not a plan file: it has no digests.plan.", hint=ANEW)
    try:
        found = _digest(document)
    except (ValueError, TypeError, RecursionError):
        # Values that no JSON text holds: nothing that was ever written by `canonical`.
        found = ""
    if digests["plan"] != found:
        raise UnusablePlan("The plan file was edited or damaged.", hint=ANEW)


def _check_operations(plan: Plan) -> None:
    operations = [op for change in plan.changes for op in change.operations]
    known = {op.seq for op in operations}
    if len(known) != len(operations):
        malformed("two operations have the same seq")
    for op in operations:
        missing = [seq for seq in op.depends_on if seq not in known]
        if missing:
            malformed(f"operation {op.seq} depends on {missing[0]}, which is not in the plan")


def _change(node: Node) -> Change:
    address, moved_from = _address(node["address"]), node.added("moved_from", None)
    if node["kind"].text() != address.kind:
        malformed(f"{node.path}.kind does not match its address")
    return Change(
        address=address,
        id=None if node["id"].value is None else node["id"].text(),
        actions=tuple(one.one_of(Action) for one in node["actions"].each()),
        reasons=node["reasons"].texts(),
        classes=tuple(one.one_of(ChangeClass) for one in node["classes"].each()),
        origin=None if node["origin"].value is None else _location(node["origin"]),
        fields=tuple(_field(one) for one in node["fields"].each()),
        before=node["before"].document(),
        after=node["after"].document(),
        applied=node["applied"].document(),
        fingerprint=node["fingerprint"].text(),
        operations=tuple(_operation(one, address) for one in node["operations"].each()),
        protect=node["protect"].flag(),
        moved_from=None if moved_from.value is None else _address(moved_from),
    )


def _address(node: Node) -> Address:
    try:
        return Address.parse(node.text())
    except ValueError:
        malformed(f"{node.path} is not an address")


def _location(node: Node) -> Location:
    return Location(node["file"].text(), node["line"].count(), node["column"].count())


def _field(node: Node) -> FieldChange:
    return FieldChange(
        path=node["path"].text(),
        prior=node["prior"].value,
        observed=node["observed"].value,
        desired=node["desired"].value,
        origin=node["origin"].one_of(Origin),
    )


def _operation(node: Node, address: Address) -> Operation:
    before, after = node["before"], node["after"]
    return Operation(
        seq=node["seq"].count(),
        name=node["name"].text(),
        address=address,
        aspect=node["aspect"].text(),
        before=None if before.value is None else before.document(),
        after=None if after.value is None else after.document(),
        access_class=node["class"].one_of(ChangeClass),
        depends_on=tuple(one.count() for one in node["depends_on"].each()),
    )


def _drift(node: Node) -> DriftRow:
    return DriftRow(
        address=node["address"].text(),
        path=node["path"].text(),
        applied=node["applied"].value,
        observed=node["observed"].value,
        corrected=node["corrected"].flag(),
    )


def _budget(node: Node) -> Budget:
    return Budget(
        name=node["name"].text(),
        limit=node["limit"].count(),
        used=node["used"].count(),
        addresses=node["addresses"].texts(),
        reasons=node.added("reasons", []).texts(),
    )


def _access_document(effects: Effects) -> dict[str, Any]:
    return {
        "gain": effects.gain,
        "lose": effects.lose,
        "rows": effects.change_rows,
        "by_role": effects.by_role,
        "widened": len(effects.widened),
        "unknown": effects.unknown,
        "seen": dict(effects.seen),
    }


def _effects(root: Node) -> Effects:
    known = root.added("access", {"unknown": "an earlier version made the plan"})
    seen = known.added("seen", {})
    return Effects(
        rows=tuple(_access_row(one) for one in root["access_changes"].each()),
        gain=known.added("gain", 0).count(),
        lose=known.added("lose", 0).count(),
        change_rows=known.added("rows", 0).count(),
        by_role=known.added("by_role", 0).count(),
        unknown=known.added("unknown", "").text(),
        seen={key: seen[key].text() for key in seen.document()},
    )


def _access_row(node: Node) -> AccessRow:
    return AccessRow(
        principal=node["principal"].text(),
        address=node["address"].text(),
        dataset_id=node["dataset_id"].text(),
        kind=node["kind"].text(),
        level_before=node["level_before"].one_of(AccessLevel),
        level_after=node["level_after"].one_of(AccessLevel),
        rows_before=node["rows_before"].text(),
        rows_after=node["rows_after"].text(),
        via=node["via"].texts(),
        widens=node["widens"].flag(),
    )


def _refusal(node: Node) -> Refusal:
    return Refusal(
        kind=node["kind"].one_of(RefusalKind),
        address=node["address"].text(),
        message=node["message"].text(),
        hint=node["hint"].text(),
    )
