"""Overlays: mappings merge, keyed lists merge by key, other lists replace, null removes."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domostate.manifests.overlay import patched
from domostate.manifests.source import Findings, Place, Source
from domostate.manifests.tree import Map
from domostate.model.address import Address
from tests.manifests.projects import findings, loaded, write

BASE = """\
share_sets: {readers: [{group: Finance, access: CAN_VIEW}]}
datasets:
  orders:
    name: Orders
    owner: {user: ada@acme.example}
    tags: [finance, gold]
    schema: [{name: id, type: LONG}, {name: region, type: STRING}]
    shares:
      - {user: Bob@acme.example, access: CAN_EDIT, why: close}
      - {group: Finance, access: CAN_VIEW}
    pdp:
      enabled: true
      policies:
        - {name: West, filters: [{column: region, operator: EQUALS, values: [West]}], users: [a, b]}
        - {name: East, filters: [{column: region, operator: EQUALS, values: [East]}], users: [a]}
    stream: {update_method: APPEND}
  lines: {name: Lines}
"""


def orders(root: Path, patch: str) -> Any:
    """The orders of the base, changed by an overlay of the fields given."""
    indented = "".join(f"    {line}\n" for line in patch.splitlines())
    text = f"datasets:\n  orders:\n{indented}"
    desired = loaded(write(root, {"m.yml": BASE, "environments/sandbox.yml": text}))
    return desired.declared[Address("dataset", "orders")]


def test_mappings_merge_and_null_removes(tmp_path: Path) -> None:
    spec = orders(tmp_path, "name: Rehearsal\npdp: {enabled: false}\nstream: null\n").spec

    assert (spec.name, spec.stream, spec.pdp.enabled) == ("Rehearsal", None, False)
    assert len(spec.pdp.policies) == 2


def test_grants_merge_by_principal_and_an_entry_of_nulls_removes(tmp_path: Path) -> None:
    patch = (
        "shares:\n  - {user: bob@acme.example, access: CAN_VIEW}\n"
        "  - {group: Finance, access: null}\n  - {user: eve@acme.example, access: CAN_EDIT}\n"
    )

    entry = orders(tmp_path, patch)

    grants = entry.spec.shares.grants
    assert [(one.user, one.access, one.why) for one in grants] == [
        ("bob@acme.example", "CAN_VIEW", "close"),
        ("eve@acme.example", "CAN_EDIT", None),
    ]
    assert str(entry.where("shares", "grants", 0)) == "environments/sandbox.yml:4:9"
    assert str(entry.where("shares", "grants", 0, "why")).startswith("m.yml:9:")


def test_the_long_form_of_shares_merges_with_the_short_one(tmp_path: Path) -> None:
    shares = orders(
        tmp_path,
        "shares: {mode: at_least, use: [readers], grants: [{group: Finance, access: null}]}",
    ).spec.shares

    assert shares.mode == "at_least"
    assert [one.user or one.group for one in shares.grants] == ["Bob@acme.example", "Finance"]


def test_policies_and_columns_merge_by_name_and_other_lists_replace(tmp_path: Path) -> None:
    patch = (
        "tags: [rehearsal]\n"
        "schema: [{name: id, type: STRING}, {name: note, type: STRING}]\n"
        "pdp: {policies: [{name: West, users: [c]}, {name: East, filters: null, users: null}]}\n"
    )

    spec = orders(tmp_path, patch).spec

    assert [(one.name, one.type.value) for one in spec.columns] == [
        ("id", "STRING"),
        ("region", "STRING"),
        ("note", "STRING"),
    ]
    assert spec.tags.values == ["rehearsal"]
    (west,) = spec.pdp.policies
    assert (west.name, west.users) == ("West", ["c"])
    assert west.filters[0].values == ["West"]


def test_an_owner_is_replaced_as_a_whole(tmp_path: Path) -> None:
    owner = orders(tmp_path, "owner: {group: Finance}").spec.owner

    assert (owner.user, owner.group) == (None, "Finance")


def test_a_dataset_and_a_set_can_be_changed_for_one_environment(tmp_path: Path) -> None:
    text = (
        "datasets:\n  lines: null\n"
        "  orders: {shares: {use: [readers], grants: [{group: Finance, access: null}]}}\n"
        "share_sets: {readers: [{group: Sales, access: CAN_VIEW}]}\n"
    )

    desired = loaded(write(tmp_path, {"m.yml": BASE, "environments/sandbox.yml": text}))

    (entry,) = desired.declared.values()
    assert [one.user or one.group for one in entry.spec.shares.grants] == [
        "Bob@acme.example",
        "Finance",
        "Sales",
    ]


def test_the_overlay_of_another_environment_is_not_read(tmp_path: Path) -> None:
    config = "project: acme\nenvironments: {dev: {instance: a}, prod: {instance: b}}\n"
    files: dict[str, str | bytes] = {
        "domostate.yml": config,
        "m.yml": BASE,
        "environments/prod.yml": "[",
    }

    desired = loaded(write(tmp_path, files), "dev")

    assert len(desired.declared) == 2
    assert not desired.warnings
    assert findings(tmp_path, "prod")


def test_removing_what_is_not_there_names_what_is_near(tmp_path: Path) -> None:
    text = "datasets: {orders: {pdp: {policies: [{name: Wst, users: null}]}}}\n"

    (finding,) = findings(write(tmp_path, {"m.yml": BASE, "environments/sandbox.yml": text}))

    assert finding.message == "null removes 'Wst', which is not there"
    assert finding.hint == "did you mean 'West'?"


KEYS = st.sampled_from("abcd")
PLAIN = st.recursive(
    st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(KEYS, PLAIN, max_size=4)
MARK = Place(Source("a.yml", b"", ""), 0)


def as_map(value: dict[str, Any]) -> Map:
    """The mapping as if it had been read."""
    made = Map(MARK)
    for key, inner in value.items():
        made.put(key, as_map(inner) if isinstance(inner, dict) else inner, MARK)
    return made


@given(base=TREES, patch=TREES)
def test_a_patch_says_what_is_there_afterwards_and_twice_is_once(
    base: dict[str, Any], patch: dict[str, Any]
) -> None:
    def covers(after: Any, said: Any) -> bool:
        if isinstance(said, dict):
            return isinstance(after, dict) and all(
                key in after and covers(after[key], inner) for key, inner in said.items()
            )
        return bool(after == said)

    old, findings_ = as_map(base), Findings()

    once = patched(old, as_map(patch), findings_)

    assert covers(once, patch)
    assert patched(once, as_map(patch), findings_) == once
    assert old == base
    assert all(once[key] == base[key] for key in base if key not in patch)
    assert once.keys() == once.marks.keys()
    assert not findings_
