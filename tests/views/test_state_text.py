"""What is kept of an environment, as people read it; rendered from the documents."""

from collections.abc import Callable
from typing import Any

from hypothesis import given

from domostate.model.address import Address
from domostate.model.observed import Found
from domostate.model.state import Entry, OpenIntent, RunRecord, Saved, State
from domostate.planning.rebuild import How, Match, Rebuilt, Unsure
from domostate.planning.state_document import entry_document, generation_document, list_document
from domostate.planning.surgery import Altered
from domostate.views.change_text import altered_lines, rebuilt_lines, written_lines
from domostate.views.state_text import (
    entry_lines,
    generation_lines,
    history_lines,
    list_lines,
    verdict_lines,
)
from domostate.views.terminal import WIDTH
from domostate.views.text import Line, text_of
from tests.model.strategies import states
from tests.views.test_lock_text import HOLDER

Golden = Callable[[str, str], None]

ORDERS, SALES, OLD = (Address("dataset", name) for name in ("orders", "sales.eu", "old"))
ID, OTHER_ID = "4405ff58-1957-45f0-82bd-914d989a3ea3", "1787f04c-1753-5ead-b31e-5b018538b42d"
APPLIED = {
    "identity": {"name": "Sales Orders", "description": "One row per order line."},
    "tags": {"mode": "exact", "values": ["finance", "pii"]},
    "schema": {"columns": [{"name": f"column {n}", "type": "STRING"} for n in range(4)]},
    "stream": {"configuration": {"query": "SELECT 1", "privateKey": "c4n4ry"}, "empty": {}},
}
STATE = State(
    project="acme",
    environment="prod",
    instance="acme",
    lineage="2a4c917bae42",
    serial=12,
    entries={
        ORDERS: Entry(ID, APPLIED, protect=True, run="bc6677735b1c"),
        SALES: Entry(OTHER_ID, {}),
    },
    open_intents=(OpenIntent(OLD, "create_dataset", "Old", ("1",), "916f5f611afb", 3),),
    runs=(
        RunRecord(
            "916f5f611afb",
            "apply",
            "ada@laptop",
            "2026-11-20T09:00:00+00:00",
            nonce="n1",
        ),
        RunRecord(
            "bc6677735b1c",
            "apply",
            "ci@runner-7",
            "2026-11-21T12:00:00+00:00",
            "complete",
            ci_url="https://ci.test/jobs/7",
        ),
    ),
    parent="2b9874e861634581",
    hash="b88e404b5d2c01f6f99e",
    saved=Saved("2026-11-21T12:05:00+00:00", "ada@laptop", "state mv", "", "orders are sales now"),
)


def text(lines: list[Line], width: int = WIDTH) -> str:
    return text_of(lines, width)


def test_the_list_and_the_generation_read_as_recorded(golden: Golden) -> None:
    golden("state_list.txt", text(list_lines(list_document(STATE))))
    golden("state_show.txt", text(generation_lines(generation_document(STATE))))


def test_an_entry_is_shown_with_what_was_applied_but_no_secret(golden: Golden) -> None:
    shown = [entry_document(STATE, address) for address in (ORDERS, SALES, OLD)]

    whole = "\n".join(text(entry_lines(one)) for one in shown)

    golden("state_entry.txt", whole)
    assert "c4n4ry" not in whole


def generation(**changes: Any) -> dict[str, Any]:
    plain = {
        "serial": 12,
        "present": True,
        "at": "2026-11-21T12:05:00+00:00",
        "actor": "ada@laptop",
        "operation": "state mv",
        "run": "",
        "reason": "orders are sales now",
        "entries": 2,
        "lineage": "2a4c917bae42",
        "hash": "b88e404b5d2c01f6f99e",
        "parent": "2b9874e861634581",
        "damage": "",
    }
    return {**plain, **changes}


def test_the_history_tells_of_generations_runs_and_broken_locks(golden: Golden) -> None:
    document = {
        "environment": {"name": "prod", "instance": "acme"},
        "generations": [
            generation(),
            generation(
                serial=11,
                present=False,
                operation="apply",
                run="bc6677735b1c",
                reason="",
                actor="ci@runner-7",
                hash="2b9874e861634581",
            ),
            generation(serial=10, present=False, damage="history/10: it is empty"),
        ],
        "runs": generation_document(STATE)["runs"][::-1],
        "broken_locks": [
            {
                "at": "2026-11-19T08:00:00+00:00",
                "actor": "ada@laptop",
                "reason": "the runner was shut down",
                "holder": HOLDER,
            }
        ],
    }

    golden("state_history.txt", text(history_lines(document)))


