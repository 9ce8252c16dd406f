"""What no single entry of an estate file shows: names that lead nowhere, ids used twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from domostate.emulator.content import chosen_ids
from domostate.emulator.errors import Problem
from domostate.emulator.estate_rows import row_findings
from domostate.emulator.store.grants import OTHER_PRINCIPALS, PRINCIPALS
from domostate.emulator.store.people import ALL_SCOPES, ROLES
from domostate.emulator.store.policies import OPERATORS
from domostate.emulator.switches import DEFAULT, changed

if TYPE_CHECKING:
    from domostate.emulator.estate import (
        AccountEntry,
        ClientEntry,
        DatasetEntry,
        Estate,
        PrincipalEntry,
        Ref,
    )

Place = tuple[int | str, ...]
Finding = tuple[Place, str]


class _Names:
    """The names of one kind and the ids that were chosen."""

    def __init__(self, kind: str, names: Iterable[str], ids: Iterable[int | None]) -> None:
        self.kind = kind
        self.names = Counter(names)
        self.ids = {one for one in ids if one is not None}

    def check(self, ref: Ref | None, place: Place) -> Iterator[Finding]:
        """What is wrong with a reference, if anything."""
        if ref is None:
            return
        if not isinstance(ref, str):
            if ref.id not in self.ids:
                yield place, f"no {self.kind} has the id {ref.id}"
        elif self.names[ref] == 0:
            near = get_close_matches(ref, self.names, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield place, f"unknown {self.kind} {ref}{hint}"
        elif self.names[ref] > 1:
            yield place, f"several {self.kind}s are called {ref}; name one by {{id: ...}}"


def findings_in(estate: Estate) -> list[Finding]:
    """Every finding, in the order of the file."""
    users = _Names("user", (u.email for u in estate.users), (u.id for u in estate.users))
    groups = _Names("group", (g.name for g in estate.groups), (g.id for g in estate.groups))
    accounts = _Names("account", (a.name for a in estate.accounts), (a.id for a in estate.accounts))
    found = [*_twice(estate), *_switches(estate)]
    found += _emails(estate)
    if (estate.users or estate.datasets) and not _has_admin(estate):
        found.append((("users",), "no active user has the role Admin"))
    found += _people(estate, users, groups)
    found += _roles(estate)
    for index, dataset in enumerate(estate.datasets):
        found += _dataset(dataset, ("datasets", index), users, groups, accounts)
    return found


def _emails(estate: Estate) -> Iterator[Finding]:
    """The API tells e-mails apart as little as this: capitals do not count (EMAIL_DUPLICATE)."""
    spelled: dict[str, list[str]] = {}
    for user in estate.users:
        spelled.setdefault(user.email.lower(), []).append(user.email)
    for index, user in enumerate(estate.users):
        same = spelled[user.email.lower()]
        if len(same) > 1:
            others = [one for one in dict.fromkeys(same) if one != user.email]
            also = f", which {others[0]} is too: capitals do not count" if others else ""
            yield ("users", index, "email"), f"two users have the e-mail {user.email}{also}"


def _scopes(client: ClientEntry, place: Place) -> Iterator[Finding]:
    for index, scope in enumerate(client.scopes):
        if scope not in ALL_SCOPES:
            yield (*place, index), f"unknown scope {scope!r}; known: {', '.join(ALL_SCOPES)}"


def _has_admin(estate: Estate) -> bool:
    return any(user.role == "Admin" and user.active for user in estate.users)


def _switches(estate: Estate) -> Iterator[Finding]:
    try:
        changed(DEFAULT, estate.switches)
    except Problem as problem:
        yield ("switches",), problem.message


def _twice(estate: Estate) -> Iterator[Finding]:
    """Ids and secrets that occur more than once."""
    lists: dict[str, list[Any]] = {
        "users": [one.id for one in estate.users],
        "roles": [one.id for one in estate.roles],
        "groups": [one.id for one in estate.groups],
        "accounts": [one.id for one in estate.accounts],
        "datasets": [one.id for one in estate.datasets],
        "tokens": [one.token for one in estate.tokens],
        "clients": [one.id for one in estate.clients],
    }
    for kind, ids in lists.items():
        counts = Counter(one for one in ids if one is not None)
        for index, one in enumerate(ids):
            if counts[one] > 1:
                yield (kind, index, "id"), f"occurs twice in {kind}"
    seen: set[tuple[str, int]] = set()
    for index, dataset in enumerate(estate.datasets):
        inner = [("policy", policy.id) for policy in dataset.pdp.policies]
        inner.append(("stream", dataset.stream.id if dataset.stream else None))
        inner += [
            (kind, number)
            for kind, numbers in chosen_ids(dataset)
            if kind not in ("user", "group")
            for number in numbers
        ]
        for kind, number in inner:
            if number is not None and (kind, number) in seen:
                yield ("datasets", index), f"the {kind} id {number} occurs twice"
            if number is not None:
                seen.add((kind, number))


def _people(estate: Estate, users: _Names, groups: _Names) -> Iterator[Finding]:
    for index, group in enumerate(estate.groups):
        place: Place = ("groups", index)
        yield from users.check(group.creator, (*place, "creator"))
        yield from _each(users, group.members, (*place, "members"))
        yield from _each(users, group.owners, (*place, "owners"))
        yield from _each(groups, group.groups, (*place, "groups"))
        yield from _each(groups, group.owner_groups, (*place, "owner_groups"))
    for index, account in enumerate(estate.accounts):
        yield from _account(account, ("accounts", index), users, groups)
    for index, token in enumerate(estate.tokens):
        yield from users.check(token.user, ("tokens", index, "user"))
    for index, client in enumerate(estate.clients):
        yield from users.check(client.user, ("clients", index, "user"))
        yield from _scopes(client, ("clients", index, "scopes"))


def _roles(estate: Estate) -> Iterator[Finding]:
    custom = Counter(role.name for role in estate.roles)
    for index, role in enumerate(estate.roles):
        place: Place = ("roles", index)
        if role.name in ROLES:
            yield (*place, "name"), f"{role.name} is a role that every instance has"
        if custom[role.name] > 1:
            yield (*place, "name"), f"two roles are called {role.name}"
        if role.id is not None and role.id <= max(ROLES.values()):
            yield (*place, "id"), f"the role ids to {max(ROLES.values())} are Domo's own"
    known = {**ROLES, **custom}
    for index, user in enumerate(estate.users):
        if user.role not in known:
            near = get_close_matches(user.role, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield ("users", index, "role"), f"unknown role {user.role}{hint}"
    keys = Counter(one.key for one in estate.attributes)
    for index, attribute in enumerate(estate.attributes):
        if keys[attribute.key] > 1:
            yield ("attributes", index, "key"), f"two attributes have the key {attribute.key}"


def _account(
    account: AccountEntry, place: Place, users: _Names, groups: _Names
) -> Iterator[Finding]:
    yield from users.check(account.owner, (*place, "owner"))
    if account.former_owner is not None:
        if account.owner is not None:
            yield (*place, "former_owner"), "an account has an owner or a former one, not both"
        if account.former_owner in users.ids:
            yield (*place, "former_owner"), f"the user {account.former_owner} is there"
    for index, share in enumerate(account.shares):
        yield from _principal(share, (*place, "shares", index), users, groups, owner=False)


def _each(names: _Names, refs: list[Ref], place: Place) -> Iterator[Finding]:
    for index, ref in enumerate(refs):
        yield from names.check(ref, (*place, index))


def _dataset(
    dataset: DatasetEntry, place: Place, users: _Names, groups: _Names, accounts: _Names
) -> Iterator[Finding]:
    if isinstance(dataset.owner, str):
        yield from users.check(dataset.owner, (*place, "owner"))
    elif dataset.owner is not None:
        yield from _principal(dataset.owner, (*place, "owner"), users, groups, owner=True)
    for index, grant in enumerate(dataset.permissions):
        yield from _principal(grant, (*place, "permissions", index), users, groups, owner=False)
    names = Counter(column.name for column in dataset.columns)
    for index, column in enumerate(dataset.columns):
        if names[column.name] > 1:
            yield (*place, "columns", index), f"two columns are called {column.name}"
    for inside, message in row_findings(dataset):
        yield (*place, *inside), message
    if dataset.stream is not None:
        yield from accounts.check(dataset.stream.account, (*place, "stream", "account"))
        yield from users.check(dataset.stream.creator, (*place, "stream", "creator"))
    yield from _policies(dataset, (*place, "pdp", "policies"), users, groups)
    yield from _content(dataset, place, users, groups)


def _content(
    dataset: DatasetEntry, place: Place, users: _Names, groups: _Names
) -> Iterator[Finding]:
    """Column policies, cards and certification; the owner of a card and who certified may be gone,
    so their ids are not checked."""
    for index, policy in enumerate(dataset.pdp.column_policies):
        inner: Place = (*place, "pdp", "column_policies", index)
        for number, rule in enumerate(policy.rules):
            yield from _each(users, rule.users, (*inner, "rules", number, "users"))
            yield from _each(groups, rule.groups, (*inner, "rules", number, "groups"))
    for index, card in enumerate(dataset.cards):
        for number, owner in enumerate(card.owners):
            inner = (*place, "cards", index, "owners", number)
            if not isinstance(owner.id, int):
                yield from _principal(owner, inner, users, groups, owner=True)
            elif owner.type not in PRINCIPALS:
                yield (*inner, "type"), f"unknown type {owner.type}"
    if dataset.certification is not None and isinstance(dataset.certification.user, str):
        yield from users.check(dataset.certification.user, (*place, "certification", "user"))


def _policies(
    dataset: DatasetEntry, place: Place, users: _Names, groups: _Names
) -> Iterator[Finding]:
    # A snapshot may hold policies on columns that are gone by now, so columns are not checked.
    if [policy.type for policy in dataset.pdp.policies].count("open") > 1:
        yield place, "a dataset has one policy of type open"
    for index, policy in enumerate(dataset.pdp.policies):
        yield from _each(users, policy.users, (*place, index, "users"))
        yield from _each(groups, policy.groups, (*place, index, "groups"))
        for number, one in enumerate(policy.filters):
            if one.operator not in OPERATORS:
                yield (
                    (*place, index, "filters", number, "operator"),
                    f"unknown operator {one.operator}",
                )


def _principal(
    entry: PrincipalEntry, place: Place, users: _Names, groups: _Names, *, owner: bool
) -> Iterator[Finding]:
    known = PRINCIPALS if owner else PRINCIPALS | OTHER_PRINCIPALS
    if entry.type not in known:
        yield (*place, "type"), f"unknown type {entry.type}; known: {', '.join(sorted(known))}"
        return
    if entry.type in OTHER_PRINCIPALS:
        if entry.id is None:
            yield place, f"a {entry.type} is named by id"
        return
    names, name = (users, entry.email) if entry.type == "USER" else (groups, entry.name)
    if entry.id is not None:
        if entry.id not in names.ids:
            yield place, f"no {names.kind} has the id {entry.id}"
    elif name is None:
        field = "email" if entry.type == "USER" else "name"
        yield place, f"a {entry.type} is named by {field} or id"
    else:
        yield from names.check(name, place)
