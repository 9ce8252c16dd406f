"""Loading: which files count, and what they declare together."""

import gc
import os
from pathlib import Path

import pytest

from domostate.errors import ManifestError
from domostate.model.address import Address
from tests.manifests.projects import CONFIG, DATASET, findings, loaded, write

ORDERS = Address("dataset", "orders")

CONTRACT = """\
datasets:
  sales_orders:
    name: "Sales Orders${suffix}"
    description: One row per order line.
    owner: ada@acme.example
    tags: {mode: at_least, values: [finance, pii]}
    schema:
      - {name: order_id, type: LONG}
      - {name: region, type: STRING}
      - {name: amount, type: DECIMAL, renamed_from: total}
    shares:
      mode: exact
      use: [finance_read]
      grants:
        - {user: bob@acme.example, access: CAN_EDIT, why: Quarter close, ticket: FIN-12}
    pdp:
      enabled: true
      mode: exact
      all_rows: {groups: [Finance Admins]}
      use: [by_region]
      policies:
        - name: West only
          filters:
            - {column: region, operator: EQUALS, values: [West], not: false, ignore_case: false}
          users: [wes@acme.example, {user: tmp@acme.example, why: cover}]
          groups: [West Sales]
    stream: {update_method: UPSERT, key_columns: [order_id]}
    on_existing: adopt_if_unmanaged
    manage: full
    protect: true
    ignore: [description]
  snowflake_orders:
    name: Snowflake Orders
    stream:
      provider: snowflake-unload-v2
      transport: {type: CONNECTOR, description: com.domo.connector.snowflakeunloadv2, version: "1"}
      account: Snowflake prod
      update_method: APPEND
      configuration: {query: SELECT * FROM orders}
      schedule: {type: DAY, at: "08:01 PM", timezone: UTC}
share_sets:
  finance_read: [{group: Finance, access: CAN_VIEW}]
policy_sets:
  by_region:
    - name: East
      filters: [{column: region, operator: EQUALS, values: [East]}]
      groups: [East Sales]
moved: [{from: dataset.orders, to: dataset.sales_orders}]
removed: [{address: dataset.old, destroy: true, reason: replaced by sales_orders}]
defaults: {owner: platform@acme.example, on_existing: fail}
"""


def test_the_contract_s_example_loads(tmp_path: Path) -> None:
    desired = loaded(write(tmp_path, {"m.yml": CONTRACT}))

    assert [str(address) for address in desired.declared] == [
        "dataset.sales_orders",
        "dataset.snowflake_orders",
    ]
    orders, snowflake = (one.spec for one in desired.declared.values())
    assert orders.name == "Sales Orders (sandbox)"
    assert [grant.user or grant.group for grant in orders.shares.grants] == [
        "bob@acme.example",
        "Finance",
    ]
    assert [policy.name for policy in orders.pdp.policies] == ["West only", "East"]
    assert (orders.owner, snowflake.owner) == ("ada@acme.example", "platform@acme.example")
    assert not desired.warnings


def test_set_entries_keep_their_own_places(tmp_path: Path) -> None:
    entry = loaded(write(tmp_path, {"m.yml": CONTRACT})).declared[
        Address("dataset", "sales_orders")
    ]

    assert str(entry.where()) == "m.yml:2:3"
    assert str(entry.where("shares", "grants", 0, "user")) == "m.yml:15:12"
    assert str(entry.where("shares", "grants", 1)) == "m.yml:42:18"
    assert str(entry.where("pdp", "policies", 1, "filters", 0, "values", 0)).startswith("m.yml:46:")
    assert str(entry.where("pdp", "enabled", "nowhere", 3)) == "m.yml:17:7"
    assert entry.where.line("tags") == "    tags: {mode: at_least, values: [finance, pii]}"
    assert entry.problem("odd", "schema", 0).source_line.endswith("{name: order_id, type: LONG}")


def test_what_is_not_stated_is_not_managed(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"m.yml": DATASET + "    tags: []\n    pdp: {use: []}\n"}

    spec = loaded(write(tmp_path, files)).declared[ORDERS].spec

    assert spec.tags == []
    assert spec.shares is None
    assert spec.pdp.policies is None