def verdict(**changes: Any) -> dict[str, Any]:
    plain = {
        "environment": {"name": "prod", "instance": "acme"},
        "sound": True,
        "serial": 12,
        "generations": 7,
        "entries": 57,
        "looked_in_domo": True,
        "faults": [],
        "notes": [],
    }
    return {**plain, **changes}


def test_a_verdict_names_every_fault_and_what_to_do(golden: Golden) -> None:
    fault = {
        "sort": "gone",
        "message": f"dataset.old: dataset {ID} is gone in Domo",
        "hint": "Give it up:\n  domostate state rm dataset.old --reason WHY",
        "address": "dataset.old",
        "id": ID,
    }
    documents = [
        verdict(),
        verdict(looked_in_domo=False, notes=["ada@laptop is at work"]),
        verdict(sound=False, faults=[fault]),
        verdict(sound=False, faults=[fault, fault], entries=None, looked_in_domo=False),
    ]

    golden("state_verify.txt", "\n".join(text(verdict_lines(one)) for one in documents))


def changed(**entries: Entry) -> State:
    """STATE with other entries, one generation on."""
    addresses = {Address("dataset", name.replace("_", ".")): one for name, one in entries.items()}
    return State("acme", "prod", "acme", "2a4c917bae42", 13, addresses, STATE.open_intents)


def test_a_change_to_the_state_is_shown_entry_by_entry(golden: Golden) -> None:
    orders, sales = STATE.entries[ORDERS], STATE.entries[SALES]
    after = changed(
        renamed=orders, sales_eu=Entry("9", {"tags": {}}, True, "r9"), fresh=Entry("10", {})
    )
    nothing = State("acme", "prod", "acme", "l2", 0, {})
    gives_up = State("acme", "prod", "acme", "l9", 13, {ORDERS: orders}, ())
    alterations = [
        Altered(STATE, after),
        Altered(STATE, gives_up, ("prod.json: this state file is damaged: it is empty",)),
        Altered(STATE, changed(orders=orders, sales_eu=sales)),
        Altered(nothing, changed(orders=orders)),
        Altered(STATE, STATE),
    ]

    shown = "\n".join(text(altered_lines(one, "prod (acme)")) for one in alterations)

    golden("state_change.txt", shown)


def test_a_rebuild_shows_how_sure_it_is_and_what_it_leaves_open(golden: Golden) -> None:
    found = Rebuilt(
        matches=(
            Match(ORDERS, ID, "Sales Orders", How.MARKER, protect=True),
            Match(SALES, OTHER_ID, "Sales", How.NAME, protect=False),
            Match(Address("dataset", "targets"), "7", "Targets", How.ADOPT, protect=False),
            Match(OLD, "8", "", How.EARLIER, protect=False),
        ),
        unsure=(
            Unsure(Address("dataset", "a"), "A", "2 datasets bear the name", ("1", "2")),
            Unsure(Address("dataset", "b"), "B", "no dataset bears the name"),
        ),
        kept=(Address("dataset", "kept"),),
        strangers=(Found("77", "Left over"),),
    )
    altered = Altered(State("acme", "prod", "acme", "l2", 0, {}), STATE, ("serial 11 is kept",))
    nothing = Rebuilt((), (), (ORDERS, SALES), ())

    shown = text(rebuilt_lines(found, altered, "prod (acme)"))
    shown += "\n" + text(rebuilt_lines(nothing, Altered(STATE, STATE), "prod (acme)"))

    golden("state_rebuild.txt", shown)


def test_what_was_written_is_said_in_one_line_that_scripts_can_read() -> None:
    assert text(written_lines(STATE, "prod (acme)"), width=40) == (
        "State written! prod (acme) is at serial 12, with 2 entries.\n"
    )


@given(states, states)
def test_nothing_of_a_state_can_move_the_cursor(one: State, other: State) -> None:
    lines = [
        *list_lines(list_document(one)),
        *generation_lines(generation_document(one)),
        *(row for address in one.entries for row in entry_lines(entry_document(one, address))),
        *altered_lines(Altered(one, other), one.environment),
    ]

    assert all(row.isprintable() for row in text(lines).split("\n"))
