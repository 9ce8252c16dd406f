"""Manifests: from the YAML files of a project to what they declare for one environment."""

from domostate.manifests.json_schema import document_schema, project_schema
from domostate.manifests.load import load
from domostate.manifests.project import Environment, Project, Target, open_project
from domostate.manifests.secrets import Credentials, Secret, optional_secret, resolve_secret

__all__ = [
    "Credentials",
    "Environment",
    "Project",
    "Secret",
    "Target",
    "document_schema",
    "load",
    "open_project",
    "optional_secret",
    "project_schema",
    "resolve_secret",
]
