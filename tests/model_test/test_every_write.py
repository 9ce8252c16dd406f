"""The process dies at each write to its disk in turn; one more apply finishes the work (G1)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from domostate.errors import ExitCode
from domostate.manifests.project import Project
from tests.emulator.client import Domo
from tests.model_test import oracle
from tests.model_test.manifests import PROVIDER, TRANSPORT, Spec
from tests.model_test.world import World

COLUMNS = [{"name": "id", "type": "LONG"}, {"name": "region", "type": "STRING"}]
POLICY = {
    "name": "West only",
    "filters": [
        {
            "column": "region",
            "operator": "EQUALS",
            "values": ["West"],
            "not": True,
            "ignore_case": False,
        }
    ],
    "users": ["wes@acme.test"],
}
SPECS: dict[str, Spec] = {
    "api": {"name": "Sales", "schema": COLUMNS, "owner": "bob@acme.test"},
    "policies": {
        "name": "Sales",
        "schema": COLUMNS,
        "pdp": {"mode": "exact", "enabled": True, "policies": [POLICY]},
    },
    "push": {"name": "Sales", "schema": COLUMNS, "stream": {"update_method": "REPLACE"}},
    "connector": {
        "name": "Sales",
        "tags": ["finance"],
        "stream": {"provider": PROVIDER, "transport": TRANSPORT, "update_method": "APPEND"},
    },
}
MOST = 80
"""More writes than any of these applies makes."""


def sales(world: World) -> list[dict[str, Any]]:
    return [one for one in world.datasets().values() if one["name"] == "Sales"]


@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.parametrize("gone", [False, True], ids=["made", "made anew"])
def test_a_death_at_some_write_makes_nothing_twice(
    instance: Domo, project: Project, tmp_path: Path, kind: str, gone: bool
) -> None:
    # Every seventh: of the two steps of a write to the journal both are met.
    die_in_turn(World(instance, project, tmp_path), SPECS[kind], range(1, MOST, 7), gone)


@pytest.mark.long
@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.parametrize("gone", [False, True], ids=["made", "made anew"])
def test_a_death_at_any_write_makes_nothing_twice(
    instance: Domo, project: Project, tmp_path: Path, kind: str, gone: bool
) -> None:
    die_in_turn(World(instance, project, tmp_path), SPECS[kind], range(1, MOST), gone)


def die_in_turn(start: World, spec: Spec, writes: Iterable[int], gone: bool) -> None:
    for at in writes:
        world = start.afresh(str(at))
        world.declared["sales"] = spec
        if gone:
            world.apply()
            made = sales(world)[0]["id"]
            world.domo.done("DELETE", f"/data/v3/datasources/{made}?deleteMethod=hard")
        allow = {"recreate": 1} if gone else {}

        died = world.apply(allow, dies_at_write=at).died
        code = world.apply(allow).code

        (one,) = sales(world)
        assert code in (ExitCode.DONE, None), f"after a death at write {at}"
        assert not list(oracle.wrong_with(spec, None, one)), f"after a death at write {at}"
        assert world.apply().code is None
        if not died:
            return
    raise AssertionError(f"an apply makes {MOST} writes and more")
