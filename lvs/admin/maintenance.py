"""The maintenance sections of the dashboard: failed, missing and duplicate files, errors and
backups."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from lvs.admin.backups import Backups, backups_context
from lvs.admin.report import ErrorRow, MaintenanceReport, error_rows, maintenance_report
from lvs.backups.scheduler import BackupScheduler
from lvs.config import ServerConfig
from lvs.folders import Folders
from lvs.http.templating import Templates
from lvs.logs import LoggedError, RecentErrors
from lvs.store import Store

LOG_LEVELS = ("debug", "info", "warning", "error")
# Name, as in template and anchor, and title of each section.
SECTIONS = {
    "failed": "Failed files",
    "missing": "Missing files",
    "duplicates": "Duplicates",
    "backups": "Backups",
}
ERRORS = "errors"  # a section of the page with the server's own figures


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    library: MaintenanceReport
    backups: Backups
    errors: tuple[ErrorRow, ...]
    logged: tuple[LoggedError, ...]
    log_level: str
    log_levels: tuple[str, ...] = LOG_LEVELS
    sections: tuple[tuple[str, str], ...] = tuple(SECTIONS.items())


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Reads what the sections show and renders them."""

    config: ServerConfig
    store: Store
    folders: Folders
    backup_scheduler: BackupScheduler
    errors: RecentErrors
    templates: Templates

    async def view(self) -> MaintenanceView:
        logged = tuple(self.errors.errors)
        level = logging.getLogger("lvs").getEffectiveLevel()
        return MaintenanceView(
            library=await self.store.read_cached(maintenance_report, self.folders),
            backups=backups_context(
                self.config, self.backup_scheduler, await self.backup_scheduler.listed()
            ),
            errors=error_rows(logged),
            logged=logged,
            log_level=logging.getLevelName(level).lower(),
        )

    async def sections(self, names: Iterable[str] = SECTIONS) -> dict[str, str]:
        """HTML by the id of its section."""
        view = await self.view()
        return {
            f"maintenance-{name}": self.templates.render(
                f"partials/_maintenance_{name}.html", maintenance=view
            )
            for name in names
        }
