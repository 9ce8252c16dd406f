"""What the tests do and read themselves, without pydomo."""

from typing import Any

import requests

from tests.conformance.estate import FEED
from tests.emulator.client import Domo


def send_rows(domo: Domo, path: str, text: str | bytes) -> None:
    """A PUT of CSV below `/v1`."""
    body = text.encode() if isinstance(text, str) else text
    headers = {"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"}
    reply = domo.send("PUT", "/v1" + path, headers=headers, data=body)
    assert reply.ok, reply.text


def rows_of(domo: Domo, dataset_id: str, client: str = "c-ada") -> str:
    """The rows as the export has them."""
    return read(domo, f"/datasets/{dataset_id}/data", client).content.decode()


def read(domo: Domo, path: str, client: str = "c-ada") -> requests.Response:
    """A GET below `/v1`."""
    return domo.platform("GET", path, client=client)


def ids_of(domo: Domo, kind: str) -> set[Any]:
    """The ids of everything of that kind, in one page."""
    return {one["id"] for one in domo.v1("GET", f"/{kind}?limit=50")}


def start_run(domo: Domo) -> Any:
    """A run of the stream of SALES."""
    return domo.v1("POST", f"/streams/{FEED}/executions")


def start_run_with_a_part(domo: Domo) -> None:
    """The same, with one row in it."""
    start_run(domo)
    send_rows(domo, f"/streams/{FEED}/executions/1/part/1", "South,5\n")
