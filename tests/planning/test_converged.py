from typing import Any

from domostate.model.call import Part, Plane
from domostate.model.change import Change
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.state import Entry
from domostate.planning.converged import moved, parts_touched, remaining
from tests.kinds import replies
from tests.kinds.entries import BOTH, PLATFORM, PRODUCT, SALES, entry, names
from tests.planning.estates import live, observed, plan_for, recorded, state


def change(
    declared: Declared, prior: Entry | None = None, planes: frozenset[Plane] = PRODUCT, **parts: Any
) -> Change:
    """What a plan does to the recorded dataset."""
    memory = state({SALES: prior or recorded()})
    [made] = plan_for(declared, observed(live(**parts), planes=planes), memory).changes
    return made


def left(made: Change, there: Live, planes: frozenset[Plane] = PRODUCT) -> list[str]:
    return [*remaining(made, there, planes, names())]


def test_only_what_was_written_is_read_back() -> None:
    made = change(entry(tags=["a"], shares=[], description=""))

    assert parts_touched(made, PRODUCT) == {Part.METADATA}
    assert parts_touched(change(entry(pdp={"enabled": True})), BOTH) == {
        Part.POLICIES,
        Part.SWITCH,
    }
    assert parts_touched(change(entry(description="x"), planes=PLATFORM), PLATFORM) == {
        Part.DATASET
    }


def test_what_took_leaves_nothing_to_say() -> None:
    made = change(entry(tags=["a", "b"]))

    assert left(made, live(metadata=replies.metadata(tags=["b", "a"]))) == []


def test_what_did_not_take_is_named_field_by_field() -> None:
    made = change(entry(description="New.", tags=["a"]))

    there = live(metadata=replies.metadata(description="Old.", tags=["a", "b"]))

    assert left(made, there) == [
        "description: found 'Old.', wanted 'New.'",
        "tags[b]: found True, wanted None",
    ]


def test_somebody_elses_addition_to_an_open_list_is_no_failure() -> None:
    made = change(entry(tags={"mode": "at_least", "values": ["a"]}))

    assert left(made, live(metadata=replies.metadata(tags=["a", "theirs"]))) == []
    assert left(made, live(metadata=replies.metadata(tags=["theirs"]))) != []


def test_a_system_tag_that_came_meanwhile_is_no_failure() -> None:
    made = change(entry(tags=["a"]))

    assert left(made, live(metadata=replies.metadata(tags=["a", "s_new"]))) == []


def test_a_policy_that_got_its_id_is_the_one_that_was_planned() -> None:
    policy = {
        "name": "West only",
        "filters": [{"column": "region", "operator": "EQUALS", "values": ["West"]}],
        "users": ["wes@acme.test"],
    }
    made = change(entry(pdp={"policies": [policy]}))

    took = live(policies=[replies.all_rows(), replies.filter_group(users=[27])])
    lost = live(policies=[replies.all_rows(), replies.filter_group(users=[27, 2])])

    assert left(made, took) == []
    assert left(made, lost) == [
        "pdp.policies[West only].users[bob@acme.test]: found True, wanted None"
    ]


def test_keys_that_domo_never_tells_count_as_taken() -> None:
    wanted = {"update_method": "UPSERT", "key_columns": ["order_id"]}
    made = change(entry(stream=wanted), planes=BOTH)

    assert left(made, live(api_stream=replies.api_stream("UPSERT")), BOTH) == []
    assert left(made, live(api_stream=replies.api_stream("REPLACE")), BOTH) != []


def test_what_an_object_was_when_the_plan_was_made_has_not_moved() -> None:
    made = change(entry(tags=["a"], description="New."))

    assert [*moved(made, live(), PRODUCT, names())] == []


def test_what_moved_since_the_plan_is_named() -> None:
    made = change(entry(tags=["a"], description="New."))
    there = live(metadata=replies.metadata(description="Meanwhile.", tags=["b"]))

    assert [*moved(made, there, PRODUCT, names())] == ["description", "tags[b]"]


def test_what_the_plan_has_compared_and_does_not_write_may_not_move_either() -> None:
    made = change(entry(tags=["a"], description=""))
    there = live(metadata=replies.metadata(description="Meanwhile."))

    assert [*moved(made, there, PRODUCT, names())] == ["description"]


def test_what_nobody_declares_may_move() -> None:
    made = change(entry(tags=["a"]))
    there = live(metadata=replies.metadata(owner=("USER", "2")))

    assert [*moved(made, there, PRODUCT, names())] == []


def test_what_does_not_exist_yet_cannot_have_moved() -> None:
    [made] = plan_for(entry(tags=["a"]), observed()).changes

    assert [*moved(made, live(), PRODUCT, names())] == []
