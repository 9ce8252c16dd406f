from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.tags import Tags, TagsAspect, TagsDeclared, is_preserved
from domostate.model.call import Part, Plane
from domostate.model.change import Operation
from domostate.model.desired import ListMode
from domostate.model.marker import Marking
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


def sent(before: Tags, after: Tags, *live: str, declared: TagsDeclared | None = None) -> list[str]:
    """What a write of planned tags sends to a dataset that bears the live ones by then."""
    around = setting({} if declared is None else {"tags": declared})
    [op] = numbered(TAGS, TAGS.operations(Step(SALES, before, after, around)))
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
    declared = TagsDeclared(ListMode.EXACT, ("gold", "pii"))

    assert sent(Tags(("pii",)), Tags(("gold", "pii")), declared=declared) == ["gold", "pii"]


def test_a_tag_that_is_not_declared_and_went_since_the_plan_is_not_brought_back() -> None:
    declared = TagsDeclared(ListMode.AT_LEAST, ("gold",))

    body = sent(Tags(("theirs",)), Tags(("gold", "theirs")), declared=declared)

    assert body == ["gold"]


def test_what_at_least_leaves_is_said() -> None:
    declared = TagsDeclared(ListMode.AT_LEAST, ("pii",))
    there = Tags(("old", "pii", "s_x", "theirs"))

    said = [*TAGS.remarks(declared, there, there, setting())]

    assert said == ["tags (at_least) leaves: old, theirs"]


def test_at_least_says_nothing_when_it_leaves_nothing() -> None:
    declared = TagsDeclared(ListMode.AT_LEAST, ("pii",))

    assert [*TAGS.remarks(declared, Tags(("pii", "s_x")), Tags(("pii",)), setting())] == []


MARKER, THEIRS = "managed-by:domostate:acme", "managed-by:domostate:beta"


def marked(declared: TagsDeclared | None, *off: str, put: str = MARKER) -> TagsDeclared | None:
    return TAGS.marked(declared, Marking(put, off))


def planned(declared: TagsDeclared, *there: str) -> list[Operation]:
    before = Tags(tuple(sorted(there)))
    after = TAGS.target(declared, before, None, setting())
    around = setting({"tags": declared})
    return numbered(TAGS, TAGS.operations(Step(SALES, before, after, around)))


def test_where_no_marker_moves_nothing_is_declared_that_is_not() -> None:
    declared = TagsDeclared(ListMode.EXACT, ("pii",))

    assert marked(None, put="") is None
    assert marked(declared, put="") == declared


@given(some, some, st.sampled_from([None, *ListMode]))
def test_a_marker_comes_and_another_goes_whatever_else_is_wanted(
    wanted: list[str], there: list[str], mode: ListMode | None
) -> None:
    declared = TagsDeclared(mode, tuple(sorted({*wanted} - {*SYSTEM})), MARKER, (THEIRS,))

    after = TAGS.target(declared, Tags(tuple(sorted({*there, THEIRS}))), None, setting())

    assert MARKER in after.values
    assert THEIRS not in after.values
    assert TAGS.target(declared, after, None, setting()) == after


def test_where_nothing_is_said_of_tags_the_marker_is_added_without_a_look() -> None:
    declared = marked(None)
    assert declared == TagsDeclared(None, (), MARKER)

    [op] = planned(declared, "a", "s_x")

    assert TAGS.lookups(op, {"id": ID}, P) == {}
    call = TAGS.call(op, {"id": ID}, P, {})
    assert (call.method, call.path) == ("POST", "/api/data/v1/ui/bulk/tag")
    assert call.body == {"bulkItems": {"ids": [ID], "type": "DATA_SOURCE"}, "tags": [MARKER]}
    assert call.repeatable


def test_a_marker_that_goes_is_taken_out_of_what_is_there_by_then() -> None:
    declared = marked(None, THEIRS)
    assert declared is not None
    [op] = planned(declared, "a", THEIRS)

    replies = {name: metadata(tags=["b", THEIRS]) for name in TAGS.lookups(op, {"id": ID}, P)}
    call = TAGS.call(op, {"id": ID}, P, replies)

    assert call.path == f"/api/data/ui/v3/datasources/{ID}/tags"
    assert call.body == ["b", MARKER]


def test_tags_that_domo_did_not_set_are_a_complaint() -> None:
    [op] = planned(TagsDeclared(None, (), MARKER))

    assert TAGS.complaint(op, {"successful": [ID], "failed": {}}) is None
    assert TAGS.complaint(op, None) is None
    assert "NO_ACCESS" in str(TAGS.complaint(op, {"failed": {ID: "NO_ACCESS"}}))


def test_what_is_ignored_leaves_the_marker() -> None:
    declared = TagsDeclared(ListMode.EXACT, ("pii",))

    assert TAGS.ignored(declared) is None
    assert TAGS.ignored(TagsDeclared(ListMode.EXACT, ("pii",), MARKER)) == marked(None)


def test_markers_are_told_from_tags_by_the_project_that_they_name() -> None:
    there = Tags(("finance", "managed-by:domostate:", MARKER, THEIRS, "managed-by:others:x"))

    assert TAGS.markers(there) == (MARKER, THEIRS)


def test_the_state_remembers_a_marker_and_nothing_that_is_not_there() -> None:
    assert TAGS.dump_declared(TagsDeclared(ListMode.EXACT, ("a",))) == {
        "mode": "exact",
        "values": ["a"],
    }
    declared = TagsDeclared(None, (), MARKER, (THEIRS,))
    assert TAGS.load_declared(TAGS.dump_declared(declared)) == declared
