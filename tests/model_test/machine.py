"""The machine: people edit manifests, others change things in Domo, the network and the process
fail, and now and then somebody applies.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from domostate.errors import DomostateError, ExitCode, Refused
from domostate.manifests.project import Project
from domostate.model.address import Address
from domostate.model.plan import Plan, RefusalKind
from domostate.model.state import Entry
from domostate.planning.moves import carried_over
from tests.emulator.client import Domo
from tests.model_test import hands, oracle
from tests.model_test.hands import HANDS, Hand
from tests.model_test.manifests import Spec, edited, specs
from tests.model_test.world import LOOSE, THEIRS, Result, World, same

MADE_BY = ["api", "api", "api", "push", "upsert", "connector"]
MOST_DECLARED = 4
PASSING = (
    *(hands.share, hands.retag, hands.claim, hands.rename),
    *(hands.add_policy, hands.give_away),
)
"""What others may do between a plan and its apply, such that only silence is left to check."""

effects = st.sampled_from(
    [
        {"status": 429, "retry_after": 0},
        {"status": 500},
        {"status": 503, "after_effect": True},
        {"drop_before": True},
        {"drop_after": True},
    ]
)
refusals = st.sampled_from([{"status": 400}, {"status": 409}])
MAKERS = ["*/v2/datasources", "*/v1/streams", "/v1/streams", "*/filter-groups"]
UPDATES = [
    "*/properties",
    "*/tags",
    "*/bulk/tag",
    "*/share",
    "*/filter-groups/*",
    "*/reassign",
    "*/schemas",
]


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """A rule for the emulator."""
    rule: dict[str, Any] = {
        "method": draw(st.sampled_from(["*", "POST", "POST", "PUT", "DELETE", "PATCH", "GET"])),
        "times": draw(st.integers(1, 4)),
        "skip": draw(st.integers(0, 4)),
    }
    match draw(st.sampled_from(["an answer is lost", "nothing is done", "trouble"])):
        case "an answer is lost":
            lost = draw(
                st.sampled_from([{"drop_after": True}, {"status": 503, "after_effect": True}])
            )
            at = {"method": "POST", "path": draw(st.sampled_from(MAKERS)), "skip": 0}
            return {**rule, **at, **lost, "times": draw(st.integers(1, 2))}
        case "nothing is done":
            # Only of what changes something that is there: a made-up id would be a lie about Domo.
            at = {"method": "*", "path": draw(st.sampled_from(UPDATES)), "skip": 0}
            return {**rule, **at, "no_effect": True}
    if rule["method"] not in ("*", "GET", "POST") and draw(st.booleans()):
        return {**rule, **draw(refusals)}
    return {**rule, **draw(effects)}


class Convergence(RuleBasedStateMachine):
    """See the module; `instance` and `project` are set by the test that runs it."""

    instance: Domo
    project: Project

    @initialize(
        data=st.data(),
        made_by=st.lists(st.sampled_from(MADE_BY), min_size=1, max_size=2),
        take_over=st.booleans(),
        keeps=st.sampled_from(["", "", "", "", "CO_OWNER", "CAN_VIEW"]),
        omitted=st.booleans(),
        repeat=st.booleans(),
        regenerated=st.booleans(),
        page=st.sampled_from([0, 0, 0, 0, 2]),
    )
    def begin(
        self,
        data: st.DataObject,
        made_by: list[str],
        take_over: bool,
        keeps: str,
        omitted: bool,
        repeat: bool,
        regenerated: bool,
        page: int,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="convergence-"))
        self.world = World(
            self.instance,
            self.project,
            self.folder,
            old_owner_keeps=keeps,
            properties_omitted_is_blank=omitted,
            pdp_switch_omitted_is_false=omitted,
            revoke_repeat_is_404=repeat,
            system_tags_regenerated=regenerated,
            page_limit=page,
        )
        self.keeps = keeps
        self.made_by: dict[str, str] = {}
        self.retired: list[tuple[str, Spec]] = []
        self.numbers = 0
        there = self.world.datasets()
        self.theirs = {id_: there[id_] for id_ in THEIRS}
        for one in made_by:
            self.declare(data, one)
        if take_over:
            self.take_over(data, "adopt")

    # What people write.

    @precondition(lambda self: len(self.world.declared) < MOST_DECLARED)
    @rule(data=st.data(), made_by=st.sampled_from(MADE_BY))
    def declare(self, data: st.DataObject, made_by: str) -> None:
        name = f"d{self._number()}"
        self.made_by[name] = made_by
        self.world.declared[name] = data.draw(specs(f"Data {self._number()}", made_by))

    @precondition(lambda self: len(self.world.declared) < MOST_DECLARED)
    @rule(data=st.data(), how=st.sampled_from(["adopt", "by name", "by id"]))
    def take_over(self, data: st.DataObject, how: str) -> None:
        recorded = {entry.id for entry in self.world.state().entries.values()}
        named = {spec.get("adopt", {}).get("id") for spec in self.world.declared.values()}
        called = {spec["name"] for spec in self.world.declared.values()}
        free = [
            (id_, one["name"])
            for id_, one in sorted(self.world.datasets().items())
            if id_ in LOOSE and id_ not in recorded | named and one["name"] not in called
        ]
        if not free:
            return
        id_, there = data.draw(st.sampled_from(free))
        name = f"d{self._number()}"
        self.made_by[name] = "api"
        spec = data.draw(specs(there, "api"))
        if how == "by id":
            spec["adopt"] = {"id": id_}
        else:
            spec["on_existing"] = "adopt" if how == "adopt" else "adopt_if_unmanaged"
        self.world.declared[name] = spec

    # A project that declares nothing any more is refused, which is tried elsewhere.
    @precondition(lambda self: len(self.world.declared) > 1)
    @rule(data=st.data(), word=st.sampled_from(["none", "given up", "destroyed", "destroyed"]))
    def undeclare(self, data: st.DataObject, word: str) -> None:
        name = self._declared(data)
        entry = self._entries().get(Address("dataset", name))
        self.retired.append((name, self.world.declared.pop(name)))
        # What the state still has under an older name shares the fate of the newest.
        names = [name, *(old for old, new in self.world.moved.items() if new == name)]
        self.world.moved = {old: new for old, new in self.world.moved.items() if new != name}
        if word != "none":
            destroy = word == "destroyed" and not (entry is not None and entry.protect)
            self.world.removed |= dict.fromkeys(names, destroy)

    @precondition(lambda self: self.world.declared)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Somebody gives an entry another name, and says so."""
        name, other = self._declared(data), f"d{self._number()}"
        self.world.declared[other] = self.world.declared.pop(name)
        self.made_by[other] = self.made_by[name]
        chain = {old: other for old, new in self.world.moved.items() if new == name}
        self.world.moved |= {**chain, name: other}

    @precondition(lambda self: self.retired)
    @rule()
    def declare_again(self) -> None:
        """Somebody takes an entry back in before anybody applied."""
        name, spec = self.retired.pop()
        if Address("dataset", name) in self.world.state().entries:
            self.world.declared[name] = spec
            self.world.removed.pop(name, None)

    @precondition(lambda self: self.world.declared)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        name = self._declared(data)
        spec = self.world.declared[name]
        if data.draw(st.integers(0, 7)) == 0 and "on_existing" not in spec:
            self.world.declared[name] = {**spec, "name": f"Data {self._number()}"}
        else:
            self.world.declared[name] = data.draw(edited(spec, self.made_by[name]))

    # What others do.

    @rule(data=st.data(), hand=st.sampled_from(HANDS))
    def drift(self, data: st.DataObject, hand: Hand) -> None:
        act = self._act(data, hand)
        if act is not None:
            act()

    @rule(data=st.data())
    def delete_behind_our_back(self, data: st.DataObject) -> None:
        ids = sorted({entry.id for entry in self.world.state().entries.values()})
        there = self.world.datasets()
        ids = sorted((id_ for id_ in ids if id_ in there), key=lambda id_: there[id_]["name"])
        if ids:
            id_ = data.draw(st.sampled_from(ids))
            self.instance.done("DELETE", f"/data/v3/datasources/{id_}?deleteMethod=hard")

    @rule(data=st.data(), at=st.integers(4, 6))
    def die_while_making_anew(self, data: st.DataObject, at: int) -> None:
        """The rarest of histories, made likelier: gone, made anew, and nobody told."""
        self.delete_behind_our_back(data)
        self.apply_and_die(data, at, "write")

    # What goes wrong.

    @rule(data=st.data(), rules=st.lists(faults(), min_size=1, max_size=2))
    def apply_in_trouble(self, data: st.DataObject, rules: list[dict[str, Any]]) -> None:
        self._work(data)
        before = self.world.datasets()
        self.instance.faults(*rules)
        try:
            result = self._apply(before, parallelism=1)
        except DomostateError:
            result = Result()
        finally:
            self.instance.send("DELETE", "/_emulator/faults")
        self._only_ours(before)
        if result.code is ExitCode.DONE:
            assert not _left(self.world.plan()), "complete, and yet something is left to do"

    @rule(data=st.data(), at=st.integers(1, 14), on=st.sampled_from(["event", "write"]))
    def apply_and_die(self, data: st.DataObject, at: int, on: str) -> None:
        self._work(data)
        before = self.world.datasets()
        if on == "event":
            result = self._apply(before, dies_at_event=at, parallelism=1)
        else:
            result = self._apply(before, dies_at_write=3 * at, parallelism=1)
        self._only_ours(before)
        if not result.died and result.code is not None:
            assert result.code is ExitCode.DONE

    @rule(data=st.data(), hand=st.sampled_from(PASSING))
    def apply_while_others_work(self, data: st.DataObject, hand: Hand) -> None:
        self._answer()
        act = self._act(data, hand)
        before = self.world.datasets()
        seen: list[dict[str, Any]] = [before]

        def meanwhile() -> None:
            if act is not None:
                act()
            seen.append(self.world.datasets())

        try:
            self._apply(before, between=[meanwhile])
        except DomostateError:
            # What is about to be touched has moved: not a byte is written.
            assert same(seen[-1], self.world.datasets())
        self._only_ours(seen[-1])

    # And when all is well.

    @rule()
    def apply(self) -> None:
        self._answer()
        if self.keeps:
            # What a new dataset's maker keeps is found and taken away one apply later.
            self._apply(self.world.datasets())
        before, recorded = self.world.datasets(), self.world.state().entries
        self._refused_without_allowance(before)
        self._refused_without_taking_over(before)
        result = self._apply(before, parallelism=3)
        assert result.code in (ExitCode.DONE, None), result.events
        after = self._converged(before)
        kept = {entry.id for entry in self.world.state().entries.values()}
        for id_ in {entry.id for entry in recorded.values()} & after.keys() - kept:
            assert oracle.OURS not in after[id_]["tags"], "forgotten, and still marked"
        if result.code is None:
            assert same(before, self.world.datasets())
            return
        seq = self.world.seq()
        again = self.world.apply()
        assert again.plan is not None
        assert not _left(again.plan), "right after an apply the plan is not empty"
        assert not self.world.writes_since(seq), "a second apply wrote"

    @rule()
    def plan(self) -> None:
        before, seq = self.world.datasets(), self.world.seq()
        self.world.plan(self._allow(before))
        assert not self.world.writes_since(seq), "a plan wrote"
        assert same(before, self.world.datasets())

    def teardown(self) -> None:
        """However it went, one clean apply finishes it and a second does nothing."""
        if not hasattr(self, "world"):
            return
        try:
            self.apply()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # The invariants.

    def _converged(self, before: dict[str, Any]) -> dict[str, Any]:
        """Declared is what is there, and nothing else has moved."""
        after, entries = self._only_ours(before), self.world.state().entries
        for name, spec in self.world.declared.items():
            entry = entries.get(Address("dataset", name))
            if entry is None:
                assert spec.get("manage") == "observe", f"{name} is not recorded"
                continue
            if spec.get("manage") == "observe" and entry.id not in after:
                continue
            wrong = list(oracle.wrong_with(spec, before.get(entry.id), after[entry.id]))
            assert not wrong, f"{name}: {wrong}"
            assert entry.protect == spec.get("protect", False) or "manage" in spec
        assert {one.name for one in entries} <= set(self.world.declared)
        assert not self.world.doomed & after.keys(), "something was to be destroyed and is there"
        return after

    def _only_ours(self, before: dict[str, Any]) -> dict[str, Any]:
        """What holds after every apply, however it ended; returns the datasets."""
        after, state = self.world.datasets(), self.world.state()
        for id_, one in self.theirs.items():
            assert same(one, after[id_]), f"{one['name']} is not ours"
        names = [one["name"] for one in after.values()]
        assert len(names) == len(set(names)), f"a dataset is there twice: {sorted(names)}"
        managed = {entry.id: address.name for address, entry in state.entries.items()}
        for id_ in managed:
            assert id_ in after or id_ in self._deleted(), f"{managed[id_]}: {id_} never was"
        for id_, was in before.items():
            spec = self.world.declared.get(managed.get(id_, ""))
            if id_ in self.world.doomed:
                assert id_ not in after or same(was, after[id_]), f"{was['name']} is half gone"
                continue
            assert id_ in after, f"{was['name']} was deleted"
            if spec is None:
                kept = [_without_marker(was), _without_marker(after[id_])]
                assert same(*kept), f"{was['name']} is not declared"
            else:
                wrong = list(oracle.touched_wrongly(spec, was, after[id_]))
                assert not wrong, f"{was['name']}: {wrong}"
        return after

    def _deleted(self) -> set[str]:
        rows = self.instance.requests()
        return {
            row["path"].rsplit("/", 1)[1].partition("?")[0]
            for row in rows
            if row["method"] == "DELETE" and "deleteMethod" in row["path"]
        }

    def _refused_without_allowance(self, before: dict[str, Any]) -> None:
        gone = self._gone(before)
        # What an interrupted run left behind may be found again, and then nothing is made anew.
        memory = carried_over(self.world.wanted(), self.world.state())
        open_names = {intent.address.name for intent in memory.open_intents}
        if not set(gone) - open_names:
            return
        seq = self.world.seq()
        try:
            self.world.apply()
        except Refused:
            pass
        else:
            raise AssertionError(f"{gone}: what is gone was created anew unasked")
        assert not self.world.writes_since(seq), "a refused apply wrote"

    def _refused_without_taking_over(self, before: dict[str, Any]) -> None:
        """What another project has marked instead of us is not written to unasked."""
        claimed = [
            address.name
            for address, entry in self._entries().items()
            if self._writes_to(address.name)
            and oracle.ANOTHERS in (tags := before.get(entry.id, {}).get("tags", []))
            and oracle.OURS not in tags
        ]
        if not claimed:
            return
        seq = self.world.seq()
        try:
            self.world.apply(self._allow(before))
        except Refused:
            pass
        else:
            raise AssertionError(f"{claimed}: taken over unasked")
        assert not self.world.writes_since(seq), "a refused apply wrote"

    def _writes_to(self, name: str) -> bool:
        """Whether an unmarked dataset of this name is marked, or destroyed."""
        spec = self.world.declared.get(name)
        if spec is None:
            return self.world.removed.get(name, False)
        return spec.get("manage") != "observe"

    # Helpers.

    def _apply(self, before: dict[str, Any], **how: Any) -> Result:
        """An apply with everything allowed that it could need."""
        named = {*self.world.declared, *self.world.removed}
        return self.world.apply(self._allow(before), take_over=named, **how)

    def _work(self, data: st.DataObject) -> None:
        """Something for an apply to do, more often than not."""
        if data.draw(st.booleans()) and self.world.declared:
            self.edit(data)
        self._answer()

    def _answer(self) -> None:
        """Whoever is asked whether something has moved says no, it is given up."""
        entries, named = self._entries(), self.world.declared.keys() | self.world.removed.keys()
        if {one.name for one in entries} - named and self.world.declared.keys() - {
            one.name for one in entries
        }:
            refusals = self.world.plan(self._allow(self.world.datasets())).refusals
            asked = [one for one in refusals if one.kind is RefusalKind.SUSPECTED_MOVE]
            self.world.removed |= {Address.parse(one.address).name: False for one in asked}

    def _entries(self) -> Mapping[Address, Entry]:
        """What is recorded, under the addresses that the manifests have by now."""
        return carried_over(self.world.wanted(), self.world.state()).entries

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _declared(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.world.declared)))

    def _act(self, data: st.DataObject, hand: Hand) -> Callable[[], None] | None:
        """A deed of somebody else to a dataset that is not of `THEIRS`."""
        ours = [one for one in self.world.datasets().values() if one["id"] not in THEIRS]
        if not ours:
            return None
        chosen = data.draw(st.sampled_from(sorted(ours, key=lambda one: str(one["name"]))))
        return partial(hand, self.instance, chosen, data)

    def _gone(self, before: dict[str, Any]) -> list[str]:
        entries = self._entries()
        return [
            name
            for name, spec in self.world.declared.items()
            if (entry := entries.get(Address("dataset", name))) is not None
            and entry.id not in before
            and spec.get("manage") != "observe"
        ]

    def _allow(self, before: dict[str, Any]) -> dict[str, int]:
        gone = self._gone(before)
        return {"recreate": len(gone)} if gone else {}


def _without_marker(dataset: dict[str, Any]) -> dict[str, Any]:
    return {**dataset, "tags": [tag for tag in dataset["tags"] if tag != oracle.OURS]}


def _left(plan: Plan) -> list[tuple[Any, ...]]:
    """What a plan would do."""
    return [(str(one.address), one.actions, one.reasons, one.fields) for one in plan.changes]
