"""Groups on the Platform plane (platform §8); their members are users only."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_int, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden
from domostate.emulator.platform import wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import may_change_group
from domostate.emulator.store.groups import (
    Group,
    add_members,
    all_groups,
    check_members,
    check_name,
    create_group,
    delete_group,
    living_group,
    members,
    remove_members,
    update_group,
)
from domostate.emulator.store.people import READ_ONLY_ROLES

LIST_LIMIT = 500


def list_groups(call: Call) -> Reply:
    """Every group, by page."""
    page = call.page(all_groups(call.db), 50, LIST_LIMIT)
    return json_reply([wire.listed_group(call, one) for one in page])


def read(call: Call) -> Reply:
    """One group."""
    return json_reply(wire.group(call, _known(call)))


def _known(call: Call) -> Group:
    return living_group(call.db, as_int(call.params["id"], "group id"))


def _own(call: Call) -> Group:
    group = _known(call)
    if not may_change_group(call.db, call.caller, group.id):
        raise forbidden(f"You may not change group {group.id}.")
    return group


def create(call: Call) -> Reply:
    """A new group; the creator is its first member."""
    if call.caller.role in READ_ONLY_ROLES:
        raise forbidden("Your role may not create groups.")
    given = call.json_object()
    name = check_name(call.db, as_text(given.get("name"), "name"))
    group = Group(
        call.db.next_id("group"), name, "open", str(given.get("description") or ""),
        call.caller.id, _flag(given.get("active"), True), False, call.now_ms,
    )  # fmt: skip
    create_group(call.db, group)
    body = wire.group(call, group)
    del body["memberCount"]
    return json_reply(body)


def update(call: Call) -> Reply:
    """Name and activity."""
    group, given = _own(call), call.json_object()
    name = check_name(call.db, as_text(given.get("name") or group.name, "name"), group.id)
    changed = replace(group, name=name, active=_flag(given.get("active"), group.active))
    update_group(call.db, changed)
    return json_reply(wire.group(call, changed))


def _flag(value: Any, default: bool) -> bool:
    """pydomo sends the text "true" (platform §8)."""
    if value is None:
        return default
    return value if isinstance(value, bool) else str(value).lower() == "true"


def delete(call: Call) -> Reply:
    """Refused while there are members, the creator among them (THREAD domo-python-sdk#103)."""
    group = _own(call)
    if members(call.db, group.id):
        raise bad_request(f"Group {group.name} still has members.")
    delete_group(call.db, group)
    return NO_CONTENT


def list_members(call: Call) -> Reply:
    """The ids of the users in the group, by page."""
    inside = [one for kind, one in members(call.db, _known(call).id) if kind == "USER"]
    return json_reply(call.page(inside, 50, LIST_LIMIT))


def add_member(call: Call) -> Reply:
    """Add a user; an inactive group refuses (THREAD domo-python-sdk#103)."""
    group = _own(call)
    if not group.active:
        raise bad_request(f"Group {group.name} is not active.")
    add_members(call.db, group.id, check_members(call.db, [("USER", _user(call))]))
    return NO_CONTENT


def remove_member(call: Call) -> Reply:
    """Take a user out."""
    remove_members(call.db, _own(call).id, [("USER", _user(call))])
    return NO_CONTENT


def _user(call: Call) -> int:
    return as_int(call.params["user"], "user id")


_RIGHTS = "that Admins and the group's owners alone may"
ROUTES = (
    Route("GET", "/v1/groups", list_groups, "user", "platform §8", query=PAGED),
    Route(
        "POST", "/v1/groups", create, "user", "platform §8",
        "names are unique; 403 for roles that only read",
    ),
    Route("GET", "/v1/groups/{id}", read, "user", "platform §8"),
    Route(
        "PUT", "/v1/groups/{id}", update, "user", "platform §8",
        f"the reply: the group (docs: no body, an SDK's examples read one); {_RIGHTS}",
    ),
    Route("DELETE", "/v1/groups/{id}", delete, "user", "platform §8", _RIGHTS, status=204),
    Route("GET", "/v1/groups/{id}/users", list_members, "user", "platform §8", query=PAGED),
    Route(
        "PUT", "/v1/groups/{id}/users/{user}", add_member, "user", "platform §8",
        f"400 for an inactive group, which is known to refuse; {_RIGHTS}", status=204,
    ),
    Route(
        "DELETE", "/v1/groups/{id}/users/{user}", remove_member, "user", "platform §8", _RIGHTS,
        status=204,
    ),
)  # fmt: skip
