"""Applies the overlay of an environment to what the manifests declare."""

from collections.abc import Mapping
from typing import Any, Final

from domostate.manifests.collect import (
    VARS_HINT,
    Collected,
    Entry,
    listed_in,
    manifest_map,
    section,
)
from domostate.manifests.document import LATER
from domostate.manifests.explain import later
from domostate.manifests.overlay import patched, patched_list
from domostate.manifests.source import Findings, Mark
from domostate.manifests.tree import Document, Map, Seq
from domostate.manifests.words import did_you_mean, short

__all__ = ["apply_overlay"]

_SECTIONS: Final = ("datasets", "share_sets", "policy_sets", "moved", "removed")


def apply_overlay(bodies: list[Document], collected: Collected, findings: Findings) -> None:
    """Change `collected` as the documents of an overlay say."""
    for document in bodies:
        body = manifest_map(document, findings)
        if body is None:
            continue
        for key in body:
            if key not in _SECTIONS:
                findings.add(body.marks[key], *_unknown_section(key))
        for patch in section(body, "datasets", findings, null=True):
            _apply(patch, collected.datasets, "dataset", findings)
        for patch in section(body, "share_sets", findings, of=Seq, null=True):
            _apply(patch, collected.share_sets, "share set", findings)
        for patch in section(body, "policy_sets", findings, of=Seq, null=True):
            _apply(patch, collected.policy_sets, "policy set", findings)
        collected.moved = _patched(collected.moved, body, "moved", findings)
        collected.removed = _patched(collected.removed, body, "removed", findings)


def _patched(base: list[Entry], body: Map, key: str, findings: Findings) -> list[Entry]:
    """A list whose entries are told apart by what they are about: see `overlay`."""
    patches = list(listed_in(body, key, findings))
    if not patches:
        return base
    mark = body.marks[key]
    made = patched_list(_listed(base, mark), _listed(patches, mark), key, findings)
    return [Entry("", made.marks[n], one) for n, one in enumerate(made)]


def _listed(entries: list[Entry], mark: Mark) -> Seq:
    made = Seq(mark)
    for entry in entries:
        made.put(entry.body, entry.mark)
    return made


def _apply(patch: Entry, base: dict[str, Entry], what: str, findings: Findings) -> None:
    entry = base.get(patch.name)
    if entry is None:
        if not findings.unread:
            _unknown(patch.name, patch.mark, base, what, findings)
    elif patch.body is None:
        del base[patch.name]
    else:
        base[patch.name] = Entry(entry.name, entry.mark, _changed(entry, patch, what, findings))


def _changed(entry: Entry, patch: Entry, what: str, findings: Findings) -> Any:
    if isinstance(patch.body, Map):
        return patched(entry.body, patch.body, findings)
    key = "grants" if what == "share set" else "policies"
    return patched_list(entry.body, patch.body, key, findings)


def _unknown(
    name: str, mark: Mark, base: Mapping[str, Entry], what: str, findings: Findings
) -> None:
    hint = "an overlay changes what manifests declare: declare it there first"
    message = f"unknown {what} {short(name)}: no manifest declares it"
    findings.add(mark, message, did_you_mean(name, sorted(base), hint))


def _unknown_section(key: str) -> tuple[str, str]:
    if key in LATER:
        return later(key, LATER[key])
    if key == "vars":
        return "vars cannot be declared here", VARS_HINT
    if key == "defaults":
        return "defaults cannot be declared here", "they belong to the files that declare datasets"
    return f"unknown key {short(key)}", did_you_mean(key, _SECTIONS)
