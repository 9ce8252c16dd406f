from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.tags import Tags, TagsAspect, TagsDeclared, is_preserved
from domostate.model.call import Part, Plane
from domostate.model.desired import ListMode
from domostate.model.observed import Live, Presence
from tests.kinds.entries import ID, SALES, entry, names, numbered, setting
from tests.kinds.replies import metadata

TAGS = TagsAspect()
P = Plane.PRODUCT
SYSTEM = ["s_snowflake", "um_REPLACE", "udt_1", "managed-by:domostate:acme"]
CONNECTOR = {"provider": "snowflake", "transport": "CONNECTOR"}

own = st.sampled_from(["finance", "pii", "gold", "snowflake"])
some = st.lists(own | st.sampled_from(SYSTEM), unique=True)
providers = st.sampled_from(["", "snowflake"])


def observed(raw: Any) -> Tags:
    return TAGS.observe(
        Live(ID, Presence.PRESENT, {Part.METADATA: raw}), Plane.PRODUCT, names(), None
    )


def target(mode: ListMode, wanted: list[str], there: list[str], provider: str = "") -> set[str]:
    declared = TagsDeclared(mode, tuple(sorted(wanted)))
    return set(TAGS.target(declared, Tags(tuple(sorted(there)), provider), None, setting()).values)


@given(some, some, providers)
def test_exact_keeps_what_is_declared_and_what_is_domos(
    wanted: list[str], there: list[str], provider: str
) -> None:
    after = target(ListMode.EXACT, wanted, there, provider)

    assert after == set(wanted) | {one for one in there if is_preserved(one, provider)}


@given(some, some, providers)
def test_at_least_adds_and_takes_nothing(
    wanted: list[str], there: list[str], provider: str
) -> None:
    assert target(ListMode.AT_LEAST, wanted, there, provider) == {*wanted, *there}


@given(some, some, providers)
def test_at_most_takes_and_adds_nothing(wanted: list[str], there: list[str], provider: str) -> None:
    after = target(ListMode.AT_MOST, wanted, there, provider)

    assert after <= set(there)
    assert {one for one in after if not is_preserved(one, provider)} <= set(wanted)
    assert {one for one in there if one in wanted} <= after


def test_the_tags_that_a_connector_makes_are_preserved() -> None:
    there = observed(metadata(tags=[*SYSTEM, "snowflake", "old"], **CONNECTOR))

    after = TAGS.target(TagsDeclared(ListMode.EXACT, ("pii",)), there, None, setting())

    assert after.values == tuple(sorted([*SYSTEM, "snowflake", "pii"]))


def test_the_provider_of_what_is_no_connector_is_a_tag_like_any_other() -> None:
    there = observed(metadata(tags=["api"], provider="api", transport="API"))

    after = TAGS.target(TagsDeclared(ListMode.EXACT, ()), there, None, setting())

    assert after.values == ()


@pytest.mark.parametrize("raw", [None, "", "[]"])
def test_no_tags_come_in_many_ways(raw: str | None) -> None:
    assert observed({**metadata(), "tags": raw}).values == ()
    assert observed(metadata()).values == ()


def test_tags_are_a_text_that_holds_json_in_any_order() -> None:
    assert observed({**metadata(), "tags": '["b", "a", "b"]'}).values == ("a", "b")


def test_a_repeated_tag_is_declared_once() -> None:
    declared = TAGS.declared(entry(tags=["b", "a", "b"]), names())

    assert declared == TagsDeclared(ListMode.EXACT, ("a", "b"))


def sent(before: Tags, after: Tags, *live: str) -> list[str]:
    """What a write of planned tags sends to a dataset that bears the live ones by then."""
    [op] = numbered(TAGS, TAGS.operations(Step(SALES, before, after, setting())))
    replies = {name: metadata(tags=live, **CONNECTOR) for name in TAGS.lookups(op, {"id": ID}, P)}
    body: list[str] = TAGS.call(op, {"id": ID}, P, replies).body
    return body


def test_tags_that_came_since_the_plan_are_not_the_plans_to_take() -> None:
    body = sent(Tags(("old",)), Tags(("finance",)), "old", "s_new", "snowflake", "theirs")

    assert body == ["finance", "s_new", "snowflake", "theirs"]


def test_a_system_tag_that_went_since_the_plan_is_not_brought_back() -> None:
    body = sent(Tags(("old", "um_APPEND")), Tags(("pii", "um_APPEND")), "old", "um_REPLACE")

    assert body == ["pii", "um_REPLACE"]


def test_a_declared_tag_that_went_since_the_plan_is_set_all_the_same() -> None:
    assert sent(Tags(("pii",)), Tags(("gold", "pii"))) == ["gold", "pii"]


def test_what_at_least_leaves_is_said() -> None:
    declared = TagsDeclared(ListMode.AT_LEAST, ("pii",))
    there = Tags(("old", "pii", "s_x", "theirs"))

    said = [*TAGS.remarks(declared, there, there, setting())]

    assert said == ["tags (at_least) leaves: old, theirs"]


def test_at_least_says_nothing_when_it_leaves_nothing() -> None:
    declared = TagsDeclared(ListMode.AT_LEAST, ("pii",))

    assert [*TAGS.remarks(declared, Tags(("pii", "s_x")), Tags(("pii",)), setting())] == []
