"""SQL on the Product plane (product §2.9)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object
from domostate.emulator.errors import bad_request
from domostate.emulator.product.reach import reach
from domostate.emulator.querying import Answered, querying
from domostate.emulator.routing import Route
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.seeing import previewed_rows, visible_rows
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.policies import policies_of
from domostate.emulator.work import Work


def execute(call: Call) -> Work:
    """One SELECT over the rows that the caller sees, or of those that some policies show."""
    found = reach(call, call.params["id"])
    given = call.json_object()
    sql = given.get("sql")
    if not isinstance(sql, str):
        raise bad_request("sql must be a text.")
    rows = _rows(call, found, as_object(given.get("context"), "context"))
    as_objects = call.db.switches.query_shape == "objects"

    def answer(answered: Answered) -> Reply:
        if as_objects:
            return Reply(long_body=(b"[", answered.path, b"]"))
        metadata = [_metadata(found.id, kind) for kind in answered.types]
        return answered.reply(found.id, metadata)

    return querying(call.vault, rows, sql, answer, as_objects=as_objects)


def _metadata(dataset_id: str, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "dataSourceId": dataset_id,
        "maxLength": -1,
        "minLength": -1,
        "periodIndex": 0,
    }


def _rows(call: Call, found: Dataset, context: dict[str, Any]) -> Rows:
    """A preview of PDP takes both, ids and `previewPdp` (dl); nobody sees more by it than
    without (GUESS)."""
    control = as_object(context.get("dataControlContext"), "dataControlContext")
    ids = [as_int(one, "filterGroupId") for one in as_list(control.get("filterGroupIds"), "ids")]
    if control.get("previewPdp") is not True or not ids:
        return visible_rows(call.db, call.caller, found, call.now_ms)
    known = {one.id: one for one in policies_of(call.db, found.id)}
    for one in ids:
        if one not in known:
            raise bad_request(f"DataSource {found.id} has no filter group {one}.")
    policies = [known[one] for one in dict.fromkeys(ids)]
    return previewed_rows(call.db, call.caller, found, policies, call.now_ms)


ROUTES = (
    Route(
        "POST",
        "/api/query/v1/execute/{id}",
        execute,
        source="003; product §2.9",
        doubt="the shape of the reply (switch query_shape); which SQL is taken beyond SELECT "
        "over one table; who may preview policies",
    ),
)
