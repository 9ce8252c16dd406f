"""The pages about one person and about one group: everything they see, and through what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domostate.emulator.call import Call, Reply
from domostate.emulator.control.pages.drawing import page
from domostate.emulator.control.pages.lines import Line, Somebody, line, reading_of
from domostate.emulator.control.pages.naming import Directory, Named, dataset_named
from domostate.emulator.control.pages.paging import Page, paged
from domostate.emulator.store.access import group_viewer, in_reach, viewer
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, Wanted, count_datasets, list_datasets
from domostate.emulator.store.directory import (
    count_groups,
    count_members,
    count_users,
    links_to,
    listed_groups,
    listed_users,
    some_members,
)
from domostate.emulator.store.groups import find_group
from domostate.emulator.store.people import find_user
from domostate.emulator.store.sight import rules_of

MEMBERS = 100
"""So many members of a group are shown. Arbitrary."""


@dataclass(frozen=True, slots=True)
class Within:
    """A group that somebody is in: directly, through groups that are in it, or both."""

    group: Named
    directly: bool
    through: tuple[Named, ...]


def about_user(call: Call) -> Reply:
    """`?q=` finds datasets by a part of the name, `?page=` leafs on."""
    user_id = _number(call)
    user = None if user_id is None else find_user(call.db, user_id)
    if user is None:
        return page(call, "missing.html", 404, what="person", id=call.params["id"])
    names, who = Directory(call.db), Somebody(viewer(call.db, user), ("USER", user.id))
    return page(
        call, "user.html",
        user=user, manages=who.viewer.manages, q=call.query.get("q", ""),
        groups=list(_within(call.db, who, names)), lines=_datasets(call, who, names),
    )  # fmt: skip


def about_group(call: Call) -> Reply:
    """`?q=` finds datasets by a part of the name, `?page=` leafs on."""
    group_id = _number(call)
    group = None if group_id is None else find_group(call.db, group_id)
    if group is None or group.deleted:
        return page(call, "missing.html", 404, what="group", id=call.params["id"])
    db, names = call.db, Directory(call.db)
    who = Somebody(group_viewer(db, group.id), ("GROUP", group.id))
    members = [names.find(*one) for one in some_members(db, group.id, MEMBERS)]
    return page(
        call, "group.html",
        group=group, members=members, count=count_members(db, group.id),
        q=call.query.get("q", ""), groups=list(_within(db, who, names)),
        lines=_datasets(call, who, names),
    )  # fmt: skip


def list_users(call: Call) -> Reply:
    """`?q=` finds people by a part of the name or e-mail, `?page=` leafs on."""
    asked = call.query.get("q", "")
    found = paged(
        call, count_users(call.db, asked), lambda window: listed_users(call.db, asked, window), "q"
    )
    return page(call, "users.html", q=asked, lines=found)


def list_groups(call: Call) -> Reply:
    """`?q=` finds groups by a part of the name, `?page=` leafs on."""
    asked = call.query.get("q", "")
    found = paged(
        call,
        count_groups(call.db, asked),
        lambda window: listed_groups(call.db, asked, window),
        "q",
    )
    return page(call, "groups.html", q=asked, lines=found)


def _number(call: Call) -> int | None:
    """The id in the path; None for what cannot be one."""
    text = call.params["id"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else None


_DIGITS = 19
"""SQLite holds 64 bits, which any number of fewer digits fits."""


def _within(db: Database, who: Somebody, names: Directory) -> Iterator[Within]:
    """The groups that the viewer is in, by name."""
    found = {one: names.find("GROUP", one) for one in who.viewer.groups}
    for group_id, group in sorted(found.items(), key=lambda pair: (pair[1].name, pair[0])):
        if ("GROUP", group_id) == who.member:
            continue
        links = links_to(db, group_id, who.member)
        through = tuple(
            names.find(*one)
            for one in links
            if one[0] == "GROUP" and one[1] in who.viewer.groups and one != who.member
        )
        yield Within(group, who.member in links, through)


def _datasets(call: Call, who: Somebody, names: Directory) -> Page[Line]:
    """The datasets that the viewer has any level on, by name."""
    db = call.db
    wanted = Wanted(in_reach(who.viewer), name_like=call.query.get("q", ""), hidden_too=True)

    def lines(window: tuple[int, int]) -> list[Line]:
        return [_line(call, one, who, names) for one in list_datasets(db, wanted, "name", window)]

    return paged(call, count_datasets(db, wanted), lines, "q")


def _line(call: Call, dataset: Dataset, who: Somebody, names: Directory) -> Line:
    sight = rules_of(call.db, dataset).sight(who.viewer)
    reading = reading_of(call.db, dataset, call.now_ms)
    note = "hidden" if dataset.hidden else ""
    return line(dataset_named(dataset), note, who, sight, reading, names)
