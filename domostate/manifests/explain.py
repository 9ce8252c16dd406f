"""Explains what pydantic found wrong, in the words of people who write manifests.

A union makes pydantic complain once per member; of those complaints only the ones about the
member that was meant are kept. A misspelt key that was needed is one mistake, not two.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from domostate.manifests.fields import Fields, value_at
from domostate.manifests.known import known_keys
from domostate.manifests.source import Findings
from domostate.manifests.tree import Map, Seq
from domostate.manifests.words import did_you_mean, nearest, short, shown

__all__ = ["empty", "explain", "later"]

_LATER: Final = frozenset({"until", "for"})
"""Keys of the manifest language (contract §2) that are not built yet."""

_LISTS: Final = frozenset({"tags", "shares", "grants", "schema", "policies", "users", "groups"})
"""Keys for which nothing and an empty list are different wishes."""

_NEEDED: Final[dict[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "nothing",
}
"""What a value of the wrong type should have been."""

_CHOICE: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class _Problem:
    """One complaint: `rest` is what is left of its place below `path`."""

    type: str
    path: tuple[str | int, ...]
    rest: tuple[str | int, ...]
    context: dict[str, Any]
    text: str
    needed: tuple[str, ...] = ()
    branch: str = ""

    @property
    def is_mismatch(self) -> bool:
        """The value as a whole has the wrong type."""
        return self.type in _NEEDED and not self.rest


def explain(error: ValidationError, model: Any, fields: Fields, findings: Findings) -> None:
    """Turn the errors about one value into findings."""
    problems = [
        _Problem(one["type"], (), one["loc"], one.get("ctx", {}), one["msg"])
        for one in error.errors(include_url=False, include_input=False)
    ]
    for problem in _without_twins(list(_chosen(problems, fields.root))):
        message, hint = _words(problem, model, fields.root)
        fields.complain(findings, _pointed(problem, message, fields.root), message, hint)


def _chosen(problems: Sequence[_Problem], root: Any) -> Iterator[_Problem]:
    """The problems with full paths, one member of each union kept."""
    unions: dict[tuple[str | int, ...], dict[str, list[_Problem]]] = {}
    for problem in problems:
        walked = _walk(problem, root)
        if not walked.rest:
            yield walked
            continue
        label, *rest = walked.rest
        inner = replace(walked, rest=tuple(rest), branch=str(label))
        unions.setdefault(walked.path, {}).setdefault(str(label), []).append(inner)
    for path, branches in unions.items():
        yield from _of_union(path, branches, root)


def _walk(problem: _Problem, root: Any) -> _Problem:
    """Move keys and indexes from `rest` to `path`, up to the name of a union's member."""
    path, rest = problem.path, problem.rest
    value = value_at(root, path)
    while rest:
        step = rest[0]
        last = len(rest) == 1 and problem.type in ("missing", "extra_forbidden")
        if isinstance(value, Map) and (step in value or last):
            value = value.get(str(step))
        elif isinstance(value, Seq) and isinstance(step, int):
            value = value[step]
        else:
            break
        path, rest = (*path, step), rest[1:]
    return replace(problem, path=path, rest=rest)


def _of_union(
    path: tuple[str | int, ...], branches: dict[str, list[_Problem]], root: Any
) -> Iterator[_Problem]:
    fitting = [
        list(_chosen(problems, root))
        for problems in branches.values()
        if not all(problem.is_mismatch for problem in problems)
    ]
    if fitting:
        # The long forms come last in our unions, and a mapping is more likely one of them.
        yield from min(reversed(fitting), key=_unlikeliness)
        return
    first = next(iter(branches.values()))[0]
    needed = dict.fromkeys(_NEEDED[one.type] for each in branches.values() for one in each)
    yield replace(first, path=path, rest=(), needed=tuple(needed))


def _unlikeliness(problems: Sequence[_Problem]) -> tuple[int, int]:
    """How little a member of a union looks like what was meant."""
    twins = len(problems) - len(_without_twins(problems))
    return len(problems) - twins, -twins


