"""Expands the sets that a dataset uses: shares and row policies declared once for many."""

from collections.abc import Mapping
from typing import Any

from domostate.manifests.collect import Collected, Entry
from domostate.manifests.source import Findings
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import did_you_mean, short

__all__ = ["expanded"]


def expanded(entry: Entry, collected: Collected, findings: Findings) -> Map:
    """The body of a dataset with its sets written out; set entries keep their own places."""
    body: Map = entry.body
    shares = _using(body.get("shares"), "grants", "share set", collected.share_sets, findings)
    pdp = _using(body.get("pdp"), "policies", "policy set", collected.policy_sets, findings)
    if shares is None and pdp is None:
        return body
    made = body.copy()
    if shares is not None:
        made["shares"] = shares
    if pdp is not None:
        made["pdp"] = pdp
    return made


def _using(
    part: Any, key: str, what: str, sets: Mapping[str, Entry], findings: Findings
) -> Map | None:
    """The part with its `use` written out, None where there is nothing to do."""
    if not isinstance(part, Map) or not isinstance(part.get("use"), Seq):
        return None
    own = part.get(key)
    if own is not None and not isinstance(own, Seq):
        return None
    used: Seq = part["use"]
    if not all(isinstance(name, str) for name in used):
        return None
    made = part.copy()
    del made["use"], made.marks["use"]
    if not used:
        return made
    whole = Seq(own.mark if own is not None else used.mark)
    for source in ([own] if own is not None else []) + _named(used, what, sets, findings):
        for n, one in enumerate(source):
            whole.put(one, source.marks[n])
    made.put(key, whole, part.marks[key] if key in part.marks else part.marks["use"])
    return made


def _named(used: Seq, what: str, sets: Mapping[str, Entry], findings: Findings) -> list[Seq]:
    found: dict[str, Seq] = {}
    for n, name in enumerate(used):
        mark = used.marks[n]
        if name in found:
            findings.add(mark, f"the {what} {short(name)} is used twice here", "name it once")
        elif name in sets:
            found[name] = sets[name].body
        elif not findings.unread:
            near = did_you_mean(name, sorted(sets), f"declare it under {what.replace(' ', '_')}s")
            findings.add(mark, f"unknown {what} {short(name)}", near)
    return list(found.values())
