"""Overlays: what is different in one environment, as a patch by address (contract §1).

Mappings merge, keyed lists merge by key, other lists replace, `null` removes.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from domostate.manifests.source import Findings, Mark
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import did_you_mean, short

__all__ = ["NO_KEY", "grant_key", "in_long_form", "name_key", "patched", "patched_list"]

NO_KEY: Final = ("", "")

Key = tuple[str, Hashable]


def grant_key(grant: Any) -> Key:
    """What tells grants apart: the principal, whoever may share a name with it."""
    if isinstance(grant, Map):
        for type_ in ("user", "group"):
            if type_ in grant:
                return type_, _principal(grant[type_], type_)
    return NO_KEY


def _principal(named: Any, type_: str) -> str:
    if isinstance(named, Map):
        return f"id {named['id']}" if "id" in named else _principal(named.get(type_), type_)
    # People sign in to Domo without regard to case.
    return str(named).casefold() if type_ == "user" else str(named)


def name_key(one: Any) -> Key:
    """What tells policies and columns apart."""
    return _field_key(one, "name")


def _field_key(one: Any, field: str) -> Key:
    if isinstance(one, Map) and isinstance(one.get(field), str):
        return field, one[field]
    return NO_KEY


_KEYED: Final[Mapping[str, Callable[[Any], Key]]] = {
    "grants": grant_key,
    "policies": name_key,
    "schema": name_key,
    "moved": lambda one: _field_key(one, "from"),
    "removed": lambda one: _field_key(one, "address"),
}
_ONE_OF: Final = frozenset({"owner", "account"})
"""Mappings that stand for one name: half of one and half of another would name nobody."""

_LONG_FORMS: Final = {"shares": "grants", "tags": "values"}


def in_long_form(key: str, value: Any) -> Any:
    """A bare list of shares or tags as the mapping that it is short for."""
    if key not in _LONG_FORMS or not isinstance(value, Seq):
        return value
    long = Map(value.mark)
    long.put(_LONG_FORMS[key], value, value.mark)
    return long


def patched(base: Map, patch: Map, findings: Findings) -> Map:
    """The mapping with the patch applied; places are those of whatever was written last."""
    made = base.copy()
    for key, change in patch.items():
        mark = patch.marks[key]
        if change is None:
            if key in base:
                del made[key], made.marks[key]
            else:
                _nothing_to_remove(key, list(base), mark, findings)
        else:
            made.put(key, _merged(key, base.get(key), change, findings), mark)
    return made


def _merged(key: str, old: Any, new: Any, findings: Findings) -> Any:
    old, new = in_long_form(key, old), in_long_form(key, new)
    if isinstance(new, Map) and key not in _ONE_OF:
        return patched(old if isinstance(old, Map) else Map(new.mark), new, findings)
    if isinstance(new, Seq) and key in _KEYED:
        return patched_list(old if isinstance(old, Seq) else Seq(new.mark), new, key, findings)
    return new


def patched_list(base: Seq, patch: Seq, key: str, findings: Findings) -> Seq:
    """The keyed list with the patch applied: its own order first, then what is new."""
    key_of = _KEYED[key]
    changes: dict[Key, int] = {}
    for n, change in enumerate(patch):
        one = key_of(change) if key_of(change) != NO_KEY else ("", n)
        if one in changes:
            findings.add(patch.marks[n], f"{short(str(one[1]))} is patched twice in one list")
        changes[one] = n
    made = Seq(base.mark)
    for n, one in enumerate(base):
        index = changes.pop(key_of(one), None)
        if index is None:
            made.put(one, base.marks[n])
        elif not _removes(patch[index], key_of(one)):
            made.put(patched(one, patch[index], findings), patch.marks[index])
    for index in changes.values():
        change, mark = patch[index], patch.marks[index]
        if _removes(change, key_of(change)):
            names = [str(key_of(one)[1]) for one in base]
            _nothing_to_remove(str(key_of(change)[1]), names, mark, findings)
        else:
            made.put(change, mark)
    return made


def _removes(change: Map, key: Key) -> bool:
    """Whether an entry names its key and says null to everything else."""
    if key == NO_KEY or not isinstance(change, Map):
        return False
    rest = [value for name, value in change.items() if name != key[0]]
    return bool(rest) and all(value is None for value in rest)


def _nothing_to_remove(name: str, known: list[str], mark: Mark, findings: Findings) -> None:
    message = f"null removes {short(name)}, which is not there"
    findings.add(mark, message, did_you_mean(name, known, "leave it out"))
