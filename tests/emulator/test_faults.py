"""Faults: wrong answers, late answers, lost answers."""

import threading
import time
from pathlib import Path

import pytest
import requests

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE, SALES

V3 = f"/data/v3/datasources/{SALES}"
TAGS = f"/data/ui/v3/datasources/{SALES}/tags"


def tags(domo: Domo) -> list[str]:
    found: list[str] = domo.snapshot()["datasets"][1]["tags"]
    return found


def test_a_status_is_answered_instead_and_nothing_happens(domo: Domo) -> None:
    domo.faults({"method": "POST", "path": "/api/data/ui/*/tags", "status": 503, "times": 1})

    reply = domo.product("POST", TAGS, ["x"])

    assert (reply.status_code, reply.reason) == (503, "Service Unavailable")
    assert {"status", "statusReason", "message", "toe"} == reply.json().keys()
    assert tags(domo) == ["finance", "gold", "pii"]
    domo.done("POST", TAGS, ["x"])  # once only
    assert tags(domo) == ["x"]
    assert [one["status"] for one in domo.requests()] == [503, 200]


def test_a_status_after_the_effect(domo: Domo) -> None:
    domo.faults({"path": "*/tags", "status": 500, "after_effect": True})

    assert domo.product("POST", TAGS, ["x"]).status_code == 500
    assert tags(domo) == ["x"]
    assert domo.requests()[0]["status"] == 500


def test_throttling_says_when_to_come_back(domo: Domo) -> None:
    domo.faults({"path": "/v1/*", "status": 429, "retry_after": 2})

    reply = domo.platform("GET", "/datasets")

    assert (reply.status_code, reply.headers["retry-after"]) == (429, "2")
    assert domo.get(V3)


def test_a_body_is_sent_as_it_is_given(domo: Domo) -> None:
    page = "<html><title>Domo - Blocked</title></html>"
    domo.faults(
        {"path": "*/users/me", "status": 200, "body": page},
        {"path": "*/datasources/*", "status": 418, "body": {"a": 1}},
    )

    blocked = domo.product("GET", "/content/v2/users/me")
    other = domo.product("GET", V3)

    assert (blocked.text, blocked.headers["content-type"][:9]) == (page, "text/html")
    assert (other.status_code, other.json()) == (418, {"a": 1})


