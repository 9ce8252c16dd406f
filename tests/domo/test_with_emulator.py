"""Both planes against the emulator, which shares no code with the client."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from domostate.domo.connect import Connection, PlatformAccess, ProductAccess, connect
from domostate.errors import Forbidden, NotFound, Unauthorized, Unreachable
from domostate.model.call import Call, Part, Plane
from domostate.model.observed import Presence
from tests.domo.conftest import PATIENT

ORDERS = "4405ff58-1957-45f0-82bd-914d989a3ea3"
SECRET_PLANS = "5505ff58-1957-45f0-82bd-914d989a3ea3"
GONE = "9905ff58-1957-45f0-82bd-914d989a3ea3"
PRODUCT_PARTS = frozenset(Part) - {Part.DATASET, Part.API_STREAM}
ESTATE = f"""
users:
  - {{email: ada@acme.test, name: Ada, role: Admin, active: true}}
  - {{email: wes@acme.test, name: Wes, role: Participant, active: true}}
  - {{email: off@acme.test, name: Off, role: Participant, active: false}}
groups:
  - {{name: Finance, members: [ada@acme.test], groups: []}}
  - {{name: West, members: [wes@acme.test], groups: []}}
  - {{name: East, members: [], groups: []}}
accounts: [{{name: Snowflake prod, provider: snowflake}}]
tokens: [{{token: t-ada, user: ada@acme.test}}, {{token: t-wes, user: wes@acme.test}}]
clients: [{{id: c1, secret: s1, user: ada@acme.test, scopes: [data, user]}}]
datasets:
  - id: {ORDERS}
    name: Sales Orders
    owner: {{type: USER, email: ada@acme.test}}
    columns: [{{name: order_id, type: LONG}}, {{name: region, type: STRING}}]
    permissions: [{{type: USER, email: wes@acme.test, access: CAN_VIEW}}]
    pdp:
      enabled: true
      policies:
        - id: 8
          type: user
          name: West only
          users: [wes@acme.test]
          groups: []
          filters:
            - {{column: region, operator: EQUALS, values: [West], not: false, ignore_case: false}}
  - id: {SECRET_PLANS}
    name: Secret Plans
    owner: {{type: USER, email: ada@acme.test}}
    columns: [{{name: a, type: STRING}}]
