"""Which live object stands behind an address when nobody remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from domostate.model.address import Address
from domostate.model.desired import Declared, Move
from domostate.model.observed import Found, Live, Presence
from domostate.model.state import Entry, OpenIntent
from domostate.planning.rebuild import (
    Basis,
    Confidence,
    How,
    Match,
    Met,
    Rebuilt,
    ids_known,
    names_sought,
    rebuilt,
    with_matches,
)
from tests.kinds.entries import ID, SALES, entry
from tests.planning.estates import desired, recorded, state

NAME = "Sales Orders"
OLD = Address("dataset", "old")
TWIN = Address("dataset", "twin")
OURS, THEIRS = "managed-by:domostate:acme", "managed-by:domostate:umbrella"
PRESENT, ABSENT, INVISIBLE = Presence.PRESENT, Presence.ABSENT, Presence.INVISIBLE
LOST = Basis(state(), intact=False)


def met(
    presence: Mapping[str, Presence] | None = None,
    markers: Mapping[str, Sequence[str]] | None = None,
    named: Mapping[str, Sequence[str]] | None = None,
    marked: Sequence[str] = (),
) -> Met:
    """What was read; everything that bears a name is there unless it is said otherwise."""
    names = {name: [Found(id_, name) for id_ in ids] for name, ids in (named or {}).items()}
    there = {one.id: PRESENT for rows in names.values() for one in rows} | {**(presence or {})}
    return Met(
        {id_: Live(id_, seen) for id_, seen in there.items()},
        {**(markers or {})},
        names,
        [Found(id_, f"Marked {id_}") for id_ in marked],
    )


def called(*ids: str, **more: Mapping[str, Presence] | Mapping[str, Sequence[str]]) -> Met:
    """Datasets of the declared name."""
    return met(named={NAME: ids}, **more)  # type: ignore[arg-type]


def only_match(found: Rebuilt) -> tuple[str, How]:
    (match,) = found.matches
    assert not found.unsure
    return match.id, match.how


def why(found: Rebuilt) -> tuple[str, tuple[str, ...]]:
    (unsure,) = found.unsure
    assert not found.matches
    return unsure.why, unsure.candidates


def test_the_id_that_was_recorded_goes_before_everything_else() -> None:
    basis = Basis(state({SALES: recorded("old")}), intact=False)
    wanted = desired(entry(adopt={"id": ID}))

    found = rebuilt(wanted, basis, met({"old": PRESENT, ID: PRESENT}))

    assert only_match(found) == ("old", How.EARLIER)


def test_the_id_that_a_manifest_adopts_goes_before_names() -> None:
    found = rebuilt(desired(entry(adopt={"id": ID})), LOST, called("x", presence={ID: PRESENT}))

    assert only_match(found) == (ID, How.ADOPT)


def test_where_the_recorded_one_is_gone_the_one_to_adopt_takes_its_place() -> None:
    basis = Basis(state({SALES: recorded("gone")}), intact=True)
    wanted = desired(entry(adopt={"id": ID}))

    found = rebuilt(wanted, basis, met({"gone": ABSENT, ID: PRESENT}))

    assert names_sought(wanted, basis, met({"gone": ABSENT}).live) == {}
    assert only_match(found) == (ID, How.ADOPT)


def test_of_several_of_one_name_the_one_with_our_marker_is_it() -> None:
    found = rebuilt(desired(entry()), LOST, called("x", "y", markers={"y": [OURS]}))

    assert only_match(found) == ("y", How.MARKER)


def test_the_only_one_of_the_name_is_it_and_little_sure() -> None:
    found = rebuilt(desired(entry()), LOST, called("x"))

    assert only_match(found) == ("x", How.NAME)
    assert How.NAME.confidence < How.MARKER.confidence < How.ADOPT.confidence


@pytest.mark.parametrize(
    ("there", "words", "candidates"),
    [
        (called(), "no dataset bears the name", ()),
        (called("x", presence={"x": ABSENT}), "no dataset bears the name", ()),
        (called("y", "x"), "2 datasets bear the name", ("x", "y")),
        (
            called("x", "y", "z", markers={"x": [OURS], "y": [OURS]}),
            "2 datasets bear the name",
            ("x", "y"),
        ),
        (
            called("x", markers={"x": [THEIRS]}),
            "the one that bears the name bears the marker of umbrella",
            ("x",),
        ),
        (called("x", presence={"x": INVISIBLE}), "not every one that bears", ("x",)),
        (called("x", "y", presence={"x": INVISIBLE}), "not every one that bears", ("x", "y")),
    ],
)
def test_where_it_cannot_be_told_it_is_said_why_and_which_it_may_be(
    there: Met, words: str, candidates: tuple[str, ...]
) -> None:
    said, ids = why(rebuilt(desired(entry()), LOST, there))

    assert words in said
    assert ids == candidates


def test_another_projects_twin_does_not_stand_in_the_way() -> None:
    found = rebuilt(desired(entry()), LOST, called("x", "y", markers={"x": [THEIRS]}))

    assert only_match(found) == ("y", How.NAME)


@pytest.mark.parametrize(
    ("presence", "markers", "words"),
    [
        (ABSENT, [], "which adopt: names, is not there"),
        (INVISIBLE, [], "which adopt: names, is not visible"),
        (PRESENT, [THEIRS], "bears the marker of umbrella"),
    ],
)
def test_who_names_an_id_is_not_given_another_one(
    presence: Presence, markers: list[str], words: str
) -> None:
    there = called("x", presence={ID: presence}, markers={ID: markers})

    said, _ = why(rebuilt(desired(entry(adopt={"id": ID})), LOST, there))

    assert words in said


def test_what_is_recorded_elsewhere_is_not_adopted() -> None:
    basis = Basis(state({OLD: recorded(ID)}), intact=True)

    said, _ = why(rebuilt(desired(entry(adopt={"id": ID})), basis, met({ID: PRESENT})))

    assert said == f"dataset {ID} is recorded at another address"


def test_one_object_is_never_recorded_at_two_addresses() -> None:
    wanted = desired(entry(), _named(TWIN))

    found = rebuilt(wanted, LOST, called("x"))

    assert found.matches == ()
    assert [(one.address, one.candidates) for one in found.unsure] == [
        (SALES, ("x",)),
        (TWIN, ("x",)),
    ]


def _named(address: Address, **spec: object) -> Declared:
    return replace(entry(**spec), address=address)


def test_what_an_intact_state_records_stays_and_is_no_candidate_for_others() -> None:
    basis = Basis(state({SALES: recorded("x"), OLD: recorded("o")}), intact=True)
    wanted = desired(entry(), _named(TWIN))

    found = rebuilt(wanted, basis, called("x"))

    assert found.kept == (OLD, SALES)
    assert why(found)[0] == "no dataset bears the name"


@pytest.mark.parametrize("presence", [PRESENT, INVISIBLE])
def test_of_an_intact_state_only_what_is_gone_is_looked_for_anew(presence: Presence) -> None:
    basis = Basis(state({SALES: recorded("gone", protect=True)}), intact=True)

    stays = rebuilt(desired(entry()), basis, called("x", presence={"gone": presence}))
    moves = rebuilt(desired(entry()), basis, called("x", presence={"gone": ABSENT}))

    assert stays.kept == (SALES,)
    assert stays.matches == ()
    assert moves.matches == (Match(SALES, "x", NAME, How.NAME, protect=True),)


def test_what_is_gone_without_a_successor_is_said_to_be_gone() -> None:
    basis = Basis(state({SALES: recorded("gone")}), intact=True)

    said, _ = why(rebuilt(desired(entry()), basis, called(presence={"gone": ABSENT})))

    assert said == "dataset gone, which is recorded, is gone; no dataset bears the name"


def test_what_was_recorded_once_and_is_not_declared_any_more_is_recorded_if_it_is_there() -> None:
    basis = Basis(state({OLD: recorded("o"), TWIN: recorded("t")}), intact=False)

    found = rebuilt(desired(), basis, met({"o": PRESENT, "t": ABSENT}))

    assert [(one.address, one.how) for one in found.matches] == [(OLD, How.EARLIER)]


def test_what_is_declared_to_have_moved_is_left_to_the_next_plan() -> None:
    basis = Basis(state({OLD: recorded("x")}), intact=True)
    wanted = replace(desired(entry()), moved={OLD: Move(SALES, entry().where)})

    found = rebuilt(wanted, basis, called("x"))

    assert names_sought(wanted, basis, {}) == {}
    assert found == Rebuilt((), (), (OLD,), ())


def test_what_is_only_observed_is_not_recorded() -> None:
    wanted = desired(entry(manage="observe"))

    assert names_sought(wanted, LOST, {}) == {}
    assert rebuilt(wanted, LOST, called("x")) == Rebuilt((), (), (), ())


def test_what_bears_our_marker_and_has_no_address_is_named() -> None:
    found = rebuilt(desired(entry()), LOST, met(named={NAME: ["x"]}, marked=["x", "y"]))

    assert [one.id for one in found.strangers] == ["y"]


def test_matches_that_are_not_sure_enough_are_named_instead() -> None:
    found = rebuilt(desired(entry()), LOST, called("x"))

    assert found.at_least(Confidence.LOW) == found
    assert why(found.at_least(Confidence.HIGH)) == ("not sure enough", ("x",))


def test_only_what_is_not_known_by_an_id_is_looked_up_by_name() -> None:
    wanted = desired(entry(), _named(TWIN, name="Twin", adopt={"id": ID}), _named(OLD, name="Old"))
    basis = Basis(state({SALES: recorded("s"), OLD: recorded("o")}), intact=True)
    live = {"s": Live("s", PRESENT), "o": Live("o", ABSENT), ID: Live(ID, ABSENT)}

    assert ids_known(wanted, basis) == {"s": SALES, "o": OLD, ID: TWIN}
    assert names_sought(wanted, basis, live) == {"Old": (OLD,)}


def test_of_an_intact_state_what_is_not_declared_is_not_read() -> None:
    basis = Basis(state({OLD: recorded("o")}), intact=True)

    assert ids_known(desired(entry()), basis) == {}
    assert ids_known(desired(entry()), replace(basis, intact=False)) == {"o": OLD}


def test_a_match_remembers_nothing_that_was_applied_and_answers_an_open_create() -> None:
    before = state(
        {SALES: recorded("gone"), OLD: recorded("o")},
        [OpenIntent(SALES, "create_dataset", NAME), OpenIntent(TWIN, "create_dataset", "Twin")],
    )

    after = with_matches(before, [Match(SALES, "x", NAME, How.NAME, protect=True)])

    assert after.entries == {SALES: Entry("x", {}, protect=True), OLD: recorded("o")}
    assert [one.address for one in after.open_intents] == [TWIN]


@pytest.mark.parametrize("protected", [True, False])
def test_protection_follows_from_the_manifest_or_from_what_was_recorded(protected: bool) -> None:
    declared = rebuilt(desired(entry(protect=protected)), LOST, called("x"))
    basis = Basis(state({SALES: recorded("x", protect=protected)}), intact=False)
    remembered = rebuilt(desired(entry()), basis, met({"x": PRESENT}))

    assert [one.protect for one in (*declared.matches, *remembered.matches)] == [protected] * 2


def test_equal_readings_give_equal_answers_in_the_order_of_addresses() -> None:
    entries = [_named(Address("dataset", name), name=name) for name in "cab"]
    there = met(named={name: [f"{name}1"] for name in "bca"})

    one = rebuilt(desired(*entries), LOST, there)
    other = rebuilt(desired(*reversed(entries)), LOST, there)

    assert one == other
    assert [str(match.address) for match in one.matches] == ["dataset.a", "dataset.b", "dataset.c"]
