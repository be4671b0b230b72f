"""`lvs doctor`: checks of this machine and its settings, each with what to do."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import humanize

from lvs import formatting
from lvs.backups.format import listed
from lvs.config import ServerConfig
from lvs.errors import StartError
from lvs.library import filesystem, tree
from lvs.server.hypercorn import listen
from lvs.store import DatabaseError
from lvs.store.backends import open_backend
from lvs.store.backends.sqlite import VERSION, connect

LITTLE_SPACE_BYTES = 1 << 30
_DECODERS = ("h264", "hevc", "vp9", "av1", "mpeg4", "mpeg2video")


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    what: str
    found: str
    advice: str = ""


def examine(config: ServerConfig) -> list[Finding]:
    """All checks, the most basic ones first."""
    return [
        Finding(True, "Python", f"{platform.python_version()}, SQLite {VERSION}"),
        *(Finding(True, "Settings", "an old name", note) for note in config.renamed_settings),
        *_video_folders(config),
        *_data_folder(config),
        _database(config.database),
        _backups(config),
        _port(config.host, config.port, "LVS_PORT"),
        *([_port(config.host, config.https_port, "LVS_HTTPS_PORT")] if config.https else []),
        *_codecs(),
    ]


def _video_folders(config: ServerConfig) -> Iterator[Finding]:
    has_run = any((config.data_directory / name).exists() for name in ("library.db", "server.lock"))
    for folder in map(str, config.video_directory):
        what = f"Video folder {folder}"
        if not os.path.isdir(folder):  # noqa: PTH112
            if has_run:
                yield Finding(False, what, "missing", "Connect its disk, or create the folder.")
            else:
                yield _to_be_created(what, Path(folder), "LVS_VIDEO_DIRECTORY")
            continue
        if not os.access(folder, os.R_OK | os.X_OK):
            yield Finding(False, what, "cannot be read", "Give this user permission to read it.")
            continue
        count = tree.count_files(folder)
        yield Finding(True, what, formatting.plural(count, "file"))
        yield _notices(config, folder)


def _notices(config: ServerConfig, folder: str) -> Finding:
    what = "  file notifications"
    if config.watch in ("polling", "off"):
        return Finding(True, what, f"{config.watch} (LVS_WATCH)")
    if filesystem.is_on_network(folder):
        return Finding(
            config.watch == "auto",
            what,
            f"a network mount, polled every {config.poll_interval_s:g} s",
            "" if config.watch == "auto" else "Set LVS_WATCH=auto or polling.",
        )
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if limit.exists():
        allowed = int(limit.read_text())
        needed = sum(1 for _ in tree.walk(folder, stat=False))
        if needed > allowed:
            return Finding(
                False,
                what,
                f"{needed} folders, but the system allows {allowed} watches",
                f"Run sysctl fs.inotify.max_user_watches={needed * 2}, or set LVS_WATCH=polling.",
            )
    return Finding(True, what, "native")


def _data_folder(config: ServerConfig) -> Iterator[Finding]:
    folder = config.data_directory
    what = f"Data folder {folder}"
    if folder.exists():
        finding = _writable(what, folder)
    else:
        finding = _to_be_created(what, folder, "LVS_DATA_DIRECTORY")
        folder = _existing_parent(folder)
    yield finding
    if finding.good:
        yield from _data_disk(folder, is_sqlite=isinstance(config.database, Path))


def _writable(what: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(True, what, "writable")
    except OSError as error:
        return Finding(False, what, f"not writable: {error.strerror}", "Set LVS_DATA_DIRECTORY.")


def _data_disk(folder: Path, *, is_sqlite: bool) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    yield Finding(
        free > LITTLE_SPACE_BYTES,
        "  disk space",
        f"{humanize.naturalsize(free)} free",
        "" if free > LITTLE_SPACE_BYTES else "Free some space: thumbnails need 60 kB per video.",
    )
    if is_sqlite and filesystem.is_on_network(str(folder)):
        yield Finding(
            False,
            "  file system",
            "network share: SQLite's locks don't work there",
            "Set LVS_DATA_DIRECTORY to a folder on a local disk.",
        )


def _to_be_created(what: str, folder: Path, setting: str) -> Finding:
    """About a folder that the server creates at its first start. Nothing is created here."""
    parent = _existing_parent(folder)
    if os.access(parent, os.W_OK | os.X_OK):
        return Finding(True, what, "not created yet; the first start creates it")
    return Finding(False, what, f"cannot be created in {parent}", f"Create it, or set {setting}.")


def _existing_parent(folder: Path) -> Path:
    return next(parent for parent in folder.parents if parent.is_dir())


def _database(database: Path | str) -> Finding:
    return _sqlite(database) if isinstance(database, Path) else _postgres(database)


def _sqlite(path: Path) -> Finding:
    if not path.exists():
        return Finding(True, "Database", "not created yet; the first start creates it (SQLite)")
    try:
        with contextlib.closing(connect(path, read_only=True)) as connection:
            verdict = connection.execute("pragma integrity_check(1)").fetchone()[0]
    except DatabaseError as error:
        verdict = str(error)
    advice = "" if verdict == "ok" else "Move it aside and start again, or restore a backup."
    return Finding(verdict == "ok", "Database", f"{verdict}: SQLite, {path}", advice)


def _postgres(address: str) -> Finding:
    backend = open_backend(address)
    try:
        backend.prepare()
        with contextlib.closing(backend.connect(read_only=True)) as connection:
            version = connection.execute("show server_version").fetchone()[0]
    except StartError as error:
        return Finding(False, "Database", "too old", error.detail)
    except DatabaseError as error:
        return Finding(False, "Database", "not available", backend.start_advice(error))
    return Finding(True, "Database", f"PostgreSQL {version}, {backend.name}")


def _backups(config: ServerConfig) -> Finding:
    folder = config.data_directory / "backups"
    backups = listed(folder)
    if not backups:
        return Finding(True, "Backups", f"none yet in {folder}")
    age = humanize.naturaltime(backups[0].manifest.made_at.astimezone())
    return Finding(True, "Backups", f"{len(backups)} in {folder}, the newest {age}")


def _port(host: str, port: int, setting: str) -> Finding:
    what = f"Port {port}"
    try:
        listen(host, port, setting).close()
    except StartError as error:
        return Finding(False, what, "in use, perhaps by this server", error.detail)
    return Finding(True, what, "free")


def _codecs() -> Iterator[Finding]:
    lacking = [name for name in _DECODERS if not _can_decode(name)]
    found = f"libav {'.'.join(map(str, av.library_versions['libavcodec']))}"
    if lacking:
        advice = "Reinstall PyAV from its wheel: pip install --force-reinstall av"
        yield Finding(False, "Codecs", f"{found} cannot decode {', '.join(lacking)}", advice)
    else:
        yield Finding(True, "Codecs", f"{found} decodes {', '.join(_DECODERS)}")


def _can_decode(name: str) -> bool:
    try:
        av.Codec(name, "r")
    except ValueError:
        return False
    return True
