"""The commands for backups, imports and missing videos."""

from __future__ import annotations

import os
from pathlib import Path

import humanize
from rich.console import Console
from rich.table import Table

from lvs import formatting
from lvs.admin.report import missing_cutoff, user_data_summary
from lvs.backups import create
from lvs.backups import format as folder
from lvs.backups import restore as restoring
from lvs.backups.format import Backup
from lvs.cli.transfer import transfer_bar
from lvs.config import ServerConfig
from lvs.legacy import importing
from lvs.server.lifecycle import open_store
from lvs.server.lock import lock_data_directory
from lvs.store import cleanup
from lvs.store.backends import open_backend
from lvs.store.cleanup import PurgeCandidate
from lvs.viewer import HOUSEHOLD

NAMES_SHOWN = 20


def list_backups(config: ServerConfig) -> Table:
    """The backups of the data folder, newest first."""
    table = Table("Name", "Created", "Videos", "Size", box=None, pad_edge=False)
    for backup in folder.listed(config.data_directory / "backups"):
        made_at = backup.manifest.made_at.astimezone()
        table.add_row(
            backup.name,
            f"{made_at:%Y-%m-%d %H:%M} ({humanize.naturaltime(made_at)})",
            formatting.number(backup.manifest.videos),
            formatting.size(backup.bytes),
        )
    return table


def restore_named(config: ServerConfig, name: str, console: Console) -> None:
    """Restore the backup of a name in the data folder, or at a path. Raises LvsError."""
    backup = _backup(config, name)
    kept, database = None, config.database
    with lock_data_directory(config.data_directory):
        if isinstance(database, Path):
            kept = restoring.restore(backup, database)
        else:
            with transfer_bar(console) as report:
                restoring.restore_to_server(backup, database, config.data_directory, report)
    where = open_backend(database)
    console.print(
        f"Restored {backup.manifest.videos} videos from {backup.path} to {where.engine}: "
        f"{where.name}."
    )
    if kept is not None:
        console.print(f"The library before it is kept as {kept}.")


def _backup(config: ServerConfig, name: str) -> Backup:
    own = config.data_directory / "backups" / name
    return folder.read(own if os.sep not in name and own.is_dir() else Path(name))


async def import_user_data(config: ServerConfig, path: Path, console: Console) -> None:
    """Import from the previous server and report. Raises LvsError before anything is changed."""
    async with open_store(config) as store:
        report = await importing.import_from(store, HOUSEHOLD, path)
    console.print(f"Matched {formatting.plural(report.matched, 'file name')}.")
    _names(console, "No video with this name", report.unknown)
    _names(console, "Several videos with this name", report.ambiguous)
    _names(console, "Not imported", [f"{name}: {why}" for name, why in report.refused.items()])


async def clean_up(config: ServerConfig, days: int, really: bool, console: Console) -> None:
    """List what would be deleted; with `really` back up and delete it. Raises LvsError."""
    async with open_store(config) as store:
        found = await store.read(cleanup.long_missing, missing_cutoff(days))
        _names(console, f"Missing for more than {days} days", [_said(video) for video in found])
        if not found:
            console.print(f"No video has been missing for more than {days} days.")
        elif not really:
            console.print("Nothing was changed. --yes deletes their entries, after a backup.")
        else:
            backups = config.data_directory / "backups"
            made = create.make(config.database, backups, config.backup_retention)
            count = await store.write(cleanup.purge, [video.id for video in found])
            console.print(f"Backed up to {made.path}.")
            console.print(f"{formatting.plural(count, 'entry', 'entries')} deleted.")


def _said(video: PurgeCandidate) -> str:
    return f"{video.title}, {formatting.since(video.missing_since)}: {user_data_summary(video)}"


def _names(console: Console, what: str, names: list[str]) -> None:
    if not names:
        return
    console.print(f"{what} ({len(names)}):", markup=False)
    for name in names[:NAMES_SHOWN]:
        console.print(f"  {name}", markup=False, soft_wrap=True)
    if len(names) > NAMES_SHOWN:
        console.print(f"  and {len(names) - NAMES_SHOWN} more")
