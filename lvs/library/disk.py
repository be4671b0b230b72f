"""What lies on the disk: walking folders, looking at files, fingerprints. Runs in threads."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lvs import paths
from lvs.models import FileStat

EDGE_BYTES = 64 * 1024
_NETWORK_FILE_SYSTEMS = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs"),
        *("9p", "virtiofs", "vboxsf", "prl_fs", "drvfs", "webdav", "davfs"),
        *("ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone", "fuse.davfs2"),
    )
)


@dataclass(slots=True)
class FolderListing:
    """One folder: its path relative to the root, its videos, and why it could not be read."""

    path: str
    files: list[FileStat] = field(default_factory=list)
    error: str | None = None


def walk(root: str, beneath: str = "") -> Iterator[FolderListing]:
    """Every folder from `beneath` down, hidden ones left out.

    Symbolic links are followed, except back into a folder that the walk is inside of.
    """
    pending: list[tuple[str, frozenset[tuple[int, int]]]] = [(beneath, frozenset())]
    while pending:
        folder, above = pending.pop()
        listing = FolderListing(folder)
        try:
            here = os.stat(_join(root, folder))
            if (here.st_dev, here.st_ino) in above:
                continue
            inside = above | {(here.st_dev, here.st_ino)}
            names = _list(root, folder, listing)
        except OSError as error:
            listing.error = error.strerror or str(error)
            names = []
        yield listing
        pending += [(name, inside) for name in sorted(names, reverse=True)]


def _list(root: str, folder: str, listing: FolderListing) -> list[str]:
    folders = []
    with os.scandir(_join(root, folder)) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                if paths.is_video_name(entry.name) and entry.is_file():
                    found = entry.stat()
                    listing.files.append(FileStat(path, found.st_size, found.st_mtime_ns))
                elif entry.is_dir():
                    folders.append(path)
            except OSError:  # it went while we looked
                continue
    return folders


def count_videos(root: str) -> int:
    """How many videos a walk would find, without looking at each."""
    total = 0
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        total += sum(map(paths.is_video_name, files))
        del folder
    return total


def look(root: str, path: str) -> FileStat | None:
    """A video file as it is now, or None when there is none at that path."""
    try:
        found = os.stat(_join(root, path))
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return FileStat(path, found.st_size, found.st_mtime_ns)


def is_folder(root: str, path: str) -> bool:
    return os.path.isdir(_join(root, path))  # noqa: PTH112 - names that are not UTF-8


def absolute(root: str, path: str) -> str:
    return _join(root, path)


def fingerprint(root: str, file: FileStat) -> str:
    """16 hex digits of a file's content: its size and its first and last 64 KiB.

    An empty file has no content to be known by; its path stands in. Raises OSError.
    """
    digest = hashlib.blake2b(str(file.size).encode(), digest_size=8)
    if file.size == 0:
        digest.update(os.fsencode(file.path))
        return digest.hexdigest()
    with Path(_join(root, file.path)).open("rb", buffering=0) as handle:
        digest.update(handle.read(EDGE_BYTES))
        if file.size > EDGE_BYTES:
            handle.seek(max(file.size - EDGE_BYTES, EDGE_BYTES))
            digest.update(handle.read(EDGE_BYTES))
    return digest.hexdigest()


def identity(root: str) -> str | None:
    """Device and inode of a folder that can be read, else None."""
    try:
        found = os.stat(root)
        with os.scandir(root):
            pass
    except OSError:
        return None
    return f"{found.st_dev}:{found.st_ino}"


def is_empty(root: str) -> bool:
    """True when a folder holds nothing, hidden entries aside."""
    with os.scandir(root) as entries:
        return all(entry.name.startswith(".") for entry in entries)


def is_on_network(root: str) -> bool:
    """Whether a folder lies on a mount whose changes by others give no notices."""
    resolved = os.path.realpath(root)
    best, kind = "", ""
    for partition in psutil.disk_partitions(all=True):
        mount = partition.mountpoint
        beneath = resolved == mount or resolved.startswith(mount.rstrip("/") + "/")
        if beneath and len(mount) >= len(best):
            best, kind = mount, partition.fstype
    return kind.lower() in _NETWORK_FILE_SYSTEMS


def is_being_written(root: str, path: str) -> bool | None:
    """Whether some process has the file open for writing; None where the system cannot say.

    Linux grants a read lease only on a file that nobody has open for writing (fcntl(2)). A lease
    that is broken sends SIGIO, so it is asked for only where that signal is ignored.
    """
    if not hasattr(fcntl, "F_SETLEASE") or signal.getsignal(signal.SIGIO) != signal.SIG_IGN:
        return None
    try:
        handle = os.open(_join(root, path), os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(handle)
    return False


def _join(root: str, path: str) -> str:
    return f"{root}/{path}" if path else root
