"""Defects of the emulator itself: answered like every error, told in full on its standard error."""

from __future__ import annotations

import logging

from domostate.emulator.errors import Problem, toe

_log = logging.getLogger(__name__)


def defect(error: Exception, request: str, seq: int) -> Problem:
    """What is answered where nobody foresaw `error`: a 500 whose `toe` finds the traceback in the
    log. `request` is its method and target."""
    _log.error("%s failed, toe %s", request, toe(seq), exc_info=error)
    return Problem(500, "The emulator failed. Its standard error tells why, beside this toe.")
