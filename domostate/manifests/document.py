"""What a manifest file may hold (contract §2). The JSON Schema is generated from these models."""

from typing import Any, Final

from pydantic import Field, TypeAdapter, create_model

from domostate.kinds.dataset.spec import DatasetSpec, GrantSpec, PolicySpec
from domostate.kinds.references import Frozen

__all__ = [
    "DATASET",
    "DEFAULTS",
    "GRANT",
    "LATER",
    "POLICY",
    "SECTIONS",
    "DefaultsSpec",
    "DocumentSpec",
]

LATER: Final = {"groups": "groups", "moved": "moved addresses", "removed": "removals"}
"""Sections of the manifest language that are not built yet, and what they hold."""


def _defaults() -> type[Frozen]:
    fields: dict[str, Any] = {
        name: (field.annotation, Field(default=None, alias=field.alias))
        if field.is_required()
        else (field.rebuild_annotation(), field)
        for name, field in DatasetSpec.model_fields.items()
        if name != "name"
    }
    doc = "What every dataset of the file says unless it says otherwise itself."
    return create_model("DefaultsSpec", __base__=Frozen, __doc__=doc, **fields)


DefaultsSpec = _defaults()


class DocumentSpec(Frozen):
    """A manifest: datasets by local name, sets that they use, and the file's defaults."""

    datasets: dict[str, DatasetSpec] | None = None
    share_sets: dict[str, list[GrantSpec]] | None = None
    policy_sets: dict[str, list[PolicySpec]] | None = None
    defaults: DefaultsSpec | None = None  # type: ignore[valid-type]


SECTIONS: Final = tuple(DocumentSpec.model_fields)

DATASET: Final = TypeAdapter(DatasetSpec)
DEFAULTS: Final[TypeAdapter[Any]] = TypeAdapter(DefaultsSpec)
GRANT: Final = TypeAdapter(GrantSpec)
POLICY: Final = TypeAdapter(PolicySpec)
