"""One dataset of a Domo that keeps what it is sent, without HTTP; see product and platform."""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domostate.model.call import Call, Part, Plane
from domostate.model.observed import Live, Presence
from tests.kinds import replies
from tests.kinds.entries import ID

Route = Callable[..., Any]


class LittleDomo:
    """`parts` as the reader would hand them over; empty before the dataset is created."""

    def __init__(self, parts: Mapping[Part, Any]) -> None:
        self.parts = copy.deepcopy(dict(parts))
        self.sent: list[Call] = []
        self._next = 5000

    @property
    def live(self) -> Live:
        return Live(ID, Presence.PRESENT, copy.deepcopy(self.parts))

    def get(self, call: Call) -> Any:
        """The answer to a look-up."""
        assert call.method == "GET"
        for pattern, part in _READS:
            if re.fullmatch(pattern, call.path):
                found = copy.deepcopy(self.parts[part])
                return [found] if part is Part.API_STREAM else found
        raise AssertionError(f"nothing answers GET {call.path}")

    def send(self, call: Call) -> Any:
        """The answer to a write, which is carried out; its body has been through JSON."""
        self.sent.append(call)
        body = json.loads(json.dumps(call.body))
        for method, pattern, route in _WRITES:
            match = re.fullmatch(pattern, call.path)
            if match and method == call.method:
                return copy.deepcopy(route(self, body, *match.groups()))
        raise AssertionError(f"nothing answers {call.method} {call.path}")

    def next_id(self) -> int:
        self._next += 1
        return self._next

    def _create(self, body: Any) -> Any:
        self._born(body["dataSourceName"], body.get("dataSourceDescription", ""))
        columns = [replies.column(one["name"], one["type"]) for one in body["schema"]["columns"]]
        self.parts[Part.SCHEMA] = {"columns": columns}
        self.parts[Part.INDEXED] = {"columns": list(columns)}
        return {"dataSource": {"dataSourceId": ID}}

    def _born(self, name: str, description: str, **more: str) -> None:
        self.parts[Part.METADATA] = replies.metadata(name=name, description=description, **more)
        self.parts[Part.ACCESS] = replies.access()
        self.parts[Part.POLICIES] = []
        self.parts[Part.SWITCH] = replies.switch()

    def _properties(self, body: Any) -> Any:
        raw = self.parts[Part.METADATA]
        raw["name"], raw["description"] = body["dataSourceName"], body["dataSourceDescription"]
        return raw

    def _reassign(self, body: Any) -> Any:
        type_ = "USER" if "userId" in body else "GROUP"
        id_ = body.get("userId", body.get("groupId"))
        self.parts[Part.METADATA]["owner"] = {"id": str(id_), "name": "New", "type": type_}
        return {"successful": body["ids"], "failed": {}}

    def _tags(self, body: Any) -> Any:
        self.parts[Part.METADATA]["tags"] = json.dumps(body)

    def _share(self, body: Any) -> Any:
        assert body["sendEmail"] is False
        for one in body["permissions"]:
            self._unshare({"type": one["type"], "id": one["id"]})
            self.parts[Part.ACCESS]["list"].append({**one, "id": str(one["id"])})
        return {}

    def _unshare(self, one: Mapping[str, Any]) -> None:
        who = (one["type"], str(one["id"]))
        rows = self.parts[Part.ACCESS]["list"]
        self.parts[Part.ACCESS]["list"] = [
            row for row in rows if (row["type"], row["id"]) != who or row["accessLevel"] == "OWNER"
        ]

    def _revoke(self, body: Any, user: str) -> Any:
        self._unshare({"type": "USER", "id": user})
        return {}

    def _bulk_share(self, body: Any) -> Any:
        assert body["dataSourceShareEntity"]["sendEmail"] is False
        for one in body["dataSourceShareEntity"]["permissions"]:
            assert one["accessLevel"] == "NONE"
            self._unshare(one)
        return {"successful": body["bulkItems"]["ids"], "failed": {}}

    def _schemas(self, body: Any) -> Any:
        self.parts[Part.SCHEMA] = {"columns": body["columns"]}
        return {"schemaId": 2}

    def _index(self, body: Any) -> Any:
        self.parts[Part.INDEXED] = copy.deepcopy(self.parts[Part.SCHEMA])
        return {"requestKey": "k"}

    def _new_group(self, body: Any) -> Any:
        made = {**_without_empty(body), "filterGroupId": self.next_id()}
        made |= {key: [int(id_) for id_ in made[key]] for key in _IDS if key in made}
        self.parts[Part.POLICIES].append({**made, "type": "user"})
        return {**made, "policySetId": 1}

    def _put_group(self, body: Any, id_: str) -> Any:
        rows = self.parts[Part.POLICIES]
        place = next(n for n, one in enumerate(rows) if str(one["filterGroupId"]) == id_)
        rows[place] = {**_without_empty(body), "type": rows[place]["type"]}
        return rows[place]

    def _delete_group(self, body: Any, id_: str) -> Any:
        rows = self.parts[Part.POLICIES]
        self.parts[Part.POLICIES] = [one for one in rows if str(one["filterGroupId"]) != id_]
        return {}

    def _switch(self, body: Any) -> Any:
        self.parts[Part.SWITCH] = body
        if body["enabled"] and all(one["type"] != "open" for one in self.parts[Part.POLICIES]):
            self.parts[Part.POLICIES].append(replies.all_rows(self.next_id()))
        return body

    def _new_connector(self, body: Any) -> Any:
        source = body["dataSource"]
        self._born(
            source["name"],
            source["description"],
            provider=body["dataProvider"]["key"],
            transport="CONNECTOR",
        )
        self.parts[Part.STREAM] = {"id": 42, **body}
        return {"id": 42, "dataSource": {"id": ID}}

    def _put_connector(self, body: Any, id_: str) -> Any:
        assert str(body["id"]) == id_
        self.parts[Part.STREAM] = body
        return body

    def _new_platform(self, body: Any) -> Any:
        columns = [(one["name"], one["type"]) for one in body["schema"]["columns"]]
        description = body.get("description", "")
        made = replies.dataset(
            replies.open_policy(), name=body["name"], description=description, columns=columns
        )
        self.parts[Part.DATASET] = made
        return made

    def _put_platform(self, body: Any) -> Any:
        self.parts[Part.DATASET].update(body)
        return self.parts[Part.DATASET]

    def _new_policy(self, body: Any) -> Any:
        made = {"virtualUsers": [], **body, "id": self.next_id()}
        self.parts[Part.DATASET]["policies"].append(made)
        return made

    def _put_policy(self, body: Any, id_: str) -> Any:
        rows = self.parts[Part.DATASET]["policies"]
        place = next(n for n, one in enumerate(rows) if str(one["id"]) == id_)
        rows[place] |= body
        return rows[place]

    def _delete_policy(self, body: Any, id_: str) -> Any:
        raw = self.parts[Part.DATASET]
        raw["policies"] = [one for one in raw["policies"] if str(one["id"]) != id_]

    def _new_api_stream(self, body: Any) -> Any:
        self._new_platform(body["dataSet"])
        made = {"id": 42, "dataSet": {"id": ID}, "updateMethod": body["updateMethod"]}
        self.parts[Part.API_STREAM] = made
        return made

    def _patch_api_stream(self, body: Any) -> Any:
        self.parts[Part.API_STREAM]["updateMethod"] = body["updateMethod"]
        return self.parts[Part.API_STREAM]


