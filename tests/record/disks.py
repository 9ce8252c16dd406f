"""Disks that fail: one on which the run dies, one that forgets what was not synced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from domostate.record.files import Files


class Died(BaseException):
    """The process is gone: nothing that it would still do happens."""


class Dying:
    """A disk on whose `dies_at`th change (counted from 1) the process dies, before its effect.

    Of a write half arrives.
    """

    def __init__(self, files: Files, dies_at: int) -> None:
        self.files = files
        self.left = dies_at

    def _step(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Died

    def read(self, path: Path) -> bytes | None:
        return self.files.read(path)

    def exists(self, path: Path) -> bool:
        return self.files.exists(path)

    def names(self, folder: Path) -> Sequence[str]:
        return self.files.names(folder)

    def make_folder(self, folder: Path) -> None:
        self._step()
        self.files.make_folder(folder)

    def create(self, path: Path) -> int:
        self._step()
        return self.files.create(path)

    def write(self, descriptor: int, content: bytes) -> None:
        if self.left == 1:
            self.files.write(descriptor, content[: len(content) // 2])
        self._step()
        self.files.write(descriptor, content)

    def sync(self, descriptor: int) -> None:
        self._step()
        self.files.sync(descriptor)

    def close(self, descriptor: int) -> None:
        # The system closes what a dead process had open.
        self.files.close(descriptor)
        self._step()

    def replace(self, source: Path, target: Path) -> None:
        self._step()
        self.files.replace(source, target)

    def remove(self, path: Path) -> None:
        self._step()
        self.files.remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        self.files.sync_folder(folder)


@dataclass
class _Inode:
    synced: bytes = b""
    content: bytes = b""


@dataclass
class SimulatedDisk:
    """A disk in memory that knows what a loss of power may take: names and content alike."""

    synced_names: dict[Path, int] = field(default_factory=dict)
    renames: list[tuple[Path, int | None]] = field(default_factory=list)
    """Changes of names since the folder was synced, in order; None takes the name away."""
    inodes: list[_Inode] = field(default_factory=list)

    @property
    def names_now(self) -> dict[Path, int]:
        """The names as a running process sees them."""
        return self._names_after(len(self.renames))

    def _names_after(self, count: int) -> dict[Path, int]:
        merged: dict[Path, int | None] = {**self.synced_names}
        for name, inode in self.renames[:count]:
            merged[name] = inode
        return {name: inode for name, inode in merged.items() if inode is not None}

    def after_power_loss(self) -> Iterator["SimulatedDisk"]:
        """Each disk that may be found: any first part of the renames, none, half or all of the
        content that was not synced. The last is what a killed process leaves.
        """
        for count in range(len(self.renames) + 1):
            for share in (0, 1, 2):
                inodes = [_Inode(found := _surviving(one, share), found) for one in self.inodes]
                yield SimulatedDisk(self._names_after(count), [], inodes)

    def read(self, path: Path) -> bytes | None:
        inode = self.names_now.get(path)
        return None if inode is None else self.inodes[inode].content

    def exists(self, path: Path) -> bool:
        return path in self.names_now

    def names(self, folder: Path) -> Sequence[str]:
        return [one.name for one in self.names_now if one.parent == folder]

    def make_folder(self, folder: Path) -> None:
        pass

    def create(self, path: Path) -> int:
        if path in self.names_now:
            raise FileExistsError(17, "File exists")
        self.inodes.append(_Inode())
        self.renames.append((path, len(self.inodes) - 1))
        return len(self.inodes) - 1

    def write(self, descriptor: int, content: bytes) -> None:
        self.inodes[descriptor].content += content

    def sync(self, descriptor: int) -> None:
        self.inodes[descriptor].synced = self.inodes[descriptor].content

    def close(self, descriptor: int) -> None:
        pass

    def replace(self, source: Path, target: Path) -> None:
        # One step: a crash finds the file under its old name, or under the new one.
        self.renames.append((target, self.names_now[source]))
        self.renames.append((source, None))

    def remove(self, path: Path) -> None:
        if path in self.names_now:
            self.renames.append((path, None))

    def sync_folder(self, folder: Path) -> None:
        self.synced_names, self.renames = self.names_now, []


def _surviving(inode: _Inode, share: int) -> bytes:
    unsynced = inode.content[len(inode.synced) :]
    return inode.synced + unsynced[: len(unsynced) * share // 2]
