"""Create a backup and verify it by a test restore. Call `make`.

All functions are synchronous: they run in a separate process, or for a command.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import filelock

from lvs import __version__
from lvs.backups import format as folder
from lvs.backups import transfer
from lvs.backups.format import DATABASE, EXPORT, MANIFEST, PORTABLE, Backup, Manifest
from lvs.errors import InvalidInputError, UnavailableError
from lvs.store import Connection, DatabaseError, export, items, migrations
from lvs.store.backends.sqlite import connect, copy
from lvs.store.database import newest_event

log = logging.getLogger(__name__)

_MAKING = ".making-"
_LOCK = ".lock"


def make(database: Path | str, backups: Path, kept: int) -> Backup:
    """Back up a database, which a server may be using, as a new folder in `backups`.

    The backup of a PostgreSQL database has a SQLite file of all its rows, so that it can be
    restored on both engines, and nothing of it is lost.

    The folder appears only when it is complete and verified. The newest `kept` backups stay, older
    ones are deleted. Raises UnavailableError when it cannot be written, InvalidInputError when
    the test restore fails.
    """
    try:
        backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_leftovers(backups)
        with temporary_folder(backups) as home:
            manifest = _write(database, home, _next_sequence(backups))
            verify(Backup(home, manifest))
            path = _free_name(backups, manifest.made_at)
            home.rename(path)
        folder.sync_folder(backups)
    except OSError as error:
        raise UnavailableError(
            f"The backup could not be written to {backups} ({error.strerror}); there is none of "
            "this time. Free some space, or make the folder writable."
        ) from error
    except DatabaseError as error:
        raise UnavailableError(f"The library could not be backed up ({error}).") from error
    older = [backup for backup in folder.listed(backups) if backup.path != path]
    for old in older[kept - 1 :]:
        try:
            shutil.rmtree(old.path)
        except OSError as error:  # the new backup is complete; the next one deletes the rest
            log.warning("The old backup %s could not be removed: %s", old.path, error.strerror)
    return Backup(path, manifest)


def remove_leftovers(backups: Path) -> None:
    """Remove what killed backups have left. One that is being made is locked, and stays."""
    names = {path.name.removesuffix(_LOCK) for path in backups.glob(f"{_MAKING}*")}
    for home in (backups / name for name in names):
        with contextlib.suppress(filelock.Timeout, OSError), _locked(home):
            shutil.rmtree(home, ignore_errors=True)


def _next_sequence(backups: Path) -> int:
    return 1 + max((backup.manifest.sequence for backup in folder.listed(backups)), default=0)


def _free_name(backups: Path, made_at: datetime) -> Path:
    name, number = folder.name_of(made_at), 2
    path = backups / name
    while path.exists():
        path, number = backups / f"{name}-{number}", number + 1
    return path


def verify(backup: Backup) -> None:
    """Restore a backup into a scratch database and compare what comes out of it.

    Raises InvalidInputError with what differs; nothing is changed.
    """
    folder.check(backup)
    with temporary_folder(backup.path.parent) as home:
        restore_to(backup, home / DATABASE)


def restore_to(backup: Backup, database: Path) -> None:
    """Make a new database of a backup, of the present version, and compare it with the export.

    Raises InvalidInputError when they differ, or when the backup is of a newer program.
    """
    newest = migrations.available()[-1][0]
    if backup.manifest.schema_version > newest:
        raise InvalidInputError(
            f"The backup {backup.path} was made by a newer program ({backup.manifest.program}). "
            "Update this one first."
        )
    database.touch(mode=0o600)
    shutil.copyfile(backup.path / DATABASE, database)
    with contextlib.closing(connect(database, autocommit=True)) as conn:
        try:
            problem = conn.execute("pragma integrity_check(1)").fetchone()[0]
            same = problem == "ok" and migrations.version(conn) == backup.manifest.schema_version
            if same and backup.manifest.schema_version == newest:  # older exports differ
                same = _matches(conn, backup.path / EXPORT)
            migrations.migrate(conn)
        except DatabaseError as error:
            problem, same = str(error), False
        if not same:
            raise InvalidInputError(
                f"The database of the backup {backup.path} is damaged ({problem}); "
                "it does not hold what its export says."
            )
    with database.open("rb") as file:
        folder.sync(file.fileno())


def _matches(conn: Connection, exported: Path) -> bool:
    with exported.open(encoding="utf-8") as file:
        lines = export.export(conn)
        return all(line == f"{next(lines, '')}\n" for line in file) and next(lines, None) is None


def _write(database: Path | str, home: Path, sequence: int) -> Manifest:
    _snapshot(database, home / DATABASE)
    with contextlib.closing(connect(home / DATABASE)) as conn:
        with (home / EXPORT).open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in export.export(conn))
            file.flush()
            folder.sync(file.fileno())
        portable = dataclasses.asdict(export.portable(conn))
        count = items.count(conn)
        event, schema = newest_event(conn), migrations.version(conn)
    for name in PORTABLE:
        folder.write_json(home / f"{name}.json", portable[name])
    manifest = Manifest(
        made_at=datetime.now(UTC),
        sequence=sequence,
        program=__version__,
        schema_version=schema,
        event=event,
        videos=count,
        files={path.name: folder.facts_of(path) for path in sorted(home.iterdir())},
    )
    folder.write_json(home / MANIFEST, manifest.model_dump(mode="json"))
    return manifest


def _snapshot(database: Path | str, path: Path) -> None:
    """One moment of a database as a single SQLite file. A file is opened to read alone: only the
    server's own connection may checkpoint."""
    if not isinstance(database, Path):
        transfer.copy_database(database, path)
        return
    with contextlib.closing(connect(database, read_only=True)) as source:
        copy(source, path)


@contextlib.contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """A folder beside the backups. It is deleted afterwards unless it was renamed."""
    home = parent / f"{_MAKING}{secrets.token_hex(8)}"
    with _locked(home):
        home.mkdir(mode=0o700)
        try:
            yield home
        finally:
            shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold a file beside `home`, which is free again once its process has ended, however it did.

    Raises filelock.Timeout when another process holds it.
    """
    note = home.with_name(home.name + _LOCK)
    with filelock.FileLock(note, blocking=False, mode=0o600):
        try:
            yield
        finally:
            note.unlink(missing_ok=True)
