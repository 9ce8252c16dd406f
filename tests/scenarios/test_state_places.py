"""A project whose state is in PostgreSQL or on an HTTP server, from domostate.yml to the last
row."""

import shutil
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.record.backends import http_place, postgres_place
from tests.record.backends.pooler import Pool, pooling
from tests.record.backends.postgres_server import server
from tests.scenarios.declared import declared, mismatches, twice
from tests.scenarios.kept_in import CANARY, Kept, in_http, in_postgres, kept_in
from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import HELD_MS, ONE_BY_ONE


@pytest.fixture(params=["postgres", "http"])
def kept(request: pytest.FixtureRequest, project: Project) -> Iterator[Kept]:
    with kept_in(request.param, project) as found:
        yield found


def test_init_finds_the_place_fit(kept: Kept) -> None:
    done = kept.project.call("init")

    assert done.code == 0, done.said
    assert "lab: ready" in done.out
    assert "empty; the first apply writes it" in done.out
    with closing(kept.connect()) as backend:
        assert list(backend.names("probe")) == []
        assert backend.holder() is None


def test_another_machine_goes_on_where_the_first_one_stopped(kept: Kept) -> None:
    kept.project.apply()
    left = [path for path in (kept.project.root / ".domostate").rglob("*") if path.is_file()]
    assert left == []
    shutil.rmtree(kept.project.root / ".domostate", ignore_errors=True)

    done = kept.project.call("plan", "--detailed-exitcode")

    assert done.code == 0, done.said
    assert "No changes." in done.said


def test_a_plan_writes_nothing_there(kept: Kept) -> None:
    assert kept.project.call("plan").code == 0

    with closing(kept.connect()) as backend:
        assert list(backend.names("")) == []
        assert backend.read("state") is None


def test_a_wrong_secret_is_no_access_and_shown_nowhere(kept: Kept) -> None:
    for command in (("init",), ("plan",), ("apply", "--auto-approve")):
        done = kept.wrong_secret.run(*command)

        assert done.code == 9, done.said
        assert CANARY not in done.said
        assert "Traceback" not in done.said


CREATE = {"method": "POST", "path": "/api/data/v2/datasources", "times": 1}


def test_a_run_that_was_killed_leaves_what_the_next_one_needs_on_another_machine(
    kept: Kept, lab: Lab
) -> None:
    """The create had its effect, and nobody heard of it."""
    lab.fault(**CREATE, delay_ms=HELD_MS, after_effect=True)
    with kept.project.start(*ONE_BY_ONE) as running:
        lab.wait_for_fault(running.process)
        running.kill()
    lab.clear_faults()
    shutil.rmtree(kept.project.root / ".domostate", ignore_errors=True)
    with closing(kept.connect()) as backend:
        dead = backend.holder()
        assert dead is not None
        assert len(backend.names("journal/")) > 0
        if not backend.dead(dead):
            # Where nothing tells that a run is gone, its lease would have to run out first.
            assert backend.evict(dead)

    kept.project.apply()

    after = lab.snapshot()
    assert mismatches(declared(kept.project.root, "lab"), after) == []
    assert twice(after) == []
    with closing(kept.connect()) as backend:
        assert list(backend.names("journal/")) == []


def test_a_pooler_that_shares_connections_is_refused_by_init(project: Project) -> None:
    with postgres_place.serving() as factory, pooling(server(), Pool("transaction")) as port:
        done = in_postgres(project, factory.through(port)).project.call("init")

    assert done.code == 1
    assert "hands a connection to somebody else after each transaction" in " ".join(
        done.err.split()
    )
    assert "pool_mode session" in " ".join(done.err.split())


@pytest.mark.parametrize("broken", ["ignores-lock-ids", "forgets-locks", "clock-off"])
def test_a_server_that_breaks_its_word_is_refused_by_init(project: Project, broken: str) -> None:
    with http_place.serving("--broken", broken, kind="plain") as factory:
        done = in_http(project, factory).project.call("init")

    assert done.code == 1
    words = " ".join(done.err.split())
    assert "breaks a promise" in words or "its clock is 10 minutes ahead" in words
