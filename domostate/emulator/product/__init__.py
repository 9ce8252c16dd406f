"""The Product plane: `https://{instance}.domo.com/api/...`, everything the UI can do."""

from domostate.emulator.product import (
    accounts,
    bulk,
    datasets,
    groups,
    owners,
    policies,
    schemas,
    shares,
    streams,
    users,
)
from domostate.emulator.routing import Route

ROUTES: tuple[Route, ...] = (
    *users.ROUTES,
    *groups.ROUTES,
    *accounts.ROUTES,
    *datasets.ROUTES,
    *owners.ROUTES,
    *bulk.ROUTES,
    *shares.ROUTES,
    *schemas.ROUTES,
    *policies.ROUTES,
    *streams.ROUTES,
)
"""Every route of the plane."""