def test_files_are_found_in_all_folders_but_those_with_another_purpose(tmp_path: Path) -> None:
    def one(name: str) -> str:
        return f"datasets: {{{name}: {{name: {name}}}}}\n"

    files: dict[str, str | bytes] = {
        "domostate.yml": CONFIG + "    estate: rehearsal/estate.yml\n",
        "a.yml": one("a"),
        "b/c/d.yaml": one("b"),
        "b/policies/e.yml": one("c"),
        "b/empty.yml": "# nothing yet\n",
        "README.md": "[",
        "rehearsal/estate.yml": "[",
        "drift-accept.yml": "[",
        "waivers.yml": "[",
        "policies/x.yml": "[",
        "tests/x.yml": "[",
        ".github/x.yml": "[",
        ".hidden.yml": "[",
        "nested/domostate.yml": "[",
        "nested/x.yml": "[",
    }

    desired = loaded(write(tmp_path, files))

    assert [address.name for address in desired.declared] == ["a", "b", "c"]


def test_overlapping_folders_and_links_are_read_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "domostate.yml": CONFIG + "manifests: [., sub, sub/m.yml]\n",
            "sub/m.yml": DATASET,
            "real/n.yml": "datasets: {n: {name: N}}\n",
        },
    )
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link.yml").symlink_to(tmp_path / "sub" / "m.yml")

    assert [address.name for address in loaded(tmp_path).declared] == ["n", "orders"]


def test_a_broken_link_is_a_mistake(tmp_path: Path) -> None:
    write(tmp_path, {"m.yml": DATASET})
    (tmp_path / "n.yml").symlink_to(tmp_path / "gone.yml")

    (finding,) = findings(tmp_path)

    assert str(finding.where) == "n.yml:1:1"
    assert finding.message == "cannot be read: No such file or directory"


def test_a_broken_link_may_have_been_a_folder_of_manifests(tmp_path: Path) -> None:
    write(tmp_path, {"m.yml": DATASET})
    (tmp_path / "sales").symlink_to(tmp_path / "gone")
    (tmp_path / ".lock").symlink_to("nobody@nowhere:1")

    (finding,) = findings(tmp_path)

    assert str(finding.where) == "sales:1:1"
    assert "leads nowhere" in finding.message


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
@pytest.mark.parametrize("closed", ["m", "m/n.yml"])
def test_what_may_not_be_read_is_a_mistake(tmp_path: Path, closed: str) -> None:
    write(tmp_path, {"m/n.yml": DATASET, "o.yml": DATASET.replace("rders", "thers")})
    (tmp_path / closed).chmod(0)

    try:
        (finding,) = findings(tmp_path)
    finally:
        (tmp_path / closed).chmod(0o700)

    assert finding.message == "cannot be read: Permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"m.yml": DATASET})
    os.mkfifo(tmp_path / "n.yml")

    assert "not a regular file" in findings(tmp_path)[0].message


@pytest.mark.parametrize("text", ["", "datasets:\n", "share_sets: {a: []}\n", "# none\n---\n"])
def test_an_empty_project_never_looks_like_forget_everything(tmp_path: Path, text: str) -> None:
    (finding,) = findings(write(tmp_path, {"m.yml": text}))

    assert finding.message == "nothing declared: no manifest below . holds a dataset"


def test_an_overlay_that_removes_everything_declares_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "m.yml": DATASET,
        "environments/sandbox.yml": "datasets: {orders: null}\n",
    }

    assert "nothing declared" in findings(write(tmp_path, files))[0].message


def test_defaults_hold_for_their_file_and_null_keeps_one_away(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "m.yml": (
            "defaults: {owner: a@x, tags: [gold]}\n---\n"
            "datasets:\n  a: {name: A}\n  b: {name: B, tags: null}\n  c: {name: C, owner: c@x}\n"
        ),
        "n.yml": "datasets: {d: {name: D}}\n",
    }

    declared = loaded(write(tmp_path, files)).declared
    specs = [one.spec for one in declared.values()]

    assert [spec.owner for spec in specs] == ["a@x", "a@x", "c@x", None]
    assert [spec.tags for spec in specs] == [["gold"], None, ["gold"], None]
    assert str(declared[Address("dataset", "a")].where("owner")) == "m.yml:1:12"


