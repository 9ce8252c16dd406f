"""The dataset kind: its aspects, in the order in which they look at each other."""

from typing import Any

from domostate.kinds.aspect import Aspect
from domostate.kinds.dataset.connector import ConnectorAspect
from domostate.kinds.dataset.identity import IdentityAspect
from domostate.kinds.dataset.owner import OwnerAspect
from domostate.kinds.dataset.pdp import PdpAspect
from domostate.kinds.dataset.schema import SchemaAspect
from domostate.kinds.dataset.shares import SharesAspect
from domostate.kinds.dataset.stream import ApiStreamAspect
from domostate.kinds.dataset.tags import TagsAspect

__all__ = ["ASPECTS"]

ASPECTS: tuple[Aspect[Any, Any], ...] = (
    IdentityAspect(),
    SchemaAspect(),
    OwnerAspect(),
    TagsAspect(),
    SharesAspect(),
    PdpAspect(),
    ConnectorAspect(),
    ApiStreamAspect(),
)
