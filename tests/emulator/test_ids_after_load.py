"""What is made after a snapshot was loaded gets ids that nothing has."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import SALES
from tests.emulator.test_product_column_policies import GROUPS, MAPPINGS, mapping, policy
from tests.emulator.test_product_streams import official_example

_SCHEMA = {"columns": [{"name": "a", "type": "LONG"}]}
_V1_DATASET = {"name": "D", "rows": 0, "schema": _SCHEMA}


def _product_dataset(domo: Domo, _: str) -> Any:
    body = {"dataSourceName": "D", "schema": _SCHEMA}
    return domo.done("POST", "/data/v2/datasources", body)["dataSource"]["dataSourceId"]


def _stream(domo: Domo, _: str) -> Any:
    made = domo.done("POST", "/data/v1/streams", official_example())
    return made["id"], made["dataSource"]["id"]


def _platform_stream(domo: Domo, _: str) -> Any:
    made = domo.v1("POST", "/streams", {"dataSet": _V1_DATASET, "updateMethod": "APPEND"})
    domo.v1("POST", f"/streams/{made['id']}/executions", {})
    return made["id"], made["dataSet"]["id"]


def _policy(domo: Domo, name: str) -> Any:
    body = {"name": name, "type": "user", "users": [], "groups": [], "filters": []}
    return domo.v1("POST", f"/datasets/{SALES}/policies", body)["id"]


def _column_policy(domo: Domo, name: str) -> Any:
    made = domo.done("POST", GROUPS, policy(name=name))
    # A column is under one policy only.
    kept = domo.get(MAPPINGS)
    if not kept:
        domo.done("POST", MAPPINGS, mapping(made["filterGroupId"]))
    return made["filterGroupId"]


def _user(domo: Domo, name: str) -> Any:
    body = {"name": name, "email": f"{name}@acme.example", "role": "Participant"}
    return domo.v1("POST", "/users", body)["id"]


def _account(domo: Domo, name: str) -> Any:
    body = {"displayName": name, "name": name, "dataProviderType": "snowflake"}
    return domo.done("POST", "/data/v1/accounts", body)["id"]


def _upload(domo: Domo, _: str) -> Any:
    return domo.done("POST", f"/data/v3/datasources/{SALES}/uploads", {})["uploadId"]


def _role(domo: Domo, name: str) -> Any:
    body = {"name": name, "description": "", "fromRoleId": 4}
    return domo.done("POST", "/authorization/v1/roles", body)["id"]


_KINDS: dict[str, Callable[[Domo, str], Any]] = {
    "dataset": _product_dataset,
    "dataset of the Platform plane": lambda domo, _: domo.v1("POST", "/datasets", _V1_DATASET)[
        "id"
    ],
    "dataset of the Simple API": lambda domo, _: domo.v1("POST", "/json?name=D")["id"],
    "stream": _stream,
    "stream of the Platform plane": _platform_stream,
    "policy": _policy,
    "column policy": _column_policy,
    "user": _user,
    "group": lambda domo, name: domo.v1("POST", "/groups", {"name": name})["id"],
    "account": _account,
    "role": _role,
}


@pytest.mark.parametrize("kind", _KINDS)
def test_after_a_load_no_id_is_given_out_again(domo: Domo, kind: str) -> None:
    make = _KINDS[kind]
    before = [make(domo, f"before{number}") for number in range(3)]
    held = domo.snapshot()
    domo.reset(held)

    after = [make(domo, f"after{number}") for number in range(3)]

    both = [str(one) for made in (*before, *after) for one in _each(made)]
    assert len(set(both)) == len(both)
    kept = domo.snapshot()
    assert {one["id"] for one in kept["datasets"]} >= {one["id"] for one in held["datasets"]}


def test_uploads_go_on_after_a_load(domo: Domo) -> None:
    _upload(domo, "")
    domo.reset(domo.snapshot())

    assert [_upload(domo, ""), _upload(domo, "")] == [1, 2]


def _each(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)
