import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import Location, PlanError
from domostate.model.address import Address
from domostate.model.change import Action, Change, ChangeClass, FieldChange, Operation, Origin
from domostate.model.effects import AccessRow, Effects
from domostate.model.plan import (
    Budget,
    DriftRow,
    Plan,
    PlanEnvironment,
    Refusal,
    RefusalKind,
    Summary,
)
from domostate.model.principal import AccessLevel
from domostate.planning import codec
from domostate.planning.codec import UnusablePlan, canonical, decode, plan_document, plan_from
from tests.builders import change, document, operation, plan
from tests.views.samples import rich_plan

TEXT = st.text(max_size=6)
COUNT = st.integers(0, 10**6)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
DOCUMENT = st.dictionaries(TEXT, VALUE, max_size=2)
ADDRESS = st.builds(Address, st.sampled_from(["dataset", "group"]), st.text(min_size=1, max_size=5))


def tuples(values: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most).map(tuple)


@st.composite
def changes(draw: st.DrawFn, number: int) -> Change:
    address = draw(ADDRESS)
    operations = st.builds(
        Operation,
        seq=st.just(number),
        name=TEXT,
        address=st.just(address),
        aspect=TEXT,
        before=st.none() | DOCUMENT,
        after=st.none() | DOCUMENT,
        access_class=st.sampled_from(ChangeClass),
        depends_on=st.just((number,)),
    )
    return draw(
        st.builds(
            Change,
            address=st.just(address),
            id=st.none() | TEXT,
            actions=tuples(st.sampled_from(Action)),
            reasons=tuples(TEXT),
            classes=tuples(st.sampled_from(ChangeClass)),
            origin=st.none() | st.builds(Location, TEXT, COUNT, COUNT),
            fields=tuples(
                st.builds(FieldChange, TEXT, VALUE, VALUE, VALUE, st.sampled_from(Origin))
            ),
            before=DOCUMENT,
            after=DOCUMENT,
            applied=DOCUMENT,
            fingerprint=TEXT,
            operations=tuples(operations, 1),
            protect=st.booleans(),
            moved_from=st.none() | ADDRESS,
        )
    )


LEVEL = st.sampled_from(AccessLevel)
ROW = st.builds(
    AccessRow, TEXT, TEXT, TEXT, TEXT, LEVEL, LEVEL, TEXT, TEXT, tuples(TEXT), st.booleans()
)
SEEN = st.dictionaries(TEXT, TEXT, max_size=2)
EFFECTS = st.builds(Effects, tuples(ROW), COUNT, COUNT, COUNT, COUNT, TEXT, SEEN)
PLANS = st.builds(
    Plan,
    environment=st.builds(PlanEnvironment, TEXT, TEXT),
    manifests_digest=TEXT,
    state_lineage=TEXT,
    state_serial=COUNT,
    changes=st.tuples(changes(1), changes(2)) | st.just(()),
    summary=st.builds(Summary, COUNT, COUNT, COUNT),
    reads=COUNT,
    writes=COUNT,
    budgets=tuples(st.builds(Budget, TEXT, COUNT, COUNT, tuples(TEXT), tuples(TEXT))),
    drift=tuples(st.builds(DriftRow, TEXT, TEXT, VALUE, VALUE, st.booleans())),
    notes=tuples(TEXT),
    allow=st.dictionaries(TEXT, COUNT, max_size=2),
    refusals=tuples(st.builds(Refusal, st.sampled_from(RefusalKind), TEXT, TEXT, TEXT)),
    take_over=tuples(TEXT),
    effects=EFFECTS,
    undoes=TEXT,
)


@given(PLANS)
def test_a_plan_survives_its_file(made: Plan) -> None:
    assert plan_from(document(made)) == made
    assert plan_from(decode(canonical(document(made)))) == made


@given(PLANS, TEXT, TEXT)
def test_nonce_and_time_are_all_that_differs_between_equal_plans(
    made: Plan, nonce: str, created_at: str
) -> None:
    other = plan_document(made, nonce=nonce, created_at=created_at, version="0.1.0")

    assert canonical(other | {"nonce": "n1", "created_at": "2026-07-01T12:00:00Z"}) == canonical(
        document(made)
    )
    assert plan_from(other) == made


def test_the_file_has_the_keys_of_the_contract() -> None:
    made = document(rich_plan())

    assert set(made) == {
        *("format_version", "domostate_version", "environment", "digests", "nonce", "created_at"),
        *("allow", "changes", "access_changes", "drift", "api_cost", "budgets", "summary", "notes"),
        *("refusals", "take_over", "access", "undoes"),
    }
    assert set(made["digests"]) == {"manifests", "state_lineage", "state_serial", "plan"}
    assert set(made["changes"][0]) >= {
        *("address", "kind", "id", "actions", "reasons", "classes", "origin", "before", "after"),
        *("fingerprint", "operations", "moved_from"),
    }
    assert set(made["changes"][0]["operations"][0]) >= {
        *("seq", "name", "before", "after", "class", "depends_on"),
    }


