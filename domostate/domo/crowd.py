"""Who is in which groups, and which roles manage everything: what access follows from."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final

from domostate.domo.identity import role_manages
from domostate.domo.paging import Page, pages
from domostate.domo.reading import Reading, Row, chunks, get, rows_in
from domostate.errors import Broken, NotFound
from domostate.model.call import Call, Plane
from domostate.model.people import Group

__all__ = ["groups_within", "managing"]

_GROUPS_PER_CALL: Final = 100
"""No limit is documented for groups by ids. Arbitrary: as for datasets by ids (product §2.2)."""
_MEMBERS_PER_PAGE: Final = 500  # the documented maximum (platform §3)


def groups_within(reading: Reading, ids: Collection[str]) -> dict[str, Group]:
    """The groups by id, and all that are in them, however deep; those that are gone are left out.

    Product: one call for a hundred groups of one depth. How groups in groups are shown is not
    documented; `groupIds` is taken where it is there (GUESS). Platform: users only (platform §11).
    """
    read = _on_product if Plane.PRODUCT in reading.planes else _on_platform
    found: dict[str, Group] = {}
    waiting = sorted(ids)
    while waiting:
        met = read(reading, waiting)
        found |= {one.id: one for one in met}
        inside = frozenset[str]().union(*(one.groups for one in met))
        # What is gone is not there when it is asked for again either.
        waiting = sorted(inside - found.keys() - set(waiting))
    return found


def managing(reading: Reading, roles: Mapping[str, str]) -> frozenset[str]:
    """Of users (by id, with the id of their role) those whose role manages every dataset; one call
    for each role. Who is wrongly left out is shown once too often, which is the safe side."""
    if Plane.PRODUCT not in reading.planes:
        return frozenset()
    distinct = sorted(set(roles.values()))
    answers = reading.all([partial(role_manages, reading, one) for one in distinct])
    manage = {one for one, yes in zip(distinct, answers, strict=True) if yes}
    return frozenset(user for user, role in roles.items() if role in manage)


def _on_product(reading: Reading, ids: Sequence[str]) -> list[Group]:
    tasks = [partial(_some, reading, some) for some in chunks(ids, _GROUPS_PER_CALL)]
    return [group for several in reading.all(tasks) for group in several]


def _some(reading: Reading, ids: Sequence[str]) -> list[Group]:
    body = [int(one) if one.isdigit() else one for one in ids]
    call = Call("POST", "/api/content/v2/groups/get", Plane.PRODUCT, body)
    rows = rows_in(reading.ask(call), call, "groups")
    return [_group(row, call) for row in rows if row.get("active") is not False]


def _group(row: Row, call: Call) -> Group:
    id_ = row.get("id", row.get("groupId"))
    if id_ is None:
        raise Broken("a group without an id", method=call.method, path=call.path)
    return Group(str(id_), str(row.get("name", "")), _ids(row, "userIds"), _ids(row, "groupIds"))


def _ids(row: Row, key: str) -> frozenset[str]:
    return frozenset(map(str, row.get(key) or ()))


def _on_platform(reading: Reading, ids: Sequence[str]) -> list[Group]:
    found = reading.all([partial(_one, reading, one) for one in ids])
    return [group for group in found if group is not None]


def _one(reading: Reading, id_: str) -> Group | None:
    try:
        group: Any = reading.ask(get(Plane.PLATFORM, f"/v1/groups/{id_}"))
    except NotFound:
        return None
    path = f"/v1/groups/{id_}/users"

    def fetch(offset: int) -> Page:
        call = get(Plane.PLATFORM, path, limit=_MEMBERS_PER_PAGE, offset=offset)
        return Page([_user(one, call) for one in _listed(reading.ask(call), call)])

    rows = [row for page in pages(fetch, "id", get(Plane.PLATFORM, path)) for row in page.rows]
    name = str(group.get("name", "")) if isinstance(group, dict) else ""
    return Group(id_, name, frozenset(str(row["id"]) for row in rows))


def _listed(reply: Any, call: Call) -> list[Any]:
    if not isinstance(reply, list):
        raise Broken("the reply has another shape than known", method=call.method, path=call.path)
    return reply


def _user(one: Any, call: Call) -> Row:
    """A member: a bare id in the documents (platform §11), an object on the Product plane."""
    return one if isinstance(one, dict) else {"id": one}
