"""Addresses are written `<kind>.<name>`."""

import pytest
from hypothesis import given

from domostate.model.address import Address
from tests.model.strategies import addresses


@given(addresses)
def test_an_address_reads_back_as_it_was_written(address: Address) -> None:
    assert Address.parse(str(address)) == address


def test_only_the_first_dot_divides() -> None:
    assert Address.parse("dataset.sales.eu") == Address("dataset", "sales.eu")


@pytest.mark.parametrize("text", ["", "dataset", "dataset.", ".orders", "."])
def test_text_without_kind_and_name_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"dataset\.orders"):
        Address.parse(text)


def test_addresses_sort_by_kind_and_then_by_name() -> None:
    written = ["group.a", "dataset.b", "dataset.a"]

    assert [str(one) for one in sorted(map(Address.parse, written))] == sorted(written)
