"""What S3 and botocore raise, in the record's words. Nothing here looks at the text of a message.

Error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from enum import Enum, auto
from typing import Any, Final

from botocore import exceptions as theirs
from botocore.parsers import ResponseParserError

from domostate.errors import NoAccess, StateError

__all__ = ["RAISED", "Meaning", "explained", "meaning"]

RAISED: Final = (theirs.BotoCoreError, theirs.ClientError, ResponseParserError)
"""Everything that a call of botocore's may raise for reasons outside of this program."""


class Meaning(Enum):
    """What an error says of the request."""

    MISSING = auto()
    """There is no such object."""
    REFUSED = auto()
    """The condition of a write does not hold; nothing was written."""
    BUSY = auto()
    """Another write of the same object was under way; nothing was written."""
    HARMLESS = auto()
    """Nothing happened, and later it may."""
    DOUBTFUL = auto()
    """Nobody knows whether anything happened."""
    FINAL = auto()
    """It would be the same the next time."""


_THROTTLED: Final = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"}
)
_NOT_SENT: Final = (theirs.EndpointConnectionError, theirs.ConnectTimeoutError)
_BROKEN_OFF: Final = (
    theirs.ConnectionError,
    theirs.HTTPClientError,
    theirs.IncompleteReadError,
    theirs.ChecksumError,
    theirs.FlexibleChecksumError,
)


def meaning(error: Exception) -> Meaning:
    """What one of `RAISED` says of the request that raised it."""
    if isinstance(error, theirs.ClientError):
        return _answered(_status(error), _code(error))
    if isinstance(error, theirs.SSLError | theirs.ProxyConnectionError):
        return Meaning.FINAL
    if isinstance(error, _NOT_SENT):
        return Meaning.HARMLESS
    return Meaning.DOUBTFUL if isinstance(error, _BROKEN_OFF) else Meaning.FINAL


def _answered(status: int, code: str) -> Meaning:
    if code in _THROTTLED or status == 429:
        return Meaning.HARMLESS
    # 501 is how a store says that it does not know conditions.
    if code == "RequestTimeout" or (status >= 500 and status != 501):
        return Meaning.DOUBTFUL
    if status == 404 and code != "NoSuchBucket":
        return Meaning.MISSING
    return {409: Meaning.BUSY, 412: Meaning.REFUSED}.get(status, Meaning.FINAL)


_AGAIN: Final = "Sign in again, then run the same command again."
_KEYS: Final = "Check the access key, its secret and the session token."
_PERMISSIONS: Final = (
    "Let these credentials use s3:GetObject, s3:PutObject and s3:DeleteObject on the objects below "
    "state.prefix, s3:ListBucket on the bucket, and the KMS key if there is one."
)
_REGION: Final = "Set state.region in domostate.yml to the region of the bucket."
_DENIED: Final = {
    "403": _PERMISSIONS,
    "AccessDenied": _PERMISSIONS,
    "AllAccessDisabled": _PERMISSIONS,
    "ExpiredToken": _AGAIN,
    "Forbidden": _PERMISSIONS,
    "InvalidAccessKeyId": _KEYS,
    "InvalidToken": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "TokenRefreshRequired": _AGAIN,
}
"""What to do about the codes that mean: not with these credentials."""
_OTHERWISE: Final = {
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NoSuchBucket": "Create the bucket, with versioning switched on, or correct state.bucket in "
    "domostate.yml.",
    "NotImplemented": "This store does not know conditional writes. Use one that honours "
    "If-None-Match and If-Match, or another backend.",
    "PermanentRedirect": _REGION,
    "RequestTimeTooSkewed": "Set the clock of this machine; S3 refuses requests that are more than "
    "15 minutes off.",
}
_LATER: Final = "Run the same command again in a while; what is open is looked at then."
_CHECK: Final = "Check state: in domostate.yml and the settings of the store."


def explained(error: Exception, place: str, doing: str) -> StateError:
    """The StateError for one of `RAISED`: `place` cannot be `doing` (read, written)."""
    begin = f"{place}: cannot be {doing}: "
    if not isinstance(error, theirs.ClientError):
        return _unanswered(error, begin)
    code, said = _code(error), str(error.response.get("Error", {}).get("Message") or "")
    said = " ".join(said.split()) or f"S3 answered {_status(error)}"
    message = f"{begin}{said.rstrip('.')}" + ("" if code.isdigit() else f" ({code})")
    if code in _DENIED or (_status(error) in (401, 403) and code not in _OTHERWISE):
        return NoAccess(message, hint=_DENIED.get(code, _PERMISSIONS))
    if code.startswith("KMS."):
        return StateError(message, hint="Check state.kms_key_id in domostate.yml and that key.")
    later = meaning(error) in (Meaning.HARMLESS, Meaning.DOUBTFUL, Meaning.BUSY)
    return StateError(message, hint=_OTHERWISE.get(code, _LATER if later else _CHECK))


_REACH: Final = "Check state.endpoint_url and state.region in domostate.yml, and the network."
_SIGN_IN: Final = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in with `aws sso login`, or name a "
    "profile: state.profile in domostate.yml."
)
_CREDENTIALS: Final = (
    theirs.CredentialRetrievalError,
    theirs.MetadataRetrievalError,
    theirs.NoAuthTokenError,
    theirs.PartialCredentialsError,
    theirs.SSOError,
    theirs.TokenRetrievalError,
)
_SILENCE: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (theirs.ConnectTimeoutError, "no connection came about in time", _REACH),
    (theirs.ReadTimeoutError, "no answer came in time", _LATER),
    (theirs.ProxyConnectionError, "the proxy cannot be reached", "Check HTTPS_PROXY and NO_PROXY."),
    (
        theirs.SSLError,
        "the certificate cannot be verified",
        "Name the company's certificates by AWS_CA_BUNDLE=FILE.",
    ),
    (theirs.EndpointConnectionError, "nobody answers there", _REACH),
    (theirs.ConnectionError, "the connection broke off", _LATER),
    (theirs.HTTPClientError, "the connection broke off", _LATER),
    (theirs.IncompleteReadError, "the connection broke off", _LATER),
    (theirs.ChecksumError, "the content arrived damaged", _LATER),
    (theirs.FlexibleChecksumError, "the content arrived damaged", _LATER),
    (ResponseParserError, "what answers there does not speak S3", _REACH),
    (
        theirs.ParamValidationError,
        "there can be no bucket or object of that name",
        "Correct state.bucket and state.prefix in domostate.yml.",
    ),
    (theirs.NoRegionError, "no region is known", _REGION),
    (theirs.InvalidRegionError, "there can be no region of that name", _REGION),
    (
        theirs.ProfileNotFound,
        "there is no AWS profile of that name",
        "Correct state.profile in domostate.yml or AWS_PROFILE, or add it to ~/.aws/config.",
    ),
)


def _unanswered(error: Exception, begin: str) -> StateError:
    # Their texts may hold what a program for credentials said, or a proxy's password.
    if isinstance(error, theirs.NoCredentialsError):
        return NoAccess(f"{begin}no AWS credentials were found", hint=_SIGN_IN)
    if isinstance(error, _CREDENTIALS):
        return NoAccess(f"{begin}the AWS credentials cannot be had ({_name(error)})", hint=_SIGN_IN)
    for kind, said, hint in _SILENCE:
        if isinstance(error, kind):
            return StateError(begin + said, hint=hint)
    return StateError(f"{begin}botocore refuses: {_name(error)}", hint=_CHECK)


def _name(error: Exception) -> str:
    return type(error).__name__


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code") or "")


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
