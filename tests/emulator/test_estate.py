"""The estate file: what it may leave out, what it may not get wrong, and round trips."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.estate import load_estate
from tests.emulator.client import Domo

FROM_THE_CONTRACT = """
users:    [{email: ada@acme.example, name: Ada, role: Admin, active: true, attributes: {region: [West]}},
           {email: wes@acme.example, name: Wes}]
groups:   [{name: Finance, members: [ada@acme.example], groups: []}]
accounts: [{name: Snowflake prod, provider: snowflake}]
tokens:   [{token: t-ada, user: ada@acme.example}]
clients:  [{id: c1, secret: s1, user: ada@acme.example, scopes: [data, user]}]
datasets:
  - id: 4405ff58-1957-45f0-82bd-914d989a3ea3
    name: Sales Orders
    description: One row per order line.
    owner: {type: USER, email: ada@acme.example}
    tags: [finance]
    columns: [{name: order_id, type: LONG}]
    permissions: [{type: GROUP, name: Finance, access: CAN_VIEW}]
    pdp:
      enabled: true
      policies: [{id: 8, type: user, name: West only, users: [wes@acme.example], groups: [], filters: [{column: region, operator: EQUALS, values: [West], not: false, ignore_case: false}]}]
    stream: null
"""  # noqa: E501


def findings(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "estate.yml"
    path.write_text(text)
    with pytest.raises(EstateInvalid) as caught:
        load_estate(path)
    return [one.replace(str(path), "estate.yml") for one in caught.value.findings]


def test_the_example_of_the_contract_loads(tmp_path: Path) -> None:
    path = tmp_path / "estate.yml"
    path.write_text(FROM_THE_CONTRACT)

    estate = load_estate(path)

    assert estate.datasets[0].pdp.policies[0].filters[0].values == ["West"]
    assert estate.users[1].role == "Privileged"


def test_an_email_is_told_from_another_by_more_than_capitals(tmp_path: Path) -> None:
    text = "users:\n  - {email: Ada@x, role: Admin}\n  - {email: ada@X}\n  - {email: bob@x}\n"

    assert findings(tmp_path, text) == [
        "estate.yml:2: users[0].email: two users have the e-mail Ada@x, "
        "which ada@X is too: capitals do not count",
        "estate.yml:3: users[1].email: two users have the e-mail ada@X, "
        "which Ada@x is too: capitals do not count",
    ]


def test_a_client_has_scopes_that_there_are(tmp_path: Path) -> None:
    text = """\
users: [{email: ada@x, role: Admin}]
clients:
  - {id: c1, secret: s, user: ada@x, scopes: [data]}
  - id: c2
    secret: s
    user: ada@x
    scopes:
      - user
      - bogus
