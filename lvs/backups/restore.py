"""Restore a backup: check it, create its database beside the present one, then switch."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from lvs.backups import create
from lvs.backups import format as folder
from lvs.backups.format import Backup
from lvs.errors import UnavailableError
from lvs.store import DatabaseError
from lvs.store.backends.sqlite import connect

SUFFIXES = ("", "-wal", "-shm")


def restore(backup: Backup, database: Path) -> Path | None:
    """Make `database`, which nobody may be using, that of the backup.

    Returns the path of the previous database, if there was one. Raises InvalidInputError when the
    backup is damaged and UnavailableError when it cannot be written; nothing is then changed.
    """
    folder.check(backup)
    fresh = database.with_name(f"{database.name}.restoring")
    _remove(fresh)
    try:
        create.restore_to(backup, fresh)
        kept = _set_aside(database)
        os.replace(fresh, database)  # noqa: PTH105
        folder.sync_folder(database.parent)
    except OSError as error:
        raise UnavailableError(
            f"The backup could not be restored in {database.parent} ({error.strerror}); the "
            "library is as it was."
        ) from error
    finally:
        _remove(fresh)
    return kept


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
    _remove(kept)
    os.link(database, kept)
    for suffix in SUFFIXES[1:]:
        log = database.with_name(database.name + suffix)
        if log.exists():
            log.rename(kept.with_name(kept.name + suffix))
    return kept


def _remove(path: Path) -> None:
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
