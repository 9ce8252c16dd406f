"""Row policies by virtual user: people of Domo Everywhere, known here by their ids only."""

from domostate.emulator.call import Call, Reply, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product import wire
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.policies import policies_of

LIMIT = 100
"""More ids are refused (product §4.8: CE)."""
_SHOWN = frozenset({"load_associations", "load_filters"})


def policies_by_user(call: Call) -> Reply:
    """For each of the ids the policies that name it; All Rows too where `options` includes the
    open policy. The reply is shown nowhere: a map from id to policies is a GUESS."""
    found = reach(call, call.params["id"])
    ids = [as_text(one, "id") for one in call.json_list()]
    if len(ids) > LIMIT:
        raise bad_request(f"At most {LIMIT} ids can be asked for at once, not {len(ids)}.")
    policies = policies_of(call.db, found.id)
    if "include_open_policy" not in call.query.get("options", "").split(","):
        policies = [one for one in policies if one.type != "open"]
    return json_reply({
        user: [wire.policy(call, one, _SHOWN) for one in policies if user in one.virtual_users]
        for user in ids
    })  # fmt: skip


ROUTES = (
    Route(
        "POST", "/api/query/v1/data-control/{id}/bulk/filter-groups/VIRTUAL_USER",
        policies_by_user, source="product §4.8", doubt="the reply",
        query=("options",),
    ),
)  # fmt: skip
