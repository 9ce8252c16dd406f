"""Chance: late answers, errors, lost and old answers, which the same requests meet again."""

import http.client
import time
from collections import Counter
from typing import Any

import pytest
import requests

from domostate.emulator.faults.chance import drawn
from tests.emulator.client import Domo
from tests.emulator.conftest import SALES

V3 = f"/data/v3/datasources/{SALES}"
TAGS = f"/data/ui/v3/datasources/{SALES}/tags"
INDEXED = f"/query/v1/datasources/{SALES}/schema/indexed"
FAULTS = "/_emulator/faults"


def statuses(domo: Domo, number: int, path: str = V3) -> list[int]:
    return [domo.product("GET", path).status_code for _ in range(number)]


def tags(domo: Domo) -> list[str]:
    found: list[str] = domo.snapshot()["datasets"][1].get("tags", [])
    return found


def took_s(domo: Domo, path: str) -> float:
    begin = time.monotonic()
    domo.product("GET", path)
    return time.monotonic() - begin


def test_a_share_of_the_requests_fails_and_the_same_ones_again(domo: Domo) -> None:
    rule = {"path": "*/datasources/*", "status": 503, "share": 0.3, "seed": 7}
    domo.faults(rule)
    first = statuses(domo, 60)
    domo.send("PUT", FAULTS, [rule])
    again = statuses(domo, 60)
    domo.send("PUT", FAULTS, [rule | {"seed": 8}])
    other = statuses(domo, 60)

    assert first == again
    assert first != other
    assert 8 <= first.count(503) <= 28
    assert set(first) == {200, 503}


def test_chance_goes_on_where_it_was_after_other_rules_came_and_a_switch_changed(
    domo: Domo,
) -> None:
    rule = {"path": "*/datasources/*", "status": 503, "share": 0.5}
    domo.faults(rule)
    whole = statuses(domo, 30)
    domo.send("PUT", FAULTS, [rule])
    begun = statuses(domo, 10)
    domo.faults({"path": "/nothing", "status": 500})
    domo.switch(page_limit=3)

    assert begun + statuses(domo, 20) == whole


def test_rules_alike_draw_different_chances(domo: Domo) -> None:
    rule = {"share": 0.5, "status": 500}
    domo.faults(rule | {"path": "*/users/me"}, rule | {"path": "*/datasources/*"})

    assert statuses(domo, 40) != statuses(domo, 40, "/content/v2/users/me")


def test_the_switch_for_the_seed_holds_for_rules_without_one(domo: Domo) -> None:
    rule = {"path": "*/datasources/*", "status": 503, "share": 0.5}
    domo.faults(rule)
    zero = statuses(domo, 30)
    domo.switch(weather_seed=5)
    domo.send("PUT", FAULTS, [rule])
    five = statuses(domo, 30)
    domo.send("PUT", FAULTS, [rule | {"seed": 5}])

    assert zero != five
    assert statuses(domo, 30) == five


def test_one_of_several_statuses_is_drawn(domo: Domo) -> None:
    domo.faults({"path": "*/datasources/*", "status": [500, 502, 504]})

    met = Counter(statuses(domo, 60))

    assert met.keys() == {500, 502, 504}
    assert max(met.values()) < 40


def test_times_and_skip_count_with_a_share(domo: Domo) -> None:
    domo.faults({"path": "*/datasources/*", "status": 500, "share": 0.5, "skip": 5, "times": 3})

    met = statuses(domo, 40)

    assert met[:5] == [200] * 5
    assert met.count(500) == 3
    [shown] = domo.send("GET", FAULTS).json()
    assert (shown["matched"], shown["fired"]) == (40, 3)


def test_random_errors_by_a_switch_come_before_the_effect(domo: Domo) -> None:
    domo.switch(error_share=0.5, weather_seed=3)

    for number in range(30):
        before = tags(domo)
        failed = domo.product("POST", TAGS, [f"t{number}"]).status_code >= 500
        assert tags(domo) == (before if failed else [f"t{number}"])

    met = Counter(one["status"] for one in domo.requests())
    assert met[200] > 5
    assert met.keys() - {200} <= {500, 502, 503, 504}
    assert len(met) > 2


def test_random_errors_by_a_switch_come_after_the_effect(domo: Domo) -> None:
    domo.switch(error_share=1, error_when="after")

    assert domo.product("POST", TAGS, ["x"]).status_code >= 500
    assert tags(domo) == ["x"]


def test_random_errors_come_before_and_after_the_effect_by_turns(domo: Domo) -> None:
    domo.switch(error_share=1, error_when="either")
    done = 0
    for number in range(40):
        assert domo.product("POST", TAGS, [f"t{number}"]).status_code >= 500
        done += tags(domo) == [f"t{number}"]

    assert 8 < done < 32


def test_the_share_of_errors_on_either_side_is_the_share_that_was_asked_for(domo: Domo) -> None:
    domo.switch(error_share=0.5, error_when="either")

    failed = sum(status >= 500 for status in statuses(domo, 300))

    assert 120 <= failed <= 180


