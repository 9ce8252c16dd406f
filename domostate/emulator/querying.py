"""Queries, whichever way they are asked: a statement over the rows that somebody sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domostate.emulator.call import Reply, json_text
from domostate.emulator.errors import bad_request
from domostate.emulator.rows.output import LONGEST_QUERY_S, write_json
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.rows.statement import BadStatement, over
from domostate.emulator.rows.vault import Vault
from domostate.emulator.work import Work


@dataclass(frozen=True, slots=True)
class Answered:
    """A result: its rows lie in a file, as the inside of a JSON list of lists or of objects."""

    path: Path
    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: int

    def reply(self, dataset_id: str, metadata: list[dict[str, Any]]) -> Reply:
        """Columns and rows, as both planes answer (platform §4.10, product §2.9)."""
        head = {"datasource": dataset_id, "columns": self.names, "metadata": metadata}
        tail = {"numRows": self.rows, "numColumns": len(self.names), "fromcache": False}
        before = json_text(head).removesuffix("}") + ',"rows":['
        after = "]," + json_text(tail).removeprefix("{")
        return Reply(long_body=(before.encode(), self.path, after.encode()))


def querying(
    vault: Vault,
    rows: Rows,
    sql: str,
    reply: Callable[[Answered], Reply],
    *,
    as_objects: bool = False,
) -> Work:
    """The work of a query; 400 for what is no SELECT over the dataset, with the reason."""

    # From now on: before the work begins, a write may replace the files.
    held = vault.reading(rows.files)

    def run() -> Answered:
        from duckdb import Error, InterruptException, IOException

        try:
            with held:
                made = write_json(vault, over(vault, rows, sql), as_objects=as_objects)
        except BadStatement as error:
            raise bad_request(str(error)) from error
        except InterruptException as error:
            raise bad_request(f"The query took longer than {LONGEST_QUERY_S} seconds.") from error
        except IOException:
            raise  # of files, and so no fault of the sender's
        except Error as error:
            raise bad_request(f"The query failed: {_reason(error)}") from error
        return Answered(made.path, made.names, made.types, made.rows)

    return Work(run, reply)


def _reason(error: Exception) -> str:
    """What went wrong, without the statement that was made of the sender's: it names files, and
    the conditions of policies."""
    return " ".join(str(error).partition("LINE 1:")[0].split())
