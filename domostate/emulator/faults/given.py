"""Rules and switches as somebody gives them: in a file, in a flag, or in the body of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domostate.emulator.errors import Problem, ServerRefused, bad_request
from domostate.emulator.faults.rules import rule_from
from domostate.emulator.switches import DEFAULT, changed

Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Rules, None where nothing is said of them, and the switches that are named."""

    rules: tuple[Any, ...] | None = None
    switches: Mapping[str, Any] = field(default_factory=dict)

    def and_then(self, later: Given) -> Given:
        """Both together; of switches named twice the later one counts."""
        rules = self.rules
        if later.rules is not None:
            rules = (*(self.rules or ()), *later.rules)
        return Given(rules, {**self.switches, **later.switches})


NOTHING = Given()


def given_from(value: Any) -> Given:
    """A list of rules, one rule, or an object of `rules` and `switches`; 400 for what is wrong with
    it."""
    given = _given(value)
    for _, problem in _problems(given, value):
        raise problem
    return given


def read_given(path: Path) -> Given:
    """The rules and switches of a file, YAML or JSON, of the shape of the body.

    Raises:
        ServerRefused: with every finding, each with file and line.
    """
    from domostate.emulator.yaml_lines import line_of, parse  # ruamel only where YAML is read

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ServerRefused(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ServerRefused(f"{path}: is not UTF-8 text") from error
    value = parse(text, str(path))
    given = Given(())
    try:
        text_of_it = json.dumps([] if value is None else value, ensure_ascii=False, allow_nan=False)
        value = json.loads(text_of_it.encode())
        given = _given(value)
        found = list(_problems(given, value))
    except (TypeError, ValueError) as error:
        raise ServerRefused(f"{path}: holds something that JSON has not: {error}") from error
    except Problem as problem:
        found = [((), problem)]
    if found:
        lines = [f"{path}:{line_of(text, place)}: {problem}" for place, problem in found]
        raise ServerRefused("\n".join(lines))
    return given


def switch_from(text: str) -> Given:
    """A switch as a flag gives it, `NAME=VALUE`; 400 for what is wrong with it."""
    name, equals, raw = text.partition("=")
    if not equals:
        raise bad_request(f"{text!r} is not NAME=VALUE")
    given = Given(switches={name: raw})
    changed(DEFAULT, given.switches)
    return given


def _given(value: Any) -> Given:
    if isinstance(value, dict) and value and value.keys() <= {"rules", "switches"}:
        rules, switches = value.get("rules"), value.get("switches")
        if not isinstance(rules, list | None) or not isinstance(switches, dict | None):
            raise bad_request("rules are a list, switches an object.")
        return Given(None if rules is None else tuple(rules), switches or {})
    return Given(tuple(value) if isinstance(value, list) else (value,))


def _problems(given: Given, value: Any) -> Iterator[tuple[Place, Problem]]:
    """What is wrong, each with where it stands in `value`."""
    within: Place = ("rules",) if isinstance(value, dict) and "rules" in value else ()
    for number, one in enumerate(given.rules or ()):
        try:
            rule_from(one)
        except Problem as problem:
            yield (*within, *((number,) if value is not one else ())), problem
    for name, wanted in given.switches.items():
        try:
            changed(DEFAULT, {name: wanted})
        except Problem as problem:
            yield ("switches", name), problem
