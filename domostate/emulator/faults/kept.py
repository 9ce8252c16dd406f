"""The rules that are in force, kept in the database: a restart forgets none, nor how often each
fired."""

import json
from collections.abc import Mapping
from typing import Any

from domostate.emulator.faults.given import Given
from domostate.emulator.faults.rules import as_given, rule_from
from domostate.emulator.faults.strike import Question, Standing, Strike, question_of, retry_after
from domostate.emulator.faults.weather import rules_of
from domostate.emulator.store.database import Database, Row
from domostate.emulator.switches import changed

_Asked = tuple[str, str, Mapping[str, str], bytes]
"""Method, path with query, headers and body of a request."""


def take(db: Database, given: Given) -> None:
    """Append the rules and set the switches; of the rules that match one request the earliest that
    fires is the one."""
    for one in given.rules or ():
        kept = {name: value for name, value in one.items() if value is not None}
        db.run("INSERT INTO faults (rule) VALUES (?)", json.dumps(kept))
    if given.switches:
        db.set_switches(changed(db.switches, given.switches))


def clear_rules(db: Database) -> None:
    """Forget all rules but those that switches stand for."""
    db.run("DELETE FROM faults WHERE switch=''")


def shown(db: Database) -> list[dict[str, Any]]:
    """The rules as they were sent, with `id` and how often each matched and fired; then those that
    switches stand for, each with the name of its `switch`."""
    return [
        {"id": row[0], **({"switch": row[4]} if row[4] else {}), **json.loads(row[1])}
        | {"matched": row[2], "fired": row[3]}
        for row in _rows(db)
    ]


def _rows(db: Database) -> list[Row]:
    """Those that were given, in order, then those that the switches stand for by now."""
    wanted = {name: json.dumps(as_given(rule)) for name, rule in rules_of(db.switches).items()}
    kept: dict[str, str] = dict(db.all("SELECT switch, rule FROM faults WHERE switch<>''"))
    for name in sorted(kept.keys() | wanted.keys()):
        if kept.get(name) != wanted.get(name):
            db.run("DELETE FROM faults WHERE switch=?", name)
            if name in wanted:
                db.run("INSERT INTO faults (rule, switch) VALUES (?, ?)", wanted[name], name)
    places = {name: place for place, name in enumerate(("", *wanted))}
    rows = db.all("SELECT id, rule, matched, fired, switch FROM faults ORDER BY id")
    return sorted(rows, key=lambda row: places[row[4]])


class Faults:
    """The rules as the application asks them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.standing: list[Standing] = []
        """Almost always empty."""
        self.reload()

    def reload(self) -> None:
        """Read rules and switches again, after somebody changed them. What is as it was keeps what
        it has seen."""
        before = {one.id: one for one in self.standing}
        fresh = [
            Standing(row[0], row[4] or str(place), rule_from(json.loads(row[1])), row[2], row[3])
            for place, row in enumerate(_rows(self._db))
        ]
        self.standing = [_older(before.get(one.id), one) for one in fresh]

    def strike(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Strike | None:
        """What befalls a request, counted; None for those that no rule is about."""
        counted: list[Standing] = []
        strike: Strike | None = None
        for one in self.standing:
            # Behind the rule that fires, only delays are looked at: they come on top.
            over = strike is not None and strike.rule is not None
            if (over and not one.rule.only_waits) or not one.rule.matches(method, target):
                continue
            strike = strike or Strike()
            self._meet(one, strike, (method, target, headers, body))
            counted.append(one)
        if counted:  # how often is part of what a restart must not lose
            with self._db.transaction():
                self._db.run_many(
                    "UPDATE faults SET matched=?, fired=? WHERE id=?",
                    [(one.matched, one.fired, one.id) for one in counted],
                )
        return strike

    def _meet(self, one: Standing, strike: Strike, asked: _Asked) -> None:
        """Count a match, and add what it does if it fires."""
        one.matched += 1
        rule = one.rule
        question = question_of(*asked)
        if rule.stale:
            strike.watching.append((one, question))
        if not self._fires(one, question):
            return
        one.fired += 1
        seed = self._db.switches.weather_seed
        strike.wait(rule, one.draw(seed, "jitter") if rule.jitter_ms else 0.0)
        if rule.only_waits:
            return
        strike.rule = rule
        strike.retry_after = retry_after(rule, one.short_of_s)
        if rule.status:
            strike.status = rule.status[int(one.draw(seed, "status") * len(rule.status))]
        if rule.stale:
            strike.again = one.answers[question]

    def _fires(self, one: Standing, question: Question) -> bool:
        rule = one.rule
        if one.matched <= rule.skip or (rule.times is not None and one.fired >= rule.times):
            return False
        if rule.share < 1 and one.draw(self._db.switches.weather_seed, "share") >= rule.share:
            return False
        if one.buckets is not None:
            one.short_of_s = one.buckets.short_of_s(question[0])
            if not one.short_of_s:
                return False
        return not rule.stale or question in one.answers


def _older(known: Standing | None, fresh: Standing) -> Standing:
    """The one that has seen something, if it is the same one."""
    if known is None or (known.name, known.rule) != (fresh.name, fresh.rule):
        return fresh
    return known if known.matched == fresh.matched else fresh
