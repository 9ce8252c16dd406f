"""JSON Schema (draft 2020-12) of manifests and of domostate.yml, for editors."""

from typing import Any, Final

from pydantic import BaseModel

from domostate.manifests.config import ProjectConfig
from domostate.manifests.document import DocumentSpec

__all__ = ["document_schema", "project_schema"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def document_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest file."""
    return _schema(DocumentSpec, "domostate manifest")


def project_schema() -> dict[str, Any]:
    """The JSON Schema of domostate.yml."""
    return _schema(ProjectConfig, "domostate.yml")


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    made = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, **made, "title": title}
