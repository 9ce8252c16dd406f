"""Plans that show every kind of change."""

from dataclasses import replace
from typing import Any

from domostate.errors import Location
from domostate.model.change import Action, Change, ChangeClass, Origin
from domostate.model.effects import AccessRow, Effects
from domostate.model.plan import Budget, DriftRow, Plan, Refusal, RefusalKind, Summary
from domostate.model.principal import AccessLevel
from tests.builders import change, field, grant, group, operation, plan, policy, user

WIDENING, NARROWING = ChangeClass.WIDENING, ChangeClass.NARROWING
OWNERSHIP, DESTRUCTIVE = ChangeClass.OWNERSHIP, ChangeClass.DESTRUCTIVE
DRIFT, BOTH = Origin.DRIFT, Origin.BOTH

RETURNS = {
    "identity": {"name": "Returns (EU)", "description": "One row per returned order line."},
    "owner": user("ada@acme.example"),
    "tags": {"values": ["finance", "pii"]},
    "schema": {
        "columns": [
            {"name": column, "type": type_}
            for column, type_ in (
                ("order_id", "LONG"),
                ("region", "STRING"),
                ("amount", "DECIMAL"),
                ("returned at", "DATETIME"),
                ("reason", "STRING"),
                ("warehouse", "STRING"),
                ("restocked", "STRING"),
            )
        ]
    },
    "shares": {
        "grants": [
            grant(group("Finance"), "CAN_VIEW"),
            grant(group("Sales, West", "8"), "CAN_VIEW"),
            grant(user("bob@acme.example"), "CAN_EDIT"),
        ]
    },
    "pdp": {
        "enabled": True,
        "policies": [
            policy("West only", groups=[group("West Sales")], users=[user("wes@acme.example")]),
            policy("Not the North", ["North East", "North West"], negated=True),
        ],
        "all_rows": {"users": [], "groups": [group("Finance Admins")]},
    },
    "stream": {
        "provider": "snowflake-unload-v2",
        "update_method": "APPEND",
        "configuration": {"query": "SELECT * FROM returns", "privateKey": "c4n4ry"},
        "schedule": {"type": "DAY", "at": "08:01 PM", "timezone": "UTC"},
    },
}

NONE, VIEW, EDIT = AccessLevel.NONE, AccessLevel.CAN_VIEW, AccessLevel.CAN_EDIT
WEST = "region is West"


def _row(who: str, address: str, kind: str, *levels: AccessLevel, **more: Any) -> AccessRow:
    made = AccessRow(f"{who}@acme.example", address, "9", kind, *levels, "none", "all", (), True)
    return replace(made, **more)


ROWS = (
    *(
        _row(who, "dataset.returns", "gain", NONE, VIEW, rows_after=WEST, via=(f"share of {who}",))
        for who in ("ann", "bea", "cid", "dot", "eli", "fay")
    ),
    _row("gus", "dataset.sales_orders", "lose", VIEW, NONE, widens=False, via=("share CAN_VIEW",)),
    _row("hal", "dataset.sales_orders", "rows", VIEW, VIEW, rows_before=WEST, rows_after="all"),
    _row(
        *("ida", "dataset.sales_orders", "rows", VIEW, VIEW),
        rows_before="all",
        rows_after=WEST,
        widens=False,
    ),
    _row("jon", "dataset.sales_orders", "level", VIEW, EDIT, rows_before="all"),
)


