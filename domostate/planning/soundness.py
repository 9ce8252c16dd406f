"""Soundness: what is wrong with a state, judged from values alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domostate.kinds.registry import KINDS
from domostate.model.address import Address
from domostate.model.marker import project_of
from domostate.model.observed import Presence
from domostate.model.state import OpenIntent, State

__all__ = [
    "Fault",
    "chain_faults",
    "identity_faults",
    "inner_faults",
    "intent_faults",
    "live_faults",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `sort` is for scripts and never changes; `address` and `id` are
    empty where it is about neither."""

    sort: str
    message: str
    hint: str = ""
    address: str = ""
    id: str = ""


def inner_faults(state: State) -> Iterator[Fault]:
    """What no state may hold, whomever it belongs to."""
    holders: dict[str, list[Address]] = defaultdict(list)
    for address in sorted(state.entries):
        holders[state.entries[address].id].append(address)
        if address.kind not in KINDS:
            yield Fault(
                "unknown_kind",
                f"{address}: there is no kind {address.kind!r}",
                f"Give the entry up:\n  domostate state rm {address} --reason WHY",
                str(address),
                state.entries[address].id,
            )
    for id_, addresses in sorted(holders.items()):
        if len(addresses) > 1:
            names = " and ".join(map(str, addresses))
            yield Fault(
                "duplicate_id",
                f"{names} hold the same id {id_}",
                f"Give all but one of them up:\n  domostate state rm {addresses[-1]} --reason WHY",
                str(addresses[-1]),
                id_,
            )


def identity_faults(state: State, project: str, environment: str, instance: str) -> Iterator[Fault]:
    """Where the state says that it belongs to somebody else."""
    for what, theirs, ours in (
        ("project", state.project, project),
        ("environment", state.environment, environment),
        ("instance", state.instance, instance),
    ):
        if theirs != ours:
            yield Fault(
                f"other_{what}",
                f"the state belongs to the {what} {theirs}, not to {ours}",
                "Check state: and environments: in domostate.yml.",
            )


def intent_faults(intents: Sequence[OpenIntent]) -> Iterator[Fault]:
    """Calls of unknown outcome: something may be there that nobody knows of."""
    for one in intents:
        yield Fault(
            "open_intent",
            f"{one.address}: nobody knows whether {one.operation} {one.name!r} of run {one.run} "
            "happened",
            "The next apply looks, and takes over what it finds:\n  domostate apply",
            str(one.address),
        )


def chain_faults(generations: Sequence[State]) -> Iterator[Fault]:
    """Where a generation does not go on from the one before it; oldest first.

    What came before the oldest is not kept and is not asked for.
    """
    for before, after in pairwise(generations):
        if after.serial <= before.serial:
            yield Fault(
                "serial",
                f"serial {after.serial} comes after serial {before.serial}",
                "Somebody has put one of the two there by hand.",
            )
        if after.parent != before.hash:
            yield Fault(
                "chain",
                f"serial {after.serial} was not made from serial {before.serial} as it is kept: "
                f"its parent is {_short(after.parent)}, and that one's hash {_short(before.hash)}",
                "One of the two was replaced by hand, or one between them is missing.",
            )


def live_faults(
    state: State,
    presence: Mapping[str, Presence],
    markers: Mapping[str, Sequence[str]],
) -> Iterator[Fault]:
    """Entries whose object is gone, cannot be seen, or is another project's; `presence` and
    `markers` are by id."""
    for address in sorted(state.entries):
        id_ = state.entries[address].id
        match presence.get(id_):
            case Presence.ABSENT:
                yield Fault(
                    "gone",
                    f"{address}: {address.kind} {id_} is gone in Domo",
                    "The next plan shows it as created anew. To give it up instead:\n"
                    f"  domostate state rm {address} --reason WHY",
                    str(address),
                    id_,
                )
            case Presence.INVISIBLE:
                yield Fault(
                    "invisible",
                    f"{address}: {address.kind} {id_} is there, but these credentials may not "
                    "see it",
                    "Share it with the user of the token, or use a token that sees it.",
                    str(address),
                    id_,
                )
        others = [one for one in markers.get(id_, ()) if project_of(one) != state.project]
        if others:
            yield Fault(
                "foreign_marker",
                f"{address}: {address.kind} {id_} bears the marker of another project: "
                f"{', '.join(others)}",
                "Only one of the two projects can manage it. To leave it to the other:\n"
                f"  domostate state rm {address} --reason WHY",
                str(address),
                id_,
            )


def _short(digest: str) -> str:
    return digest[:12] or "none"
