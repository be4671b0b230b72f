"""Backups of a running server: on schedule or on request."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from lvs.backups import create, process
from lvs.backups import format as folder
from lvs.backups.format import Backup
from lvs.config import ServerConfig
from lvs.errors import LvsError, UnavailableError
from lvs.store import Store

log = logging.getLogger(__name__)

FIRST_AFTER_S = 600.0  # a new library is scanned first
AGAIN_AFTER_S = 3600.0  # after a failure, and at least between two backups, because clocks jump
JOB = "lvs.backups.create:make"
CHECK_EVERY_S = 60.0  # clocks jump, machines sleep


class BackupScheduler:
    """Creates backups of `database` in `folder`, one at a time, in a separate process. `problem`
    says why the last one failed, or is empty."""

    def __init__(self, config: ServerConfig, store: Store) -> None:
        self._config = config
        self._store = store
        self._one_at_a_time = asyncio.Lock()
        self.database = store.description
        self.folder = config.data_directory / "backups"
        self.problem = ""

    async def make(self) -> Backup:
        """Back up now. Raises LvsError with what to do."""
        async with self._one_at_a_time:
            try:
                made = await process.run(
                    JOB, self._store.database, self.folder, self._config.backup_retention
                )
            except LvsError as error:
                self.problem = error.detail
                raise
            except Exception as error:  # its process was killed, or could not be started
                self.problem = (
                    f"The backup could not be made ({str(error) or type(error).__name__})."
                )
                raise UnavailableError(self.problem) from error
            self.problem = ""
            log.info("Backed up %d videos to %s", made.manifest.videos, made.path)
            return made

    async def listed(self) -> list[Backup]:
        """What there is, the one made last first."""
        return await asyncio.to_thread(folder.listed, self.folder)

    async def run(self) -> None:
        """Back up whenever it is due and something has changed since."""
        await asyncio.to_thread(create.remove_leftovers, self.folder)
        if not self._config.backup_interval_h:
            await asyncio.Event().wait()
        not_before = time.monotonic() + FIRST_AFTER_S
        while True:
            if time.monotonic() >= not_before:
                not_before = await self._make_when_due()
            await asyncio.sleep(CHECK_EVERY_S)

    async def _make_when_due(self) -> float:
        """Returns before which time (monotonic) there is nothing to do."""
        pause_s = min(AGAIN_AFTER_S, self._config.backup_interval_h * 3600)
        try:
            if not await self.is_due():
                return 0.0
            await self.make()
        except LvsError as error:
            log.error("%s", error.detail)
            pause_s = AGAIN_AFTER_S
        except OSError as error:
            log.error("The backups in %s cannot be read: %s", self.folder, error.strerror)
            pause_s = AGAIN_AFTER_S
        return time.monotonic() + pause_s

    async def is_due(self) -> bool:
        """A backup from the future was made while the clock was wrong: its age is not known."""
        newest = next(iter(await self.listed()), None)
        if newest is None:
            return self._store.last_event_id > 0
        age = datetime.now(UTC) - newest.manifest.made_at
        changed = newest.manifest.event != self._store.last_event_id
        is_old = age >= timedelta(hours=self._config.backup_interval_h)
        return changed and (is_old or age < timedelta(0))