"""

    (found,) = findings(tmp_path, text)

    assert found.startswith("estate.yml:9: clients[1].scopes[1]: unknown scope 'bogus'; known: ")
    assert "data, " in found


@pytest.mark.parametrize("number", [0, -1])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("users: [{email: ada@x, role: Admin, id: NUMBER}]", "users[0].id"),
        ("groups: [{name: G, id: NUMBER}]", "groups[0].id"),
        ("groups: [{name: G, members: [{id: NUMBER}]}]", "groups[0].members[0].id"),
        ("accounts: [{name: A, provider: p, id: NUMBER}]", "accounts[0].id"),
        ("datasets: [{name: D, stream: {id: NUMBER}}]", "datasets[0].stream.id"),
        ("datasets: [{name: D, cards: [{title: C, id: NUMBER}]}]", "datasets[0].cards[0].id"),
    ],
)
def test_ids_begin_at_1(tmp_path: Path, number: int, text: str, place: str) -> None:
    found = findings(tmp_path, text.replace("NUMBER", str(number)))

    assert f"estate.yml:1: {place}: Input should be greater than or equal to 1" in found


@pytest.mark.parametrize("field", ["rows: -1", "cards: [{title: C, views: -1}]"])
def test_counts_are_not_negative(tmp_path: Path, field: str) -> None:
    found = findings(tmp_path, f"datasets: [{{name: D, {field}}}]")

    assert "greater than or equal to 0" in found[0]


def test_every_finding_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
users:
  - {email: ada@x, role: Admin}
  - {email: ada@x, role: Editor}
groups:
  - name: Finance
    members: [bob@x, ada@y]
datasets:
  - name: Orders
    owner: {type: USER, email: adah@x}
    columns: [{name: a, type: LONG}, {name: a, type: DATE}]
    permissions:
      - {type: GROUP, name: Finnance, access: CAN_VIEW}
      - {type: ROBOT, id: 1, access: CAN_VIEW}
    pdp:
      policies:
        - name: West
          users: [{id: 7}]
          filters: [{column: a, operator: IS}]
    stream: {provider: snowflake, account: Prod}
"""
    assert findings(tmp_path, text) == [
        "estate.yml:2: users[0].email: two users have the e-mail ada@x",
        "estate.yml:3: users[1].email: two users have the e-mail ada@x",
        "estate.yml:6: groups[0].members[0]: unknown user bob@x",
        "estate.yml:6: groups[0].members[1]: unknown user ada@y; did you mean ada@x?",
        "estate.yml:9: datasets[0].owner: unknown user adah@x; did you mean ada@x?",
        "estate.yml:10: datasets[0].columns[0]: two columns are called a",
        "estate.yml:10: datasets[0].columns[1]: two columns are called a",
        "estate.yml:12: datasets[0].permissions[0]: unknown group Finnance; did you mean Finance?",
        "estate.yml:13: datasets[0].permissions[1].type: unknown type ROBOT; known: APPROVAL, "
        "CARD, DATA_APP, DATA_APP_VIEW, ENIGMA_FORM_INSTANCE, GROUP, REPORT_VIEW_PAGE, USER, "
        "VIRTUAL_USER, WORKFLOW",
        "estate.yml:17: datasets[0].pdp.policies[0].users[0]: no user has the id 7",
        "estate.yml:18: datasets[0].pdp.policies[0].filters[0].operator: unknown operator IS",
        "estate.yml:19: datasets[0].stream.account: unknown account Prod",
    ]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("users: [{email: a@x, role: Admin, colour: 1}]", "users[0].colour: "),
        ("users: [{role: Admin}]", "users[0].email: "),
        ("users: [{email: a@x}]", "no active user has the role Admin"),
        ("users: {", "estate.yml:1: "),
        ("users: [{email: a@x, role: Admin}]\nswitches: {shuffle: 1}", "estate.yml:2: switches: "),
        ("- a", "estate.yml:1: "),
        (
            "users: [{email: a@x, role: Admin}]\n"
            "groups: [{id: 1, name: G}, {id: 2, name: G}]\n"
            "datasets: [{name: D, owner: {type: GROUP, name: G}}]",
            "several groups are called G; name one by {id: ...}",
        ),
        ("users: [{id: 1, email: a@x, role: Admin}, {id: 1, email: b@x}]", "occurs twice in users"),
    ],
)
def test_what_an_estate_may_not_say(tmp_path: Path, text: str, finding: str) -> None:
    assert any(finding in one for one in findings(tmp_path, text))


def test_what_hangs_on_a_dataset_is_checked_too(tmp_path: Path) -> None:
    text = """\
users: [{email: ada@x, role: Admin}]
datasets:
  - name: Orders
    certification: {user: bob@x}
    cards:
      - {id: 5, title: One, owners: [{type: USER, email: ade@x}]}
      - {id: 5, title: Two, owners: [{type: ROBOT, id: 1}, {type: USER, id: 77}]}
    pdp:
      policies: [{id: 8, name: Rows}]
      column_policies:
        - {id: 8, name: Masks, rules: [{values: [hash], users: [zoe@y], groups: [West]}]}
"""
    assert findings(tmp_path, text) == [
        "estate.yml:3: datasets[0]: the card id 5 occurs twice",
        "estate.yml:3: datasets[0]: the policy id 8 occurs twice",
        "estate.yml:4: datasets[0].certification.user: unknown user bob@x",
        "estate.yml:6: datasets[0].cards[0].owners[0]: unknown user ade@x; did you mean ada@x?",
        "estate.yml:7: datasets[0].cards[1].owners[0].type: unknown type ROBOT",
        "estate.yml:11: datasets[0].pdp.column_policies[0].rules[0].groups[0]: unknown group West",
        "estate.yml:11: datasets[0].pdp.column_policies[0].rules[0].users[0]: unknown user zoe@y",
    ]


