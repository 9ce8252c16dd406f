"""Principals: compared by id, shown by name."""

from domostate.model.principal import AccessLevel, Directory, Principal, PrincipalType, Reference

DIRECTORY = Directory(users={"27": "ada@acme.example"}, groups={"5": "Finance"})


def test_principals_are_compared_by_id_and_not_by_name() -> None:
    assert Principal(PrincipalType.USER, "27", "ada") == Principal(PrincipalType.USER, "27")
    assert Principal(PrincipalType.USER, "27") != Principal(PrincipalType.GROUP, "27")


def test_a_principal_is_named_from_the_directory_of_its_type() -> None:
    assert str(DIRECTORY.named(PrincipalType.USER, "27")) == "user ada@acme.example"
    assert str(DIRECTORY.named(PrincipalType.GROUP, "5")) == "group Finance"


def test_a_principal_that_the_directory_does_not_list_is_shown_by_id() -> None:
    assert str(DIRECTORY.named(PrincipalType.USER, "5")) == "user id 5"


def test_a_reference_is_shown_as_it_was_written() -> None:
    assert str(Reference(PrincipalType.GROUP, name="Finance")) == "group Finance"
    assert str(Reference(PrincipalType.USER, id="27")) == "user id 27"


def test_a_higher_level_has_a_higher_rank() -> None:
    levels = list(AccessLevel)

    assert sorted(levels, key=lambda level: level.rank, reverse=True) == levels
    assert AccessLevel.NONE.rank == 0
