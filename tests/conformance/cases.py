"""One row of the table of calls: what pydomo is asked, sends, gives back and leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.wire import Sent
from tests.emulator.client import Domo


@dataclass(frozen=True, slots=True)
class File:
    """An argument: the path of a file with this content, or of none yet."""

    name: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """An argument that can be used once."""

    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A public call of pydomo by its name, `datasets.get` or `ds_get`, and its arguments."""

    name: str
    args: tuple[Any, ...]
    named: Mapping[str, Any]

    def on(self, pydomo: Any, folder: Path) -> Any:
        """Carry it out; a generator is read to its end."""
        asked = pydomo
        for part in self.name.split("."):
            asked = getattr(asked, part)
        result = asked(*(_real(one, folder) for one in self.args), **self.named)
        return (
            list(result) if hasattr(result, "__next__") and not hasattr(result, "read") else result
        )


def call(name: str, /, *args: Any, **named: Any) -> Call:
    return Call(name, args, named)


def _real(value: Any, folder: Path) -> Any:
    match value:
        case File(name, content):
            path = folder / name
            if content is not None:
                path.write_bytes(content)
            return str(path)
        case Fresh(make):
            return make()
    return value


@dataclass(frozen=True, slots=True)
class Case:
    """A call and everything that is to be seen of it.

    `leaves` is what another client reads afterwards, by path below `/v1`: a JSON value, a text or
    only a status. In paths `{dataset}` and `{stream}` stand for what the call has made, `{id}` for
    the `id` in what it gives back. `before` prepares the estate, `after` does what it takes to see
    what was done, `types` answers the prompt of a call that asks.
    """

    call: Call
    sends: Sequence[Sent]
    gives: Any = None
    leaves: Mapping[str, Any] = field(default_factory=dict)
    prints: str = ""
    before: Callable[[Domo], object] = lambda domo: None
    after: Callable[[Domo], object] = lambda domo: None
    types: str = ""
    how: str = ""

    def __str__(self) -> str:
        return f"{self.call.name} {self.how}".strip()
