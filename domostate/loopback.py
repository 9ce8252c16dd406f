"""This machine, by whichever of its names."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from requests.adapters import _HostParams, _PoolKwargs

__all__ = ["LoopbackAdapter", "besides_environment", "is_this_machine"]

_LOCALHOST = "localhost"


def is_this_machine(host: str) -> bool:
    """Whether a host can be nothing but this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == _LOCALHOST or _is_below(host)


def _is_below(host: str) -> bool:
    return host.endswith(f".{_LOCALHOST}")


def besides_environment(url: str) -> dict[str, str]:
    """What `requests` is to be told of proxies for an address besides what the environment says:
    a company's proxy cannot reach the emulator on this machine, and nobody means it to."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if is_this_machine(host) else {}


class LoopbackAdapter(HTTPAdapter):
    """requests' adapter, which asks no resolver for NAME.localhost: that is this machine (RFC 6761
    section 6.3), but many systems do not know it. The request still names the host it was for."""

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: bool | str,
        cert: str | tuple[str, str] | None = None,
    ) -> tuple[_HostParams, _PoolKwargs]:
        """Where to connect to. With TLS as ever: a certificate is for the name that is asked."""
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        if where["scheme"] == "http" and _is_below(where["host"]):
            where = {**where, "host": _LOCALHOST}
        return where, how

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Mapping[str, Any]) -> None:
        """The name of the host, which the connection does not know."""
        parts = urlsplit(request.url or "")
        if _is_below(str(parts.hostname)):
            request.headers.setdefault("Host", str(parts.netloc).rpartition("@")[2])
