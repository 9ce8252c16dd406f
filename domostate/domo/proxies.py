"""Proxies: what the environment says of them holds for everything but this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["besides_environment"]


def besides_environment(url: str) -> dict[str, str]:
    """What `requests` is to be told of proxies for an address besides what the environment says:
    a company's proxy cannot reach the emulator on this machine, and nobody means it to."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if _is_this_machine(host) else {}


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
