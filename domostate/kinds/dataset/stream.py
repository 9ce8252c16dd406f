"""API streams: the stream through which data is pushed into a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domostate.errors import Finding, NotFound
from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["ApiStream", "ApiStreamAspect", "ApiStreamDeclared"]


@dataclass(frozen=True, slots=True)
class ApiStreamDeclared:
    """`key_columns` only with UPSERT."""

    update_method: str
    key_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiStream:
    """`there` False: the dataset has no API stream, and cannot be given one."""

    update_method: str
    key_columns: tuple[str, ...] = ()
    there: bool = True


class ApiStreamAspect(Aspect[ApiStreamDeclared, ApiStream]):
    """An API stream; Platform plane only (contract §2)."""

    name = "api_stream"
    key = "stream"
    prefix = "stream"
    parts = {Plane.PLATFORM: frozenset({Part.API_STREAM})}
    operations_named = frozenset({"create_stream", "update_stream"})

    def __init__(self) -> None:
        super().__init__(ApiStreamDeclared, ApiStream)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.stream is not None and entry.spec.stream.provider is None

    def declared(self, entry: Declared, names: Names) -> ApiStreamDeclared | None:
        spec = entry.spec.stream
        if spec is None or spec.provider is not None:
            return None
        return ApiStreamDeclared(spec.update_method, tuple(spec.key_columns or ()))

    def observe(
        self, live: Live, plane: Plane, names: Names, prior: ApiStreamDeclared | None
    ) -> ApiStream:
        raw = live.parts[Part.API_STREAM]
        if raw is None:
            return ApiStream("", there=False)
        method, keys = raw["updateMethod"], tuple(raw.get("keyColumnNames") or ())
        # Whether a read shows the keys, and which method it then shows, is unknown
        # (platform §6): what was applied last stands in for what is not told.
        if not keys and prior is not None and method in ("UPSERT", "APPEND"):
            keys = prior.key_columns
        return ApiStream("UPSERT" if keys else method, keys)

    def fresh(self, declared: ApiStreamDeclared, me: Principal | None) -> ApiStream:
        return ApiStream(declared.update_method, declared.key_columns)

    def target(
        self,
        declared: ApiStreamDeclared,
        observed: ApiStream,
        prior: ApiStreamDeclared | None,
        setting: Setting,
    ) -> ApiStream:
        if not observed.there:
            return observed
        keys = declared.key_columns
        if observed.update_method == declared.update_method and not observed.key_columns:
            keys = ()  # keys that Domo does not tell and nobody recorded: nothing to compare
        return ApiStream(declared.update_method, keys)

    def objections(
        self,
        declared: ApiStreamDeclared,
        observed: ApiStream,
        entry: Declared,
        setting: Setting,
    ) -> Iterator[Finding]:
        if not observed.there:
            yield entry.problem(
                f"{entry.address}: the dataset exists without an API stream, and Domo has no way "
                "to attach one",
                "stream",
                hint="declare a new dataset under another address, or leave out stream:",
            )
        elif observed.key_columns and observed.key_columns != declared.key_columns:
            yield entry.problem(
                f"{entry.address}: Domo documents no way to change the key columns of a stream "
                f"({', '.join(observed.key_columns)} now)",
                "stream",
                hint="keep the keys, or declare a new dataset under another address",
            )

    def keyed(self, value: ApiStream, against: ApiStream) -> Document:
        document: dict[str, Any] = {"update_method": value.update_method}
        return {
            **document,
            **({"key_columns": list(value.key_columns)} if value.key_columns else {}),
        }

    def operations(self, step: Step[ApiStream]) -> Iterator[Draft]:
        if step.setting.creating:
            identity, schema = step.setting.wanted["identity"], step.setting.wanted.get("schema")
            after = {
                "name": identity.name,
                "description": identity.description,
                "columns": schema.plain() if schema is not None else [],
                **self.dump(step.after),
            }
            yield Draft("create_stream", None, after)
        elif step.before != step.after:
            yield Draft("update_stream", self.dump(step.before), self.dump(step.after))

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        after = op.after or {}
        # The docs send APPEND with keys, Domo's own SDK UPSERT (platform §6): the SDK is the
        # better witness of what the service accepts.
        body: dict[str, Any] = {"updateMethod": after["update_method"]}
        if after["key_columns"]:
            body["keyColumnNames"] = after["key_columns"]
        if op.name == "update_stream":
            streams = replies["streams"]
            if not streams:
                raise NotFound("the dataset has no API stream any more")
            return Call("PATCH", f"/v1/streams/{streams[0]['id']}", Plane.PLATFORM, body)
        dataset = {"name": after["name"], "schema": {"columns": after["columns"]}}
        if after["description"]:
            dataset["description"] = after["description"]
        body = {"dataSet": dataset, **body}
        return Call("POST", "/v1/streams", Plane.PLATFORM, body, repeatable=False)

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        if op.name != "update_stream":
            return {}
        query = (("q", f"dataSource.id:{ids['id']}"), ("fields", "all"))
        return {"streams": Call("GET", "/v1/streams/search", Plane.PLATFORM, query=query)}

    def creates(self, op: Operation) -> str:
        return str((op.after or {})["name"]) if op.name == "create_stream" else ""

    def made(self, op: Operation, reply: Any, plane: Plane) -> Ids:
        if op.name != "create_stream":
            return {}
        return {"id": str(reply["dataSet"]["id"]), "stream": str(reply["id"])}
