"""File bodies: large pieces, read ahead by one, off the event loop, at the client's pace."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

PIECE_BYTES = 512 * 1024
FIRST_PIECE_BYTES = 128 * 1024  # the first byte leaves soon
THREADS = 16  # slow disks wait here, and block nobody else's pages


class FileReader:
    """Threads that read files for streams. `open` is counted for the curious."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "stream")
        self.open = 0

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
        loop = asyncio.get_running_loop()
        self.open += 1
        ahead: asyncio.Future[bytes] | None = None
        try:
            piece_bytes = FIRST_PIECE_BYTES
            while start < stop:
                want = min(piece_bytes, stop - start)
                piece = await (
                    ahead or loop.run_in_executor(self._threads, os.pread, handle, want, start)
                )
                if not piece:
                    return
                start += len(piece)
                piece_bytes = PIECE_BYTES
                ahead = None
                if start < stop:
                    want = min(piece_bytes, stop - start)
                    ahead = loop.run_in_executor(self._threads, os.pread, handle, want, start)
                yield piece
        finally:
            self.open -= 1
            if ahead is not None:
                with contextlib.suppress(asyncio.CancelledError, OSError):
                    await asyncio.shield(ahead)
            os.close(handle)


def _open(path: str) -> tuple[int, os.stat_result]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | os.O_CLOEXEC)
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return handle, os.fstat(handle)
    except BaseException:
        os.close(handle)
        raise
