"""Where the generations of a state are kept: a folder on this machine."""

from pathlib import Path

from domostate.errors import LineageMismatch, StateError
from domostate.model.state import State
from domostate.record.files import DISK, Files, file_errors, write_whole
from domostate.record.state_file import decode_state, encode_state

__all__ = ["LocalStore"]


class LocalStore:
    """The state of one environment in `<folder>/<environment>.json`.

    The generation before is `<environment>.json.backup`.
    """

    def __init__(self, folder: Path, environment: str, files: Files = DISK) -> None:
        self.path = folder / f"{environment}.json"
        self.backup = folder / f"{environment}.json.backup"
        self._files = files

    def load(self) -> State | None:
        """The present generation, None when there is none yet."""
        content = self._read()
        return None if content is None else decode_state(content, self.path)

    def save(self, state: State) -> None:
        """Make `state` the present generation, at once.

        Raises:
            LineageMismatch: the present generation is of another lineage.
            StateError: it is of the same serial or a later one, or the disk does not take it.
        """
        content = encode_state(state)
        before = self._read()
        if before is not None:
            self._check_succession(decode_state(before, self.path), state)
            write_whole(self._files, self.backup, before)
        write_whole(self._files, self.path, content)

    def _read(self) -> bytes | None:
        with file_errors(self.path, "read"):
            return self._files.read(self.path)

    def _check_succession(self, present: State, next_: State) -> None:
        if present.lineage != next_.lineage:
            raise LineageMismatch(
                f"{self.path}: holds the lineage {present.lineage}, and what is to be saved is "
                f"of the lineage {next_.lineage}",
                hint="Another project or another first run wrote it. Move one of the two away.",
            )
        if present.serial >= next_.serial:
            raise StateError(
                f"{self.path}: holds serial {present.serial}, and what is to be saved is serial "
                f"{next_.serial}: another run saved in between",
                hint="Plan again on the present state:\n  domostate plan",
            )
