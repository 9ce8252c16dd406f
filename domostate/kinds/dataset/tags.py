"""Tags: a set of words, some of them Domo's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.dataset.spec import TagsSpec
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared, ListMode
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Tags", "TagsAspect", "TagsDeclared", "is_preserved"]

MARKER = "managed-by:domostate"
SYSTEM = ("s_", "um_", "udt_")


@dataclass(frozen=True, slots=True)
class TagsDeclared:
    """`values` sorted and without repeats."""

    mode: ListMode
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """`values` sorted; `provider` is the key of the connector that made the dataset."""

    values: tuple[str, ...]
    provider: str = field(default="", compare=False)


def is_preserved(tag: str, provider: str) -> bool:
    """Whether a tag is Domo's or domostate's own: seen, never touched (product §2.6)."""
    return tag.startswith((*SYSTEM, MARKER)) or (provider != "" and tag == provider)


class TagsAspect(Aspect[TagsDeclared, Tags]):
    """Tags; Product plane only (platform §1)."""

    name = "tags"
    key = "tags"
    prefix = "tags"
    parts = {Plane.PRODUCT: frozenset({Part.METADATA})}
    operations_named = frozenset({"set_tags"})

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
            case ListMode.EXACT:
                values = wanted | kept
            case ListMode.AT_LEAST:
                values = wanted | there
            case ListMode.AT_MOST:
                values = (there & wanted) | kept
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
        if step.before != step.after:
            yield Draft("set_tags", self.dump(step.before), self.dump(step.after))

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        # The call replaces the whole list, although Domo's page says "create" (product §2.6).
        # Tags may have come and gone since the plan: what it does not speak of stays as it is.
        before, after = set(self.load(op.before).values), set(self.load(op.after).values)
        live, provider = set(_tags(replies["dataset"].get("tags"))), _provider(replies["dataset"])
        gone = {tag for tag in before & after - live if is_preserved(tag, provider)}
        path = f"/api/data/ui/v3/datasources/{ids['id']}/tags"
        return Call("POST", path, plane, sorted((after - gone) | (live - before)))

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        path = f"/api/data/v3/datasources/{ids['id']}"
        return {"dataset": Call("GET", path, plane, query=(("part", "core"),))}


def _tags(raw: Any) -> list[str]:
    """Tags come as a string that holds JSON, and not at all when there are none."""
    if not raw:
        return []
    return [str(tag) for tag in (json.loads(raw) if isinstance(raw, str) else raw)]


def _provider(raw: dict[str, Any]) -> str:
    # Only a connector's key is a tag that Domo gives by itself; `api` is not one.
    is_connector = raw.get("transportType") == "CONNECTOR"
    return str(raw.get("dataProviderType") or "") if is_connector else ""
