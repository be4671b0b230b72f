"""Restore a backup: check it, create its database beside the present one, then switch."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lvs.backups import create, transfer
from lvs.backups import format as folder
from lvs.backups.format import DATABASE, Backup
from lvs.errors import UnavailableError
from lvs.store import DatabaseError
from lvs.store.backends.sqlite import connect
from lvs.store.copying import Report


def restore(backup: Backup, database: Path) -> Path | None:
    """Make `database`, which nobody may be using, that of the backup.

    Returns the path of the previous database, if there was one. Raises InvalidInputError when the
    backup is damaged and UnavailableError when it cannot be written; nothing is then changed.
    """
    with _restored(backup, database) as fresh:
        kept = _set_aside(database)
        os.replace(fresh, database)  # noqa: PTH105
        folder.sync_folder(database.parent)
    return kept


def restore_to_server(backup: Backup, address: str, data_directory: Path, report: Report) -> None:
    """Make an empty PostgreSQL database that of the backup; it has a file in the data folder
    meanwhile. Raises as `restore`, and ConflictError when the database is not empty."""
    with _restored(backup, data_directory / DATABASE) as fresh:
        transfer.copy_database(fresh, address, report)


@contextlib.contextmanager
def _restored(backup: Backup, database: Path) -> Iterator[Path]:
    """A checked database of the backup, beside one."""
    folder.check(backup)
    fresh = database.with_name(f"{database.name}.restoring")
    transfer.remove(fresh)
    try:
        create.restore_to(backup, fresh)
        yield fresh
    except OSError as error:
        raise UnavailableError(
            f"The backup could not be restored in {database.parent} ({error.strerror}); the "
            "library is as it was."
        ) from error
    finally:
        transfer.remove(fresh)


def _set_aside(database: Path) -> Path | None:
    """Link the present database under a second name. It stays in its place until the switch.

    Its log goes first: one that is left would be read into the database that comes.
    """
    if not database.exists():
        return None
    damaged = contextlib.suppress(DatabaseError)  # that may be the reason for the restore
    with damaged, contextlib.closing(connect(database)) as conn:
        conn.execute("pragma wal_checkpoint(truncate)")
    kept = database.with_name(f"{database.name}.before-{folder.name_of(datetime.now(UTC))}")
    transfer.remove(kept)
    os.link(database, kept)
    for suffix in transfer.SUFFIXES[1:]:
        log = database.with_name(database.name + suffix)
        if log.exists():
            log.rename(kept.with_name(kept.name + suffix))
    return kept
