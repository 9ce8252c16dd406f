"""Membership: who is in which groups, through groups in groups too.

That groups nest is a GUESS (guarantees, access model 1); groups that contain each other do no harm.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from domostate.model.people import Group
from domostate.model.principal import Principal, PrincipalType

__all__ = ["Membership"]


@dataclass(slots=True)
class Membership:
    """Looks memberships up in both directions."""

    groups: Mapping[str, Group]
    _around: dict[str, list[str]] = field(default_factory=dict)
    """The groups that hold a group, by its id."""
    _of_user: dict[str, list[str]] = field(default_factory=dict)
    _of: dict[str, frozenset[Principal]] = field(default_factory=dict)
    _above: dict[str, frozenset[str]] = field(default_factory=dict)
    _within: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.groups.values():
            for id_ in group.groups:
                self._around.setdefault(id_, []).append(group.id)
            for id_ in group.users:
                self._of_user.setdefault(id_, []).append(group.id)

    def principals_of(self, user: str) -> frozenset[Principal]:
        """The user and every group that they are in."""
        if user not in self._of:
            self._of[user] = self._found(user)
        return self._of[user]

    def _found(self, user: str) -> frozenset[Principal]:
        ids = frozenset[str]().union(*map(self._all_above, self._of_user.get(user, ())))
        groups = (Principal(PrincipalType.GROUP, id_) for id_ in ids)
        return frozenset({Principal(PrincipalType.USER, user), *groups})

    def users_in(self, principal: Principal) -> frozenset[str]:
        """The ids of all users that something given to the principal reaches."""
        if principal.type is PrincipalType.USER:
            return frozenset({principal.id})
        if principal.id not in self._within:
            below = _reached([principal.id], self._below)
            users = (self.groups[id_].users for id_ in below if id_ in self.groups)
            self._within[principal.id] = frozenset[str]().union(*users)
        return self._within[principal.id]

    def chain(self, user: str, group: str) -> tuple[str, ...]:
        """The ids of the groups by which the user is in `group`: the shortest way, the user's own
        group first; empty where they are not in it."""
        came_from: dict[str, str] = dict.fromkeys(sorted(self._of_user.get(user, ())), "")
        waiting = list(came_from)
        for id_ in waiting:
            if id_ == group:
                break
            further = [one for one in sorted(self._around.get(id_, ())) if one not in came_from]
            came_from |= dict.fromkeys(further, id_)
            waiting += further
        way: list[str] = []
        at = group if group in came_from else ""
        while at:
            way.append(at)
            at = came_from[at]
        return tuple(reversed(way))

    def _all_above(self, group: str) -> frozenset[str]:
        if group not in self._above:
            self._above[group] = _reached([group], lambda id_: self._around.get(id_, ()))
        return self._above[group]

    def _below(self, group: str) -> Iterable[str]:
        return self.groups[group].groups if group in self.groups else ()


def _reached(start: Iterable[str], beyond: Callable[[str], Iterable[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        id_ = waiting.pop()
        if id_ not in seen:
            seen.add(id_)
            waiting += beyond(id_)
    return frozenset(seen)
