"""Verify: whether what is kept of an environment is sound, and whether Domo still has it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from domostate.domo.reader import Reader
from domostate.engine.generations import Generation, generations
from domostate.engine.kept import Kept
from domostate.engine.locks import lock_status
from domostate.engine.rebuild import markers_of, read_marked
from domostate.engine.run_plan import kept_plan
from domostate.errors import JournalDamaged, StateError
from domostate.model.state import State
from domostate.planning.soundness import (
    Fault,
    chain_faults,
    identity_faults,
    inner_faults,
    intent_faults,
    live_faults,
)
from domostate.planning.state_document import FORMAT_VERSION
from domostate.record.holder import Holder
from domostate.record.journal import Leftover, read_journal, replay
from domostate.record.run_plans import RunDamaged, runs_kept

__all__ = ["Verdict", "verdict_document", "verify"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and what is wrong with it; `notes` are worth knowing and not wrong.

    `serial` and `entries` are the present state's, None when it cannot be read.
    """

    generations: int
    serial: int | None
    entries: int | None
    looked_in_domo: bool
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def verify(kept: Kept, reader: Reader | None) -> Verdict:
    """Looks at everything that is kept; with a reader also at the objects in Domo.

    Raises:
        StateError: there is no state at all, or a newer domostate has written it.
    """
    busy = _running(kept)
    journals, faults = _journals(kept)
    found = generations(kept)
    busy = busy or _running(kept)
    if not (found or journals or faults):
        raise kept.missing()
    present = next((one.state for one in found if one.named is None), None)
    faults += _kept_faults(kept, found)
    faults += _left_behind(journals, present, kept, busy)
    faults += _run_faults(journals, present, kept)
    looks = False
    if present is not None:
        strange = list(identity_faults(present, *kept.identity))
        faults += (*strange, *inner_faults(present), *intent_faults(present.open_intents))
        # The ids of another instance's state say nothing here.
        if reader is not None and not strange:
            looks = True
            faults += _live_faults(present, reader)
    return Verdict(
        generations=len(found),
        serial=None if present is None else present.serial,
        entries=None if present is None else len(present.entries),
        looked_in_domo=looks,
        faults=tuple(faults),
        notes=() if busy is None else (f"{busy} is at work: the state is about to change",),
    )


def verdict_document(kept: Kept, verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON has it."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": kept.document,
        "sound": not verdict.faults,
        "serial": verdict.serial,
        "generations": verdict.generations,
        "entries": verdict.entries,
        "looked_in_domo": verdict.looked_in_domo,
        "faults": [asdict(one) for one in verdict.faults],
        "notes": list(verdict.notes),
    }


def _running(kept: Kept) -> Holder | None:
    """Who is at work: the journal of such a run is not left over."""
    status = lock_status(kept)
    return None if status.free else status.holder


def _journals(kept: Kept) -> tuple[Sequence[Leftover], list[Fault]]:
    record = kept.record
    content = record.journal_bytes()
    try:
        mine = None if content is None else read_journal(content, record.journal_path)
        return record.leftovers(mine), []
    except JournalDamaged as damage:
        return (), [Fault("journal_damaged", damage.message, damage.hint)]


def _kept_faults(kept: Kept, found: Sequence[Generation]) -> Iterator[Fault]:
    """What is wrong with the generations as they lie there, each by itself and in a row."""
    for one in found:
        if one.damage is not None:
            yield Fault("damaged", one.damage.message, one.damage.hint)
        elif one.state is not None and one.named not in (None, one.state.serial):
            message = f"{one.place}: holds serial {one.state.serial}, against its name"
            yield Fault("serial", message, "Somebody has put it there by hand.")
    if found and found[0].named is not None:
        yield Fault(
            "missing",
            f"{kept.record.store.place}: the present state is missing; earlier ones are kept",
            "Put the last of them back:\n"
            f"  domostate state pull --serial {found[0].named} > state.json\n"
            "  domostate state push state.json --reason WHY",
        )
    yield from chain_faults([one.state for one in reversed(found) if one.state is not None])


def _left_behind(
    journals: Sequence[Leftover], present: State | None, kept: Kept, busy: Holder | None
) -> Iterator[Fault]:
    for one in journals:
        header = one.header
        if header is None or (busy is not None and header.run == busy.run):
            continue
        try:
            replay(present, one, kept.record.journal_path)
        except StateError as error:
            yield Fault("journal_unfit", error.message, error.hint)
            continue
        if present is None or not present.knows(header.run):
            yield Fault(
                "journal_left",
                f"run {header.run} of {header.started} did not end in order: its journal is not "
                "part of the state yet",
                "The next apply takes it into the state, and goes on:\n  domostate apply",
            )


def _run_faults(journals: Sequence[Leftover], present: State | None, kept: Kept) -> Iterator[Fault]:
    """What is wrong with the plans that are kept of runs."""
    documents = kept.record.backend
    digests = {one.header.run: one.header.plan_digest for one in journals if one.header}
    if present is not None:
        digests |= {one.run: one.plan_digest for one in present.runs}
    for run in runs_kept(documents):
        try:
            kept_plan(documents, run, digests.get(run, ""))
        except RunDamaged as damage:
            yield Fault("run_damaged", damage.message, damage.hint)


def _live_faults(present: State, reader: Reader) -> Iterator[Fault]:
    reader.check_identity()
    addresses = {entry.id: address for address, entry in sorted(present.entries.items())}
    live = read_marked(reader, addresses)
    presence = {id_: one.presence for id_, one in live.items()}
    yield from live_faults(present, presence, markers_of(live, addresses, reader))
