"""Finding people by `identity/v1/users` (product §6, portal Users)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.product import identity_wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.people import User, all_users, deleted_users, find_user


def search_users(call: Call) -> Reply:
    """Filters narrow one another. A text filter on `emailAddress` finds what contains one of its
    words, so a client must compare exactly itself (product §6). `includeDeleted` adds those who
    are gone, `onlyDeleted` leaves nobody else; Domo's support staff, whom `includeSupport` would
    add, is in no estate."""
    asked = call.json_object()
    found = _everyone(call, asked)
    ids = {as_int(one, "ids") for one in as_list(asked.get("ids"), "ids")}
    if ids:
        found = [user for user in found if user.id in ids]
    for given in as_list(asked.get("filters"), "filters"):
        matched = _matching(found, as_object(given, "filter"))
        found = [user for user in found if user.id in matched]
    found = _sorted(found, as_object(asked.get("sort"), "sort"))
    limit, offset = call.capped(
        as_int(_or(asked.get("limit"), 100), "limit"), as_int(_or(asked.get("offset"), 0), "offset")
    )
    page = found[offset:] if limit < 0 else found[offset : offset + limit]
    parts = identity_wire.checked_parts(_texts(asked, "parts"))
    attributes = _texts(asked, "attributes")
    body: dict[str, Any] = {} if asked.get("showCount") is False else {"count": len(found)}
    shown = [identity_wire.user(call, one, parts, attributes) for one in page]
    return json_reply(body | {"users": shown})


def _or(value: Any, default: int) -> Any:
    return default if value is None else value


def _texts(asked: dict[str, Any], name: str) -> list[str]:
    return [as_text(one, name) for one in as_list(asked.get(name), name)]


def _everyone(call: Call, asked: dict[str, Any]) -> list[User]:
    if asked.get("onlyDeleted") is True:
        return deleted_users(call.db)
    gone = deleted_users(call.db) if asked.get("includeDeleted") is True else []
    return [*all_users(call.db), *gone]


def _matching(among: list[User], given: dict[str, Any]) -> set[int]:
    """The ids of those whom one filter finds."""
    field = as_text(given.get("field"), "field")
    if given.get("filterType") == "text":
        words = [word.lower() for word in str(given.get("text") or "").split()]
        if field == "emailAddress":
            return {one.id for one in among if any(word in one.email.lower() for word in words)}
        if field == "displayName":
            return {one.id for one in among if any(word in one.name.lower() for word in words)}
    elif given.get("filterType") == "value" and field in _VALUES:
        if given.get("operator", "EQ") != "EQ":
            raise bad_request(f"The operator {given.get('operator')!r} is not supported.")
        values = {str(one) for one in as_list(given.get("values"), "values")}
        if field == "id":
            return {as_int(one, "id") for one in values}
        return {one.id for one in among if str(getattr(one, _VALUES[field])) in values}
    raise bad_request(f"The filter {given!r} is not supported.")


_VALUES = {"id": "id", "emailAddress": "email", "role": "role", "roleId": "role_id"}
_SORTS = {
    "displayName": "name", "emailAddress": "email", "userName": "email", "id": "id",
    "role": "role", "roleId": "role_id", "created": "created_ms", "modified": "updated_ms",
}  # fmt: skip


def _sorted(users: list[User], sort: dict[str, Any]) -> list[User]:
    key = _SORTS.get(str(sort.get("field") or "id"), "id")
    ordered = sorted(users, key=lambda user: (getattr(user, key), user.id))
    if str(sort.get("order") or "ASC").upper() == "DESC":
        ordered.reverse()
    return ordered


def list_users(call: Call) -> Reply:
    """Everyone, without paging unless it is asked for."""
    found = all_users(call.db)
    if call.flag("includeDeleted"):
        found = [*found, *deleted_users(call.db)]
    return _found(call, list(call.page(found, -1)))


def read_user(call: Call) -> Reply:
    """One user, in a list; with `includeDeleted` also one who is gone (OAS)."""
    number = as_int(call.params["id"], "id")
    user = find_user(call.db, number)
    if user is None and call.flag("includeDeleted"):
        user = next((one for one in deleted_users(call.db) if one.id == number), None)
    if user is None:
        raise not_found(f"User {number} was not found.")
    return _found(call, [user])


def _found(call: Call, users: list[User]) -> Reply:
    parts = identity_wire.checked_parts(_listed(call, "parts"))
    attributes = _listed(call, "attributes")
    return json_reply(
        {"users": [identity_wire.user(call, one, parts, attributes) for one in users]}
    )


def _listed(call: Call, name: str) -> list[str]:
    return [one.strip() for one in call.query.get(name, "").split(",") if one.strip()]


_USERS = "/api/identity/v1/users"
ROUTES = (
    Route(
        "POST", f"{_USERS}/search", search_users, source="product §6",
        doubt="what is shown without parts and attributes; fields of filters beside emailAddress "
        "and id; showCount",
    ),
    Route(
        "GET", _USERS, list_users, source="product §6; portal Users",
        doubt="limit, offset and attributes",
        query=(*PAGED, "parts", "attributes", "includeDeleted"),
    ),
    Route(
        "GET", _USERS + "/{id}", read_user, source="product §6; portal Users",
        doubt="404 for an unknown id",
        query=("parts", "attributes", "includeDeleted"),
    ),
)  # fmt: skip
