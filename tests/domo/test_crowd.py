"""Who is in which groups, and who manages everything by their role."""

from typing import Any

import pytest

from domostate.errors import Broken
from domostate.model.people import Group
from tests.domo.conftest import Connecting
from tests.domo.loopback import Answer, Loopback, Request

GET = "POST /api/content/v2/groups/get"
ROLE = "GET /api/authorization/v1/roles/{}/authorities"


def groups(*rows: dict[str, Any]) -> Any:
    """Answers for the ids that were asked for."""

    def answer(request: Request) -> Answer:
        return Answer([row for row in rows if row["id"] in request.body])

    return answer


def test_groups_in_groups_are_read_depth_by_depth(server: Loopback, connected: Connecting) -> None:
    server.on(
        GET,
        groups(
            {"id": 1, "name": "All", "userIds": [], "groupIds": [2, 3]},
            {"id": 2, "name": "West", "userIds": [7, "8"], "groupIds": ["1"]},
            {"id": 3, "name": "Gone_deleted", "userIds": [9], "active": False},
            {"id": 4, "name": "Bare"},
        ),
    )

    found = connected("product").reader.groups_within({"1", "4", "99"})

    assert found == {
        "1": Group("1", "All", groups=frozenset({"2", "3"})),
        "2": Group("2", "West", frozenset({"7", "8"}), frozenset({"1"})),
        "4": Group("4", "Bare"),
    }
    assert [request.body for request in server.requests if request.method == "POST"] == [
        [1, 4, 99],
        [2, 3],
    ]


def test_many_groups_take_few_calls(server: Loopback, connected: Connecting) -> None:
    server.on(GET, groups(*({"id": n, "name": str(n)} for n in range(250))))

    assert len(connected("product").reader.groups_within({str(n) for n in range(250)})) == 250
    assert server.asked().count(GET) == 3


@pytest.mark.parametrize("reply", [{"message": "?"}, [{"name": "no id"}], ["odd"]])
def test_an_answer_of_another_shape_is_not_taken_for_no_members(
    server: Loopback, connected: Connecting, reply: Any
) -> None:
    server.on(GET, Answer(reply))

    with pytest.raises(Broken):
        connected("product").reader.groups_within({"1"})


def test_no_groups_are_no_calls(server: Loopback, connected: Connecting) -> None:
    assert connected("product").reader.groups_within(set()) == {}
    assert server.asked() == []


def test_each_role_is_asked_once(server: Loopback, connected: Connecting) -> None:
    server.on(ROLE.format(1), Answer(["audit", "dataset.manage"]))
    server.on(ROLE.format(2), Answer(["audit"]))
    server.on(ROLE.format(3), Answer({"message": "no"}, 403))
    roles = {"7": "1", "8": "2", "9": "1", "10": "3"}

    assert connected("product").reader.managing(roles) == {"7", "9"}
    assert len(server.requests) == 3