def test_an_estate_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EstateInvalid, match="cannot be read"):
        load_estate(tmp_path / "nothing.yml")


def test_ids_are_given_the_same_way_every_time(domo: Domo) -> None:
    estate = {
        "users": [{"email": "a@x", "role": "Admin"}, {"id": 1001, "email": "b@x"}],
        "datasets": [{"name": "D"}, {"name": "E"}, {"name": "D"}],
    }
    domo.reset(estate)
    first = domo.snapshot()
    domo.reset({**estate, "datasets": [{"name": "Another"}, *estate["datasets"]]})
    second = domo.snapshot()

    assert first["users"] == second["users"]
    assert [one["id"] for one in first["users"]] == [1002, 1001]  # chosen ids come first
    assert len({one["id"] for one in first["datasets"]}) == 3
    ids = [one["id"] for one in first["datasets"]]
    assert ids == [one["id"] for one in second["datasets"][1:]]


def test_names_that_are_shared_are_told_by_id(domo: Domo) -> None:
    domo.reset({
        "users": [{"email": "a@x", "role": "Admin"}],
        "groups": [{"id": 1, "name": "G"}, {"id": 2, "name": "G", "groups": [{"id": 1}]}],
        "datasets": [{"name": "D", "owner": {"type": "GROUP", "id": 2}}],
    })  # fmt: skip

    found = domo.snapshot()

    assert found["groups"][1]["groups"] == [{"id": 1}]
    assert found["datasets"][0]["owner"] == {"type": "GROUP", "id": 2}
    domo.reset(found)
    assert domo.snapshot() == found


def test_a_connector_dataset_without_tags_gets_the_generated_ones(domo: Domo) -> None:
    stream = {"provider": "covid-19", "schedule": {"type": "MINUTE", "interval": 30}}
    domo.reset({
        "users": [{"email": "a@x", "role": "Admin"}],
        "datasets": [
            {"name": "A", "stream": stream},
            {"name": "B", "tags": ["mine"], "stream": stream},
        ],
    })  # fmt: skip

    first, second = domo.snapshot()["datasets"]

    assert first["tags"] == ["covid-19", "s_covid-19", "udt_MINUTE at undefined", "um_REPLACE"]
    assert second["tags"] == ["mine"]


EMAILS = ("ada@x", "bob@x", "cat@x")
GROUPS = ("Finance", "West", "Interns")
users = st.lists(st.sampled_from(EMAILS), unique=True)
groups = st.lists(st.sampled_from(GROUPS), unique=True)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)