def sales_orders() -> Change:
    address = "dataset.sales_orders"
    return change(
        address,
        Action.UPDATE,
        classes=[WIDENING, OWNERSHIP, DESTRUCTIVE, NARROWING],
        origin=Location("manifests/sales.yml", 12, 3),
        reasons=["the manifest changed", "Domo changed"],
        fields=[
            field("name", "Sales Orders", "Sales Orders 2026"),
            field(
                "description",
                "One row per order line.",
                "One row per order line, from the web shop and from the shops in town, without "
                "returns and without test orders.",
            ),
            field("owner", user("ada@acme.example"), user("bea@acme.example", "28"), DRIFT),
            field("tags[finance]", None, True),
            field("tags[old]", True, None),
            field("schema[amount]", None, {"type": "DECIMAL"}),
            field("schema[total]", {"type": "DOUBLE"}, None),
            field("schema[region].type", "LONG", "STRING"),
            field("schema.order", ["region", "order_id"], ["order_id", "region"]),
            field("shares[group Finance]", None, "CAN_VIEW"),
            field("shares[user bob@acme.example]", "CAN_EDIT", None, BOTH),
            field("shares[user eve@acme.example]", "CO_OWNER", "CAN_VIEW", DRIFT),
            field("pdp.enabled", False, True),
            field("pdp.policies[West only].filters", *_filters()),
            field("pdp.policies[West only].users[wes@acme.example]", None, True),
            field("pdp.policies[West only].groups[West Sales]", True, None),
            field("pdp.policies[East]", None, policy("East", ["East"], groups=[group("East")])),
            field("pdp.policies[Temp]", policy("Temp", ["South"]), None, DRIFT),
            field("pdp.all_rows.groups[Finance Admins]", None, True),
        ],
        operations=[
            operation(1, "revoke_access", address, NARROWING),
            operation(2, "delete_policy", address, NARROWING),
            operation(3, "alter_schema", address, DESTRUCTIVE),
            operation(4, "grant_access", address, WIDENING, depends_on=[1]),
            operation(5, "grant_access", address, WIDENING, depends_on=[1]),
            operation(6, "set_all_rows", address, WIDENING, depends_on=[2]),
            operation(7, "reassign_owner", address, OWNERSHIP, depends_on=[1]),
        ],
    )


def departures_plan() -> Plan:
    """Addresses that are declared no longer: destroyed, moved, forgotten, and two refused."""
    old, kept = "dataset.old", "dataset.ledger"
    delete = replace(
        operation(1, "delete_dataset", old, DESTRUCTIVE, aspect="identity"),
        before={"name": "Old Orders", "description": ""},
        after=None,
    )
    return plan(
        change("dataset.given_up", Action.FORGET, title="", reasons=["removed: sold"]),
        change(
            old,
            Action.DELETE,
            title="Old Orders",
            classes=[DESTRUCTIVE],
            before={"identity": {"name": "Old Orders"}, **{k: RETURNS[k] for k in _CONTENTS}},
            reasons=["removed: replaced by sales_orders"],
            origin=Location("manifests/removed.yml", 2, 5),
            operations=[delete],
        ),
        change("dataset.orders", title="Orders", moved_from="dataset.raw_orders"),
        change(
            "dataset.targets",
            title="Targets",
            moved_from="dataset.goals",
            reasons=["moved from dataset.goals", "the manifest asks for it"],
            fields=[field("description", "Old.", "New.")],
            operations=[operation(2, "update_dataset", "dataset.targets", aspect="identity")],
        ),
        summary=Summary(change=2, forget=1, destroy=1),
        refusals=[
            Refusal(
                RefusalKind.PROTECTED,
                kept,
                f"{kept} (dataset 77aa) is protected, as it was last applied",
                "Take its removed: entry out, declare it once more, and apply that:\n"
                '  datasets: {ledger: {name: "Ledger", protect: false}}\n'
                "Then it can be removed.",
            ),
            Refusal(
                RefusalKind.SUSPECTED_MOVE,
                "dataset.a",
                "dataset.a is declared no longer, while dataset.b has its name",
                "Say so:\n  moved: [{from: dataset.a, to: dataset.b}]",
            ),
        ],
    )


def _filters() -> tuple[object, object]:
    return policy("", ["West"])["filters"], policy("", ["West", "Far West"])["filters"]


