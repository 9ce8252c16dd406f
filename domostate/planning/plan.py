"""Plans: what an apply would do, decided completely before anything is touched."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domostate.errors import Finding, Location, ManifestError
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS
from domostate.model.address import Address
from domostate.model.change import (
    Action,
    Change,
    ChangeClass,
    Document,
    FieldChange,
    Operation,
    Origin,
)
from domostate.model.desired import Desired, Manage
from domostate.model.observed import Observed
from domostate.model.plan import DriftRow, Plan, PlanEnvironment, Refusal, Summary, changed_by
from domostate.model.principal import PrincipalType
from domostate.model.state import Entry, State
from domostate.planning.diff import Difference, compare, complaints
from domostate.planning.fingerprint import fingerprint
from domostate.planning.guard import budgets_of, revoked_by, uncounted
from domostate.planning.lockout import lockout_budget
from domostate.planning.markers import Markers, held_by, markers_of
from domostate.planning.match import Subject, match
from domostate.planning.missing import check_state
from domostate.planning.moves import carried_over, collisions, moves_in, suspected
from domostate.planning.order import ordered
from domostate.planning.removals import (
    leaving,
    left_behind,
    overlooked,
    protected,
    still_in_use,
    unnamed,
)
from domostate.planning.scope import Scope

__all__ = ["make_plan", "plan_of_changes"]


@dataclass(slots=True)
class _Draft:
    """A plan in the making."""

    moves: Mapping[Address, Address]
    """The old address by the new one."""
    markers: Markers
    users: dict[str, Address] = field(default_factory=dict)
    """The declared addresses by the id of their live object."""
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    drift: list[DriftRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    recreated: list[str] = field(default_factory=list)
    unowned: set[Address] = field(default_factory=set)
    """What an interrupted run has made, and nobody but the running identity has ever owned."""
    unfinished: set[Address] = field(default_factory=set)
    """What an interrupted run has made and not given to its owner yet."""
    unchanged: int = 0
    skipped: int = 0
    suppressed: int = 0
    operations: int = 0


def make_plan(desired: Desired, observed: Observed, state: State, scope: Scope) -> Plan:
    """What would bring the instance to what is declared.

    Raises:
        ManifestError: names that the instance does not know, objects in the way, aspects without
            credentials; all of them at once, each with its place in the files.
        StateMissing: there is no state where this project's marker says that there was one.
    """
    names = Names(observed.directory, desired.principals)
    check_state(state, observed, scope, names)
    memory = carried_over(desired, state)
    leaves = not state.entries.keys() <= desired.declared.keys()
    held = held_by(desired, observed, memory) if leaves else frozenset[str]()
    markers = markers_of(memory, scope, observed, names, held)
    notes = [*map(_warning, desired.warnings), *uncounted(scope.limits)]
    draft = _Draft(moves_in(desired, state), markers, notes=notes)
    draft.findings += (*collisions(desired, state), *unnamed(desired, state))
    # What is given up is told once more, though nothing else reckons with it.
    given_up = {one: state.entries[one] for one in desired.removed if one in state.entries}
    recorded = {**memory.entries, **given_up}
    for address in sorted({*desired.declared, *recorded}):
        if address in desired.declared:
            _declared(address, desired, observed, memory, names, draft)
        else:
            _leaving(address, recorded[address], desired, observed, names, draft)
    draft.findings += still_in_use(draft.changes, draft.users, desired)
    draft.notes += (*overlooked(desired, state), *left_behind(desired, state))
    draft.refusals += (
        *protected(draft.changes, memory),
        *markers.refusals(draft.changes),
        *suspected(draft.changes, memory, desired),
    )
    draft.notes += markers.remarks(draft.changes)
    findings = [*draft.findings, *names.findings]
    if findings:
        raise ManifestError(
            f"{_counted(len(findings), 'problem')} with {scope.environment} ({scope.instance})",
            sorted(set(findings), key=_place),
        )
    return _plan(draft, desired, observed, state, scope)


def plan_of_changes(
    changes: Sequence[Change],
    notes: Sequence[str],
    desired: Desired,
    observed: Observed,
    state: State,
    scope: Scope,
) -> Plan:
    """The plan of changes that were decided elsewhere than by comparing with the manifests."""
    names = Names(observed.directory, desired.principals)
    markers = markers_of(state, scope, observed, names)
    draft = _Draft({}, markers, changes=list(changes), notes=[*notes, *uncounted(scope.limits)])
    draft.operations = sum(len(one.operations) for one in changes)
    draft.refusals += (*protected(draft.changes, state), *markers.refusals(draft.changes))
    draft.notes += markers.remarks(draft.changes)
    return _plan(draft, desired, observed, state, scope)


def _plan(draft: _Draft, desired: Desired, observed: Observed, state: State, scope: Scope) -> Plan:
    changes = tuple(draft.changes)
    budgets = budgets_of(
        changes,
        draft.recreated,
        len(state.entries),
        scope.limits,
        _granted(state),
        draft.unowned,
    )
    budgets += lockout_budget(changes, observed, draft.markers.names, scope.limits)
    return Plan(
        environment=PlanEnvironment(scope.environment, scope.instance),
        manifests_digest=desired.digest,
        # A state that was never saved has a random lineage, on which nothing may depend.
        state_lineage=state.lineage if state.serial else "",
        state_serial=state.serial,
        changes=changes,
        summary=_summary(draft),
        reads=observed.reads,
        writes=draft.operations,
        budgets=tuple(sorted(budgets, key=lambda one: one.name)),
        drift=tuple(draft.drift),
        notes=tuple(draft.notes),
        allow=scope.limits.allow,
        refusals=tuple(draft.refusals),
        take_over=tuple(map(str, sorted(scope.take_over))),
    )


def _declared(
    address: Address,
    desired: Desired,
    observed: Observed,
    state: State,
    names: Names,
    draft: _Draft,
) -> None:
    declared = desired.declared[address]
    subject = match(declared, observed, state)
    if isinstance(subject, Finding):
        # What else is wrong with the entry is said in the same run.
        draft.findings += [subject, *complaints(declared, observed.planes, names)]
        return
    if subject.live is not None:
        draft.users[subject.live.id] = address
    if declared.spec.manage is Manage.OBSERVE and subject.live is None:
        _skip(subject, {}, draft)
        draft.notes.append(f"{address}: only observed, and not there")
        return
    subject = draft.markers.marked(subject)
    difference = compare(subject, observed, names)
    draft.findings += difference.findings
    draft.suppressed += difference.suppressed
    draft.notes += (f"{address}: {remark}" for remark in difference.remarks)
    if declared.spec.manage is Manage.OBSERVE:
        _skip(subject, difference.before, draft)
        draft.drift += _drift(address, difference, corrected=False)
        return
    draft.drift += _drift(address, difference, corrected=True)
    if subject.recreated:
        draft.recreated.append(str(address))
    _add(subject, difference, observed, draft)


def _leaving(
    address: Address,
    entry: Entry,
    desired: Desired,
    observed: Observed,
    names: Names,
    draft: _Draft,
) -> None:
    outcome = leaving(address, entry, desired, observed, names, draft.operations + 1)
    if isinstance(outcome, Finding):
        draft.findings.append(outcome)
    else:
        outcome = draft.markers.unmarked(outcome, draft.operations + 1)
        draft.operations += len(outcome.operations)
        draft.changes.append(outcome)


def _skip(subject: Subject, seen: Document, draft: _Draft) -> None:
    """Does nothing to what is only observed, but for remembering it under a new address."""
    address, entry = subject.declared.address, subject.entry
    if address not in draft.moves or entry is None:
        draft.skipped += 1
        return
    same = Difference(before=dict(seen), after=dict(seen), applied=dict(entry.applied))
    change = _change(replace(subject, action=Action.UPDATE, reason=""), same, (), draft)
    draft.changes.append(replace(change, id=entry.id, protect=entry.protect))


def _add(subject: Subject, difference: Difference, observed: Observed, draft: _Draft) -> None:
    entry, spec = subject.entry, subject.declared.spec
    protects = entry is not None and entry.protect != spec.protect
    # A run that ended right before its last word has left an entry that remembers nothing: what
    # somebody changes in Domo afterwards could not be told from a wish of the manifest.
    forgetful = entry is not None and not entry.applied and bool(difference.applied)
    moves = subject.declared.address in draft.moves
    remembers = protects or forgetful or moves
    if subject.action is Action.UPDATE and not (difference.drafts or remembers):
        draft.unchanged += 1
        draft.notes += draft.markers.beside(subject)
        return
    me = observed.directory.me
    operations = ordered(
        difference.drafts,
        subject.declared.address,
        draft.operations + 1,
        me.id if me is not None else "",
    )
    draft.operations += len(operations)
    if subject.action is Action.UPDATE and not operations:
        draft.notes += draft.markers.beside(subject)
    if forgetful and me is not None and _owner_in(difference.before) == me.id:
        draft.unowned.add(subject.declared.address)
    if forgetful and not operations:
        subject = replace(
            subject, reason="what was applied to it is not known: remembered from now on"
        )
    draft.changes.append(_change(subject, difference, operations, draft))


def _owner_in(document: Document) -> str:
    """The id of the user who owns an object, empty where a group does or nobody has looked."""
    owner = document.get("owner") or {}
    return str(owner["id"]) if owner.get("type") == PrincipalType.USER else ""


def _change(
    subject: Subject, difference: Difference, operations: tuple[Operation, ...], draft: _Draft
) -> Change:
    actions: tuple[Action, ...] = (subject.action,)
    if subject.action is Action.ADOPT and operations:
        actions = (Action.ADOPT, Action.UPDATE)
    origins = {one.origin for one in difference.fields}
    moved_from = draft.moves.get(subject.declared.address)
    reasons = [] if moved_from is None else [f"moved from {moved_from}"]
    reasons += [subject.reason] if subject.reason else []
    reasons += [_SAID[origin] for origin in Origin if origin in origins]
    return Change(
        address=subject.declared.address,
        id=subject.live.id if subject.live is not None else None,
        actions=actions,
        reasons=tuple(reasons),
        classes=_classes(subject.action, operations),
        origin=subject.declared.where(),
        fields=(*difference.fields, *_protection(subject)),
        before=difference.before,
        after=difference.after,
        applied=difference.applied,
        fingerprint=fingerprint(difference.before) if subject.live is not None else "",
        operations=operations,
        protect=subject.declared.spec.protect,
        moved_from=moved_from,
    )


def _protection(subject: Subject) -> Iterable[FieldChange]:
    """What becomes of the protection, which is in the state and not in Domo."""
    entry, wanted = subject.entry, subject.declared.spec.protect
    if entry is None or subject.recreated or entry.protect == wanted:
        return ()
    return (FieldChange("protect", entry.protect, entry.protect, wanted, Origin.CONFIG),)


def _classes(action: Action, operations: Sequence[Operation]) -> tuple[ChangeClass, ...]:
    met = {op.access_class for op in operations}
    if action is Action.CREATE:
        # Nobody has anything to lose, and nobody owned it: an owner is set, not transferred.
        met -= {ChangeClass.NARROWING, ChangeClass.OWNERSHIP}
    return tuple(one for one in ChangeClass if one in met)


_SAID = {
    Origin.CONFIG: "the manifest asks for it",
    Origin.DRIFT: "changed in Domo since the last apply",
    Origin.BOTH: "changed in the manifest and in Domo",
}


def _drift(address: Address, difference: Difference, *, corrected: bool) -> Iterable[DriftRow]:
    return [
        # What is only observed was never applied: it is held against the manifest.
        DriftRow(
            str(address),
            one.path,
            one.prior if corrected else one.desired,
            one.observed,
            corrected,
        )
        for one in difference.fields
        if one.origin is not Origin.CONFIG or not corrected
    ]


def _summary(draft: _Draft) -> Summary:
    times = Counter(changed_by(change) for change in draft.changes)
    operations = [op for change in draft.changes for op in change.operations]
    return Summary(
        adopt=times[Action.ADOPT],
        add=times[Action.CREATE],
        change=times[Action.UPDATE],
        forget=times[Action.FORGET],
        destroy=times[Action.DELETE],
        revoke=sum(revoked_by(op) for op in operations),
        unchanged=draft.unchanged,
        skipped=draft.skipped,
        suppressed=draft.suppressed,
    )


def _granted(state: State) -> int:
    """How many grants, policies and memberships were last applied."""
    return sum(
        aspect.grants_in(entry.applied[aspect.key])
        for address, entry in state.entries.items()
        for aspect in KINDS[address.kind].aspects
        if aspect.key in entry.applied
    )


def _place(finding: Finding) -> tuple[Location, str]:
    return finding.where or Location("", 0, 0), finding.message


def _warning(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else finding.message


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
