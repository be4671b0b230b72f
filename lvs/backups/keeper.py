"""Backups of a running server: when they are due, or when somebody asks."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from anyio import CapacityLimiter, to_process

from lvs.backups import folder, make
from lvs.backups.folder import Backup
from lvs.config import ServerConfig
from lvs.errors import LvsError
from lvs.store import Store

log = logging.getLogger(__name__)

FIRST_AFTER_S = 600.0  # a new library has more urgent things to do
AGAIN_AFTER_S = 3600.0  # when it failed
LOOK_EVERY_S = 60.0  # clocks jump, machines sleep


class Keeper:
    """Makes backups one at a time, in a process of their own. `problem` says why the last one
    failed, or is empty."""

    def __init__(self, config: ServerConfig, store: Store) -> None:
        self._config = config
        self._store = store
        self._one_at_a_time = asyncio.Lock()
        self._limiter = CapacityLimiter(1)
        self.folder = config.data_directory / "backups"
        self.problem = ""

    async def make(self) -> Backup:
        """Back up now. Raises LvsError with what to do."""
        async with self._one_at_a_time:
            try:
                made = await to_process.run_sync(
                    make.make,
                    self._store.path,
                    self.folder,
                    self._config.backups_kept,
                    cancellable=True,
                    limiter=self._limiter,
                )
            except LvsError as error:
                self.problem = error.detail
                raise
            self.problem = ""
            log.info("Backed up %d videos to %s", made.manifest.videos, made.path)
            return made

    async def listed(self) -> list[Backup]:
        """What there is, newest first."""
        return await asyncio.to_thread(folder.listed, self.folder)

    async def run(self) -> None:
        """Back up whenever it is due and something has changed since."""
        if not self._config.backup_every_h:
            await asyncio.Event().wait()
        not_before = time.monotonic() + FIRST_AFTER_S
        while True:
            if time.monotonic() >= not_before and await self._is_due():
                try:
                    await self.make()
                except LvsError as error:
                    log.error("%s", error.detail)
                    not_before = time.monotonic() + AGAIN_AFTER_S
            await asyncio.sleep(LOOK_EVERY_S)

    async def _is_due(self) -> bool:
        newest = next(iter(await self.listed()), None)
        if newest is None:
            return self._store.last_event_id > 0
        age = datetime.now(UTC) - newest.manifest.made_at
        changed = newest.manifest.event != self._store.last_event_id
        return changed and age >= timedelta(hours=self._config.backup_every_h)