_IDS = ("userIds", "groupIds")
_GROUPS = f"/api/query/v1/data-control/{ID}/filter-groups"
_READS: Sequence[tuple[str, Part]] = (
    (f"/api/data/v3/datasources/{ID}", Part.METADATA),
    (_GROUPS, Part.POLICIES),
    (f"/api/query/v2/data-control/{ID}", Part.SWITCH),
    ("/api/data/v1/streams/42", Part.STREAM),
    (f"/v1/datasets/{ID}", Part.DATASET),
    ("/v1/streams/search", Part.API_STREAM),
)
_WRITES: Sequence[tuple[str, str, Route]] = (
    ("POST", "/api/data/v2/datasources", LittleDomo._create),
    ("PUT", f"/api/data/v3/datasources/{ID}/properties", LittleDomo._properties),
    ("POST", "/api/data/v1/ui/bulk/reassign", LittleDomo._reassign),
    ("POST", f"/api/data/ui/v3/datasources/{ID}/tags", LittleDomo._tags),
    ("POST", f"/api/data/v3/datasources/{ID}/share", LittleDomo._share),
    ("DELETE", rf"/api/data/v3/datasources/{ID}/permissions/USER/(\d+)", LittleDomo._revoke),
    ("POST", "/api/data/v1/ui/bulk/share", LittleDomo._bulk_share),
    ("POST", f"/api/data/v2/datasources/{ID}/schemas", LittleDomo._schemas),
    ("POST", f"/api/data/v3/datasources/{ID}/indexes", LittleDomo._index),
    ("POST", _GROUPS, LittleDomo._new_group),
    ("PUT", rf"{_GROUPS}/(\d+)", LittleDomo._put_group),
    ("DELETE", rf"{_GROUPS}/(\d+)", LittleDomo._delete_group),
    ("PUT", f"/api/query/v1/data-control/{ID}", LittleDomo._switch),
    ("POST", "/api/data/v1/streams", LittleDomo._new_connector),
    ("PUT", r"/api/data/v1/streams/(\d+)", LittleDomo._put_connector),
    ("POST", "/v1/datasets", LittleDomo._new_platform),
    ("PUT", f"/v1/datasets/{ID}", LittleDomo._put_platform),
    ("POST", f"/v1/datasets/{ID}/policies", LittleDomo._new_policy),
    ("PUT", rf"/v1/datasets/{ID}/policies/(\d+)", LittleDomo._put_policy),
    ("DELETE", rf"/v1/datasets/{ID}/policies/(\d+)", LittleDomo._delete_policy),
    ("POST", "/v1/streams", LittleDomo._new_api_stream),
    ("PATCH", r"/v1/streams/42", LittleDomo._patch_api_stream),
)


