"""What the client's user may reach on the Platform plane, and how it is refused there."""

from domostate.emulator.call import Call
from domostate.emulator.errors import Problem, access_denied, forbidden, not_found
from domostate.emulator.store.access import Level, level
from domostate.emulator.store.datasets import Dataset, find_dataset, was_deleted


def reach(call: Call, dataset_id: str, needed: Level = Level.CAN_VIEW) -> Dataset:
    """The dataset. Unknown: 404 (GUESS). Deleted: 404, or by the switch
    `deleted_dataset_is_object` a reduced object with 200 (DOC). Not allowed: see `denied`."""
    dataset = find_dataset(call.db, dataset_id)
    if dataset is None:
        gone = was_deleted(call.db, dataset_id)
        if gone and call.method == "GET" and call.db.switches.deleted_dataset_is_object:
            raise Problem(200, body={"id": dataset_id, "deleted": True})
        raise not_found(f"DataSet {dataset_id} was not found.")
    if level(call.db, call.caller, dataset) < needed:
        raise denied(call)
    return dataset


def denied(call: Call) -> Problem:
    """How missing access to a dataset is told: 400 around a 403, or the 403 itself."""
    return forbidden("Access is denied") if call.db.switches.no_access_is_403 else access_denied()
