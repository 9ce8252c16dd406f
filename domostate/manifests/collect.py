"""Collects what the files of a project declare, before sets are expanded and overlays applied."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from domostate.manifests.document import DEFAULTS, LATER, SECTIONS, DefaultsSpec
from domostate.manifests.explain import explain, later
from domostate.manifests.fields import Fields
from domostate.manifests.source import Findings, Mark, place_of
from domostate.manifests.tree import Document, Map, Seq
from domostate.manifests.words import did_you_mean, short, shown

__all__ = [
    "VARS_HINT",
    "Collected",
    "Entry",
    "collect",
    "listed_in",
    "manifest_map",
    "section",
    "validated",
]


@dataclass(slots=True)
class Entry:
    """Something with a name: a dataset, or a set; `mark` is where its name stands."""

    name: str
    mark: Mark
    body: Any


@dataclass(slots=True)
class Collected:
    """What the files declare, by name; `twins` are datasets whose address was taken before.

    The entries of `moved` and `removed` have no name of their own.
    """

    datasets: dict[str, Entry] = field(default_factory=dict)
    share_sets: dict[str, Entry] = field(default_factory=dict)
    policy_sets: dict[str, Entry] = field(default_factory=dict)
    twins: list[Entry] = field(default_factory=list)
    moved: list[Entry] = field(default_factory=list)
    removed: list[Entry] = field(default_factory=list)


VARS_HINT: Final = (
    "variables are declared in domostate.yml, under vars or environments: <name>: vars"
)


def collect(bodies: list[Document], collected: Collected, findings: Findings) -> None:
    """Add what one file declares: `bodies` are its documents."""
    maps = [body for one in bodies if (body := manifest_map(one, findings)) is not None]
    for body in maps:
        for key in body:
            if key not in SECTIONS:
                findings.add(body.marks[key], *_unknown_section(key))
    defaults = _defaults(maps, findings)
    for body in maps:
        for entry in section(body, "datasets", findings):
            entry.body = _with_defaults(entry, defaults, findings)
            _add(entry, collected, findings)
        for entry in section(body, "share_sets", findings, of=Seq):
            _add_set(entry, "share set", collected.share_sets, findings)
        for entry in section(body, "policy_sets", findings, of=Seq):
            _add_set(entry, "policy set", collected.policy_sets, findings)
        collected.moved += listed_in(body, "moved", findings)
        collected.removed += listed_in(body, "removed", findings)


def section(
    body: Map, key: str, findings: Findings, of: type[Map] | type[Seq] = Map, *, null: bool = False
) -> Iterator[Entry]:
    """The named entries of a section; `null` lets entries be null."""
    named = body.get(key)
    if named is None:
        return
    if not isinstance(named, Map):
        findings.add(body.marks[key], f"{key} needs a mapping of names, has {shown(named)}")
        return
    for name, value in named.items():
        mark = named.marks[name]
        if isinstance(value, of) or (null and value is None):
            yield Entry(name, mark, value)
        else:
            what = "a mapping" if of is Map else "a list"
            findings.add(mark, f"{short(name)} needs {what}, has {shown(value)}")


def listed_in(body: Map, key: str, findings: Findings) -> Iterator[Entry]:
    """The entries of a section that is a list of mappings."""
    several = body.get(key)
    if several is None:
        return
    if not isinstance(several, Seq):
        findings.add(body.marks[key], f"{key} needs a list, has {shown(several)}")
        return
    for n, one in enumerate(several):
        if isinstance(one, Map):
            yield Entry("", several.marks[n], one)
        else:
            message = f"entry {n + 1} of {key} needs a mapping, has {shown(one)}"
            findings.add(several.marks[n], message)


def validated(
    adapter: TypeAdapter[Any], model: Any, body: Any, mark: Mark, findings: Findings
) -> Any:
    """The value behind a part of a manifest, None (and findings) when it is not valid."""
    try:
        return adapter.validate_python(body)
    except ValidationError as error:
        explain(error, model, Fields(body, mark), findings)
        return None


def manifest_map(document: Document, findings: Findings) -> Map | None:
    """The mapping that a document is, None (and a finding) when it is something else."""
    if isinstance(document.value, Map):
        return document.value
    hint = f"it holds {', '.join(SECTIONS[:-1])} or {SECTIONS[-1]}"
    message = f"a manifest needs a mapping, has {shown(document.value)}"
    findings.add(document.mark, message, hint)
    return None


def _unknown_section(key: str) -> tuple[str, str]:
    if key in LATER:
        return later(key, LATER[key])
    if key == "vars":
        return "vars cannot be declared here", VARS_HINT
    return f"unknown key {short(key)}", did_you_mean(key, SECTIONS)


def _defaults(maps: list[Map], findings: Findings) -> Map | None:
    """The defaults of a file, which hold for all of its documents."""
    stated = [body for body in maps if body.get("defaults") is not None]
    for body in stated[1:]:
        findings.add(body.marks["defaults"], "defaults stand twice in one file", "keep one of them")
    if not stated:
        return None
    defaults, mark = stated[0]["defaults"], stated[0].marks["defaults"]
    if not isinstance(defaults, Map):
        findings.add(mark, f"defaults needs a mapping, has {shown(defaults)}")
        return None
    if "name" in defaults:
        findings.add(
            defaults.marks["name"], "name has no default", "every dataset has its own name"
        )
        defaults = defaults.copy()
        del defaults["name"]
    validated(DEFAULTS, DefaultsSpec, defaults, mark, findings)
    return defaults


def _with_defaults(entry: Entry, defaults: Map | None, findings: Findings) -> Map:
    """The entry with the file's defaults; `null` keeps a default away."""
    body: Map = entry.body
    if defaults is None:
        return body
    made = body.copy()
    for key, value in defaults.items():
        if key not in body:
            made.put(key, value, defaults.marks[key])
        elif body[key] is None:
            del made[key], made.marks[key]
    return made


def _add(entry: Entry, collected: Collected, findings: Findings) -> None:
    first = collected.datasets.setdefault(entry.name, entry)
    if first is not entry:
        collected.twins.append(entry)
        message = f"dataset.{entry.name} is declared twice, first at {place_of(first.mark)}"
        findings.add(entry.mark, message, "give one of them another name, or remove it")


def _add_set(entry: Entry, what: str, sets: dict[str, Entry], findings: Findings) -> None:
    first = sets.setdefault(entry.name, entry)
    if first is not entry:
        message = (
            f"the {what} {short(entry.name)} is declared twice, first at {place_of(first.mark)}"
        )
        findings.add(entry.mark, message, "give one of them another name, or remove it")
