"""What wants a person, as sections of the dashboard: failed files, files gone or lying there
twice, errors, backups."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from lvs.admin.backups import Backups, backups_context
from lvs.admin.report import ErrorRow, Wanting, error_rows, wanting
from lvs.backups.scheduler import Keeper
from lvs.config import ServerConfig
from lvs.folders import Folders
from lvs.http.templating import Templates
from lvs.logs import RecentErrors
from lvs.store import Store

LOG_LEVELS = ("debug", "info", "warning", "error")
SECTIONS = ("failed", "gone", "twice", "backups", "errors")


@dataclass(frozen=True, slots=True)
class UpkeepView:
    library: Wanting
    backups: Backups
    errors: tuple[ErrorRow, ...]
    log_level: str
    log_levels: tuple[str, ...] = LOG_LEVELS
    sections: tuple[str, ...] = SECTIONS


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Reads what the sections show and renders them."""

    config: ServerConfig
    store: Store
    folders: Folders
    keeper: Keeper
    errors: RecentErrors
    templates: Templates

    async def view(self) -> UpkeepView:
        level = logging.getLogger("lvs").getEffectiveLevel()
        return UpkeepView(
            library=await self.store.recall(wanting, self.folders),
            backups=backups_context(self.config, self.keeper, await self.keeper.listed()),
            errors=error_rows(list(self.errors.errors)),
            log_level=logging.getLevelName(level).lower(),
        )

    async def sections(self) -> dict[str, str]:
        """HTML by the id of its section."""
        view = await self.view()
        return {
            f"upkeep-{name}": self.templates.render(f"partials/_upkeep_{name}.html", upkeep=view)
            for name in SECTIONS
        }
