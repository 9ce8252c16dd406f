"""The switches that stand for rules: they hold for every request, behind the rules."""

from domostate.emulator.faults.rules import AUTO, Rule
from domostate.emulator.switches import Switches

ERRORS = (500, 502, 503, 504)

BLOCK_PAGE = """\
<!DOCTYPE html>
<html>
<head><title>Domo - Blocked</title></head>
<body>
<h1>Access is blocked</h1>
<p>Your address 203.0.113.7 is not on the allowlist of this instance.</p>
<a href="/whitelist/blocked">whitelist/blocked</a>
</body>
</html>
"""
"""The title is recorded (product §1.1: dl). Clients read an address from the first paragraph, and
look for `whitelist/blocked` in a 303; the rest is a GUESS, as is that the 303 leads nowhere."""

_SEARCHES = r"^/api/(data/ui/v3/datasources/search|search/v1/query)/?(\?|$)"
_LAGGING = (
    r"^/api/query/v1/datasources/[^/]+/schema/indexed/?(\?|$)"
    r"|^/api/data/v2/datasources/[^/]+/schemas/indexed/?(\?|$)"
    r"|^/api/data/v[23]/datasources(/schemaList)?/?(\?|$)"
    r"|^/api/data/ui/v3/datasources/search/tags/all/?(\?|$)"
    r"|^/v1/(datasets|streams|streams/search)/?(\?|$)"
)
"""What Domo answers from its index (product §9)."""


def rules_of(switches: Switches) -> dict[str, Rule]:
    """The rules that the switches stand for, by the name that their chance is drawn under."""
    seed = switches.weather_seed
    found: dict[str, Rule] = {}
    if switches.block_page:
        found["block_page"] = Rule(
            plane="product", status=(switches.block_page,), body=BLOCK_PAGE,
            content_type="text/html; charset=utf-8",
        )  # fmt: skip
    if switches.rate_per_minute:
        found["rate_per_minute"] = Rule(
            rate_per_minute=float(switches.rate_per_minute), rate_burst=switches.rate_burst,
            status=(switches.rate_status,), retry_after=AUTO if switches.rate_retry_after else None,
        )  # fmt: skip
    found |= _errors(switches, seed)
    if switches.stale_share:
        share = switches.stale_share
        found["stale_share"] = Rule("GET", path_regex=_LAGGING, stale=True, share=share, seed=seed)
        found["stale_share/search"] = Rule(
            "POST", path_regex=_SEARCHES, stale=True, share=share, seed=seed
        )
    if switches.latency_ms or switches.jitter_ms:
        found["latency_ms"] = Rule(
            delay_ms=switches.latency_ms, jitter_ms=switches.jitter_ms, seed=seed
        )
    return found


def _errors(switches: Switches, seed: int) -> dict[str, Rule]:
    """`either` is two rules, of which the second sees what the first lets pass."""
    share = switches.error_share
    if not share:
        return {}
    before = Rule(status=ERRORS, share=share, seed=seed)
    after = Rule(status=ERRORS, share=share, seed=seed, after_effect=True)
    if switches.error_when == "before":
        return {"error_share": before}
    if switches.error_when == "after":
        return {"error_share/after": after}
    half = Rule(status=ERRORS, share=share / 2, seed=seed)
    rest = Rule(status=ERRORS, share=share / (2 - share), seed=seed, after_effect=True)
    return {"error_share": half, "error_share/after": rest}
