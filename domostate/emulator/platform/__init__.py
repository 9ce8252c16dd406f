"""The Platform plane: `https://api.domo.com`, OAuth clients, a small surface."""

from domostate.emulator.platform import (
    account_types,
    accounts,
    clients,
    datasets,
    groups,
    oauth,
    policies,
    roles,
    rows,
    runs,
    simple,
    streams,
    users,
)
from domostate.emulator.routing import Route

ROUTES: tuple[Route, ...] = (
    *oauth.ROUTES,
    *clients.ROUTES,
    *datasets.ROUTES,
    *policies.ROUTES,
    *rows.ROUTES,
    *simple.ROUTES,
    *streams.ROUTES,
    *runs.ROUTES,
    *users.ROUTES,
    *roles.ROUTES,
    *groups.ROUTES,
    *accounts.ROUTES,
    *account_types.ROUTES,
)
"""Every route of the plane."""
