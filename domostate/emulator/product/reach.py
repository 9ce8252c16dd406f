"""What the caller may reach on the Product plane, and how it is refused there."""

from domostate.emulator.call import Call
from domostate.emulator.errors import forbidden, not_found
from domostate.emulator.store.access import Level, level, manages_all, visible_to
from domostate.emulator.store.datasets import Dataset, Wanted, find_dataset, list_datasets
from domostate.emulator.store.people import READ_ONLY_ROLES


def reach(call: Call, dataset_id: str, needed: Level = Level.CAN_VIEW) -> Dataset:
    """The dataset, if it exists (else 404: product §1.3, nb) and the caller has the level that is
    needed (else 403)."""
    return reach_with_level(call, dataset_id, needed)[0]


def reach_with_level(
    call: Call, dataset_id: str, needed: Level = Level.CAN_VIEW
) -> tuple[Dataset, Level]:
    """The same, with the level that the caller turns out to have."""
    dataset = find_dataset(call.db, dataset_id)
    if dataset is None:
        raise not_found(f"DataSource {dataset_id} was not found.")
    return dataset, require(call, dataset, needed)


def require(call: Call, dataset: Dataset, needed: Level) -> Level:
    """The caller's level, or 403 when it is below `needed`."""
    found = level(call.db, call.caller, dataset)
    if found < needed:
        raise forbidden(f"You do not have {needed.name} on DataSource {dataset.id}.")
    return found


def reachable(call: Call, ids: list[str], needed: Level = Level.CAN_VIEW) -> dict[str, Dataset]:
    """Those of `ids` that exist and that the caller has the level on; bulk calls drop the others
    (product §1.3)."""
    wanted = Wanted(visible_to(call.db, call.caller), ids=list(dict.fromkeys(ids)), hidden_too=True)
    found = {dataset.id: dataset for dataset in list_datasets(call.db, wanted, "id")}
    if needed > Level.CAN_VIEW:
        return {
            dataset_id: dataset
            for dataset_id, dataset in found.items()
            if level(call.db, call.caller, dataset) >= needed
        }
    return found


def require_creator(call: Call) -> None:
    """403 for roles that only read; that they may not create datasets is a GUESS."""
    if call.caller.role in READ_ONLY_ROLES:
        raise forbidden("Your role may not create DataSets.")


def require_admin(call: Call) -> None:
    """403 unless the caller's role manages everything."""
    if not manages_all(call.db, call.caller):
        raise forbidden()
