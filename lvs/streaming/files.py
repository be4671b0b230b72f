"""File bodies: large pieces, read ahead by one, off the event loop, at the client's pace."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from lvs.system.regular_files import open_media

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

FIRST_PIECE_BYTES = 128 * 1024  # small, so that the first byte is sent soon
LARGEST_PIECE_BYTES = 2 * 1024 * 1024  # large enough to be as fast as sendfile
ALL_PIECES_BYTES = 16 * 1024 * 1024  # shared by all open streams, so that memory is bounded
THREADS = 16  # per folder: a slow disk does not block other folders and pages
OPEN_WITHIN_S = 10.0


class OpenFile:
    """A regular file, which is closed at the latest when nobody holds this object any more.

    A request can be cut at any moment, also between the opening and the first byte.
    """

    def __init__(self, handle: int, found: os.stat_result) -> None:
        self._handle = handle
        self.stat = found

    def read(self, start: int, count: int) -> bytes:
        return os.pread(self._handle, count, start)

    def close(self) -> None:
        """Close it, once no thread reads from it any more."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    __del__ = close


class _Disk:
    """The threads that wait for one folder's disk."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "stream")
        self._lock = threading.Lock()
        self._waiting = 0
        self._answered_at = time.monotonic()

    @property
    def hangs(self) -> bool:
        """Whether all threads wait, and none has had an answer for a while."""
        silent_s = time.monotonic() - self._answered_at
        return self._waiting >= THREADS and silent_s > OPEN_WITHIN_S

    def run(self, function: Callable[P, T], *args: P.args, **_: P.kwargs) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, self._wait, function, args)

    def _wait(self, function: Callable[..., T], args: tuple[object, ...]) -> T:
        with self._lock:
            self._waiting += 1
        try:
            return function(*args)
        finally:
            with self._lock:
                self._waiting -= 1
                self._answered_at = time.monotonic()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class FileReader:
    """Reads files for streams. `open` streams and `sent_bytes` are counted."""

    def __init__(self) -> None:
        self._disks: dict[Hashable, _Disk] = {}
        self.open = 0
        self.sent_bytes = 0

    def close(self) -> None:
        for disk in self._disks.values():
            disk.close()

    async def open_file(self, folder: Hashable, path: str) -> OpenFile:
        """A regular file of a folder.

        Raises OSError; TimeoutError (one of them) when the folder's disk does not answer.
        """
        disk = self._disk(folder)
        if disk.hangs:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        async with asyncio.timeout(OPEN_WITHIN_S):
            return await disk.run(_open, path)

    async def pieces(
        self, folder: Hashable, file: OpenFile, start: int, stop: int
    ) -> AsyncGenerator[bytes]:
        """Bytes `start` to `stop` of an open file, which is closed at the end, come what may.

        The next piece is read while the last is on its way. A file that was cut short meanwhile
        ends the body early, which the client sees as a broken transfer, as it should.
        """
        disk = self._disk(folder)
        self.open += 1
        size = FIRST_PIECE_BYTES
        ahead: asyncio.Future[bytes] | None = None
        try:
            while start < stop:
                ahead = ahead or disk.run(file.read, start, min(size, stop - start))
                piece = await ahead
                ahead = None
                if not piece:
                    return
                start += len(piece)
                share = ALL_PIECES_BYTES // self.open
                size = max(min(share, LARGEST_PIECE_BYTES), FIRST_PIECE_BYTES)
                if start < stop:
                    ahead = disk.run(file.read, start, min(size, stop - start))
                self.sent_bytes += len(piece)
                yield piece
        except OSError as error:
            log.warning("A video couldn't be read to its end: %s", error.strerror)
        finally:
            self.open -= 1
            if ahead is None:
                file.close()
            else:  # the reading thread holds the file last, which closes it
                ahead.add_done_callback(_timing)
                ahead.cancel()

    def _disk(self, folder: Hashable) -> _Disk:
        if folder not in self._disks:
            self._disks[folder] = _Disk()
        return self._disks[folder]


def _timing(read: asyncio.Future[bytes]) -> None:
    if not read.cancelled():
        read.exception()


def _open(path: str) -> OpenFile:
    handle = open_media(path)
    file = OpenFile(handle, os.fstat(handle))
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    return file
