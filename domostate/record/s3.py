"""S3, and what speaks its protocol: each document an object, compared by its ETag.

Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from domostate import __version__
from domostate.errors import StateError
from domostate.record.document_lock import LOCK, DocumentLock
from domostate.record.documents import Document
from domostate.record.patience import Patience
from domostate.record.s3_errors import RAISED, Meaning, explained, meaning

__all__ = ["S3Backend", "S3Settings"]

T = TypeVar("T")

_MARK: Final = "domostate-write"
"""Metadata of an object: which write made it. A write whose answer was lost is known by it."""

_CONFLICTS: Final = 5
"""Answers of 409 to one write. Arbitrary: enough for a write that is nearly done."""

_ONE_LOOK: Final = Patience(budget=timedelta(0))


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where the objects are: `<prefix>/<environment>/<name>` in `bucket`.

    What is None is left to botocore: its environment variables and files, and the bucket's own
    settings for encryption.
    """

    bucket: str
    prefix: str
    region: str | None = None
    endpoint_url: str | None = None
    profile: str | None = None
    encrypt: bool = False
    kms_key_id: str | None = None
    use_path_style: bool = False


class S3Backend(DocumentLock):
    """The record of one environment in a bucket; safe to use from several threads."""

    remote: Final = True
    leases: Final = True

    def __init__(
        self, settings: S3Settings, environment: str, patience: Patience | None = None
    ) -> None:
        super().__init__(self)
        self._settings = settings
        self._folder = f"{settings.prefix.strip('/')}/{environment}/".lstrip("/")
        self._patience = patience or Patience()
        self._encryption = _encryption(settings)
        try:
            self._client = _client(settings, self._patience)
        except RAISED as error:
            raise explained(error, self.place(""), "opened") from error

    def place(self, name: str) -> str:
        """See `Documents`."""
        settings = self._settings
        at = f" at {settings.endpoint_url}" if settings.endpoint_url else ""
        return f"s3://{settings.bucket}/{self._key(name)}{at}"

    def read(self, name: str) -> Document | None:
        """See `Documents`."""
        found = self._look(name)
        return None if found is None else found.document

    def create(self, name: str, content: bytes) -> Document | None:
        """See `Documents`."""
        return self._put(name, content, {"IfNoneMatch": "*"}, lambda there: there is not None)

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        """See `Documents`."""
        return self._put(
            name,
            content,
            {"IfMatch": f'"{version}"'},
            lambda there: there is None or there.version != version,
        )

    def remove(self, name: str) -> None:
        """See `Documents`."""
        where = self._object(name)
        self._asked(name, "removed", lambda: self._client.delete_object(**where))

    def names(self, prefix: str) -> Sequence[str]:
        """See `Documents`."""
        pages = self._client.get_paginator("list_objects_v2")
        where = {"Bucket": self._settings.bucket, "Prefix": self._key(prefix)}

        def listed() -> list[str]:
            found = (page.get("Contents", ()) for page in pages.paginate(**where))
            return [one["Key"] for page in found for one in page]

        keys = self._asked(prefix, "listed", listed) or ()
        # The console makes "folders": empty objects whose name ends with a slash.
        return sorted(key.removeprefix(self._folder) for key in keys if not key.endswith("/"))

    def now(self) -> datetime | None:
        """See `Backend`: the Date of an answer, in whole seconds."""
        where = self._object(LOCK)
        headers = self._asked(LOCK, "read", lambda: _headers(self._client, where))
        try:
            return parsedate_to_datetime((headers or {})["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            # A proxy in between may leave it out, or write its own.
            return None

    def close(self) -> None:
        """See `Backend`."""
        self._client.close()

    def _put(
        self,
        name: str,
        content: bytes,
        condition: Mapping[str, str],
        lost: Callable[[Document | None], bool],
    ) -> Document | None:
        """Send a write until it is settled. `lost` tells from what is there that the condition
        does not hold.

        Sending it again is safe, as the condition holds for one of them only; which is why a
        refusal may come from our own write, whose answer was lost. Its mark tells.
        """
        mark = uuid4().hex
        doubtful, conflicts = False, 0
        for _ in self._patience.tries():
            try:
                return self._sent(name, content, mark, condition)
            except RAISED as raised:
                error, said = raised, meaning(raised)
            if said in (Meaning.REFUSED, Meaning.MISSING):
                return self._settled(name, mark) if doubtful else None
            doubtful = doubtful or said is Meaning.DOUBTFUL
            conflicts += said is Meaning.BUSY
            if said is Meaning.FINAL or conflicts > _CONFLICTS:
                break
        if doubtful and (ours := self._arrived(name, mark)):
            return ours
        if conflicts and not doubtful and lost(self.read(name)):
            return None
        raise explained(error, self.place(name), "written") from error

    def _sent(self, name: str, content: bytes, mark: str, condition: Mapping[str, str]) -> Document:
        answer = self._client.put_object(
            **self._object(name),
            Body=content,
            Metadata={_MARK: mark},
            **self._encryption,
            **condition,
        )
        return Document(content, _version(answer))

    def _settled(self, name: str, mark: str) -> Document:
        found = self._look(name)
        if found is not None and found.mark == mark:
            return found.document
        raise StateError(
            f"{self.place(name)}: no answer came to a write, and by now there is the write of "
            "another run, which may have come before or after it",
            hint="Run the same command again: it looks at what is there now.",
        )

    def _arrived(self, name: str, mark: str) -> Document | None:
        """What our write left there, as far as one look tells."""
        try:
            found = self._look(name, patience=_ONE_LOOK)
        except StateError:
            return None
        return found.document if found is not None and found.mark == mark else None

    def _look(self, name: str, patience: Patience | None = None) -> "_Found | None":
        where = self._object(name)
        return self._asked(name, "read", lambda: _found(self._client, where), patience)

    def _asked(
        self, name: str, doing: str, call: Callable[[], T], patience: Patience | None = None
    ) -> T | None:
        """The answer to what may be asked any number of times; None where nothing is there."""
        for _ in (patience or self._patience).tries():
            try:
                return call()
            except RAISED as raised:
                error, said = raised, meaning(raised)
            if said is Meaning.MISSING:
                return None
            if said in (Meaning.FINAL, Meaning.REFUSED):
                break
        raise explained(error, self.place(name), doing) from error

    def _key(self, name: str) -> str:
        return self._folder + name

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._settings.bucket, "Key": self._key(name)}


@dataclass(frozen=True, slots=True)
class _Found:
    """An object, and the mark of the write that made it."""

    document: Document
    mark: str


def _found(client: Any, where: Mapping[str, str]) -> _Found:
    answer = client.get_object(**where)
    document = Document(answer["Body"].read(), _version(answer))
    return _Found(document, answer.get("Metadata", {}).get(_MARK, ""))


def _version(answer: Mapping[str, Any]) -> str:
    if not answer.get("ETag"):
        raise ResponseParserError("there is no ETag")
    return str(answer["ETag"]).strip('"')


def _headers(client: Any, where: Mapping[str, str]) -> Mapping[str, str]:
    """Of any answer: an object that is not there has a date too."""
    try:
        answer = client.head_object(**where)
    except ClientError as error:
        if meaning(error) is not Meaning.MISSING:
            raise
        answer = error.response
    headers: Mapping[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return headers


def _client(settings: S3Settings, patience: Patience) -> Any:
    # Stores besides S3 seldom know the checksums that botocore adds since 1.36.
    plain: dict[str, Any] = {
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    path = {"s3": {"addressing_style": "path"}}
    config = Config(
        connect_timeout=patience.connect.total_seconds(),
        read_timeout=patience.answer.total_seconds(),
        # A write that is sent again by botocore would meet itself, and look like another's.
        retries={"total_max_attempts": 1},
        user_agent_extra=f"domostate/{__version__}",
        **(plain if settings.endpoint_url else {}),
        **(path if settings.use_path_style else {}),
    )
    session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
    return session.client("s3", endpoint_url=settings.endpoint_url, config=config)


def _encryption(settings: S3Settings) -> Mapping[str, str]:
    if settings.kms_key_id is not None:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.kms_key_id}
    return {"ServerSideEncryption": "AES256"} if settings.encrypt else {}
