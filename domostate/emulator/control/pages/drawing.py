"""From values to a page, and the headers that keep it to itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from domostate.emulator.call import Call, Reply
from domostate.emulator.control.pages.inert import pieces, plain

if TYPE_CHECKING:
    from jinja2 import Environment

HOME = "/_emulator"
_STYLE = "style.css"


def page(call: Call, template: str, status: int = 200, **values: Any) -> Reply:
    """The template with these values. Links in it are relative, so that they hold below the path
    of an instance and behind a proxy too."""
    of_all = {"home": _way_home(call.path), "instance": call.instance}
    return _drawn(template, status, {**of_all, **values})


def list_of_instances(raw_path: str, names: Sequence[str]) -> Reply:
    """What a server of several instances shows where none is named."""
    root = "../" if raw_path.endswith(f"{HOME}/") else ""
    return _drawn("instances.html", 200, {"instance": "", "root": root, "instances": names})


def _drawn(template: str, status: int, values: Mapping[str, Any]) -> Reply:
    text = _environment().get_template(template).render(values)
    return Reply(status, text.encode(), "text/html; charset=utf-8", _headers())


def _way_home(raw_path: str) -> str:
    """From a page back to `/_emulator/`, as a relative link."""
    up = raw_path.partition(HOME)[2].count("/") - 1
    return "_emulator/" if up < 0 else "../" * up or "./"


@cache
def _environment() -> Environment:
    # Imported here: a start need not wait for what only pages need.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("domostate.emulator.control.pages"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    made.filters |= {"pieces": pieces, "plain": plain, "time": _time}
    return made


@cache
def _headers() -> Mapping[str, str]:
    """Nothing may run, nothing may come from elsewhere, and only our style counts."""
    style = _environment().get_template(_STYLE).render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }


def _time(at_ms: int | None) -> str:
    """A time as people read it; nothing where there is none."""
    if at_ms is None:
        return ""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
