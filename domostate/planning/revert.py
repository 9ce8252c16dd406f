"""Revert: the plan that puts back what a run has changed, as it was before the run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domostate.kinds.aspect import Aspect, Draft, Setting, Step
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS, plane_for
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.change import Action, Change, ChangeClass, FieldChange, Origin
from domostate.model.desired import Desired
from domostate.model.observed import Live, Observed, Presence
from domostate.model.plan import Plan
from domostate.model.state import Entry, State
from domostate.planning.describe import differing_paths, path_text, value_at
from domostate.planning.fingerprint import fingerprint
from domostate.planning.order import ordered
from domostate.planning.plan import plan_of_changes
from domostate.planning.removals import destroyed
from domostate.planning.scope import Scope

__all__ = ["Undo", "parts_to_undo", "revert_plan"]


@dataclass(frozen=True, slots=True)
class Undo:
    """A run that is to be undone: the plan that it carried out, and what was recorded right before
    it and right after it."""

    run: str
    plan: Plan
    earlier: Mapping[Address, Entry]
    later: Mapping[Address, Entry]

    def object_of(self, change: Change) -> str | None:
        """The id of what the run made, changed or gave up, None where that is not known any more.

        An address may stand for something else by now, so it does not tell.
        """
        if Action.CREATE not in change.actions:
            return change.id
        entry = self.later.get(change.address)
        return entry.id if entry is not None and entry.run == self.run else None

    def entry_before(self, change: Change) -> Entry | None:
        """What was recorded of a changed object before the run."""
        return self.earlier.get(change.moved_from or change.address)


def parts_to_undo(undo: Undo, planes: frozenset[Plane]) -> Mapping[str, frozenset[Part]]:
    """The live parts to read, by Domo id; none of what is only looked for."""
    wanted: dict[str, frozenset[Part]] = {}
    for change in undo.plan.changes:
        id_ = undo.object_of(change)
        if id_ is not None and Action.DELETE not in change.actions:
            parts = [
                aspect.parts[plane]
                for aspect in KINDS[change.address.kind].aspects
                if (plane := plane_for(aspect, planes)) is not None
                and (aspect.key in change.before or Action.CREATE in change.actions)
            ]
            wanted[id_] = frozenset[Part]().union(*parts)
    return wanted


def revert_plan(
    undo: Undo, desired: Desired, observed: Observed, state: State, scope: Scope
) -> Plan:
    """What would put everything back that the run changed; notes say what cannot be."""
    undoing = _Undoing(undo, observed, state, Names(observed.directory, desired.principals))
    # What came last is taken back first.
    for change in reversed(undo.plan.changes):
        undoing.take_back(change)
    changes = sorted(undoing.changes, key=lambda one: one.address)
    plan = plan_of_changes(changes, undoing.notes, desired, observed, state, scope)
    return replace(plan, undoes=undo.run)


@dataclass(slots=True)
class _Undoing:
    """A revert in the making."""

    undo: Undo
    observed: Observed
    state: State
    names: Names
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    operations: int = 0

    @property
    def why(self) -> str:
        return f"takes back what run {self.undo.run} did"

    def take_back(self, change: Change) -> None:
        """Adds what undoes one change."""
        if Action.DELETE in change.actions:
            why = f"dataset {change.id} was destroyed: its rows are gone"
            self._cannot(change.address, why)
        elif Action.FORGET in change.actions:
            self._remember(change)
        else:
            self._take_back(change)

    def _take_back(self, change: Change) -> None:
        id_ = self.undo.object_of(change)
        if id_ is None:
            self._cannot(change.address, "which dataset the run made is not known any more")
            return
        live, address = self.observed.live[id_], self._home(id_)
        if live.presence is Presence.ABSENT and address is None:
            self.notes.append(f"{change.address}: nothing is there to take back")
        elif live.presence is not Presence.PRESENT:
            self._cannot(address or change.address, f"dataset {id_} is {live.presence}")
        elif address is None:
            self._cannot(change.address, f"dataset {id_} is not managed any more, and stays")
        elif Action.CREATE in change.actions:
            self._destroy(replace(change, address=address), live)
        else:
            self._restore(replace(change, address=address), live, self.undo.entry_before(change))
            self._say_what_stays(change, address)

    def _home(self, id_: str) -> Address | None:
        """The address at which an object is recorded by now."""
        entries = self.state.entries.items()
        return next((address for address, entry in entries if entry.id == id_), None)

    def _say_what_stays(self, change: Change, address: Address) -> None:
        before = self.undo.entry_before(change)
        if change.moved_from is not None and change.moved_from != address:
            self.notes.append(
                f"{address}: stays at this address; moved: in a manifest moves it back to "
                f"{change.moved_from}"
            )
        if before is not None and before.protect != change.protect:
            self.notes.append(f"{address}: protection stays as it is: protect: says what it is")

    def _cannot(self, address: Address, why: str) -> None:
        self.notes.append(f"{address}: cannot be restored: {why}")

    def _remember(self, change: Change) -> None:
        entry = self.undo.earlier.get(change.address)
        if entry is None:
            self._cannot(change.address, "what was recorded there is not known any more")
            return
        there, home = self.state.entries.get(change.address), self._home(entry.id)
        live = self.observed.live.get(entry.id)
        if home is not None:
            if home != change.address:
                self._cannot(change.address, f"dataset {entry.id} is recorded at {home}")
        elif there is not None:
            self._cannot(change.address, f"dataset {there.id} is recorded at this address")
        elif live is None or live.presence is not Presence.PRESENT:
            seen = "not known" if live is None else live.presence
            self._cannot(change.address, f"dataset {entry.id} is {seen}")
        else:
            again = _plain(change.address, entry.id, (Action.ADOPT,), self.why)
            self.changes.append(replace(again, applied=entry.applied, protect=entry.protect))

    def _destroy(self, change: Change, live: Live) -> None:
        first = self.operations + 1
        one = destroyed(change.address, live, self.observed, None, self.why, self.names, first)
        self.operations += len(one.operations)
        self.changes.append(one)
        self.notes.append(
            f"{change.address}: the run made dataset {live.id}; rows that came since go with it"
        )

    def _restore(self, change: Change, live: Live, before: Entry | None) -> None:
        sides = _Sides.of(change, live, self.observed.planes, self.names, before)
        drafts: list[tuple[str, Draft]] = []
        fields: list[FieldChange] = []
        for aspect in sides.touched:
            now, then = sides.now[aspect.key], sides.then[aspect.key]
            self.notes += (
                f"{change.address}: cannot be restored: {lost}"
                for op in change.operations
                if op.aspect == aspect.name
                for lost in aspect.lost(op)
            )
            if now == then:
                continue
            found = list(aspect.operations(Step(change.address, now, then, sides.setting)))
            if not found:
                self._cannot(change.address, f"{aspect.prefix or aspect.key} stays as it is")
                continue
            drafts += ((aspect.name, draft) for draft in found)
            fields += _fields(aspect, now, then)
        if drafts:
            entry = self._entry_after(change, sides, before)
            self.changes.append(self._restored(change.address, entry, sides, drafts, fields))

    def _entry_after(self, change: Change, sides: "_Sides", before: Entry | None) -> Entry:
        """What is recorded now, with what was applied to the touched aspects before the run; what
        the run asked for where nothing was."""
        now = self.state.entries[change.address]
        applied = {**change.applied, **({} if before is None else before.applied)}
        undone = {aspect.key: applied[aspect.key] for aspect in sides.touched}
        return replace(now, applied={**now.applied, **undone})

    def _restored(
        self,
        address: Address,
        entry: Entry,
        sides: "_Sides",
        drafts: list[tuple[str, Draft]],
        fields: list[FieldChange],
    ) -> Change:
        me = self.observed.directory.me
        operations = ordered(drafts, address, self.operations + 1, me.id if me else "")
        self.operations += len(operations)
        before = {aspect.key: aspect.dump(sides.now[aspect.key]) for aspect in sides.touched}
        after = {aspect.key: aspect.dump(sides.then[aspect.key]) for aspect in sides.touched}
        met = {op.access_class for op in operations}
        return replace(
            _plain(address, entry.id, (Action.UPDATE,), self.why),
            classes=tuple(one for one in ChangeClass if one in met),
            fields=tuple(fields),
            before=before,
            after=after,
            applied=entry.applied,
            fingerprint=fingerprint(before),
            operations=operations,
            protect=entry.protect,
        )


@dataclass(frozen=True, slots=True)
class _Sides:
    """The aspects that the run touched, as they are and as they were before it, by key."""

    touched: list[Aspect[Any, Any]]
    now: Mapping[str, Any]
    then: Mapping[str, Any]
    setting: Setting

    @classmethod
    def of(
        cls, change: Change, live: Live, planes: frozenset[Plane], names: Names, entry: Entry | None
    ) -> "_Sides":
        declared, now = {}, {}
        changed = {op.aspect for op in change.operations}
        touched: list[Aspect[Any, Any]] = []
        for aspect in KINDS[change.address.kind].aspects:
            plane = plane_for(aspect, planes)
            if plane is None or change.before.get(aspect.key) is None or aspect.key in now:
                continue
            if not aspect.parts[plane] <= live.parts.keys():
                continue
            source = entry.applied if entry and aspect.key in entry.applied else change.applied
            declared[aspect.key] = aspect.load_declared(source[aspect.key])
            now[aspect.key] = aspect.observe(live, plane, names, declared[aspect.key])
            if aspect.name in changed:
                touched.append(aspect)
        then = {one.key: one.load(change.before[one.key]) for one in touched}
        return cls(touched, now, then, Setting(declared, now, False, planes, then))


def _fields(aspect: Aspect[Any, Any], now: Any, then: Any) -> Iterator[FieldChange]:
    there, wanted = aspect.keyed(now, then), aspect.keyed(then, now)
    for path in differing_paths(there, wanted):
        text = path_text(aspect.prefix, path)
        yield FieldChange(text, None, value_at(there, path), value_at(wanted, path), Origin.CONFIG)


def _plain(address: Address, id_: str, actions: tuple[Action, ...], why: str) -> Change:
    return Change(
        address=address,
        id=id_,
        actions=actions,
        reasons=(why,),
        classes=(ChangeClass.SAFE,),
        origin=None,
        fields=(),
        before={},
        after={},
        applied={},
        fingerprint="",
    )