filters = st.fixed_dictionaries({
    "column": st.just("a"),
    "operator": st.sampled_from(["EQUALS", "BEGINS_WITH"]),
    "values": st.lists(words, min_size=1, max_size=3),
    "not": st.booleans(),
    "ignore_case": st.booleans(),
    "type": st.sampled_from(["COLUMN", "DYNAMIC"]),
})  # fmt: skip
policies = st.fixed_dictionaries(
    {"name": words, "users": users, "groups": groups, "filters": st.lists(filters, max_size=2)},
    optional={"dataset_permissions": st.booleans(), "virtual_users": st.just(["vu:1"])},
)
permissions = st.lists(
    st.one_of(
        st.builds(lambda one: ("USER", "email", one), st.sampled_from(EMAILS[1:])),
        st.builds(lambda one: ("GROUP", "name", one), st.sampled_from(GROUPS)),
        st.just(("CARD", "id", "7")),
    ),
    unique=True,
).map(lambda found: [{"type": t, k: v, "access": "CAN_EDIT"} for t, k, v in found])
streams = st.one_of(
    st.none(),
    st.just({"update_method": "UPSERT", "key_columns": ["a"]}),
    st.fixed_dictionaries(
        {"provider": st.just("snowflake")},
        optional={
            "account": st.just("Prod"),
            "update_method": st.sampled_from(["APPEND", "REPLACE"]),
            "configuration": st.dictionaries(words, words, max_size=2),
            "schedule": st.just({"type": "DAY", "at": "08:01 PM", "timezone": "UTC"}),
            "schedule_state": st.just("INACTIVE"),
        },
    ),
)
columns = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b", "A"]), "type": st.just("STRING")},
        optional={
            "visible": st.booleans(),
            "description": words,
            "new_name": words,
            "position": st.integers(0, 3),
        },
    ),
    unique_by=lambda one: one["name"],
)
cards = st.fixed_dictionaries(
    {"title": words},
    optional={
        "chart_type": words,
        "owners": st.just([{"type": "GROUP", "name": "West"}, {"type": "USER", "email": "bob@x"}]),
        "columns": st.just(["a"]),
        "views": st.integers(0, 9),
        "drill": st.booleans(),
    },
)
certifications = st.fixed_dictionaries(
    {"state": st.sampled_from(["ACTIVE", "REQUESTED"])},
    optional={"user": st.just("bob@x"), "admin": st.booleans(), "reason": words},
)
column_policies = st.fixed_dictionaries(
    {"name": words},
    optional={
        "rules": st.just([{"values": ["hash"], "users": ["bob@x"]}, {"values": ["visible"]}]),
        "columns": st.just([{"column": "a"}]),
    },
)
datasets = st.fixed_dictionaries(
    {"name": words, "columns": columns, "permissions": permissions, "stream": streams},
    optional={
        "description": words,
        "tags": st.lists(words, unique=True, max_size=3),
        "owner": st.just({"type": "GROUP", "name": "West"}),
        "indexed_columns": columns,
        "hidden": st.booleans(),
        "rows": st.integers(0, 10),
        "pdp": st.fixed_dictionaries(
            {"enabled": st.booleans(), "policies": st.lists(policies, max_size=2)},
            optional={
                "enabled_column": st.booleans(),
                "column_policies": st.lists(column_policies, max_size=2),
            },
        ),
        "cards": st.lists(cards, max_size=2),
        "certification": certifications,
    },
)


@st.composite
def estates(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "users": [
            {"email": "ada@x", "role": "Admin", "attributes": draw(st.just({"region": ["W"]}))},
            {"email": "bob@x", "active": draw(st.booleans()), "profile": {"title": "T"}},
            {"email": "cat@x", "role": "Social"},
        ],
        "groups": [
            {
                "name": name,
                "members": draw(users),
                "groups": draw(groups),
                "owners": draw(users),
                "description": draw(st.sampled_from(["", "d"])),
                "active": draw(st.booleans()),
            }
            for name in GROUPS
        ],
        "accounts": [{"name": "Prod", "provider": "snowflake", "valid": draw(st.booleans())}],
        "tokens": draw(st.sampled_from([[], [{"token": "t", "user": "ada@x"}]])),
        "clients": draw(st.sampled_from([[], [{"id": "c", "secret": "s", "user": "bob@x"}]])),
        "datasets": draw(st.lists(datasets, max_size=3)),
        "switches": {"all_rows_before_first_enable": draw(st.booleans())},
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(estate=estates())
def test_a_snapshot_loaded_as_an_estate_gives_an_equal_snapshot(
    running: Domo, estate: dict[str, Any]
) -> None:
    running.reset(estate)
    first = running.snapshot()

    running.reset(first)

    assert running.snapshot() == first
