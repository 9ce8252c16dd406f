"""Names: from what a manifest writes to what an instance knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from domostate.errors import Finding
from domostate.model.desired import Declared
from domostate.model.principal import Directory, Principal, PrincipalType, Reference

__all__ = ["Names"]


@dataclass(slots=True)
class Names:
    """Resolves names by exact match and gathers what cannot be resolved.

    `mapping` is the environment's `principals` map: it is applied before the look-up.
    """

    directory: Directory
    mapping: Mapping[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._users = _by_name(self.directory.users, fold=True)
        self._groups = _by_name(self.directory.groups)
        self._accounts = _by_name({i: name for i, (name, _) in self.directory.accounts.items()})

    _users: Mapping[str, Sequence[str]] = field(init=False, repr=False)
    _groups: Mapping[str, Sequence[str]] = field(init=False, repr=False)
    _accounts: Mapping[str, Sequence[str]] = field(init=False, repr=False)

    def principal(
        self, reference: Reference, entry: Declared, *path: str | int
    ) -> Principal | None:
        """The principal behind a reference, None (and a finding) without exactly one match."""
        if reference.id:
            return self._by_id(reference, entry, *path)
        is_user = reference.type is PrincipalType.USER
        name = self.mapping.get(reference.name if is_user else f"group:{reference.name}")
        name = name if name is not None else reference.name
        found = self._users.get(name.casefold(), ()) if is_user else self._groups.get(name, ())
        if len(found) == 1:
            return self.directory.named(reference.type, found[0])
        kind = reference.type.lower()
        known = self.directory.users if is_user else self.directory.groups
        self._complain(kind, name, found, known.values(), entry, *path)
        return None

    def account(
        self, name: str, provider: str, entry: Declared, *path: str | int
    ) -> tuple[str, str] | None:
        """Id and name of a connector account; names are not unique (product §6)."""
        found = self._accounts.get(name, ())
        if len(found) > 1:
            of_provider = [i for i in found if self.directory.accounts[i][1] == provider]
            found = of_provider or found
        if len(found) == 1:
            return found[0], name
        known = [one for one, _ in self.directory.accounts.values()]
        self._complain("account", name, found, known, entry, *path)
        return None

    def _by_id(self, reference: Reference, entry: Declared, *path: str | int) -> Principal | None:
        is_user = reference.type is PrincipalType.USER
        known = self.directory.users if is_user else self.directory.groups
        if reference.id in known:
            return self.directory.named(reference.type, reference.id)
        kind = reference.type.lower()
        self.findings.append(
            entry.problem(
                f"{entry.address}: no {kind} has the id {reference.id} here",
                *path,
                hint=f"name the {kind} as Domo shows it, or look the id up in this instance",
            )
        )
        return None

    def _complain(
        self,
        kind: str,
        name: str,
        found: Sequence[str],
        known: Iterable[str],
        entry: Declared,
        *path: str | int,
    ) -> None:
        if found:
            message = f"{entry.address}: {len(found)} {kind}s are called {name!r}"
            hint = f"name one by id: {{id: …}}; candidates: {', '.join(sorted(found))}"
        else:
            message = f"{entry.address}: no {kind} is called {name!r} here"
            near = get_close_matches(name, list(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"create the {kind} in Domo first"
        self.findings.append(entry.problem(message, *path, hint=hint))


def _by_name(names: Mapping[str, str], *, fold: bool = False) -> Mapping[str, Sequence[str]]:
    by_name: dict[str, list[str]] = {}
    for id_ in sorted(names):
        # E-mail addresses are compared without case: Domo signs people in that way.
        by_name.setdefault(names[id_].casefold() if fold else names[id_], []).append(id_)
    return by_name
