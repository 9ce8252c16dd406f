"""Everything that is read from an instance, in few calls. Nothing here can write."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Final

from domostate.domo import batches, crowd, directory, identity, marked, names
from domostate.domo.batches import Key, Learned, SchemaLists
from domostate.domo.directory import Users
from domostate.domo.identity import Identity, Standing
from domostate.domo.parts import Missing, read_part, read_stream
from domostate.domo.reading import Reading
from domostate.errors import DomoError, Forbidden, Unauthorized
from domostate.model.call import Call, Part, Plane
from domostate.model.observed import Found, Live, Presence
from domostate.model.people import Group
from domostate.model.principal import Directory, Principal

__all__ = ["Reader"]

_PLATFORM_PARTS: Final = frozenset({Part.DATASET, Part.API_STREAM})
_FEW: Final = 3  # arbitrary: up to here, searching for single API streams beats listing all


class Reader:
    """Reads on the planes that there are credentials for; safe between threads.

    Parts that were read stay known until `forget`, so that nothing is read twice in one run;
    look-ups by name, the directory and `get` are asked anew each time.
    """

    def __init__(
        self, reading: Reading, platform_user: Callable[[], Identity] | None = None
    ) -> None:
        self._reading = reading
        self._platform_user = platform_user
        self._known: dict[Key, Any] = {}
        self._schema_lists = SchemaLists()
        self._me: Identity | None = None
        self._identified = False

    @property
    def planes(self) -> frozenset[Plane]:
        """The planes that there are credentials for."""
        return self._reading.planes

    @property
    def calls(self) -> int:
        """Requests sent, repetitions included; signing in is not counted."""
        return self._reading.calls

    @property
    def lists_lag(self) -> bool:
        """Whether a list has said that it comes from an index which runs behind (product §9)."""
        return self._reading.lists_lag

    def check_identity(self) -> Principal | None:
        """Whom the credentials act for; every plane's credentials are tried, once.

        None where only the Platform plane is there and its token reply does not say.

        Raises:
            Unauthorized: Domo does not take them. On the Product plane 403 stands for a token
                of another instance (product §1.1).
        """
        if not self._identified:
            self._me = self._identity()
            self._identified = True
        return None if self._me is None else self._me.principal

    def _identity(self) -> Identity | None:
        on_platform = self._platform_user() if self._platform_user else None
        if Plane.PRODUCT not in self.planes:
            return on_platform if on_platform and on_platform.principal.id else None
        try:
            return identity.identity(self._reading)
        except Forbidden as error:
            raise _as_unauthorized(error) from error

    def directory(
        self, users: bool, groups: bool, accounts: bool, *, standing: bool = False
    ) -> Directory:
        """Who there is, as far as asked for; deleted users and groups are left out.

        `standing`: also what the running identity may do without a grant, and its groups.
        """
        me, mine = self.check_identity(), Standing(None)
        if standing and self._me is not None:
            mine = identity.standing(self._reading, self._me)
        known = directory.users(self._reading) if users else Users({}, frozenset(), {})
        if me is not None and not me.name:
            me = Principal(me.type, me.id, known.emails.get(me.id, ""))
        return Directory(
            users=known.emails,
            groups=directory.groups(self._reading) if groups else {},
            accounts=directory.accounts(self._reading) if accounts else {},
            inactive=known.inactive,
            me=me,
            manages=mine.manages,
            my_groups=mine.groups,
            roles=known.roles,
        )

    def groups_within(self, ids: Collection[str]) -> dict[str, Group]:
        """The groups with their members, and those in them; see `crowd.groups_within`."""
        return crowd.groups_within(self._reading, ids)

    def managing(self, roles: Mapping[str, str]) -> frozenset[str]:
        """Of users (by id, with the id of their role) those who manage every dataset."""
        return crowd.managing(self._reading, roles)

    def find_by_name(self, wanted: Collection[str]) -> dict[str, tuple[Found, ...]]:
        """The datasets that bear each name exactly; see `names.find_by_name`."""
        return names.find_by_name(self._reading, frozenset(wanted))

    def find_marked(self, tag: str) -> tuple[Found, ...]:
        """Some datasets that bear the tag; see `marked.find_marked`."""
        return marked.find_marked(self._reading, tag)

    def get(self, call: Call) -> Any:
        """The decoded reply to a read that an aspect has put together.

        Raises:
            ValueError: the call is not a read.
        """
        return self._reading.ask(call)

    def forget(self, ids: Iterable[str]) -> None:
        """Read these datasets anew when they are next asked for, as after a write."""
        for id_ in ids:
            for part in Part:
                # Never by going through what is known: other threads add to it meanwhile.
                self._known.pop((part, id_), None)

    def read(self, wanted: Mapping[str, frozenset[Part]]) -> dict[str, Live]:
        """The wanted parts of each dataset by id, and whether it is there at all.

        A dataset of which nothing is wanted is looked for all the same. `Live.parts` holds what
        was wanted and could be read: the columns of both schemas as `{"columns": […]}`, policies
        as a list, everything else as decoded; None for a stream that is not there. A part that
        Domo refuses makes the dataset `INVISIBLE`.
        """
        least = Part.METADATA if Plane.PRODUCT in self.planes else Part.DATASET
        asked = {id_: wanted[id_] or frozenset({least}) for id_ in sorted(wanted)}
        # Streams are read by an id that the metadata holds.
        first = frozenset({Part.METADATA, Part.STREAM})
        self._learn([(Part.METADATA, id_) for id_, parts in asked.items() if parts & first])
        there = {id_: parts for id_, parts in asked.items() if self._refusal(id_) is None}
        self._learn(sorted((part, id_) for id_, parts in there.items() for part in parts))
        self._settle_absent(there)
        return {id_: self._live(id_, parts) for id_, parts in asked.items()}

    def _learn(self, keys: Sequence[Key]) -> None:
        """Read what is not known yet: in batches, then one by one what these left open."""
        ahead = [key for key in keys if key not in self._known]
        tasks: list[Callable[[], Learned]] = []
        for part, of_part in groupby(sorted(ahead), key=lambda key: key[0]):
            tasks += self._batches(part, [id_ for _, id_ in of_part])
        for learned in self._reading.all(tasks):
            self._known.update(learned)
        rest = [key for key in ahead if key not in self._known]
        outcomes = self._reading.all([partial(self._single, part, id_) for part, id_ in rest])
        self._known.update(zip(rest, outcomes, strict=True))

    def _batches(self, part: Part, ids: Sequence[str]) -> list[Callable[[], Learned]]:
        """The bulk reads of one part; none for one dataset, where a single read says more."""
        if len(ids) < 2:
            return []
        match part:
            case Part.METADATA:
                return batches.metadata(self._reading, ids)
            case Part.SCHEMA | Part.INDEXED:
                return self._schema_lists.tasks(self._reading, part, ids)
            case Part.STREAM:
                streams = {id_: stream for id_ in ids if (stream := self._stream_id(id_))}
                return batches.streams(self._reading, streams)
            case Part.API_STREAM if len(ids) > _FEW:
                return [partial(batches.all_api_streams, self._reading, ids)]
            case _:
                return []

    def _single(self, part: Part, id_: str) -> Any:
        if part is Part.STREAM:
            stream_id = self._stream_id(id_)
            return read_stream(self._reading, stream_id) if stream_id else None
        return read_part(self._reading, part, id_)

    def _stream_id(self, id_: str) -> str:
        raw = self._known.get((Part.METADATA, id_))
        return str(raw.get("streamId") or "") if isinstance(raw, dict) else ""

    def _refusal(self, id_: str) -> Missing | None:
        known = self._known.get((Part.METADATA, id_))
        return known if isinstance(known, Missing) else None

    def _settle_absent(self, asked: Mapping[str, frozenset[Part]]) -> None:
        """Have the dataset itself decide where one of its parts was not found.

        Raises:
            NotFound: the dataset is there and its part is not.
        """
        absent = {
            (part, id_): known.error
            for id_, parts in asked.items()
            for part in sorted(parts - _PLATFORM_PARTS - {Part.METADATA})
            if isinstance(known := self._known.get((part, id_)), Missing)
            and known.presence is Presence.ABSENT
        }
        self._learn([(Part.METADATA, id_) for id_ in sorted({id_ for _, id_ in absent})])
        for (part, id_), error in absent.items():
            if self._refusal(id_) is not None:
                continue
            if part is not Part.INDEXED:
                raise error
            # A guess: before the first index there may be no indexed schema (product §2.5).
            self._known[part, id_] = {"columns": []}

    def _live(self, id_: str, parts: frozenset[Part]) -> Live:
        outcomes = {
            part: self._known[part, id_] for part in sorted(parts) if (part, id_) in self._known
        }
        found = {part: one for part, one in outcomes.items() if not isinstance(one, Missing)}
        presence = self._presence(id_, outcomes)
        return Live(id_, presence, {} if presence is Presence.ABSENT else found)

    def _presence(self, id_: str, outcomes: Mapping[Part, Any]) -> Presence:
        if (refusal := self._refusal(id_)) is not None:
            return refusal.presence
        missing = {one.presence for one in outcomes.values() if isinstance(one, Missing)}
        if not missing:
            return Presence.PRESENT
        # Only the Platform plane's own object can still be absent here. If the Product plane has
        # seen the dataset, it is there, but not for the other plane's client.
        seen = (Part.METADATA, id_) in self._known
        return Presence.ABSENT if missing == {Presence.ABSENT} and not seen else Presence.INVISIBLE


def _as_unauthorized(error: DomoError) -> Unauthorized:
    return Unauthorized(
        f"{error.message}; check that the developer token was made on this instance",
        method=error.method,
        path=error.path,
        status=error.status,
        toe=error.toe,
    )
