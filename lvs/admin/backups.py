"""The backups there are, for the admin page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lvs import formatting
from lvs.backups.format import Backup
from lvs.backups.scheduler import BackupScheduler
from lvs.config import ServerConfig


@dataclass(frozen=True, slots=True)
class BackupRow:
    name: str
    made_at: str
    when: str
    videos: int
    size: str


@dataclass(frozen=True, slots=True)
class Backups:
    """`database` is what is backed up. `problem` says why the last backup failed, or is empty;
    `schedule` when the next one is due."""

    rows: tuple[BackupRow, ...]
    database: str
    folder: str
    schedule: str
    problem: str


def backups_context(
    config: ServerConfig, backup_scheduler: BackupScheduler, backups: Sequence[Backup]
) -> Backups:
    every_h = config.backup_interval_h
    schedule = "Automatic backups are off."
    if every_h:
        kept = formatting.plural(config.backup_retention, "backup")
        schedule = f"Every {every_h:g} hours if something changed. Keeps the last {kept}."
    return Backups(
        tuple(map(_row, backups)),
        backup_scheduler.database,
        str(backup_scheduler.folder),
        schedule,
        backup_scheduler.problem,
    )


def _row(backup: Backup) -> BackupRow:
    made_at = backup.manifest.made_at
    return BackupRow(
        name=backup.name,
        made_at=made_at.isoformat(timespec="seconds"),
        when=f"{made_at.astimezone():%Y-%m-%d %H:%M}",
        videos=backup.manifest.videos,
        size=formatting.size(backup.bytes),
    )
