"""The JSON Schema says of a file what loading it would say."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from domostate.manifests import document_schema, project_schema
from tests.manifests.mistakes import FIELDS
from tests.manifests.projects import CONFIG
from tests.manifests.test_load import CONTRACT
from tests.manifests.test_project import SEVERAL

MANIFESTS = Draft202012Validator(document_schema())
PROJECTS = Draft202012Validator(project_schema())
SEEN_BY_A_SCHEMA = ("unknown key", "is missing", "needs", "unknown type", "unknown operator")


def plain(text: str) -> Any:
    """The values of a YAML text."""
    return YAML(typ="safe").load(text)


@pytest.mark.parametrize("schema", [document_schema(), project_schema()], ids=["file", "project"])
def test_the_schemas_are_valid_schemas(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_the_contract_s_examples_are_accepted() -> None:
    MANIFESTS.validate(plain(CONTRACT))
    PROJECTS.validate(plain(SEVERAL))
    PROJECTS.validate(plain(CONFIG))


def test_ids_may_be_numbers() -> None:
    MANIFESTS.validate(plain("datasets: {a: {name: A, owner: {user: {id: 27}}}}"))


def test_the_sample_project_is_accepted() -> None:
    root = Path(__file__).parents[2] / "manifests"
    PROJECTS.validate(plain((root / "domostate.yml").read_text()))
    for folder in ("shared", "datasets"):
        for path in sorted((root / folder).rglob("*.yml")):
            MANIFESTS.validate(plain(path.read_text()))


@pytest.mark.parametrize("mistake", FIELDS, ids=lambda one: one.name)
def test_what_an_editor_can_see_is_marked(mistake: Any) -> None:
    if not mistake.says.startswith(SEEN_BY_A_SCHEMA):
        return

    assert list(MANIFESTS.iter_errors(plain(mistake.files["m.yml"])))


@pytest.mark.parametrize(
    "text",
    [
        "projct: acme\nenvironments: {a: {instance: a}}",
        "project: acme\nenvironments: {}",
        "project: acme\nenvironments: {a: {instance: a, credentials: {client_id: hunter2}}}",
        "project: acme\nenvironments: {a: {instance: a}}\nbudgets: {delete: many}",
    ],
)
def test_a_wrong_project_is_rejected(text: str) -> None:
    assert list(PROJECTS.iter_errors(plain(text)))
