"""What goes where: data to stdout, talk to stderr, the same bytes for the same inputs."""

import json
import re
from typing import Any

import pytest

from tests.scenarios.acme import acme
from tests.scenarios.lab import Lab, Project

ESCAPE = "\x1b["
TOP = {
    "format_version",
    "domostate_version",
    "environment",
    "digests",
    "nonce",
    "created_at",
    "allow",
    "changes",
    "access",
    "access_changes",
    "drift",
    "api_cost",
    "budgets",
    "summary",
}
SUMMARY = re.compile(
    r"Plan: \d+ to adopt, \d+ to add, \d+ to change, \d+ to forget, \d+ to destroy; "
    r"\d+ access to revoke\. \d+ unchanged, \d+ skipped, \d+ differences suppressed\."
)


def test_plan_json_is_the_plan_file_and_nothing_else(project: Project) -> None:
    done = project.call("plan", "--json", "--out", "plan.json")

    document = json.loads(done.out)
    assert set(document) >= TOP
    assert document["format_version"] == "1.0"
    assert done.out == (project.root / "plan.json").read_text()
    assert "domostate apply plan.json" in done.err


def test_a_plan_on_stdout_can_be_applied(lab: Lab, project: Project) -> None:
    project.write("plan.json", project.call("plan", "--json").out)

    assert project.call("apply", "plan.json", "--auto-approve").code == 0


def test_apply_json_is_one_event_a_line(project: Project) -> None:
    done = project.call("apply", "--auto-approve", "--json")

    events: list[dict[str, Any]] = [json.loads(line) for line in done.out.splitlines()]
    names = [one["event"] for one in events]
    assert names[0] == "run_started"
    assert names[-1] == "run_finished"
    assert names.count("operation_started") == names.count("operation_succeeded") == 32
    assert names.count("change_applied") == 6
    assert SUMMARY.search(done.err)


def test_the_frozen_lines_are_whole_and_on_stdout(applied: Project) -> None:
    nothing = applied.call("plan")
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    something = applied.call("plan", "-q")

    assert "No changes. lab (http://127.0.0.1:" in nothing.out
    assert SUMMARY.search(something.out)
    assert re.search(
        r"^Access: 0 people gain, 0 lose, 0 change rows\.$", something.out, re.MULTILINE
    )
    assert re.search(r"^API: \d+ reads, 1 writes planned\.$", something.out, re.MULTILINE)
    assert len(something.out.splitlines()) == 3


def test_an_apply_ends_with_its_result(project: Project) -> None:
    done = project.apply()

    assert re.search(
        r"Apply complete! Resources: 1 adopted, 5 added, 0 changed, 0 forgotten, 0 destroyed; "
        r"0 access revoked\. Verified 6 of 6\.",
        done.said,
    )


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_a_plan_is_the_same_whatever_the_hash_seed_and_the_threads(
    lab: Lab, project: Project, seed: str
) -> None:
    plain = project.plan()
    seeded = project.with_env(PYTHONHASHSEED=seed)

    found = [seeded.run("plan", "--json", "--parallelism", n) for n in ("1", "8")]

    assert [_frozen(json.loads(one.out)) for one in found] == [_frozen(plain)] * 2


def test_a_plan_of_a_change_is_the_same_twice(applied: Project) -> None:
    applied.replace("datasets/acme.yml", "access: CAN_EDIT", "access: CAN_SHARE")
    applied.replace("datasets/acme.yml", "values: [West]", "values: [West, South]")

    first, second = applied.plan(), applied.plan()

    assert _frozen(first) == _frozen(second)
    assert first["nonce"] != second["nonce"]


def test_chdir_is_as_if_started_there(project: Project) -> None:
    there = project.call("plan", "--json")
    elsewhere = Project(project.root.parent, project.env).call(
        "-C", project.root.name, "plan", "--json"
    )

    assert elsewhere.code == 0, elsewhere.said
    assert _frozen(json.loads(elsewhere.out)) == _frozen(json.loads(there.out))


def test_there_is_no_colour_where_nobody_sees_it(project: Project) -> None:
    assert ESCAPE not in project.call("plan").said


@pytest.mark.parametrize(
    ("env", "flags", "coloured"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({}, ["--no-color"], False),
        ({"TERM": "dumb"}, [], False),
    ],
    ids=["a terminal", "NO_COLOR", "an empty NO_COLOR", "--no-color", "a dumb terminal"],
)
def test_colour_is_for_terminals_that_want_it(
    lab: Lab, project: Project, env: dict[str, str], flags: list[str], coloured: bool
) -> None:
    terminal = project.with_env(**{"TERM": "xterm", **env}).on_terminal(*flags, "plan")

    assert terminal.code == 0
    assert (ESCAPE in terminal.out) is coloured


@pytest.mark.parametrize(
    ("answer", "code", "words", "writes"),
    [
        ("y\n", 0, "Apply complete!", 32),
        ("n\n", 1, "Nothing was written.", 0),
        ("\n", 1, "Nothing was written.", 0),
        ("\x03", 130, "Nothing was written.", 0),
        ("\x04", 130, "Nothing was written.", 0),
    ],
    ids=["yes", "no", "return", "Ctrl-C", "Ctrl-D"],
)
def test_a_person_is_asked(
    lab: Lab, project: Project, answer: str, code: int, words: str, writes: int
) -> None:
    terminal = project.with_env(TERM="dumb").on_terminal("apply", answer=answer)

    assert terminal.code == code, terminal.out
    assert "Apply this to lab (http://127.0.0.1:" in terminal.out
    assert words in terminal.out
    assert len(lab.writes()) == writes


def test_schema_is_json(lab: Lab, tmp_path: Any) -> None:
    done = acme(lab, tmp_path).call("schema")

    assert json.loads(done.out)["$schema"].startswith("https://json-schema.org/")


def _frozen(document: dict[str, Any]) -> str:
    left = {key: one for key, one in document.items() if key not in ("nonce", "created_at")}
    return json.dumps(left, sort_keys=True)
