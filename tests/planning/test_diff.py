from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.model.call import Plane
from domostate.model.change import Action, FieldChange, Origin
from domostate.model.desired import Declared
from domostate.model.state import Entry
from domostate.planning.describe import differing_paths, path_text, value_at
from domostate.planning.diff import Difference, compare
from domostate.planning.match import Subject
from tests.kinds import replies
from tests.kinds.entries import BOTH, CONNECTOR, DIRECTORY, PLATFORM, PRODUCT, entry, names
from tests.planning.estates import live, observed, recorded

CONFIG, DRIFT, BOTH_MOVED = Origin.CONFIG, Origin.DRIFT, Origin.BOTH


def difference(
    declared: Declared,
    prior: Entry | None = None,
    planes: frozenset[Plane] = PRODUCT,
    **parts: Any,
) -> Difference:
    action = Action.ADOPT if prior is None else Action.UPDATE
    resolver = names()
    made = compare(
        Subject(declared, action, live(**parts), prior), observed(live(), planes=planes), resolver
    )
    assert resolver.findings == []
    return made


def creation(declared: Declared, planes: frozenset[Plane] = PRODUCT) -> Difference:
    return compare(Subject(declared, Action.CREATE), observed(planes=planes), names())


def described(text: str) -> Any:
    return replies.metadata(description=text)


def origin(was: str | None, found: str, wanted: str) -> Origin:
    prior = None if was is None else recorded(description=was)
    [field] = difference(entry(description=wanted), prior, metadata=described(found)).fields
    assert (field.path, field.observed, field.desired) == ("description", found, wanted)
    return field.origin


def test_who_moved_is_told_from_what_was_applied_last() -> None:
    assert origin("a", found="a", wanted="b") is CONFIG
    assert origin("a", found="b", wanted="a") is DRIFT
    assert origin("a", found="b", wanted="c") is BOTH_MOVED


def test_where_nothing_was_applied_the_manifest_moved() -> None:
    assert origin(None, found="a", wanted="b") is CONFIG


def test_what_was_applied_is_shown_beside_what_is_found() -> None:
    made = difference(entry(description="c"), recorded(description="a"), metadata=described("b"))

    assert made.fields == [FieldChange("description", "a", "b", "c", BOTH_MOVED)]


def test_each_member_of_a_list_has_an_origin_of_its_own() -> None:
    prior = recorded(tags=["a", "b"])

    made = difference(entry(tags=["a", "c"]), prior, metadata=replies.metadata(tags=["b", "d"]))

    assert {one.path: one.origin for one in made.fields} == {
        "tags[a]": DRIFT,
        "tags[b]": CONFIG,
        "tags[c]": CONFIG,
        "tags[d]": DRIFT,
    }


def test_a_level_that_both_moved_is_said_so() -> None:
    share = {"user": "bob@acme.test"}
    prior = recorded(shares=[{**share, "access": "CAN_VIEW"}])

    made = difference(
        entry(shares=[{**share, "access": "CAN_SHARE"}]),
        prior,
        access=replies.access(("USER", "2", "CO_OWNER")),
    )

    assert made.fields == [
        FieldChange("shares[user bob@acme.test]", "CAN_VIEW", "CO_OWNER", "CAN_SHARE", BOTH_MOVED)
    ]


def test_what_is_left_out_is_not_compared() -> None:
    made = difference(entry(), metadata=described("Theirs."))

    assert made == Difference(
        before={"identity": {"name": "Sales Orders", "description": "Theirs."}},
        after={"identity": {"name": "Sales Orders", "description": "Theirs."}},
        applied={"identity": {"name": "Sales Orders", "description": None}},
    )


def test_what_is_ignored_is_not_written_and_every_difference_is_counted() -> None:
    declared = entry(description="Ours.", tags=["a", "b"], ignore=["description", "tags", "schema"])

    made = difference(declared, metadata=replies.metadata(description="Theirs.", tags=["b", "c"]))

    assert made.suppressed == 3
    assert (made.fields, made.drafts) == ([], [])
    assert made.applied["tags"] == {"mode": "exact", "values": ["a", "b"]}


def test_a_part_of_an_aspect_may_be_ignored() -> None:
    pdp = {"enabled": True, "policies": [], "all_rows": {"users": ["bob@acme.test"]}}
    there = {"policies": [replies.all_rows(), replies.filter_group()]}

    made = difference(entry(pdp=pdp, ignore=["pdp.enabled", "pdp.policies"]), **there)

    assert [one.path for one in made.fields] == ["pdp.all_rows.users[bob@acme.test]"]
    assert [draft.name for _, draft in made.drafts] == ["set_all_rows"]
    assert made.suppressed == 2


def test_what_is_ignored_and_the_same_is_not_counted() -> None:
    made = difference(
        entry(description="Same.", ignore=["description"]), metadata=described("Same.")
    )

    assert made.suppressed == 0


def test_a_creation_takes_no_account_of_ignore() -> None:
    made = creation(entry(description="Ours.", tags=["a"], ignore=["description", "tags"]))

    assert made.suppressed == 0
    assert made.after["identity"]["description"] == "Ours."
    assert [draft.name for _, draft in made.drafts] == ["create_dataset", "set_tags"]


