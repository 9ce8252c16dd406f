"""What can go wrong, in the words of the people who have to do something about it.

    DomostateError             fit to show; carries findings where there are several
    ├─ UsageError              a command line or a configuration that cannot be carried out
    ├─ ManifestError           file:line:column, all findings at once
    ├─ PlanError ─ Ambiguous · Refused (Protected, ManagedElsewhere, SuspectedMove) ·
    │              WrongInstance · DependencyCycle · NotVisible
    ├─ StateError ─ StalePlan · Locked · Overtaken · LineageMismatch · StateMissing ·
    │              JournalDamaged · NoAccess
    └─ DomoError ─ Unauthorized · Forbidden · NotFound · Conflict · RateLimited · Rejected ·
                   Broken · Unreachable

Bugs are not `DomostateError`s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

__all__ = [
    "Ambiguous",
    "Broken",
    "Conflict",
    "DependencyCycle",
    "DomoError",
    "DomostateError",
    "ExitCode",
    "Finding",
    "Forbidden",
    "JournalDamaged",
    "LineageMismatch",
    "Location",
    "Locked",
    "ManagedElsewhere",
    "ManifestError",
    "NoAccess",
    "NotFound",
    "NotVisible",
    "Overtaken",
    "PlanError",
    "Protected",
    "RateLimited",
    "Refused",
    "Rejected",
    "StalePlan",
    "StateError",
    "StateMissing",
    "SuspectedMove",
    "Unauthorized",
    "Unreachable",
    "UsageError",
    "WrongInstance",
]


class ExitCode(IntEnum):
    """The exit codes of the contract (§4)."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    GUARD = 3
    REFUSED = 4
    STALE = 5
    PARTIAL = 6
    DRIFT = 7
    LOCKED = 8
    UNAUTHORIZED = 9
    BUDGET = 10
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file that a person wrote; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: what is wrong, where, and what to do next."""

    message: str
    where: Location | None = None
    source_line: str = ""
    """The line of the file as written, for people to recognise it."""
    hint: str = ""
    """What to do next, or the near name."""


class DomostateError(Exception):
    """An error that is fit to show.

    `summary` never contains user data, so that the same problem always looks the same.
    """

    exit_code: ExitCode = ExitCode.ERROR
    summary = "error"

    def __init__(self, message: str = "", findings: Sequence[Finding] = (), hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.findings = tuple(findings)
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.message] if self.message else []
        lines += (f"{f.where}: {f.message}" if f.where else f.message for f in self.findings)
        return "\n".join(lines)


class UsageError(DomostateError):
    """The command line or the environment asked for cannot be carried out as given."""

    exit_code = ExitCode.USAGE
    summary = "usage"


class ManifestError(DomostateError):
    """The project's files hold mistakes; all of them are in `findings`, sorted by place."""

    summary = "invalid manifests"


class PlanError(DomostateError):
    """No plan can be made that does what the manifests ask for."""

    summary = "cannot plan"


class Ambiguous(PlanError):
    """A name that stands for more than one object in Domo."""

    summary = "ambiguous name"


class DependencyCycle(PlanError):
    """Operations that wait for each other."""

    summary = "dependency cycle"


class NotVisible(PlanError):
    """What is recorded is there, and these credentials may not see it."""

    exit_code = ExitCode.UNAUTHORIZED
    summary = "not permitted"


class Refused(PlanError):
    """The plan exceeds a limit that nobody has lifted."""

    exit_code = ExitCode.REFUSED
    summary = "refused by budget"


class Protected(Refused):
    """What is protected would be destroyed, or lose its protection."""

    summary = "refused by protection"


class ManagedElsewhere(Refused):
    """The plan would write to what bears the marker of another project."""

    summary = "refused: another project manages it"


class SuspectedMove(Refused):
    """The plan would make something new of what may be there under another address."""

    summary = "refused: is it a move?"


class WrongInstance(PlanError):
    """The state or the plan belongs to another instance."""

    exit_code = ExitCode.GUARD
    summary = "wrong instance"


class StateError(DomostateError):
    """The state cannot be read or written."""

    summary = "state"


class StalePlan(StateError):
    """The saved plan no longer describes what it would act on."""

    exit_code = ExitCode.STALE
    summary = "stale plan"


class Locked(StateError):
    """Another run holds the state."""

    exit_code = ExitCode.LOCKED
    summary = "state locked"


class Overtaken(StateError):
    """Another run saved the state in between: what is to be saved was made from an older one."""

    exit_code = ExitCode.LOCKED
    summary = "state overtaken"


class LineageMismatch(StateError):
    """A state, plan or journal of another lineage."""

    exit_code = ExitCode.GUARD
    summary = "another lineage"


class StateMissing(StateError):
    """There is no state, and the instance says that there was one."""

    exit_code = ExitCode.GUARD
    summary = "state missing"


class JournalDamaged(StateError):
    """A journal that cannot be replayed; the damaged file is kept aside."""

    summary = "journal damaged"


class NoAccess(StateError):
    """Where the state is kept, these credentials are not known or may not do this."""

    exit_code = ExitCode.UNAUTHORIZED
    summary = "no access to the state"


class DomoError(DomostateError):
    """Domo did not do what it was asked for.

    `status` is the HTTP status, 0 where there was no answer; `toe` is Domo's own trace id, to be
    given to Domo's support (product §1.2).
    """

    summary = "Domo answered with an error"
    next_step = ""

    def __init__(
        self, message: str, *, method: str = "", path: str = "", status: int = 0, toe: str = ""
    ) -> None:
        super().__init__(message, hint=self.next_step)
        self.method = method
        self.path = path
        self.status = status
        self.toe = toe

    def __str__(self) -> str:
        answered = f"{self.status}" if self.status else "no answer"
        trace = f" (toe {self.toe})" if self.toe else ""
        return f"{self.method} {self.path}: {answered}: {self.message}{trace}"


class Unauthorized(DomoError):
    """The credentials are not known to the instance (401, or 403 on the Platform plane)."""

    exit_code = ExitCode.UNAUTHORIZED
    summary = "not authenticated"


class Forbidden(DomoError):
    """The object is there, and these credentials may not do this with it."""

    exit_code = ExitCode.UNAUTHORIZED
    summary = "not permitted"


class NotFound(DomoError):
    """There is no such object."""

    summary = "not found"


class Conflict(DomoError):
    """Domo refuses because of the present state of the object (409)."""

    summary = "conflict"


class RateLimited(DomoError):
    """Too many calls; the call had no effect."""

    exit_code = ExitCode.BUDGET
    summary = "rate limited"


class Rejected(DomoError):
    """Domo understood and said no (other 4xx)."""

    summary = "rejected"


class Broken(DomoError):
    """Domo failed (5xx), or what answered is not Domo; a write may have had its effect."""

    summary = "Domo failed"


class Unreachable(DomoError):
    """No answer arrived; a write may have had its effect."""

    summary = "Domo cannot be reached"
    next_step = "Check the address, the network, and that the instance or the emulator is up."