"""


class Emulator:
    """A running emulator, with its switches for tests."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, **switches: Any) -> None:
        requests.put(f"{self.url}/_emulator/switches", json=switches, timeout=5).raise_for_status()

    def fault(self, **rule: Any) -> None:
        requests.post(f"{self.url}/_emulator/faults", json=[rule], timeout=5).raise_for_status()

    def reset(self) -> None:
        requests.post(f"{self.url}/_emulator/reset", timeout=5).raise_for_status()

    def asked(self) -> list[str]:
        answer = requests.get(f"{self.url}/_emulator/requests", timeout=5).json()
        rows = answer["requests"] if isinstance(answer, dict) else answer
        return [f"{row['method']} {row['path']}" for row in rows]


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    estate = folder / "estate.yml"
    estate.write_text(ESTATE, encoding="utf-8")
    command = [sys.executable, "-m", "domostate.emulator", "--port", "0"]
    command += ["--data", str(folder / "data"), "--estate", str(estate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline().strip()
        yield Emulator(ready.removeprefix("emulator ready at "))
        process.terminate()


@pytest.fixture
def emulator(_running: Emulator) -> Emulator:
    _running.reset()
    return _running


Opening = Callable[..., Connection]


@pytest.fixture
def opened(emulator: Emulator) -> Iterator[Opening]:
    connections: list[Connection] = []

    def open_(product: str | None = "t-ada", secret: str | None = "s1") -> Connection:
        connections.append(
            connect(
                ProductAccess(emulator.url, product, "env:T") if product else None,
                PlatformAccess(emulator.url, "c1", secret, "env:C") if secret else None,
                retry=PATIENT,
            )
        )
        return connections[-1]

    yield open_
    for connection in connections:
        connection.close()


def test_both_planes_say_who_we_are(opened: Opening) -> None:
    product = opened(secret=None).reader.check_identity()
    platform = opened(product=None).reader.check_identity()

    assert product is not None
    assert product.name == "ada@acme.test"
    assert product == platform


@pytest.mark.parametrize("plane", ["product", "platform"])
def test_wrong_credentials_are_unauthorized(opened: Opening, plane: str) -> None:
    wrong = {"product": "wrong", "secret": None}
    if plane == "platform":
        wrong = {"product": None, "secret": "wrong"}

    with pytest.raises(Unauthorized, match="check env:"):
        opened(**wrong).reader.check_identity()


@pytest.mark.parametrize("page_limit", [0, 1, 2])
def test_both_planes_list_the_same_people(
    emulator: Emulator, opened: Opening, page_limit: int
) -> None:
    emulator.set(page_limit=page_limit)

    product = opened(secret=None).reader.directory(users=True, groups=True, accounts=True)
    platform = opened(product=None).reader.directory(users=True, groups=True, accounts=True)

    emails = {"ada@acme.test", "wes@acme.test", "off@acme.test"}
    assert set(product.users.values()) == emails
    assert set(product.groups.values()) >= {"Finance", "West", "East"}
    assert [*product.accounts.values()] == [("Snowflake prod", "snowflake")]
    assert {product.users[id_] for id_ in product.inactive} == {"off@acme.test"}
    assert product.users.items() >= platform.users.items()
    assert product.groups == platform.groups


@pytest.mark.parametrize("credentials", [{}, {"product": None}], ids=["product", "platform"])
def test_both_planes_tell_of_the_same_members(
    emulator: Emulator, opened: Opening, credentials: dict[str, None]
) -> None:
    reader = opened(**credentials).reader
    known = reader.directory(users=True, groups=True, accounts=False)
    emails = {
        known.groups[one.id]: sorted(known.users[id_] for id_ in one.users)
        for one in reader.groups_within(known.groups).values()
    }

    assert emails == {"Finance": ["ada@acme.test"], "West": ["wes@acme.test"], "East": []}


def test_an_admin_is_found_to_manage_everything(emulator: Emulator, opened: Opening) -> None:
    reader = opened().reader
    known = reader.directory(users=True, groups=False, accounts=False)

    managing = reader.managing(known.roles)

    assert {known.users[id_] for id_ in managing} == {"ada@acme.test"}


def test_every_product_part_is_read(emulator: Emulator, opened: Opening) -> None:
    reader = opened(secret=None).reader

    live = reader.read(dict.fromkeys((ORDERS, SECRET_PLANS), PRODUCT_PARTS))

    parts = live[ORDERS].parts
    assert live[ORDERS].presence is Presence.PRESENT
    assert parts[Part.METADATA]["name"] == "Sales Orders"
    assert [column["name"] for column in parts[Part.SCHEMA]["columns"]] == ["order_id", "region"]
    assert [column["name"] for column in parts[Part.INDEXED]["columns"]] == ["order_id", "region"]
    assert {row["accessLevel"] for row in parts[Part.ACCESS]["list"]} == {"OWNER", "CAN_VIEW"}
    assert {row["name"] for row in parts[Part.POLICIES]} == {"All Rows", "West only"}
    assert parts[Part.SWITCH]["enabled"] is True
    assert parts[Part.STREAM] is None
    assert reader.calls == len(emulator.asked()) == 9


def test_schemas_are_the_same_with_and_without_the_list(
    emulator: Emulator, opened: Opening
) -> None:
    wanted = dict.fromkeys((ORDERS, SECRET_PLANS), frozenset({Part.SCHEMA, Part.INDEXED}))
    listed = opened().reader.read(wanted)
    emulator.set(schema_list=False)

    single = opened().reader.read(wanted)

    for id_ in wanted:
        for part in (Part.SCHEMA, Part.INDEXED):
            names = [
                [(column["name"], column["type"]) for column in found[id_].parts[part]["columns"]]
                for found in (listed, single)
            ]
            assert names[0] == names[1] != []


def test_absent_and_invisible_are_told_apart_on_the_product_plane(opened: Opening) -> None:
    wanted = dict.fromkeys((ORDERS, SECRET_PLANS, GONE), frozenset({Part.METADATA}))

    live = opened("t-wes", None).reader.read(wanted)

    assert {id_: one.presence for id_, one in live.items()} == {
        ORDERS: Presence.PRESENT,
        SECRET_PLANS: Presence.INVISIBLE,
        GONE: Presence.ABSENT,
    }


@pytest.mark.parametrize("as_object", [True, False])
def test_a_deleted_dataset_is_absent_on_both_planes(
    emulator: Emulator, opened: Opening, as_object: bool
) -> None:
    emulator.set(deleted_dataset_is_object=as_object)
    connection = opened()
    path = f"/api/data/v3/datasources/{ORDERS}"
    connection.open_sender().send(Call("DELETE", path, Plane.PRODUCT))

    for part in (Part.METADATA, Part.DATASET):
        live = opened().reader.read({ORDERS: frozenset({part})})
        assert live[ORDERS].presence is Presence.ABSENT


def test_a_platform_dataset_comes_with_schema_policies_and_stream(opened: Opening) -> None:
    connection = opened(product=None)
    body = {
        "dataSet": {"name": "Fed", "schema": {"columns": [{"type": "LONG", "name": "n"}]}},
        "updateMethod": "REPLACE",
    }
    call = Call("POST", "/v1/streams", Plane.PLATFORM, body, repeatable=False)
    fed = connection.open_sender().send(call)["dataSet"]["id"]

    both = frozenset({Part.DATASET, Part.API_STREAM})
    live = connection.reader.read({ORDERS: both, fed: both})

    assert live[ORDERS].parts[Part.DATASET]["pdpEnabled"] is True
    assert live[ORDERS].parts[Part.API_STREAM] is None
    assert live[fed].parts[Part.DATASET]["schema"] == {"columns": [{"type": "LONG", "name": "n"}]}
    assert live[fed].parts[Part.API_STREAM]["dataSet"]["id"] == fed


@pytest.mark.parametrize("page_limit", [0, 1])
def test_many_api_streams_are_listed(emulator: Emulator, opened: Opening, page_limit: int) -> None:
    emulator.set(page_limit=page_limit)
    connection = opened(product=None)
    sender = connection.open_sender()
    schema = {"columns": [{"type": "LONG", "name": "n"}]}
    fed = [
        sender.send(
            Call(
                "POST",
                "/v1/streams",
                Plane.PLATFORM,
                {"dataSet": {"name": f"Fed {n}", "schema": schema}, "updateMethod": "APPEND"},
            )
        )["dataSet"]["id"]
        for n in range(5)
    ]

    live = connection.reader.read(dict.fromkeys((*fed, ORDERS), frozenset({Part.API_STREAM})))

    assert {id_ for id_, one in live.items() if one.parts[Part.API_STREAM]} == set(fed)
    assert "GET /v1/streams/search" not in emulator.asked()


@pytest.mark.parametrize("planes", [("t-ada", None), (None, "s1")])
@pytest.mark.parametrize("page_limit", [0, 1])
def test_names_are_found_exactly_on_both_planes(
    emulator: Emulator, opened: Opening, planes: tuple[str | None, str | None], page_limit: int
) -> None:
    emulator.set(page_limit=page_limit)

    found = opened(*planes).reader.find_by_name(["Sales Orders", "sales", "Secret Plans"])

    ids = {name: [one.id for one in ones] for name, ones in found.items()}
    assert ids == {"Sales Orders": [ORDERS], "sales": [], "Secret Plans": [SECRET_PLANS]}
    assert all(one.created > 0 and one.owner_id for ones in found.values() for one in ones)


def test_a_create_that_was_cut_off_happened_once(emulator: Emulator, opened: Opening) -> None:
    emulator.fault(method="POST", path="/api/data/v2/datasources", drop_after=True, times=1)
    connection = opened(secret=None)
    create = Call(
        "POST",
        "/api/data/v2/datasources",
        Plane.PRODUCT,
        {
            "userDefinedType": "api",
            "dataSourceName": "New",
            "schema": {"columns": [{"type": "STRING", "name": "a"}]},
        },
        repeatable=False,
    )

    with pytest.raises(Unreachable):
        connection.open_sender().send(create)

    assert len(connection.reader.find_by_name(["New"])["New"]) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop_before": True}, {"status": 429}])
def test_reads_outlast_passing_trouble(
    emulator: Emulator, opened: Opening, fault: dict[str, Any]
) -> None:
    emulator.fault(path="/api/data/v3/datasources/*", times=2, **fault)

    live = opened(secret=None).reader.read({ORDERS: frozenset({Part.METADATA})})

    assert live[ORDERS].presence is Presence.PRESENT


def test_an_expired_token_is_renewed(emulator: Emulator, opened: Opening) -> None:
    reader = opened(product=None).reader
    reader.check_identity()
    emulator.fault(path="/v1/datasets/*", status=401, times=1)

    live = reader.read({ORDERS: frozenset({Part.DATASET})})

    assert live[ORDERS].presence is Presence.PRESENT
    assert emulator.asked().count("POST /oauth/token") == 2


def test_writes_are_refused_with_their_own_errors(opened: Opening) -> None:
    sender = opened("t-wes", None).open_sender()
    rename = Call(
        "PUT",
        f"/api/data/v3/datasources/{SECRET_PLANS}/properties",
        Plane.PRODUCT,
        {"dataSourceName": "x", "dataSourceDescription": ""},
    )

    with pytest.raises(Forbidden) as caught:
        sender.send(rename)
    assert caught.value.toe
    with pytest.raises(NotFound):
        sender.send(replace(rename, path=rename.path.replace(SECRET_PLANS, GONE)))
