"""What every aspect owes the planner and the engine."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from domostate.kinds.aspect import Aspect, Setting, Step
from domostate.kinds.dataset import ASPECTS
from domostate.kinds.registry import (
    KINDS,
    aspect_of,
    common_aspects,
    contents_in,
    ignorable,
    name_in,
    plane_for,
)
from domostate.model.call import Part, Plane
from domostate.model.change import Operation
from domostate.model.observed import Live
from domostate.planning.order import ordered
from tests.kinds.entries import CONNECTOR, DIRECTORY, ID, SALES, entry, names, numbered
from tests.kinds.little_domo import LittleDomo, plain_parts, rich_parts

Any_ = Aspect[Any, Any]

WEST = {
    "name": "West only",
    "filters": [{"column": "region", "operator": "EQUALS", "values": ["West", "Far West"]}],
    "users": ["wes@acme.test"],
}
LATE = {
    "name": "Late",
    "filters": [
        {"column": "region", "operator": "BEGINS_WITH", "values": ["E"], "not": True},
        {"column": "order_id", "operator": "BETWEEN", "values": [20, 3]},
    ],
    "groups": ["Finance"],
}
COLUMNS = [{"name": "order_id", "type": "LONG"}, {"name": "region", "type": "STRING"}]
OTHERS = [{"name": "amount", "type": "DECIMAL"}, {"name": "order_id", "type": "STRING"}]
GRANTS = [
    {"user": "bob@acme.test", "access": "CAN_VIEW"},
    {"group": "Finance", "access": "CO_OWNER"},
]
DAILY = {"type": "DAY", "at": "08:01 PM", "timezone": "UTC"}

SPECS: Mapping[str, list[dict[str, Any]]] = {
    "identity": [{}, {"description": "One row."}, {"name": "Renamed", "description": ""}],
    "schema": [{"schema": COLUMNS}, {"schema": OTHERS}, {"schema": []}],
    "owner": [
        {"owner": "bob@acme.test"},
        {"owner": {"group": "Finance"}},
        {"owner": {"user": {"id": 3}}},
    ],
    "tags": [
        {"tags": ["finance", "pii"]},
        {"tags": []},
        {"tags": {"mode": "at_least", "values": ["pii"]}},
        {"tags": {"mode": "at_most", "values": ["old"]}},
    ],
    "shares": [
        {"shares": GRANTS},
        {"shares": []},
        {"shares": {"mode": "at_least", "grants": GRANTS}},
        {"shares": {"mode": "at_most", "grants": GRANTS}},
    ],
    "pdp": [
        {"pdp": {"enabled": True, "policies": [WEST, LATE], "all_rows": {"groups": ["Admins"]}}},
        {"pdp": {"enabled": False, "policies": []}},
        {"pdp": {"mode": "at_least", "policies": [WEST]}},
        {"pdp": {"mode": "at_most", "policies": [WEST, LATE]}},
        {"pdp": {"enabled": True, "all_rows": {}}},
        {"pdp": {}},
    ],
    "connector_stream": [
        {"stream": {**CONNECTOR, "account": "Snowflake prod", "schedule": DAILY}},
        {"stream": {**CONNECTOR, "update_method": "REPLACE", "configuration": {"query": "S"}}},
        {"stream": {**CONNECTOR, "account": {"id": 4}, "schedule": {"type": "MANUAL"}}},
    ],
    "api_stream": [
        {"stream": {"update_method": "REPLACE"}},
        {"stream": {"update_method": "APPEND"}},
        {"stream": {"update_method": "UPSERT", "key_columns": ["order_id"]}},
    ],
}
"""Manifest entries by aspect: each says something of that aspect and of nothing else."""


@dataclass(frozen=True)
class Case:
    """One entry, on one plane, over one live dataset; `start` None: nothing is there yet."""

    aspect: Any_
    spec: Mapping[str, Any]
    plane: Plane
    start: str | None

    def __str__(self) -> str:
        nth = SPECS[self.aspect.name].index(dict(self.spec))
        return f"{self.aspect.name}-{nth}-{self.plane}-{self.start or 'new'}"

    @property
    def domo(self) -> LittleDomo:
        parts = {"plain": plain_parts, "rich": rich_parts}
        return LittleDomo(parts[self.start](self.plane) if self.start else {})


def cases() -> Iterator[Case]:
    for aspect in ASPECTS:
        for spec in SPECS[aspect.name]:
            for plane in aspect.parts:
                for start in ("plain", "rich", None):
                    case = Case(aspect, spec, plane, start)
                    if not refused(case):
                        yield case


def refused(case: Case) -> bool:
    """Whether the aspect says that the plane cannot do it."""
    way = Way(case, case.domo.live)
    declared = way.setting.declared[case.aspect.key]
    made = entry(**case.spec)
    return any(case.aspect.objections(declared, way.before, made, way.setting))


class Way:
    """What the planner works out for one aspect, without the planner."""

    def __init__(self, case: Case, live: Live) -> None:
        declared, resolver = entry(**case.spec), names()
        usable = [one for one in ASPECTS if case.plane in one.parts and one.is_declared(declared)]
        wishes = {one.key: one.declared(declared, resolver) for one in usable}
        creating = case.start is None and not live.parts
        there = {
            one.key: one.fresh(wishes[one.key], DIRECTORY.me)
            if creating
            else one.observe(live, case.plane, resolver, wishes[one.key])
            for one in usable
        }
        targets: dict[str, Any] = {}
        self.setting = Setting(wishes, there, creating, frozenset({case.plane}), targets)
        for one in usable:
            targets[one.key] = one.target(wishes[one.key], there[one.key], None, self.setting)
        assert resolver.findings == []
        key = case.aspect.key
        self.declared, self.before, self.after = wishes[key], there[key], targets[key]
        step = Step(SALES, self.before, self.after, self.setting)
        drafts = [(case.aspect.name, draft) for draft in case.aspect.operations(step)]
        if creating and case.aspect.name not in ("identity", "connector_stream", "api_stream"):
            first = Step(SALES, there["identity"], targets["identity"], self.setting)
            drafts = [("identity", one) for one in ASPECTS[0].operations(first)] + drafts
        self.operations = ordered(drafts, SALES, 1, "1")


def carry_out(op: Operation, domo: LittleDomo, plane: Plane, known: dict[str, str]) -> None:
    aspect = aspect_of(op.address, op.aspect)
    replies = {name: domo.get(call) for name, call in aspect.lookups(op, known, plane).items()}
    reply = domo.send(aspect.call(op, known, plane, replies))
    assert aspect.complaint(op, reply) is None
    known |= aspect.made(op, reply, plane)


def applied(case: Case) -> tuple[Way, LittleDomo, dict[str, str]]:
    domo = case.domo
    way = Way(case, domo.live)
    known = {} if case.start is None else {"id": ID}
    for op in way.operations:
        carry_out(op, domo, case.plane, known)
    return way, domo, known


def destructions(plane: Plane) -> list[tuple[Any_, Operation]]:
    """What takes a plain dataset away, with the aspects that say so."""
    live = LittleDomo(plain_parts(plane)).live
    return [
        (aspect, op)
        for aspect in ASPECTS
        if plane in aspect.parts
        for op in numbered(aspect, aspect.destruction(aspect.observe(live, plane, names(), None)))
    ]


def through_json(document: Any) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


every_aspect = pytest.mark.parametrize("aspect", ASPECTS, ids=lambda one: one.name)
CASES = [*cases()]
every_case = pytest.mark.parametrize("case", CASES, ids=str)
over_live = pytest.mark.parametrize(
    "case", [one for one in CASES if one.start is not None], ids=str
)


def test_every_aspect_has_its_examples_here() -> None:
    assert set(SPECS) == {aspect.name for aspect in ASPECTS}
    assert KINDS["dataset"].aspects == ASPECTS


@every_aspect
def test_an_aspect_names_the_parts_that_tell_of_it(aspect: Any_) -> None:
    parts = [part for plane in aspect.parts for part in aspect.parts[plane]]

    assert parts
    assert all(isinstance(part, Part) for part in parts)
    assert plane_for(aspect, frozenset(Plane)) is next(iter(aspect.parts))
    assert plane_for(aspect, frozenset()) is None


@every_aspect
def test_an_aspect_is_declared_by_its_own_key_only(aspect: Any_) -> None:
    for name, specs in SPECS.items():
        for spec in specs:
            declared = aspect.declared(entry(**spec), names())
            says = aspect.is_declared(entry(**spec))

            assert says == (name == aspect.name or aspect.name == "identity")
            assert (declared is not None) == says


@every_aspect
def test_a_declared_value_survives_the_state(aspect: Any_) -> None:
    for spec in SPECS[aspect.name]:
        declared = aspect.declared(entry(**spec), names())
        document = through_json(aspect.dump_declared(declared))

        assert aspect.load_declared(document) == declared
        assert aspect.dump_declared(aspect.load_declared(document)) == document


@every_case
def test_a_value_survives_the_plan(case: Case) -> None:
    way = Way(case, case.domo.live)

    for value in (way.before, way.after):
        document = through_json(case.aspect.dump(value))
        assert case.aspect.load(document) == value
        assert case.aspect.dump(case.aspect.load(document)) == document


@every_case
def test_what_is_as_it_should_be_stays_so(case: Case) -> None:
    way = Way(case, case.domo.live)

    again = case.aspect.target(way.declared, way.after, None, way.setting)

    assert again == way.after


@every_case
def test_equal_values_need_no_operation(case: Case) -> None:
    _, domo, _ = applied(case)
    now = Way(case, domo.live)

    drafts = case.aspect.operations(Step(SALES, now.before, now.before, now.setting))

    assert list(drafts) == []


@every_case
def test_operations_bear_the_names_that_the_aspect_announces(case: Case) -> None:
    way = Way(case, case.domo.live)

    met = {op.name for op in way.operations if op.aspect == case.aspect.name}

    assert met <= case.aspect.operations_named


@every_aspect
def test_every_announced_operation_is_planned_by_some_example(aspect: Any_) -> None:
    met = {
        op.name
        for case in CASES
        if case.aspect is aspect
        for op in Way(case, case.domo.live).operations
        if op.aspect == aspect.name
    }
    met |= {op.name for one, op in destructions(Plane.PRODUCT) if one is aspect}

    assert met == aspect.operations_named


@every_case
def test_every_operation_becomes_one_call_of_its_plane(case: Case) -> None:
    way, domo, _ = applied(case)

    assert len(domo.sent) == len(way.operations)
    assert {call.plane for call in domo.sent} <= {case.plane}
    assert all(through_json(call.body) == call.body for call in domo.sent)
    assert {call.method for call in domo.sent} <= {"POST", "PUT", "PATCH", "DELETE"}


@every_case
def test_what_reads_stand_before_a_write_change_nothing(case: Case) -> None:
    way = Way(case, case.domo.live)

    for op in way.operations:
        aspect = aspect_of(op.address, op.aspect)
        before = aspect.lookups(op, {"id": ID}, case.plane)
        after = aspect.traces(op, {"id": ID}, case.plane)
        assert {call.method for call in [*before.values(), *after.values()]} <= {"GET"}


@every_case
def test_a_call_may_be_repeated_unless_it_creates_something(case: Case) -> None:
    way, domo, _ = applied(case)

    for op, call in zip(way.operations, domo.sent, strict=True):
        assert call.repeatable == (aspect_of(op.address, op.aspect).creates(op) == "")


@every_case
def test_what_the_calls_made_is_what_was_planned(case: Case) -> None:
    way, domo, known = applied(case)

    now = case.aspect.observe(domo.live, case.plane, names(), way.declared)

    assert known["id"] == ID
    assert now == way.after


@every_case
def test_after_its_operations_an_aspect_wants_nothing_more(case: Case) -> None:
    _, domo, _ = applied(case)

    again = Way(case, domo.live)

    assert again.operations == ()
    assert again.before == again.after


@over_live
def test_an_update_touches_its_own_aspect_only(case: Case) -> None:
    others = [one for one in ASPECTS if one is not case.aspect and case.plane in one.parts]
    before = {one.name: one.observe(case.domo.live, case.plane, names(), None) for one in others}

    _, domo, _ = applied(case)

    for one in others:
        now = one.observe(domo.live, case.plane, names(), None)
        if {one.name, case.aspect.name} != {"owner", "shares"}:
            assert now == before[one.name]


@pytest.mark.parametrize("plane", Plane)
def test_one_aspect_knows_how_to_destroy_an_object_and_that_may_be_repeated(plane: Plane) -> None:
    [(aspect, op)] = destructions(plane)

    call = aspect.call(op, {"id": ID}, plane, {})

    assert op.name in aspect.operations_named
    assert op.after is None
    assert (call.method, call.plane, call.repeatable) == ("DELETE", plane, True)


def test_one_aspect_tells_the_name_of_an_object_and_the_rest_is_its_contents() -> None:
    applied = {
        one.key: through_json(one.dump_declared(one.declared(entry(tags=["a"]), names())))
        for one in ASPECTS
        if one.is_declared(entry(tags=["a"]))
    }

    assert name_in("dataset", applied) == "Sales Orders"
    assert contents_in("dataset", applied) == {"tags": applied["tags"]}
    assert name_in("dataset", {}) == ""


@every_aspect
def test_an_aspect_that_shares_its_key_is_none_that_every_object_has(aspect: Any_) -> None:
    alone = [one.key for one in ASPECTS].count(aspect.key) == 1

    assert (aspect in common_aspects("dataset")) == alone


@every_aspect
def test_a_field_that_may_be_left_out_can_be_masked(aspect: Any_) -> None:
    for spec in SPECS[aspect.name]:
        declared = aspect.declared(entry(**spec), names())
        assert declared is not None
        for field_name in aspect.optional:
            masked = aspect.masked(declared, field_name)
            assert getattr(masked, field_name) is None
            assert f"{aspect.prefix}.{field_name}".lstrip(".") in ignorable("dataset")


@every_aspect
def test_a_field_that_cannot_be_left_out_cannot_be_masked(aspect: Any_) -> None:
    declared = aspect.declared(entry(**SPECS[aspect.name][0]), names())
    assert declared is not None

    for field_name in ("name", "mode", "provider", "nonsense"):
        with pytest.raises(KeyError):
            aspect.masked(declared, field_name)


@every_case
def test_what_is_masked_is_left_as_it_is(case: Case) -> None:
    way = Way(case, case.domo.live)
    declared = way.declared
    for field_name in case.aspect.optional:
        declared = case.aspect.masked(declared, field_name)

    after = case.aspect.target(declared, way.before, None, way.setting)

    for field_name in case.aspect.optional:
        assert getattr(after, field_name) == getattr(way.before, field_name)
