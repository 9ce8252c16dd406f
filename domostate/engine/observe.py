"""Observe: everything that one plan needs to know of the instance, in few calls."""

import time
from collections.abc import Mapping
from datetime import timedelta

from domostate.domo.reader import Reader
from domostate.engine.attempt import LOOK_AGAIN
from domostate.model.address import Address
from domostate.model.call import Plane
from domostate.model.desired import Desired
from domostate.model.observed import Found, Observed
from domostate.model.principal import Directory
from domostate.model.state import State
from domostate.planning.lockout import holders_wanted
from domostate.planning.missing import is_blank
from domostate.planning.moves import carried_over
from domostate.planning.wanted import (
    CREATES,
    markers_wanted,
    names_of_the_gone,
    names_wanted,
    parts_wanted,
)

__all__ = ["observe"]

LAG_PATIENCE = timedelta(seconds=60)
"""How long a list that runs behind may take to show a new dataset. Arbitrary: minutes were seen
(product §9), but a create whose call never arrived must not be waited for that long."""


def observe(
    desired: Desired, recorded: State, reader: Reader, instance: str, marker: str = ""
) -> Observed:
    """Reads what the desired and the recorded objects need.

    Where nothing is recorded, it also looks for objects with the `marker`, if there is one.

    Raises:
        Unauthorized: the credentials are not the instance's; nothing else was asked.
    """
    state = carried_over(desired, recorded)
    reader.check_identity()
    directory = _directory(desired, reader)
    names = names_wanted(desired, state)
    found = _by_address(names, _met(names, state, reader))
    leaving = markers_wanted(desired, recorded, reader.planes)
    live = reader.read({**leaving, **parts_wanted(desired, state, found, reader.planes)})
    gone = {
        name: address
        for name, address in names_of_the_gone(desired, state, live).items()
        if name not in names
    }
    if gone:
        in_place = _by_address(gone, reader.find_by_name(gone.keys()))
        found = {one: found.get(one, ()) + in_place.get(one, ()) for one in {*found, *in_place}}
        live = reader.read({**leaving, **parts_wanted(desired, state, found, reader.planes)})
    more = holders_wanted(desired, state, found, live, directory, reader.planes)
    if more:
        parts = parts_wanted(desired, state, found, reader.planes)
        live = {**live, **reader.read({id_: parts[id_] | more[id_] for id_ in sorted(more)})}
    marked = reader.find_marked(marker) if marker and is_blank(recorded) else ()
    return Observed(
        instance=instance,
        planes=reader.planes,
        directory=directory,
        live=live,
        found=found,
        reads=reader.calls,
        marked=marked,
    )


def _by_address(
    names: Mapping[str, Address], met: Mapping[str, tuple[Found, ...]]
) -> Mapping[Address, tuple[Found, ...]]:
    found: dict[Address, tuple[Found, ...]] = {}
    for name, rows in met.items():
        address = names[name]
        found[address] = (*found.get(address, ()), *rows)
    return found


def _met(
    names: Mapping[str, Address], state: State, reader: Reader
) -> Mapping[str, tuple[Found, ...]]:
    """Who bears the names. What a create of unknown outcome may have made is waited for while
    the lists say that they run behind: a second create would make a second dataset."""
    if not names:
        return {}
    met = reader.find_by_name(names.keys())
    intents = [one for one in state.open_intents if one.operation in CREATES and one.name in names]
    limit = time.monotonic() + LAG_PATIENCE.total_seconds()
    while reader.lists_lag and time.monotonic() < limit:
        unseen = {
            one.name for one in intents if {row.id for row in met[one.name]} <= set(one.known)
        }
        if not unseen:
            break
        time.sleep(LOOK_AGAIN.total_seconds())
        met = {**met, **reader.find_by_name(unseen)}
    return met


def _directory(desired: Desired, reader: Reader) -> Directory:
    named = bool(desired.declared or desired.removed)
    accounts = Plane.PRODUCT in reader.planes and any(_names_account(desired))
    return reader.directory(users=named, groups=named, accounts=accounts, standing=named)


def _names_account(desired: Desired) -> Mapping[Address, bool]:
    return {
        address: True
        for address, declared in desired.declared.items()
        if declared.spec.stream is not None and declared.spec.stream.account is not None
    }
