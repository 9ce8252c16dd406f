"""Describes to people how two values differ; the one place that asks deepdiff.

Only pairs already known to differ come here: deepdiff costs orders of magnitude more than `==`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domostate.model.change import Document

__all__ = ["differing_paths", "path_text", "value_at"]

Path = tuple[str, ...]


def differing_paths(before: Document, after: Document) -> Sequence[Path]:
    """The paths at which two keyed documents differ, sorted; lists count as one value."""
    # Imported here: it brings numpy, and pandas where there is one, which takes longer than a plan
    # in which nothing differs.
    from deepdiff import DeepDiff

    report = DeepDiff(before, after, view="tree", verbose_level=0, threshold_to_diff_deeper=0)
    paths = {
        _without_indexes(level.path(output_format="list"))
        for levels in report.values()
        for level in levels
    }
    return sorted(paths)


def value_at(document: Document, path: Path) -> Any:
    """The value at a path, None where there is none."""
    value: Any = document
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def path_text(prefix: str, path: Path) -> str:
    """A path as people read it: dots between fields, keys of lists in brackets."""
    text = prefix
    for key in path:
        if key.startswith("[") or not key:
            text += key
        else:
            text += f".{key}" if text else key
    return text


def _without_indexes(path: Sequence[Any]) -> Path:
    kept: list[str] = []
    for key in path:
        if not isinstance(key, str):
            break
        kept.append(key)
    return tuple(kept)
