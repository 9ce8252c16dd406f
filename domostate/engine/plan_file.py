"""Plan files: written whole or not at all, readable by their owner only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from domostate import __version__
from domostate.errors import PlanError, StateError, UsageError
from domostate.model.plan import Plan
from domostate.planning.codec import canonical, decode, plan_document, plan_from
from domostate.record.files import DISK, write_whole

__all__ = ["Approved", "read_plan", "save_plan"]

_ELSEWHERE: Final = (
    "Name another file with --out, in a folder that you may write to, with room on its disk."
)


@dataclass(frozen=True, slots=True)
class Approved:
    """A plan with the document that people saw and approved."""

    plan: Plan
    document: Mapping[str, Any]

    @classmethod
    def now(cls, plan: Plan) -> Self:
        """The plan with a document made now, which no other is like."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        document = plan_document(plan, nonce=uuid4().hex, created_at=at, version=__version__)
        return cls(plan, document)

    @property
    def digest(self) -> str:
        """Covers everything but the nonce and the time."""
        return str(self.document["digests"]["plan"])

    @property
    def nonce(self) -> str:
        """Tells this plan from another of the same content: it is carried out once."""
        return str(self.document["nonce"])

    @property
    def text(self) -> str:
        """The document as its file has it."""
        return canonical(self.document)


def save_plan(path: Path, text: str) -> None:
    """Writes the plan file; raises UsageError when it cannot be written."""
    try:
        write_whole(DISK, path.absolute(), f"{text}\n".encode())
    except StateError as error:
        raise UsageError(f"--out: {error.message}", hint=_ELSEWHERE) from error


def read_plan(path: Path) -> Approved:
    """The plan of a file.

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
    return Approved(plan_from(document), document)
