"""Writing and reading rows as a client does."""

from collections.abc import Mapping
from typing import Any

import requests

from tests.emulator.client import Domo

CSV = {"Content-Type": "text/csv", "Accept": "application/json"}
V3 = "/data/v3/datasources/{}"


def dataset(domo: Domo, *columns: str, keys: tuple[str, ...] = (), token: str = "t-ada") -> str:
    """A new dataset; a column is `name` or `name:TYPE`."""
    split = [one.partition(":") for one in columns]
    shown = [
        {"name": name, "type": kind or "STRING"} | ({"upsertKey": True} if name in keys else {})
        for name, _, kind in split
    ]
    body = {"dataSourceName": "Rows", "schema": {"columns": shown}}
    made = domo.done("POST", "/data/v2/datasources", body, token)
    return str(made["dataSource"]["dataSourceId"])


def put_text(
    domo: Domo, path: str, text: str | bytes, token: str = "t-ada", kind: str = "text/csv"
) -> requests.Response:
    """A PUT with a body that is no JSON; `path` is the whole path."""
    headers = {"X-DOMO-Developer-Token": token, "Content-Type": kind, "Accept": "application/json"}
    body = text.encode() if isinstance(text, str) else text
    return domo.send("PUT", path, headers=headers, data=body)


def begin(domo: Domo, found: str, body: Any = None, query: str = "", token: str = "t-ada") -> int:
    """A new upload session."""
    path = f"{V3.format(found)}/uploads{query}"
    return int(domo.done("POST", path, body, token)["uploadId"])


def put_part(
    domo: Domo, found: str, upload: int, number: int, text: str | bytes, token: str = "t-ada"
) -> requests.Response:
    """One part of an upload."""
    path = f"/api{V3.format(found)}/uploads/{upload}/parts/{number}"
    return put_text(domo, path, text, token)


def commit(domo: Domo, found: str, upload: int, **body: Any) -> requests.Response:
    """The commit of an upload."""
    return domo.product("PUT", f"{V3.format(found)}/uploads/{upload}/commit", body)


def upload(
    domo: Domo,
    found: str,
    *parts: str,
    begun: Mapping[str, Any] | None = None,
    query: str = "",
    **committed: Any,
) -> Any:
    """A whole upload; what the commit answers."""
    number = begin(domo, found, begun, query)
    for at, part in enumerate(parts, 1):
        assert put_part(domo, found, number, at, part).ok
    reply = commit(domo, found, number, **committed)
    assert reply.ok, reply.text
    return reply.json()


def select(
    domo: Domo, found: str, sql: str = "SELECT * FROM table", token: str = "t-ada"
) -> list[list[Any]]:
    """The rows that a query answers, in order of their text."""
    reply = domo.done("POST", f"/query/v1/execute/{found}", {"sql": sql}, token)
    return sorted(reply["rows"], key=str)


def index(domo: Domo, found: str, *versions: int) -> Any:
    """An index request."""
    return domo.done("POST", f"{V3.format(found)}/indexes", {"dataIds": list(versions)})


def versions(domo: Domo, found: str) -> list[dict[str, Any]]:
    """The data versions of a dataset."""
    listed: list[dict[str, Any]] = domo.get(f"{V3.format(found)}/dataversions/details")
    return listed


def execute(domo: Domo, found: str, token: str = "t-ada", **body: Any) -> requests.Response:
    """A query with any body."""
    return domo.product("POST", f"/query/v1/execute/{found}", body, token)
