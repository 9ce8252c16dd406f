"""Effects: reads what else it takes to tell what a plan means for people, and tells it."""

from dataclasses import replace

from domostate.domo.reader import Reader
from domostate.kinds.names import Names
from domostate.model.call import Plane
from domostate.model.effects import Effects
from domostate.model.observed import Observed
from domostate.model.plan import Plan
from domostate.planning.effects import (
    Crowd,
    effects_of,
    holdings_of,
    parts_to_tell,
    with_effects,
)
from domostate.planning.scope import Limits

__all__ = ["told"]

_UNKNOWN = "the Platform plane does not tell who holds a dataset"


def told(plan: Plan, observed: Observed, names: Names, limits: Limits, reader: Reader) -> Plan:
    """The plan with what it means for people. Of a plan that changes nobody's access nothing more
    is read."""
    if Plane.PRODUCT not in reader.planes:
        unknown = Effects(unknown=_UNKNOWN if plan.effective else "")
        return with_effects(plan, unknown, limits, reader.calls)
    live = {**observed.live, **reader.read(parts_to_tell(plan, reader.planes))}
    holdings = holdings_of(plan, replace(observed, live=live), names)
    crowd = Crowd()
    if holdings.before or holdings.after:
        directory = names.directory
        groups = reader.groups_within(holdings.groups)
        crowd = Crowd(groups, reader.managing(directory.roles))
    ids = {str(change.address): change.id or "" for change in plan.changes}
    effects = effects_of(holdings, ids, crowd, names)
    return with_effects(plan, effects, limits, reader.calls)