def _without_empty(body: Mapping[str, Any]) -> dict[str, Any]:
    """Product §4.1: empty lists are left out of reads."""
    return {key: value for key, value in body.items() if value != []}


def plain_parts(plane: Plane) -> Mapping[Part, Any]:
    """A dataset of four columns that nobody has done anything with yet."""
    columns = [("order_id", "LONG"), ("region", "STRING"), ("total", "DOUBLE"), ("day", "DATE")]
    if plane is Plane.PLATFORM:
        return {
            Part.DATASET: replies.dataset(replies.open_policy(), columns=columns),
            Part.API_STREAM: replies.api_stream(),
        }
    rows = [replies.column(name, type_) for name, type_ in columns]
    return {
        Part.METADATA: replies.metadata(),
        Part.SCHEMA: {"columns": rows},
        Part.INDEXED: {"columns": rows},
        Part.ACCESS: replies.access(),
        Part.POLICIES: [replies.all_rows()],
        Part.SWITCH: replies.switch(),
        Part.STREAM: replies.connector_stream(),
    }


def rich_parts(plane: Plane) -> Mapping[Part, Any]:
    """A dataset that has something of everything."""
    columns = [("order_id", "LONG"), ("region", "STRING")]
    if plane is Plane.PLATFORM:
        policies = [
            replies.open_policy(users=[2]),
            replies.policy(users=[27], groups=[7]),
            replies.policy("East", 1003, replies.condition("region", "East"), users=[3]),
        ]
        return {
            Part.DATASET: replies.dataset(
                *policies, description="Old.", owner=3, columns=columns, pdp=True
            ),
            Part.API_STREAM: replies.api_stream("APPEND"),
        }
    rows = [replies.column(name, type_, upsertKey=True) for name, type_ in columns]
    return {
        Part.METADATA: replies.metadata(
            description="Old.",
            owner=("USER", "3"),
            tags=["finance", "old", "s_snowflake", "managed-by:domostate:acme"],
        ),
        Part.SCHEMA: {"columns": rows},
        Part.INDEXED: {"columns": rows[:1]},
        Part.ACCESS: replies.access(
            ("USER", "2", "CO_OWNER"),
            ("GROUP", "2", "CAN_VIEW"),
            ("GROUP", "7", "CAN_EDIT"),
            ("CARD", "9", "CAN_VIEW"),
            owner=("USER", "3"),
        ),
        Part.POLICIES: [
            replies.all_rows(users=[2], virtualUserIds=["vu:1"]),
            replies.filter_group(users=[27], groups=[7]),
            replies.filter_group("East", 1003, replies.parameter("region", "East"), users=[3]),
        ],
        Part.SWITCH: replies.switch(enabled=True, enabledColumn=True),
        Part.STREAM: replies.connector_stream(
            replies.setting_row("query", "SELECT 1"),
            replies.setting_row("state", "x", "CONNECTOR_STATE"),
            schedule={"type": "DAY", "at": "08:01 PM", "timezone": "UTC"},
            account=4,
        ),
    }
