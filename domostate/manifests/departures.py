"""Departures: what `moved` and `removed` say of addresses that are declared no longer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from domostate.kinds.registry import KINDS
from domostate.manifests.collect import Collected, Entry, validated
from domostate.manifests.document import MOVED, REMOVED, MovedSpec, RemovedSpec
from domostate.manifests.fields import Fields
from domostate.manifests.rules import NAME, check_values
from domostate.manifests.source import Findings, place_of
from domostate.manifests.words import did_you_mean, nearest, short
from domostate.model.address import Address
from domostate.model.desired import Move, Removal

__all__ = ["departures"]


def departures(
    collected: Collected, findings: Findings
) -> tuple[dict[Address, Move], dict[Address, Removal]]:
    """The moves and removals by the address that they are about; mistakes go to `findings`."""
    declared = {Address("dataset", name): one for name, one in collected.datasets.items()}
    return _Departures(collected, declared, findings).checked()


@dataclass(slots=True)
class _Step:
    """One entry of `moved`, which may be part of a chain."""

    old: Address
    new: Address
    entry: Entry


@dataclass(slots=True)
class _Departures:
    collected: Collected
    declared: Mapping[Address, Entry]
    findings: Findings
    steps: dict[Address, _Step] = field(default_factory=dict)
    removed: dict[Address, Removal] = field(default_factory=dict)
    entries: dict[Address, Entry] = field(default_factory=dict)
    """Of `removed`."""

    def checked(self) -> tuple[dict[Address, Move], dict[Address, Removal]]:
        targets: dict[Address, Entry] = {}
        for entry in self.collected.moved:
            self.add_move(entry, targets)
        for entry in self.collected.removed:
            self.add_removal(entry)
        moves = {}
        for old, step in sorted(self.steps.items()):
            end = self.end_of(step)
            if end is not None:
                moves[old] = Move(end.new, Fields(step.entry.body, step.entry.mark))
                self.check_target(end)
        return moves, dict(sorted(self.removed.items()))

    def add_move(self, entry: Entry, targets: dict[Address, Entry]) -> None:
        if self.valid(MOVED, MovedSpec, entry) is None:
            return
        old, new = self.address(entry, "from"), self.address(entry, "to")
        if old is None or new is None:
            return
        if old == new:
            self.complain(entry, "to", f"{old} is moved to itself", "take the entry out")
            return
        first = self.steps.setdefault(old, _Step(old, new, entry)).entry
        if first is not entry:
            self.complain_of_twin(entry, "from", first, f"{old} is moved")
            return
        self.check_gone(entry, "from", old)
        before = targets.setdefault(new, entry)
        if before is not entry:
            self.complain_of_twin(entry, "to", before, f"{new} is moved to")

    def add_removal(self, entry: Entry) -> None:
        spec = self.valid(REMOVED, RemovedSpec, entry)
        address = self.address(entry, "address") if spec is not None else None
        if spec is None or address is None:
            return
        first = self.entries.setdefault(address, entry)
        if first is not entry:
            self.complain_of_twin(entry, "address", first, f"{address} is removed")
            return
        where = Fields(entry.body, entry.mark)
        self.removed[address] = Removal(spec.destroy, spec.reason or "", where)
        self.check_gone(entry, "address", address)
        if address in self.steps:
            move = place_of(self.steps[address].entry.mark)
            message = f"{address} is removed, and moved at {move}"
            self.complain(entry, "address", message, "keep one of the two")

    def valid(self, adapter: TypeAdapter[Any], model: Any, entry: Entry) -> Any:
        check_values(entry.body, self.findings)
        return validated(adapter, model, entry.body, entry.mark, self.findings)

    def address(self, entry: Entry, key: str) -> Address | None:
        text = entry.body[key]
        try:
            address = Address.parse(text)
        except ValueError:
            otherwise = "<kind>.<name>, such as dataset.orders"
            hint = f"did you mean 'dataset.{text}'?" if NAME.match(text) else otherwise
            self.complain(entry, key, f"{short(text)} is not an address", hint)
            return None
        if address.kind not in KINDS:
            what = f"unknown kind {short(address.kind)}"
            self.complain(entry, key, what, did_you_mean(address.kind, sorted(KINDS)))
            return None
        if not NAME.match(address.name):
            what = f"{short(address.name)} cannot be part of an address"
            self.complain(entry, key, what, "use letters, digits, '_', '.' and '-'")
            return None
        return address

    def complain_of_twin(self, entry: Entry, key: str, first: Entry, what: str) -> None:
        message = f"{what} twice, first at {place_of(first.body.marks[key])}"
        self.complain(entry, key, message, "keep one of the two")

    def check_gone(self, entry: Entry, key: str, address: Address) -> None:
        still = self.declared.get(address)
        if still is not None:
            message = f"{address} is still declared, at {place_of(still.mark)}"
            self.complain(entry, key, message, "take one of the two out")

    def end_of(self, step: _Step) -> _Step | None:
        """The last step of a chain, None (and one finding) where it leads back to itself."""
        seen = [step.old]
        while step.new in self.steps:
            if step.new in seen:
                self.complain_of_cycle(seen[seen.index(step.new) :])
                return None
            seen.append(step.new)
            step = self.steps[step.new]
        return step

    def complain_of_cycle(self, cycle: list[Address]) -> None:
        first = cycle.index(min(cycle))
        way = [*cycle[first:], *cycle[:first], min(cycle)]
        message = f"the moves lead in a circle: {' -> '.join(map(str, way))}"
        hint = "an address that was given up has one new name, and keeps it"
        # Whoever meets the circle, from wherever: one place, and so one finding.
        self.complain(self.steps[min(cycle)].entry, "from", message, hint)

    def check_target(self, end: _Step) -> None:
        if end.new in self.declared or self.findings.unread:
            return
        message = f"{end.new} is not declared, and {end.old} is moved to it"
        if end.new in self.removed:
            hint = f"name {end.old} under removed: as well, and take the move out"
        else:
            # By the name alone: what comes before it makes any two addresses look alike.
            near = nearest(end.new.name, (one.name for one in sorted(self.declared)))
            hint = (
                f"did you mean '{end.new.kind}.{near}'?" if near else "declare it, or take it out"
            )
        self.complain(end.entry, "to", message, hint)

    def complain(self, entry: Entry, key: str, message: str, hint: str) -> None:
        self.findings.add(entry.body.marks[key], message, hint)
