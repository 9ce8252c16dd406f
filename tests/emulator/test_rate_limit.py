"""How fast a token may ask."""

import threading
import time

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.conftest import SALES

V3 = f"/data/v3/datasources/{SALES}"
ME = "/content/v2/users/me"


def met(domo: Domo, number: int, path: str = V3, token: str = "t-ada") -> list[int]:
    return [domo.product("GET", path, token=token).status_code for _ in range(number)]


def test_what_comes_beyond_the_burst_is_refused(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_burst=3)

    assert met(domo, 5) == [200, 200, 200, 429, 429]
    reply = domo.product("GET", V3)
    assert (reply.reason, reply.json()["status"]) == ("Too Many Requests", 429)
    assert 50 <= int(reply.headers["retry-after"]) <= 60
    assert [one["status"] for one in domo.requests()] == [200, 200, 200, 429, 429, 429]


def test_every_token_has_its_own_budget_on_both_planes(domo: Domo) -> None:
    bearer = domo.access_token()
    domo.switch(rate_per_minute=1, rate_burst=2)

    assert met(domo, 3) == [200, 200, 429]
    assert met(domo, 3, ME, "t-bob") == [200, 200, 429]
    headers = {"Authorization": f"bearer {bearer}"}
    platform = [domo.send("GET", "/v1/datasets", headers=headers).status_code for _ in range(3)]
    assert platform == [200, 200, 429]
    unsigned = [domo.send("GET", f"/api{V3}").status_code for _ in range(3)]
    assert unsigned == [401, 401, 429]


def test_a_refused_write_has_no_effect(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_burst=1)
    met(domo, 1)

    reply = domo.product("POST", f"/data/ui/v3/datasources/{SALES}/tags", ["x"])

    assert reply.status_code == 429
    assert domo.snapshot()["datasets"][1]["tags"] == ["finance", "gold", "pii"]


def test_who_waits_as_long_as_told_is_let_in(domo: Domo) -> None:
    domo.switch(rate_per_minute=20, rate_burst=1)
    assert met(domo, 2) == [200, 429]
    wait_s = int(domo.product("GET", V3).headers["retry-after"])

    assert 1 <= wait_s <= 3
    time.sleep(wait_s)
    assert met(domo, 2) == [200, 429]


def test_without_a_burst_a_minute_s_worth_may_come_at_once(domo: Domo) -> None:
    domo.switch(rate_per_minute=4)

    assert met(domo, 5) == [200, 200, 200, 200, 429]


def test_the_header_can_be_left_out(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_retry_after=False)
    met(domo, 1)

    reply = domo.product("GET", V3)

    assert reply.status_code == 429
    assert "retry-after" not in reply.headers


@pytest.mark.parametrize("status", [403, 503])
def test_throttling_may_look_otherwise(domo: Domo, status: int) -> None:
    domo.switch(rate_per_minute=1, rate_status=status)

    assert met(domo, 2) == [200, status]


def test_a_rule_limits_one_path_and_says_so_in_its_own_way(domo: Domo) -> None:
    domo.faults(
        {"path": "*/datasources/*", "rate_per_minute": 0.5, "rate_burst": 2, "retry_after": "auto"},
        {"path": "*/users/me", "rate_per_minute": 1, "status": 503, "body": {"wait": True}},
    )

    assert met(domo, 3) == [200, 200, 429]
    assert int(domo.product("GET", V3).headers["retry-after"]) > 60
    assert met(domo, 2, ME) == [200, 503]
    reply = domo.product("GET", ME)
    assert reply.json() == {"wait": True}
    assert "retry-after" not in reply.headers


def test_a_reset_fills_every_budget(domo: Domo) -> None:
    for _ in range(2):
        domo.reset()
        domo.switch(rate_per_minute=1, rate_burst=2)
        assert met(domo, 3) == [200, 200, 429]


def test_another_switch_leaves_the_budgets_alone(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_burst=2)
    met(domo, 2)
    domo.switch(page_limit=5)

    assert met(domo, 1) == [429]


def test_latency_comes_on_top_of_a_refusal_and_leaves_its_header(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_burst=1, latency_ms=50)
    met(domo, 1)

    assert "retry-after" in domo.product("GET", V3).headers


def test_requests_at_the_same_time_share_the_budget(domo: Domo) -> None:
    domo.switch(rate_per_minute=1, rate_burst=5, latency_ms=50)
    found: list[int] = []

    def ask() -> None:
        headers = {"X-DOMO-Developer-Token": "t-ada"}
        reply = requests.get(f"{domo.url}/api{V3}", headers=headers, timeout=10)
        found.append(reply.status_code)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [200] * 5 + [429] * 7
