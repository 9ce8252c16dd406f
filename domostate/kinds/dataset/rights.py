"""What these credentials may do with a dataset, as its metadata says (product §2.1)."""

from domostate.model.call import Part
from domostate.model.observed import Live

__all__ = ["may_change"]


def may_change(live: Live) -> bool:
    """Whether a change may be tried; where Domo does not say, the answer to the write will."""
    raw = live.parts.get(Part.METADATA)
    rights = raw.get("permissions") if isinstance(raw, dict) else None
    return not isinstance(rights, str) or "WRITE" in rights
