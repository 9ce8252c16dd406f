"""Push: whether a state from a file may take the place of the present one."""

from dataclasses import dataclass, replace
from typing import Final

from domostate.errors import LineageMismatch, StateError, WrongInstance
from domostate.model.address import Address
from domostate.model.state import State
from domostate.planning.soundness import identity_faults, inner_faults
from domostate.planning.surgery import check_protected

__all__ = ["Claims", "check_fit", "check_ours", "pushed"]

_LOOK: Final = "See what is there:\n  domostate state history"


@dataclass(frozen=True, slots=True)
class Claims:
    """What somebody said along with the file.

    `edited`: it was changed by hand, from the present generation. `replaces`: it may take the
    place of that serial, although it is earlier or of another lineage. `unprotected`: the entries
    that may lose their protection.
    """

    edited: bool = False
    replaces: int | None = None
    unprotected: frozenset[Address] = frozenset()


def check_ours(state: State, where: object, project: str, environment: str, instance: str) -> None:
    """Returns when a state is this environment's.

    Raises:
        WrongInstance: it is another instance's.
        StateError: it is another project's or environment's.
    """
    for fault in identity_faults(state, project, environment, instance):
        error = WrongInstance if fault.sort == "other_instance" else StateError
        raise error(f"{where}: {fault.message}", hint=fault.hint)


def check_fit(file: State, where: object, project: str, environment: str, instance: str) -> None:
    """Returns when the state in a file is sound, and this environment's.

    Raises:
        StateError: what `check_ours` raises, or no state may be like that.
    """
    check_ours(file, where, project, environment, instance)
    faults = list(inner_faults(file))
    if faults:
        raise StateError(
            f"{where}: this cannot be a state: {'; '.join(one.message for one in faults)}",
            hint="Correct the file, or push another one.",
        )


def pushed(file: State, present: State | None, claims: Claims) -> State:
    """What is to be saved: the state of the file, with a serial that is not lower than its own.

    `present` is what is saved now, None when nothing is there that could be read.

    Raises:
        LineageMismatch: the file is of another lineage.
        StateError: its serial is not later.
        Protected: entries would lose their protection.
    """
    if present is None:
        if claims.replaces is not None:
            raise StateError(
                f"there is no serial {claims.replaces} to be replaced: no state that can be read",
                hint="Leave --replace out.",
            )
        return file
    if claims.replaces is None:
        _check_later(file, present, edited=claims.edited)
    elif claims.replaces != present.serial:
        raise StateError(
            f"the state is at serial {present.serial}, not at {claims.replaces}",
            hint=f"Somebody may have saved since you looked. {_LOOK}",
        )
    if claims.edited or claims.replaces is not None:
        # What a run has saved later was looked at when that run was planned.
        check_protected(present, file, claims.unprotected)
    return replace(file, serial=max(file.serial, present.serial + 1))


def _check_later(file: State, present: State, *, edited: bool) -> None:
    instead = f"--replace {present.serial}"
    if file.lineage != present.lineage:
        raise LineageMismatch(
            f"the file is of the lineage {file.lineage}, and the state of {present.lineage}",
            hint="Another first run made it. If it is to take the place of what is there all the "
            f"same, say so: {instead}",
        )
    if edited and file.serial != present.serial:
        raise StateError(
            f"the file was edited from serial {file.serial}, and the state is at serial "
            f"{present.serial}",
            hint="Pull the present one and edit that:\n  domostate state pull",
        )
    if not edited and file.serial <= present.serial:
        raise StateError(
            f"the file is of serial {file.serial}, and the state is at serial {present.serial}",
            hint="A later generation is there. If the file is to take its place all the same, say "
            f"so: {instead}",
        )
