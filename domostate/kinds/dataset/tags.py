"""Tags: a set of words, some of them Domo's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.dataset.spec import TagsSpec
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared, ListMode
from domostate.model.marker import PREFIX, Marking, project_of
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Tags", "TagsAspect", "TagsDeclared", "is_preserved"]

SYSTEM = ("s_", "um_", "udt_")


@dataclass(frozen=True, slots=True)
class TagsDeclared:
    """`values` sorted and without repeats, among them no marker.

    `mode` None: the manifest says nothing of tags, and only markers are moved. `marker` is the one
    that is ensured, empty for none; those in `off` are taken off.
    """

    mode: ListMode | None
    values: tuple[str, ...]
    marker: str = ""
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tags:
    """`values` sorted; `provider` is the key of the connector that made the dataset."""

    values: tuple[str, ...]
    provider: str = field(default="", compare=False)


def is_preserved(tag: str, provider: str) -> bool:
    """Whether a tag is Domo's or domostate's own: seen, never touched (product §2.6)."""
    return tag.startswith((*SYSTEM, PREFIX)) or (provider != "" and tag == provider)


class TagsAspect(Aspect[TagsDeclared, Tags]):
    """Tags; Product plane only (platform §1)."""

    name = "tags"
    key = "tags"
    prefix = "tags"
    parts = {Plane.PRODUCT: frozenset({Part.METADATA})}
    operations_named = frozenset({"set_tags"})
    bears_markers = True

    def __init__(self) -> None:
        super().__init__(TagsDeclared, Tags)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.tags is not None

    def declared(self, entry: Declared, names: Names) -> TagsDeclared | None:
        match entry.spec.tags:
            case None:
                return None
            case TagsSpec(mode=mode, values=values):
                return TagsDeclared(mode, tuple(sorted(set(values))))
            case values:
                return TagsDeclared(ListMode.EXACT, tuple(sorted(set(values))))

    def marked(self, declared: TagsDeclared | None, marking: Marking) -> TagsDeclared | None:
        if not (marking.put or marking.off):
            return declared
        said = declared if declared is not None else TagsDeclared(None, ())
        return replace(said, marker=marking.put, off=marking.off)

    def ignored(self, declared: TagsDeclared) -> TagsDeclared | None:
        # Who ignores tags means those of people; the marker is ours.
        if not (declared.marker or declared.off):
            return None
        return replace(declared, mode=None, values=())

    def markers(self, value: Tags) -> tuple[str, ...]:
        return tuple(tag for tag in value.values if project_of(tag))

    def observe(self, live: Live, plane: Plane, names: Names, prior: TagsDeclared | None) -> Tags:
        raw = live.parts[Part.METADATA]
        return Tags(tuple(sorted(set(_tags(raw.get("tags"))))), _provider(raw))

    def fresh(self, declared: TagsDeclared, me: Principal | None) -> Tags:
        return Tags(())

    def target(
        self,
        declared: TagsDeclared,
        observed: Tags,
        prior: TagsDeclared | None,
        setting: Setting,
    ) -> Tags:
        there, wanted = set(observed.values), set(declared.values)
        kept = {tag for tag in there if is_preserved(tag, observed.provider)}
        match declared.mode:
            case None:
                values = there
            case ListMode.EXACT:
                values = wanted | kept
            case ListMode.AT_LEAST:
                values = wanted | there
            case ListMode.AT_MOST:
                values = (there & wanted) | kept
        values = (values - set(declared.off)) | ({declared.marker} - {""})
        return Tags(tuple(sorted(values)), observed.provider)

    def remarks(
        self, declared: TagsDeclared, observed: Tags, after: Tags, setting: Setting
    ) -> Iterator[str]:
        if declared.mode is ListMode.AT_LEAST:
            left = [
                tag
                for tag in observed.values
                if tag not in declared.values and not is_preserved(tag, observed.provider)
            ]
            if left:
                yield f"tags (at_least) leaves: {', '.join(left)}"

    def keyed(self, value: Tags, against: Tags) -> Document:
        return {f"[{tag}]": True for tag in value.values}

    def operations(self, step: Step[Tags]) -> Iterator[Draft]:
        if step.before == step.after:
            return
        # Of the tags that stay, only the declared ones are the write's to ensure: the others are
        # whatever they are by then.
        ensured = _ensured(step.setting.declared.get(self.key))
        before, after = set(step.before.values), set(step.after.values)
        left = (before & after) - ensured
        yield Draft(
            "set_tags",
            self.dump(Tags(tuple(sorted(before - left)), step.before.provider)),
            self.dump(Tags(tuple(sorted(after - left)), step.after.provider)),
        )

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        before, after = self._tags_of(op)
        if _adds_markers(before, after):
            # Leaves the other tags alone whatever they are, without a look at them (product §2.6).
            items = {"ids": [ids["id"]], "type": "DATA_SOURCE"}
            body = {"bulkItems": items, "tags": sorted(after - before)}
            return Call("POST", "/api/data/v1/ui/bulk/tag", plane, body)
        # The call replaces the whole list, although Domo's page says "create" (product §2.6).
        # Tags may have come and gone since the plan: what it does not speak of stays as it is.
        live = set(_tags(replies["dataset"].get("tags")))
        path = f"/api/data/ui/v3/datasources/{ids['id']}/tags"
        return Call("POST", path, plane, sorted(after | (live - before)))

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        if _adds_markers(*self._tags_of(op)):
            return {}
        path = f"/api/data/v3/datasources/{ids['id']}"
        return {"dataset": Call("GET", path, plane, query=(("part", "core"),))}

    def complaint(self, op: Operation, reply: Any) -> str | None:
        # HTTP 200 does not mean that all succeeded (product §2.6).
        failed = reply.get("failed") if isinstance(reply, dict) else None
        return f"Domo did not set the tags: {failed}" if failed else None

    def dump_declared(self, value: TagsDeclared) -> Any:
        return self._declared.dump_python(value, mode="json", exclude_defaults=True)

    def _tags_of(self, op: Operation) -> tuple[set[str], set[str]]:
        return set(self.load(op.before).values), set(self.load(op.after).values)


def _ensured(declared: TagsDeclared | None) -> set[str]:
    return set() if declared is None else {*declared.values, declared.marker}


def _adds_markers(before: set[str], after: set[str]) -> bool:
    return before <= after and all(project_of(tag) for tag in after)


def _tags(raw: Any) -> list[str]:
    """Tags come as a string that holds JSON, and not at all when there are none."""
    if not raw:
        return []
    return [str(tag) for tag in (json.loads(raw) if isinstance(raw, str) else raw)]


def _provider(raw: dict[str, Any]) -> str:
    # Only a connector's key is a tag that Domo gives by itself; `api` is not one.
    is_connector = raw.get("transportType") == "CONNECTOR"
    return str(raw.get("dataProviderType") or "") if is_connector else ""
