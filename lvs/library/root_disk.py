"""A root's own threads: a disk that does not answer holds up nobody else's work."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from lvs.errors import StartError
from lvs.library import filesystem
from lvs.library.tree import FolderListing, Tree, Walk

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

READERS = 8  # a network disk answers several reads at once
CHECK_WITHIN_S = 20.0  # a disk in standby takes ten to spin up
ANSWER_WITHIN_S = 120.0  # for a folder of 100,000 files on a slow network disk


class RootDisk:
    """What is asked of one configured folder: at most eight calls at once, each with a limit.

    A call that takes too long is left to itself: its thread is back when the disk is. Until then
    whatever is asked about the same path fails at once, so a folder that hangs costs one thread.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.tree = Tree(path)
        self._readers = ThreadPoolExecutor(READERS, "disk")
        self._checker = ThreadPoolExecutor(1, "check disk")
        self._hanging: set[str] = set()

    def close(self) -> None:
        for threads in (self._readers, self._checker):
            threads.shutdown(wait=False, cancel_futures=True)

    async def make_folder(self) -> None:
        """Make the folder where it lacks. Raises StartError when it is a file; one that cannot be
        made now, or does not answer, is offline."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                await loop.run_in_executor(self._checker, filesystem.make_folder, self.path)
        except FileExistsError:
            raise StartError(f"LVS_VIDEO_DIRECTORY {self.path} is a file; name a folder.") from None
        except OSError as error:
            reason = error.strerror or "it does not respond"
            log.warning("Can't create the video folder %s: %s", self.path, reason)

    async def state(self) -> filesystem.FolderState | None:
        """The folder as it is now; None when it is offline, or does not answer. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                return await loop.run_in_executor(self._checker, filesystem.state, self.path)
        except TimeoutError:
            return None

    async def run(
        self, path: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function that reads what is at `path`. Raises TimeoutError, which is an OSError,
        when it takes too long, and whatever the function raises."""
        if path in self._hanging:
            raise TimeoutError(errno.ETIMEDOUT, "The disk does not respond")
        call = self._readers.submit(function, *args, **kwargs)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S) as limit:
                return await asyncio.wrap_future(call)
        except TimeoutError:
            if not limit.expired():
                raise
            if not call.cancel():
                self._hanging.add(path)
                call.add_done_callback(lambda _: self._hanging.discard(path))
            raise TimeoutError(errno.ETIMEDOUT, "The disk does not respond") from None

    async def listings(
        self,
        below: str = "",
        *,
        stat: bool = True,
        enter: Callable[[str], None] | None = None,
    ) -> AsyncIterator[FolderListing]:
        """Every folder from `below` down, those that do not answer with their error."""
        walk = Walk(self.tree, below, stat=stat, enter=enter)
        while (step := walk.take()) is not None:
            try:
                listing = await self.run(step.path, walk.read, step)
            except TimeoutError as error:
                listing = FolderListing(step.path, error=error.strerror)
            if listing is not None:
                yield listing
