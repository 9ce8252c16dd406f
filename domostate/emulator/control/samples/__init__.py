"""A room of samples: for every endpoint that reads a body, bodies that it takes.

They are those of Domo's pages where a page shows one, else those of the references. Nothing but the
description is made from them: examples, and from these the shapes.
"""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples import (
    datasets,
    own,
    people,
    platform,
    policies,
    rows,
    streams,
)
from domostate.emulator.control.samples.filling import Text

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    **datasets.SAMPLES,
    **own.SAMPLES,
    **people.SAMPLES,
    **platform.SAMPLES,
    **policies.SAMPLES,
    **rows.SAMPLES,
    **streams.SAMPLES,
}
"""Bodies by method and path of the route; what is no JSON is a `Text`."""

__all__ = ["SAMPLES", "Text"]
