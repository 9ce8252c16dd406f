"""Observe: everything that one plan needs to know of the instance, in few calls."""

from collections.abc import Mapping

from domostate.domo.reader import Reader
from domostate.model.address import Address
from domostate.model.call import Plane
from domostate.model.desired import Desired
from domostate.model.observed import Found, Observed
from domostate.model.principal import Directory
from domostate.model.state import State
from domostate.planning.wanted import names_wanted, parts_wanted

__all__ = ["observe"]


def observe(desired: Desired, state: State, reader: Reader, instance: str) -> Observed:
    """Reads what the desired and the recorded objects need.

    Raises:
        Unauthorized: the credentials are not the instance's; nothing else was asked.
    """
    reader.check_identity()
    directory = _directory(desired, reader)
    names = names_wanted(desired, state)
    met = reader.find_by_name(names.keys()) if names else {}
    found: dict[Address, tuple[Found, ...]] = {}
    for name, rows in met.items():
        address = names[name]
        found[address] = (*found.get(address, ()), *rows)
    live = reader.read(parts_wanted(desired, state, found, reader.planes))
    return Observed(
        instance=instance,
        planes=reader.planes,
        directory=directory,
        live=live,
        found=found,
        reads=reader.calls,
    )


def _directory(desired: Desired, reader: Reader) -> Directory:
    declared = bool(desired.declared)
    accounts = Plane.PRODUCT in reader.planes and any(_names_account(desired))
    return reader.directory(users=declared, groups=declared, accounts=accounts)


def _names_account(desired: Desired) -> Mapping[Address, bool]:
    return {
        address: True
        for address, declared in desired.declared.items()
        if declared.spec.stream is not None and declared.spec.stream.account is not None
    }
