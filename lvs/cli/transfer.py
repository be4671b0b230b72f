"""`lvs migrate-database`: the library moves from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from lvs import formatting
from lvs.backups.transfer import copy_database
from lvs.config import ServerConfig
from lvs.errors import InvalidInputError
from lvs.server.lock import lock_data_directory
from lvs.store import Store
from lvs.store.backends import open_backend
from lvs.store.copying import Copied, Report

POSTGRES = ("postgresql://", "postgres://")


def migrate(config: ServerConfig, target: str, console: Console) -> None:
    """Copy the library to an address or a path, and say what to do next. Raises LvsError."""
    source, to = config.database, _database(target)
    began = time.monotonic()
    try:
        with lock_data_directory(config.data_directory), transfer_bar(console) as report:
            asyncio.run(_update(source, config.data_directory))
            copied = copy_database(source, to, report)
    except KeyboardInterrupt:
        console.print("Cancelled. The library is as it was, and nothing was copied.")
        sys.exit(1)
    _say(console, copied, open_backend(to).name, time.monotonic() - began)
    console.print(_next_step(config, to), soft_wrap=True)


def _database(target: str) -> Path | str:
    """Raises InvalidInputError for an address of another kind of database."""
    if target.startswith(POSTGRES):
        return target
    if "://" in target:
        raise InvalidInputError(
            "--to must be `postgresql://user:password@host/name`, or the path of a new SQLite file."
        )
    return Path(target).absolute()


async def _update(database: Path | str, copies: Path) -> None:
    """Bring the library to the present version, as the start of the server does. Raises StartError
    with what to do."""
    if isinstance(database, Path) and not database.exists():
        return  # the copy says so
    store = Store(database, copies=copies)
    await store.open()
    await store.close()


@contextlib.contextmanager
def transfer_bar(console: Console) -> Iterator[Report]:
    """A progress bar for each part of a copy, if the output is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def _say(console: Console, copied: Copied, name: str, seconds: float) -> None:
    rows = formatting.number(copied.rows)
    console.print(
        f"Copied {formatting.plural(copied.items, 'item')} ({rows} rows) to {name} in "
        f"{seconds:.0f} s. All rows and the exports of both are equal.",
        soft_wrap=True,
    )
    if copied.corrected:
        console.print(f"{formatting.plural(copied.corrected, 'count')} was wrong and is corrected.")
    if copied.without_nul:
        console.print(
            f"{formatting.plural(copied.without_nul, 'row')} had a NUL character in a text, which "
            "PostgreSQL cannot store. The copy is without it."
        )


def _next_step(config: ServerConfig, to: Path | str) -> str:
    own = config.data_directory / "library.db"
    if not isinstance(to, Path):
        return (
            "Next: set LVS_DATABASE_URL to this address, and start the server. "
            f"{own} is as it was; delete it when the new database works for you."
        )
    if to == own:
        return "Next: remove the setting LVS_DATABASE_URL, and start the server."
    return f"Next: move {to} to {own}, remove the setting LVS_DATABASE_URL, and start the server."
