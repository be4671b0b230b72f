"""File bodies: large pieces, read ahead by one, off the event loop, at the client's pace."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

FIRST_PIECE_BYTES = 128 * 1024  # the first byte leaves soon
LARGEST_PIECE_BYTES = 2 * 1024 * 1024  # what it takes to keep up with sendfile
ALL_PIECES_BYTES = 16 * 1024 * 1024  # shared by the open streams, so that many cost little more
THREADS = 16  # slow disks wait here, and block nobody else's pages


class FileReader:
    """Threads that read files for streams. `open` streams and `sent_bytes` are counted."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "stream")
        self.open = 0
        self.sent_bytes = 0

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def open_file(self, path: str) -> tuple[int, os.stat_result]:
        """A descriptor and its stat, of one and the same file. Raises OSError."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _open, path)

    async def pieces(self, handle: int, start: int, stop: int) -> AsyncGenerator[bytes]:
        """Bytes `start` to `stop` of an open file, which is closed at the end, come what may.

        The next piece is read while the last is on its way. A file that was cut short meanwhile
        ends the body early, which the client sees as a broken transfer, as it should.
        """
        self.open += 1
        size = FIRST_PIECE_BYTES
        ahead: asyncio.Future[bytes] | None = None
        try:
            while start < stop:
                piece = await (ahead or self._read(handle, start, min(size, stop - start)))
                ahead = None
                if not piece:
                    return
                start += len(piece)
                share = ALL_PIECES_BYTES // self.open
                size = max(min(share, LARGEST_PIECE_BYTES), FIRST_PIECE_BYTES)
                if start < stop:
                    ahead = self._read(handle, start, min(size, stop - start))
                self.sent_bytes += len(piece)
                yield piece
        finally:
            self.open -= 1
            if ahead is not None:
                with contextlib.suppress(asyncio.CancelledError, OSError):
                    await asyncio.shield(ahead)
            os.close(handle)

    def _read(self, handle: int, start: int, count: int) -> asyncio.Future[bytes]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, os.pread, handle, count, start)


def _open(path: str) -> tuple[int, os.stat_result]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | os.O_CLOEXEC)
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return handle, os.fstat(handle)
    except BaseException:
        os.close(handle)
        raise
