"""Operations on the state: nothing before the approval, one generation after it, and a crash in
between leaves the old or the new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domostate.engine.surgery import alter, move
from domostate.engine.verify import verify
from domostate.errors import (
    ExitCode,
    LineageMismatch,
    Locked,
    Overtaken,
    Protected,
    StateError,
    UsageError,
    WrongInstance,
)
from domostate.model.event import Adopted, OperationSucceeded
from domostate.model.state import Entry
from domostate.planning.surgery import Edit
from domostate.record.files import DISK
from domostate.record.state_file import encode_state
from tests.engine.surgery import ENTRIES, OLD, ORDERS, SALES, Asked, Place, fresh
from tests.record.disks import Died, Dying
from tests.record.samples import leave_journal
from tests.record.test_crash import HastyDisk


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "project", HastyDisk())


def edits(asked: Asked) -> list[tuple[str, Edit]]:
    return [(str(one.address), one.edit) for one in asked.shown[-1].edits]


def everything(place: Place) -> dict[str, bytes]:
    """Every file but those of the lock."""
    folder = place.state_file.parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".guard")
    }


def sound(place: Place) -> bool:
    return not verify(place.kept, None).faults


def test_a_moved_entry_is_one_generation_that_says_who_and_why(place: Place) -> None:
    before = place.save()

    saved = place.move("dataset.orders", "dataset.sales")

    assert saved is not None
    assert saved.entries == {SALES: ENTRIES[ORDERS], OLD: ENTRIES[OLD]}
    assert saved.serial == before.serial + 1
    assert saved.saved is not None
    assert (saved.saved.operation, saved.saved.reason) == ("state mv", "because")
    assert "@" in saved.saved.actor
    assert place.state() == saved
    assert edits(place.asked) == [("dataset.sales", Edit.MOVE)]
    assert sound(place)


def test_what_is_not_approved_is_not_written(place: Place) -> None:
    place.save()
    before = everything(place)
    place.asked.answer = False

    assert place.move("dataset.orders", "dataset.sales") is None
    assert place.remove("dataset.old") is None
    assert place.push(encode_state(replace(place.state(), serial=9))) is None

    assert len(place.asked.shown) == 3
    assert everything(place) == before


def test_without_a_writer_nothing_is_written_whatever_is_answered(place: Place) -> None:
    place.save()
    before = everything(place)

    done = alter(place.kept, None, "why", move("dataset.orders", "dataset.sales"), place.asked)

    assert done is None
    assert edits(place.asked) == [("dataset.sales", Edit.MOVE)]
    assert everything(place) == before


@pytest.mark.parametrize(
    ("source", "target", "words", "hint"),
    [
        ("dataset.order", "dataset.x", "nothing recorded at dataset.order", "'dataset.orders'"),
        ("zzz", "dataset.x", "nothing recorded at zzz", "state list"),
        ("dataset.orders", "dataset.old", "dataset.old is recorded already", "state rm"),
        ("dataset.orders", "orders", "not an address", ""),
        ("dataset.orders", "datasets.x", "there is no kind 'datasets'", "'dataset'"),
        ("dataset.orders", "dataset.a b", "cannot be part of an address", "letters"),
        ("dataset.orders", "dataset.-", "cannot be part of an address", "letters"),
    ],
)
def test_an_address_that_cannot_be_meant_is_a_usage_error(
    place: Place, source: str, target: str, words: str, hint: str
) -> None:
    place.save()

    with pytest.raises(UsageError, match=words) as caught:
        place.move(source, target)

    assert hint in caught.value.hint
    assert place.asked.shown == []


def test_what_is_protected_is_given_up_only_by_name(place: Place) -> None:
    place.save()

    with pytest.raises(Protected) as caught:
        place.remove("dataset.old", "dataset.orders", protected=("dataset.old",))
    assert caught.value.exit_code == ExitCode.REFUSED
    assert place.state().entries == ENTRIES

    place.remove("dataset.old", "dataset.orders", protected=("dataset.orders",))
    assert place.state().entries == {}


def test_there_is_nothing_to_operate_on_before_there_is_a_state(place: Place) -> None:
    with pytest.raises(StateError, match="dev has no state yet"):
        place.move("dataset.orders", "dataset.sales")


def test_what_is_left_over_is_settled_once_it_is_approved_and_not_before(place: Place) -> None:
    state = place.save()
    journal = leave_journal(place.state_file.parent, state, Adopted(SALES, "11"))
    place.asked.answer = False
    place.move("dataset.old", "dataset.new")
    assert journal.exists()
    place.asked.answer = True

    saved = place.move("dataset.sales", "dataset.new")

    assert saved is not None
    assert saved.serial == state.serial + 2
    assert {str(one) for one in saved.entries} == {"dataset.new", "dataset.old", "dataset.orders"}
    assert not journal.exists()
    assert [one.edit for one in place.asked.shown[-1].edits] == [Edit.MOVE]


def test_who_saved_while_somebody_looked_is_not_overwritten(place: Place) -> None:
    place.save()
    rival = Place(place.root)

    def meanwhile(altered: object) -> bool:
        backend = rival.kept.record.backend
        holder = backend.holder()
        assert holder is not None
        assert backend.evict(holder)
        rival.remove("dataset.old")
        return True

    kept = place.kept
    with (
        kept.holding("state mv", timedelta(0)) as writer,
        pytest.raises(Overtaken) as caught,
    ):
        alter(kept, writer, "why", move("dataset.orders", "dataset.sales"), meanwhile)

    assert caught.value.exit_code == ExitCode.LOCKED
    assert place.state().entries == {ORDERS: ENTRIES[ORDERS]}


def test_one_operation_at_a_time(place: Place) -> None:
    place.save()

    with place.kept.holding("apply", timedelta(0)), pytest.raises(Locked, match="apply, run "):
        place.remove("dataset.old")


def test_a_later_generation_is_taken_as_it_is(place: Place) -> None:
    state = place.save()
    later = replace(state, serial=7, entries={SALES: Entry("11", {})})

    saved = place.push(encode_state(later))

    assert saved is not None
    assert (saved.serial, saved.entries) == (7, later.entries)
    assert sound(place)


def test_pushing_what_is_there_changes_nothing(place: Place) -> None:
    place.save(times=2)
    before = everything(place)

    assert place.push(place.state_file.read_bytes()) is None

    assert place.asked.shown[-1].edits == ()
    assert everything(place) == before


def test_an_earlier_generation_is_put_back_over_the_serial_that_was_named(place: Place) -> None:
    place.save()
    earlier = place.state_file.read_bytes()
    place.remove("dataset.old")

    with pytest.raises(StateError, match="serial 1, and the state is at serial 2"):
        place.push(earlier)
    saved = place.push(earlier, replaces=2)

    assert saved is not None
    assert (saved.serial, saved.entries) == (3, ENTRIES)
    assert sound(place)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"instance": "acme-prod"}, WrongInstance),
        ({"project": "umbrella"}, StateError),
        ({"environment": "prod"}, StateError),
        ({"lineage": "l2"}, LineageMismatch),
        ({"serial": 1}, StateError),
    ],
)
def test_what_is_not_the_next_of_ours_is_refused(
    place: Place, change: dict[str, str], error: type[StateError]
) -> None:
    state = place.save()
    before = everything(place)

    with pytest.raises(error):
        place.push(encode_state(replace(state, **{"serial": 9, "entries": {}, **change})))

    assert place.asked.shown == []
    assert everything(place) == before


def test_a_state_that_is_another_instances_is_not_replaced_either(place: Place) -> None:
    """As when the environment was pointed elsewhere since."""
    state = place.save()
    theirs = encode_state(replace(state, instance="acme-prod"))
    place.state_file.write_bytes(theirs)

    with pytest.raises(WrongInstance, match="acme-prod"):
        place.push(encode_state(replace(state, serial=9)), replaces=1)

    assert place.state_file.read_bytes() == theirs


def damaged(place: Place) -> None:
    place.save(times=3)
    content = place.state_file.read_bytes()
    place.state_file.write_bytes(content[: len(content) // 2])


def missing(place: Place) -> None:
    place.save(times=3)
    place.state_file.unlink()


@pytest.mark.parametrize("lose", [damaged, missing])
def test_a_generation_is_put_back_where_the_present_one_cannot_be_read(
    place: Place, lose: Callable[[Place], None]
) -> None:
    lose(place)
    earlier = place.kept.record.store.generation(1)
    assert earlier is not None

    saved = place.push(earlier)

    assert saved is not None
    assert saved.entries == ENTRIES
    assert saved.serial > 3
    assert sound(place)
    assert place.asked.shown[0].before.serial == 0


def test_a_damaged_state_is_told_and_kept_aside(place: Place) -> None:
    damaged(place)
    content = place.state_file.read_bytes()

    place.push(encode_state(fresh(ENTRIES)))

    told = "\n".join(place.asked.shown[0].notes)
    (aside,) = (place.state_file.parent / "dev.damaged").iterdir()
    assert aside.read_bytes() == content
    assert str(aside) in told
    assert "is damaged" in told


def test_only_the_lineage_that_is_kept_takes_the_place_of_what_is_lost(place: Place) -> None:
    missing(place)

    with pytest.raises(LineageMismatch, match=r"lineage l2, and what is kept of l1"):
        place.push(encode_state(replace(fresh(ENTRIES), lineage="l2", serial=99)))


def test_a_state_moves_to_an_empty_place_with_its_serial(place: Place, tmp_path: Path) -> None:
    place.save(times=5)
    elsewhere = Place(tmp_path / "elsewhere")

    saved = elsewhere.push(place.state_file.read_bytes())

    assert saved == place.state()


def test_what_a_left_over_run_made_survives_a_push_that_does_not_know_it(place: Place) -> None:
    state = place.save()
    made = OperationSucceeded(1, SALES, "create_dataset", {"id": "55"})
    leave_journal(place.state_file.parent, state, made)

    saved = place.push(
        encode_state(replace(state, entries={})), replaces=1, unprotected=("dataset.orders",)
    )

    assert saved is not None
    assert {str(one): entry.id for one, entry in saved.entries.items()} == {"dataset.sales": "55"}


def test_the_journal_of_another_lineage_is_refused_before_anything_is_written(
    place: Place,
) -> None:
    state = place.save()
    leave_journal(place.state_file.parent, state, Adopted(SALES, "11"))
    before = everything(place)

    with pytest.raises(LineageMismatch):
        place.push(encode_state(replace(state, lineage="l2")), replaces=1)

    assert everything(place) == before


def present(place: Place) -> bytes | None:
    return DISK.read(place.state_file)


def moves(place: Place) -> None:
    place.move("dataset.orders", "dataset.sales")


def removes(place: Place) -> None:
    place.remove("dataset.old")


def pushes(place: Place) -> None:
    place.push(encode_state(replace(fresh({SALES: Entry("11", {})}), serial=40)))


def whole(place: Place) -> None:
    place.save(times=2)


def with_a_journal(place: Place) -> None:
    state = place.save(times=2)
    leave_journal(place.state_file.parent, state, Adopted(ORDERS, "9"))


@pytest.mark.parametrize(
    ("arrange", "act"),
    [
        (whole, moves),
        (with_a_journal, moves),
        (whole, removes),
        (with_a_journal, removes),
        (whole, pushes),
        (with_a_journal, pushes),
        (damaged, pushes),
        (missing, pushes),
    ],
)
def test_killed_at_any_call_to_the_disk_the_state_is_the_old_or_the_new(
    tmp_path: Path, arrange: Callable[[Place], None], act: Callable[[Place], None]
) -> None:
    arranged, calm = Place(tmp_path / "arranged", HastyDisk()), Place(tmp_path / "calm")
    arrange(arranged)
    copytree(arranged.root, calm.root)
    act(calm)
    wanted = calm.state().entries
    survived, dies_at = False, 0
    while not survived:
        dies_at += 1
        place = Place(tmp_path / str(dies_at), HastyDisk())
        copytree(arranged.root, place.root)
        before = present(place)
        try:
            act(place.with_files(Dying(place.files, dies_at)))
            survived = True
        except Died:
            pass

        if present(place) == before or place.state().entries != wanted:
            # Not done yet, or only settled: then it can be done now.
            act(place)
        assert place.state().entries == wanted
        # What a run left behind may still have to be settled.
        assert {one.sort for one in verify(place.kept, None).faults} <= {"journal_left"}
    assert dies_at > 10


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_is_done_the_history_holds_together(tmp_path: Path, data: st.DataObject) -> None:
    place = Place(Path(mkdtemp(dir=tmp_path)), HastyDisk())
    place.save({ORDERS: Entry("9", {}), OLD: Entry("10", {})})
    serials = [place.state().serial]
    for _ in range(data.draw(st.integers(1, 8))):
        data.draw(st.sampled_from([_moved, _removed, _added, _put_back, _lost]))(place, data)
        serials.append(place.state().serial)
        assert sound(place)

    assert serials == sorted(serials)


def _moved(place: Place, data: st.DataObject) -> None:
    known = sorted(map(str, place.state().entries))
    if known:
        source, target = data.draw(st.sampled_from(known)), data.draw(st.sampled_from("xyz"))
        if f"dataset.{target}" not in known:
            place.move(source, f"dataset.{target}")


def _removed(place: Place, data: st.DataObject) -> None:
    known = sorted(map(str, place.state().entries))
    if known:
        place.remove(data.draw(st.sampled_from(known)))


def _added(place: Place, data: st.DataObject) -> None:
    state = place.state()
    entries = {ORDERS: Entry("9", {}), OLD: Entry(str(data.draw(st.integers(20, 29))), {})}
    leap = data.draw(st.integers(1, 5))
    place.push(encode_state(replace(state, serial=state.serial + leap, entries=entries)))


def _put_back(place: Place, data: st.DataObject) -> None:
    store = place.kept.record.store
    serials = store.serials()
    if serials:
        content = store.generation(data.draw(st.sampled_from(serials)))
        assert content is not None
        place.push(content, replaces=place.state().serial)


def _lost(place: Place, data: st.DataObject) -> None:
    """Lost or damaged, and the last that was kept put back."""
    store = place.kept.record.store
    content = (store.generation(store.serials()[-1]) if store.serials() else None) or b""
    if not content:
        return
    if data.draw(st.booleans()):
        place.state_file.unlink()
    else:
        place.state_file.write_bytes(b"{")
    place.push(content)
