"""What a manifest file may hold (contract §2). The JSON Schema is generated from these models."""

from typing import Any, Final

from pydantic import Field, TypeAdapter, create_model, model_validator

from domostate.kinds.dataset.spec import DatasetSpec, GrantSpec, PolicySpec
from domostate.kinds.references import Frozen

__all__ = [
    "DATASET",
    "DEFAULTS",
    "GRANT",
    "LATER",
    "MOVED",
    "POLICY",
    "REMOVED",
    "SECTIONS",
    "DefaultsSpec",
    "DocumentSpec",
    "MovedSpec",
    "RemovedSpec",
]

LATER: Final = {"groups": "groups"}
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


class MovedSpec(Frozen):
    """An address that is declared under another name from now on; nothing changes in Domo."""

    from_: str = Field(alias="from", min_length=1)
    to: str = Field(min_length=1)


class RemovedSpec(Frozen):
    """An address that is declared no longer, on purpose.

    `destroy` has no default: what stays and what goes is to be read in the manifest itself, and
    the tools that people come from disagree about it.
    """

    address: str = Field(min_length=1)
    destroy: bool
    reason: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _reasoned(self) -> "RemovedSpec":
        if self.destroy and not (self.reason or "").strip():
            raise ValueError("destroy takes a reason, which the plan shows")
        return self


class DocumentSpec(Frozen):
    """A manifest: datasets by local name, sets that they use, and the file's defaults.

    `moved` and `removed` say what became of addresses that are declared no longer.
    """

    datasets: dict[str, DatasetSpec] | None = None
    share_sets: dict[str, list[GrantSpec]] | None = None
    policy_sets: dict[str, list[PolicySpec]] | None = None
    moved: list[MovedSpec] | None = None
    removed: list[RemovedSpec] | None = None
    defaults: DefaultsSpec | None = None  # type: ignore[valid-type]


SECTIONS: Final = tuple(DocumentSpec.model_fields)

DATASET: Final = TypeAdapter(DatasetSpec)
DEFAULTS: Final[TypeAdapter[Any]] = TypeAdapter(DefaultsSpec)
GRANT: Final = TypeAdapter(GrantSpec)
MOVED: Final = TypeAdapter(MovedSpec)
POLICY: Final = TypeAdapter(PolicySpec)
REMOVED: Final = TypeAdapter(RemovedSpec)