@pytest.mark.parametrize(("fault", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_connection_has_no_answer_at_all(domo: Domo, fault: str, done: bool) -> None:
    domo.faults({"method": "POST", "path": "*/tags", fault: True, "times": 1})

    with pytest.raises(requests.ConnectionError):
        domo.product("POST", TAGS, ["x"])

    assert tags(domo) == (["x"] if done else ["finance", "gold", "pii"])
    assert [(one["path"], one["status"]) for one in domo.requests()] == [(f"/api{TAGS}", None)]
    assert domo.get(V3)  # and the server goes on


def test_a_lost_export_leaves_no_file_behind(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path))
    domo = Domo(server.url)
    domo.reset(ESTATE)
    bearer = {"Authorization": f"bearer {domo.access_token()}"}
    data = f"{server.url}/v1/datasets/{SALES}/data"
    rows = "".join(f"{number},West,1.5\n" for number in range(100))
    requests.put(data, rows, headers={"Content-Type": "text/csv", **bearer}, timeout=10)
    before = sorted(tmp_path.rglob("*"))
    domo.faults({"path": "*/data", "drop_after": True, "times": 1})

    with pytest.raises(requests.ConnectionError):
        requests.get(data, headers=bearer, timeout=10)
    domo.faults()
    domo.faults({"path": "*/data", "status": 500, "after_effect": True})
    assert requests.get(data, headers=bearer, timeout=10).status_code == 500

    assert sorted(tmp_path.rglob("*")) == before
    domo.faults()
    assert requests.get(data, headers=bearer, timeout=10).text == rows
    server.stop()


def test_a_dropped_write_is_in_the_history_when_it_happened(domo: Domo) -> None:
    grant = {"permissions": [{"type": "USER", "id": 3, "accessLevel": "CAN_VIEW"}]}
    domo.faults({"method": "POST", "path": "*/share", "drop_after": True, "times": 1})

    with pytest.raises(requests.ConnectionError):
        domo.product("POST", f"{V3}/share", grant)

    assert [one["seq"] for one in domo.history()] == [1]


def test_an_answer_without_an_effect(domo: Domo) -> None:
    domo.faults({"method": "PUT", "path": "/v1/*", "no_effect": True})

    answered = domo.v1("PUT", f"/datasets/{SALES}", {"name": "x", "pdpEnabled": False})

    assert (answered["name"], answered["pdpEnabled"]) == ("x", False)
    assert domo.v1("GET", f"/datasets/{SALES}")["name"] == "Sales Orders"
    assert domo.history() == []


def test_the_first_matches_may_be_skipped_and_the_first_rule_wins(domo: Domo) -> None:
    domo.faults(
        {"path": "*/datasources/*", "status": 500, "skip": 2, "times": 2},
        {"path": "*/datasources/*", "status": 404, "skip": 4},
    )

    statuses = [domo.product("GET", V3).status_code for _ in range(7)]

    assert statuses == [200, 200, 500, 500, 200, 200, 404]
    shown = domo.send("GET", "/_emulator/faults").json()
    assert [(one["matched"], one["fired"]) for one in shown] == [(7, 2), (5, 1)]


def test_a_path_may_be_a_regular_expression_over_the_query_too(domo: Domo) -> None:
    domo.faults({"path_regex": r"users/me\?x=\d+$", "status": 500})

    assert domo.product("GET", "/content/v2/users/me?x=12").status_code == 500
    assert domo.product("GET", "/content/v2/users/me?x=a").status_code == 200


def test_a_delay_holds_up_only_its_own_request(domo: Domo) -> None:
    domo.faults({"path": "*/users/me", "delay_ms": 1500})
    slow = threading.Thread(target=lambda: domo.product("GET", "/content/v2/users/me"))
    begin = time.monotonic()

    slow.start()
    time.sleep(0.1)
    with requests.Session() as session:
        other = session.get(f"{domo.url}/_emulator/requests", timeout=5).json()
    quick_s = time.monotonic() - begin
    slow.join()

    assert other == []  # not yet
    assert quick_s < 1.2
    assert time.monotonic() - begin >= 1.5


def test_a_delay_after_the_effect(domo: Domo) -> None:
    domo.faults({"path": "*/tags", "delay_ms": 500, "after_effect": True})

    with pytest.raises(requests.ReadTimeout):
        domo.session.post(
            f"{domo.url}/api{TAGS}",
            json=["x"],
            headers={"X-DOMO-Developer-Token": "t-ada"},
            timeout=0.2,
        )

    assert tags(domo) == ["x"]


def test_a_new_list_is_added_and_an_empty_one_clears(domo: Domo) -> None:
    domo.faults({"path": "/a", "status": 500})
    domo.faults({"path": "/b", "status": 500})
    assert [one["path"] for one in domo.send("GET", "/_emulator/faults").json()] == ["/a", "/b"]
    domo.send("PUT", "/_emulator/faults", [{"path": "/c", "status": 500}])
    assert [one["path"] for one in domo.send("GET", "/_emulator/faults").json()] == ["/c"]
    domo.faults()
    assert domo.send("GET", "/_emulator/faults").json() == []
    domo.faults({"path": "/d", "status": 500})
    assert domo.send("DELETE", "/_emulator/faults").json() == []


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"path": "/x"},
        {"status": "500"},
        {"status": 99},
        {"status": 500, "drop_before": True},
        {"status": 500, "times": True},
        {"status": 500, "colour": "red"},
        {"path_regex": "(", "status": 500},
        "500",
    ],
)
def test_a_rule_that_is_not_understood_is_refused(domo: Domo, rule: object) -> None:
    assert domo.send("POST", "/_emulator/faults", [{"status": 500}, rule]).status_code == 400
    assert domo.send("GET", "/_emulator/faults").json() == []


def test_what_still_waits_when_the_estate_is_reset_has_no_effect(domo: Domo) -> None:
    domo.faults({"path": "*/tags", "delay_ms": 300, "times": 1})
    late = threading.Thread(target=_unanswered, args=(domo,))
    late.start()
    time.sleep(0.1)

    requests.post(f"{domo.url}/_emulator/reset", timeout=10)
    late.join()

    assert tags(domo) == ["finance", "gold", "pii"]
    assert domo.requests() == []


def _unanswered(domo: Domo) -> None:
    with pytest.raises(requests.ConnectionError):
        domo.product("POST", TAGS, ["x"])
