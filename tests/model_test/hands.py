"""What others do to a dataset behind our back, through Domo's own APIs."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.emulator.client import Domo
from tests.model_test.manifests import (
    ALWAYS,
    FOREIGN_TAGS,
    GROUP_IDS,
    LEVELS,
    OTHER_COLUMNS,
    PROVIDER,
    TAGS,
    USER_IDS,
)
from tests.model_test.oracle import ANOTHERS, OURS

Dataset = dict[str, Any]
Hand = Callable[[Domo, Dataset, st.DataObject], None]
"""Draws what to do to a dataset, given as the snapshot shows it, and does it."""

user_ids = st.sampled_from([*USER_IDS.values()])
group_ids = st.sampled_from([*GROUP_IDS.values()])


def rename(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    body = {"dataSourceName": data.draw(st.just("Renamed " + dataset["id"][:4]))}
    body["dataSourceDescription"] = data.draw(st.sampled_from(["", "Theirs."]))
    domo.done("PUT", f"/data/v3/datasources/{dataset['id']}/properties", body)


def retag(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    kept = ("s_", "um_", "udt_", PROVIDER, *data.draw(st.sampled_from([(), (OURS,), (ANOTHERS,)])))
    system = [tag for tag in dataset["tags"] if tag.startswith(kept)]
    chosen = data.draw(st.lists(st.sampled_from([*TAGS, *FOREIGN_TAGS, "s_new"]), unique=True))
    path = f"/data/ui/v3/datasources/{dataset['id']}/tags"
    domo.done("POST", path, list(dict.fromkeys([*system, *chosen])))


def claim(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    """Another project marks the dataset, in place of our marker or beside it."""
    beside = data.draw(st.booleans())
    left = [tag for tag in dataset["tags"] if beside or tag != OURS]
    path = f"/data/ui/v3/datasources/{dataset['id']}/tags"
    domo.done("POST", path, list(dict.fromkeys([*left, ANOTHERS])))


def give_away(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(["userId", "groupId"]))
    to = data.draw(user_ids if key == "userId" else group_ids)
    body = {"type": "DATA_SOURCE", "ids": [dataset["id"]], key: to}
    domo.done("POST", "/data/v1/ui/bulk/reassign", body)


def share(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["USER", "GROUP", "VIRTUAL_USER"]))
    entry: dict[str, Any] = {"type": kind, "id": "v-2", "accessLevel": "FEDERATED"}
    if kind != "VIRTUAL_USER":
        entry["id"] = data.draw(user_ids if kind == "USER" else group_ids)
        entry["accessLevel"] = data.draw(st.sampled_from(LEVELS))
    body = {"permissions": [entry], "sendEmail": False}
    domo.done("POST", f"/data/v3/datasources/{dataset['id']}/share", body)


def unshare(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["USER", "GROUP"]))
    one = data.draw(user_ids if kind == "USER" else group_ids)
    # The owner cannot be removed; then nothing happens.
    domo.product("DELETE", f"/data/v3/datasources/{dataset['id']}/permissions/{kind}/{one}")


def switch(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    flags = st.fixed_dictionaries(
        {"enabled": st.booleans()}, optional={"enabledColumn": st.booleans()}
    )
    body = {"external": False, **data.draw(flags)}
    domo.done("PUT", f"/query/v1/data-control/{dataset['id']}", body)


def change_policy(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    """Changes the members, the filters or the virtual users of a policy, All Rows included."""
    path = f"/query/v1/data-control/{dataset['id']}/filter-groups"
    options = "load_associations,include_open_policy,load_filters"
    rows = sorted(domo.get(f"{path}?options={options}"), key=lambda row: int(row["filterGroupId"]))
    if not rows:
        return
    raw = data.draw(st.sampled_from(rows))
    raw["userIds"] = data.draw(st.lists(user_ids, max_size=2, unique=True))
    raw["groupIds"] = data.draw(st.lists(group_ids, max_size=2, unique=True))
    raw["virtualUserIds"] = data.draw(st.sampled_from([[], ["v-1"], ["v-2", "v-1"]]))
    if raw.get("type") != "open" and data.draw(st.booleans()):
        raw["parameters"] = [_parameter(data)]
        raw["dataSourcePermissions"] = data.draw(st.booleans())
    raw.pop("resources", None)
    # Refused where its filters name a column that is gone by now; then nothing happens.
    domo.product("PUT", f"{path}/{raw['filterGroupId']}", raw)


def _parameter(data: st.DataObject) -> dict[str, Any]:
    return {
        "type": "COLUMN",
        "name": "region",
        "values": [data.draw(st.sampled_from(["West", "North"]))],
        "operator": data.draw(st.sampled_from(["EQUALS", "CONTAINS"])),
        "not": data.draw(st.booleans()),
        "ignoreCase": data.draw(st.booleans()),
    }


def add_policy(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    if not any(column["name"] == "region" for column in dataset["columns"]):
        return
    names = [policy["name"] for policy in dataset["pdp"]["policies"]]
    free = [name for name in ("West only", "Big", "Theirs") if name not in names]
    if not free:
        return
    columns = [column["name"] for column in dataset["columns"]]
    parameter = {**_parameter(data), "name": data.draw(st.sampled_from(columns))}
    body = {
        "name": data.draw(st.sampled_from(free)),
        "dataSourceId": dataset["id"],
        "userIds": data.draw(st.lists(user_ids, max_size=2, unique=True)),
        "parameters": [parameter],
    }
    domo.done("POST", f"/query/v1/data-control/{dataset['id']}/filter-groups", body)


def drop_policy(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    rows = [policy for policy in dataset["pdp"]["policies"] if policy["type"] != "open"]
    if rows:
        chosen = data.draw(st.sampled_from(rows))["id"]
        path = f"/query/v1/data-control/{dataset['id']}/filter-groups/{chosen}"
        domo.done("DELETE", path)


def redefine(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    """Other columns, with or without the index call that makes them seen."""
    if not dataset["columns"]:
        return
    others = data.draw(st.lists(st.sampled_from(OTHER_COLUMNS), max_size=2, unique=True))
    rows = [*ALWAYS, *({"name": name, "type": "STRING"} for name in others)]
    keyed = data.draw(st.sampled_from(rows))["name"]
    columns = [{**row, "upsertKey": row["name"] == keyed} for row in data.draw(_orders(rows))]
    domo.done("POST", f"/data/v2/datasources/{dataset['id']}/schemas", {"columns": columns})
    if data.draw(st.booleans()):
        domo.done("POST", f"/data/v3/datasources/{dataset['id']}/indexes", {"dataIds": []})


def _orders(rows: list[dict[str, str]]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.sampled_from([rows, rows[::-1]])


def reschedule(domo: Domo, dataset: Dataset, data: st.DataObject) -> None:
    """Changes the stream: its method, and of a connector also a setting of somebody else."""
    stream = dataset["stream"]
    if stream is None:
        return
    if stream.get("provider"):
        raw = domo.get(f"/data/v1/streams/{stream['id']}?fields=all")
        raw["updateMethod"] = data.draw(st.sampled_from(["APPEND", "REPLACE"]))
        row = {"category": "METADATA", "type": "string", "name": "theirs", "value": "1"}
        hidden = {"category": "SYSTEM", "type": "string", "name": "hidden", "value": "2"}
        added = data.draw(st.sampled_from([[], [row], [row, hidden]]))
        kept = [one for one in raw["configuration"] if one["name"] not in ("theirs", "hidden")]
        raw["configuration"] = [*kept, *added]
        domo.done("PUT", f"/data/v1/streams/{stream['id']}", raw)
    elif not stream.get("key_columns"):
        # With keys, a read cannot tell APPEND from UPSERT (platform §6).
        method = data.draw(st.sampled_from(["APPEND", "REPLACE"]))
        domo.v1("PATCH", f"/streams/{stream['id']}", {"updateMethod": method}, client="c")


HANDS: tuple[Hand, ...] = (
    rename,
    retag,
    claim,
    give_away,
    share,
    unshare,
    switch,
    change_policy,
    add_policy,
    drop_policy,
    redefine,
    reschedule,
)
