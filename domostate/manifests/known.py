"""Known keys: which keys a model takes at a place, for people who mistyped one."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["known_keys"]


def known_keys(model: Any, path: tuple[str | int, ...], branch: str = "") -> tuple[str, ...]:
    """The keys that the models at a path take.

    Where the path ends in a union, `branch` is the name that pydantic gives the chosen member.
    """
    candidates = list(_models(model))
    for step in path:
        candidates = [inner for one in candidates for inner in _step(one, step)]
    models = [one for one in candidates if _is_model(one)]
    chosen = [one for one in models if branch and one.__name__ in branch] or models
    return tuple(dict.fromkeys(key for one in chosen for key in _fields(one)))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[Any]:
    """The members of an annotation, unions and annotations taken apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _models(member)
    else:
        yield annotation


def _step(annotation: Any, step: str | int) -> Iterator[Any]:
    if _is_model(annotation):
        if step in (fields := _fields(annotation)):
            yield from _models(fields[str(step)])
    elif get_origin(annotation) is list and isinstance(step, int):
        yield from _models(get_args(annotation)[0])
    elif get_origin(annotation) is dict and isinstance(step, str):
        yield from _models(get_args(annotation)[1])
