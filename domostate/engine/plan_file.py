"""Plan files on disk: written whole or not at all, readable by their owner only."""

from pathlib import Path

from domostate.errors import PlanError, StateError, UsageError
from domostate.model.plan import Plan
from domostate.planning.codec import decode, plan_from
from domostate.record.files import DISK, write_whole

__all__ = ["read_plan", "save_plan"]


def save_plan(path: Path, text: str) -> None:
    """Writes the plan file; raises UsageError when it cannot be written."""
    try:
        write_whole(DISK, path.absolute(), f"{text}\n".encode())
    except StateError as error:
        raise UsageError(f"--out {path}: {error.message}", hint=error.hint) from error


def read_plan(path: Path) -> tuple[Plan, str]:
    """The plan of a file, and its digest.

    Raises:
        UsageError: the file cannot be read.
        PlanError: it is not a plan, or was edited.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="Name a file of plan --out.") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{path} is not a plan file: it is not text") from error
    document = decode(text)
    return plan_from(document), str(document["digests"]["plan"])
