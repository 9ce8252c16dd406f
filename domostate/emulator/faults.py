"""Failures on demand: answers that Domo gave instead of the right one, and answers that never
came."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from domostate.emulator.errors import Problem, bad_request
from domostate.emulator.store.database import Database


@dataclass(frozen=True, slots=True)
class Rule:
    """Which requests fail, and how.

    Every field that is set narrows the match: `method` (absent or "*": any), `path` (a glob that
    the path, or path and query together, must match whole; `*` also crosses slashes),
    `path_regex` (searched in path and query). The first `skip` matches pass; then `times` matches
    fail, without `times` all of them.
    """

    method: str = "*"
    path: str = "*"
    path_regex: str = ""
    status: int | None = None
    """Answer this instead; the effect stays out unless `after_effect`."""
    delay_ms: int = 0
    """Wait first; with `after_effect` wait between the effect and the answer."""
    drop_before: bool = False
    """Cut the connection without doing anything."""
    drop_after: bool = False
    """Do it, commit it, then cut the connection."""
    after_effect: bool = False
    no_effect: bool = False
    """Answer as if it were done, but do nothing (platform §4.6: THREAD domo-java-sdk#7)."""
    times: int | None = None
    skip: int = 0
    retry_after: int | float | str | None = None
    body: Any = None
    """What to answer with `status`: JSON, or a text that is sent as it is."""
    content_type: str = ""

    def matches(self, method: str, target: str) -> bool:
        """Whether this is about a request; `target` is its path with the query."""
        if self.method not in ("*", method):
            return False
        path = target.partition("?")[0]
        if not fnmatchcase(path, self.path) and not fnmatchcase(target, self.path):
            return False
        return not self.path_regex or re.search(self.path_regex, target) is not None


_KINDS: Mapping[str, tuple[type, ...]] = {
    "method": (str,), "path": (str,), "path_regex": (str,), "content_type": (str,),
    "status": (int,), "delay_ms": (int,), "times": (int,), "skip": (int,),
    "drop_before": (bool,), "drop_after": (bool,), "after_effect": (bool,), "no_effect": (bool,),
    "retry_after": (int, float, str), "body": (object,),
}  # fmt: skip


def rule_from(given: Any) -> Rule:
    """A rule as it was sent; what it says must be understood whole."""
    if not isinstance(given, dict):
        raise bad_request(f"A fault is a JSON object, not {given!r}.")
    fields: dict[str, Any] = {}
    for name, value in given.items():
        kinds = _KINDS.get(name)
        if kinds is None:
            raise bad_request(f"A fault has no {name!r}; known: {', '.join(_KINDS)}.")
        if value is None:
            continue
        # A bool is an int to Python, but `times: true` is a mistake.
        mistaken = isinstance(value, bool) and not {bool, object} & set(kinds)
        if mistaken or not isinstance(value, kinds):
            raise bad_request(f"{name} cannot be {value!r}.")
        fields[name] = value
    return _checked(Rule(**fields))


def _checked(rule: Rule) -> Rule:
    effects = (rule.status is not None, rule.drop_before, rule.drop_after, rule.no_effect)
    if sum(effects) > 1:
        raise bad_request("A fault has one of status, drop_before, drop_after and no_effect.")
    if not any(effects) and not rule.delay_ms:
        raise bad_request("A fault needs status, delay_ms, drop_before, drop_after or no_effect.")
    if rule.status is not None and not 200 <= rule.status <= 599:
        raise bad_request(f"{rule.status} cannot be answered.")
    try:
        re.compile(rule.path_regex)
    except re.error as error:
        raise bad_request(f"path_regex: {error}") from error
    return rule


class Faults:
    """The rules, kept in the database: a restart forgets none, nor how often they fired."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rules: list[tuple[int, Rule, int, int]] = []
        self.reload()

    def reload(self) -> None:
        """Read the rules again, after somebody else emptied the tables."""
        rows = self._db.all("SELECT id, rule, matched, fired FROM faults ORDER BY id")
        self._rules = [(row[0], Rule(**json.loads(row[1])), row[2], row[3]) for row in rows]

    def add(self, given: list[Any]) -> None:
        """Append rules; earlier ones come first when several match."""
        for one in given:
            rule_from(one)
            kept = {name: value for name, value in one.items() if value is not None}
            self._db.run("INSERT INTO faults (rule) VALUES (?)", json.dumps(kept))
        self.reload()

    def clear(self) -> None:
        """Forget all rules."""
        self._db.run("DELETE FROM faults")
        self.reload()

    def shown(self) -> list[dict[str, Any]]:
        """The rules as they were sent, with `id` and how often each matched and fired."""
        rows = self._db.all("SELECT id, rule, matched, fired FROM faults ORDER BY id")
        return [
            {"id": row[0], **json.loads(row[1]), "matched": row[2], "fired": row[3]} for row in rows
        ]

    def strike(self, method: str, target: str) -> Rule | None:
        """The rule that this request falls to, counted; None for almost all of them."""
        if not self._rules:
            return None
        for index, (number, rule, matched, fired) in enumerate(self._rules):
            if not rule.matches(method, target):
                continue
            matched += 1
            fires = matched > rule.skip and (rule.times is None or fired < rule.times)
            fired += int(fires)
            self._rules[index] = (number, rule, matched, fired)
            update = "UPDATE faults SET matched=?, fired=? WHERE id=?"
            self._db.run(update, matched, fired, number)
            if fires:
                return rule
        return None


def problem_of(rule: Rule, status: int) -> Problem:
    """What a rule with a `status` answers."""
    headers: dict[str, str] = {}
    if rule.retry_after is not None:
        headers["retry-after"] = str(rule.retry_after)
    if rule.content_type:
        headers["content-type"] = rule.content_type
    return Problem(status, "Injected fault.", headers=headers, body=rule.body)
