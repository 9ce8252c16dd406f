"""Groups on the Product plane (product §6)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import (
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.product import wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import may_change_group
from domostate.emulator.store.groups import (
    Group,
    Member,
    add_members,
    add_owners,
    all_groups,
    check_members,
    check_name,
    check_type,
    create_group,
    delete_group,
    find_group,
    living_group,
    members,
    owners,
    remove_members,
    remove_owners,
    update_group,
)
from domostate.emulator.store.people import READ_ONLY_ROLES, find_user


def list_groups(call: Call) -> Reply:
    """`search` is a substring, whatever its capitals: a client must compare exactly itself."""
    found = all_groups(call.db)
    search = call.query.get("search", "").lower()
    found = [one for one in found if search in one.name.lower()]
    if call.query.get("groupType"):
        found = [one for one in found if one.type == call.query["groupType"]]
    if call.query.get("owner"):
        owner = ("USER", call.number("owner", 0))
        found = [one for one in found if owner in owners(call.db, one.id)]
    if call.query.get("sort", "name") == "name":
        found.sort(key=lambda one: (one.name, one.id))
    if not call.flag("ascending", default=True):
        found.reverse()
    return json_reply([wire.group_row(call, one) for one in call.page(found, 30)])


def read_group(call: Call) -> Reply:
    """One group; a deleted one is still shown, renamed and inactive (product §1.3, nb)."""
    return json_reply(wire.group(call, _known(call)))


def read_permissions(call: Call) -> Reply:
    """Owners and members with their types."""
    return json_reply(_permissions(call, _known(call)))


def permissions_by_id(call: Call) -> Reply:
    """The same for a list of ids, unknown ones left out: how domolibrary reads owners [dl]."""
    return json_reply([_permissions(call, one) for one in _groups_by_id(call)])


def _permissions(call: Call, found: Group) -> dict[str, Any]:
    return wire.group_permissions(call, found, with_members=call.flag("includeUsers", default=True))


def list_members(call: Call) -> Reply:
    """The users in one group, by page: how domolibrary reads members [dl, nb]. Those who come with
    a group in the group are left out (GUESS)."""
    group = find_group(call.db, as_int(call.query.get("group", ""), "group"))
    inside = [] if group is None else members(call.db, group.id)
    found = [find_user(call.db, one) for kind, one in sorted(inside) if kind == "USER"]
    rows = [wire.group_user(one) for one in found if one is not None]
    return json_reply({"groupUserList": call.page(rows, -1)})


def _known(call: Call) -> Group:
    number = as_int(call.params["id"], "id")
    group = find_group(call.db, number)
    if group is None:
        raise not_found(f"Group {number} was not found.")
    return group


def groups_by_id(call: Call) -> Reply:
    """The groups of a list of ids, unknown ones left out."""
    return json_reply([wire.group(call, one) for one in _groups_by_id(call)])


def _groups_by_id(call: Call) -> list[Group]:
    ids = [as_int(one, "id") for one in call.json_list()]
    return [group for one in dict.fromkeys(ids) if (group := find_group(call.db, one))]


def create(call: Call) -> Reply:
    """A new group; the creator owns it."""
    if call.caller.role in READ_ONLY_ROLES:
        raise forbidden("Your role may not create groups.")
    given = call.json_object()
    name = check_name(call.db, as_text(given.get("name"), "name"))
    kind = check_type(as_text(given.get("type") or "open", "type"))
    group = Group(
        call.db.next_id("group"), name, kind, str(given.get("description") or ""),
        call.caller.id, True, False, call.now_ms,
    )  # fmt: skip
    create_group(call.db, group)
    return json_reply(wire.group(call, group))


def update(call: Call) -> Reply:
    """Name, type and description of several groups; what is left out stays."""
    changed: list[dict[str, Any]] = []
    for given in _entries(call):
        group = _own(call, given.get("groupId", given.get("id")))
        new = replace(
            group,
            name=check_name(call.db, as_text(given.get("name", group.name), "name"), group.id),
            type=check_type(as_text(given.get("type", group.type), "type")),
            description=str(given.get("description", group.description) or ""),
        )
        update_group(call.db, new)
        changed.append(wire.group(call, new))
    return json_reply(changed)


def change_access(call: Call) -> Reply:
    """Add and remove members and owners of several groups; members may be groups too."""
    for given in _entries(call):
        group = _own(call, given.get("groupId", given.get("id")))
        if given.get("addMembers") and group.type == "dynamic":
            raise bad_request("The members of a dynamic group follow from its rule.")
        joining = check_members(call.db, _members(given, "addMembers"))
        if ("GROUP", group.id) in joining:
            raise bad_request("A group cannot be in itself.")
        remove_members(call.db, group.id, _members(given, "removeMembers"))
        add_members(call.db, group.id, joining)
        remove_owners(call.db, group.id, _members(given, "removeOwners"))
        add_owners(call.db, group.id, check_members(call.db, _members(given, "addOwners")))
    return json_reply({})


def delete(call: Call) -> Reply:
    """Delete the groups of a list of ids, or the one in the path."""
    ids = [call.params["id"]] if "id" in call.params else call.json_list()
    for one in ids:
        delete_group(call.db, _own(call, one))
    return json_reply({})


def _entries(call: Call) -> list[dict[str, Any]]:
    value = call.json()
    return [as_object(one, "group") for one in (value if isinstance(value, list) else [value])]


def _members(given: dict[str, Any], name: str) -> list[Member]:
    found: list[Member] = []
    for value in as_list(given.get(name), name):
        entry = as_object(value, name)
        kind = as_text(entry.get("type", "USER"), "type").upper()
        if kind not in ("USER", "GROUP"):
            raise bad_request(f"{name} takes USER and GROUP, not {kind!r}.")
        found.append((kind, as_int(entry.get("id"), "id")))
    return found


def _own(call: Call, group_id: Any) -> Group:
    """The group, if the caller may change it: an Admin or one of its owners (nb: else 403)."""
    group = living_group(call.db, as_int(group_id, "groupId"))
    if not may_change_group(call.db, call.caller, group.id):
        raise forbidden(f"You may not change group {group.id}.")
    return group


_GROUPS = "/api/content/v2/groups"
_GROUP = _GROUPS + "/{id}"
ROUTES = (
    Route(
        "GET", f"{_GROUPS}/grouplist", list_groups, source="product §6",
        doubt="the page size of 30 is a client's; owner and groupType are compared exactly",
        query=(*PAGED, "search", "groupType", "owner", "sort", "ascending"),
    ),
    Route("GET", _GROUP, read_group, source="product §6", doubt="how groups in it are shown"),
    Route(
        "GET", f"{_GROUP}/permissions", read_permissions, source="OAS (path only)",
        doubt="the reply, but for its owners",
        query=("includeUsers",),
    ),
    Route(
        "POST", f"{_GROUPS}/permissions", permissions_by_id, source="domolibrary",
        doubt="the reply, but for its owners",
        query=("includeUsers", "checkOwnership"),
    ),
    Route(
        "GET", f"{_GROUPS}/users", list_members, source="domolibrary",
        doubt="direct members only; all of them without a limit",
        query=(*PAGED, "group"),
    ),
    Route("POST", f"{_GROUPS}/get", groups_by_id, source="product §6"),
    Route("POST", _GROUPS, create, source="product §6", doubt="the reply; the creator joins"),
    Route("PUT", _GROUPS, update, source="product §6", doubt="the reply"),
    Route("PUT", f"{_GROUPS}/access", change_access, source="product §6", doubt="the reply"),
    Route(
        "DELETE", _GROUPS, delete, source="product §6",
        doubt="a group that owns DataSets is refused; the reply",
    ),
    Route(
        "DELETE", _GROUP, delete, source="OAS (path only)",
        doubt="a group that owns DataSets is refused; the reply",
    ),
)  # fmt: skip
