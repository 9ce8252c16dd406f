"""`moved` and `removed`: what the manifests say of addresses that they declare no longer."""

from pathlib import Path

import pytest

from domostate.model.address import Address
from domostate.model.desired import Desired
from tests.manifests.projects import CONFIG, DATASET, findings, loaded, write

OVERLAY = "environments/sandbox.yml"
TWO = CONFIG + '  other:\n    url: "emulator:"\n'


def moves(desired: Desired) -> dict[str, str]:
    return {str(old): str(move.to) for old, move in desired.moved.items()}


def removals(desired: Desired) -> dict[str, tuple[bool, str]]:
    return {str(one): (how.destroy, how.reason) for one, how in desired.removed.items()}


def test_moves_and_removals_of_all_files_come_together_with_their_places(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yml": "removed:\n  - {address: dataset.old, destroy: true, reason: by orders}\n",
        "b/c.yml": DATASET + "moved: [{from: dataset.sales, to: dataset.orders}]\n",
        "d.yml": "removed:\nmoved: []\n",
        "e.yml": "removed: [{address: dataset.older, destroy: false}]\n",
    }

    desired = loaded(write(tmp_path, files))

    assert moves(desired) == {"dataset.sales": "dataset.orders"}
    assert removals(desired) == {
        "dataset.old": (True, "by orders"),
        "dataset.older": (False, ""),
    }
    [move] = desired.moved.values()
    assert str(move.where("to")) == "b/c.yml:4:31"
    finding = desired.removed[Address("dataset", "old")].problem("no", "destroy", hint="h")
    assert (str(finding.where), finding.hint) == ("a.yml:2:28", "h")
    assert finding.source_line == "  - {address: dataset.old, destroy: true, reason: by orders}"


def test_a_chain_of_moves_leads_to_its_end(tmp_path: Path) -> None:
    chain = "moved:\n  - {from: dataset.b, to: dataset.c}\n  - {from: dataset.a, to: dataset.b}\n"
    end = "  - {from: dataset.c, to: dataset.orders}\n"

    desired = loaded(write(tmp_path, {"m.yml": DATASET + chain + end}))

    assert moves(desired) == {
        "dataset.a": "dataset.orders",
        "dataset.b": "dataset.orders",
        "dataset.c": "dataset.orders",
    }


def test_all_mistakes_of_moves_and_removals_are_told_at_once(tmp_path: Path) -> None:
    text = DATASET + (
        "moved:\n"
        "  - {from: dataset.c, to: dataset.a}\n"
        "  - {from: dataset.a, to: dataset.b}\n"
        "  - {from: dataset.b, to: dataset.c}\n"
        "  - {from: dataset.d, to: dataset.b}\n"
        "  - {from: dataset.e}\n"
        "  - {from: dataset.f, to: dataset.nowhere}\n"
        "  - nothing\n"
        "removed:\n"
        "  - {address: orders, destroy: false}\n"
        "  - {address: dataset.f, destroy: true}\n"
        "  - {address: dataset.orders, destroy: false, why: x}\n"
    )

    found = findings(write(tmp_path, {"m.yml": text}))

    assert [(one.where.line, one.message) for one in found if one.where] == [
        (6, "the moves lead in a circle: dataset.a -> dataset.b -> dataset.c -> dataset.a"),
        (8, "dataset.b is moved to twice, first at m.yml:6:23"),
        (9, "to is missing"),
        (10, "dataset.nowhere is not declared, and dataset.f is moved to it"),
        (11, "entry 7 of moved needs a mapping, has the text 'nothing'"),
        (13, "'orders' is not an address"),
        (14, "destroy takes a reason, which the plan shows"),
        (15, "unknown key 'why'"),
    ]


def test_where_a_file_cannot_be_read_nobody_says_that_a_move_leads_nowhere(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "m.yml": "moved: [{from: dataset.a, to: dataset.b}]\n",
        "n.yml": "datasets: {b: [",
    }

    assert [str(one.where) for one in findings(write(tmp_path, files))] == ["n.yml:1:16"]


def test_variables_stand_in_addresses_and_reasons_as_in_any_value(tmp_path: Path) -> None:
    text = DATASET + "removed: [{address: dataset.a, destroy: true, reason: 'not in ${region}'}]\n"

    assert removals(loaded(write(tmp_path, {"m.yml": text}))) == {
        "dataset.a": (True, "not in West")
    }


def test_an_environment_can_go_another_way(tmp_path: Path) -> None:
    base = DATASET + (
        "  lines: {name: Lines}\n"
        "moved: [{from: dataset.a, to: dataset.orders}]\n"
        "removed:\n"
        "  - {address: dataset.old, destroy: true, reason: replaced}\n"
        "  - {address: dataset.older, destroy: true, reason: replaced}\n"
    )
    overlay = (
        "datasets: {lines: null}\n"
        "moved: [{from: dataset.a, to: null}]\n"
        "removed:\n"
        "  - {address: dataset.lines, destroy: true, reason: never was of use here}\n"
        "  - {address: dataset.old, destroy: false}\n"
        "  - {address: dataset.older, destroy: null, reason: null}\n"
    )
    write(tmp_path, {"domostate.yml": TWO, "m.yml": base, OVERLAY: overlay})

    here, elsewhere = loaded(tmp_path, "sandbox"), loaded(tmp_path, "other")

    assert moves(here) == {}
    assert removals(here) == {
        "dataset.lines": (True, "never was of use here"),
        "dataset.old": (False, "replaced"),
    }
    assert moves(elsewhere) == {"dataset.a": "dataset.orders"}
    assert removals(elsewhere).keys() == {"dataset.old", "dataset.older"}


def test_the_last_dataset_of_a_project_may_go(tmp_path: Path) -> None:
    text = "removed: [{address: dataset.orders, destroy: true, reason: over}]\n"

    desired = loaded(write(tmp_path, {"m.yml": text}))

    assert (desired.declared, removals(desired)) == ({}, {"dataset.orders": (True, "over")})


@pytest.mark.parametrize("text", ["removed: []\n", "moved: []\n", "removed:\n"])
def test_a_project_without_datasets_and_removals_declares_nothing(
    tmp_path: Path, text: str
) -> None:
    (finding,) = findings(write(tmp_path, {"m.yml": text}))

    assert finding.message.startswith("nothing declared")


def test_removals_and_moves_count_in_the_digest(tmp_path: Path) -> None:
    before = loaded(write(tmp_path, {"m.yml": DATASET})).digest

    after = loaded(write(tmp_path, {"n.yml": "removed: [{address: dataset.a, destroy: false}]\n"}))

    assert after.digest != before