def test_random_errors_repeat_after_a_reset(domo: Domo) -> None:
    domo.switch(error_share=0.4)
    first = statuses(domo, 40)
    domo.reset()
    domo.switch(error_share=0.4)

    assert statuses(domo, 40) == first


def test_a_random_loss_after_the_effect(domo: Domo) -> None:
    domo.faults({"method": "post", "path": "*/tags", "drop_after": True, "share": 0.5})
    lost = 0
    for number in range(20):
        try:
            domo.product("POST", TAGS, [f"t{number}"])
        except requests.ConnectionError:
            lost += 1
        assert tags(domo) == [f"t{number}"]

    assert 3 < lost < 17


def test_latency_and_jitter_by_switches_are_drawn_from_the_seed(domo: Domo) -> None:
    domo.switch(latency_ms=40, jitter_ms=3000, weather_seed=8)
    shares = [drawn(8, "latency_ms", "jitter", turn) for turn in (1, 2, 3)]
    assert [round(one, 2) for one in shares] == [0.13, 0.27, 0.0]

    late_s = [took_s(domo, V3) for _ in shares]

    assert all(late >= 0.04 + 3 * one for late, one in zip(late_s, shares, strict=True))
    assert max(late_s) < 3


def test_latency_holds_for_a_plane_or_a_path_only(domo: Domo) -> None:
    domo.platform("GET", "/datasets")
    domo.faults({"plane": "platform", "delay_ms": 1500}, {"path": "*/users/me", "delay_ms": 1200})

    assert took_s(domo, V3) < 1.2
    assert took_s(domo, "/content/v2/users/me") >= 1.2
    begin = time.monotonic()
    assert domo.platform("GET", "/datasets").ok
    assert time.monotonic() - begin >= 1.5


def test_delays_add_up_and_leave_room_for_other_faults(domo: Domo) -> None:
    domo.switch(latency_ms=100)
    domo.faults(
        {"path": "*/datasources/*", "delay_ms": 100},
        {"path": "*/datasources/*", "status": 500, "delay_ms": 100, "times": 1},
        {"path": "*/datasources/*", "status": 502, "times": 1},
    )

    begin = time.monotonic()
    assert domo.product("GET", V3).status_code == 500
    assert time.monotonic() - begin >= 0.3
    begin = time.monotonic()
    assert domo.product("GET", V3).status_code == 502
    assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize("status", [200, 303])
def test_the_block_page_stands_before_the_product_plane(domo: Domo, status: int) -> None:
    domo.switch(block_page=status)

    reply = domo.product("POST", TAGS, ["x"])

    assert reply.status_code == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Domo - Blocked</title>" in reply.text
    assert tags(domo) == ["finance", "gold", "pii"]
    assert domo.v1("GET", "/datasets")
    domo.switch(block_page=0)
    assert domo.done("POST", TAGS, ["x"]) is None


def test_a_stale_read_is_the_answer_that_was_given_before(domo: Domo) -> None:
    domo.faults({"path": "*/datasources/*", "method": "GET", "stale": True, "skip": 1, "times": 2})
    first = domo.get(V3)
    domo.done("PUT", f"{V3}/properties", {"dataSourceName": "New"})

    assert [domo.get(V3)["name"] for _ in range(3)] == ["Sales Orders", "Sales Orders", "New"]
    assert first["name"] == "Sales Orders"
    assert [one["status"] for one in domo.requests()] == [200] * 5


def test_a_stale_read_is_of_the_same_token_and_of_the_same_question(domo: Domo) -> None:
    domo.faults({"path": "*/datasources/*", "method": "GET", "stale": True})
    domo.get(V3)
    domo.done("PUT", f"{V3}/properties", {"dataSourceName": "New"})

    assert domo.get(V3)["name"] == "Sales Orders"
    assert domo.get(V3, token="t-bob")["name"] == "New"
    assert domo.get(V3 + "?part=core")["name"] == "New"


def test_what_was_refused_is_not_answered_again(domo: Domo) -> None:
    path = f"{V3}?x"
    domo.faults({"path": "*/datasources/*", "method": "GET", "stale": True})
    assert domo.product("GET", path, token="t-cat").status_code == 403
    grant = {"permissions": [{"type": "USER", "id": 3, "accessLevel": "CAN_VIEW"}]}
    domo.done("POST", f"{V3}/share", grant)

    assert domo.product("GET", path, token="t-cat").status_code == 200


def _add_column(domo: Domo, name: str) -> None:
    columns = domo.get(f"/data/v2/datasources/{SALES}/schemas/latest")["schema"]["columns"]
    domo.done(
        "POST",
        f"/data/v2/datasources/{SALES}/schemas",
        {"columns": [*columns, {"name": name, "type": "STRING"}], "objects": [], "views": []},
    )
    domo.done("POST", f"/data/v3/datasources/{SALES}/indexes", {"dataIds": []})


def _indexed(domo: Domo) -> int:
    return len(domo.get(INDEXED)["tables"][0]["columns"])


