"""The three-way comparison of one address, aspect by aspect.

Equality first: only what differs is looked at field by field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from domostate.errors import Finding
from domostate.kinds.aspect import Aspect, Draft, Setting, Step
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS, plane_for
from domostate.model.call import Plane
from domostate.model.change import Action, Document, FieldChange, Origin
from domostate.model.desired import Declared
from domostate.model.observed import Observed
from domostate.planning.describe import differing_paths, path_text, value_at
from domostate.planning.match import Subject

__all__ = ["Difference", "compare", "complaints"]


@dataclass(slots=True)
class Difference:
    """What one address needs, before it is ordered."""

    drafts: list[tuple[str, Draft]] = field(default_factory=list)
    """With the name of the aspect that planned each."""
    fields: list[FieldChange] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    applied: dict[str, Any] = field(default_factory=dict)
    suppressed: int = 0
    remarks: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def compare(subject: Subject, observed: Observed, names: Names) -> Difference:
    """Compares every declared aspect of a subject; problems are in `findings`."""
    difference = Difference()
    aspects = _usable(subject.declared, observed.planes, difference.findings)
    declared = {
        aspect.name: value
        for aspect, _ in aspects
        if (value := _declared(subject, aspect, names)) is not None
    }
    creating = subject.action is Action.CREATE
    prior = {aspect.name: _prior(subject, aspect) for aspect, _ in aspects}
    there = _there(subject, aspects, declared, prior, observed, names)
    setting = Setting(
        {aspect.key: declared[aspect.name] for aspect, _ in aspects if aspect.name in declared},
        {aspect.key: there[aspect.name] for aspect, _ in aspects if aspect.name in there},
        creating,
        observed.planes,
        {},
    )
    if creating and observed.directory.me is not None and "owner" not in setting.observed:
        setting = _with_owner(setting, observed)
    if difference.findings:
        return difference
    judged = [
        _Aspect(aspect, declared[aspect.name], there[aspect.name], prior[aspect.name])
        for aspect, _ in aspects
        if aspect.name in declared
    ]
    # Every target before any operation: what creates the object needs all of them.
    aims = [one.aim(subject, setting, difference) for one in judged]
    for one, (wanted, after) in zip(judged, aims, strict=True):
        if wanted is not None:
            one.contribute(wanted, after, subject, setting, difference)
    return difference


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One aspect of the subject, with its three sides."""

    aspect: Aspect[Any, Any]
    declared: Any
    observed: Any
    prior: Any

    def aim(self, subject: Subject, setting: Setting, difference: Difference) -> tuple[Any, Any]:
        """What is wanted (None when all of it is ignored), and the target."""
        aspect = self.aspect
        wanted, suppressed = self._masked(subject, setting)
        difference.suppressed += suppressed
        difference.applied[aspect.key] = aspect.dump_declared(self.declared)
        if wanted is None:
            return None, self.observed
        after = aspect.target(wanted, self.observed, self.prior, setting)
        # `wanted` grows along the registry: a later aspect sees the targets of the earlier ones.
        targets: Any = setting.wanted
        targets[aspect.key] = after
        return wanted, after

    def contribute(
        self,
        wanted: Any,
        after: Any,
        subject: Subject,
        setting: Setting,
        difference: Difference,
    ) -> None:
        """Adds to the difference what this aspect has to say and to do."""
        aspect, declared = self.aspect, subject.declared
        if not setting.creating:
            difference.findings += aspect.objections(wanted, self.observed, declared, setting)
        difference.remarks += aspect.remarks(wanted, self.observed, after, setting)
        difference.before[aspect.key] = None if setting.creating else aspect.dump(self.observed)
        difference.after[aspect.key] = aspect.dump(after)
        if after != self.observed and not setting.creating:
            difference.fields += self._fields(after, setting)
        step = Step(declared.address, self.observed, after, setting)
        difference.drafts += ((aspect.name, draft) for draft in aspect.operations(step))

    def _masked(self, subject: Subject, setting: Setting) -> tuple[Any, int]:
        """The declared value without what `ignore` names, and how many differences that hides."""
        ignored = [] if setting.creating else list(_ignored(self.aspect, subject))
        if not ignored:
            return self.declared, 0
        wanted = self.declared
        for name in ignored:
            mask = self.aspect
            wanted = mask.ignored(wanted) if name is None else mask.masked(wanted, name)
            if wanted is None:
                break
        full = self.aspect.target(self.declared, self.observed, self.prior, setting)
        shown = (
            self.observed
            if wanted is None
            else self.aspect.target(wanted, self.observed, self.prior, setting)
        )
        return wanted, len(self._paths(full)) - len(self._paths(shown))

    def _paths(self, after: Any) -> Sequence[tuple[str, ...]]:
        if after == self.observed:
            return ()
        keyed = self.aspect.keyed
        return differing_paths(keyed(self.observed, after), keyed(after, self.observed))

    def _fields(self, after: Any, setting: Setting) -> Iterator[FieldChange]:
        aspect = self.aspect
        was: Document | None = None
        if self.prior is not None:
            # What the last applied manifest would ask for now: who moved can be read off it.
            last = aspect.target(self.prior, self.observed, None, setting)
            was = aspect.keyed(last, self.observed)
        there, then = aspect.keyed(self.observed, after), aspect.keyed(after, self.observed)
        for path in differing_paths(there, then):
            found, wanted = value_at(there, path), value_at(then, path)
            before = value_at(was, path) if was is not None else None
            text = path_text(aspect.prefix, path)
            origin = _origin(was is not None, before, found, wanted)
            yield FieldChange(text, _said(before), _said(found), _said(wanted), origin)


