"""One server per data folder."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from lvs.errors import StartError

try:
    import fcntl
except ImportError:  # Windows, where nobody can delete a lock file that is held
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)


@contextlib.contextmanager
def lock_data_directory(data_directory: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises StartError when another one does."""
    note = data_directory / "server.json"
    locks = contextlib.ExitStack()
    try:
        data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = filelock.FileLock(data_directory / "server.lock", blocking=False)
        locks.enter_context(lock)
        locks.enter_context(_locked_folder(data_directory))
    except filelock.Timeout:
        locks.close()
        raise StartError(
            f"The data folder {data_directory} is in use by another server{_lock_owner(note)}. "
            "Stop it first, or set another folder with LVS_DATA_DIRECTORY."
        ) from None
    except OSError as error:
        locks.close()
        raise StartError(
            f"The data folder {data_directory} can't be written to ({error.strerror}). Make it "
            "writable for this user, or set LVS_DATA_DIRECTORY to a folder that is."
        ) from error
    try:
        with contextlib.suppress(OSError):
            note.write_text(json.dumps({"pid": os.getpid()}), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink()
        locks.close()


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """Lock the folder itself, too: a lock file that somebody deletes no longer locks anything.

    Raises filelock.Timeout. Where the system cannot lock a folder, the file has to do.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise filelock.Timeout(str(folder)) from None
        except OSError as error:
            log.debug("The data folder itself cannot be locked: %s", error)
        yield
    finally:
        os.close(descriptor)


def _lock_owner(note: Path) -> str:
    try:
        return f" (process {json.loads(note.read_text('utf-8'))['pid']})"
    except (OSError, ValueError, KeyError):
        return ""
