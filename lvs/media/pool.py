"""A small pool of worker processes with a time limit per file.

Decoders hang and crash on hostile files. anyio's worker processes may do either: the process is
killed or found dead, the file's job gets its error, and the next job gets a new process.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import anyio
import anyio.to_process

from lvs.media import thumbnails, work
from lvs.media.probe import Facts


class MediaPool:
    """Runs `lvs.media.work.look_at` in up to `size` processes at once."""

    def __init__(self, size: int, timeout_s: float, thumbnail_folder: Path) -> None:
        self.size = size
        self._timeout_s = timeout_s
        self._folder = str(thumbnail_folder)
        self._limiter = anyio.CapacityLimiter(size)

    def discard(self, key: str) -> None:
        """Delete the pictures of a key: there are newer ones."""
        thumbnails.remove(Path(self._folder), key)

    async def look_at(self, path: str, key: str, stereo: str | None = None) -> work.Result:
        """Facts and pictures of one file; a crash or a hang is an error in the result.

        A process may have died before, while it had nothing to do: a file is blamed when a second
        one dies. Raises OSError as `work.look_at` does.
        """
        for _ in range(2):
            with contextlib.suppress(anyio.BrokenWorkerProcess):
                try:
                    return await self._try(path, key, stereo)
                except TimeoutError:
                    why = f"Reading it took longer than {self._timeout_s:g} s and was given up."
                    return _failure(why)
        return _failure("The decoder crashed on it.")

    async def _try(self, path: str, key: str, stereo: str | None) -> work.Result:
        async with self._limiter:
            with anyio.fail_after(self._timeout_s):
                return await anyio.to_process.run_sync(
                    work.look_at,
                    path,
                    self._folder,
                    key,
                    stereo,
                    cancellable=True,
                    limiter=anyio.CapacityLimiter(1),
                )


def _failure(why: str) -> work.Result:
    return work.Result(Facts(), None, why, 0.0)
