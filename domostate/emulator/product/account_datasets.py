"""Which datasets are fed through an account, and giving them another (product §5.3, §6)."""

from dataclasses import replace

from domostate.emulator.call import EMPTY, Call, Reply, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.account_reach import reach_account
from domostate.emulator.product.reach import reach, reachable
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.accounts import datasets_using
from domostate.emulator.store.streams import save_stream, stream_of


def list_datasets(call: Call) -> Reply:
    """The datasets that use the account, of those that the caller sees: id and name only."""
    found = reachable(call, datasets_using(call.db, reach_account(call).id))
    return json_reply([{"id": one.id, "name": one.name} for one in found.values()])


def point_to(call: Call) -> Reply:
    """Give the streams of the listed datasets this account: all of them, or none."""
    account = reach_account(call)
    for dataset_id in [as_text(one, "id") for one in call.json_list()]:
        dataset = reach(call, dataset_id, Level.CAN_EDIT)
        stream = stream_of(call.db, dataset.id)
        if stream is None or not stream.provider:
            raise bad_request(f"DataSource {dataset.id} is not fed by a connector.")
        changed = replace(
            stream, account_id=account.id, modified_ms=call.now_ms, modifier_id=call.caller.id
        )
        save_stream(call.db, changed)
    return EMPTY


_PATH = "/api/data/v2/datasources/account/{id}"
ROUTES = (
    Route(
        "GET", _PATH, list_datasets, source="product §6",
        doubt="the OAS types 25 keys, the reference says id and name only",
    ),
    Route(
        "POST", _PATH, point_to, source="product §5.3",
        doubt="the reply is an empty text (the OAS says octet-stream); all or nothing, CAN_EDIT on "
        "the datasets, and a connector of whatever type: GUESSES",
    ),
)  # fmt: skip