def returns() -> Change:
    return change(
        "dataset.returns",
        Action.CREATE,
        id_=None,
        before={},
        after=RETURNS,
        classes=[WIDENING],
        reasons=["declared, and not in Domo"],
        origin=Location("manifests/sales.yml", 41, 3),
        operations=[
            operation(8, "create_dataset", "dataset.returns", aspect="identity"),
            operation(9, "grant_access", "dataset.returns", WIDENING, depends_on=[8]),
        ],
    )


def rich_plan() -> Plan:
    made = plan(
        change(
            "dataset.budget",
            Action.CREATE,
            id_="77aa",
            before={},
            after={"identity": {"name": "Budget"}, "schema": {"columns": []}},
            reasons=["the recorded dataset 77aa is gone"],
            origin=Location("manifests/plan.yml", 3, 3),
            operations=[operation(10, "create_dataset", "dataset.budget", aspect="identity")],
        ),
        change(
            "dataset.feed",
            Action.UPDATE,
            title="Feed",
            fields=[
                field("stream.update_method", "APPEND", "REPLACE"),
                field("stream.configuration[query]", "SELECT 1", "SELECT * FROM orders"),
                field("stream.configuration[api_token]", "c4n4ry-1", "c4n4ry-2"),
                field("stream.schedule", None, {"type": "DAY", "at": "08:01 PM"}),
            ],
            origin=Location("manifests/feed.yml", 7, 3),
            operations=[operation(11, "update_stream", "dataset.feed", aspect="stream")],
        ),
        change("dataset.gone", Action.FORGET, title="Gone", reasons=["no longer declared"]),
        change(
            "dataset.ledger",
            Action.DELETE,
            Action.CREATE,
            title="Ledger",
            classes=[DESTRUCTIVE],
            fields=[field("stream.provider", "mysql", "snowflake-unload-v2")],
            after={"identity": {"name": "Ledger"}, "owner": group("Finance")},
            reasons=["stream.provider cannot be changed in place"],
            operations=[
                operation(12, "create_dataset", "dataset.ledger", aspect="identity"),
                operation(13, "delete_dataset", "dataset.ledger", DESTRUCTIVE, depends_on=[12]),
            ],
        ),
        change(
            "dataset.old",
            Action.DELETE,
            title="Old Orders",
            classes=[DESTRUCTIVE],
            before={"identity": {"name": "Old Orders"}, **{k: RETURNS[k] for k in _CONTENTS}},
            reasons=["removed: replaced by sales_orders"],
            origin=Location("manifests/removed.yml", 2, 5),
            operations=[operation(14, "delete_dataset", "dataset.old", DESTRUCTIVE)],
        ),
        returns(),
        sales_orders(),
        change("dataset.targets", Action.ADOPT, title="Targets", reasons=["found by its name"]),
        change(
            "group.west_sales",
            Action.ADOPT,
            Action.UPDATE,
            id_="101",
            title="West Sales",
            fields=[
                field("description", None, "Sells west of the river."),
                field("members.users[wes@acme.example]", None, True),
                field("members.groups[West Interns]", True, None),
            ],
            operations=[operation(15, "add_members", "group.west_sales", WIDENING)],
            classes=[WIDENING],
        ),
        summary=Summary(2, 2, 2, 1, 2, 4, 57, 2, 17),
        budgets=[
            Budget("revoke", 1, 4, ("dataset.sales_orders", "group.west_sales")),
            Budget("widen", 50, 12),
        ],
        drift=[
            DriftRow("dataset.feed", "description", "Raw orders", "Raw orders!", False),
            DriftRow("dataset.feed", "shares[user zoe@acme.example]", None, "CAN_VIEW", False),
            DriftRow("dataset.sales_orders", "owner", "bea@acme.example", "ada", True),
        ],
        notes=["CONTAINS is documented for the Platform plane only (manifests/sales.yml:60)"],
    )
    return replace(made, effects=Effects(ROWS, gain=6, lose=1, change_rows=2, by_role=3))


_CONTENTS = ("schema", "shares", "pdp")
