"""From an estate file into the database."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from domostate.emulator.content import Lookup, chosen_ids, seed_content
from domostate.emulator.content_rows import column_count, seed_rows
from domostate.emulator.estate import (
    AccountEntry,
    ById,
    DatasetEntry,
    Estate,
    GroupEntry,
    PolicyEntry,
    PrincipalEntry,
    Ref,
    StreamEntry,
)
from domostate.emulator.faults.kept import take
from domostate.emulator.rows.vault import Vault
from domostate.emulator.store.accounts import Account, Share, add_share, save_account
from domostate.emulator.store.attributes import AttributeKey, save_key
from domostate.emulator.store.credentials import set_password
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import add_dataset
from domostate.emulator.store.groups import Group, add_group, add_members, add_owners
from domostate.emulator.store.people import User, add_user
from domostate.emulator.store.policies import Filter, Policy, ensure_all_rows, save_policy
from domostate.emulator.store.roles import Role, add_system_roles, save_role
from domostate.emulator.store.schemas import Column, add_version
from domostate.emulator.store.streams import Stream, save_stream, system_tags
from domostate.emulator.switches import DEFAULT, changed

_SEEDED = uuid.UUID("0b8a1a53-54a4-4f0e-9d0e-1f2f6a7b9c20")


def seed(db: Database, vault: Vault, estate: Estate, now_ms: int) -> None:
    """Empty the database and fill it with `estate`; the same estate gives the same ids.

    The estate becomes what a reset goes back to.

    Raises:
        EstateInvalid: rows of it cannot be taken.
    """
    viewer, db.view_of = db.view_of, None  # loading is no write that the history should tell
    try:
        db.empty()
        db.set_switches(changed(DEFAULT, estate.switches))
        take(db, db.start)
        db.remember("estate", estate.model_dump_json(by_alias=True))
        seeder = _Seeder(db, estate, now_ms)
        seeder.run()
        seed_rows(db, vault, seeder.written, now_ms)
    finally:
        db.view_of = viewer


class _Seeder:
    """Chosen ids are taken first, so that the others cannot collide with them."""

    def __init__(self, db: Database, estate: Estate, now_ms: int) -> None:
        self.db = db
        self.estate = estate
        self.now_ms = now_ms
        for kind, ids in self._chosen_ids():
            for number in ids:
                if number is not None:
                    db.reserve_id(kind, number)
        self.users = {one.email: self._id("user", one.id) for one in estate.users}
        group_ids = [self._id("group", one.id) for one in estate.groups]
        self.group_ids = group_ids
        self.groups = {one.name: i for one, i in zip(estate.groups, group_ids, strict=True)}
        account_ids = [self._id("account", one.id) for one in estate.accounts]
        self.account_ids = account_ids
        self.accounts = {one.name: i for one, i in zip(estate.accounts, account_ids, strict=True)}
        self.written: dict[str, DatasetEntry] = {}
        """The datasets that say more of their rows than how many there are, by their ids."""
        self.named = Counter(dataset.name for dataset in estate.datasets if dataset.id is None)

    def _chosen_ids(self) -> Iterable[tuple[str, list[int | None]]]:
        estate = self.estate
        yield "user", [one.id for one in estate.users]
        yield "user", [one.former_owner for one in estate.accounts]
        yield "role", [one.id for one in estate.roles]
        yield "group", [one.id for one in estate.groups]
        yield "account", [one.id for one in estate.accounts]
        yield "policy", [policy.id for one in estate.datasets for policy in one.pdp.policies]
        yield "stream", [one.stream.id for one in estate.datasets if one.stream is not None]
        for dataset in estate.datasets:
            yield from chosen_ids(dataset)

    def _id(self, kind: str, chosen: int | None) -> int:
        return self.db.next_id(kind) if chosen is None else chosen

    def run(self) -> None:
        """Fill the tables, people first."""
        self._roles_and_attributes()
        for user in self.estate.users:
            name = user.name or user.email.partition("@")[0]
            row = User(
                self.users[user.email], user.email, name, user.role, user.active, user.attributes,
                user.profile, self.now_ms, self.now_ms,
            )  # fmt: skip
            add_user(self.db, row)
            if user.password is not None:
                set_password(self.db, row.id, user.password)
        for group, number in zip(self.estate.groups, self.group_ids, strict=True):
            self._group(group, number)
        self._accounts_and_credentials()
        for dataset in self.estate.datasets:
            self._dataset(dataset)

    def _roles_and_attributes(self) -> None:
        add_system_roles(self.db, self.now_ms)
        for role in self.estate.roles:
            row = Role(
                self._id("role", role.id), role.name, role.description, role.authorities,
                self.now_ms, self.now_ms,
            )  # fmt: skip
            save_role(self.db, row)
        for one in self.estate.attributes:
            save_key(self.db, AttributeKey(**one.model_dump()))

    def _user(self, ref: Ref) -> int:
        return ref.id if isinstance(ref, ById) else self.users[ref]

    def _group_of(self, ref: Ref) -> int:
        return ref.id if isinstance(ref, ById) else self.groups[ref]

    def _admin(self) -> int:
        return next(
            self.users[one.email] for one in self.estate.users if one.role == "Admin" and one.active
        )

    def _group(self, entry: GroupEntry, number: int) -> None:
        creator = None if entry.creator is None else self._user(entry.creator)
        group = Group(
            number, entry.name, entry.type, entry.description, creator, entry.active, False,
            self.now_ms,
        )  # fmt: skip
        add_group(self.db, group)
        add_members(self.db, number, [("USER", self._user(one)) for one in entry.members])
        add_members(self.db, number, [("GROUP", self._group_of(one)) for one in entry.groups])
        add_owners(self.db, number, [("USER", self._user(one)) for one in entry.owners])
        add_owners(self.db, number, [("GROUP", self._group_of(one)) for one in entry.owner_groups])

    def _accounts_and_credentials(self) -> None:
        estate, db = self.estate, self.db
        for account, number in zip(estate.accounts, self.account_ids, strict=True):
            self._account(account, number)
        tokens = [(one.token, self._user(one.user)) for one in estate.tokens]
        db.run_many("INSERT INTO tokens VALUES (?, ?)", tokens)
        clients = [
            (
                one.id, one.secret, self._user(one.user), json.dumps(one.scopes), one.name,
                one.description, one.made,
            )
            for one in estate.clients
        ]  # fmt: skip
        db.run_many("INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?)", clients)

    def _account(self, entry: AccountEntry, number: int) -> None:
        owner = entry.former_owner
        if owner is None:
            owner = self._admin() if entry.owner is None else self._user(entry.owner)
        original = entry.name if entry.original_name is None else entry.original_name
        account = Account(
            number, entry.name, original, entry.provider, owner, entry.valid, entry.configuration,
            self.now_ms, owner, self.now_ms, owner,
        )  # fmt: skip
        save_account(self.db, account)
        for share in entry.shares:
            one = Share(share.type, self._principal(share), share.access, "")
            if (one.type, one.id) != ("USER", str(owner)):  # is in the access list anyway
                add_share(self.db, number, one)

    def _dataset_id(self, entry: DatasetEntry) -> str:
        """Named after the dataset, so that adding another to the file moves no id."""
        if entry.id is not None:
            return entry.id
        self.named[entry.name] += 1  # equal names differ in their running number
        return str(uuid.uuid5(_SEEDED, f"{self.named[entry.name]} {entry.name}"))

    def _dataset(self, entry: DatasetEntry) -> None:
        dataset_id = self._dataset_id(entry)
        if entry.csv is not None or entry.pieces is not None:
            self.written[dataset_id] = entry
        owner_type, owner_id = self._owner(entry.owner)
        stream = entry.stream
        provider = entry.provider or (stream.provider if stream else None) or "api"
        connected = stream is not None and stream.provider is not None
        indexed = entry.columns if entry.indexed_columns is None else entry.indexed_columns
        versions = [_columns(indexed)]
        if entry.indexed_columns is not None:
            versions.append(_columns(entry.columns))
        for number, columns in enumerate(versions, 1):
            add_version(self.db, dataset_id, number, columns)
        add_dataset(
            self.db, id=dataset_id, name=entry.name, description=entry.description,
            owner_type=owner_type, owner_id=owner_id, provider=provider,
            type=entry.type or "",
            transport=entry.transport or ("CONNECTOR" if connected else "API"),
            tags=entry.tags or [], hidden=entry.hidden, pdp_enabled=entry.pdp.enabled,
            pdp_secured=entry.pdp.secured, pdp_external=entry.pdp.external,
            pdp_enabled_column=entry.pdp.enabled_column, schema_version=len(versions),
            indexed_version=1, row_count=entry.rows, column_count=column_count(entry),
            created_ms=self.now_ms, updated_ms=self.now_ms, touched_ms=self.now_ms,
            data_ms=self.now_ms if entry.rows else None,
        )  # fmt: skip
        self._grants(entry, dataset_id)
        for policy in entry.pdp.policies:
            self._policy(policy, dataset_id)
        if entry.pdp.enabled or self.db.switches.all_rows_before_first_enable:
            ensure_all_rows(self.db, dataset_id)
        if stream is not None:
            self._stream(stream, dataset_id, entry.tags is None)
        lookup = Lookup(self._user, self._group_of, self._principal, self._admin, self._id)
        owner = (owner_type, owner_id)
        seed_content(self.db, lookup, entry, dataset_id, owner, self.now_ms)

    def _owner(self, owner: PrincipalEntry | str | None) -> tuple[str, int]:
        if owner is None:
            return "USER", self._admin()
        if isinstance(owner, str):
            return "USER", self._user(owner)
        return owner.type, int(self._principal(owner))

    def _principal(self, entry: PrincipalEntry) -> str:
        if entry.id is not None:
            return str(entry.id)
        known, name = (
            (self.users, entry.email) if entry.type == "USER" else (self.groups, entry.name)
        )
        return str(known[name or ""])

    def _grants(self, entry: DatasetEntry, dataset_id: str) -> None:
        owner = self._owner(entry.owner)
        named = [(one.type, self._principal(one), one.access) for one in entry.permissions]
        # The owner is in the access list anyway; an entry of its own would show it twice.
        rows = [(dataset_id, *one) for one in named if one[:2] != (owner[0], str(owner[1]))]
        self.db.run_many("INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?)", rows)

    def _policy(self, entry: PolicyEntry, dataset_id: str) -> None:
        filters = [
            Filter(one.column, one.operator, one.values, one.negated, one.ignore_case, one.type)
            for one in entry.filters
        ]
        save_policy(
            self.db,
            Policy(
                self._id("policy", entry.id), dataset_id, entry.type, entry.name, filters,
                [self._user(one) for one in entry.users],
                [self._group_of(one) for one in entry.groups],
                entry.virtual_users, entry.dataset_permissions,
            ),
        )  # fmt: skip

    def _stream(self, entry: StreamEntry, dataset_id: str, generate_tags: bool) -> None:
        account = entry.account
        account_id = account.id if isinstance(account, ById) else None
        if isinstance(account, str):
            account_id = self.accounts[account]
        stream = Stream(
            self._id("stream", entry.id), dataset_id, entry.provider or "",
            transport_of(entry), account_id, entry.update_method, entry.key_columns,
            configuration_of(entry), entry.schedule, entry.schedule_state or "",
            self._admin() if entry.creator is None else self._user(entry.creator),
            self.now_ms, self.now_ms, schedule_options=entry.schedule_options,
        )  # fmt: skip
        save_stream(self.db, stream)
        tags = system_tags(stream)
        if generate_tags and tags:
            self.db.run("UPDATE datasets SET tags=? WHERE id=?", json.dumps(tags), dataset_id)


def _columns(entries: list[Any]) -> list[Column]:
    columns: list[Column] = []
    for entry in entries:
        column: Column = {"name": entry.name, "type": entry.type}
        if not entry.visible:
            column["visible"] = False
        if entry.upsert_key:
            column["upsertKey"] = True
        if entry.description:
            column["description"] = entry.description
        if entry.tags:
            column["tags"] = entry.tags
        if entry.new_name:
            column["newName"] = entry.new_name
        if entry.position is not None:
            column["position"] = entry.position
        columns.append(column)
    return columns


def transport_of(entry: StreamEntry) -> dict[str, Any]:
    """The transport, or what a provider's usual one looks like (seed 003)."""
    if entry.transport is not None:
        return dict(entry.transport)
    if entry.provider is None:
        return {}
    short = "".join(letter for letter in entry.provider if letter.isalnum())
    return {"type": "CONNECTOR", "description": f"com.domo.connector.{short}", "version": "0"}


def configuration_of(entry: StreamEntry) -> list[dict[str, Any]]:
    """The configuration as a stream of the Product plane has it (product §5.1)."""
    rows: list[dict[str, Any]] = [
        {"category": "METADATA", "name": name, "type": "string", "value": value}
        for name, value in entry.configuration.items()
    ]
    return rows + [dict(one) for one in entry.other_configuration]