def _without_twins(problems: Sequence[_Problem]) -> list[_Problem]:
    """Leave out the missing keys that stand there misspelt."""
    missing = [one.path for one in problems if one.type == "missing"]
    for problem in problems:
        if problem.type == "extra_forbidden":
            beside = [str(path[-1]) for path in missing if path[:-1] == problem.path[:-1]]
            near = nearest(str(problem.path[-1]), beside)
            missing = [path for path in missing if path != (*problem.path[:-1], near)]
    return [one for one in problems if one.type != "missing" or one.path in missing]


def empty(path: tuple[str | int, ...]) -> tuple[str, str]:
    """Message and hint for a key with nothing behind it."""
    if path and path[-1] in _LISTS:
        return f"{_name(path)} has no value", "write [] for none, or leave the key out"
    return f"{_name(path)} has no value", "write one, or leave it out"


def _name(path: tuple[str | int, ...]) -> str:
    """A field for people: its key, and the number of the entry in a list."""
    if not path:
        return "this entry"
    if isinstance(path[-1], int):
        keys = [step for step in path if isinstance(step, str)]
        return f"entry {path[-1] + 1} of {keys[-1]}" if keys else f"entry {path[-1] + 1}"
    return path[-1]


def _pointed(problem: _Problem, message: str, root: Any) -> tuple[str | int, ...]:
    """Where to point: a rule about a mapping that begins with one of its keys is about that."""
    if problem.type == "value_error":
        key = message.partition(" ")[0]
        value = value_at(root, problem.path)
        if isinstance(value, Map) and key in value:
            return (*problem.path, key)
    return problem.path


def _words(problem: _Problem, model: Any, root: Any) -> tuple[str, str]:
    name, value = _name(problem.path), value_at(root, problem.path)
    match problem.type:
        case "missing":
            return f"{name} is missing", ""
        case "extra_forbidden":
            return _unknown_key(problem, model)
        case _ if value is None:
            return empty(problem.path)
        case "enum" | "literal_error":
            return _unknown_choice(problem, value)
        case "value_error":
            return str(problem.context["error"]), ""
        case "string_too_short" | "too_short":
            return f"{name} is empty", ""
        case type_ if type_ in _NEEDED:
            return _mismatch(name, problem.needed or (_NEEDED[type_],), value)
        case _:
            return f"{name} cannot be {shown(value)}", problem.text


def _unknown_key(problem: _Problem, model: Any) -> tuple[str, str]:
    key = str(problem.path[-1])
    if key in _LATER:
        return later(key, "access that ends")
    known = known_keys(model, problem.path[:-1], problem.branch)
    return f"unknown key {short(key)}", did_you_mean(key, known)


def later(key: str, what: str) -> tuple[str, str]:
    """Message and hint for a key that a later version will take."""
    return f"{key}: this version of domostate does not manage {what} yet", "leave it out"


def _unknown_choice(problem: _Problem, value: Any) -> tuple[str, str]:
    choices = _CHOICE.findall(str(problem.context.get("expected", "")))
    keys = [step for step in problem.path if isinstance(step, str)]
    what = keys[-1].replace("_", " ") if keys else "value"
    if not isinstance(value, str):
        message, _ = _mismatch(what, ("text",), value)
        return message, f"one of {', '.join(choices)}"
    near = did_you_mean(value, choices, f"one of {', '.join(choices)}")
    return f"unknown {what} {short(value)}", near


def _mismatch(name: str, needed: Sequence[str], value: Any) -> tuple[str, str]:
    message = f"{name} needs {_either(needed)}, has {shown(value)}"
    if "text" in needed and isinstance(value, int | float):
        written = shown(value) if isinstance(value, bool) else str(value)
        return message, f'put it in quotes: "{written}"'
    if needed == ("a list",) and isinstance(value, str):
        return message, "write it in brackets: [ ]"
    return message, ""


def _either(needed: Sequence[str]) -> str:
    *before, last = needed
    return f"{', '.join(before)} or {last}" if before else last