def test_canonical_text_is_ascii_without_blanks_and_sorted() -> None:
    assert canonical({"b": "é\u202e", "a": [1, None]}) == '{"a":[1,null],"b":"\\u00e9\\u202e"}'


@given(PLANS, st.data())
def test_any_edit_is_noticed(made: Plan, data: st.DataObject) -> None:
    edited = json.loads(canonical(document(made)))
    key = data.draw(st.sampled_from(sorted(edited.keys() - {"nonce", "created_at", "digests"})))
    edited[key] = "edited"

    with pytest.raises(UnusablePlan):
        plan_from(edited)


def test_an_edited_plan_says_so_and_what_to_do() -> None:
    edited = document(plan(change()))
    edited["changes"][0]["after"] = {"identity": {"name": "Mine"}}

    with pytest.raises(PlanError, match="edited or damaged") as refused:
        plan_from(edited)

    assert "domostate plan --out" in refused.value.hint


@pytest.mark.parametrize(
    "other", [None, [], "plan", 3, {}, {"format_version": 1}, {"format_version": "1.0"}]
)
def test_what_is_not_a_plan_file_is_named_as_such(other: Any) -> None:
    with pytest.raises(UnusablePlan, match="not a plan file"):
        plan_from(other)


def test_text_that_is_not_json_is_not_a_plan_file() -> None:
    with pytest.raises(UnusablePlan, match="not a plan file"):
        decode("datasets:")


@pytest.mark.parametrize("version", ["2.0", "17.3", "9" * 5000])
def test_a_newer_format_is_refused(version: str) -> None:
    with pytest.raises(UnusablePlan, match=r"reads 1\.x"):
        plan_from(document(plan()) | {"format_version": version})


def test_there_is_no_format_0() -> None:
    with pytest.raises(UnusablePlan, match="no plan file format"):
        plan_from(document(plan()) | {"format_version": "0.9"})


def sealed(made: dict[str, Any]) -> dict[str, Any]:
    made["digests"]["plan"] = codec._digest(made)
    return made


def test_additions_of_a_newer_minor_are_passed_over() -> None:
    newer = sealed(document(rich_plan()) | {"format_version": "1.7", "weather": "fine"})

    assert plan_from(newer) == rich_plan()


def test_a_plan_of_an_earlier_version_lacks_what_came_later() -> None:
    older = document(rich_plan())
    del older["refusals"], older["take_over"]
    for one in older["budgets"]:
        del one["reasons"]
    for one in older["changes"]:
        del one["moved_from"]

    assert plan_from(sealed(older)) == rich_plan()


Edit = Callable[[dict[str, Any]], None]
WRONG: dict[str, Edit] = {
    "environment is str, expected object": lambda made: made.update(environment="prod"),
    "notes is missing": lambda made: made.pop("notes"),
    r"notes\[0\] is int, expected text": lambda made: made.update(notes=[1]),
    "changes is dict, expected list": lambda made: made.update(changes={}),
    "summary.adopt is bool, expected a whole number": lambda made: made["summary"].update(
        adopt=True
    ),
    "api_cost.reads is int, expected a whole number": lambda made: made["api_cost"].update(
        reads=-1
    ),
    r"changes\[0\].protect is str": lambda made: made["changes"][0].update(protect="no"),
    r"changes\[0\].address is not an address": lambda made: made["changes"][0].update(address="a"),
    r"changes\[0\].kind does not match": lambda made: made["changes"][0].update(kind="page"),
    r"actions\[0\] is 'burn'": lambda made: made["changes"][0].update(actions=["burn"]),
    "same seq": lambda made: made["changes"][0]["operations"][1].update(seq=1),
    "depends on 9": lambda made: made["changes"][0]["operations"][1].update(depends_on=[9]),
}


@pytest.mark.parametrize("complaint", WRONG)
def test_a_wrong_type_is_named_with_its_place(complaint: str) -> None:
    made = document(plan(change(operations=[operation(1, "a"), operation(2, "b")])))
    WRONG[complaint](made)

    with pytest.raises(UnusablePlan, match=complaint):
        plan_from(sealed(made))


def test_values_that_json_cannot_hold_are_damage() -> None:
    made = document(plan())
    made["summary"]["adopt"] = float("nan")

    with pytest.raises(UnusablePlan, match="edited or damaged"):
        plan_from(made)


def test_an_operation_belongs_to_the_address_of_its_change() -> None:
    with pytest.raises(ValueError, match=r"is about dataset\.other"):
        document(plan(change(operations=[operation(1, "a", "dataset.other")])))
