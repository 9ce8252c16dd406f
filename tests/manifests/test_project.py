"""Projects: which one is opened, which environment is meant, and where secrets are found."""

from pathlib import Path

import pytest

from domostate.errors import ExitCode, ManifestError, UsageError
from domostate.manifests import (
    Environment,
    Secret,
    Target,
    open_project,
    optional_secret,
    resolve_secret,
)
from domostate.views.errors import error_text
from tests.manifests.projects import CONFIG, write

SEVERAL = """\
project: acme-analytics
required_version: ">=0.1"
manifests: [shared, datasets]
marker: false
vars: {suffix: "", team: data}
state: {backend: local, path: .domostate/state}
budgets: {revoke: 5%, owner: 1}
environments:
  sandbox:
    url: "emulator:"
    estate: estate.yml
  dev:
    instance: acme-dev
    credentials:
      developer_token: env:DOMO_DEV_TOKEN
      read_developer_token: file:secrets/read
    vars: {suffix: " (dev)", version: 1.50}
    principals: {ada@acme.example: ada.dev@acme.example, "group:Finance": Finance Dev}
    budgets: {delete: 5}
  lab:
    url: http://127.0.0.1:8080/
"""


def environment(root: Path, named: str | None, text: str = SEVERAL) -> Environment:
    """An environment of a project of that text."""
    return open_project(write(root, {"domostate.yml": text})).environment(named)


def test_the_only_environment_is_the_default(tmp_path: Path) -> None:
    assert environment(tmp_path, None, CONFIG).name == "sandbox"


@pytest.mark.parametrize("named", [None, ""])
def test_production_is_never_guessed(tmp_path: Path, named: str | None) -> None:
    with pytest.raises(UsageError, match="several environments: dev, lab, sandbox") as raised:
        environment(tmp_path, named)

    assert raised.value.exit_code is ExitCode.USAGE
    assert "DOMOSTATE_ENV" in raised.value.hint


def test_an_unknown_environment_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no environment 'sandbx'") as raised:
        environment(tmp_path, "sandbx")

    assert raised.value.hint == "did you mean 'sandbox'?"


def test_an_instance_has_domo_s_addresses(tmp_path: Path) -> None:
    dev = environment(tmp_path, "dev")

    assert (dev.kind, dev.instance) == (Target.INSTANCE, "acme-dev")
    assert dev.base_url == "https://acme-dev.domo.com"
    assert dev.platform_url == "https://api.domo.com"
    assert dev.vars == {"suffix": " (dev)", "team": "data", "version": "1.50"}
    assert dev.principals["group:Finance"] == "Finance Dev"
    assert dev.budgets == {"delete": 5, "revoke": "5%", "owner": 1}


def test_a_url_serves_both_planes(tmp_path: Path) -> None:
    lab = environment(tmp_path, "lab")

    assert lab.kind is Target.URL
    assert lab.base_url == lab.platform_url == lab.instance == "http://127.0.0.1:8080"


def test_the_emulator_has_no_address_yet(tmp_path: Path) -> None:
    sandbox = environment(tmp_path, "sandbox")

    assert (sandbox.kind, sandbox.instance) == (Target.EMULATOR, "emulator")
    assert sandbox.base_url == sandbox.platform_url == ""
    assert sandbox.estate == tmp_path / "estate.yml"


def test_credentials_are_names_with_the_usual_ones_as_defaults(tmp_path: Path) -> None:
    credentials = environment(tmp_path, "dev").credentials

    assert credentials.developer_token == Secret("env:DOMO_DEV_TOKEN")
    assert credentials.read_developer_token == Secret("file:secrets/read")
    assert credentials.client_id == Secret("env:DOMO_CLIENT_ID", stated=False)


def test_a_project_knows_its_folders_and_state(tmp_path: Path) -> None:
    project = open_project(write(tmp_path, {"domostate.yml": SEVERAL}))

    assert project.name == "acme-analytics"
    assert not project.marker
    assert project.folders == (tmp_path / "shared", tmp_path / "datasets")
    assert project.record_folder == tmp_path / ".domostate/state"