def test_a_creation_has_no_before_and_no_fields() -> None:
    made = creation(entry(owner="bob@acme.test", tags=["a"]))

    assert made.fields == []
    assert made.before == {"identity": None, "owner": None, "tags": None}
    assert [draft.name for _, draft in made.drafts] == [
        "create_dataset",
        "reassign_owner",
        "set_tags",
    ]


def test_a_new_dataset_is_not_shared_with_who_makes_it() -> None:
    made = creation(entry(shares=[{"user": "ada@acme.test", "access": "CO_OWNER"}]))

    assert [draft.name for _, draft in made.drafts] == ["create_dataset"]


@pytest.mark.parametrize(
    ("spec", "planes", "field", "credential"),
    [
        ({"tags": ["a"]}, PLATFORM, "tags", "developer_token"),
        ({"shares": []}, PLATFORM, "shares", "developer_token"),
        ({"stream": CONNECTOR}, PLATFORM, "stream", "developer_token"),
        ({"stream": {"update_method": "APPEND"}}, PRODUCT, "stream", "client_id"),
    ],
)
def test_a_missing_plane_is_a_finding_that_names_field_and_credential(
    spec: dict[str, Any], planes: frozenset[Plane], field: str, credential: str
) -> None:
    [finding] = difference(entry(**spec), planes=planes).findings

    needed = "Product" if credential == "developer_token" else "Platform"
    assert finding.message == f"dataset.sales_orders: {field} needs the {needed} plane"
    assert finding.source_line == field
    assert credential in finding.hint


def test_every_missing_plane_is_named_at_once() -> None:
    made = difference(entry(tags=[], shares=[]), planes=PLATFORM)

    assert [one.source_line for one in made.findings] == ["tags", "shares"]
    assert made.drafts == []


def test_one_plane_is_enough_where_both_would_do() -> None:
    spec: dict[str, Any] = {"description": "x", "owner": "bob@acme.test", "schema": [], "pdp": {}}

    for planes in (PRODUCT, PLATFORM, BOTH):
        made = difference(entry(**spec), planes=planes)
        assert made.findings == []
        assert {draft.name for _, draft in made.drafts} >= {"update_dataset", "reassign_owner"}


def test_what_cannot_be_reached_is_a_finding() -> None:
    made = difference(entry(stream={"update_method": "APPEND"}), planes=BOTH, api_stream=None)

    assert "no way to attach one" in made.findings[0].message


def test_what_was_applied_in_another_form_counts_as_nothing() -> None:
    prior = recorded(stream={"update_method": "APPEND"})

    made = difference(entry(stream={**CONNECTOR, "update_method": "REPLACE"}), prior)

    [field] = made.fields
    assert (field.path, field.prior, field.origin) == ("stream.update_method", None, CONFIG)


def test_a_recreated_dataset_remembers_nothing() -> None:
    subject = Subject(entry(tags=["a"]), Action.CREATE, entry=recorded(tags=["b"]), recreated=True)

    made = compare(subject, observed(), names())

    assert [draft.name for _, draft in made.drafts] == ["create_dataset", "set_tags"]


def test_a_policy_that_comes_or_goes_is_one_field() -> None:
    wanted = {"name": "East", "filters": [{"column": "a", "operator": "EQUALS", "values": ["1"]}]}
    made = difference(
        entry(pdp={"policies": [{**wanted, "users": ["bob@acme.test"]}]}),
        policies=[replies.filter_group("West")],
    )

    assert [one.path for one in made.fields] == ["pdp.policies[East]", "pdp.policies[West]"]
    assert made.fields[0].desired["users"] == ["bob@acme.test"]
    assert made.fields[1].desired is None


def test_remarks_come_with_the_difference() -> None:
    made = difference(
        entry(tags={"mode": "at_least", "values": []}), metadata=replies.metadata(tags=["x"])
    )

    assert made.remarks == ["tags (at_least) leaves: x"]


def test_the_running_identity_may_be_unknown() -> None:
    unknown = observed(directory=type(DIRECTORY)(DIRECTORY.users, DIRECTORY.groups))

    made = compare(Subject(entry(owner="bob@acme.test"), Action.CREATE), unknown, names())

    assert [draft.name for _, draft in made.drafts] == ["create_dataset", "reassign_owner"]


keys = st.sampled_from(["a", "[b]", "[it's]", "c.d", 'e["f"]', "root", ""])
leaves = st.sampled_from([None, True, "x", "y", 1, 2])
documents = st.recursive(
    leaves | st.lists(leaves, max_size=3),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
keyed = st.dictionaries(keys, documents, max_size=4)


@given(keyed, keyed)
def test_documents_differ_exactly_where_paths_say_so(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    paths = differing_paths(before, after)

    assert bool(paths) == (before != after)
    assert list(paths) == sorted(set(paths))
    for path in paths:
        one, other = value_at(before, path), value_at(after, path)
        # To Python true is 1, to JSON it is not.
        assert one != other or type(one) is not type(other) or _is_missing(before, after, path)


def _is_missing(before: Any, after: Any, path: tuple[str, ...]) -> bool:
    """Whether the path ends in None on one side and nowhere on the other."""
    return value_at(before, path) is None and value_at(after, path) is None


def test_a_path_reads_with_dots_and_brackets() -> None:
    assert path_text("shares", ("[user bob]",)) == "shares[user bob]"
    assert path_text("pdp", ("policies", "[West]", "users")) == "pdp.policies[West].users"
    assert path_text("", ("description",)) == "description"
    assert path_text("owner", ("",)) == "owner"
