"""Who there is: users, groups and accounts."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domostate.domo.paging import Page, pages
from domostate.domo.reading import Reading, Row, get, rows_in
from domostate.errors import Broken
from domostate.model.call import Call, Plane

__all__ = ["Users", "accounts", "groups", "users"]

_USERS_PER_PAGE: Final = 200  # as a client sends (product §1.5)
_GROUPS_PER_PAGE: Final = 100  # as a client sends (product §1.5)
_PLATFORM_PER_PAGE: Final = 500  # the documented maximum (platform §3)
_DELETED: Final = re.compile(r"_deleted_[0-9a-f-]{32,36}$", re.IGNORECASE)
_FALSE: Final = frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Users:
    """Every user's e-mail by id, the ids of those who are deactivated, and the ids of their roles
    where Domo tells them; without deleted ones."""

    emails: Mapping[str, str]
    inactive: frozenset[str]
    roles: Mapping[str, str]


def users(reading: Reading) -> Users:
    """Everybody there is."""
    rows = _product_users(reading) if Plane.PRODUCT in reading.planes else _platform_users(reading)
    emails: dict[str, str] = {}
    inactive: set[str] = set()
    roles: dict[str, str] = {}
    for row in rows:
        if _flag(row, "deleted", "isDeleted", otherwise=False):
            continue
        emails[str(row["id"])] = _email(row)
        if not _flag(row, "isActive", "active", otherwise=True):
            inactive.add(str(row["id"]))
        if row.get("roleId") is not None:
            roles[str(row["id"])] = str(row["roleId"])
    return Users(dict(sorted(emails.items())), frozenset(inactive), roles)


def groups(reading: Reading) -> dict[str, str]:
    """Every group's name by id, without deleted ones.

    A deleted group is still served, as `<name>_deleted_<uuid>` with `active: false` (product
    §1.3): neither may resolve to a name (product §7).
    """
    if Plane.PRODUCT in reading.planes:
        path, key = "/api/content/v2/groups/grouplist", "groupId"
        query: dict[str, str | int] = {"ascending": "true", "sort": "name"}
        rows = _listed(reading, Plane.PRODUCT, path, key, _GROUPS_PER_PAGE, query)
    else:
        key = "id"
        rows = _listed(reading, Plane.PLATFORM, "/v1/groups", key, _PLATFORM_PER_PAGE, {})
    names = {
        str(row[key]): str(row.get("name", ""))
        for row in rows
        if _flag(row, "active", otherwise=True) and not _DELETED.search(str(row.get("name", "")))
    }
    return dict(sorted(names.items()))


def accounts(reading: Reading) -> dict[str, tuple[str, str]]:
    """Name and provider of every account that is shared with us (product §6), by id.

    Read on the Product plane only: connector streams, which need accounts, are not on the other.
    The key of the provider is not documented; `dataProviderType` is what creating one takes.
    """
    if Plane.PRODUCT not in reading.planes:
        return {}
    call = get(Plane.PRODUCT, "/api/data/v1/accounts")
    found = {
        str(row["id"]): (
            str(row.get("displayName") or row.get("name") or ""),
            str(row.get("dataProviderType") or row.get("dataProviderId") or ""),
        )
        for row in rows_in(reading.ask(call), call, "accounts")
    }
    return dict(sorted(found.items()))


def _product_users(reading: Reading) -> Iterator[Row]:
    """Users by search; sorted by creation, so that new ones do not move the pages (product §6)."""
    path = "/api/identity/v1/users/search"

    def fetch(offset: int) -> Page:
        call = Call("POST", path, Plane.PRODUCT, _search(offset))
        reply = reading.ask(call)
        rows = rows_in(reply, call, "users")
        total = reply.get("count") if isinstance(reply, dict) else None
        return Page([_flat(row) for row in rows], total if isinstance(total, int) else None)

    return _rows(fetch, "id", Call("POST", path, Plane.PRODUCT))


def _search(offset: int) -> dict[str, Any]:
    return {
        "showCount": True,
        "count": False,
        "includeDeleted": False,
        "onlyDeleted": False,
        "includeSupport": False,
        "limit": _USERS_PER_PAGE,
        "offset": offset,
        "sort": {"field": "created", "order": "ASC"},
        "filters": [],
        "parts": ["MINIMAL"],
        "attributes": ["id", "displayName", "emailAddress", "isActive", "roleId"],
    }


def _platform_users(reading: Reading) -> Iterator[Row]:
    return _listed(reading, Plane.PLATFORM, "/v1/users", "id", _PLATFORM_PER_PAGE, {})


def _listed(
    reading: Reading, plane: Plane, path: str, key: str, limit: int, query: dict[str, str | int]
) -> Iterator[Row]:
    def fetch(offset: int) -> Page:
        call = get(plane, path, **query, limit=limit, offset=offset)
        return Page(rows_in(reading.ask(call), call))

    return _rows(fetch, key, get(plane, path))


def _rows(fetch: Callable[[int], Page], key: str, call: Call) -> Iterator[Row]:
    for page in pages(fetch, key, call):
        for row in page.rows:
            if row.get(key) is None:
                raise Broken(f"a row without {key}", method=call.method, path=call.path)
            yield row


def _flat(row: Row) -> Row:
    """A found user with the attributes, which come as `[{key, values}]`, beside the rest."""
    attributes = {
        one["key"]: one["values"][0]
        for one in row.get("attributes") or ()
        if isinstance(one, dict) and one.get("values") and "key" in one
    }
    return {**attributes, **row}


def _email(row: Row) -> str:
    return str(row.get("emailAddress") or row.get("email") or "")


def _flag(row: Row, *keys: str, otherwise: bool) -> bool:
    """A truth value, which some replies carry as text."""
    value = next((row[key] for key in keys if row.get(key) is not None), otherwise)
    return str(value).lower() not in _FALSE
