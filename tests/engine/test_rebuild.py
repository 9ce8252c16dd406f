"""The state built anew from a real instance: what is found, what is kept, what is written."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from domostate.engine.rebuild import Rebuilding, rebuild, rebuilt_document
from domostate.errors import LineageMismatch, StateError, WrongInstance
from domostate.model.address import Address
from domostate.model.event import ChangeApplied, OperationSucceeded
from domostate.model.marker import marker_of
from domostate.model.state import Entry, State, first_state
from domostate.planning.rebuild import Confidence, How
from domostate.record.files import DISK
from domostate.record.room import Record
from tests.model_test.manifests import desired
from tests.model_test.world import LOOSE, World
from tests.record.disks import Died, Dying
from tests.record.samples import NOW

SALES, LOOSE_ONE, LOOSE_TWO = (Address("dataset", name) for name in ("sales", "one", "two"))
SPECS = {
    "sales": {"name": "Sales", "schema": [{"name": "a", "type": "STRING"}]},
    "one": {"name": "Old one", "on_existing": "adopt"},
    "two": {"name": "Old two", "adopt": {"id": list(LOOSE)[1]}, "protect": True},
}


@dataclass
class Asked:
    """Says yes or no, and remembers what it was shown."""

    answer: bool = True
    shown: list[Rebuilding] = field(default_factory=list)

    def __call__(self, found: Rebuilding) -> bool:
        self.shown.append(found)
        return self.answer

    @property
    def how(self) -> Mapping[str, How]:
        return {str(one.address): one.how for one in self.shown[-1].rebuilt.matches}


def state_file(world: World) -> Path:
    return world.folder / "sandbox.json"


def run(
    world: World,
    asked: Asked | None = None,
    least: Confidence = Confidence.LOW,
    *,
    dry: bool = False,
    dies_at: int = 0,
) -> State | None:
    """`domostate state rebuild`."""
    with world.session() as session:
        if dies_at:
            record = Record(world.folder, "sandbox", Dying(world.files, dies_at))
            session = replace(session, record=record)
        hold = session.kept.holding("state rebuild", timedelta(0)) if not dry else nullcontext()
        with hold as writer:
            wanted = desired(world.declared)
            return rebuild(session, wanted, writer, "because", least, asked or Asked())


@pytest.fixture
def applied(world: World) -> World:
    """Three datasets that the project manages, two of them adopted."""
    world.declared |= SPECS
    world.apply()
    assert sorted(map(str, world.state().entries)) == [
        "dataset.one",
        "dataset.sales",
        "dataset.two",
    ]
    return world


def ids(state: State | None) -> dict[str, str]:
    assert state is not None
    return {str(address): entry.id for address, entry in state.entries.items()}


def test_a_lost_state_is_found_again_and_the_next_plan_is_empty_but_for_memory(
    applied: World,
) -> None:
    before = applied.state()
    state_file(applied).unlink()
    asked = Asked()

    found = run(applied, asked)

    assert found is not None
    assert ids(found) == ids(before)
    assert all(entry.applied == {} for entry in found.entries.values())
    assert found.entries[LOOSE_TWO].protect
    assert (found.serial, found.lineage != before.lineage) == (1, True)
    assert asked.how["dataset.two"] is How.ADOPT
    plan = applied.plan()
    assert [op for change in plan.changes for op in change.operations] == []
    applied.apply()
    assert not applied.plan().effective


def test_nothing_is_sent_but_reads_and_nothing_is_written_before_a_yes(applied: World) -> None:
    state_file(applied).unlink()
    seq, no = applied.seq(), Asked(answer=False)

    assert run(applied, no) is None
    assert run(applied, Asked(), dry=True) is None

    assert len(no.shown) == 1
    assert applied.writes_since(seq) == []
    assert not state_file(applied).exists()


def test_what_is_recorded_and_there_stays_to_the_last_field(applied: World) -> None:
    before = applied.state()
    applied.domo.done("DELETE", f"/data/v3/datasources/{before.entries[SALES].id}")
    asked = Asked()

    assert run(applied, asked) is None

    (unsure,) = asked.shown[-1].rebuilt.unsure
    assert unsure.address == SALES
    assert "is gone; no dataset bears the name" in unsure.why
    assert applied.state() == before


def test_one_that_is_gone_is_replaced_by_the_one_that_took_its_name(applied: World) -> None:
    before = applied.state()
    gone = before.entries[SALES].id
    applied.domo.done("DELETE", f"/data/v3/datasources/{gone}")
    made = _make(applied, "Sales")

    found = run(applied)

    assert found is not None
    assert found.entries == {**before.entries, SALES: Entry(made, {})}
    assert (found.lineage, found.serial) == (before.lineage, before.serial + 1)


def _make(world: World, name: str) -> str:
    columns = [{"type": "STRING", "name": "a"}]
    body = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": columns}}
    answer = world.domo.done("POST", "/data/v2/datasources", body)
    return str(answer["dataSource"]["dataSourceId"])


def _marked(world: World, id_: str) -> str:
    world.domo.done("POST", f"/data/ui/v3/datasources/{id_}/tags", [marker_of("acme")])
    return id_


def test_of_two_of_one_name_the_one_with_our_marker_is_taken(applied: World) -> None:
    before = applied.state()
    state_file(applied).unlink()
    _make(applied, "Sales")
    asked = Asked()

    assert ids(run(applied, asked)) == ids(before)
    assert asked.how["dataset.sales"] is How.MARKER


def test_of_two_of_one_name_with_our_marker_none_is_taken(applied: World) -> None:
    before = applied.state()
    state_file(applied).unlink()
    twin = _marked(applied, _make(applied, "Sales"))
    asked = Asked()

    found = run(applied, asked)

    assert sorted(ids(found)) == ["dataset.one", "dataset.two"]
    (unsure,) = asked.shown[-1].rebuilt.unsure
    assert unsure.candidates == tuple(sorted((twin, before.entries[SALES].id)))


def test_matches_by_name_alone_can_be_left_out(applied: World) -> None:
    state_file(applied).unlink()

    found = run(applied, least=Confidence.CERTAIN)

    assert sorted(ids(found)) == ["dataset.two"]


def test_an_earlier_generation_tells_what_was_recorded(applied: World) -> None:
    lineage = applied.state().lineage
    applied.declared["sales"] = {**SPECS["sales"], "description": "Sold."}
    applied.apply()
    before = applied.state()
    state_file(applied).write_bytes(b"{ half a sta")
    renamed = before.entries[SALES].id
    applied.domo.done(
        "PUT",
        f"/data/v3/datasources/{renamed}/properties",
        {"dataSourceName": "Renamed by hand", "dataSourceDescription": ""},
    )
    asked = Asked()

    found = run(applied, asked)

    assert found is not None
    assert ids(found) == ids(before)
    assert set(asked.how.values()) == {How.EARLIER}
    assert (found.lineage, found.serial > before.serial) == (lineage, True)
    assert "is damaged" in asked.shown[0].altered.notes[0]


def test_what_an_interrupted_run_made_is_known_from_its_journal(applied: World) -> None:
    before = applied.state()
    state_file(applied).unlink()
    made = before.entries[SALES].id
    with Record(applied.folder, "sandbox").hold("apply", "r9", NOW) as writer:
        journal = writer.begin(before, "r9", "digest", NOW)
        journal.write(OperationSucceeded(1, SALES, "create_dataset", {"id": made}))
    _make(applied, "Sales")
    asked = Asked()

    found = run(applied, asked)

    assert found is not None
    assert found.entries[SALES] == Entry(made, {})
    assert asked.how["dataset.sales"] is How.EARLIER
    assert (found.lineage, found.serial > before.serial) == (before.lineage, True)
    assert not (applied.folder / "sandbox.journal").exists()


def test_a_first_run_that_was_interrupted_keeps_what_it_remembers(applied: World) -> None:
    before = applied.state()
    state_file(applied).unlink()
    nothing = first_state("acme", "sandbox", before.instance, "l1")
    with Record(applied.folder, "sandbox").hold("apply", "r9", NOW) as writer:
        journal = writer.begin(nothing, "r9", "digest", NOW)
        entry = before.entries[SALES]
        journal.write(ChangeApplied(SALES, entry.id, entry.applied))

    found = run(applied)

    assert found is not None
    assert found.entries[SALES] == replace(entry, run="r9")
    assert sorted(ids(found)) == ["dataset.one", "dataset.sales", "dataset.two"]
    assert found.lineage == "l1"


def test_where_nothing_is_found_nothing_is_written(world: World) -> None:
    world.declared["sales"] = SPECS["sales"]

    with pytest.raises(StateError, match="nothing of what is declared was found"):
        run(world)

    assert not state_file(world).exists()


def test_a_state_of_another_instance_is_not_rebuilt(applied: World) -> None:
    content = state_file(applied).read_bytes()
    with applied.session() as session:
        environment = replace(session.environment, instance="acme-prod")
        session = replace(session, environment=environment)
        with (
            session.kept.holding("state rebuild", timedelta(0)) as writer,
            pytest.raises(WrongInstance),
        ):
            rebuild(session, desired(applied.declared), writer, "why", Confidence.LOW, Asked())

    assert state_file(applied).read_bytes() == content


def test_a_journal_of_another_lineage_than_what_is_kept_is_refused(applied: World) -> None:
    applied.declared["sales"] = {**SPECS["sales"], "description": "Sold."}
    applied.apply()
    before = applied.state()
    state_file(applied).unlink()
    with Record(applied.folder, "sandbox").hold("apply", "r9", NOW) as writer:
        strange = replace(before, lineage="l2")
        writer.begin(strange, "r9", "digest", NOW)

    with pytest.raises(LineageMismatch):
        run(applied)


def test_the_document_tells_all_that_was_found(applied: World) -> None:
    state_file(applied).unlink()
    asked = Asked(answer=False)
    run(applied, asked)

    with applied.session() as session:
        document = rebuilt_document(session.kept, asked.shown[0])

    assert document["serial"] is None
    assert [(one["address"], one["confidence"]) for one in document["matches"]] == [
        ("dataset.one", "high"),
        ("dataset.sales", "high"),
        ("dataset.two", "certain"),
    ]
    assert document["unsure"] == document["kept"] == []


def lost(world: World) -> None:
    state_file(world).unlink()


def torn(world: World) -> None:
    state_file(world).write_bytes(state_file(world).read_bytes()[:99])


def dropped(world: World) -> None:
    """Whole, but one entry is missing in it."""
    with world.session() as session, session.kept.holding("state rm", timedelta(0)) as writer:
        state = session.kept.settled(writer)
        left = {one: entry for one, entry in state.entries.items() if one != SALES}
        writer.commit(replace(state, entries=left))


@pytest.mark.parametrize("lose", [lost, torn, dropped])
def test_killed_at_any_call_to_the_disk_it_can_be_done_again(
    applied: World, lose: Callable[[World], None]
) -> None:
    wanted = ids(applied.state())
    whole = {path: path.read_bytes() for path in _files(applied.folder)}
    survived, dies_at = False, 0
    while not survived:
        dies_at += 1
        for path in _files(applied.folder):
            path.unlink()
        for path, content in whole.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        lose(applied)
        before = DISK.read(state_file(applied))
        try:
            run(applied, dies_at=dies_at)
            survived = True
        except Died:
            pass

        if DISK.read(state_file(applied)) == before:
            run(applied)
        assert ids(applied.state()) == wanted
    assert dies_at > 10


def _files(folder: Path) -> Sequence[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
