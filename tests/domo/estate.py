"""A small estate behind the loopback server: enough of both planes to read datasets from.

The emulator is the real counterpart; this one exists to choose shapes and faults freely.
"""

from typing import Any

from domostate.model.call import Part
from tests.domo.loopback import NOT_FOUND, Answer, Loopback, Request

FORBIDDEN = Answer({"status": 403, "message": "not yours", "toe": "T"}, 403)
COLUMNS = [{"name": "a", "type": "STRING"}]


def only(part: Part, *ids: str) -> dict[str, frozenset[Part]]:
    return {id_: frozenset({part}) for id_ in ids}


class Estate:
    """Datasets by id; `hide` makes one invisible, `drop` deletes it."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.datasets: dict[str, dict[str, Any]] = {}
        self.streams: dict[int, dict[str, Any]] = {}
        self.hidden: set[str] = set()
        self.has_schema_list = True
        server.on("POST /api/data/v3/datasources/bulk", self._bulk)
        server.on("GET /api/data/v3/datasources/schemaList", self._schema_list)
        server.on("GET /api/data/v1/streams/bulk", self._stream_bulk)

    def add(self, *ids: str, **fields: Any) -> None:
        for id_ in ids:
            self.datasets[id_] = {"id": id_, "name": f"n {id_}", "owner": {"id": "27"}, **fields}
            v3, query = f"/api/data/v3/datasources/{id_}", "/api/query"
            self._on(id_, v3, lambda d: d)
            self._on(id_, f"{v3}/permissions", lambda _: {"list": [{"type": "USER", "id": "27"}]})
            self._on(
                id_,
                f"/api/data/v2/datasources/{id_}/schemas/latest",
                lambda _: {"schema": {"columns": COLUMNS}},
            )
            self._on(
                id_,
                f"{query}/v1/datasources/{id_}/schema/indexed",
                lambda _: {"name": "schema", "tables": [{"columns": COLUMNS}]},
            )
            self._on(
                id_,
                f"{query}/v1/data-control/{id_}/filter-groups",
                lambda _: [{"filterGroupId": 1, "type": "open"}],
            )
            self._on(id_, f"{query}/v2/data-control/{id_}", lambda _: {"enabled": True})
            self._on(id_, f"/v1/datasets/{id_}", lambda d: {"id": d["id"], "name": d["name"]})

    def add_stream(self, stream_id: int, dataset_id: str) -> None:
        self.streams[stream_id] = {"id": stream_id, "dataSource": {"id": dataset_id}}
        self.datasets[dataset_id]["streamId"] = stream_id
        path = f"/api/data/v1/streams/{stream_id}"
        self.server.on(
            f"GET {path}",
            lambda _: Answer(self.streams[stream_id]) if stream_id in self.streams else NOT_FOUND,
        )

    def asked(self) -> list[str]:
        """What was asked since the last time, without the fixed beginning of paths."""
        found = [one.replace("/api/data/v3/datasources/", "…/") for one in self.server.asked()]
        self.server.requests.clear()
        return sorted(found)

    def _on(self, id_: str, path: str, of: Any) -> None:
        def answer(_: Request) -> Answer:
            if id_ in self.hidden:
                return FORBIDDEN
            return Answer(of(self.datasets[id_])) if id_ in self.datasets else NOT_FOUND

        self.server.on(f"GET {path}", answer)

    def _seen(self, ids: list[str]) -> list[str]:
        return [id_ for id_ in ids if id_ in self.datasets and id_ not in self.hidden]

    def _bulk(self, request: Request) -> Answer:
        if len(request.body) > 100:
            return Answer({"message": "too many"}, 400)
        return Answer({"dataSources": [self.datasets[id_] for id_ in self._seen(request.body)]})

    def _schema_list(self, request: Request) -> Answer:
        if not self.has_schema_list:
            return NOT_FOUND
        rows = [
            {"dataSource": {"id": id_}, "schemaContract": {"schema": {"columns": COLUMNS}}}
            for id_ in self._seen(request.query["dataSourceIds"].split(","))
        ]
        return Answer(rows)

    def _stream_bulk(self, request: Request) -> Answer:
        ids = [int(id_) for id_ in request.query["streamId"].split(",")]
        return Answer([self.streams[id_] for id_ in ids if id_ in self.streams])
