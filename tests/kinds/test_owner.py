import pytest

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.owner import OwnerAspect, wire_id
from domostate.model.call import Part, Plane
from domostate.model.change import ChangeClass, Operation
from domostate.model.observed import Live, Presence
from domostate.model.principal import Principal, PrincipalType
from tests.kinds.entries import (
    BOTH,
    ID,
    PLATFORM,
    SALES,
    entry,
    group,
    names,
    numbered,
    setting,
    user,
)
from tests.kinds.replies import dataset, metadata

OWNER = OwnerAspect()


def reassigning(before: Principal, after: Principal) -> Operation:
    [op] = numbered(OWNER, OWNER.operations(Step(SALES, before, after, setting())))
    return op


def test_a_user_becomes_owner_by_number() -> None:
    call = OWNER.call(reassigning(user("ada"), user("wes")), {"id": ID}, Plane.PRODUCT, {})

    assert (call.method, call.path) == ("POST", "/api/data/v1/ui/bulk/reassign")
    assert call.body == {"type": "DATA_SOURCE", "ids": [ID], "userId": 27}


def test_a_group_becomes_owner_under_a_key_of_its_own() -> None:
    call = OWNER.call(reassigning(user("ada"), group("Finance")), {"id": ID}, Plane.PRODUCT, {})

    assert call.body == {"type": "DATA_SOURCE", "ids": [ID], "groupId": 2}


def test_the_platform_plane_takes_a_partial_update() -> None:
    call = OWNER.call(reassigning(user("ada"), user("bob")), {"id": ID}, Plane.PLATFORM, {})

    assert (call.method, call.path) == ("PUT", f"/v1/datasets/{ID}")
    assert call.body == {"owner": {"id": 2, "name": "bob@acme.test"}}


def test_a_group_with_the_id_of_a_user_is_another_owner() -> None:
    op = reassigning(user("bob"), group("Finance"))

    assert op.access_class is ChangeClass.OWNERSHIP


def test_a_name_makes_no_other_owner() -> None:
    unnamed = Principal(PrincipalType.USER, "2", "")

    assert [*OWNER.operations(Step(SALES, unnamed, user("bob"), setting()))] == []


@pytest.mark.parametrize(
    ("plane", "part", "raw", "expected"),
    [
        (Plane.PRODUCT, Part.METADATA, metadata(owner=("USER", "2")), user("bob")),
        (Plane.PRODUCT, Part.METADATA, metadata(owner=("GROUP", "2")), group("Finance")),
        (Plane.PLATFORM, Part.DATASET, dataset(owner=3), user("cat")),
    ],
)
def test_both_planes_tell_the_owner(
    plane: Plane, part: Part, raw: object, expected: Principal
) -> None:
    seen = OWNER.observe(Live(ID, Presence.PRESENT, {part: raw}), plane, names(), None)

    assert seen == expected
    assert seen.name == expected.name


def test_an_owner_that_the_directory_does_not_list_bears_domos_name() -> None:
    raw = metadata(owner=("USER", "99"))

    seen = OWNER.observe(
        Live(ID, Presence.PRESENT, {Part.METADATA: raw}), Plane.PRODUCT, names(), None
    )

    assert (seen.id, seen.name) == ("99", "Somebody")


def test_a_group_as_owner_needs_the_product_plane() -> None:
    declared = entry(owner={"group": "Finance"})

    said = [
        one.message
        for one in OWNER.objections(
            group("Finance"), user("ada"), declared, setting(planes=PLATFORM)
        )
    ]
    assert said == ["dataset.sales_orders: a group as owner needs the Product plane"]
    assert not [*OWNER.objections(group("Finance"), user("ada"), declared, setting(planes=BOTH))]
    assert not [*OWNER.objections(user("bob"), user("ada"), declared, setting(planes=PLATFORM))]


def test_a_failure_under_200_is_noticed() -> None:
    op = reassigning(user("ada"), user("bob"))

    assert "no rights" in (OWNER.complaint(op, {"failed": {ID: "no rights"}}) or "")
    assert OWNER.complaint(op, {"successful": [ID], "failed": {}}) is None


def test_a_new_dataset_belongs_to_whoever_made_it() -> None:
    assert OWNER.fresh(user("bob"), user("ada")) == user("ada")
    assert OWNER.fresh(user("bob"), None).id == ""


@pytest.mark.parametrize(("id_", "sent"), [("27", 27), ("vu:1", "vu:1"), ("", "")])
def test_ids_are_sent_as_numbers_where_they_are_numbers(id_: str, sent: int | str) -> None:
    assert wire_id(id_) == sent


@pytest.mark.parametrize(
    ("owner", "where"),
    [
        ("nobody@acme.test", "owner"),
        ({"group": "Nobody"}, "owner.group"),
        ({"user": "nobody"}, "owner.user"),
        ({"user": {"id": 404}}, "owner.user"),
    ],
)
def test_an_owner_who_is_unknown_is_a_finding(owner: object, where: str) -> None:
    resolver = names()

    assert OWNER.declared(entry(owner=owner), resolver) is None
    assert [one.source_line for one in resolver.findings] == [where]
