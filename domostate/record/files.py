"""The few things that are asked of a disk, so that a test can put a failing one in its place."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from domostate.errors import StateError

__all__ = ["DISK", "DiskFiles", "Files", "file_errors", "free_name", "write_whole"]


class Files(Protocol):
    """A disk; everything it creates is readable by its owner alone."""

    def read(self, path: Path) -> bytes | None:
        """The whole file, None when there is none."""
        ...

    def exists(self, path: Path) -> bool:
        """Whether there is such a file."""
        ...

    def names(self, folder: Path) -> Sequence[str]:
        """The names of the files in a folder; none when there is no such folder."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Create the folder and those above it; an existing one stays as it is."""
        ...

    def create(self, path: Path) -> int:
        """A descriptor for appending to a new file; raises FileExistsError."""
        ...

    def write(self, descriptor: int, content: bytes) -> None:
        """Append all of `content`."""
        ...

    def sync(self, descriptor: int) -> None:
        """Return once the content of the file survives a loss of power."""
        ...

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename in one step; what `target` held is gone."""
        ...

    def remove(self, path: Path) -> None:
        """Remove the file; none there is as good."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Return once the names in the folder survive a loss of power."""
        ...


class DiskFiles:
    """The disk of this machine."""

    def read(self, path: Path) -> bytes | None:
        """See `Files`."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def exists(self, path: Path) -> bool:
        """See `Files`."""
        return path.exists()

    def names(self, folder: Path) -> Sequence[str]:
        """See `Files`."""
        try:
            return [one.name for one in folder.iterdir()]
        except FileNotFoundError:
            return []

    def make_folder(self, folder: Path) -> None:
        """See `Files`; the names of new folders survive a loss of power."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            self.sync_folder(one.parent)

    def create(self, path: Path) -> int:
        """See `Files`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        # Windows alone knows text mode and would write two bytes for each end of line.
        return os.open(path, flags | getattr(os, "O_BINARY", 0), mode=0o600)

    def write(self, descriptor: int, content: bytes) -> None:
        """See `Files`."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        """See `Files`."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """See `Files`."""
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """See `Files`."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """See `Files`."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """See `Files`."""
        if os.name == "nt":
            # Windows opens no folders; NTFS writes renames through its own log.
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


DISK: Final = DiskFiles()

_NEXT: Final = {
    errno.ENOSPC: "Free some space on that disk, then run the same command again.",
    errno.EDQUOT: "Free some of your quota on that disk, then run the same command again.",
    errno.EACCES: "Give this user read and write access to it, then run the same command again.",
    errno.EPERM: "Give this user read and write access to it, then run the same command again.",
    errno.EROFS: "Mount the disk writable, or choose another state.path in domostate.yml.",
}


@contextmanager
def file_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn what the operating system says about `path` into a StateError."""
    try:
        yield
    except OSError as error:
        raise StateError(
            f"{path}: cannot be {doing}: {error.strerror or error}",
            hint=_NEXT.get(error.errno or 0, "Check state.path in domostate.yml and the disk."),
        ) from error


def write_whole(files: Files, path: Path, content: bytes) -> None:
    """Put `content` in the place of what `path` holds: after a crash it is the old or the new."""
    # One name for all tries, so that a crash leaves one file at most; one that nobody else uses.
    fresh = path.with_name(f".{path.name}.domostate-new")
    with file_errors(path, "written"):
        files.make_folder(path.parent)
        files.remove(fresh)
        try:
            _write_new(files, fresh, content)
            files.replace(fresh, path)
        except BaseException:
            with suppress(OSError):
                files.remove(fresh)
            raise
        files.sync_folder(path.parent)


def _write_new(files: Files, path: Path, content: bytes) -> None:
    descriptor = files.create(path)
    try:
        files.write(descriptor, content)
        files.sync(descriptor)
    finally:
        files.close(descriptor)


def free_name(files: Files, path: Path, label: str) -> Path:
    """The first of `<name>.<label>-1`, `-2` and so on that no file bears."""
    number = 1
    while files.exists(candidate := path.with_name(f"{path.name}.{label}-{number}")):
        number += 1
    return candidate
