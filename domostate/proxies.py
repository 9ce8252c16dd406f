"""Proxies: what the environment says of them holds for everything but this machine."""

from urllib.parse import urlsplit

from domostate.domo.loopback import is_this_machine

__all__ = ["besides_environment"]


def besides_environment(url: str) -> dict[str, str]:
    """What `requests` is to be told of proxies for an address besides what the environment says:
    a company's proxy cannot reach the emulator on this machine, and nobody means it to."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if is_this_machine(host) else {}
