"""`domostate state …` through the real program: what is remembered, looked at and put right."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.scenarios.lab import Lab, Project

WHY = ("--reason", "why not")
YES = (*WHY, "--auto-approve")


def document(project: Project, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = project.call(*arguments, "--json")
    assert done.code == code, done.said
    found: dict[str, Any] = json.loads(done.out)
    return found


def files(project: Project) -> Mapping[str, bytes]:
    """All that is kept, but for the lock."""
    folder = project.state_file().parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".guard")
    }


@pytest.fixture
def twice(applied: Project) -> Project:
    """The small project after a second apply."""
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    applied.apply()
    return applied


def test_list_names_address_id_and_run_of_every_entry(lab: Lab, applied: Project) -> None:
    ids = {one["name"]: one["id"] for one in lab.snapshot()["datasets"]}
    run = applied.state()["runs"][-1]["run"]

    done = applied.call("state", "list")
    listed = document(applied, "state", "list")

    first = done.out.splitlines()[0].split()
    assert first == ["dataset.airports", ids["Airports"], "run", run]
    assert "6 entries, 0 protected." in done.out
    assert done.err == ""
    assert {"address": "dataset.airports", "id": ids["Airports"], "protect": False, "run": run} in (
        listed["entries"]
    )
    assert listed["serial"] == 1


def test_show_tells_what_was_applied_and_pull_gives_the_bytes(twice: Project) -> None:
    shown = document(twice, "state", "show", "dataset.orders")
    before = document(twice, "state", "show", "dataset.orders", "--serial", "1")
    pulled = twice.run("state", "pull")
    earlier = twice.run("state", "pull", "--serial", "1")

    assert shown["applied"]["identity"]["description"] == "Rows."
    assert before["applied"]["identity"]["description"] == "One row per order."
    assert 'identity: {"description": "Rows."' in twice.call("state", "show", "dataset.orders").out
    assert pulled.out.encode() == twice.state_file().read_bytes()
    assert earlier.out.encode() == files(twice)["lab.history/00000001.json"]
    assert pulled.err == earlier.err == ""


def test_show_without_an_address_tells_of_the_generation(twice: Project) -> None:
    present = document(twice, "state", "show")
    first = document(twice, "state", "show", "--serial", "1")

    assert (present["serial"], first["serial"]) == (2, 1)
    assert present["parent"] == first["hash"]
    assert present["saved"]["operation"] == "apply"
    assert f"hash     {present['hash']}" in twice.call("state", "show").out


def test_history_tells_who_saved_what_when_and_why(twice: Project) -> None:
    twice.call("state", "mv", "dataset.orders", "dataset.sales", *YES)

    found = document(twice, "state", "history")

    assert [(one["serial"], one["operation"]) for one in found["generations"]] == [
        (3, "state mv"),
        (2, "apply"),
        (1, "apply"),
    ]
    latest, _, first = found["generations"]
    assert latest["reason"] == "why not"
    assert re.fullmatch(r".+@.+", latest["actor"])
    assert first["run"] == found["runs"][-1]["run"]
    assert [one["outcome"] for one in found["runs"]] == ["complete", "complete"]
    assert "why not" in twice.call("state", "history").out


def test_a_move_and_its_way_back_leave_the_plan_empty(lab: Lab, applied: Project) -> None:
    before, mark = applied.state()["entries"], lab.mark()

    there = applied.call("state", "mv", "dataset.orders", "dataset.sales", *YES)
    back = applied.call("state", "mv", "dataset.sales", "dataset.orders", *YES)

    assert (there.code, back.code) == (0, 0), there.said + back.said
    assert "~ move dataset.orders -> dataset.sales id" in there.out
    assert "is at serial 2, with 6 entries." in there.out
    assert applied.state()["entries"] == before
    assert lab.requests(since=mark) == []
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_what_is_given_up_stays_in_domo_and_is_rebuilt_from_there(
    lab: Lab, applied: Project
) -> None:
    at_first, ids = lab.snapshot(), applied.state()["entries"]

    gone = applied.call("state", "rm", "dataset.orders", "dataset.events", *YES)
    back = applied.call("state", "rebuild", *YES)
    planned = applied.plan()

    assert (gone.code, back.code) == (0, 0), gone.said + back.said
    assert ". forget dataset.events" in gone.out
    assert "(it stays in Domo)" in gone.out
    assert "4 entries stay as recorded." in back.out
    assert lab.snapshot() == at_first
    entries = applied.state()["entries"]
    assert {one: entry["id"] for one, entry in entries.items()} == {
        one: entry["id"] for one, entry in ids.items()
    }
    assert entries["dataset.airports"] == ids["dataset.airports"]
    assert planned["api_cost"]["writes"] == 0


def test_without_its_state_a_project_finds_what_it_made(lab: Lab, twice: Project) -> None:
    wanted = {one: entry["id"] for one, entry in twice.state()["entries"].items()}
    for path in sorted(twice.state_file().parent.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    looked = document(twice, "state", "rebuild", "--dry-run")
    nothing = twice.call("state", "list")
    done = twice.call("state", "rebuild", *YES)
    twice.apply()

    assert {one["address"]: one["id"] for one in looked["matches"]} == wanted
    assert (nothing.code, done.code) == (1, 0), done.said
    assert {one: entry["id"] for one, entry in twice.state()["entries"].items()} == wanted
    assert twice.call("plan", "--detailed-exitcode").code == 0
    assert twice.call("state", "verify").code == 0


def test_a_damaged_state_is_replaced_by_the_generation_before_as_the_error_says(
    twice: Project,
) -> None:
    whole = twice.state_file().read_bytes()
    twice.state_file().write_bytes(whole[: len(whole) // 2])

    told = twice.call("plan")
    commands = re.findall(r"^ +domostate (.+)$", told.err, re.MULTILINE)
    pulled = twice.call("state", "pull", "--serial", "1")
    twice.write("state.json", pulled.out)
    pushed = twice.call("state", "push", "state.json", *YES)

    assert told.code == 1
    assert commands == [
        "state history",
        "state pull --serial N > state.json",
        "state push state.json --reason WHY",
    ]
    assert twice.call("state", "history").code == 0
    assert pushed.code == 0, pushed.said
    assert "is kept aside:" in pushed.out
    assert twice.apply().code == 0
    assert twice.call("plan", "--detailed-exitcode").code == 0
    assert twice.call("state", "verify").code == 0


def test_a_damaged_state_is_pulled_as_it_is_with_a_warning_beside_it(twice: Project) -> None:
    torn = twice.state_file().read_text()[:200]
    twice.state_file().write_text(torn)

    done = twice.call("state", "pull")
    sound = twice.call("state", "pull", "--serial", "1")

    assert (done.code, done.out) == (0, torn)
    assert "Warning:" in done.err
    assert "lab.json: this state file is damaged" in done.err
    assert (sound.code, sound.err) == (0, "")


def test_history_names_a_damaged_journal_where_there_is_no_state_yet(project: Project) -> None:
    project.write(".domostate/state/lab.journal", "{}\n{}\n")

    done = project.call("state", "history")

    assert done.code == 1
    assert "journal damaged" in done.err
    assert "lab.journal" in done.err


def test_a_state_is_edited_by_pulling_editing_and_pushing(applied: Project) -> None:
    value = json.loads(applied.call("state", "pull").out)
    value["entries"]["dataset.orders"]["protect"] = True
    applied.write("edited.json", json.dumps(value, indent=2))

    unsaid = applied.call("state", "push", "edited.json", *YES)
    del value["hash"]
    applied.write("edited.json", json.dumps(value, indent=2))
    said = applied.call("state", "push", "edited.json", "--edited", *YES)
    again = applied.call("state", "push", "edited.json", "--edited", *YES)

    assert (unsaid.code, said.code, again.code) == (1, 0, 1), unsaid.said + said.said + again.said
    assert "--edited" in unsaid.err
    assert "~ change dataset.orders: protected from now on" in said.out
    assert "edited from serial 1, and the state is at serial 2" in again.err


def test_a_file_can_come_from_stdin(applied: Project) -> None:
    import subprocess

    from tests.scenarios.lab import CLEAN, PROGRAM

    content = applied.state_file().read_bytes()
    done = subprocess.run(
        [PROGRAM, "state", "push", "-", *YES],
        cwd=applied.root,
        env={**CLEAN, **applied.env},
        input=content,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"Nothing to change" in done.stdout


def test_a_protected_entry_is_given_up_only_by_name(applied: Project) -> None:
    applied.replace(
        "datasets/acme.yml", "    name: Airports", "    name: Airports\n    protect: true"
    )
    applied.apply()
    before = files(applied)

    refused = applied.call("state", "rm", "dataset.airports", *YES)
    untouched = files(applied) == before
    said = applied.call("state", "rm", "dataset.airports", "--protected", "dataset.airports", *YES)

    assert refused.code == 4
    assert "--protected dataset.airports" in refused.err
    assert untouched
    assert said.code == 0, said.said


def test_verify_finds_what_is_gone_hidden_and_left_over(lab: Lab, applied: Project) -> None:
    ids = {one: entry["id"] for one, entry in applied.state()["entries"].items()}
    lab.ask_as("DELETE", f"/api/data/v3/datasources/{ids['dataset.regions']}")
    cat = applied.with_env(DOMO_DEVELOPER_TOKEN="t-cat", DOMO_CLIENT_ID="", DOMO_CLIENT_SECRET="")
    mark = lab.mark()

    found = document(applied, "state", "verify", code=1)
    hidden = document(cat, "state", "verify", code=1)
    offline = applied.call("state", "verify", "--offline")

    assert [(one["sort"], one["address"], one["id"]) for one in found["faults"]] == [
        ("gone", "dataset.regions", ids["dataset.regions"])
    ]
    assert not found["sound"]
    assert "invisible" in {one["sort"] for one in hidden["faults"]}
    assert offline.code == 0
    assert lab.writes(since=mark) == []
    told = applied.call("state", "verify").out
    assert "Fault: dataset.regions: dataset " in told
    assert "domostate state rm dataset.regions --reason WHY" in told


def test_a_run_that_was_killed_is_found_and_gone_after_the_next_apply(
    lab: Lab, project: Project
) -> None:
    lab.fault(method="POST", path="/api/data/v2/datasources", delay_ms=1500, times=1)
    with project.start("apply", "--auto-approve", "--parallelism", "1") as running:
        lab.wait_for_fault(running.process)
        busy = document(project, "state", "verify", "--offline")
        running.kill()
    lab.clear_faults()

    killed = document(project, "state", "verify", "--offline", code=1)
    project.apply()

    assert (busy["faults"], busy["serial"]) == ([], None)
    assert [one["sort"] for one in killed["faults"]] == ["journal_left"]
    assert project.call("state", "verify", "--offline").code == 0


def test_a_run_under_way_is_not_taken_for_one_left_over(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    lab.fault(method="PUT", path="/api/data/v3/datasources/*", delay_ms=1500, times=1)
    with applied.start("apply", "--auto-approve") as running:
        lab.wait_for_fault(running.process)
        busy = document(applied, "state", "verify", "--offline")
        running.kill()

    killed = document(applied, "state", "verify", "--offline", code=1)

    assert busy["faults"] == []
    assert "is at work" in busy["notes"][0]
    assert [one["sort"] for one in killed["faults"]] == ["journal_left"]
    assert killed["notes"] == []


Act = Callable[[Project], None]


def edit_history(project: Project) -> None:
    kept = project.state_file().parent / "lab.history" / "00000001.json"
    kept.write_bytes(kept.read_bytes().replace(b"Airports", b"Seaports"))


def drop_present(project: Project) -> None:
    project.state_file().unlink()


def swap_history(project: Project) -> None:
    kept = project.state_file().parent / "lab.history" / "00000001.json"
    kept.write_bytes(project.state_file().read_bytes())
    project.call("state", "mv", "dataset.orders", "dataset.sales", *YES)


@pytest.mark.parametrize(
    ("tamper", "sort"),
    [(edit_history, "damaged"), (drop_present, "missing"), (swap_history, "serial")],
)
def test_what_was_done_to_the_files_by_hand_is_found(
    twice: Project, tamper: Act, sort: str
) -> None:
    assert document(twice, "state", "verify", "--offline")["sound"]

    tamper(twice)

    found = document(twice, "state", "verify", "--offline", code=1)
    assert sort in {one["sort"] for one in found["faults"]}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "dataset.order"], 64, "did you mean 'dataset.orders'?"),
        (["show", "--serial", "7"], 1, "serial 7 is not kept; these are: 1"),
        (["pull", "--serial", "7"], 1, "serial 7 is not kept; these are: 1"),
        (["pull", "--serial", "0"], 64, "'--serial'"),
        (["mv", "dataset.order", "dataset.x", *YES], 64, "did you mean 'dataset.orders'?"),
        (["mv", "dataset.orders", "orders", *YES], 64, "not an address"),
        (["mv", "dataset.orders", "dataset.regions", *YES], 64, "is recorded already"),
        (["mv", "dataset.orders", "dataset.orders", *YES], 64, "that it is to move to"),
        (["mv", "dataset.orders", *YES], 64, "Missing argument 'TO'"),
        (["rm", *YES], 64, "Missing argument 'ADDRESS...'"),
        (["rm", "dataset.orders", "--auto-approve"], 64, "--reason is missing"),
        (["rm", "dataset.orders", "--reason", " ", "--auto-approve"], 64, "--reason is missing"),
        (["rm", "dataset.orders", *WHY], 64, "stdin is not a terminal"),
        (["rm", "dataset.orders", "--protected", "dataset.x", *YES], 64, "nothing recorded at"),
        (["rebuild", *WHY], 64, "stdin is not a terminal"),
        (["rebuild", "--confidence", "some", *YES], 64, "'--confidence'"),
        (["push", "nowhere.json", *YES], 64, "nowhere.json"),
        (["push", "domostate.yml", *YES], 1, "this state file is damaged"),
        (["push", "later.json", "--replace", "9", *YES], 1, "is at serial 1, not at 9"),
        (["push", "later.json", "--lock-timeout", "soon", *YES], 64, "is not a time span"),
        (["push", "strange.json", *YES], 3, "another lineage"),
        (["frob"], 64, "No such command 'frob'"),
        (["list", "-e", "prod"], 64, "has no environment 'prod'"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_told_and_writes_nothing(
    lab: Lab, applied: Project, arguments: list[str], code: int, words: str
) -> None:
    value = json.loads(applied.call("state", "pull").out)
    del value["hash"]
    applied.write("later.json", _hashed({**value, "serial": 5}))
    applied.write("strange.json", _hashed({**value, "serial": 5, "lineage": "another"}))
    before, mark = files(applied), lab.mark()

    done = applied.call("state", *arguments)

    assert done.code == code, done.said
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert files(applied) == before
    assert lab.writes(since=mark) == []


def _hashed(value: dict[str, Any]) -> str:
    """A state file as the program would have written it."""
    from domostate.record.state_file import decode_edited, encode_state

    return encode_state(decode_edited(json.dumps(value).encode(), "here")).decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["mv", "dataset.orders", "dataset.sales"],
        ["rm", "dataset.orders"],
        ["rebuild"],
        ["push", "one.json", "--replace", "2"],
    ],
    ids=" ".join,
)
def test_a_dry_run_needs_no_reason_shows_the_change_and_writes_nothing(
    lab: Lab, twice: Project, arguments: list[str]
) -> None:
    twice.write("one.json", twice.call("state", "pull", "--serial", "1").out)
    before = files(twice)

    with twice.start("apply", "--auto-approve", "--lock-timeout", "1s") as _:
        done = twice.call("state", *arguments, "--dry-run")

    assert done.code == 0, done.said
    assert done.out
    assert files(twice) == before


def test_who_says_no_on_a_terminal_changes_nothing(applied: Project) -> None:
    before = files(applied)
    arguments = ("state", "rm", "dataset.orders", *WHY)

    refused = applied.on_terminal(*arguments, answer="n\n")
    stopped = applied.on_terminal(*arguments, answer="\x03")
    untouched = files(applied) == before
    agreed = applied.on_terminal(*arguments, answer="y\n")

    assert (refused.code, stopped.code, agreed.code) == (1, 130, 0)
    assert "Write this to the state of lab (http://127.0.0.1:" in refused.out
    assert "Nothing was written." in refused.out
    assert untouched
    assert "State written!" in agreed.out


def test_the_state_of_the_embedded_emulator_is_read_without_starting_it(applied: Project) -> None:
    applied.write(
        "domostate.yml",
        'project: acme\nmanifests: datasets\nenvironments:\n  lab:\n    url: "emulator:"\n',
    )
    value = json.loads(applied.call("state", "pull").out)
    del value["hash"]
    applied.state_file().write_text(_hashed({**value, "instance": "emulator"}))

    codes = [
        applied.call("state", *arguments).code
        for arguments in (
            ["list"],
            ["show", "dataset.orders"],
            ["history"],
            ["pull"],
            ["verify", "--offline"],
            ["mv", "dataset.orders", "dataset.sales", *YES],
        )
    ]

    assert codes == [0, 0, 0, 0, 0, 0]
    assert not (applied.root / ".domostate" / "emulator").exists()


def test_the_state_of_another_instance_is_shown_by_none_and_named(applied: Project) -> None:
    applied.replace("domostate.yml", "127.0.0.1", "localhost")

    listed = applied.call("state", "list")
    moved = applied.call("state", "mv", "dataset.orders", "dataset.sales", *YES)
    found = document(applied, "state", "verify", "--offline", code=1)

    assert (listed.code, moved.code) == (3, 3)
    assert [one["sort"] for one in found["faults"]] == ["other_instance"]
    assert applied.call("state", "pull").code == 0
