"""What is recorded has to be visible: without its datasets no plan can be made of a project."""

from collections.abc import Iterator

from domostate.errors import Finding, NotVisible
from domostate.model.address import Address
from domostate.model.desired import Declared, Desired, Removal
from domostate.model.observed import Observed, Presence
from domostate.model.state import Entry, State
from domostate.planning.moves import carried_over

__all__ = ["check_visible", "hidden", "hidden_removal"]


def check_visible(desired: Desired, observed: Observed, recorded: State) -> None:
    """Returns when every recorded dataset that the plan is about is visible, or gone.

    Raises:
        NotVisible: naming all that are there and not visible to these credentials.
    """
    findings = tuple(_hidden(desired, observed, carried_over(desired, recorded)))
    if findings:
        raise NotVisible(findings=findings)


def hidden(declared: Declared, entry: Entry) -> Finding:
    """That a declared dataset is not visible."""
    return declared.problem(
        f"{declared.address}: the recorded dataset {entry.id} is there, but these "
        "credentials may not see it",
        hint="share the dataset with the user of the token, or use a token that sees it",
    )


def hidden_removal(address: Address, removal: Removal, entry: Entry) -> Finding:
    """That a dataset which is to be destroyed is not visible."""
    return removal.problem(
        f"{address}: dataset {entry.id}, which is to be destroyed, is there, but these "
        "credentials may not see all of it",
        "address",
        hint="use a token that sees it, or give it up with destroy: false",
    )


def _hidden(desired: Desired, observed: Observed, state: State) -> Iterator[Finding]:
    for address, entry in sorted(state.entries.items()):
        live = observed.live.get(entry.id)
        if live is None or live.presence is not Presence.INVISIBLE:
            continue
        declared, removal = desired.declared.get(address), desired.removed.get(address)
        if declared is not None:
            yield hidden(declared, entry)
        elif removal is not None and removal.destroy:
            yield hidden_removal(address, removal, entry)
