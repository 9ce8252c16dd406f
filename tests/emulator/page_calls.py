"""What the tests of the pages ask and read."""

import copy
from typing import Any

from tests.emulator.client import Domo
from tests.emulator.conftest import ESTATE, SALES
from tests.emulator.html_page import Page

ALL, NONE = "all rows", "no rows"


def read(domo: Domo, path: str = "/", status: int = 200) -> Page:
    """A page; `path` begins behind `/_emulator`."""
    page = Page(domo.send("GET", "/_emulator" + path))
    assert page.status == status
    return page


def of_dataset(domo: Domo, dataset_id: str = SALES, query: str = "") -> dict[str, dict[str, str]]:
    """Who sees which rows, by name."""
    lines = read(domo, f"/datasets/{dataset_id}{query}").table("Groups and people")
    return {one["Who"].split()[0]: one for one in lines}


def of_user(domo: Domo, user_id: int, dataset: str = "Sales Orders") -> dict[str, str]:
    """What a person sees of a dataset."""
    lines = read(domo, f"/users/{user_id}").table("")
    return next(one for one in lines if one["Dataset"].startswith(dataset))


def estate(**datasets: Any) -> dict[str, Any]:
    """The usual estate, with other values for the fields of its first dataset."""
    made = copy.deepcopy(ESTATE)
    made["datasets"][0] |= datasets
    return made


def policies(*found: dict[str, Any]) -> dict[str, Any]:
    return {"enabled": True, "policies": list(found)}


def crawl(domo: Domo, start: str) -> list[str]:
    """Every page that links lead to, each read once."""
    seen: list[str] = []
    waiting = [start]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.append(url)
        reply = domo.session.get(url, timeout=10)
        assert reply.status_code == 200, url
        if reply.headers["content-type"].startswith("text/html"):
            waiting += Page(reply).links
    return seen


def write(domo: Domo, dataset_id: str, csv: str) -> None:
    """Replace the rows of a dataset, as Ada."""
    headers = {"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"}
    url = f"{domo.url}/v1/datasets/{dataset_id}/data"
    reply = domo.session.put(url, data=csv.encode(), headers=headers, timeout=10)
    assert reply.ok, reply.text


def rows_seen(domo: Domo, dataset_id: str, token: str) -> int:
    """How many rows a query gives; none where it is refused."""
    sql = {"sql": "SELECT * FROM table"}
    reply = domo.product("POST", f"/query/v1/execute/{dataset_id}", sql, token)
    if reply.status_code in (401, 403):
        return 0
    return len(reply.json()["rows"])


def many(count: int) -> dict[str, Any]:
    made = copy.deepcopy(ESTATE)
    made["datasets"] = [{"name": f"Set {n:03}"} for n in range(count)]
    made["users"] += [{"email": f"u{n:03}@acme.example", "name": f"U {n:03}"} for n in range(count)]
    made["groups"] += [{"name": f"G {n:03}"} for n in range(count)]
    made["datasets"][0]["permissions"] = [
        {"type": "USER", "email": f"u{n:03}@acme.example", "access": "CAN_VIEW"}
        for n in range(count)
    ]
    return made
