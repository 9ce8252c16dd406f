"""What the parameters of paths and queries are called, mean and look like."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domostate.emulator.control.samples.filling import Known
from domostate.emulator.product.identity_wire import PARTS as USER_PARTS
from domostate.emulator.product.metadata import PARTS
from domostate.emulator.routing import Route

_NUMBER = {"type": "integer"}
_YES_NO = {"type": "boolean"}
_TEXT = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Query:
    """A name that a query may have. `examples` are of the kind `known` of the estate's ids, or
    themselves."""

    means: str
    schema: Mapping[str, Any]
    examples: tuple[str | int | bool, ...] = ()
    known: str = ""


QUERIES: Mapping[str, Query] = {
    "active": Query("Leave out those who are not active.", _YES_NO, (True,)),
    "all": Query("Show those without access too.", _NUMBER, (1,)),
    "ascending": Query("Which way to sort; true by default.", _YES_NO, (False,)),
    "attributes": Query("A comma list of attributes to show.", _TEXT, ("displayName,title",)),
    "changeUpdateMethod": Query("Whether the update method may change.", _YES_NO, (True,)),
    "checkOwnership": Query("Sent by clients; changes nothing.", _YES_NO, (True,)),
    "createdSince": Query("Milliseconds since 1970.", _NUMBER, (0,)),
    "dataProviderType": Query("The provider, exactly.", _TEXT, ("api",)),
    "dataset": Query("Of this dataset only.", _TEXT, known="dataset"),
    "dataSourceId": Query("A dataset's id.", _TEXT, known="connected"),
    "dataSourceIds": Query("A comma list of ids.", _TEXT, known="dataset"),
    "dataSourceName": Query("The name, exactly.", _TEXT, ("Sales Orders",)),
    "dataTag": Query("A partition.", _TEXT, ("2024-01",)),
    "deleteMethod": Query("soft by default.", {"type": "string", "enum": ["soft", "hard"]}),
    "description": Query("A description.", _TEXT, ("Guest list",)),
    "displayType": Query("A comma list of providers.", _TEXT, ("api,snowflake",)),
    "drill": Query("Cards that drill into it too; true by default.", _YES_NO, (False,)),
    "engine": Query("The dataflow's engine.", {"type": "string", "enum": ["MAGIC"]}),
    "expireCache": Query("Look anew; nothing is cached here.", _YES_NO, (True,)),
    "fields": Query("`all`, or a comma list.", _TEXT, ("all", "id,dataSet")),
    "fileName": Query("What the attachment is called.", _TEXT, ("Q4_Sales_Data.csv",)),
    "grant_type": Query("client_credentials.", _TEXT, ("client_credentials",)),
    "group": Query("A group's id.", _NUMBER, known="group"),
    "groupType": Query("Groups of this type.", _TEXT, ("open",)),
    "id": Query("A comma list of users' ids.", _TEXT, known="user"),
    "includeAllDetails": Query("Every part; excludes `part`.", _YES_NO, (True,)),
    "includeDeleted": Query("Those who are gone too.", _YES_NO, (True,)),
    "includeDetails": Query("Sent by clients; changes nothing.", _YES_NO, (True,)),
    "includeFormulas": Query("Sent by clients; changes nothing.", _YES_NO, (False,)),
    "includeHeader": Query("A first row with the names; false by default.", _YES_NO, (True,)),
    "includeHidden": Query("What is hidden too.", _YES_NO, (True,)),
    "includeHistory": Query("Sent by clients; changes nothing.", _YES_NO, (True,)),
    "includePrivate": Query("Sent by clients; changes nothing.", _YES_NO, (True,)),
    "includeUsers": Query("Members beside owners; true by default.", _YES_NO, (False,)),
    "indexedSchema": Query("The indexed instead of the defined one.", _YES_NO, (True,)),
    "issuerTypes": Query("Sent by clients; filters nothing.", _TEXT, ("idp",)),
    "limit": Query("At most so many.", _NUMBER, (2, 50)),
    "maxDepth": Query("How far to go; 1 by default.", _NUMBER, (1, 0)),
    "name": Query("A name.", _TEXT, ("Party",)),
    "nameLike": Query("What the name contains; empty is no filter.", _TEXT, ("sales",)),
    "offset": Query("Without the first so many.", _NUMBER, (0, 1)),
    "options": Query(
        "What to show: a comma list.", _TEXT,
        ("load_associations,include_open_policy,load_filters,sort",),
    ),
    "orderBy": Query("The order.", _TEXT, ("name", "lastTouched")),
    "owner": Query("A user's id.", _NUMBER, known="user"),
    "ownerId": Query("A user's id.", _NUMBER, known="user"),
    "page": Query("Which page, from 1.", _NUMBER, (1, 2)),
    "paginate": Query("By page instead of all.", _YES_NO, (True,)),
    "part": Query(f"A comma list of {', '.join(sorted(PARTS))}.", _TEXT, ("core,permission",)),
    "parts": Query(f"A comma list of {', '.join(sorted(USER_PARTS))}.", _TEXT, ("DETAILED",)),
    "q": Query("What to find.", _TEXT, ("dataSource.name:sales",)),
    "requestedParts": Query("The same as `part`.", _TEXT, ("core",)),
    "requestEntities": Query("A comma list of types.", _TEXT, ("CARD",)),
    "restateDataTag": Query("The older word for `dataTag`.", _TEXT, ("2024-01",)),
    "rows": Query("The rows too.", _YES_NO, (True,)),
    "scope": Query("Scopes, with spaces between.", _TEXT, ("data user",)),
    "search": Query("What the name contains.", _TEXT, ("a",)),
    "sendEmail": Query("Sent by clients; nobody is written to.", _YES_NO, (False,)),
    "sendInvite": Query("Sent by clients; nobody is written to.", _YES_NO, (False,)),
    "since": Query("Later than the request of this number.", _NUMBER, (0,)),
    "sort": Query("The order.", _TEXT, ("name",)),
    "streamId": Query("A comma list of ids.", _TEXT, known="stream"),
    "traverseDown": Query("What is made from it; true by default.", _YES_NO, (True,)),
    "traverseUp": Query("What it is made from.", _YES_NO, (True,)),
    "type": Query("A comma list of types.", _TEXT, ("api",)),
    "unmask": Query("Ignored: secrets are shown to nobody.", _YES_NO, (False,)),
    "updateMethod": Query("REPLACE by default.", {"type": "string", "enum": ["APPEND", "REPLACE"]}),
}  # fmt: skip
"""By name: where two endpoints have one, it means the same."""

_BEFORE: Mapping[str, str] = {
    "account": "account", "accounts": "account", "share": "account", "providers": "provider",
    "account-types": "provider", "datasources": "dataset", "datasets": "dataset",
    "data-control": "dataset", "execute": "dataset", "json": "dataset", "DATA_SOURCE": "dataset",
    "schemas": "schema", "indexes": "index", "uploads": "upload", "tag": "partition",
    "partition": "partition", "policies": "policy", "filter-groups": "policy",
    "policy-group": "column_policy", "column-policy-mapping": "mapping", "users": "user",
    "responsible-user": "user", "USERS": "user", "groups": "group", "roles": "role",
    "keys": "attribute", "streams": "stream", "executions": "run",
}  # fmt: skip
"""What stands before a parameter in a path, and the kind of its ids."""
_WORDS: Mapping[str, Sequence[str]] = {
    "parts": ("1", "2"), "part": ("0", "1"), "scheduleState": ("ACTIVE", "MANUAL"),
    "state": ("ACTIVE", "REQUESTED"), "permissions": ("USER", "GROUP"),
}  # fmt: skip
"""What stands before those that are no ids, and what they may be."""


def parameters(route: Route, known: Known) -> list[dict[str, Any]]:
    """Those of the path and of the query."""
    return [*_of_path(route, known), *(_of_query(name, known) for name in route.query)]


def _of_path(route: Route, known: Known) -> Iterator[dict[str, Any]]:
    segments = route.path.split("/")
    for before, name in pairwise(segments):
        if not name.startswith("{"):
            continue
        # A principal stands behind its type.
        before = "users" if name == "{principal}" else before
        found = _WORDS.get(before) or known[_kind(route, before)]
        yield {
            "name": name[1:-1],
            "in": "path",
            "required": True,
            "schema": _TEXT,
            **_examples(found),
        }


def _kind(route: Route, before: str) -> str:
    kind = _BEFORE[before]
    api = route.path.startswith("/v1/") and kind in ("stream", "run")
    return f"api_{kind}" if api else kind


def _of_query(name: str, known: Known) -> dict[str, Any]:
    query = QUERIES[name]
    found: Sequence[Any] = query.examples
    if query.known:
        ids = known[query.known]
        found = [int(one) for one in ids] if query.schema == _NUMBER else ids
    return {
        "name": name,
        "in": "query",
        "description": query.means,
        "schema": query.schema,
        **_examples(found),
    }


def _examples(found: Sequence[Any]) -> dict[str, Any]:
    named = {re.sub(r"[^\w.-]", "_", str(one)): {"value": one} for one in found}
    return {"examples": named} if named else {}
