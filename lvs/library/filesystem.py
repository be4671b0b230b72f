"""The state of files, folders and mounts on the disk. Call these functions in threads.

Only some errors mean that a file is missing or a folder offline. Others, such as no free
descriptors, mean that the state is unknown.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import signal
import stat
from dataclasses import dataclass

import psutil

from lvs import paths
from lvs.models import FileStat
from lvs.system.regular_files import leads_to_media, open_media

EDGE_BYTES = 64 * 1024
LARGEST_MTIME_NS = 2**63 - 1  # SQLite's integers are signed, of 64 bits
_NETWORK_FILE_SYSTEMS = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs"),
        *("9p", "virtiofs", "vboxsf", "prl_fs", "drvfs", "webdav", "davfs"),
        *("ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone", "fuse.davfs2"),
    )
)
_DELETED_EVENTS = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG))
_OFFLINE = _DELETED_EVENTS | {
    *(errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE),
    *(errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH),
    *(errno.ETIMEDOUT, errno.ENOTCONN, errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED),
    *(getattr(errno, name) for name in ("EREMOTEIO", "ENOMEDIUM") if hasattr(errno, name)),
}
_UNNOTIFIED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR))


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder that is there: its device and inode, and whether there is nothing in it, as far as
    it can be read. `is_refused` is whether permissions forbid to read it."""

    identity: str
    is_empty: bool
    is_refused: bool = False


def says_missing(error: OSError) -> bool:
    """Whether an error says that there is nothing at a path."""
    return error.errno in _DELETED_EVENTS


def says_nothing(error: OSError) -> bool:
    """Whether an error is about this process and not about the file: try again later."""
    return error.errno in _UNNOTIFIED


def file_stat(path: str, found: os.stat_result) -> FileStat:
    """A file as the store can hold it: times beyond the years 1677 and 2262 become those."""
    mtime_ns = max(-LARGEST_MTIME_NS, min(found.st_mtime_ns, LARGEST_MTIME_NS))
    return FileStat(path, found.st_size, mtime_ns)


def stat_file(root: str, path: str) -> FileStat | None:
    """A video file as it is now, or None when there is certainly none at that path.

    Raises OSError when the state is unknown.
    """
    full = paths.absolute(root, path)
    try:
        found = os.lstat(full)
        if stat.S_ISLNK(found.st_mode):
            if not leads_to_media(full):
                return None
            found = os.stat(full)
    except ValueError:  # it contains a NUL
        return None
    except OSError as error:
        if says_missing(error):
            return None
        raise
    return file_stat(path, found) if stat.S_ISREG(found.st_mode) else None


def is_folder(root: str, path: str) -> bool:
    """Whether there is a folder at that path. Raises OSError when that is unknown."""
    try:
        return stat.S_ISDIR(os.stat(paths.absolute(root, path)).st_mode)
    except ValueError:
        return False
    except OSError as error:
        if says_nothing(error):
            raise
        return False


def fingerprint(root: str, file: FileStat) -> str:
    """16 hex digits of a file's content: its size and its first and last 64 KiB.

    An empty file has no content to be known by; its path stands in. Raises OSError.
    """
    digest = hashlib.blake2b(str(file.size).encode(), digest_size=8)
    if file.size == 0:
        digest.update(os.fsencode(file.path))
        return digest.hexdigest()
    handle = open_media(paths.absolute(root, file.path))
    try:
        digest.update(os.pread(handle, EDGE_BYTES, 0))
        if file.size > EDGE_BYTES:
            digest.update(os.pread(handle, EDGE_BYTES, max(file.size - EDGE_BYTES, EDGE_BYTES)))
    finally:
        os.close(handle)
    return digest.hexdigest()


def make_folder(path: str) -> None:
    """Make a folder, and those above it, where they lack. Raises OSError."""
    if not os.path.isdir(path):  # noqa: PTH112
        os.makedirs(path)  # noqa: PTH103


def state(root: str) -> FolderState | None:
    """A folder as it is now, or None when it is missing or unreachable.

    Raises OSError when the state is unknown.
    """
    try:
        found = os.stat(root)
        with os.scandir(root) as entries:
            is_empty = all(entry.name.startswith(".") for entry in entries)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            return FolderState("", is_empty=True, is_refused=True)
        if error.errno in _OFFLINE:
            return None
        raise
    return FolderState(f"{found.st_dev}:{found.st_ino}", is_empty)


def is_on_network(root: str) -> bool:
    """Whether a folder lies on a mount whose changes by others give no notices."""
    resolved = os.path.realpath(root)
    best, kind = "", ""
    for partition in psutil.disk_partitions(all=True):
        mount = partition.mountpoint
        below = resolved == mount or resolved.startswith(mount.rstrip("/") + "/")
        if below and len(mount) >= len(best):
            best, kind = mount, partition.fstype
    return kind.lower() in _NETWORK_FILE_SYSTEMS


def is_read_only(root: str) -> bool:
    """Whether no file can be added to a folder: by its mount, or by its permissions."""
    return not os.access(root, os.W_OK | os.X_OK)


def is_being_written(root: str, path: str) -> bool | None:
    """Whether some process has the file open for writing; None where the system cannot say.

    Linux grants a read lease only on a file that nobody has open for writing (fcntl(2)). A lease
    that is broken sends SIGIO, so it is asked for only where that signal is ignored.
    """
    if not hasattr(fcntl, "F_SETLEASE") or signal.getsignal(signal.SIGIO) != signal.SIG_IGN:
        return None
    try:
        handle = open_media(paths.absolute(root, path))
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
