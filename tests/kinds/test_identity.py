import pytest

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.identity import Identity, IdentityAspect, IdentityDeclared
from domostate.kinds.dataset.schema import Column, Schema
from domostate.model.call import Part, Plane
from domostate.model.change import ChangeClass, Operation
from domostate.model.observed import Live, Presence
from tests.kinds.entries import ID, SALES, names, numbered, setting
from tests.kinds.replies import dataset, metadata

IDENTITY = IdentityAspect()
PARTS = {Plane.PRODUCT: Part.METADATA, Plane.PLATFORM: Part.DATASET}
every_plane = pytest.mark.parametrize("plane", Plane)


def creating(after: Identity, *columns: Column) -> Operation:
    way = setting(creating=True, wanted={"schema": Schema(columns)} if columns else {})
    [op] = numbered(IDENTITY, IDENTITY.operations(Step(SALES, after, after, way)))
    return op


@pytest.mark.parametrize("raw", [metadata(), {**metadata(), "description": None}, dataset()])
def test_a_missing_description_is_an_empty_one(raw: dict[str, object]) -> None:
    plane = Plane.PLATFORM if "schema" in raw else Plane.PRODUCT
    live = Live(ID, Presence.PRESENT, {PARTS[plane]: raw})

    assert IDENTITY.observe(live, plane, names(), None) == Identity("Sales Orders", "")


def test_an_undeclared_description_is_left_alone() -> None:
    after = IDENTITY.target(IdentityDeclared("New"), Identity("Old", "Kept."), None, setting())

    assert after == Identity("New", "Kept.")


def test_an_empty_description_is_a_declared_one() -> None:
    after = IDENTITY.target(IdentityDeclared("New", ""), Identity("Old", "x"), None, setting())

    assert after == Identity("New", "")


def test_an_update_sends_both_keys_every_time() -> None:
    step = Step(SALES, Identity("Old", "Kept."), Identity("New", "Kept."), setting())
    [op] = numbered(IDENTITY, IDENTITY.operations(step))

    product = IDENTITY.call(op, {"id": ID}, Plane.PRODUCT, {})
    platform = IDENTITY.call(op, {"id": ID}, Plane.PLATFORM, {})

    assert product.body == {"dataSourceName": "New", "dataSourceDescription": "Kept."}
    assert platform.body == {"name": "New", "description": "Kept."}


def test_a_dataset_is_created_with_its_columns() -> None:
    op = creating(Identity("New", "One row."), Column("a", "LONG"))

    product = IDENTITY.call(op, {}, Plane.PRODUCT, {})
    platform = IDENTITY.call(op, {}, Plane.PLATFORM, {})

    columns = {"columns": [{"type": "LONG", "name": "a"}]}
    assert product.body == {
        "userDefinedType": "api",
        "dataSourceName": "New",
        "dataSourceDescription": "One row.",
        "schema": columns,
    }
    assert platform.body == {"name": "New", "description": "One row.", "schema": columns}


@every_plane
def test_a_creation_is_never_repeated_and_says_what_it_makes(plane: Plane) -> None:
    op = creating(Identity("New"))

    assert not IDENTITY.call(op, {}, plane, {}).repeatable
    assert IDENTITY.creates(op) == "New"


def test_each_plane_tells_the_new_id_in_its_own_place() -> None:
    op = creating(Identity("New"))

    product = IDENTITY.made(op, {"dataSource": {"dataSourceId": ID}}, Plane.PRODUCT)
    platform = IDENTITY.made(op, {"id": ID}, Plane.PLATFORM)

    assert (product, platform) == ({"id": ID}, {"id": ID})


def test_a_dataset_is_deleted_softly_where_domo_knows_how() -> None:
    [op] = numbered(IDENTITY, IDENTITY.destruction(Identity("Old", "Kept.")))

    product = IDENTITY.call(op, {"id": ID}, Plane.PRODUCT, {})
    platform = IDENTITY.call(op, {"id": ID}, Plane.PLATFORM, {})

    assert op.before == {"name": "Old", "description": "Kept."}
    assert op.after is None
    assert op.access_class is ChangeClass.DESTRUCTIVE
    assert product.path == f"/api/data/v3/datasources/{ID}"
    assert product.query == (("deleteMethod", "soft"),)
    assert (platform.path, platform.query) == (f"/v1/datasets/{ID}", ())


def test_where_a_stream_is_declared_the_stream_creates_the_dataset() -> None:
    way = setting({"stream": object()}, creating=True)

    assert [*IDENTITY.operations(Step(SALES, Identity("New"), Identity("New"), way))] == []
