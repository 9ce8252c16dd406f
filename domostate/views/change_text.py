"""What a command is about to do to the state, for people, before they are asked."""

from collections.abc import Iterator
from typing import Final

from domostate.model.observed import Found
from domostate.model.state import Entry, OpenIntent, State
from domostate.planning.rebuild import How, Match, Rebuilt, Unsure
from domostate.planning.surgery import Altered, Edit, EntryEdit
from domostate.views.fields import STYLES
from domostate.views.text import Line, name, plain, quoted

__all__ = ["altered_lines", "rebuilt_lines", "written_lines"]

_LEADS: Final = {
    Edit.RECORD: "<= record",
    Edit.FORGET: ". forget",
    Edit.CHANGE: "~ change",
    Edit.MOVE: "~ move",
}
_WHY: Final = {
    How.EARLIER: "certain: it was recorded here before",
    How.ADOPT: "certain: the manifest names its id",
    How.MARKER: "high: it bears the name and this project's marker",
    How.NAME: "low: it bears the name, and nothing else tells that it is the one",
}


def altered_lines(altered: Altered, environment: str) -> list[Line]:
    """Every entry that changes; `environment` is how views name it."""
    if altered.before == altered.after:
        return [_nothing(environment)]
    lines = [*_heading(altered, environment), *_edits(altered), *_intents(altered)]
    return [*lines, *_notes(altered)]


def rebuilt_lines(rebuilt: Rebuilt, altered: Altered, environment: str) -> list[Line]:
    """What would be recorded and how sure that is, then what is left open."""
    lines = _heading(altered, environment) if altered.effective else []
    lines += (_match(one) for one in rebuilt.matches)
    if altered.given_up:
        lines += _intents(altered)
    if rebuilt.kept:
        count = len(rebuilt.kept)
        lines.append(
            Line(f"{count} {'entry stays' if count == 1 else 'entries stay'} as recorded.")
        )
    lines += _unsure("Not decided:", [one for one in rebuilt.unsure if one.candidates])
    lines += _unsure("Not found:", [one for one in rebuilt.unsure if not one.candidates])
    lines += [*_strangers(rebuilt.strangers), *_notes(altered)]
    return lines if altered.effective else [*lines, _nothing(environment)]


def written_lines(state: State, environment: str) -> list[Line]:
    """That it was written."""
    count = len(state.entries)
    entries = f"{count} {'entry' if count == 1 else 'entries'}"
    text = f"{name(environment)} is at serial {state.serial}, with {entries}."
    return [Line(text, "State written!", "bold green", frozen=True)]


def _heading(altered: Altered, environment: str) -> list[Line]:
    before, after = altered.before, altered.after
    if not before.serial:
        return [Line(f"A state for {name(environment)}, which has none that can be read:")]
    lines = [Line(f"Changes to the state of {name(environment)}, at serial {before.serial}:")]
    if before.lineage != after.lineage:
        lineages = f"{name(before.lineage)} -> {name(after.lineage)}"
        lines.append(Line(f"the lineage: {lineages}", "~ change", STYLES["~"], indent=4))
    return lines


def _nothing(environment: str) -> Line:
    return Line(f"Nothing to change in the state of {name(environment)}.")


def _notes(altered: Altered) -> Iterator[Line]:
    for note in altered.notes:
        yield Line(plain(note), "Note:", "bold")


def _edits(altered: Altered) -> Iterator[Line]:
    edits = altered.edits
    for one in edits:
        lead = _LEADS[one.edit]
        style = STYLES[lead.split(" ")[0]]
        moved = f"{plain(one.source)} -> " if one.source is not None else ""
        text = f"{moved}{plain(one.address)}{':' if one.edit is Edit.CHANGE else ''}"
        yield Line(text, lead, style, indent=4, parts=_details(one))
    if not edits:
        yield Line("no entry changes", indent=4)


def _details(edit: EntryEdit) -> tuple[str, ...]:
    before, after = edit.before, edit.after
    if edit.source is not None and after is not None:
        return (f"id {plain(after.id)}",)
    if before is None and after is not None:
        return (f"id {plain(after.id)}", *(("protected",) if after.protect else ()))
    if after is None and before is not None:
        return (f"id {plain(before.id)}", "(it stays in Domo)")
    assert before is not None
    assert after is not None
    return ("; ".join(_changed(before, after)),)


def _changed(before: Entry, after: Entry) -> Iterator[str]:
    if before.id != after.id:
        yield f"id {plain(before.id)} -> {plain(after.id)}"
    if before.protect != after.protect:
        yield "protected from now on" if after.protect else "protected no longer"
    if before.applied != after.applied:
        keys = before.applied.keys() | after.applied.keys()
        moved = sorted(one for one in keys if before.applied.get(one) != after.applied.get(one))
        yield f"applied: {', '.join(map(plain, moved))}"
    if before.run != after.run:
        yield f"run {plain(before.run) or 'none'} -> {plain(after.run) or 'none'}"


def _intents(altered: Altered) -> Iterator[Line]:
    for one in altered.given_up:
        yield Line(_intent(one), ". forget", STYLES["."], indent=4)


def _intent(intent: OpenIntent) -> str:
    what = f"{plain(intent.operation)} {quoted(intent.name)} of run {plain(intent.run)}"
    return f"{plain(intent.address)}: {what}, of which nobody knows whether it happened"


def _match(match: Match) -> Line:
    named = f"{quoted(match.name)} " if match.name else ""
    text = f"{plain(match.address)} {named}id {plain(match.id)}"
    return Line(text, "<= record", STYLES["<="], indent=4, parts=(f"({_WHY[match.how]})",))


def _unsure(title: str, rows: list[Unsure]) -> Iterator[Line]:
    if rows:
        yield Line(title)
    for one in rows:
        ids = f": {', '.join(map(plain, one.candidates))}" if one.candidates else ""
        text = f"{plain(one.address)} {quoted(one.name)}"
        yield Line(text, indent=4, parts=(f"({plain(one.why)}{ids})",))
    if any(one.candidates for one in rows):
        yield Line("To decide, name the right one in the manifest with adopt: {id: …}", indent=4)


def _strangers(strangers: tuple[Found, ...]) -> Iterator[Line]:
    if strangers:
        yield Line("With this project's marker, and not declared:")
    for one in strangers:
        yield Line(f"{quoted(one.name)} id {plain(one.id)}", indent=4)
