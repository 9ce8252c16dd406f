"""Owner: the one user or group that a dataset belongs to."""

from collections.abc import Iterator
from typing import Any

from domostate.errors import Finding
from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.names import Names
from domostate.kinds.references import OwnerSpec, reference_to
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import Principal, PrincipalType

__all__ = ["OwnerAspect", "wire_id"]


def wire_id(principal_id: str) -> int | str:
    """An id as the write endpoints take it: a number where it is one (product §7)."""
    return int(principal_id) if principal_id.isdigit() else principal_id


class OwnerAspect(Aspect[Principal, Principal]):
    """Ownership."""

    name = "owner"
    key = "owner"
    prefix = "owner"
    parts = {
        Plane.PRODUCT: frozenset({Part.METADATA}),
        Plane.PLATFORM: frozenset({Part.DATASET}),
    }
    operations_named = frozenset({"reassign_owner"})
    # Whether the old owner keeps a grant is not documented (product §2.3).
    disturbs = frozenset({"shares"})

    def __init__(self) -> None:
        super().__init__(Principal, Principal)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.owner is not None

    def declared(self, entry: Declared, names: Names) -> Principal | None:
        owner = entry.spec.owner
        if owner is None:
            return None
        if not isinstance(owner, OwnerSpec):
            return names.principal(reference_to(PrincipalType.USER, owner), entry, "owner")
        if owner.group is not None:
            reference = reference_to(PrincipalType.GROUP, owner.group)
            return names.principal(reference, entry, "owner", "group")
        if owner.user is not None:
            reference = reference_to(PrincipalType.USER, owner.user)
            return names.principal(reference, entry, "owner", "user")
        return None

    def observe(self, live: Live, plane: Plane, names: Names, prior: Principal | None) -> Principal:
        raw = live.parts[Part.METADATA if plane is Plane.PRODUCT else Part.DATASET]["owner"]
        # The Platform plane shows users only (platform, open question j).
        type_ = PrincipalType(raw.get("type", "USER"))
        known = names.directory.named(type_, str(raw["id"]))
        return known if known.name else Principal(type_, str(raw["id"]), raw.get("name", ""))

    def fresh(self, declared: Principal, me: Principal | None) -> Principal:
        # Whoever creates a dataset owns it (platform §4.3). Unknown: a reassignment is repeatable.
        return me if me is not None else Principal(PrincipalType.USER, "", "the running identity")

    def target(
        self,
        declared: Principal,
        observed: Principal,
        prior: Principal | None,
        setting: Setting,
    ) -> Principal:
        return declared

    def objections(
        self, declared: Principal, observed: Principal, entry: Declared, setting: Setting
    ) -> Iterator[Finding]:
        if declared.type is PrincipalType.GROUP and Plane.PRODUCT not in setting.planes:
            yield entry.problem(
                f"{entry.address}: a group as owner needs the Product plane",
                "owner",
                hint="give the environment a developer_token",
            )

    def keyed(self, value: Principal, against: Principal) -> Document:
        return {"": str(value)}

    def operations(self, step: Step[Principal]) -> Iterator[Draft]:
        if step.before != step.after:
            yield Draft(
                "reassign_owner",
                self.dump(step.before),
                self.dump(step.after),
                ChangeClass.OWNERSHIP,
            )

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        owner = self.load(op.after)
        if plane is Plane.PLATFORM:
            # Documented in the guide only (seed 002); `name` inside owner is decorative.
            body: dict[str, Any] = {"owner": {"id": wire_id(owner.id), "name": owner.name}}
            return Call("PUT", f"/v1/datasets/{ids['id']}", plane, body)
        key = "userId" if owner.type is PrincipalType.USER else "groupId"
        body = {"type": "DATA_SOURCE", "ids": [ids["id"]], key: wire_id(owner.id)}
        return Call("POST", "/api/data/v1/ui/bulk/reassign", plane, body)

    def complaint(self, op: Operation, reply: Any) -> str | None:
        # HTTP 200 does not mean that all succeeded (product §2.3).
        failed = reply.get("failed") if isinstance(reply, dict) else None
        return f"Domo did not reassign the owner: {failed}" if failed else None
