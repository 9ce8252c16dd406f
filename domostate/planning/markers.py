"""Markers in a plan: which are put and taken off, and what bears another project's.

A marker is for people and for other projects: what a project manages is in its state.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from domostate.kinds.aspect import Draft, Setting, Step
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS, markers_on, may_change, plane_for
from domostate.model.address import Address
from domostate.model.change import Action, Change, FieldChange, Origin
from domostate.model.desired import Desired, Manage
from domostate.model.marker import Marking, marker_of, project_of
from domostate.model.observed import Live, Observed, Presence
from domostate.model.plan import Refusal, RefusalKind
from domostate.model.state import State
from domostate.planning.describe import differing_paths, path_text, value_at
from domostate.planning.fingerprint import fingerprint
from domostate.planning.match import Subject, match
from domostate.planning.order import ordered
from domostate.planning.scope import Scope

__all__ = ["Markers", "held_by", "markers_of"]


@dataclass(frozen=True, slots=True)
class Markers:
    """What a plan knows of markers.

    `held` are the ids of the objects that this project goes on managing.
    """

    project: str
    wanted: bool
    take_over: frozenset[Address]
    held: Collection[str]
    observed: Observed
    names: Names
    _seen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The markers by Domo id, as far as somebody has asked."""

    def marked(self, subject: Subject) -> Subject:
        """The subject with what is to happen to its markers; nothing to what is only observed."""
        declared, live = subject.declared, subject.live
        if declared.spec.manage is Manage.OBSERVE:
            return subject
        own = marker_of(self.project)
        there = () if live is None else self._there(declared.address, live)
        off = [] if self.wanted or own not in there else [own]
        if declared.address in self.take_over:
            off += [one for one in there if one != own]
        marking = Marking(own if self.wanted else "", tuple(sorted(off)))
        return replace(subject, marking=marking)

    def unmarked(self, change: Change, first: int) -> Change:
        """What is forgotten, with what takes this project's marker off its object.

        Unchanged where there is none, where another address manages the object, and where Domo
        says that these credentials may not change it. Operations count from `first`.
        """
        live, own = self._live(change), marker_of(self.project)
        if Action.FORGET not in change.actions or live is None or live.id in self.held:
            return change
        if own not in self._there(change.address, live):
            return change
        if not may_change(live):
            left = f"the tag {own} stays: these credentials may not change the dataset"
            return replace(change, reasons=(*change.reasons, left))
        return self._without(change, live, Marking(off=(own,)), first)

    def refusals(self, changes: Sequence[Change]) -> Iterator[Refusal]:
        """Why another project would have to be asked before anything is written to its objects."""
        for change in changes:
            live = self._live(change)
            if live is None or Action.FORGET in change.actions or change.address in self.take_over:
                continue
            if not (change.operations or Action.ADOPT in change.actions):
                continue
            for project in self._others(change.address, live):
                yield Refusal(
                    RefusalKind.MANAGED_ELSEWHERE,
                    str(change.address),
                    f"{change.address}: dataset {live.id} bears the marker of the project "
                    f"{project}, and this is the project {self.project}",
                    "Both would undo each other's work. If this one is to manage it from now on:\n"
                    f"  domostate plan --out FILE --take-over {change.address}",
                )

    def remarks(self, changes: Sequence[Change]) -> Iterator[str]:
        """What has become of the wishes to take something over."""
        by_address = {change.address: change for change in changes}
        for address in sorted(self.take_over):
            change = by_address.get(address)
            live = None if change is None else self._live(change)
            others = [] if live is None else self._others(address, live)
            yield from (f"{address}: taken over from the project {one}" for one in others)
            if not others:
                yield f"{address}: --take-over was not needed, there is nothing to take over"

    def beside(self, subject: Subject) -> Iterator[str]:
        """Other projects' markers on a subject that nothing is written to."""
        if subject.live is not None:
            for one in self._others(subject.declared.address, subject.live):
                yield f"{subject.declared.address}: bears the marker of the project {one}, too"

    def _live(self, change: Change) -> Live | None:
        live = self.observed.live.get(change.id or "")
        return live if live is not None and live.presence is Presence.PRESENT else None

    def _there(self, address: Address, live: Live) -> tuple[str, ...]:
        if live.id not in self._seen:
            self._seen[live.id] = markers_on(address, live, self.observed.planes, self.names)
        return self._seen[live.id]

    def _others(self, address: Address, live: Live) -> list[str]:
        there = map(project_of, self._there(address, live))
        return [one for one in there if one != self.project]

    def _without(self, change: Change, live: Live, marking: Marking, first: int) -> Change:
        """The change, with what moves the markers of the object and nothing else."""
        drafts: list[tuple[str, Draft]] = []
        fields: list[FieldChange] = []
        before, after, applied = {}, {}, {}
        planes = self.observed.planes
        for aspect in KINDS[change.address.kind].aspects:
            plane, declared = plane_for(aspect, planes), aspect.marked(None, marking)
            if plane is None or declared is None:
                continue
            there = aspect.observe(live, plane, self.names, None)
            setting = Setting({aspect.key: declared}, {aspect.key: there}, False, planes)
            then = aspect.target(declared, there, None, setting)
            step = Step(change.address, there, then, setting)
            drafts += ((aspect.name, draft) for draft in aspect.operations(step))
            before[aspect.key], after[aspect.key] = aspect.dump(there), aspect.dump(then)
            applied[aspect.key] = aspect.dump_declared(declared)
            now, wanted = aspect.keyed(there, then), aspect.keyed(then, there)
            for path in differing_paths(now, wanted):
                found, text = value_at(now, path), path_text(aspect.prefix, path)
                value = value_at(wanted, path)
                fields.append(FieldChange(text, found, found, value, Origin.CONFIG))
        return replace(
            change,
            fields=tuple(fields),
            before=before,
            after=after,
            applied=applied,
            fingerprint=fingerprint(before),
            operations=ordered(drafts, change.address, first),
        )


def markers_of(
    state: State, scope: Scope, observed: Observed, names: Names, held: Collection[str] = ()
) -> Markers:
    """What a plan in this scope has to know of markers."""
    return Markers(state.project, scope.marker, scope.take_over, held, observed, names)


def held_by(desired: Desired, observed: Observed, state: State) -> frozenset[str]:
    """The ids of the live objects behind the declared addresses that are managed."""
    managed = [one for one in desired.declared.values() if one.spec.manage is Manage.FULL]
    subjects = (match(one, observed, state) for one in managed)
    live = (one.live for one in subjects if isinstance(one, Subject))
    return frozenset(one.id for one in live if one is not None)