def test_indexed_schemas_are_read_stale_by_a_switch(domo: Domo) -> None:
    domo.switch(stale_share=0.5)
    before = _indexed(domo)
    _add_column(domo, "more")

    read = [_indexed(domo) for _ in range(20)]

    fresh = read.index(before + 1)
    assert set(read[:fresh]) <= {before}
    assert set(read[fresh:]) == {before + 1}


def test_searches_and_lists_are_read_stale_by_a_switch(domo: Domo) -> None:
    asked: dict[str, Any] = {"entities": ["DATASET"], "query": "*", "count": 10, "offset": 0}

    def searched() -> set[str]:
        found = domo.done("POST", "/data/ui/v3/datasources/search", asked)["dataSources"]
        return {one["name"] for one in found}

    def listed() -> set[str]:
        return {one["name"] for one in domo.get("/data/v3/datasources")["dataSources"]}

    def of_platform() -> set[str]:
        return {one["name"] for one in domo.v1("GET", "/datasets")}

    old = {"Sales Orders", "People"}
    domo.switch(stale_share=1)
    assert searched() == listed() == of_platform() == old
    domo.done("PUT", f"{V3}/properties", {"dataSourceName": "New"})

    assert searched() == listed() == of_platform() == old
    assert domo.get(V3)["name"] == "New"
    domo.switch(stale_share=0)
    assert searched() == listed() == of_platform() == {"New", "People"}


def test_the_rules_that_switches_stand_for_are_shown_and_stay_when_rules_are_cleared(
    domo: Domo,
) -> None:
    domo.switch(error_share=0.25, latency_ms=1)
    domo.faults({"path": "/a", "status": 500})
    domo.product("GET", V3)

    shown = domo.send("GET", FAULTS).json()

    assert [one.get("switch") for one in shown] == [None, "error_share", "latency_ms"]
    assert shown[2]["delay_ms"] == 1
    assert shown[2]["matched"] == 1
    cleared = domo.send("DELETE", FAULTS).json()
    assert [one["switch"] for one in cleared] == ["error_share", "latency_ms"]
    domo.switch(error_share=0, latency_ms=0)
    assert domo.send("GET", FAULTS).json() == []


def test_rules_and_switches_come_in_one_body(domo: Domo) -> None:
    body = {"rules": [{"path": "/a", "status": 500}], "switches": {"latency_ms": 2}}

    shown = domo.send("POST", FAULTS, body).json()

    assert [one.get("path") for one in shown] == ["/a", None]
    assert domo.send("GET", "/_emulator/switches").json()["latency_ms"] == 2
    domo.send("PUT", FAULTS, {"switches": {"latency_ms": 0}})
    assert [one["path"] for one in domo.send("GET", FAULTS).json()] == ["/a"]
    domo.send("PUT", FAULTS, {"rules": []})
    assert domo.send("GET", FAULTS).json() == []


@pytest.mark.parametrize(
    "body",
    [
        {"switches": {"latency_ms": -1}},
        {"switches": {"error_share": 1.5}},
        {"switches": {"error_share": True}},
        {"switches": {"block_page": 404}},
        {"switches": {"error_when": "never"}},
        {"switches": {"__doc__": "x"}},
        {"switches": []},
        {"rules": {}},
        {"rules": [{"status": 500, "share": 2}]},
        {"rules": [{"status": 500, "plane": "moon"}]},
        {"rules": [{"status": []}]},
        {"rules": [{"status": [500, 99]}]},
        {"rules": [{"status": 500, "retry_after": "auto"}]},
        {"rules": [{"status": 500, "retry_after": "1\r\nX: y"}]},
        {"rules": [{"status": 500, "rate_burst": 3}]},
        {"rules": [{"rate_per_minute": 0}]},
        {"rules": [{"stale": True, "no_effect": True}]},
        {"rules": [{"delay_ms": 10**12}]},
        {"rules": [{"drop_before": False}]},
    ],
)
def test_what_is_not_understood_is_refused_whole(domo: Domo, body: dict[str, Any]) -> None:
    good = {"rules": [{"path": "/a", "status": 500}, *body.get("rules", [])]}
    before = domo.send("GET", "/_emulator/switches").json()

    reply = domo.send("POST", FAULTS, body if not isinstance(body.get("rules"), list) else good)

    assert reply.status_code == 400
    assert domo.send("GET", FAULTS).json() == []
    assert domo.send("GET", "/_emulator/switches").json() == before


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_is_sent_without_one(domo: Domo, status: int) -> None:
    domo.faults({"path": "*/users/me", "status": status, "body": {"a": 1}, "times": 1})
    line = http.client.HTTPConnection(domo.url.removeprefix("http://"), timeout=10)
    line.connect()
    line.auto_open = False  # what breaks the connection shows
    asked = "GET", "/api/content/v2/users/me", None, {"X-DOMO-Developer-Token": "t-ada"}

    line.request(*asked)
    first = line.getresponse()
    assert (first.status, first.read()) == (status, b"")
    line.request(*asked)
    assert line.getresponse().status == 200
    line.close()
