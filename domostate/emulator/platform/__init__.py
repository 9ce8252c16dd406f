"""The Platform plane: `https://api.domo.com`, OAuth clients, a small surface."""

from domostate.emulator.platform import accounts, datasets, groups, oauth, policies, streams, users
from domostate.emulator.routing import Route

ROUTES: tuple[Route, ...] = (
    *oauth.ROUTES,
    *datasets.ROUTES,
    *policies.ROUTES,
    *streams.ROUTES,
    *users.ROUTES,
    *groups.ROUTES,
    *accounts.ROUTES,
)
"""Every route of the plane."""
