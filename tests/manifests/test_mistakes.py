"""Every mistake is told with its place, the source line, and what to do next."""

import re
from pathlib import Path

import pytest

from tests.manifests.mistakes import Mistake
from tests.manifests.mistakes_beside import MISTAKES
from tests.manifests.projects import findings, write

EIGHT = """\
defaults: {onwer: ada@acme.example}
datasets:
  orders:
    name: Orders
    schema: [{name: region, type: STRIN}]
    shares: {use: [finanse]}
    descripton: One row per order.
  lines:
    name: Orders
    tags: [1]
    pdp:
      policies:
        - name: West
          filters: [{column: region, operator: BETWEEN, values: [a]}]
          users: [{user: ada@acme.example, until: 2027-01-31}]
"""

JARGON = re.compile(r"pydantic|https?://errors|Input should|constrained-str|\bdict\b|\bNone\b")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_is_told_once_with_its_place_and_what_to_do(
    mistake: Mistake, tmp_path: Path
) -> None:
    found = findings(write(tmp_path, mistake.files))

    assert [str(one.where) for one in found] == [mistake.where]
    (finding,) = found
    assert mistake.says in finding.message
    assert mistake.hint in finding.hint
    assert not JARGON.search(finding.message + finding.hint)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_the_source_line_is_shown_as_written(mistake: Mistake, tmp_path: Path) -> None:
    (finding,) = findings(write(tmp_path, mistake.files))

    assert finding.where is not None
    text = (tmp_path / finding.where.file).read_bytes().decode(errors="replace")
    written = (text.splitlines() or [""])[finding.where.line - 1]
    if "credentials" not in written:
        assert finding.source_line == written


def test_one_file_with_eight_mistakes_reports_all_eight(tmp_path: Path) -> None:
    found = findings(write(tmp_path, {"m.yml": EIGHT}))

    assert [(one.where.line, one.message) for one in found if one.where] == [
        (1, "unknown key 'onwer'"),
        (5, "unknown type 'STRIN'"),
        (6, "unknown share set 'finanse'"),
        (7, "unknown key 'descripton'"),
        (9, "another dataset has the name 'Orders': dataset.orders at m.yml:4:5"),
        (10, "entry 1 of tags needs text, has the number 1"),
        (14, "values of BETWEEN are exactly two, here are 1"),
        (15, "until: this version of domostate does not manage access that ends yet"),
    ]


def test_mistakes_of_all_files_come_together_sorted_by_place(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "b/one.yml": "datasets: {b: {}}\n",
        "a.yml": "datasets:\n  a: {name: A, tag: []}\n  c: [\n",
        "b/two.yaml": "\tx",
        "environments/sandbox.yml": "datasets: []\n",
    }

    found = findings(write(tmp_path, files))

    assert [str(one.where) for one in found] == [
        "a.yml:3:7",
        "b/one.yml:1:12",
        "b/two.yaml:1:1",
        "environments/sandbox.yml:1:1",
    ]


def test_what_an_unreadable_file_may_declare_is_not_called_unknown(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "sets.yml": "share_sets: {finance: [",
        "m.yml": "datasets: {orders: {name: Orders, shares: {use: [finance]}}}\n",
        "environments/sandbox.yml": "datasets: {others: {name: Others}}\n",
    }

    found = findings(write(tmp_path, files))

    assert [str(one.where) for one in found] == ["sets.yml:1:24"]


@pytest.mark.parametrize(
    "credentials",
    [
        "credentials: {developer_token: hunter2}",
        "credentials: {develper_token: hunter2}",
        "credentials: hunter2",
        "credentials: [hunter2]",
        "developer_token: hunter2",
        "credentials:\n      developer_token: hunter2\n      client_secret: hunter2",
        "credentials: {developer_token: {a: hunter2}}",
        "credentials: {client_secret: hunter2",
        'credentials: {client_secret: "hunter2',
    ],
)
def test_a_secret_in_the_file_is_never_repeated(credentials: str, tmp_path: Path) -> None:
    text = f"project: acme\nenvironments:\n  dev:\n    instance: acme\n    {credentials}\n"

    found = findings(write(tmp_path, {"domostate.yml": text, "m.yml": ""}))

    assert found
    assert "hunter2" not in repr(found)
