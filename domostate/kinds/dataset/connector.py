"""Connector streams: a connector that creates a dataset and feeds it on a schedule."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domostate.errors import Finding
from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.dataset.owner import wire_id
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Connector", "ConnectorAspect", "ConnectorDeclared"]

MANAGED = "METADATA"
"""The one category of configuration that users set (product §5.1)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A connector account; its name is for people."""

    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ConnectorDeclared:
    """None: left to Domo."""

    provider: str
    transport: Mapping[str, str]
    update_method: str
    account: Account | None = None
    configuration: Mapping[str, str] | None = None
    schedule: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Connector:
    """`there` False: the dataset has no connector stream, and cannot be given one."""

    provider: str
    transport: Mapping[str, str]
    update_method: str
    account: Account | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    there: bool = True
    id: str = field(default="", compare=False)
    """Domo's id of the stream."""


class ConnectorAspect(Aspect[ConnectorDeclared, Connector]):
    """A connector stream; Product plane only (platform §1)."""

    name = "connector_stream"
    key = "stream"
    prefix = "stream"
    parts = {Plane.PRODUCT: frozenset({Part.METADATA, Part.STREAM})}
    optional = frozenset({"account", "configuration", "schedule"})
    operations_named = frozenset({"create_stream", "update_stream"})

    def __init__(self) -> None:
        super().__init__(ConnectorDeclared, Connector)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.stream is not None and entry.spec.stream.provider is not None

    def declared(self, entry: Declared, names: Names) -> ConnectorDeclared | None:
        spec = entry.spec.stream
        if spec is None or spec.provider is None:
            return None
        account = None
        if isinstance(spec.account, str):
            found = names.account(spec.account, spec.provider, entry, "stream", "account")
            account = Account(*found) if found else None
        elif spec.account is not None:
            known = names.directory.accounts.get(spec.account.id, ("", ""))
            account = Account(spec.account.id, known[0])
        return ConnectorDeclared(
            spec.provider,
            spec.transport.model_dump(),
            spec.update_method,
            account,
            spec.configuration,
            None if spec.schedule is None else _plain(spec.schedule),
        )

    def observe(
        self, live: Live, plane: Plane, names: Names, prior: ConnectorDeclared | None
    ) -> Connector:
        raw = live.parts[Part.STREAM]
        if raw is None:
            return Connector("", {}, "", there=False)
        transport = {key: str(raw["transport"].get(key, "")) for key in _TRANSPORT}
        return Connector(
            (raw.get("dataProvider") or {}).get("key", ""),
            transport,
            raw["updateMethod"],
            _account(raw, names),
            {row["name"]: str(row["value"]) for row in _managed(raw)},
            _schedule(raw),
            id=str(raw["id"]),
        )

    def fresh(self, declared: ConnectorDeclared, me: Principal | None) -> Connector:
        return self.target(
            declared, Connector(declared.provider, {}, declared.update_method), None, _NEW
        )

    def target(
        self,
        declared: ConnectorDeclared,
        observed: Connector,
        prior: ConnectorDeclared | None,
        setting: Setting,
    ) -> Connector:
        if not observed.there:
            return observed
        # Configuration that nobody declared is Domo's default, unless it was declared before.
        dropped = set(prior.configuration or ()) if prior is not None else set()
        kept = {k: v for k, v in observed.configuration.items() if k not in dropped}
        configuration = {**kept, **(declared.configuration or {})}
        if declared.configuration is None:
            configuration = dict(observed.configuration)
        schedule = observed.schedule
        if declared.schedule is not None:
            # Within one type of schedule, what is not declared is Domo's choice.
            same = observed.schedule.get("type") == declared.schedule.get("type")
            schedule = {**(observed.schedule if same else {}), **declared.schedule}
        return Connector(
            declared.provider,
            declared.transport,
            declared.update_method,
            declared.account or observed.account,
            configuration,
            schedule,
            id=observed.id,
        )

    def objections(
        self,
        declared: ConnectorDeclared,
        observed: Connector,
        entry: Declared,
        setting: Setting,
    ) -> Iterator[Finding]:
        if not observed.there:
            yield entry.problem(
                f"{entry.address}: the dataset exists without a connector stream, and Domo has no "
                "way to attach one",
                "stream",
                hint="declare a new dataset under another address, or leave out stream:",
            )
        elif observed.provider != declared.provider:
            yield entry.problem(
                f"{entry.address}: the stream's provider is {observed.provider!r}, and Domo has no "
                "way to change it",
                "stream",
                "provider",
                hint="declare a new dataset under another address, or keep the provider",
            )

    def keyed(self, value: Connector, against: Connector) -> Document:
        account = value.account
        return {
            "provider": value.provider,
            "transport": {f"{key}": value.transport[key] for key in sorted(value.transport)},
            "update_method": value.update_method,
            "account": None if account is None else account.name or account.id,
            "configuration": {
                f"[{k}]": value.configuration[k] for k in sorted(value.configuration)
            },
            "schedule": {key: value.schedule[key] for key in sorted(value.schedule)},
        }

    def operations(self, step: Step[Connector]) -> Iterator[Draft]:
        identity = step.setting.wanted["identity"]
        after = {
            "name": identity.name,
            "description": identity.description,
            **self.dump(step.after),
        }
        if step.setting.creating:
            yield Draft("create_stream", None, after)
        elif step.before != step.after:
            yield Draft("update_stream", self.dump(step.before), after)

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        after = op.after or {}
        if op.name == "create_stream":
            body = _body(after, {})
            return Call("POST", "/api/data/v1/streams", plane, body, repeatable=False)
        # The whole is sent back: GET, change, PUT (product §5.3).
        raw = replies["stream"]
        return Call("PUT", f"/api/data/v1/streams/{raw['id']}", plane, _body(after, raw))

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        if op.name != "update_stream":
            return {}
        path = f"/api/data/v1/streams/{(op.before or {})['id']}"
        return {"stream": Call("GET", path, plane, query=(("fields", "all"),))}

    def creates(self, op: Operation) -> str:
        return str((op.after or {})["name"]) if op.name == "create_stream" else ""

    def made(self, op: Operation, reply: Any, plane: Plane) -> Ids:
        if op.name != "create_stream":
            return {}
        return {"id": str(reply["dataSource"]["id"]), "stream": str(reply["id"])}


