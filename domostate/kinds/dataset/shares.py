"""Shares: who may do what with a dataset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.dataset.owner import wire_id
from domostate.kinds.dataset.spec import GrantSpec, SharesSpec
from domostate.kinds.names import Names
from domostate.kinds.references import reference_to
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared, ListMode
from domostate.model.observed import Live
from domostate.model.principal import AccessLevel, Principal, PrincipalType

__all__ = ["Grant", "Shares", "SharesAspect", "SharesDeclared"]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One principal's level."""

    principal: Principal
    access: AccessLevel


@dataclass(frozen=True, slots=True)
class SharesDeclared:
    """`grants` sorted by principal."""

    mode: ListMode
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """The access list without the owner's own entry.

    `foreign` counts the entries of other principal types and levels (cards, virtual users,
    federation): seen, never touched (product §2.7).
    """

    grants: tuple[Grant, ...]
    foreign: int = field(default=0, compare=False)

    @property
    def levels(self) -> Mapping[Principal, AccessLevel]:
        """Level by principal."""
        return {grant.principal: grant.access for grant in self.grants}


class SharesAspect(Aspect[SharesDeclared, Shares]):
    """Shares; Product plane only (platform §1)."""

    name = "shares"
    key = "shares"
    prefix = "shares"
    parts = {Plane.PRODUCT: frozenset({Part.ACCESS, Part.METADATA})}
    operations_named = frozenset({"grant_access", "revoke_access"})

    def __init__(self) -> None:
        super().__init__(SharesDeclared, Shares)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.shares is not None

    def declared(self, entry: Declared, names: Names) -> SharesDeclared | None:
        shares = entry.spec.shares
        if shares is None:
            return None
        path: tuple[str, ...] = ("shares",)
        mode, specs = ListMode.EXACT, shares
        if isinstance(shares, SharesSpec):
            path, mode, specs = ("shares", "grants"), shares.mode, shares.grants
        grants: dict[Principal, Grant] = {}
        for n, spec in enumerate(specs):
            grant = _grant(spec, entry, names, *path, n)
            if grant is None:
                continue
            if grant.principal in grants:
                message = f"{entry.address}: {grant.principal} is given a share twice"
                names.findings.append(entry.problem(message, *path, n, hint="keep one of them"))
            grants[grant.principal] = grant
        return SharesDeclared(mode, tuple(sorted(grants.values())))

    def observe(
        self, live: Live, plane: Plane, names: Names, prior: SharesDeclared | None
    ) -> Shares:
        raw = live.parts[Part.METADATA].get("owner") or {}
        # Users and groups have ids of their own: a group may bear the number of the owner.
        owner = (raw.get("type", "USER"), str(raw.get("id", "")))
        rows = live.parts[Part.ACCESS].get("list", [])
        grants, foreign = [], 0
        for row in rows:
            if row["type"] not in _TYPES or row["accessLevel"] not in _LEVELS:
                foreign += 1
            elif row["accessLevel"] not in _NO_GRANT and (row["type"], str(row["id"])) != owner:
                principal = names.directory.named(PrincipalType(row["type"]), str(row["id"]))
                if not principal.name:
                    name = str(row.get("name", ""))
                    principal = Principal(principal.type, principal.id, name)
                grants.append(Grant(principal, AccessLevel(row["accessLevel"])))
        return Shares(tuple(sorted(grants)), foreign)

    def fresh(self, declared: SharesDeclared, me: Principal | None) -> Shares:
        return Shares(())

    def target(
        self,
        declared: SharesDeclared,
        observed: Shares,
        prior: SharesDeclared | None,
        setting: Setting,
    ) -> Shares:
        wanted = {grant.principal: grant.access for grant in declared.grants}
        match declared.mode:
            case ListMode.EXACT:
                levels = wanted
            case ListMode.AT_LEAST:
                levels = {**observed.levels, **wanted}
            case ListMode.AT_MOST:
                levels = {
                    principal: min(level, wanted[principal], key=lambda one: one.rank)
                    for principal, level in observed.levels.items()
                    if principal in wanted
                }
        # A grant for the owner cannot stand beside the owner's own entry, which is Domo's: what a
        # new owner was granted before goes with the transfer, and is not for us to revoke.
        owner = _owner(setting)
        rows = [Grant(who, level) for who, level in levels.items() if who != owner]
        rows += [grant for grant in observed.grants if grant.principal == owner]
        return Shares(tuple(sorted(rows)), observed.foreign)

    def remarks(
        self, declared: SharesDeclared, observed: Shares, after: Shares, setting: Setting
    ) -> Iterator[str]:
        wanted = {grant.principal for grant in declared.grants}
        if declared.mode is ListMode.AT_LEAST:
            open_to = {*wanted, _owner(setting)}
            left = [str(one.principal) for one in observed.grants if one.principal not in open_to]
            if left:
                yield f"shares (at_least) leaves: {', '.join(left)}"
        if _owner(setting) in wanted:
            yield f"the share for {_owner(setting)} says nothing more than the ownership does"

    def keyed(self, value: Shares, against: Shares) -> Document:
        return {f"[{grant.principal}]": grant.access.value for grant in value.grants}

    def operations(self, step: Step[Shares]) -> Iterator[Draft]:
        before, after = step.before.levels, step.after.levels
        for principal in sorted({*before, *after} - {_owner(step.setting)}):
            old, new = before.get(principal), after.get(principal)
            if new is None:
                yield Draft("revoke_access", _document(principal, old), None, ChangeClass.NARROWING)
            elif old is not new:
                widens = old is None or new.rank > old.rank
                yield Draft(
                    "grant_access",
                    None if old is None else _document(principal, old),
                    _document(principal, new),
                    ChangeClass.WIDENING if widens else ChangeClass.NARROWING,
                )
        yield from self._former_owner(step)

    def _former_owner(self, step: Step[Shares]) -> Iterator[Draft]:
        """Whether the old owner keeps a grant is not documented (product §2.3): take it away.

        Only where the list is closed; a revocation of what is not there does no harm. Whoever
        creates a dataset and gives it away is a former owner too.
        """
        setting = step.setting
        declared, old = setting.declared.get("shares"), setting.observed.get("owner")
        new = setting.wanted.get("owner")
        closed = declared is not None and declared.mode is not ListMode.AT_LEAST
        if not closed or old is None or new is None or old == new or not old.id:
            return
        if old not in step.after.levels and old not in step.before.levels:
            before = _document(old, AccessLevel.OWNER)
            # Part of the transfer: no grant that anybody gave is taken away.
            yield Draft("revoke_access", before, None, ChangeClass.OWNERSHIP)

    def grants_in(self, declared: Any) -> int:
        return len(declared["grants"])

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        if op.name == "grant_access":
            body = {"permissions": [_entry(op.after)], "sendEmail": False}
            return Call("POST", f"/api/data/v3/datasources/{ids['id']}/share", plane, body)
        principal = (op.before or {})["principal"]
        if principal["type"] == PrincipalType.USER:
            path = f"/api/data/v3/datasources/{ids['id']}/permissions/USER/{principal['id']}"
            return Call("DELETE", path, plane)
        # For groups the DELETE is declared but not seen in use; NONE by bulk share is in use by
        # a client in production (product §2.7).
        entry = {**_entry(op.before), "accessLevel": AccessLevel.NONE.value}
        body = {
            "bulkItems": {"ids": [ids["id"]], "type": "DATA_SOURCE"},
            "dataSourceShareEntity": {"permissions": [entry], "sendEmail": False},
        }
        return Call("POST", "/api/data/v1/ui/bulk/share", plane, body)

    def complaint(self, op: Operation, reply: Any) -> str | None:
        failed = reply.get("failed") if isinstance(reply, dict) else None
        return f"Domo did not change the share: {failed}" if failed else None


_TYPES = frozenset(PrincipalType)
_LEVELS = frozenset(AccessLevel)
_NO_GRANT = frozenset({AccessLevel.OWNER, AccessLevel.NONE})


def _owner(setting: Setting) -> Principal | None:
    owner: Principal | None = setting.wanted.get("owner", setting.observed.get("owner"))
    return owner


def _grant(spec: GrantSpec, entry: Declared, names: Names, *path: str | int) -> Grant | None:
    if spec.user is not None:
        reference, key = reference_to(PrincipalType.USER, spec.user), "user"
    elif spec.group is not None:
        reference, key = reference_to(PrincipalType.GROUP, spec.group), "group"
    else:
        return None
    principal = names.principal(reference, entry, *path, key)
    return None if principal is None else Grant(principal, AccessLevel(spec.access))


def _document(principal: Principal, access: AccessLevel | None) -> Document:
    return {
        "principal": {"type": principal.type.value, "id": principal.id, "name": principal.name},
        "access": access.value if access is not None else None,
    }


def _entry(document: Document | None) -> dict[str, Any]:
    document = document or {}
    principal = document["principal"]
    return {
        "type": principal["type"],
        "id": wire_id(principal["id"]),
        "accessLevel": document["access"],
    }