def test_a_missing_domostate_yml_is_a_usage_error_that_says_where_and_what_to_do(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match=r"holds no domostate\.yml") as raised:
        open_project(tmp_path)

    assert str(tmp_path) in str(raised.value)
    assert "-C DIR" in raised.value.hint


def test_a_domostate_yml_above_is_pointed_at(tmp_path: Path) -> None:
    write(tmp_path, {"datasets/a.yml": ""})

    with pytest.raises(UsageError) as raised:
        open_project(tmp_path / "datasets")

    assert raised.value.hint == "there is one above: -C .."


def test_the_other_ending_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "domostate.yaml").write_text(CONFIG)

    with pytest.raises(UsageError) as raised:
        open_project(tmp_path)

    assert raised.value.hint == "rename domostate.yaml to domostate.yml"


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        open_project(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["domostate.yml/a", "domostate.yml/b/c"])
def test_a_folder_called_domostate_yml_cannot_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.touch()

    with pytest.raises(ManifestError, match="it is a folder"):
        open_project(tmp_path, display_root=tmp_path)


def test_all_mistakes_of_domostate_yml_come_together(tmp_path: Path) -> None:
    text = (
        "projct: acme\nstate: {backend: s4}\nenvironments:\n  dev: {instanc: acme, vars: {a: []}}\n"
    )

    with pytest.raises(ManifestError) as raised:
        open_project(write(tmp_path, {"domostate.yml": text}), display_root=tmp_path)

    assert [str(one.where) for one in raised.value.findings] == [
        "domostate.yml:1:1",
        "domostate.yml:2:9",
        "domostate.yml:4:9",
        "domostate.yml:4:31",
    ]


def test_names_in_findings_are_relative_to_the_current_folder(tmp_path: Path) -> None:
    write(tmp_path / "team", {"domostate.yml": "project: []\n"})

    for shown_from, name in ((tmp_path, "team/domostate.yml"), (Path("/usr"), "domostate.yml")):
        with pytest.raises(ManifestError) as raised:
            open_project(tmp_path / "team", display_root=shown_from)
        where = raised.value.findings[0].where
        assert where is not None
        assert where.file == name


@pytest.mark.parametrize("query", ["token=SECRETQ", "SECRETQ", "a=1&key=SECRETQ"])
def test_a_secret_in_the_query_of_an_address_is_never_shown(tmp_path: Path, query: str) -> None:
    config = f'project: acme\nenvironments:\n  dev: {{url: "http://u:PW@h/x?{query}"}}\n'

    with pytest.raises(ManifestError) as caught:
        environment(tmp_path, None, config)

    shown = error_text(caught.value)
    assert "http://" in shown
    assert "PW" not in shown
    assert "SECRETQ" not in shown


def test_a_secret_is_read_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOMO_DEV_TOKEN", " abc ")
    (tmp_path / "token").write_text("def\n")

    assert resolve_secret("env:DOMO_DEV_TOKEN", tmp_path) == "abc"
    assert resolve_secret("file:token", tmp_path) == "def"
    assert optional_secret(Secret("file:token"), tmp_path) == "def"


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("env:DOMO_NOT_SET", "the environment variable DOMO_NOT_SET is not set"),
        ("file:nowhere", "nowhere cannot be read: No such file"),
        ("file:empty", "empty is empty"),
        ("file:lines", "lines holds more than one line"),
        ("file:bytes", "bytes cannot be read: it is not text"),
        ("hunter2", "named by env:NAME or file:PATH"),
    ],
)
def test_a_missing_secret_is_named_and_never_shown(
    ref: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOMO_NOT_SET", raising=False)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "lines").write_text("hunter2\nhunter3")
    (tmp_path / "bytes").write_bytes(b"hunter2\xff")

    with pytest.raises(UsageError, match=says) as raised:
        resolve_secret(ref, tmp_path)

    assert "hunter" not in repr(raised.value)


def test_only_the_usual_names_may_be_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOMO_CLIENT_ID", raising=False)

    assert optional_secret(Secret("env:DOMO_CLIENT_ID", stated=False), tmp_path) is None
    with pytest.raises(UsageError):
        optional_secret(Secret("env:DOMO_CLIENT_ID"), tmp_path)
