"""The `state` and `lock` commands where the state is in S3, PostgreSQL or on an HTTP server."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from domostate.record.holder import Holder
from tests.scenarios.kept_in import CANARY, Kept, kept_in
from tests.scenarios.lab import Project
from tests.scenarios.test_state_commands import YES, document


@pytest.fixture(params=["s3", "postgres", "http"])
def far(request: pytest.FixtureRequest, project: Project) -> Iterator[Kept]:
    with kept_in(request.param, project) as kept:
        kept.project.apply()
        kept.project.replace("datasets/acme.yml", "One row per order.", "Rows.")
        kept.project.apply()
        yield kept


def stored(far: Kept, name: str = "state") -> bytes:
    with closing(far.connect()) as backend:
        found = backend.read(name)
        assert found is not None
        return found.content


def test_the_state_is_looked_at_changed_lost_and_put_back(far: Kept) -> None:
    project = far.project

    moved = project.call("state", "mv", "dataset.orders", "dataset.sales", *YES)
    pulled, earlier = (project.call("state", "pull", *one).out for one in ([], ["--serial", "1"]))
    whole = stored(far)
    with closing(far.connect()) as backend:
        there = backend.read("state")
        assert there is not None
        assert backend.replace("state", whole[: len(whole) // 2], there.version) is not None
    damaged = project.call("state", "list")
    project.write("earlier.json", earlier)
    pushed = project.call("state", "push", "earlier.json", *YES)
    given_up = project.call("state", "rm", "dataset.orders", *YES)
    rebuilt = project.call("state", "rebuild", *YES)
    project.apply()

    codes = [one.code for one in (moved, damaged, pushed, given_up, rebuilt)]
    assert codes == [0, 1, 0, 0, 0], pushed.said + rebuilt.said
    assert pulled.encode() == whole
    assert "is kept aside:" in pushed.out
    history = document(project, "state", "history")
    assert [one["operation"] for one in history["generations"]] == [
        "apply",
        "state rebuild",
        "state rm",
        "state push",
        "apply",
        "apply",
    ]
    assert document(project, "state", "verify")["sound"]
    assert project.call("plan", "--detailed-exitcode").code == 0


def test_exactly_the_lock_that_was_named_is_broken(far: Kept) -> None:
    holder = Holder.this_process("apply", "r9", datetime.now(UTC)).renewed(datetime.now(UTC))
    with closing(far.connect()) as backend:
        assert backend.take(holder) is None

        found = json.loads(far.project.call("lock", "status", "--json").out)
        refused = far.project.call("state", "rm", "dataset.orders", *YES)
        wrong = far.project.call("lock", "break", "--id", "another", "--reason", "why not")
        broken = far.project.call("lock", "break", "--id", holder.id, "--reason", "it hangs")
        free = far.project.call("lock", "status")
        done = far.project.call("state", "rm", "dataset.orders", *YES)

    assert (found["held"], found["holder"]["id"], found["expired"]) == (True, holder.id, False)
    assert (refused.code, wrong.code, broken.code, done.code) == (8, 8, 0, 0), broken.said
    assert f"lock break --id {holder.id}" in refused.err
    assert "the lock is free" in free.out
    (told,) = document(far.project, "state", "history")["broken_locks"]
    assert (told["reason"], told["holder"]["id"]) == ("it hangs", holder.id)


@pytest.mark.parametrize("command", ["state list", "state history", "state pull", "lock status"])
@pytest.mark.parametrize("kind", ["postgres", "http"])
def test_a_wrong_secret_is_no_access_and_shown_nowhere(
    project: Project, kind: str, command: str
) -> None:
    with kept_in(kind, project) as kept:
        done = kept.wrong_secret.call(*command.split())

    assert done.code == 9, done.said
    assert CANARY not in done.said
    assert "Traceback" not in done.err
