"""Rebuild: the state anew from what Domo has, under the lock; Domo is only read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from domostate.domo.reader import Reader
from domostate.engine.kept import Kept
from domostate.engine.session import Session
from domostate.engine.surgery import damage_notes
from domostate.errors import Overtaken, StateError
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS, marker_parts, markers_on
from domostate.model.address import Address
from domostate.model.call import Part
from domostate.model.desired import Desired
from domostate.model.marker import marker_of
from domostate.model.observed import Live
from domostate.model.principal import Directory
from domostate.model.state import State, first_state
from domostate.planning.moves import carried_over
from domostate.planning.push import check_ours
from domostate.planning.rebuild import (
    Basis,
    Confidence,
    Met,
    Rebuilt,
    ids_known,
    names_sought,
    rebuilt,
    with_matches,
)
from domostate.planning.state_document import FORMAT_VERSION
from domostate.planning.surgery import Altered
from domostate.record.seen import Seen, look
from domostate.record.writer import Writer

__all__ = ["Rebuilding", "markers_of", "read_marked", "rebuild", "rebuilt_document"]


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What a rebuild found, and what would be written."""

    rebuilt: Rebuilt
    altered: Altered


def rebuild(
    session: Session,
    desired: Desired,
    writer: Writer | None,
    reason: str,
    least: Confidence,
    approve: Callable[[Rebuilding], bool],
) -> State | None:
    """The state as it was written, None when nothing was approved or nothing is new.

    Nothing at all is written before the approval, and nothing ever without a `writer`.

    Raises:
        StateError: nothing was found that could be recorded in the place of a missing state, or
            what is there cannot be used.
        Overtaken: somebody else has saved while somebody looked.
    """
    kept = session.kept
    seen = look(kept.record)
    basis = _basis(kept, seen, desired)
    session.connection.reader.check_identity()
    found = rebuilt(desired, basis, _met(session, desired, basis)).at_least(least)
    if not (basis.intact or found.matches):
        raise _nothing(kept)
    before = basis.state if basis.intact else replace(basis.state, serial=0, entries={})
    altered = Altered(before, _after(basis, seen, found), tuple(_notes(kept, seen)))
    if not (approve(Rebuilding(found, altered)) and writer is not None and altered.effective):
        return None
    if not basis.intact:
        writer.put(altered.after, seen, reason)
        return kept.settled(writer)
    settled = kept.settled(writer)
    if Altered(basis.state, settled).effective:
        raise Overtaken(
            f"{kept.record.store.place}: somebody else has saved since this was shown",
            hint="Look at it again.",
        )
    return writer.commit(with_matches(settled, found.matches), reason=reason)


def rebuilt_document(kept: Kept, found: Rebuilding) -> dict[str, Any]:
    """What a rebuild found, as JSON has it."""
    rebuilt_, altered = found.rebuilt, found.altered
    return {
        "format_version": FORMAT_VERSION,
        "environment": kept.document,
        "serial": altered.before.serial or None,
        "matches": [
            {
                "address": str(one.address),
                "id": one.id,
                "name": one.name,
                "how": str(one.how),
                "confidence": one.how.confidence.name.lower(),
                "protect": one.protect,
            }
            for one in rebuilt_.matches
        ],
        "unsure": [
            {
                "address": str(one.address),
                "name": one.name,
                "why": one.why,
                "candidates": list(one.candidates),
            }
            for one in rebuilt_.unsure
        ],
        "kept": [str(one) for one in rebuilt_.kept],
        "strangers": [{"id": one.id, "name": one.name} for one in rebuilt_.strangers],
        "notes": list(altered.notes),
    }


def _basis(kept: Kept, seen: Seen, desired: Desired) -> Basis:
    """What is known without Domo: the present state, or what earlier generations and journals
    hold."""
    project, environment, instance = kept.identity
    present = seen.present.state
    if present is None and seen.is_first_run:
        state = kept.record.replayed(None, seen.leftovers, project, instance, "")
        return Basis(state, intact=True)
    known = present or seen.newest
    if known is not None:
        check_ours(known, kept.record.store.place, project, environment, instance)
    lineage = seen.lineage or uuid4().hex
    start = known or first_state(project, environment, instance, lineage)
    if present is None:
        # Later than every journal: of a run that is left over, what it made counts.
        start = replace(start, serial=seen.free_serial)
    state = kept.record.replayed(start, seen.leftovers, project, instance, lineage)
    if present is None:
        return Basis(carried_over(desired, state), intact=False)
    return Basis(state, intact=True)


def _after(basis: Basis, seen: Seen, found: Rebuilt) -> State:
    if basis.intact:
        return with_matches(basis.state, found.matches)
    # The runs whose journals were taken into account need not be settled any more.
    runs = [
        one.header.recorded(one.outcome)
        for one in seen.leftovers
        if one.header and not basis.state.knows(one.header.run)
    ]
    bare = replace(basis.state, entries={}, runs=(*basis.state.runs, *runs))
    return with_matches(bare, found.matches)


def _met(session: Session, desired: Desired, basis: Basis) -> Met:
    reader = session.connection.reader
    known = ids_known(desired, basis)
    live = dict(read_marked(reader, known))
    sought = names_sought(desired, basis, live)
    named = reader.find_by_name(sought.keys())
    # All that bear one name are of one kind.
    candidates = {one.id: sought[name][0] for name, rows in named.items() for one in rows}
    live |= read_marked(reader, {id_: at for id_, at in candidates.items() if id_ not in live})
    markers = markers_of(live, {**candidates, **known}, reader)
    marked = reader.find_marked(marker_of(session.project.name))
    return Met(live, markers, named, marked)


def read_marked(reader: Reader, addresses: Mapping[str, Address]) -> Mapping[str, Live]:
    """Objects by id, as far as their markers are concerned; `addresses` holds theirs."""
    wanted: dict[str, frozenset[Part]] = {}
    for id_, address in addresses.items():
        # Somebody may have put an address of another kind into the state by hand.
        known = address.kind in KINDS
        wanted[id_] = marker_parts(address.kind, reader.planes) if known else frozenset()
    return reader.read(wanted)


def markers_of(
    live: Mapping[str, Live], addresses: Mapping[str, Address], reader: Reader
) -> Mapping[str, Sequence[str]]:
    """The markers on objects that `read_marked` has read, by id."""
    nobody = Names(Directory({}, {}))  # A marker names no one.
    return {
        id_: markers_on(addresses[id_], one, reader.planes, nobody)
        for id_, one in live.items()
        if addresses[id_].kind in KINDS
    }


def _notes(kept: Kept, seen: Seen) -> Iterator[str]:
    yield from damage_notes(seen, kept.record.store)
    if seen.present.state is None and seen.newest is not None:
        yield (
            f"serial {seen.newest.serial} is kept: putting it back with state pull and state push "
            "keeps also what was applied"
        )


def _nothing(kept: Kept) -> StateError:
    return StateError(
        f"{kept.shown}: nothing of what is declared was found: there is nothing to record",
        hint="If this is the right instance, the next apply creates it:\n  domostate apply",
    )