def _said(value: Any) -> Any:
    """A keyed value as people write it: keyed lists as lists."""
    if not isinstance(value, Mapping):
        return value
    if value and all(key.startswith("[") for key in value):
        return [key[1:-1] for key in value]
    return {key: _said(inner) for key, inner in value.items()}


def _origin(has_prior: bool, prior: Any, found: Any, wanted: Any) -> Origin:
    if not has_prior or prior == found:
        return Origin.CONFIG
    return Origin.DRIFT if prior == wanted else Origin.BOTH


def complaints(declared: Declared, planes: frozenset[Plane], names: Names) -> list[Finding]:
    """What is wrong with an entry whatever is there; names that are unknown go to `names`."""
    findings: list[Finding] = []
    for aspect, _ in _usable(declared, planes, findings):
        aspect.declared(declared, names)
    return findings


def _usable(
    declared: Declared, planes: frozenset[Plane], findings: list[Finding]
) -> list[tuple[Aspect[Any, Any], Plane]]:
    """The aspects with a plane; a declared one without is a finding naming the credential."""
    usable = []
    for aspect in KINDS[declared.address.kind].aspects:
        plane = plane_for(aspect, planes)
        if plane is not None:
            usable.append((aspect, plane))
        elif aspect.is_declared(declared):
            needed, what = next(iter(aspect.parts)), aspect.prefix or aspect.key
            findings.append(
                declared.problem(
                    f"{declared.address}: {what} needs the {needed.title()} plane",
                    aspect.prefix or "name",
                    hint=_CREDENTIAL[needed],
                )
            )
    return usable


_CREDENTIAL = {
    Plane.PRODUCT: "give the environment a developer_token (DOMO_DEVELOPER_TOKEN)",
    Plane.PLATFORM: "give the environment a client_id and client_secret "
    "(DOMO_CLIENT_ID, DOMO_CLIENT_SECRET)",
}


def _declared(subject: Subject, aspect: Aspect[Any, Any], names: Names) -> Any:
    return aspect.marked(aspect.declared(subject.declared, names), subject.marking)


def _prior(subject: Subject, aspect: Aspect[Any, Any]) -> Any:
    entry = subject.entry
    if entry is None or subject.recreated or aspect.key not in entry.applied:
        return None
    try:
        return aspect.load_declared(entry.applied[aspect.key])
    except ValidationError:
        # The entry was of another form then, such as an API stream that is a connector's now.
        return None


def _there(
    subject: Subject,
    aspects: Sequence[tuple[Aspect[Any, Any], Plane]],
    declared: Mapping[str, Any],
    prior: Mapping[str, Any],
    observed: Observed,
    names: Names,
) -> Mapping[str, Any]:
    """What is there, by aspect; for a creation, what Domo will make of it."""
    live = subject.live
    if live is None:
        me = observed.directory.me
        return {
            aspect.name: aspect.fresh(declared[aspect.name], me)
            for aspect, _ in aspects
            if aspect.name in declared
        }
    return {
        aspect.name: aspect.observe(live, plane, names, prior[aspect.name])
        for aspect, plane in aspects
        if aspect.parts[plane] <= live.parts.keys() and not _stands_in(aspect, aspects, declared)
    }


def _stands_in(
    aspect: Aspect[Any, Any],
    aspects: Sequence[tuple[Aspect[Any, Any], Plane]],
    declared: Mapping[str, Any],
) -> bool:
    """Whether another aspect of the same key is the one that is declared."""
    if aspect.name in declared:
        return False
    return any(o.name in declared for o, _ in aspects if o.key == aspect.key)


def _with_owner(setting: Setting, observed: Observed) -> Setting:
    there = {**setting.observed, "owner": observed.directory.me}
    return Setting(setting.declared, there, setting.creating, setting.planes, {})


def _ignored(aspect: Aspect[Any, Any], subject: Subject) -> Iterator[str | None]:
    """The fields of the aspect under `ignore`; None for all of it."""
    for path in subject.declared.spec.ignore:
        head, _, rest = path.partition(".")
        if not aspect.prefix and path in aspect.optional:
            yield path
        elif aspect.prefix and head == aspect.prefix:
            yield rest or None
