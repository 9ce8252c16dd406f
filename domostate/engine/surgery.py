"""Surgery on the state: look, show, ask; only then settle what was left behind, and write."""

from collections.abc import Callable, Iterator, Sequence

from domostate.engine.kept import Kept
from domostate.errors import Overtaken, UsageError
from domostate.kinds.registry import KINDS
from domostate.manifests.rules import NAME
from domostate.manifests.words import did_you_mean
from domostate.model.address import Address
from domostate.model.state import State
from domostate.planning.surgery import Altered, check_protected, moved, removed
from domostate.record.seen import Seen
from domostate.record.store import StateStore
from domostate.record.writer import Writer

__all__ = ["Approve", "alter", "damage_notes", "move", "new_address", "recorded", "remove"]

Approve = Callable[[Altered], bool]
"""Shown what would change; whether it is to be written."""


def alter(
    kept: Kept,
    writer: Writer | None,
    reason: str,
    decide: Callable[[State], State],
    approve: Approve,
) -> State | None:
    """The state as it was written, None when nothing was approved.

    Nothing at all is written before the approval, and nothing ever without a `writer`.

    Raises:
        StateError: there is no state, or what is there cannot be used.
        Overtaken: somebody else has saved while somebody looked.
    """
    before = kept.state()
    altered = Altered(before, decide(before))
    if not (approve(altered) and writer is not None and altered.effective):
        return None
    settled = kept.settled(writer)
    if Altered(before, settled).effective:
        raise Overtaken(
            f"{kept.record.store.place}: somebody else has saved since this was shown",
            hint="Look at it again.",
        )
    return writer.commit(decide(settled), reason=reason)


def move(source: str, target: str) -> Callable[[State], State]:
    """Records at `target` what is recorded at `source`."""
    wanted = new_address(target)
    return lambda state: moved(state, recorded(state, source), wanted)


def remove(addresses: Sequence[str], protected: Sequence[str]) -> Callable[[State], State]:
    """Gives up what is recorded at the addresses; `protected` names those that may be protected."""

    def decide(state: State) -> State:
        known = [recorded(state, one) for one in addresses]
        left = removed(state, known)
        check_protected(state, left, [recorded(state, one) for one in protected])
        return left

    return decide


def damage_notes(seen: Seen, store: StateStore) -> Iterator[str]:
    """What becomes of a present state that cannot be read."""
    document = seen.present.document
    if seen.damage is not None and document is not None:
        yield seen.damage.message
        yield f"it is kept aside: {store.place_aside(document)}"


def recorded(state: State, text: str) -> Address:
    """The address of the state that somebody typed.

    Raises:
        UsageError: nothing is recorded there.
    """
    known = {str(one): one for one in state.entries}
    known |= {str(one.address): one.address for one in state.open_intents}
    if text not in known:
        raise UsageError(
            f"{state.environment} has nothing recorded at {text}",
            hint=did_you_mean(text, known, "See what there is:\n  domostate state list"),
        )
    return known[text]


def new_address(text: str) -> Address:
    """An address that somebody typed, fit to be declared.

    Raises:
        UsageError: no manifest could declare it.
    """
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if address.kind not in KINDS:
        hint = did_you_mean(address.kind, KINDS, f"There are: {', '.join(KINDS)}.")
        raise UsageError(f"{text}: there is no kind {address.kind!r}", hint=hint)
    if not NAME.match(address.name):
        raise UsageError(
            f"{text}: {address.name!r} cannot be part of an address",
            hint="Use letters, digits, '_', '.' and '-', such as dataset.sales_orders.",
        )
    return address
