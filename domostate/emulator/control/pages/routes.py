"""Where the pages are."""

from domostate.emulator.control.pages.about_dataset import about_dataset
from domostate.emulator.control.pages.about_viewer import (
    about_group,
    about_user,
    list_groups,
    list_users,
)
from domostate.emulator.control.pages.overview import overview
from domostate.emulator.routing import Route

ROUTES = (
    Route("GET", "/_emulator", overview, query=("q", "page")),
    Route("GET", "/_emulator/datasets/{id}", about_dataset, query=("q", "all", "page")),
    Route("GET", "/_emulator/users", list_users, query=("q", "page")),
    Route("GET", "/_emulator/users/{id}", about_user, query=("q", "page")),
    Route("GET", "/_emulator/groups", list_groups, query=("q", "page")),
    Route("GET", "/_emulator/groups/{id}", about_group, query=("q", "page")),
)
"""Pages for people, below the same path as what tests ask of the emulator."""