def test_variables_stand_in_values_and_never_in_keys(tmp_path: Path) -> None:
    text = (
        "datasets:\n  orders:\n    name: Orders${suffix}\n"
        "    description: $${suffix} costs $5 and ${region}${region}\n"
        "    tags: &t ['${region}', '$${region}']\n"
        "  lines: {name: Lines, tags: *t}\n"
    )

    declared = loaded(write(tmp_path, {"m.yml": text})).declared

    spec = declared[ORDERS].spec
    assert spec.name == "Orders (sandbox)"
    assert spec.description == "${suffix} costs $5 and WestWest"
    assert spec.tags == declared[Address("dataset", "lines")].spec.tags == ["West", "${region}"]


def test_a_variable_is_text_and_never_read_as_yaml(tmp_path: Path) -> None:
    config = CONFIG.replace("West", '"{a: ${suffix}}"')
    files: dict[str, str | bytes] = {
        "domostate.yml": config,
        "m.yml": DATASET + "    description: ${region}\n",
    }

    assert loaded(write(tmp_path, files)).declared[ORDERS].spec.description == "{a: ${suffix}}"


def test_filter_values_are_the_text_they_were_written_as(tmp_path: Path) -> None:
    fields = (
        "    pdp: {policies: [{name: W, users: [a], filters: "
        "[{column: c, operator: EQUALS, values: [007, 1.50, TRUE, 1e3, 2027-01-31]}]}]}\n"
    )

    spec = loaded(write(tmp_path, {"m.yml": DATASET + fields})).declared[ORDERS].spec

    assert spec.pdp.policies[0].filters[0].values == ["007", "1.50", "TRUE", "1e3", "2027-01-31"]


def test_two_datasets_may_share_a_name_when_each_adopts_its_id(tmp_path: Path) -> None:
    text = "datasets:\n  a: {name: A, adopt: {id: x1}}\n  b: {name: A, adopt: {id: 2}}\n"

    declared = loaded(write(tmp_path, {"m.yml": text})).declared

    assert [one.spec.adopt.id for one in declared.values()] == ["x1", "2"]


def test_what_is_odd_but_possible_is_a_warning(tmp_path: Path) -> None:
    text = (
        DATASET + "    pdp:\n      policies:\n"
        "        - {name: W, filters: [{column: c, operator: LIKE, values: [W]}]}\n"
    )
    files: dict[str, str | bytes] = {"m.yml": text, "environments/prd.yml": "["}

    warnings = loaded(write(tmp_path, files)).warnings

    assert [(str(one.where), one.message) for one in warnings] == [
        (
            "environments/prd.yml:1:1",
            "no environment of domostate.yml is called 'prd': this file is not read",
        ),
        ("m.yml:6:11", "policy 'W' has no members: nobody sees its rows"),
        ("m.yml:6:43", "operator LIKE is documented for the Platform plane only"),
    ]


def test_the_digest_follows_every_file_and_not_the_place(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"m.yml": DATASET, "sub/n.yml": "# nothing\n"}
    here = loaded(write(tmp_path / "here", files)).digest
    there = loaded(write(tmp_path / "there", files)).digest
    changed = loaded(write(tmp_path / "changed", {**files, "sub/n.yml": "# something\n"})).digest
    other = CONFIG.replace("West", "East")
    varied = loaded(write(tmp_path / "varied", {**files, "domostate.yml": other})).digest

    assert here == there
    assert len({here, changed, varied}) == 3


def test_collection_goes_on_after_a_failure(tmp_path: Path) -> None:
    write(tmp_path, {"m.yml": "["})

    with pytest.raises(ManifestError):
        loaded(tmp_path)

    assert gc.isenabled()
