"""Where output goes: data to stdout, talk to stderr, colour only where somebody sees it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self, TextIO

from rich.console import Console

from domostate.views.text import Line, styled, text_of
from domostate.views.told import Chosen, naming, naming_text

__all__ = ["WIDTH", "Terminal", "console_for", "terminal_for"]

WIDTH: Final = 100
"""Of everything that is not a terminal, so that logs are alike everywhere."""
_NARROWEST: Final = 40


@dataclass(frozen=True, slots=True)
class Terminal:
    """The two streams of a command, and what may be done with them."""

    out: TextIO
    err: TextIO
    colour_out: bool = False
    colour_err: bool = False
    live: bool = False
    """Whether stderr can show a line that moves."""
    width: int = WIDTH
    chosen: Chosen = field(default_factory=Chosen)
    """Shared with every terminal that is made from this one."""

    def without_colour(self) -> Self:
        """The same without colour; what moves still moves."""
        return replace(self, colour_out=False, colour_err=False)

    def give(self, text: str) -> None:
        """Data: to stdout, with a line break at its end; may be piped."""
        _write(self.out, f"{text}\n")

    def give_bytes(self, content: bytes) -> None:
        """Data to stdout as it is, to the byte."""
        binary = getattr(self.out, "buffer", None)
        if binary is None:
            _write(self.out, content.decode())
            return
        self.out.flush()
        binary.write(content)
        binary.flush()

    def say(self, text: str) -> None:
        """Talk: to stderr, with a line break at its end."""
        _write(self.err, f"{naming_text(text, self.chosen)}\n")

    def give_lines(self, lines: Iterable[Line]) -> None:
        """A view, to stdout."""
        _show(self.out, naming(lines, self.chosen), self.width, self.colour_out)

    def say_lines(self, lines: Iterable[Line]) -> None:
        """A view, to stderr."""
        _show(self.err, naming(lines, self.chosen), self.width, self.colour_err)


def terminal_for(out: TextIO, err: TextIO, environ: Mapping[str, str]) -> Terminal:
    """The terminal behind the streams; colour and movement only where one is, and as NO_COLOR says.

    NO_COLOR counts when it is set and not empty (no-color.org).
    """
    dumb = environ.get("TERM") == "dumb"
    plain = bool(environ.get("NO_COLOR")) or dumb
    return Terminal(
        out=out,
        err=err,
        colour_out=out.isatty() and not plain,
        colour_err=err.isatty() and not plain,
        live=err.isatty() and not dumb,
        width=_width(out) if out.isatty() else WIDTH,
    )


def console_for(stream: TextIO, *, colour: bool, width: int, moves: bool = False) -> Console:
    """A rich console that guesses nothing about its surroundings."""
    return Console(
        file=stream,
        width=width,
        force_terminal=colour or moves,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
    )


def _width(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return WIDTH
    return max(columns, _NARROWEST) if columns else WIDTH


def _show(stream: TextIO, lines: Iterable[Line], width: int, colour: bool) -> None:
    if colour:
        console = console_for(stream, colour=True, width=width)
        with console.capture() as shown:
            console.print(styled(lines, width), end="")
        _write(stream, shown.get())
        return
    _write(stream, text_of(lines, width))


def _write(stream: TextIO, text: str) -> None:
    # A name that the stream's encoding lacks must not end the run half-way through an apply.
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    # Whoever reads the other end of a pipe wants each event when it happens.
    stream.flush()
