"""Several instances on one port: told by path or host, and apart in everything."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def two(tmp_path: Path, data: Path) -> Iterator[Server]:
    """`dev` with the usual estate, `prod` with an empty one."""
    estate = tmp_path / "estate.json"
    estate.write_text(json.dumps(ESTATE))
    server = Server("--data", str(data), "--instance", f"dev={estate}", "--instance", "prod")
    yield server
    server.stop()


def by_path(server: Server, name: str) -> Domo:
    return Domo(f"{server.url}/instances/{name}")


def test_each_instance_has_an_estate_of_its_own(two: Server) -> None:
    dev, prod = by_path(two, "dev"), by_path(two, "prod")

    made = dev.v1("POST", "/datasets", {"name": "Only here", "schema": {"columns": []}})

    assert dev.get(f"/data/v3/datasources/{made['id']}")["name"] == "Only here"
    assert prod.get("/data/v3/datasources?part=core", "t")["dataSources"] == []
    assert len(dev.snapshot()["users"]) > len(prod.snapshot()["users"])


def test_logs_faults_and_switches_are_apart(two: Server) -> None:
    dev, prod = by_path(two, "dev"), by_path(two, "prod")
    dev.faults({"path": "*", "status": 503})
    dev.switch(page_limit=1)

    statuses = [
        one.product("GET", "/content/v2/users", None, "t").status_code for one in (dev, prod)
    ]

    assert statuses == [503, 200]
    assert [row["path"] for row in prod.requests()] == ["/api/content/v2/users"]
    switches = requests.get(f"{prod.url}/_emulator/switches", timeout=5).json()
    assert switches["page_limit"] == 0


@pytest.mark.parametrize("host", ["dev.localhost", "dev.domo.com:8080", "DEV.localhost"])
def test_the_host_names_an_instance_too(two: Server, host: str) -> None:
    address, headers = f"{two.url}/_emulator/snapshot", {"Host": host}

    found = requests.get(address, headers=headers, timeout=5).json()

    assert found == by_path(two, "dev").snapshot()


STREAM = {"dataSet": {"name": "s", "schema": {"columns": [{"type": "LONG", "name": "a"}]}}}
OPENAPI = "/_emulator/openapi.json"


def test_the_urls_in_answers_lead_back_to_the_instance_of_the_path(two: Server) -> None:
    prod = by_path(two, "prod")

    reply = prod.platform("POST", "/streams", STREAM)

    assert reply.headers["location"] == f"{prod.url}/v1/streams/{reply.json()['id']}"
    led = prod.platform("GET", reply.headers["location"].removeprefix(f"{prod.url}/v1"))
    assert led.json() == reply.json()
    assert prod.send("GET", OPENAPI).json()["servers"] == [{"url": prod.url}]


def test_the_urls_in_answers_lead_back_to_the_instance_of_the_host(two: Server) -> None:
    port = two.url.rpartition(":")[2]
    url = f"http://prod.localhost:{port}"
    token = by_path(two, "prod").access_token()
    headers = {"Host": f"prod.localhost:{port}", "Authorization": f"bearer {token}"}

    reply = requests.post(f"{two.url}/v1/streams", json=STREAM, headers=headers, timeout=5)

    assert reply.headers["location"] == f"{url}/v1/streams/{reply.json()['id']}"
    described = requests.get(two.url + OPENAPI, headers=headers, timeout=5).json()
    assert described["servers"] == [{"url": url}]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/content/v2/users/me", "Which instance?"),
        ("/instances/tset/api/content/v2/users/me", "No instance is called 'tset'."),
        ("/instances/", "Which instance?"),
    ],
)
def test_who_names_no_instance_is_told_which_there_are(two: Server, path: str, words: str) -> None:
    reply = requests.get(two.url + path, timeout=5)

    assert reply.status_code == 404
    assert words in reply.json()["message"]
    assert "dev, prod" in reply.json()["message"]


def test_each_keeps_what_it_had_answered_when_the_server_is_killed(two: Server, data: Path) -> None:
    by_path(two, "prod").v1("POST", "/datasets", {"name": "Kept", "schema": {"columns": []}})
    two.stop(signal.SIGKILL)

    again = Server("--data", str(data), "--instance", "prod")
    try:
        listed = by_path(again, "prod").v1("GET", "/datasets")
    finally:
        again.stop()

    assert [one["name"] for one in listed] == ["Kept"]


@pytest.mark.parametrize("second", ["a", "a=other.yml"])
def test_a_name_that_is_given_twice_is_refused(tmp_path: Path, second: str) -> None:
    options = ["--data", str(tmp_path), "--instance", "a", "--instance", "b", "--instance", second]

    code, said = Server(*options, ready=False).ended()

    assert code == 1
    assert "--instance a is given twice" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "Acme", "a/b", "..", "-a", "a.b"])
def test_a_name_that_is_no_part_of_a_host_is_refused(name: str) -> None:
    code, said = Server("--instance", name, ready=False).ended()

    assert code == 1
    assert f"{name!r} is no name of an instance" in said
