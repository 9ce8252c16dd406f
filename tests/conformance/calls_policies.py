"""Row policies, by the `datasets` client and by the helpers."""

from typing import Any

from pydomo.datasets import FilterOperator, Policy, PolicyFilter, PolicyType

from tests.conformance.calls_datasets import POLICIES
from tests.conformance.cases import Case, call
from tests.conformance.estate import ADA, ALL_ROWS, BOB, CAT, FINANCE, SALES, WEST, WEST_ONLY
from tests.conformance.shapes import NUMBER, Frame
from tests.conformance.wire import delete, get, post, put

BASE = f"/v1/datasets/{SALES}/policies"
READ = f"/datasets/{SALES}/policies"
OPEN, WESTERN = POLICIES

EASTERN = {
    "name": "Öst",
    "filters": [{"column": "region", "values": ["East", "Ö"], "operator": "EQUALS"}],
    "users": [BOB],
    "type": "user",
}
"""What is sent, by a plain dictionary; a policy's other lists may be left out."""
EASTERN_MADE = {
    "id": NUMBER,
    "type": "user",
    "name": "Öst",
    "filters": [
        {"column": "region", "values": ["East", "Ö"], "operator": "EQUALS", "not": False}
    ],
    "users": [BOB],
    "virtualUsers": [],
    "groups": [],
}  # fmt: skip


def negated(operator: str, values: list[str]) -> Policy:
    """A policy in the words of pydomo, every attribute set."""
    condition = PolicyFilter()
    condition.column = "amount"
    condition.operator = operator
    condition.values = values
    setattr(condition, "not", True)
    policy = Policy()
    policy.name = operator
    policy.filters = [condition]
    policy.type = PolicyType.SYSTEM
    policy.users = [BOB, CAT]
    policy.groups = [FINANCE, WEST]
    policy.virtualUsers = ["vu:1"]
    return policy


def _negated_sent(operator: str, values: list[str]) -> dict[str, Any]:
    return {
        "name": operator,
        "filters": [{"column": "amount", "operator": operator, "values": values, "not": True}],
        "type": "system",
        "users": [BOB, CAT],
        "groups": [FINANCE, WEST],
        "virtualUsers": ["vu:1"],
    }


OPERATORS = sorted(
    value for name, value in vars(FilterOperator).items() if not name.startswith("_")
)
"""Whatever pydomo knows."""


def _with_operator(operator: str) -> Case:
    values = ["1", "3"] if operator == "BETWEEN" else ["1"]
    sent = _negated_sent(operator, values)
    made = {"id": NUMBER, **sent}
    return Case(
        call("datasets.create_pdp", SALES, negated(operator, values)),
        sends=[post(BASE, sent)],
        gives=made,
        leaves={f"{READ}/{{id}}": made},
        how=f"with the operator {operator}",
    )


RENAMED = {**WESTERN, "name": "Western"}
SENT_BACK = {**WESTERN, "users": [ADA, CAT], "groups": [WEST]}

CASES = (
    Case(
        call("datasets.create_pdp", SALES, EASTERN),
        sends=[post(BASE, EASTERN)],
        gives=EASTERN_MADE,
        leaves={READ: [OPEN, WESTERN, EASTERN_MADE]},
    ),
    *map(_with_operator, OPERATORS),
    Case(
        call("datasets.get_pdp", SALES, WEST_ONLY),
        sends=[get(f"{BASE}/{WEST_ONLY}")],
        gives=WESTERN,
    ),
    Case(call("datasets.list_pdps", SALES), sends=[get(BASE)], gives=POLICIES),
    Case(
        call("datasets.update_pdp", SALES, WEST_ONLY, {"name": "Western"}),
        sends=[put(f"{BASE}/{WEST_ONLY}", {"name": "Western"})],
        gives=RENAMED,
        leaves={READ: [OPEN, RENAMED]},
        how="of the name alone",
    ),
    Case(
        call("datasets.update_pdp", SALES, WEST_ONLY, SENT_BACK),
        sends=[put(f"{BASE}/{WEST_ONLY}", SENT_BACK)],
        gives=SENT_BACK,
        leaves={READ: [OPEN, SENT_BACK]},
        how="with all that was read",
    ),
    Case(
        call("datasets.update_pdp", SALES, ALL_ROWS, {"users": [BOB], "groups": [FINANCE]}),
        sends=[put(f"{BASE}/{ALL_ROWS}", {"users": [BOB], "groups": [FINANCE]})],
        gives={**OPEN, "users": [BOB], "groups": [FINANCE]},
        leaves={READ: [{**OPEN, "users": [BOB], "groups": [FINANCE]}, WESTERN]},
        how="of the members of All Rows",
    ),
    Case(
        call("datasets.delete_pdp", SALES, WEST_ONLY),
        sends=[delete(f"{BASE}/{WEST_ONLY}")],
        leaves={READ: [OPEN]},
    ),
    Case(
        call("pdp_create", SALES, EASTERN),
        sends=[post(BASE, EASTERN)],
        gives=EASTERN_MADE,
        leaves={READ: [OPEN, WESTERN, EASTERN_MADE]},
    ),
    Case(call("pdp_list", SALES), sends=[get(BASE)], gives=Frame.of(POLICIES)),
    Case(
        call("pdp_list", SALES, df_output=False),
        sends=[get(BASE)],
        gives=POLICIES,
        how="as a list",
    ),
    Case(
        call("pdp_update", SALES, WEST_ONLY, {"name": "Western"}),
        sends=[put(f"{BASE}/{WEST_ONLY}", {"name": "Western"})],
        gives=RENAMED,
        leaves={READ: [OPEN, RENAMED]},
    ),
    Case(
        call("pdp_delete", SALES, WEST_ONLY),
        sends=[delete(f"{BASE}/{WEST_ONLY}")],
        leaves={READ: [OPEN]},
    ),
)
