"""Fields: finds the place of a field in the tree that an entry was made from."""

from typing import Any

from domostate.errors import Location
from domostate.manifests.source import Findings, Mark, place_of
from domostate.manifests.tree import Map, Seq

__all__ = ["Fields", "value_at"]


class Fields:
    """The places of one entry's fields (`domostate.model.desired.Where`)."""

    __slots__ = ("mark", "root")

    def __init__(self, root: Any, mark: Mark) -> None:
        self.root = root
        self.mark = mark

    def __call__(self, *path: str | int) -> Location:
        """The place of the field, or of the nearest enclosing one that was written down."""
        return place_of(self.at(path))

    def line(self, *path: str | int) -> str:
        """The source line of that place, as written."""
        mark = self.at(path)
        return mark.name.line(place_of(mark).line)

    def at(self, path: tuple[str | int, ...]) -> Mark:
        """The mark of the field, or of the nearest enclosing one."""
        value, mark = self.root, self.mark
        for step in path:
            if isinstance(value, Map) and step in value:
                mark, value = value.marks[str(step)], value[str(step)]
            elif isinstance(value, Seq) and isinstance(step, int) and step < len(value):
                mark, value = value.marks[step], value[step]
            else:
                break
        return mark

    def complain(
        self, findings: Findings, path: tuple[str | int, ...], message: str, hint: str = ""
    ) -> None:
        """Note a problem with the field."""
        findings.add(self.at(path), message, hint)


def value_at(root: Any, path: tuple[str | int, ...]) -> Any:
    """What stands at a path, None where there is nothing."""
    for step in path:
        if isinstance(root, Map) and step in root:
            root = root[str(step)]
        elif isinstance(root, Seq) and isinstance(step, int) and step < len(root):
            root = root[step]
        else:
            return None
    return root