_TRANSPORT = ("type", "description", "version")
_SCHEDULED = ("advancedScheduleJson", "scheduleExpression", "scheduleState")
_ECHOED = frozenset({"id", "scheduleRetryExpression", "scheduleRetryCount", "scheduleStartDate"})
_NEW = Setting({}, {}, creating=True, planes=frozenset())


def _managed(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in raw.get("configuration") or () if row.get("category") == MANAGED]


def _account(raw: Mapping[str, Any], names: Names) -> Account | None:
    id_ = _account_id(raw)
    return None if id_ is None else Account(id_, names.directory.accounts.get(id_, ("", ""))[0])


def _account_id(raw: Mapping[str, Any]) -> str | None:
    several = raw.get("accounts") or []
    # `accounts` wins over `account` when it is not empty (product §5.1).
    id_ = several[0].get("accountId") if several else (raw.get("account") or {}).get("id")
    return None if id_ is None else str(id_)


def _schedule(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON form, parsed; the Quartz expression is computed by Domo from it (product §5.2)."""
    text = raw.get("advancedScheduleJson")
    return _plain(json.loads(text)) if text else {}


def _plain(schedule: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in schedule.items() if value is not None}


def _body(after: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = [row for row in raw.get("configuration") or () if row.get("category") != MANAGED]
    managed = [
        {"category": MANAGED, "name": name, "type": "string", "value": value}
        for name, value in sorted(after["configuration"].items())
    ]
    there = {key: value for key, value in raw.items() if key in _ECHOED}
    body: dict[str, Any] = {
        **there,
        "transport": after["transport"],
        "configuration": [*managed, *kept],
        "updateMethod": after["update_method"],
        "dataProvider": {"key": after["provider"]},
        "dataSource": {**_named(raw), "name": after["name"], "description": after["description"]},
    }
    if after["account"] is not None:
        body["account"] = {"id": wire_id(after["account"]["id"])}
        if "accounts" in raw and after["account"]["id"] == _account_id(raw):
            body["accounts"] = raw["accounts"]
    if after["schedule"] == _schedule(raw):
        # As it is: a stream that somebody paused stays paused.
        body |= {key: raw[key] for key in _SCHEDULED if key in raw}
    else:
        body["advancedScheduleJson"] = json.dumps(after["schedule"], sort_keys=True)
        # Set together with it (product §5.2).
        manual = after["schedule"].get("type") == "MANUAL"
        body["scheduleState"] = "MANUAL" if manual else "ACTIVE"
    return body


def _named(raw: Mapping[str, Any]) -> dict[str, Any]:
    id_ = (raw.get("dataSource") or {}).get("id")
    return {} if id_ is None else {"id": id_}
