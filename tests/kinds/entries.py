"""Declared entries and the directory that they are resolved in."""

from collections.abc import Iterable, Mapping
from typing import Any

from domostate.errors import Location
from domostate.kinds.aspect import Aspect, Draft, Setting
from domostate.kinds.dataset.spec import DatasetSpec
from domostate.kinds.names import Names
from domostate.model.address import Address
from domostate.model.call import Plane
from domostate.model.change import Operation
from domostate.model.desired import Declared
from domostate.model.principal import Directory, Principal, PrincipalType

SALES = Address("dataset", "sales_orders")
ID = "4405ff58-1957-45f0-82bd-914d989a3ea3"
PRODUCT = frozenset({Plane.PRODUCT})
PLATFORM = frozenset({Plane.PLATFORM})
BOTH = frozenset(Plane)
TRANSPORT = {
    "type": "CONNECTOR",
    "description": "com.domo.connector.snowflakeunloadv2",
    "version": "1",
}
CONNECTOR = {
    "provider": "snowflake-unload-v2",
    "transport": TRANSPORT,
    "update_method": "APPEND",
}


def user(email: str) -> Principal:
    return Principal(PrincipalType.USER, EMAILS[email], f"{email}@acme.test")


def group(name: str) -> Principal:
    return Principal(PrincipalType.GROUP, GROUPS[name], name)


EMAILS = {"ada": "1", "bob": "2", "cat": "3", "wes": "27"}
# Users and groups have ids of their own: that they meet must not matter.
GROUPS = {"Finance": "2", "West Sales": "7", "Admins": "1"}
DIRECTORY = Directory(
    users={id_: f"{email}@acme.test" for email, id_ in EMAILS.items()},
    groups={id_: name for name, id_ in GROUPS.items()},
    accounts={"3": ("Snowflake prod", "snowflake"), "4": ("Snowflake lab", "snowflake")},
    me=user("ada"),
)


class Lines:
    """Places of fields in a file that was never written: one line for each field.

    `start` is where the entry begins.
    """

    def __init__(self, start: int = 1, file: str = "sales.yml") -> None:
        self.start, self.file = start, file

    def __call__(self, *path: str | int) -> Location:
        return Location(self.file, self.start + len(path), 3)

    def line(self, *path: str | int) -> str:
        return ".".join(map(str, path))


def entry(
    name: str = "Sales Orders", *, address: Address = SALES, start: int = 1, **spec: Any
) -> Declared:
    return Declared(address, DatasetSpec.model_validate({"name": name, **spec}), Lines(start))


def names(directory: Directory = DIRECTORY, **mapping: str) -> Names:
    return Names(directory, mapping)


def setting(
    declared: Mapping[str, Any] | None = None,
    observed: Mapping[str, Any] | None = None,
    *,
    creating: bool = False,
    planes: frozenset[Plane] = BOTH,
    wanted: Mapping[str, Any] | None = None,
) -> Setting:
    return Setting(declared or {}, observed or {}, creating, planes, wanted or {})


def numbered(aspect: Aspect[Any, Any], drafts: Iterable[Draft]) -> list[Operation]:
    """The drafts as operations, in the order in which the aspect planned them."""
    return [
        Operation(n, one.name, SALES, aspect.name, one.before, one.after, one.access_class)
        for n, one in enumerate(drafts, start=1)
    ]
