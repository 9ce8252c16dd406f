"""A session: one environment of one project, connected and with its record."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from domostate.domo.connect import Connection, PlatformAccess, ProductAccess, connect
from domostate.engine.effects import told
from domostate.engine.embedded import emulator_data, running_emulator
from domostate.engine.kept import Kept, open_record
from domostate.engine.observe import observe
from domostate.errors import UsageError
from domostate.kinds.names import Names
from domostate.manifests.project import Environment, Project, Target
from domostate.manifests.secrets import Secret, optional_secret
from domostate.model.address import Address
from domostate.model.desired import Desired
from domostate.model.marker import marker_of
from domostate.model.observed import Observed
from domostate.model.plan import Plan
from domostate.model.state import State
from domostate.planning.missing import check_kept, is_blank
from domostate.planning.plan import make_plan
from domostate.planning.scope import Limits, Scope
from domostate.planning.visible import check_visible
from domostate.record.room import Record
from domostate.record.seen import look

__all__ = ["Made", "Session", "open_session"]

ANYBODY = ("any", "the embedded emulator")
"""The embedded emulator takes any credentials unless its estate lists some (contract §7)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan with what it was made from."""

    plan: Plan
    observed: Observed
    names: Names


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that commands on one environment share; reads only, until somebody asks
    the connection for a sender."""

    project: Project
    environment: Environment
    connection: Connection
    record: Record
    parallelism: int

    @property
    def instance(self) -> str:
        """How state and plan name the instance."""
        return self.environment.instance

    @property
    def kept(self) -> Kept:
        """What is kept of the environment."""
        return Kept(self.project, self.environment, self.record)

    def identify(self) -> None:
        """Asks Domo whom the credentials act for: the first request, before anything is decided.

        Raises:
            Unauthorized: they are not this instance's.
        """
        self.connection.reader.check_identity()

    def open_state(self) -> State:
        """The state as it stands, leftover journal included; writes nothing."""
        return self.record.open(self.project.name, self.instance, uuid4().hex)

    def scope(
        self,
        allow: Mapping[str, int],
        take_over: Collection[Address] = (),
        *,
        new_state: bool = False,
    ) -> Scope:
        """What a plan is made for; the arguments are what somebody said to the guards."""
        return Scope(
            self.environment.name,
            self.instance,
            Limits(self.environment.budgets, allow),
            self.project.marker,
            frozenset(take_over),
            new_state,
        )

    def make_plan(
        self,
        desired: Desired,
        state: State,
        allow: Mapping[str, int],
        *,
        take_over: Collection[Address] = (),
        new_state: bool = False,
    ) -> Made:
        """Reads the instance and decides what would change.

        Raises:
            StateMissing: nothing is recorded, and the instance says that something was.
            NotVisible: what is recorded is there, and these credentials may not see it.
        """
        scope = self.scope(allow, take_over, new_state=new_state)
        if is_blank(state):
            check_kept(state, look(self.record).newest, scope)
        sought = marker_of(self.project.name) if scope.marker and not new_state else ""
        observed = observe(desired, state, self.connection.reader, self.instance, sought)
        check_visible(desired, observed, state)
        plan = make_plan(desired, observed, state, scope)
        names = Names(observed.directory, desired.principals)
        plan = told(plan, observed, names, scope.limits, self.connection.reader)
        return Made(plan, observed, names)


@contextmanager
def open_session(
    project: Project, environment: Environment, *, parallelism: int, read_only: bool
) -> Iterator[Session]:
    """Connects to the environment, starting the embedded emulator where it asks for one.

    With `read_only`, the read token is used where there is one, and the other is never loaded.

    Raises:
        UsageError: no credentials, or one that is named and missing; or the package for the
            backend of the state is.
        StateError: the backend cannot be opened.
    """
    with ExitStack() as stack:
        product, platform = _access(project, environment, stack, read_only=read_only)
        connection = stack.enter_context(connect(product, platform, parallelism=parallelism))
        record = stack.enter_context(open_record(project, environment))
        yield Session(project, environment, connection, record, parallelism)


def _access(
    project: Project, environment: Environment, stack: ExitStack, *, read_only: bool
) -> tuple[ProductAccess | None, PlatformAccess | None]:
    names = environment.credentials
    reads = names.read_developer_token if read_only else None
    token = _credential(reads or names.developer_token, project)
    client, secret = (_credential(one, project) for one in (names.client_id, names.client_secret))
    product_url, platform_url = environment.base_url, environment.platform_url
    if environment.kind is Target.EMULATOR:
        data = emulator_data(project.root, environment.name)
        product_url = stack.enter_context(running_emulator(data, environment.estate))
        platform_url = product_url
        token, client, secret = (one or ANYBODY for one in (token, client, secret))
    product = platform = None
    if token is not None:
        product = ProductAccess(product_url, token[0], token[1])
    if client is not None and secret is not None:
        platform = PlatformAccess(platform_url, client[0], secret[0], f"{client[1]}, {secret[1]}")
    if product is None and platform is None:
        raise UsageError(
            f"no credentials for {environment.name}: {names.developer_token.ref} is not set",
            hint="Set it, or DOMO_CLIENT_ID and DOMO_CLIENT_SECRET, or name others under "
            "credentials: in domostate.yml.",
        )
    return product, platform


def _credential(secret: Secret, project: Project) -> tuple[str, str] | None:
    """The value of a credential and where it comes from."""
    value = optional_secret(secret, project.root)
    return None if value is None else (value, secret.ref)
